//! Renderings for print, made from the SVG so that all three show the same.

mod pdf;
mod png;
mod tree;

pub use pdf::pdf;
pub use png::{DOTS_PER_INCH, png};
pub use tree::RenderError;
