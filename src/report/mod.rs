//! The tracking report: one model, rendered as a self-contained HTML file and as JSON. No data access.

mod html;
mod model;

pub use html::{ReportError, html};
pub use model::{ArtifactRow, FigureRow, NoteRow, PaperModel, ReportModel, SetRow, SourceRow};
