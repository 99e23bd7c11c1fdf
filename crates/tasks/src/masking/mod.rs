//! Masked reconstruction, first part: entries of a matrix become -1.
//!
//! The mask follows from the matrix's shape, the fraction, the seed and the mode, and equals NumPy's: nothing else, the
//! number of threads least of all, has a part in it. Rows are read and written in blocks; the mask takes a quarter of a
//! byte an entry.

mod places;
mod record;
mod sidecar;
mod spec;

use repro_data::anndata::AnnData;
use repro_data::anndata_io::{AnnDataFile, MatrixReader};
use repro_data::sparse::Layout;
use repro_data::values::DataType;
use repro_digest::Hasher;

pub use record::{MaskRecord, Shown};
pub use sidecar::{MaskedPlaces, sidecar_path};
pub use spec::{MaskMode, MaskSpec};

use crate::entries::{BLOCK, Block, Float};
use crate::layout::check_fraction;
use crate::replace::ReplacedRows;
use crate::{TaskError, files};
use places::{Places, Sizes};
use sidecar::Sidecar;

/// Version of the way masks are drawn.
const VERSION: u32 = 1;

/// A mask that was made.
#[derive(Clone, Debug)]
pub struct Masked {
    /// What is known of it, as it lies beside the masked file.
    pub record: MaskRecord,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// Makes a masked copy of a file, with its record beside it. What lies at their places is replaced when the copy is
/// complete; an error leaves the copy that was there.
///
/// # Errors
/// Where the fraction is not in [0, 1], the matrix holds a value that is no number or infinite, or, unless there is a
/// sidecar, a negative value, which -1 could be confused with.
pub fn mask(spec: &MaskSpec) -> Result<Masked, TaskError> {
    check_fraction(spec.fraction)?;
    let file = files::open(&spec.raw)?;
    // Both exist only if they may be the same.
    if let (Ok(raw), Ok(masked)) = (spec.raw.canonicalize(), spec.masked.canonicalize())
        && raw == masked
    {
        let problem = format!("`{}` would be replaced by its masked copy", spec.raw.display());
        return Err(TaskError::unfit(problem).hint("give the copy another name"));
    }
    let x = file.x().map_err(TaskError::data(&spec.raw))?;
    for (n, what) in x.shape().into_iter().zip(["cells", "genes"]) {
        if n == 0 {
            return Err(TaskError::unfit(format!("`{}` has no {what}", spec.raw.display())));
        }
    }
    match x.data_type() {
        DataType::F64 => Masking::<f64>::new(spec, &file, &x)?.run(),
        _ => Masking::<f32>::new(spec, &file, &x)?.run(),
    }
}

struct Masking<'a, T> {
    spec: &'a MaskSpec,
    x: &'a MatrixReader<'a>,
    rest: AnnData,
    rows: usize,
    columns: usize,
    entries: Vec<(u32, T)>,
}

impl<'a, T: Float> Masking<'a, T> {
    fn new(spec: &'a MaskSpec, file: &AnnDataFile, x: &'a MatrixReader<'a>) -> Result<Self, TaskError> {
        let rest = file.read_without_x().map_err(TaskError::data(&spec.raw))?;
        let [rows, columns] = x.shape();
        Ok(Self { spec, x, rest, rows, columns, entries: Vec::new() })
    }

