//! Same inputs, same bytes, whatever the thread count and the working folder.

use std::collections::BTreeMap;
use std::path::Path;

use super::support::{Project, repository};

/// Every file below some folders of a project, by path.
fn files(project: &Path, folders: &[&str]) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                into.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    folders.iter().for_each(|name| walk(project, &project.join(name), &mut files));
    files
}

/// How often a section stands in the manifests of this repository.
fn declared(section: &str) -> usize {
    let manifests = files(&repository(), &["manifests"]);
    let texts = manifests.values().map(|bytes| String::from_utf8_lossy(bytes));
    texts.map(|text| text.matches(&format!("\n[[{section}]]")).count()).sum()
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let (one, two) = (Project::of_this_repository(), Project::of_this_repository());
    let run = one.run(&["reproduce", "--offline", "--jobs", "1"]);
    assert_eq!(run.status, 5, "{}", run.snapshot());
    let other_folder = two.path().join("frozen");
    let environment = [("POLARS_MAX_THREADS", "2"), ("LC_ALL", "de_DE.UTF-8"), ("TZ", "Asia/Tokyo")];
    let run = two.run_in(&other_folder, &["reproduce", "--offline", "--jobs", "2"], &environment);
    assert_eq!(run.status, 5, "{}", run.snapshot());
    let written = |project: &Project| {
        let mut files = files(project.path(), &["figures", "reports"]);
        // The one file that says when and where.
        assert!(files.remove("reports/environment.json").is_some());
        files
    };
    let (one, two) = (written(&one), written(&two));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    assert_eq!(one.len(), 2 * declared("figure") + 5 * declared("table") + 2);
    for (name, bytes) in &one {
        assert!(two[name] == *bytes, "{name} differs");
    }
}

#[test]
fn committed_figures_are_what_the_embedded_default_draws() {
    let project = Project::of_this_repository();
    let run = project.run(&["figures"]);
    // Some panels wait for files that this version cannot read.
    assert_eq!(run.status, 5, "{}", run.snapshot());
    let (drawn, committed) = (files(project.path(), &["figures"]), files(&repository(), &["figures"]));
    assert_eq!(drawn.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, bytes) in &drawn {
        assert!(committed[name] == *bytes, "{name} differs: run `make reproduce` and look at it");
    }
}
