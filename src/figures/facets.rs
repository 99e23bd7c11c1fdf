//! Grids of panels by the values of columns.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::FigureError;
use super::rows::Datasets;
use super::spec::Where;
use crate::manifest::RawSpec;

/// A grid of panels by the values of one or two columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacetsSpec {
    /// Column whose values make the rows of the grid, labelled at the left.
    pub rows: Option<FacetSpec>,
    /// Column whose values make the columns of the grid, labelled above.
    pub columns: Option<FacetSpec>,
}

/// One direction of a grid of panels.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacetSpec {
    /// Column of the dataset.
    pub column: String,
    /// Values in order.
    pub values: Vec<String>,
    /// Names shown for values.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Label; `{}` stands for the value or its name.
    #[serde(default = "value_itself")]
    pub label: String,
}

/// One panel of a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Row from 0.
    pub row: usize,
    /// Column from 0.
    pub column: usize,
    /// Label of its row, empty without rows.
    pub row_label: String,
    /// Label of its column, empty without columns.
    pub column_label: String,
    /// Name in the mark table: both labels with the values themselves.
    pub name: String,
    /// What holds of its rows.
    pub conditions: Where,
}

impl FacetsSpec {
    /// Refuses a label that names anything but the value.
    pub fn check(&self, raw: &RawSpec) -> Result<(), FigureError> {
        let mut facets = self.rows.iter().chain(&self.columns);
        match facets.find(|facet| facet.label.replace("{}", "").contains('{')) {
            Some(facet) => {
                let message = format!("`label` of the facets by `{}` is `{}`", facet.column, facet.label);
                Err(FigureError::new(raw, &message).with_hint("write `{}` where the value stands"))
            }
            None => Ok(()),
        }
    }

    /// Records values that no row of a dataset has, rows with other values, and names of values that no panel has.
    pub fn record(
        &self,
        raw: &RawSpec,
        id: &str,
        conditions: &Where,
        data: &Datasets,
    ) -> Result<(), FigureError> {
        for facet in [&self.rows, &self.columns].into_iter().flatten() {
            let rows = data.rows(raw, id, &[conditions], &[&facet.column])?;
            data.listed(id, &facet.column, &facet.values, &rows);
            data.unused("name of a facet", facet.names.keys(), |name| facet.values.contains(name));
        }
        Ok(())
    }
}

impl FacetSpec {
    /// Label with the value itself, as the mark table has it.
    pub fn label(&self, value: &str) -> String {
        self.label.replace("{}", value)
    }

    /// Label with the value's name, as it is drawn.
    pub fn shown(&self, value: &str) -> String {
        self.label.replace("{}", self.names.get(value).map_or(value, String::as_str))
    }
}

/// The cells of a grid, row by row; one without a name when there is no grid.
pub fn cells(facets: Option<&FacetsSpec>) -> Vec<Cell> {
    let lane = |facet: Option<&FacetSpec>| -> Vec<(String, String, Where)> {
        let Some(facet) = facet else { return vec![Default::default()] };
        let named = |value: &String| {
            let condition = Where::from([(facet.column.clone(), value.clone())]);
            (facet.label(value), facet.shown(value), condition)
        };
        facet.values.iter().map(named).collect()
    };
    let rows = lane(facets.and_then(|facets| facets.rows.as_ref()));
    let columns = lane(facets.and_then(|facets| facets.columns.as_ref()));
    let mut cells = Vec::new();
    for (row, (row_name, row_label, above)) in rows.iter().enumerate() {
        for (column, (column_name, column_label, beside)) in columns.iter().enumerate() {
            let names = [row_name.as_str(), column_name.as_str()];
            let named: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
            cells.push(Cell {
                row,
                column,
                row_label: row_label.clone(),
                column_label: column_label.clone(),
                name: named.join(" / "),
                conditions: above.iter().chain(beside).map(|(k, v)| (k.clone(), v.clone())).collect(),
            });
        }
    }
    cells
}

fn value_itself() -> String {
    "{}".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facet(column: &str, values: [&str; 2]) -> FacetSpec {
        FacetSpec {
            column: column.to_owned(),
            values: values.map(str::to_owned).to_vec(),
            names: BTreeMap::from([("a".to_owned(), "Alpha".to_owned())]),
            label: "is {}".to_owned(),
        }
    }

    #[test]
    fn cells_come_row_by_row() {
        let facets = FacetsSpec { rows: Some(facet("r", ["1", "2"])), columns: Some(facet("c", ["a", "b"])) };
        let cells = cells(Some(&facets));
        let names: Vec<&str> = cells.iter().map(|cell| cell.name.as_str()).collect();
        assert_eq!(names, ["is 1 / is a", "is 1 / is b", "is 2 / is a", "is 2 / is b"]);
        assert_eq!((cells[2].row, cells[2].column), (1, 0));
        assert_eq!(cells[2].column_label, "is Alpha");
        assert_eq!(cells[2].conditions.get("r").map(String::as_str), Some("2"));
        assert_eq!(super::cells(None).len(), 1);
    }
}
