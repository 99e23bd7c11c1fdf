//! The tracking report: one model, rendered as a self-contained HTML file, as JSON, as Markdown and for a terminal.
//! No data access.

mod claim;
mod columns;
mod diagram;
mod graph;
mod html;
mod item;
mod markdown;
mod matrix;
mod model;
mod rows;
mod terminal;

pub use claim::{Cells, ClaimRow};
pub use graph::{Graph, Node};
pub use html::{ReportError, html};
pub use item::{ArtifactRow, DatasetRow, FigureRow, Files, SourceRow, StageRow, TableRow};
pub use markdown::markdown;
pub use matrix::{GroupRow, MatrixRow};
pub use model::{NoteRow, PaperModel, Parts, ReportModel, SetRow};
pub use terminal::terminal;
