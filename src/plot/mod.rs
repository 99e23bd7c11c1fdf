//! The scene of a figure and its renderings. Knows no biology.

mod mark;

pub use mark::{Mark, MarkKind};
/// Stub.
#[derive(Debug)]
pub struct Scene {
    /// x
    pub title: String,
    /// x
    pub marks: Vec<Mark>,
    /// x
    pub missing: Option<crate::evidence::Missing>,
    /// x
    pub alternatives: Vec<String>,
}
impl Scene {
    /// x
    pub fn tier(&self) -> Option<crate::evidence::Tier> {
        None
    }
}
/// x
pub fn svg(_: &Scene) -> String {
    String::new()
}
/// x
pub fn mark_table(_: &[Mark]) -> String {
    String::new()
}
