//! `[[table]]` bodies as they are written.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Kind, TableError};
use crate::claims::Cells;
use crate::manifest::RawSpec;
use crate::query::OneOrMany;

/// A `[[table]]` body. A key is a column of the published rows, one that a set adds, or a derived one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub title: String,
    /// Where in the paper the table stands.
    pub place: Option<String>,
    /// Claim sets that it shows.
    pub claims: Vec<SetSpec>,
    /// Keys that tell rows apart, the outermost first.
    pub rows: Vec<String>,
    /// Keys that tell groups of columns apart, the outermost first.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Keys that tell the columns of a group apart.
    #[serde(default)]
    pub entries: Vec<String>,
    /// Keys made from another one.
    #[serde(default)]
    pub derive: BTreeMap<String, Derive>,
    /// Key and its texts in order; texts that are not named follow as they first appear.
    #[serde(default)]
    pub order: BTreeMap<String, Vec<String>>,
    /// Key, text and what is shown instead.
    #[serde(default)]
    pub labels: BTreeMap<String, BTreeMap<String, String>>,
    /// Key and its title.
    #[serde(default)]
    pub titles: BTreeMap<String, String>,
    /// Column with the spread that is printed behind `±`.
    pub spread: Option<String>,
    /// Which values are the best.
    pub best: Option<Best>,
    /// A remark below the table.
    pub note: Option<String>,
}

/// A claim set, or some of its claims.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected the id of a claim set or `{ set, where, add }`")]
pub(super) enum SetSpec {
    Whole(String),
    Part(Part),
}

/// Some claims of a set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub set: String,
    #[serde(default, rename = "where")]
    pub conditions: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    pub add: Cells,
}

/// A key made from the texts of another one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Derive {
    pub from: String,
    pub map: BTreeMap<String, String>,
}

/// Which values compete, and what is good.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Best {
    pub along: Along,
    /// The key that `higher` and `lower` name texts of; `direction` is for all others.
    pub of: Option<String>,
    #[serde(default)]
    pub higher: Vec<String>,
    #[serde(default)]
    pub lower: Vec<String>,
    pub direction: Option<Direction>,
}

/// Values of a row compete with those of the same entry in other groups, values of a column with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Along {
    Row,
    Column,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Direction {
    Higher,
    Lower,
}

impl SetSpec {
    pub fn id(&self) -> &str {
        match self {
            Self::Whole(set) => set,
            Self::Part(part) => &part.set,
        }
    }

    /// The cells of a claim with what the set adds; `None` for a claim that is not wanted.
    pub fn cells(&self, cells: &Cells) -> Option<Cells> {
        let mut cells = cells.clone();
        if let Self::Part(Part { conditions, add, .. }) = self {
            let fits = |(column, texts): (&String, &OneOrMany)| {
                cells.get(column).is_some_and(|cell| texts.0.contains(cell))
            };
            if !conditions.iter().all(fits) {
                return None;
            }
            cells.extend(add.clone());
        }
        Some(cells)
    }

    /// Columns and the texts that the claims must have.
    pub fn wanted(&self) -> impl Iterator<Item = (&String, &OneOrMany)> {
        let conditions = match self {
            Self::Whole(_) => None,
            Self::Part(part) => Some(part.conditions.iter()),
        };
        conditions.into_iter().flatten()
    }

    /// Columns that the published rows must have.
    pub fn conditions(&self) -> impl Iterator<Item = &String> {
        let conditions = match self {
            Self::Whole(_) => None,
            Self::Part(part) => Some(part.conditions.keys()),
        };
        conditions.into_iter().flatten()
    }
}

impl Best {
    /// The direction of a value with this text of `of`.
    pub fn direction(&self, text: Option<&String>) -> Option<Direction> {
        match text {
            Some(text) if self.higher.contains(text) => Some(Direction::Higher),
            Some(text) if self.lower.contains(text) => Some(Direction::Lower),
            _ => self.direction,
        }
    }
}

impl Body {
    /// All keys, those of rows first.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.rows.iter().chain(&self.columns).chain(&self.entries)
    }

    /// What a key is called.
    pub fn title_of(&self, key: &str) -> String {
        self.titles.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// What is shown for a text of a key.
    pub fn label(&self, key: &str, text: &str) -> String {
        self.labels.get(key).and_then(|labels| labels.get(text)).cloned().unwrap_or_else(|| text.to_owned())
    }

    /// The kind, and whether the body fits it.
    pub fn check(&self, raw: &RawSpec) -> Result<Kind, TableError> {
        let wrong = |message: &str| Err(TableError::new(raw, message));
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == raw.kind);
        let kind = kind.ok_or_else(|| {
            TableError::unknown(raw, "kind", &raw.kind, Kind::ALL.iter().map(|kind| kind.name()))
        })?;
        if self.claims.is_empty() || self.rows.is_empty() {
            return wrong("`claims` and `rows` name at least one each");
        }
        let has_columns = !(self.columns.is_empty() && self.entries.is_empty());
        match kind {
            Kind::Wide if !has_columns => return wrong("kind `wide` needs `columns` or `entries`"),
            Kind::Comparison if has_columns => {
                return wrong("kind `comparison` has one row a claim, no columns");
            }
            _ => {}
        }
        let mut seen = BTreeSet::new();
        if let Some(key) = self.keys().find(|key| !seen.insert(key.as_str())) {
            return wrong(&format!("`{key}` is used twice"));
        }
        let named = self.order.keys().chain(self.labels.keys()).chain(self.titles.keys());
        let derived = self.derive.keys().chain(self.best.iter().filter_map(|best| best.of.as_ref()));
        if let Some(key) = named.chain(derived).find(|key| !seen.contains(key.as_str())) {
            return Err(TableError::unknown(raw, "key", key, seen.iter().copied()));
        }
        for (key, texts) in &self.order {
            let distinct: BTreeSet<&String> = texts.iter().collect();
            if distinct.len() < texts.len() {
                return wrong(&format!("`order` names a text of `{key}` twice"));
            }
        }
        Ok(kind)
    }
}
