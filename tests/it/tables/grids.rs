//! Tables of this repository's papers, built without the command line.

use std::collections::BTreeMap;
use std::path::Path;

use repro::claims::{ClaimSet, Facts, FigureFacts, judge};
use repro::evidence::Missing;
use repro::figures;
use repro::manifest;
use repro::plot::{Scene, Theme};
use repro::query::{Evidence, Library};
use repro::stages;
use repro::tables::{self, Grid};

/// All tables of a paper of a project.
pub fn grids(root: &Path, paper: &str) -> Vec<Grid> {
    let manifest = manifest::load(root, &root.join("manifests").join(paper)).unwrap();
    let frozen = root.join("frozen");
    let vault = stages::open(&manifest, &frozen).unwrap().vault;
    let mut library = Library::new(&vault);
    let mut datasets: BTreeMap<String, Result<Evidence, Missing>> = BTreeMap::new();
    for spec in &manifest.datasets {
        datasets.insert(spec.id.clone(), library.get(&spec.id).unwrap());
    }
    let draw = |spec| figures::draw(spec, Theme::Faithful, &mut |id: &str| Ok(datasets[id].clone())).unwrap();
    let scenes: Vec<Scene> = manifest.figures.iter().map(draw).collect();
    let figure = |scene: &'static Scene| {
        (
            scene.id.as_str(),
            FigureFacts { marks: &scene.marks, missing: scene.missing.as_ref(), shipped: true },
        )
    };
    // Leaked once a test: facts borrow from scenes that nobody else keeps.
    let figures = scenes.into_iter().map(|scene| figure(Box::leak(Box::new(scene)))).collect();
    let facts = Facts { figures, datasets: &datasets, copies: None };
    let mut problems = Vec::new();
    let sets: Vec<ClaimSet> =
        manifest.claims.iter().map(|spec| ClaimSet::register(spec, &vault, &mut problems)).collect();
    let judged = judge(&sets, &facts);
    manifest.tables.iter().map(|spec| tables::build(spec, &judged, &manifest).unwrap()).collect()
}
