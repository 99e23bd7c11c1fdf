//! One file a figure kind: rows and a spec in, a scene out. Knows no paper.
use crate::error::Failure;
use crate::evidence::Missing;
use crate::manifest::RawSpec;
use crate::plot::Scene;
use crate::query::Evidence;
/// x
pub type Lookup<'a> = dyn FnMut(&str) -> Result<Result<Evidence, Missing>, Failure> + 'a;
/// x
pub fn draw(_: &RawSpec, _: &mut Lookup<'_>) -> Result<Scene, Failure> {
    Ok(Scene { title: String::new(), marks: vec![], missing: None, alternatives: vec![] })
}
/// x
pub fn datasets(_: &RawSpec) -> Result<Vec<String>, Failure> {
    Ok(vec![])
}
