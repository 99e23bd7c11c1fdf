//! Vectors and matrices of a file as columns and dense matrices.

use repro_data::anndata::Element;
use repro_data::array::Array;
use repro_data::error::{DataError, DataProblem};
use repro_data::frame::{self, DataFrame};
use repro_data::pickle::Value;
use repro_data::sparse::{Layout, Matrix, Sparse};
use repro_data::values::Values;
use repro_learn::Dense;

use super::Column;

/// Most elements that a matrix may have once it is dense: 4 GB.
const LARGEST: usize = 1 << 29;

/// Values as a column; truth values as Python writes them.
fn values(values: &Values) -> Column {
    match (values, values.to_f64()) {
        (Values::Text(texts), _) => Column::Text(texts.iter().cloned().map(Some).collect()),
        (Values::Bool(truths), _) => Column::Text(
            truths.iter().map(|truth| Some(if *truth { "True" } else { "False" }.to_owned())).collect(),
        ),
        (_, numbers) => super::numbers(numbers.unwrap_or_default()),
    }
}

fn masked(column: Column, is_missing: impl Fn(usize) -> bool) -> Column {
    fn mask<T>(cells: Vec<Option<T>>, is_missing: impl Fn(usize) -> bool) -> Vec<Option<T>> {
        cells.into_iter().enumerate().map(|(row, cell)| cell.filter(|_| !is_missing(row))).collect()
    }
    match column {
        Column::Text(cells) => Column::Text(mask(cells, is_missing)),
        Column::Number(cells) => Column::Number(mask(cells, is_missing)),
    }
}

/// A column of a table as one of ours.
pub(super) fn column(of: &frame::Column) -> Column {
    match of {
        frame::Column::Values(plain) => values(plain),
        frame::Column::Nullable { values: plain, mask } => {
            masked(values(plain), |row| mask.get(row).copied().unwrap_or(true))
        }
        frame::Column::Categorical(categorical) => {
            let at = |code: &i32| usize::try_from(*code).ok();
            match values(categorical.categories()) {
                Column::Text(names) => {
                    let name = |code| at(code).and_then(|at| names.get(at).cloned().flatten());
                    Column::Text(categorical.codes().iter().map(name).collect())
                }
                Column::Number(numbers) => {
                    let number = |code| at(code).and_then(|at| numbers.get(at).copied().flatten());
                    Column::Number(categorical.codes().iter().map(number).collect())
                }
            }
        }
    }
}

/// A vector of a pickle.
pub(super) fn vector(value: &Value) -> Option<Column> {
    match value {
        Value::Array(array) if array.shape().len() == 1 => Some(values(array.values())),
        Value::Column(own) => Some(column(own)),
        Value::Series(series) => Some(column(&series.column)),
        Value::Objects(objects) if objects.shape.len() == 1 => scalars(&objects.values),
        Value::List(items) | Value::Tuple(items) => scalars(items),
        _ => None,
    }
}

/// Texts, or numbers, of which some may be `None`.
fn scalars(items: &[Value]) -> Option<Column> {
    if items.iter().all(|item| matches!(item, Value::Text(_) | Value::None)) {
        return Some(Column::Text(items.iter().map(|item| item.text().map(str::to_owned)).collect()));
    }
    let number = |item: &Value| match item {
        Value::Int(number) => Some(Some(*number as f64)),
        Value::Float(number) => Some(Some(*number)),
        Value::None => Some(None),
        _ => None,
    };
    let numbers: Option<Vec<Option<f64>>> = items.iter().map(number).collect();
    numbers.map(|numbers| Column::Number(numbers.into_iter().map(|n| n.filter(|n| !n.is_nan())).collect()))
}

/// A zero matrix, unless it would be too large.
fn zeros(rows: usize, columns: usize) -> Result<Dense, DataError> {
    if rows.checked_mul(columns).is_none_or(|n| n > LARGEST) {
        return Err(DataError::new(
            "",
            DataProblem::Limit(format!("{rows} x {columns} elements are too many")),
        ));
    }
    Ok(Dense::zeros(rows, columns))
}

pub(super) fn dense(array: &Array) -> Result<Dense, DataError> {
    let wrong = |what: &str| DataError::malformed("", format!("{what} is no matrix of numbers"));
    let [rows, columns] = *array.shape() else {
        return Err(wrong(&format!("an array of {} dimensions", array.shape().len())));
    };
    let mut matrix = zeros(rows, columns)?;
    matrix.values_mut().copy_from_slice(&array.values().to_f64().ok_or_else(|| wrong("an array of texts"))?);
    Ok(matrix)
}

pub(super) fn sparse(sparse: &Sparse) -> Result<Dense, DataError> {
    let [rows, columns] = sparse.shape();
    let mut matrix = zeros(rows, columns)?;
    let values = sparse.values().to_f64().unwrap_or_default();
    for (major, pair) in sparse.indptr().windows(2).enumerate() {
        let entries = pair[0] as usize..pair[1] as usize;
        for (minor, value) in sparse.indices()[entries.clone()].iter().zip(&values[entries]) {
            let minor = *minor as usize;
            let (row, column) = match sparse.layout() {
                Layout::Csr => (major, minor),
                Layout::Csc => (minor, major),
            };
            matrix.row_mut(row)[column] += value;
        }
    }
    Ok(matrix)
}

pub(super) fn matrix(of: &Matrix) -> Result<Dense, DataError> {
    match of {
        Matrix::Dense(array) => dense(array),
        Matrix::Sparse(own) => sparse(own),
    }
}

pub(super) fn table(frame: &DataFrame) -> Result<Dense, DataError> {
    let mut matrix = zeros(frame.n_rows(), frame.columns().len())?;
    for (j, (name, own)) in frame.columns().iter().enumerate() {
        let Column::Number(numbers) = column(own) else {
            return Err(DataError::malformed(name.clone(), "is no column of numbers"));
        };
        for (i, number) in numbers.into_iter().enumerate() {
            matrix.row_mut(i)[j] = number.unwrap_or(f64::NAN);
        }
    }
    Ok(matrix)
}

pub(super) fn element(element: &Element) -> Result<Dense, DataError> {
    match element {
        Element::Array(array) => dense(array),
        Element::Sparse(own) => sparse(own),
        Element::DataFrame(frame) => table(frame),
        _ => Err(DataError::malformed("", "is no matrix")),
    }
}
