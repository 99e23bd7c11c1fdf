//! Registered claims: one published value each, judged by a rule against our number.
//!
//! A claim set maps the columns of one published CSV. Which outcome a claim gets is derived from facts alone:
//! does the rule hold, what tier is our number, does our number depend on the claim's own row.

mod alias;
mod circle;
mod compare;
mod copies;
mod error;
mod find;
mod json;
mod judge;
mod ledger;
mod notes;
mod outcome;
mod policy;
mod problem;
mod rule;
mod set;
mod spec;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use alias::Alias;
pub use circle::refuse_twins;
pub use compare::{Comparison, compare};
pub use copies::Copies;
pub use error::ClaimsError;
pub use json::claim_json;
pub use judge::{Claim, Facts, FigureFacts, Judged, OurMark, judge};
pub use ledger::{LedgerEntry, MissingFigure, TableSets, ledger};
pub use notes::{FileRows, SetNotes, Wide};
pub use outcome::{Counts, Outcome};
pub use policy::Policy;
pub use problem::Problem;
pub use rule::{Published, Rule, Value, Verdict, published_number};
pub use set::{ClaimSet, Row, Unregistered};
pub use spec::{Uses, uses};

/// A row of a published file: column and text.
pub type Cells = BTreeMap<String, String>;