    fn run(mut self) -> Result<Masked, TaskError> {
        let spec = self.spec;
        let raw_sha256 = files::sha256_file(&spec.raw)?;
        let nonzero = if spec.mode == MaskMode::Nonzero { self.count_nonzero()? } else { 0 };
        let sizes = Sizes {
            rows: self.rows as u64,
            columns: self.columns as u64,
            stored: self.x.stored() as u64,
            nonzero,
        };
        let (places, n_eligible, n_masked) = Places::draw(spec.mode, spec.fraction, spec.seed, &sizes)?;
        files::make_folder_of(&spec.masked)?;
        let mask_sha256 = self.write(places)?;
        let record = MaskRecord {
            schema: 1,
            mask_version: VERSION,
            mask_mode: spec.mode,
            mask_fraction: spec.fraction,
            seed: spec.seed,
            n_cells: sizes.rows,
            n_genes: sizes.columns,
            n_eligible,
            n_masked,
            mask_sha256,
            shown_as: if spec.sidecar { Shown::Sidecar } else { Shown::MinusOne },
            raw_sha256,
            masked_sha256: files::sha256_file(&spec.masked)?,
            repro_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        record.write(&spec.masked)?;
        Ok(Masked { record, notes: self.notes(n_masked) })
    }

    /// Writes the masked matrix with everything else as it was; gives the hash of the places.
    fn write(&mut self, mut places: Places) -> Result<repro_digest::Sha256, TaskError> {
        let spec = self.spec;
        let in_file = || TaskError::data(&spec.masked);
        let sparse = self.x.layout().is_some() && (spec.sparse || spec.sidecar);
        let hole = (!spec.sidecar).then_some(T::HOLE);
        let mut rows = ReplacedRows::create(&spec.masked, self.columns, sparse).map_err(in_file())?;
        let path = sidecar_path(&spec.masked);
        let sidecar = spec.sidecar.then(|| Sidecar::new(path.clone(), self.rows, self.columns));
        let mut sidecar = sidecar.transpose()?;
        let mut hasher = Hasher::sha256();
        let (mut masked, mut bytes) = (Vec::new(), Vec::new());
        for block in self.x.blocks(self.block_bytes()) {
            let (first, block, n) = self.block(block)?;
            for row in 0..n {
                self.check_row(&block, first, row)?;
                let number = (first + row) as u64;
                let nonzero = self.entries.iter().filter(|(_, value)| *value != T::ZERO);
                let nonzero = nonzero.map(|(column, _)| *column);
                places.of_row(number, self.columns as u64, nonzero, &mut masked)?;
                let start = number * self.columns as u64;
                bytes.clear();
                bytes.extend(masked.iter().flat_map(|column| (start + u64::from(*column)).to_le_bytes()));
                hasher.update(&bytes);
                rows.append(&block, row, &masked, |_| hole).map_err(in_file())?;
                sidecar.as_mut().map_or(Ok(()), |sidecar| sidecar.append(&masked))?;
            }
        }
        // From here on the former mask is gone: its record must not outlive it.
        files::remove(&MaskRecord::path(&spec.masked))?;
        files::remove(&path)?;
        sidecar.map_or(Ok(()), Sidecar::finish)?;
        if let Err(error) = rows.finish(&self.rest) {
            files::remove(&path)?;
            return Err(in_file()(error));
        }
        Ok(hasher.finish())
    }

    fn block(
        &self,
        block: Result<(usize, repro_data::sparse::Matrix), repro_data::error::DataError>,
    ) -> Result<(usize, Block<T>, usize), TaskError> {
        let (first, rows) = block.map_err(TaskError::data(&self.spec.raw))?;
        let n = rows.shape().map_or(0, |[rows, _]| rows);
        let block = Block::new(rows).ok_or_else(|| {
            let raw = self.spec.raw.display();
            TaskError::unfit(format!("`{raw}` has integers beyond 2^24, which float32 does not hold exactly"))
                .hint("store them as float64")
        })?;
        Ok((first, block, n))
    }

    /// Leaves the entries of a row in `self.entries`; an error for values that cannot be masked.
    fn check_row(&mut self, block: &Block<T>, first: usize, row: usize) -> Result<(), TaskError> {
        block.entries(row, self.columns, &mut self.entries);
        let wrong = |value: f64| !value.is_finite() || (value < 0.0 && !self.spec.sidecar);
        let Some((column, value)) = self.entries.iter().find(|(_, value)| wrong((*value).into())) else {
            return Ok(());
        };
        let value: f64 = (*value).into();
        let name = |index: &[String], i: usize| index.get(i).cloned().unwrap_or_default();
        let (cell, gene) =
            (name(self.rest.obs.index(), first + row), name(self.rest.var.index(), *column as usize));
        let raw = self.spec.raw.display();
        let error =
            TaskError::unfit(format!("`{raw}` has the value {value} in cell `{cell}`, gene `{gene}`"));
        Err(if value.is_finite() {
            error.hint(
                "-1 marks masked entries, so that negative values cannot be told from them: use counts or \
                 log-normalised values, or keep the mask beside the file (`--sidecar`)",
            )
        } else {
            error.hint("every value must be finite")
        })
    }

    /// Rows of a matrix in columns are scattered, and each block reads all of them: it is read at once.
    fn block_bytes(&self) -> usize {
        if self.x.layout() == Some(Layout::Csc) { usize::MAX } else { BLOCK }
    }

    fn count_nonzero(&mut self) -> Result<u64, TaskError> {
        let mut n = 0;
        for block in self.x.blocks(self.block_bytes()) {
            let (first, block, rows) = self.block(block)?;
            for row in 0..rows {
                self.check_row(&block, first, row)?;
                n += self.entries.iter().filter(|(_, value)| *value != T::ZERO).count() as u64;
            }
        }
        Ok(n)
    }

    fn notes(&self, n_masked: u64) -> Vec<String> {
        let mut notes = Vec::new();
        if !matches!(self.x.data_type(), DataType::F32 | DataType::F64) {
            notes.push(format!("`X` has {}, which became float32: -1 needs a sign", self.x.data_type()));
        }
        let mut open: Vec<String> =
            self.rest.layers.iter().map(|(name, _)| format!("`layers/{name}`")).collect();
        open.extend(self.rest.raw.is_some().then(|| "`raw`".to_owned()));
        if !open.is_empty() {
            let open = open.join(", ");
            notes.push(format!(
                "{open} is not masked and was copied: a model that reads it may see the truth"
            ));
        }
        if n_masked == 0 {
            notes.push("nothing is masked: there will be nothing to score".to_owned());
        }
        notes
    }
}
