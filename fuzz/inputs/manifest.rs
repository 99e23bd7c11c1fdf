//! Any text as the manifest of the paper `paper`.

use repro::manifest::{Selection, load};
use serde::Deserialize;

/// What some figure could need; the bodies of real ones are read in the same manner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Body {
    dataset: Option<String>,
    #[serde(default)]
    columns: Vec<String>,
    width: Option<f64>,
}

/// Whether the text is a manifest.
pub fn run(bytes: &[u8]) -> bool {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("paper");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("paper.toml"), bytes).unwrap();
    let manifest = match load(root.path(), &folder) {
        Ok(manifest) => manifest,
        Err(error) => {
            assert!(error.to_string().starts_with("paper"), "{error} does not say where");
            return false;
        }
    };
    for artifact in &manifest.artifacts {
        let place = manifest.frozen_path(root.path(), artifact);
        assert!(place.starts_with(root.path()) && !place.components().any(|part| part.as_os_str() == ".."));
        let _ = (manifest.source(artifact), manifest.stage_of(artifact), artifact.is_tree());
    }
    let bodies = [&manifest.datasets, &manifest.figures, &manifest.tables, &manifest.claims];
    for spec in bodies.into_iter().flatten() {
        let _ = spec.parse::<Body>();
        spec.parse::<toml::Table>().unwrap();
        if let Ok(selection) = Selection::new(&[format!("{}/{}", manifest.id(), spec.id)]) {
            let _ = (selection.contains(manifest.id(), &spec.id), selection.check(std::iter::empty()));
        }
    }
    true
}
