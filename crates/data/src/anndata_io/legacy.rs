//! Files of anndata 0.6: tables and `obsm` are structured arrays, categories lie in `uns`.

use super::element::{join, vector};
use super::numbers::{integers, labels};
use crate::anndata::Element;
use crate::error::{DataError, DataProblem};
use crate::frame::{Categorical, Column, DataFrame};
use crate::store::Store;
use crate::values::Values;

/// Rows of the structured array at `path`.
pub(super) fn n_rows(path: &str, shape: &[usize]) -> Result<usize, DataError> {
    match shape {
        [n] => Ok(*n),
        _ => Err(DataError::malformed(path, format!("the shape {shape:?} is no table"))),
    }
}

/// The table at `path`: its first field names the rows, codes of `name` have their categories in
/// `uns/<name>_categories`.
pub(super) fn frame(store: &dyn Store, path: &str) -> Result<DataFrame, DataError> {
    let mut fields = store.read_records(path)?.into_iter();
    let Some((index_name, index)) = fields.next() else {
        return Err(DataError::new(path, DataProblem::Missing("index".to_owned())));
    };
    let mut frame = DataFrame::new(labels(index.into_values()));
    frame.index_name = (index_name != "index").then_some(index_name);
    for (name, field) in fields {
        let values = field.into_values();
        let categories = join("uns", &format!("{name}_categories"));
        let column = match (values.texts().is_none(), store.node(&categories)?) {
            (true, Some(_)) => coded(store, path, &values, &categories)?,
            _ => Column::Values(values),
        };
        frame.push(name, column).map_err(|problem| problem.under(path))?;
    }
    Ok(frame)
}

fn coded(store: &dyn Store, path: &str, codes: &Values, categories: &str) -> Result<Column, DataError> {
    // Two tables share the names of `uns`: where the codes do not fit, the categories are another's.
    let Ok(codes) = integers::<i32>(codes, path) else { return Ok(Column::Values(codes.clone())) };
    let categories = vector(store, categories)?;
    Ok(match Categorical::new(codes.clone(), categories, false) {
        Ok(categorical) => Column::Categorical(categorical),
        Err(_) => Column::Values(Values::I32(codes)),
    })
}

/// The fields of the structured array at `path`, such as `obsm`, as elements.
pub(super) fn fields(store: &dyn Store, path: &str) -> Result<Vec<(String, Element)>, DataError> {
    let fields = store.read_records(path)?.into_iter();
    Ok(fields.map(|(name, array)| (name, Element::Array(array))).collect())
}
