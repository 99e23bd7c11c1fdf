//! Predictions that every model should beat.

use std::path::Path;

use repro_data::anndata::AnnData;
use repro_data::anndata_io::MatrixReader;
use repro_data::sparse::Layout;
use repro_data::values::DataType;

use crate::entries::{BLOCK, Block, Float};
use crate::masking::{MaskRecord, MaskedPlaces, Shown, sidecar_path};
use crate::replace::ReplacedRows;
use crate::{TaskError, files};

/// A prediction from sums alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Zero everywhere.
    Zero,
    /// The gene's mean over the cells in which it is not masked.
    GeneMean,
    /// The gene's mean m_j times the depth of the cell: the sum of the cell's values that are not masked over the sum of
    /// m over the same genes.
    DepthScaledGeneMean,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Zero, Self::GeneMean, Self::DepthScaledGeneMean];

    /// Its name as a model.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zero => "baseline-zero",
            Self::GeneMean => "baseline-gene-mean",
            Self::DepthScaledGeneMean => "baseline-depth-scaled-gene-mean",
        }
    }

    /// Writes the reconstruction of a masked file, dense or sparse as that is. Rows are read twice, in blocks.
    pub(super) fn run(self, masked: &Path, reconstruction: &Path) -> Result<(), TaskError> {
        let file = files::open(masked)?;
        let x = file.x().map_err(TaskError::data(masked))?;
        let record = MaskRecord::read(masked)?;
        let beside = record.is_some_and(|record| record.shown_as == Shown::Sidecar);
        let places = beside.then(|| MaskedPlaces::read(&sidecar_path(masked), x.shape())).transpose()?;
        let mut rest = file.read_without_x().map_err(TaskError::data(masked))?;
        // A reconstruction is the matrix and its names.
        rest = AnnData {
            obs: std::mem::take(&mut rest.obs),
            var: std::mem::take(&mut rest.var),
            ..AnnData::default()
        };
        let filling = Filling { baseline: self, masked, reconstruction, x: &x, places, rest };
        if x.data_type() == DataType::F64 { filling.run::<f64>() } else { filling.run::<f32>() }
    }
}

struct Filling<'a> {
    baseline: Baseline,
    masked: &'a Path,
    reconstruction: &'a Path,
    x: &'a MatrixReader<'a>,
    places: Option<MaskedPlaces>,
    rest: AnnData,
}

/// A row apart: what is known of it, and which columns are masked.
struct Row<T> {
    known: Vec<(u32, T)>,
    holes: Vec<u32>,
}

impl Filling<'_> {
    fn run<T: Float>(&self) -> Result<(), TaskError> {
        let means = if self.baseline == Baseline::Zero { Vec::new() } else { self.means::<T>()? };
        let total: f64 = means.iter().sum();
        let written = || TaskError::data(self.reconstruction);
        let sparse = self.x.layout().is_some();
        let columns = self.x.shape()[1];
        let mut out = ReplacedRows::<T>::create(self.reconstruction, columns, sparse).map_err(written())?;
        let mean = |column: u32| means.get(column as usize).copied().unwrap_or(0.0);
        self.rows::<T>(|block, row, parts| {
            let scale = match self.baseline {
                Baseline::DepthScaledGeneMean => {
                    let known: f64 = parts.known.iter().map(|(_, value)| (*value).into()).sum();
                    let expected = total - parts.holes.iter().map(|column| mean(*column)).sum::<f64>();
                    if expected > 0.0 { known / expected } else { 0.0 }
                }
                Baseline::Zero | Baseline::GeneMean => 1.0,
            };
            let value = |column| Some(T::of(scale * mean(column))).filter(|value| *value != T::ZERO);
            out.append(block, row, &parts.holes, value).map_err(written())
        })?;
        out.finish(&self.rest).map_err(written())
    }

    /// Mean of each gene over the cells in which it is not masked; 0 where it is masked in all.
    fn means<T: Float>(&self) -> Result<Vec<f64>, TaskError> {
        let [rows, columns] = self.x.shape();
        let (mut sums, mut counts) = (vec![0.0; columns], vec![rows as u64; columns]);
        self.rows::<T>(|_, _, parts| {
            for (column, value) in &parts.known {
                sums[*column as usize] += (*value).into();
            }
            parts.holes.iter().for_each(|column| counts[*column as usize] -= 1);
            Ok(())
        })?;
        let mean = |(sum, count): (f64, u64)| if count > 0 { sum / count as f64 } else { 0.0 };
        Ok(sums.into_iter().zip(counts).map(mean).collect())
    }

    fn rows<T: Float>(
        &self,
        mut each: impl FnMut(&Block<T>, usize, &Row<T>) -> Result<(), TaskError>,
    ) -> Result<(), TaskError> {
        let columns = self.x.shape()[1];
        let mut parts = Row { known: Vec::new(), holes: Vec::new() };
        let bytes = if self.x.layout() == Some(Layout::Csc) { usize::MAX } else { BLOCK };
        for rows in self.x.blocks(bytes) {
            let (first, rows) = rows.map_err(TaskError::data(self.masked))?;
            let n = rows.shape().map_or(0, |[n, _]| n);
            let unread =
                || TaskError::unfit(format!("`{}` has values that are no floats", self.masked.display()));
            let block = Block::new(rows).ok_or_else(unread)?;
            for row in 0..n {
                block.entries(row, columns, &mut parts.known);
                parts.holes.clear();
                match &self.places {
                    Some(places) => {
                        let own = (0..columns).filter(|column| places.contains(first + row, *column));
                        parts.holes.extend(own.map(|column| column as u32));
                    }
                    None => parts.known.retain(|(column, value)| {
                        let hole = *value == T::HOLE;
                        if hole {
                            parts.holes.push(*column);
                        }
                        !hole
                    }),
                }
                each(&block, row, &parts)?;
            }
        }
        Ok(())
    }
}
