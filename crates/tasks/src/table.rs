//! Small tables of text that users give.

use std::path::{Path, PathBuf};

use repro_data::delimited;
use repro_data::frame::{Column, DataFrame};
use repro_data::values::Values;

use crate::TaskError;

/// A table whose columns are asked for by name, the first one included.
pub struct Table {
    path: PathBuf,
    frame: DataFrame,
}

impl Table {
    /// Reads `.csv` with commas and anything else with tabs, gzipped or not.
    pub fn read(path: &Path) -> Result<Self, TaskError> {
        repro_digest::file::open(path).map_err(TaskError::file("read", path))?;
        let (reader, separator) = delimited::open(path).map_err(TaskError::data(path))?;
        let frame = delimited::read_frame(reader, separator).map_err(TaskError::data(path))?;
        Ok(Self { path: path.to_owned(), frame })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.frame.n_rows()
    }

    /// Names of the columns; the first one may be empty.
    pub fn names(&self) -> Vec<&str> {
        let first = self.frame.index_name.as_deref().unwrap_or_default();
        std::iter::once(first).chain(self.frame.columns().iter().map(|(name, _)| name.as_str())).collect()
    }

    /// A column of texts.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, TaskError> {
        if self.frame.index_name.as_deref() == Some(name) {
            return Ok(self.frame.index().to_vec());
        }
        match self.frame.column(name) {
            Some(Column::Values(Values::Text(texts))) => Ok(texts.clone()),
            Some(_) => Err(self.refused(&format!("column `{name}` holds numbers, not texts"))),
            None => Err(self.missing(name)),
        }
    }

    /// A column of numbers; NaN where a field is empty.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, TaskError> {
        let wrong = || self.refused(&format!("column `{name}` contains values that are not numbers"));
        let of = |texts: &[String]| -> Result<Vec<f64>, TaskError> {
            let number = |(row, text): (usize, &String)| {
                text.parse().map_err(|_| {
                    self.refused(&format!("row {}, column `{name}`: `{text}` is not a number", row + 1))
                })
            };
            texts.iter().enumerate().map(number).collect()
        };
        if self.frame.index_name.as_deref() == Some(name) {
            return of(self.frame.index());
        }
        match self.frame.column(name) {
            Some(Column::Values(Values::Text(texts))) if texts.iter().all(String::is_empty) => {
                Ok(vec![f64::NAN; texts.len()])
            }
            Some(Column::Values(Values::Text(texts))) => of(texts),
            Some(Column::Values(values)) => values.to_f64().ok_or_else(wrong),
            Some(Column::Nullable { values, mask }) => {
                let numbers = values.to_f64().ok_or_else(wrong)?;
                let known = |(number, missing): (f64, &bool)| if *missing { f64::NAN } else { number };
                Ok(numbers.into_iter().zip(mask).map(known).collect())
            }
            Some(Column::Categorical(_)) => Err(wrong()),
            None => Err(self.missing(name)),
        }
    }

    /// What is wrong with the table.
    pub fn refused(&self, problem: &str) -> TaskError {
        TaskError::unfit(format!("`{}`: {problem}", self.path.display()))
    }

    fn missing(&self, name: &str) -> TaskError {
        let known: Vec<String> =
            self.names().into_iter().filter(|own| !own.is_empty()).map(|own| format!("`{own}`")).collect();
        self.refused(&format!("there is no column `{name}`"))
            .hint(format!("its columns are {}", known.join(", ")))
    }
}
