//! Predictions that every model should beat.

mod draw;
mod low_rank;
mod means;
mod neighbours;
mod rows;

use std::path::Path;

use repro_data::anndata::AnnData;
use repro_data::values::DataType;

use crate::entries::Float;
use crate::replace::ReplacedRows;
use crate::{TaskError, files};
use draw::Draw;
use low_rank::LowRank;
use means::Means;
use neighbours::Neighbours;
use rows::{MaskedRows, Row};

/// A prediction without a model of biology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Zero everywhere.
    Zero,
    /// The gene's mean over the cells in which it is not masked.
    GeneMean,
    /// The gene's mean m_j times the depth of the cell: the sum of the cell's values that are not masked over the sum of
    /// m over the same genes.
    DepthScaledGeneMean,
    /// A matrix of rank 20 (or of as many cells or genes as there are), fitted to what is not masked: masked entries
    /// begin as gene means; ten times, all entries are projected on 20 directions, which takes the place of the masked
    /// ones, and the directions turn by a step of the power iteration towards the leading ones. Not below 0 where
    /// nothing is.
    LowRank,
    /// The gene's mean over those of the 20 nearest cells in which it is not masked, or over all cells where it is in
    /// none of them. Near is near in the 20 dimensions of [`Self::LowRank`]; neighbours are looked for among 5,000 cells
    /// drawn by the seed, or among all if there are no more.
    NearestCells,
    /// A random count: 0 with probability 0.2, else the failures before the fifth success of probability 0.5 (a
    /// zero-inflated negative binomial draw, whatever the data).
    RandomCount,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Zero,
        Self::GeneMean,
        Self::DepthScaledGeneMean,
        Self::LowRank,
        Self::NearestCells,
        Self::RandomCount,
    ];

    /// Its name as a model.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zero => "baseline-zero",
            Self::GeneMean => "baseline-gene-mean",
            Self::DepthScaledGeneMean => "baseline-depth-scaled-gene-mean",
            Self::LowRank => "baseline-low-rank",
            Self::NearestCells => "baseline-nearest-cells",
            Self::RandomCount => "baseline-random-count",
        }
    }

    /// Its name among baselines.
    pub fn short_name(self) -> &'static str {
        self.name().trim_start_matches("baseline-")
    }

    /// Writes the reconstruction of a masked file, dense or sparse as that is. Rows are read in blocks, as often as the
    /// prediction needs; what is random follows from `seed`.
    pub(super) fn run(self, masked: &Path, reconstruction: &Path, seed: u64) -> Result<(), TaskError> {
        let file = files::open(masked)?;
        let rows = MaskedRows::new(masked, &file)?;
        let mut rest = file.read_without_x().map_err(TaskError::data(masked))?;
        // A reconstruction is the matrix and its names.
        rest = AnnData {
            obs: std::mem::take(&mut rest.obs),
            var: std::mem::take(&mut rest.var),
            ..AnnData::default()
        };
        if rows.data_type() == DataType::F64 {
            self.fill::<f64>(&rows, reconstruction, &rest, seed)
        } else {
            self.fill::<f32>(&rows, reconstruction, &rest, seed)
        }
    }

    fn fill<T: Float>(
        self,
        rows: &MaskedRows<'_>,
        reconstruction: &Path,
        rest: &AnnData,
        seed: u64,
    ) -> Result<(), TaskError> {
        let mut prediction = self.fitted::<T>(rows, seed)?;
        let written = || TaskError::data(reconstruction);
        let columns = rows.shape()[1];
        let mut out =
            ReplacedRows::<T>::create(reconstruction, columns, rows.are_sparse()).map_err(written())?;
        let mut predicted = Vec::new();
        rows.each::<T>(|block, row, place, parts| {
            predicted.clear();
            prediction.predict(place, parts, &mut predicted);
            let mut values = predicted.iter().map(|value| T::of(*value));
            let value = |_| values.next().filter(|value| *value != T::ZERO);
            out.append(block, row, &parts.holes, value).map_err(written())
        })?;
        out.finish(rest).map_err(written())
    }

    fn fitted<T: Float>(self, rows: &MaskedRows<'_>, seed: u64) -> Result<Prediction, TaskError> {
        let means = || Means::of::<T>(rows);
        Ok(match self {
            Self::Zero => Prediction::Zero,
            Self::GeneMean => Prediction::GeneMean(means()?),
            Self::DepthScaledGeneMean => Prediction::DepthScaledGeneMean(means()?),
            Self::LowRank => Prediction::LowRank(LowRank::fit::<T>(rows, means()?)?),
            Self::NearestCells => {
                let low_rank = LowRank::fit::<T>(rows, means()?)?;
                Prediction::NearestCells(Neighbours::find::<T>(rows, low_rank, seed)?)
            }
            Self::RandomCount => Prediction::RandomCount(Draw::new(seed)),
        })
    }
}

/// What a baseline has learned from what is not masked.
enum Prediction {
    Zero,
    GeneMean(Means),
    DepthScaledGeneMean(Means),
    LowRank(LowRank),
    NearestCells(Neighbours),
    RandomCount(Draw),
}

impl Prediction {
    /// Adds a value for each hole of the row at `place`. Rows come in order.
    fn predict<T: Float>(&mut self, place: usize, row: &Row<T>, into: &mut Vec<f64>) {
        match self {
            Self::Zero => into.extend(row.holes.iter().map(|_| 0.0)),
            Self::GeneMean(means) => into.extend(row.holes.iter().map(|column| means.mean(*column))),
            Self::DepthScaledGeneMean(means) => {
                let scale = means.depth(row);
                into.extend(row.holes.iter().map(|column| scale * means.mean(*column)));
            }
            Self::LowRank(low_rank) => {
                into.extend(row.holes.iter().map(|column| low_rank.value(place, *column)));
            }
            Self::NearestCells(neighbours) => neighbours.predict(place, &row.holes, into),
            Self::RandomCount(draw) => into.extend(row.holes.iter().map(|_| draw.next())),
        }
    }
}
