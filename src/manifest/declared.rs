//! Sources and artifacts as they are written, turned into what they mean.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tree::check_keys;
use super::{Artifact, DerivedRow, FetchPolicy, Origin, RepoType, SourceKind, relative_path};
use crate::digest::Sha256;
use crate::evidence::Tier;

/// A `[[source]]` body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSource {
    pub id: String,
    kind: RawSourceKind,
    repo: Option<String>,
    repo_type: Option<RepoType>,
    revision: Option<String>,
    url: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawSourceKind {
    Hub,
    Http,
    Local,
    Stage,
}

impl RawSource {
    /// What the keys say, checked.
    pub fn kind(self) -> Result<SourceKind, String> {
        let id = self.id;
        let needs = |key: &str| format!("source `{id}` needs `{key}`");
        match self.kind {
            RawSourceKind::Local => Ok(SourceKind::Local),
            RawSourceKind::Stage => Ok(SourceKind::Stage),
            RawSourceKind::Http => {
                let url = self.url.ok_or_else(|| needs("url"))?;
                if !url.starts_with("https://") && !url.starts_with("http://") {
                    return Err(format!("source `{id}`: url `{url}` is neither http nor https"));
                }
                Ok(SourceKind::Http { url })
            }
            RawSourceKind::Hub => {
                let repo = self.repo.ok_or_else(|| needs("repo"))?;
                let (owner, name) = repo.split_once('/').unwrap_or_default();
                if relative_path(owner).is_err() || relative_path(name).is_err() || name.contains('/') {
                    return Err(format!("source `{id}`: repo `{repo}` is not `owner/name`"));
                }
                let repo_type = self.repo_type.ok_or_else(|| needs("repo_type"))?;
                Ok(SourceKind::Hub {
                    repo,
                    repo_type,
                    revision: self.revision.unwrap_or_else(|| "main".into()),
                })
            }
        }
    }
}

/// An `[[artifact]]` body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawArtifact {
    id: String,
    source: Option<String>,
    path: Option<String>,
    #[serde(default)]
    tree: bool,
    glob: Option<String>,
    archive: Option<String>,
    member: Option<String>,
    to: Option<String>,
    evidence: Tier,
    #[serde(default)]
    optional: bool,
    fetch: Option<FetchPolicy>,
    sha256: Option<Sha256>,
    size: Option<u64>,
    about: Option<String>,
    #[serde(default)]
    for_each: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    derived_rows: Vec<DerivedRow>,
}

impl RawArtifact {
    /// One artifact, or one for each combination of the `for_each` lists.
    pub fn expand(self) -> Result<Vec<Artifact>, String> {
        let mut combinations: Vec<BTreeMap<String, String>> = vec![BTreeMap::new()];
        for (name, values) in &self.for_each {
            combinations = combinations
                .iter()
                .flat_map(|combination| {
                    values.iter().map(move |value| {
                        let mut extended = combination.clone();
                        extended.insert(name.clone(), value.clone());
                        extended
                    })
                })
                .collect();
        }
        combinations.into_iter().map(|columns| self.artifact(columns)).collect()
    }

    fn artifact(&self, columns: BTreeMap<String, String>) -> Result<Artifact, String> {
        let fill = |text: &str| {
            columns
                .iter()
                .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
        };
        let id = fill(&self.id);
        let checked =
            |path: &str| relative_path(path).map(str::to_owned).map_err(|e| format!("artifact `{id}`: {e}"));
        checked(&id)?;
        let origin = match (&self.source, &self.path, &self.archive, &self.member) {
            (Some(source), path, None, None) if self.tree => {
                let filled = |text: &Option<String>| text.as_deref().map(|t| checked(&fill(t))).transpose();
                Origin::Tree { source: source.clone(), path: filled(path)?, glob: filled(&self.glob)? }
            }
            (Some(source), Some(path), None, None) => {
                Origin::File { source: source.clone(), path: checked(&fill(path))? }
            }
            (None, None, Some(archive), Some(member)) if !self.tree => {
                Origin::Member { archive: archive.clone(), member: checked(&fill(member))? }
            }
            _ => return Err(format!("artifact `{id}` needs `source` and `path`, or `archive` and `member`")),
        };
        let of_a_file = self.sha256.is_some() || self.size.is_some() || !self.derived_rows.is_empty();
        check_keys(&id, self.tree, of_a_file, self.glob.is_some())?;
        let to = match (&self.to, &origin) {
            (Some(to), _) => checked(&fill(to))?,
            (None, Origin::File { path, .. } | Origin::Tree { path: Some(path), .. })
                if !path.contains(['*', '?', '[', '{']) =>
            {
                path.clone()
            }
            _ => return Err(format!("artifact `{id}` needs `to`")),
        };
        // What a tree holds, and how much, is known only when it is listed: nobody gets it unasked.
        let usual = if self.tree { FetchPolicy::Named } else { FetchPolicy::Default };
        Ok(Artifact {
            id,
            origin,
            to,
            evidence: self.evidence,
            optional: self.optional,
            fetch: self.fetch.unwrap_or(usual),
            sha256: self.sha256,
            size: self.size,
            about: self.about.clone(),
            columns,
            derived_rows: self.derived_rows.clone(),
        })
    }
}
