//! Tables with named rows and columns: `obs`, `var` and what else is a DataFrame.

use crate::error::DataError;
use crate::values::Values;

/// Categories and, for each row, which one it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Categorical {
    codes: Vec<i32>,
    categories: Values,
    /// Whether the order of the categories means something.
    pub ordered: bool,
}

impl Categorical {
    /// `codes` count from 0 into `categories`; -1 is missing.
    pub fn new(codes: Vec<i32>, categories: Values, ordered: bool) -> Result<Self, DataError> {
        let n = categories.len();
        let outside = |code: &&i32| **code < -1 || usize::try_from(**code).is_ok_and(|code| code >= n);
        if let Some(code) = codes.iter().find(outside) {
            return Err(DataError::malformed("", format!("code {code} of {n} categories")));
        }
        Ok(Self { codes, categories, ordered })
    }

    /// Which category each row has; -1 is missing.
    pub fn codes(&self) -> &[i32] {
        &self.codes
    }

    /// The rows at these positions, with all categories; `None` where one lies outside.
    pub fn take(&self, rows: &[usize]) -> Option<Self> {
        let codes = rows.iter().map(|row| self.codes.get(*row).copied()).collect::<Option<_>>()?;
        Some(Self { codes, categories: self.categories.clone(), ordered: self.ordered })
    }

    /// The categories.
    pub fn categories(&self) -> &Values {
        &self.categories
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Plain values.
    Values(Values),
    /// Categories.
    Categorical(Categorical),
    /// Values of which some are missing: those where `mask` is true.
    Nullable {
        /// The values; what stands where one is missing means nothing.
        values: Values,
        /// Whether the value is missing.
        mask: Vec<bool>,
    },
}

impl Column {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Values(values) | Self::Nullable { values, .. } => values.len(),
            Self::Categorical(categorical) => categorical.codes.len(),
        }
    }

    /// The rows at these positions; `None` where one lies outside.
    pub fn take(&self, rows: &[usize]) -> Option<Self> {
        Some(match self {
            Self::Values(values) => Self::Values(values.take(rows)?),
            Self::Categorical(categorical) => Self::Categorical(categorical.take(rows)?),
            Self::Nullable { values, mask } => {
                let mask = rows.iter().map(|row| mask.get(*row).copied()).collect::<Option<_>>()?;
                Self::Nullable { values: values.take(rows)?, mask }
            }
        })
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A table: rows named by an index, columns by their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataFrame {
    /// Name of the index, where it has one.
    pub index_name: Option<String>,
    index: Vec<String>,
    columns: Vec<(String, Column)>,
}

impl DataFrame {
    /// A table with these row names and no columns.
    pub fn new(index: Vec<String>) -> Self {
        Self { index_name: None, index, columns: Vec::new() }
    }

    /// Adds a column of as many rows, with a name of its own.
    pub fn push(&mut self, name: impl Into<String>, column: Column) -> Result<(), DataError> {
        let name = name.into();
        if column.len() != self.index.len() {
            let why = format!("{} rows in a table of {}", column.len(), self.index.len());
            return Err(DataError::malformed(name, why));
        }
        if let Column::Nullable { values, mask } = &column
            && values.len() != mask.len()
        {
            return Err(DataError::malformed(name, "values and mask differ in length"));
        }
        if self.column(&name).is_some() {
            return Err(DataError::malformed(name, "two columns have this name"));
        }
        self.columns.push((name, column));
        Ok(())
    }

    /// The rows at these positions, in that order; `None` where one lies outside.
    pub fn take(&self, rows: &[usize]) -> Option<Self> {
        let index = rows.iter().map(|row| self.index.get(*row).cloned()).collect::<Option<_>>()?;
        let take = |(name, column): &(String, Column)| Some((name.clone(), column.take(rows)?));
        let columns = self.columns.iter().map(take).collect::<Option<_>>()?;
        Some(Self { index_name: self.index_name.clone(), index, columns })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.index.len()
    }

    /// Names of the rows.
    pub fn index(&self) -> &[String] {
        &self.index
    }

    /// The first name that more than one row has, which is legal.
    pub fn duplicate(&self) -> Option<&str> {
        let mut seen = std::collections::BTreeSet::new();
        self.index.iter().map(String::as_str).find(|name| !seen.insert(*name))
    }

    /// The columns with their names, in order.
    pub fn columns(&self) -> &[(String, Column)] {
        &self.columns
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(own, _)| own == name).map(|(_, column)| column)
    }
}
