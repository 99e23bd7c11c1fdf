//! Rules about the source itself.

use std::path::{Path, PathBuf};

use super::support::repository;

/// Modules from the top down: an import may only point down this list.
const LAYERS: [&[&str]; 16] = [
    &["cli"],
    &["report"],
    &["lint"],
    &["tables"],
    &["claims"],
    &["figures"],
    &["plot"],
    &["query"],
    &["stages"],
    &["tasks"],
    &["stats"],
    &["data"],
    &["fetch"],
    &["store"],
    &["manifest"],
    &["evidence", "digest", "error"],
];

/// Names that belong to manifests.
const PAPER_WORDS: [&str; 13] = [
    "reconeval",
    "genept",
    "tahoe",
    "luca",
    "pbmc",
    "olae",
    "mlae",
    "nlscvi",
    "mlscvi",
    "scgpt",
    "scimilarity",
    "scconcept",
    "theislab",
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Modules that a source text imports or names through `crate::`.
fn imports(text: &str) -> Vec<String> {
    let named = text.split("crate::").skip(1);
    let word = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    named.map(word).filter(|module| !module.is_empty()).collect()
}

/// Imports of `text`, a file of `module`, that do not point down.
fn upward(module: &str, text: &str) -> Vec<String> {
    let Some(own) = layer(module) else { return vec![format!("`{module}` is in no layer")] };
    let mut wrong = Vec::new();
    for import in imports(text).into_iter().filter(|import| import != module) {
        match layer(&import) {
            Some(other) if other > own => {}
            // Types of the lowest layer may use each other.
            Some(other) if other == own && own == LAYERS.len() - 1 => {}
            _ => wrong.push(format!("{module} imports {import}")),
        }
    }
    wrong
}

fn paper_words(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    PAPER_WORDS.into_iter().filter(|word| text.contains(word)).collect()
}

fn walk(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, into);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            into.push((path, text));
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    walk(&repository().join("src"), &mut files);
    files.sort();
    files
}

/// Sources of the crates below: one layer each, which cargo itself keeps from naming what lies above.
fn crates() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(repository().join("crates")).unwrap() {
        walk(&entry.unwrap().path().join("src"), &mut files);
    }
    files.sort();
    files
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let relative = path.strip_prefix(repository().join("src")).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.strip_suffix(".rs").unwrap_or(first);
        if path.extension().is_some_and(|e| e == "rs") && !["lib", "main"].contains(&module) {
            wrong.extend(
                upward(module, &text).into_iter().map(|what| format!("{}: {what}", relative.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_direction_test_can_fail() {
    assert_eq!(upward("store", "use crate::fetch::Plan;"), ["store imports fetch"]);
    assert_eq!(upward("query", "use crate::{digest, cli};").len(), 0, "grouped imports are not read");
    assert_eq!(upward("query", "use crate::store::Vault;"), Vec::<String>::new());
    assert_eq!(upward("shelf", "").len(), 1);
}

#[test]
fn imports_are_written_one_module_a_line() {
    // So that the direction test sees them all.
    let grouped: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| text.contains("use crate::{"))
        .map(|(path, _)| path)
        .collect();
    assert!(grouped.is_empty(), "{grouped:#?}");
}

#[test]
fn no_paper_in_src() {
    let found: Vec<_> = sources()
        .into_iter()
        .chain(crates())
        .map(|(path, text)| (path, paper_words(&text)))
        .filter(|(_, words)| !words.is_empty())
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_paper_test_can_fail() {
    assert_eq!(paper_words("const RUN: &str = \"olAE\";"), ["olae"]);
    assert!(paper_words("fn rank_percentile() {}").is_empty());
}

#[test]
fn main_is_short() {
    let lines = std::fs::read_to_string(repository().join("src/main.rs")).unwrap().lines().count();
    assert!(lines < 30, "{lines} lines");
}
