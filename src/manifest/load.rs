//! Reads and validates the files of one paper.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::declared::{RawArtifact, RawSource};
use super::error::line_of;
use super::tiers::{check_given, check_tiers};
use super::tree::check_trees;
use super::{
    Artifact, Line, Lines, Manifest, ManifestError, Need, Note, Origin, Paper, RawSpec, Source, SourceText,
    relative_path,
};
use crate::digest::file;

/// The manifest schema this version reads.
const SCHEMA: i64 = 1;

/// Artifacts of one paper: a short `for_each` can stand for any number of them.
const MOST_ARTIFACTS: usize = 20_000;

const SECTIONS: [&str; 11] = [
    "schema", "paper", "source", "artifact", "stage", "dataset", "figure", "table", "claims", "note", "need",
];

/// Loads `manifests/<paper>/*.toml`, of a paper or of a collection, which says `[collection]` instead of `[paper]`;
/// `root` is the project folder, for paths in messages.
pub fn load(root: &Path, folder: &Path) -> Result<Manifest, ManifestError> {
    let mut parts = Parts::default();
    let mut files = Vec::new();
    stay_within(root, folder)?;
    stay_within(root, &folder.join("repro.lock"))?;
    let entries = std::fs::read_dir(folder).map_err(|error| ManifestError::unreadable(folder, error))?;
    for entry in entries {
        let path = entry.map_err(|error| ManifestError::unreadable(folder, error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    for path in files {
        let shown = path.strip_prefix(root).unwrap_or(&path).to_owned();
        stay_within(root, &path)?;
        let text = file::read_to_string(&path).map_err(|error| ManifestError::unreadable(&shown, error))?;
        parts.read(&Arc::new(SourceText { path: shown, text }))?;
    }
    parts.finish(root, folder)
}

/// An error if a file of a manifest is reached through a link that leaves the project.
fn stay_within(root: &Path, path: &Path) -> Result<(), ManifestError> {
    let shown = path.strip_prefix(root).unwrap_or(path);
    match file::leaving_link(root, shown).map_err(|error| ManifestError::unreadable(shown, error))? {
        Some(link) => Err(ManifestError::link(link.strip_prefix(root).unwrap_or(&link))),
        None => Ok(()),
    }
}

/// Sections gathered from all files.
#[derive(Default)]
struct Parts {
    paper: Option<(Paper, Arc<SourceText>)>,
    has_schema: bool,
    lines: Lines,
    sources: Vec<(Source, Place)>,
    artifacts: Vec<(Artifact, Place)>,
    /// Ids of artifacts without the key `evidence`.
    without_tier: BTreeSet<String>,
    notes: Vec<(Note, Place)>,
    needs: Vec<(Need, Place)>,
    stages: Vec<RawSpec>,
    datasets: Vec<RawSpec>,
    figures: Vec<RawSpec>,
    tables: Vec<RawSpec>,
    claims: Vec<RawSpec>,
}

/// A file and a byte range in it.
pub(super) type Place = (Arc<SourceText>, std::ops::Range<usize>);

impl Parts {
    fn read(&mut self, source: &Arc<SourceText>) -> Result<(), ManifestError> {
        let root =
            DeTable::parse(&source.text).map_err(|error| ManifestError::from_toml(source, error, 0..0))?;
        for (key, value) in root.into_inner() {
            let span = key.span();
            self.section(key.get_ref(), value, span, source)?;
        }
        Ok(())
    }

    fn section(
        &mut self,
        key: &str,
        value: Spanned<DeValue<'_>>,
        key_span: std::ops::Range<usize>,
        source: &Arc<SourceText>,
    ) -> Result<(), ManifestError> {
        match key {
            "schema" => {
                let schema: i64 = typed(value, source)?;
                if schema != SCHEMA {
                    let message =
                        format!("manifest schema {schema} is not supported, this version reads {SCHEMA}");
                    return Err(ManifestError::at(source, Some(key_span), message));
                }
                self.has_schema = true;
            }
            "paper" | "collection" => {
                if let Some(first) = &self.lines.paper {
                    let place = format!("{}:{}", first.file.display(), first.line);
                    let message = format!("`[{key}]` is the second of the folder; the first is at {place}");
                    return Err(ManifestError::at(source, Some(key_span), message));
                }
                self.lines.paper = Some(line(&(Arc::clone(source), key_span)));
                self.paper = Some((typed(value, source)?, Arc::clone(source)));
            }
            "source" => {
                for entry in entries(value, source)? {
                    let span = entry.span();
                    let raw: RawSource = typed(table_value(entry), source)?;
                    let id = raw.id.clone();
                    let kind = raw
                        .kind()
                        .map_err(|message| ManifestError::at(source, Some(span.clone()), message))?;
                    self.sources.push((Source { id, kind }, (Arc::clone(source), span)));
                }
            }
            "artifact" => {
                for entry in entries(value, source)? {
                    let span = entry.span();
                    let raw: RawArtifact = typed(table_value(entry), source)?;
                    let has_tier = raw.has_tier();
                    for artifact in raw
                        .expand(MOST_ARTIFACTS.saturating_sub(self.artifacts.len()))
                        .map_err(|message| ManifestError::at(source, Some(span.clone()), message))?
                    {
                        if !has_tier {
                            self.without_tier.insert(artifact.id.clone());
                        }
                        self.artifacts.push((artifact, (Arc::clone(source), span.clone())));
                    }
                }
            }
            "note" => {
                for entry in entries(value, source)? {
                    let span = entry.span();
                    let note: Note = typed(table_value(entry), source)?;
                    self.notes.push((note, (Arc::clone(source), span)));
                }
            }
            "need" => {
                for entry in entries(value, source)? {
                    let span = entry.span();
                    let need: Need = typed(table_value(entry), source)?;
                    self.needs.push((need, (Arc::clone(source), span)));
                }
            }
            "stage" => self.stages.extend(raw_specs(value, "stage", true, source)?),
            "dataset" => self.datasets.extend(raw_specs(value, "dataset", false, source)?),
            "figure" => self.figures.extend(raw_specs(value, "figure", true, source)?),
            "table" => self.tables.extend(raw_specs(value, "table", true, source)?),
            "claims" => self.claims.extend(raw_specs(value, "claims", false, source)?),
            unknown => {
                let message = format!("unknown section `{unknown}`");
                let error = ManifestError::at(source, Some(key_span), message);
                return Err(match super::error::nearest(unknown, SECTIONS.into_iter()) {
                    Some(name) => error.with_hint(format!("did you mean `{name}`?")),
                    None => error.with_hint(format!("the sections are `{}`", SECTIONS.join("`, `"))),
                });
            }
        }
        Ok(())
    }

    fn finish(mut self, root: &Path, folder: &Path) -> Result<Manifest, ManifestError> {
        let Some((paper, paper_file)) = self.paper else {
            let path = folder.strip_prefix(root).unwrap_or(folder).join("paper.toml");
            let main = SourceText { path, text: String::new() };
            return Err(ManifestError::at(&main, None, "missing section `[paper]`".into()));
        };
        if folder.file_name().is_none_or(|name| *name != *paper.id) {
            let message = format!("paper id `{}` differs from the name of its folder", paper.id);
            return Err(ManifestError::at(&paper_file, None, message));
        }
        check_twice("source", self.sources.iter().map(|(source, place)| (source.id.as_str(), place)))?;
        check_twice("note", self.notes.iter().map(|(note, place)| (note.id.as_str(), place)))?;
        self.lines.sources = lines(self.sources.iter().map(|(source, place)| (&source.id, place)));
        self.lines.artifacts = lines(self.artifacts.iter().map(|(artifact, place)| (&artifact.id, place)));
        self.lines.needs = lines(self.needs.iter().map(|(need, place)| (&need.id, place)));
        self.lines.notes = lines(self.notes.iter().map(|(note, place)| (&note.id, place)));
        let sources: Vec<Source> = self.sources.into_iter().map(|(source, _)| source).collect();
        check_given(&sources, &self.artifacts, &self.without_tier)?;
        check_artifacts(&sources, &self.artifacts)?;
        check_tiers(&sources, &self.artifacts)?;
        check_trees(&sources, &self.artifacts)?;
        check_needs(&self.needs, &self.artifacts)?;
        for specs in [&self.stages, &self.datasets, &self.figures, &self.tables, &self.claims] {
            check_ids(specs)?;
        }
        check_figures(&self.figures)?;
        check_stages(&self.stages)?;
        Ok(Manifest {
            folder: folder.to_owned(),
            paper,
            sources,
            artifacts: self.artifacts.into_iter().map(|(artifact, _)| artifact).collect(),
            notes: self.notes.into_iter().map(|(note, _)| note).collect(),
            needs: self.needs.into_iter().map(|(need, _)| need).collect(),
            stages: self.stages,
            datasets: self.datasets,
            figures: self.figures,
            tables: self.tables,
            claims: self.claims,
            has_schema: self.has_schema,
            lines: self.lines,
        })
    }
}

/// The line of a place.
fn line((source, span): &Place) -> Line {
    Line { file: source.path.clone(), line: line_of(&source.text, span.start) }
}

/// The lines of entries by id. Entries of one `for_each` have one place, whose line is counted once.
fn lines<'p>(entries: impl Iterator<Item = (&'p String, &'p Place)>) -> BTreeMap<String, Line> {
    let mut lines = BTreeMap::new();
    let mut last: Option<(&Place, Line)> = None;
    for (id, place) in entries {
        let known = last.take().filter(|(known, _)| known.1 == place.1 && Arc::ptr_eq(&known.0, &place.0));
        let (_, line) = last.insert(known.unwrap_or_else(|| (place, line(place))));
        lines.insert(id.clone(), line.clone());
    }
    lines
}

/// Refuses two entries with one id.
fn check_twice<'p>(
    what: &str,
    entries: impl Iterator<Item = (&'p str, &'p Place)>,
) -> Result<(), ManifestError> {
    let mut ids = BTreeSet::new();
    for (id, (source, span)) in entries {
        if !ids.insert(id) {
            let message = format!("{what} id `{id}` is used twice");
            return Err(ManifestError::at(source, Some(span.clone()), message));
        }
    }
    Ok(())
}

/// Ids and target files are unique; sources and archives exist.
fn check_artifacts(sources: &[Source], artifacts: &[(Artifact, Place)]) -> Result<(), ManifestError> {
    let mut ids = BTreeSet::new();
    let mut targets = BTreeSet::new();
    for (artifact, (source, span)) in artifacts {
        let error = |message| Err(ManifestError::at(source, Some(span.clone()), message));
        if !ids.insert(&artifact.id) {
            return error(format!("artifact id `{}` is used twice", artifact.id));
        }
        if !targets.insert(&artifact.to) {
            return error(format!("two artifacts would lie at `{}`", artifact.to));
        }
        match &artifact.origin {
            Origin::File { source: name, .. } | Origin::Tree { source: name, .. }
                if !sources.iter().any(|known| known.id == *name) =>
            {
                return error(format!("artifact `{}` names the unknown source `{name}`", artifact.id));
            }
            Origin::Member { archive, .. }
                if !artifacts.iter().any(|(known, _)| {
                    known.id == *archive && matches!(known.origin, Origin::File { .. })
                }) =>
            {
                return error(format!("artifact `{}` names the unknown archive `{archive}`", artifact.id));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Ids of needs are unique, also among artifacts: whatever waits names either.
fn check_needs(needs: &[(Need, Place)], artifacts: &[(Artifact, Place)]) -> Result<(), ManifestError> {
    let mut ids: BTreeSet<&str> = artifacts.iter().map(|(artifact, _)| artifact.id.as_str()).collect();
    for (need, (source, span)) in needs {
        if !ids.insert(&need.id) {
            let message = format!("id `{}` is used twice", need.id);
            return Err(ManifestError::at(source, Some(span.clone()), message));
        }
    }
    Ok(())
}

/// The files of a figure must not be called like those that another one has beside its own.
fn check_figures(figures: &[RawSpec]) -> Result<(), ManifestError> {
    for figure in figures {
        if let Some(end) = [".accessible", ".compare"].into_iter().find(|end| figure.id.ends_with(end)) {
            return Err(
                figure.error(format!("bad id: `{}` ends with `{end}`, which drawings use", figure.id))
            );
        }
    }
    Ok(())
}

/// A stage's folder is replaced as a whole, so that none may lie in another's.
fn check_stages(stages: &[RawSpec]) -> Result<(), ManifestError> {
    for stage in stages {
        let below = format!("{}/", stage.id);
        if let Some(inner) = stages.iter().find(|other| other.id.starts_with(&below)) {
            return Err(
                inner.error(format!("stage `{}` would lie in the folder of stage `{}`", inner.id, stage.id))
            );
        }
    }
    Ok(())
}

fn check_ids(specs: &[RawSpec]) -> Result<(), ManifestError> {
    let mut ids = BTreeSet::new();
    for spec in specs {
        relative_path(&spec.id).map_err(|error| spec.error(format!("bad id: {error}")))?;
        if !ids.insert(&spec.id) {
            return Err(spec.error(format!("id `{}` is used twice", spec.id)));
        }
    }
    Ok(())
}

fn raw_specs(
    value: Spanned<DeValue<'_>>,
    section: &'static str,
    with_kind: bool,
    source: &Arc<SourceText>,
) -> Result<Vec<RawSpec>, ManifestError> {
    let entries = entries(value, source)?;
    entries
        .into_iter()
        .enumerate()
        .map(|(i, entry)| RawSpec::new(entry, (section, i), with_kind, source))
        .collect()
}

/// The tables of an array of tables.
fn entries<'i>(
    value: Spanned<DeValue<'i>>,
    source: &Arc<SourceText>,
) -> Result<Vec<Spanned<DeTable<'i>>>, ManifestError> {
    let span = value.span();
    let wrong =
        |span| Err(ManifestError::at(source, Some(span), "expected an array of tables, `[[…]]`".into()));
    let DeValue::Array(array) = value.into_inner() else { return wrong(span) };
    let mut tables = Vec::new();
    for entry in array {
        let span = entry.span();
        match entry.into_inner() {
            DeValue::Table(table) => tables.push(Spanned::new(span, table)),
            _ => return wrong(span),
        }
    }
    Ok(tables)
}

fn table_value(table: Spanned<DeTable<'_>>) -> Spanned<DeValue<'_>> {
    Spanned::new(table.span(), DeValue::Table(table.into_inner()))
}

fn typed<T: for<'de> Deserialize<'de>>(
    value: Spanned<DeValue<'_>>,
    source: &SourceText,
) -> Result<T, ManifestError> {
    let span = value.span();
    T::deserialize(value.into_deserializer()).map_err(|error| ManifestError::from_toml(source, error, span))
}
