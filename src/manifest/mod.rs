//! What a paper declares: sources, artifacts, datasets, figures, tables, claims, notes and needs.
//!
//! A manifest is every `*.toml` file of `manifests/<paper>/`, read as one. Stage, figure, table, dataset and
//! claim-set bodies stay raw (see [`RawSpec`]); the module that owns a kind deserialises it, so nothing here
//! knows a kind.

mod declared;
mod derived;
mod error;
mod load;
mod paths;
mod project;
mod raw;
mod schema;
mod select;
mod tiers;
mod tree;

pub use derived::in_order as derived_in_order;
pub use error::{ManifestError, nearest};
pub use load::load;
pub use paths::{PathError, relative_path};
pub use project::{Project, ProjectError};
pub use raw::{At, RawSpec, SourceText};
pub use schema::{
    Artifact, DerivedRow, FetchPolicy, Line, Lines, Manifest, Need, Note, Origin, Paper, RepoType, STAGES,
    Source, SourceKind,
};
pub use select::{Selection, SelectorError};
