//! Rows of the three matrices that are compared.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use repro_data::anndata_io::{AnnDataFile, MatrixReader};
use repro_data::error::DataError;
use repro_data::sparse::Layout;

use crate::TaskError;
use crate::entries::Block;

/// A matrix of which ranges of rows are read.
pub(super) struct Rows<'a> {
    reader: MatrixReader<'a>,
    path: &'a Path,
    /// The rows of a matrix in columns, which are scattered: read at once.
    whole: Option<Block<f64>>,
    /// Which row of the file is wanted at each place.
    row_order: Option<Vec<usize>>,
    /// Where each column of the file belongs.
    column_places: Option<Vec<usize>>,
}

/// Some rows.
pub(super) struct Part<'b> {
    block: PartBlock<'b>,
    column_places: Option<&'b [usize]>,
}

enum PartBlock<'b> {
    Own(Block<f64>),
    Of(&'b Block<f64>, usize),
}

impl<'a> Rows<'a> {
    pub fn new(file: &'a AnnDataFile, path: &'a Path) -> Result<Self, TaskError> {
        let reader = file.x().map_err(TaskError::data(path))?;
        let mut rows = Self { reader, path, whole: None, row_order: None, column_places: None };
        if rows.reader.layout() == Some(Layout::Csc) {
            rows.whole = Some(rows.read(0..rows.reader.shape()[0])?);
        }
        Ok(rows)
    }

    pub fn shape(&self) -> [usize; 2] {
        self.reader.shape()
    }

    /// Puts rows and columns in another order: `row_order` says which row of the file is wanted at each place,
    /// `column_order` the same of columns.
    pub fn reorder(&mut self, row_order: Option<Vec<usize>>, column_order: Option<Vec<usize>>) {
        self.row_order = row_order;
        self.column_places = column_order.map(|order| {
            let mut places = vec![0; order.len()];
            order.iter().enumerate().for_each(|(place, column)| places[*column] = place);
            places
        });
    }

    fn read(&self, range: Range<usize>) -> Result<Block<f64>, TaskError> {
        let rows = self.reader.rows(range).map_err(TaskError::data(self.path))?;
        let texts = || DataError::malformed("X", "is a matrix of texts");
        Block::new(rows).ok_or_else(texts).map_err(TaskError::data(self.path))
    }

    /// The rows at these places.
    pub fn part(&self, range: Range<usize>) -> Result<Part<'_>, TaskError> {
        let column_places = self.column_places.as_deref();
        let block = match (&self.row_order, &self.whole) {
            (None, Some(whole)) => PartBlock::Of(whole, range.start),
            (None, None) => PartBlock::Own(self.read(range)?),
            (Some(order), whole) => PartBlock::Own(self.gather(&order[range], whole.as_ref())?),
        };
        Ok(Part { block, column_places })
    }

    /// Rows from anywhere in the file; neighbours are read together.
    fn gather(&self, rows: &[usize], whole: Option<&Block<f64>>) -> Result<Block<f64>, TaskError> {
        let columns = self.shape()[1];
        let (mut values, mut scratch) = (vec![0.0; rows.len() * columns], Vec::new());
        let mut done = 0;
        for run in rows.chunk_by(|a, b| a + 1 == *b) {
            let read = if whole.is_none() { Some(self.read(run[0]..run[0] + run.len())?) } else { None };
            for (i, row) in run.iter().enumerate() {
                let own = &mut values[(done + i) * columns..(done + i + 1) * columns];
                match (&read, whole) {
                    (Some(read), _) => read.row(i, &mut scratch, own),
                    (None, Some(whole)) => whole.row(*row, &mut scratch, own),
                    (None, None) => {}
                }
            }
            done += run.len();
        }
        Ok(Block::Dense(values))
    }
}

impl Part<'_> {
    /// All values of the `row`th of these rows.
    pub fn row(&self, row: usize, scratch: &mut Scratch, into: &mut [f64]) {
        let fill = |scratch: &mut Vec<(u32, f64)>, into: &mut [f64]| match &self.block {
            PartBlock::Own(block) => block.row(row, scratch, into),
            PartBlock::Of(whole, first) => whole.row(first + row, scratch, into),
        };
        match self.column_places {
            None => fill(&mut scratch.entries, into),
            Some(places) => {
                scratch.row.resize(into.len(), 0.0);
                fill(&mut scratch.entries, &mut scratch.row);
                places.iter().zip(&scratch.row).for_each(|(place, value)| into[*place] = *value);
            }
        }
    }
}

/// Room that rows share.
#[derive(Default)]
pub(super) struct Scratch {
    entries: Vec<(u32, f64)>,
    row: Vec<f64>,
}

/// Where `own` has the names of `wanted`, in their order; `None` where both agree already.
pub(super) fn order_of(
    what: &str,
    wanted: &[String],
    (own, path): (&[String], &Path),
    reorder: bool,
) -> Result<Option<Vec<usize>>, TaskError> {
    if wanted == own {
        return Ok(None);
    }
    let path = path.display();
    let unequal = |first: usize| format!("{what} {first} is `{}` instead of `{}`", own[first], wanted[first]);
    let first = wanted.iter().zip(own).position(|(wanted, own)| wanted != own).unwrap_or(0);
    let mut places = BTreeMap::new();
    for (place, name) in own.iter().enumerate() {
        if places.insert(name, place).is_some() {
            let problem = format!("`{path}`: {}, and `{name}` occurs twice there", unequal(first));
            return Err(TaskError::unfit(problem).hint("the model must keep names and their order"));
        }
    }
    let order: Option<Vec<usize>> = wanted.iter().map(|name| places.remove(name)).collect();
    match order {
        Some(order) if reorder => Ok(Some(order)),
        Some(_) => {
            Err(TaskError::unfit(format!("`{path}` has the {what}s in another order: {}", unequal(first)))
                .hint("`--reorder` puts them in order by their names"))
        }
        None => Err(TaskError::unfit(format!("`{path}` has other {what}s: {}", unequal(first)))
            .hint("the model must keep names and their order")),
    }
}
