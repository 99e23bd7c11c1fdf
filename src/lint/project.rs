//! The folder `manifests/`: entries that are no paper, and papers that declare nothing.

use std::path::Path;

use super::finding::{Check, Finding, Section, Subject, some};
use crate::manifest::Manifest;

/// Findings about the entries of `manifests/` that no verb reads, in order of name. Hidden entries are nobody's business.
pub fn entries(root: &Path) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        listed(&root.join("manifests")).iter().filter_map(|name| entry(root, name)).collect();
    findings.sort_by(|a, b| a.file.cmp(&b.file));
    findings
}

fn entry(root: &Path, name: &str) -> Option<Finding> {
    let path = root.join("manifests").join(name);
    let subject = Subject { paper: String::new(), section: Section::Project, id: name.to_owned() };
    let shown = format!("manifests/{name}");
    let (check, message, hint) = if path.is_dir() {
        if ["paper.toml", "collection.toml"].iter().any(|main| path.join(main).is_file()) {
            return None;
        }
        let inside = listed(&path);
        let manifests: Vec<&str> =
            inside.iter().map(String::as_str).filter(|name| looks_like_manifest(name)).collect();
        let hint =
            "the main file of a paper is `paper.toml`, that of data sets without a paper `collection.toml`";
        if manifests.is_empty() {
            (Check::StrayEntry, "the folder contains no manifest, so it is ignored".to_owned(), hint)
        } else {
            let found = some(manifests);
            let message =
                format!("the folder contains neither `paper.toml` nor `collection.toml`, only {found}");
            (Check::LostFolder, message, hint)
        }
    } else if looks_like_manifest(name) {
        let hint = "move it into the folder of its paper, `manifests/PAPER/`";
        (Check::LostManifest, "a manifest outside of a paper's folder is not read".to_owned(), hint)
    } else {
        let hint = "`manifests/` contains one folder per paper";
        (Check::StrayEntry, "this is neither a paper nor a collection, so it is ignored".to_owned(), hint)
    };
    let finding = Finding::new(check, subject, message).with_hint(hint);
    Some(Finding { file: Some(shown), ..finding })
}

/// Findings about a paper or collection as a whole.
pub fn paper(manifest: &Manifest) -> Vec<Finding> {
    let subject = || Subject { paper: manifest.id().to_owned(), section: Section::Paper, id: String::new() };
    let mut findings = Vec::new();
    if !manifest.has_schema {
        let message = "no file of this paper states the version of its schema".to_owned();
        let finding = Finding::new(Check::NoSchema, subject(), message).at(manifest.lines.paper.clone());
        findings.push(finding.with_hint("add `schema = 1` above `[paper]`"));
    }
    let sections =
        [&manifest.stages, &manifest.datasets, &manifest.figures, &manifest.tables, &manifest.claims];
    if manifest.artifacts.is_empty() && sections.iter().all(|section| section.is_empty()) {
        let message = format!("`{}` declares no artifact, figure, table or claim set", manifest.id());
        findings.push(Finding::new(Check::EmptyPaper, subject(), message).at(manifest.lines.paper.clone()));
    }
    findings.extend(unread(manifest).map(|name| {
        let message = "this looks like a manifest, but only files directly in the paper's folder whose name ends \
                       with `.toml` are read";
        let finding = Finding::new(Check::UnreadFile, subject(), message.to_owned());
        Finding { file: Some(format!("manifests/{}/{name}", manifest.id())), ..finding }
    }));
    findings
}

/// Entries of a paper's folder that look like manifests and are not read.
fn unread(manifest: &Manifest) -> impl Iterator<Item = String> {
    let names = listed(&manifest.folder).into_iter();
    names.flat_map(|name| {
        let path = manifest.folder.join(&name);
        match path.is_dir() {
            true => {
                let inside = listed(&path).into_iter().filter(|inside| looks_like_manifest(inside));
                inside.map(|inside| format!("{name}/{inside}")).collect()
            }
            false if looks_like_manifest(&name) && !name.ends_with(".toml") => vec![name],
            false => Vec::new(),
        }
    })
}

/// Names in a folder, hidden ones and backups of editors aside, in order.
fn listed(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| !name.starts_with(['.', '#']) && !name.ends_with('~')).collect();
    names.sort();
    names
}

fn looks_like_manifest(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains(".toml") || name.ends_with(".tml")
}
