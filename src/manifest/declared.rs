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
    /// Left out for what a stage writes.
    evidence: Option<Tier>,
    obtained: Option<String>,
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

/// Bytes that the artifacts of one entry repeat, at most.
const MOST_COPIED: usize = 32 << 20;

/// Longest id or path after `for_each` was filled in: no file system has longer ones.
const LONGEST: usize = 4096;

impl RawArtifact {
    /// Whether it has the key `evidence`.
    pub fn has_tier(&self) -> bool {
        self.evidence.is_some()
    }

    /// One artifact, or one for each combination of the `for_each` lists; an error where they are more than `most`.
    pub fn expand(self, most: usize) -> Result<Vec<Artifact>, String> {
        // An empty list counts as one: it is met only after those before it were multiplied.
        let n = self.for_each.values().try_fold(1_usize, |n, values| n.checked_mul(values.len().max(1)));
        if n.is_none_or(|n| n > most || n.saturating_mul(self.copied_bytes()) > MOST_COPIED) {
            return Err(format!("artifact `{}`: `for_each` makes too many artifacts of it", self.id));
        }
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

    /// About how many bytes every artifact that is made of it repeats.
    fn copied_bytes(&self) -> usize {
        let columns = self.for_each.iter().map(|(name, values)| {
            let longest = values.iter().map(String::len).max().unwrap_or(0);
            size_of::<(String, String)>() + name.len() + longest
        });
        let rows = self.derived_rows.iter();
        let rows = rows.map(|row| size_of::<DerivedRow>() + row.how.len() + size_of_val(&row.from[..]));
        columns.chain(rows).sum::<usize>()
            + [&self.about, &self.obtained].into_iter().flatten().map(String::len).sum::<usize>()
    }

    fn artifact(&self, columns: BTreeMap<String, String>) -> Result<Artifact, String> {
        let texts =
            [Some(&self.id), self.path.as_ref(), self.member.as_ref(), self.glob.as_ref(), self.to.as_ref()];
        if let Some(name) = texts.into_iter().flatten().find_map(|text| unknown_name(text, &columns)) {
            let known = columns.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() { "nothing".to_owned() } else { known };
            return Err(format!(
                "artifact `{}`: `{{{name}}}` is not filled in, `for_each` lists {known}",
                self.id
            ));
        }
        let id =
            fill(&self.id, &columns).ok_or_else(|| format!("artifact `{}`: its id is too long", self.id))?;
        let checked =
            |path: &str| relative_path(path).map(str::to_owned).map_err(|e| format!("artifact `{id}`: {e}"));
        let filled = |text: &str| {
            let path = fill(text, &columns).ok_or_else(|| format!("artifact `{id}`: a path is too long"))?;
            checked(&path)
        };
        checked(&id)?;
        let origin = match (&self.source, &self.path, &self.archive, &self.member) {
            (Some(source), path, None, None) if self.tree => {
                let filled = |text: &Option<String>| text.as_deref().map(filled).transpose();
                Origin::Tree { source: source.clone(), path: filled(path)?, glob: filled(&self.glob)? }
            }
            (Some(source), Some(path), None, None) => {
                Origin::File { source: source.clone(), path: filled(path)? }
            }
            (None, None, Some(archive), Some(member)) if !self.tree => {
                Origin::Member { archive: archive.clone(), member: filled(member)? }
            }
            _ => return Err(format!("artifact `{id}` needs `source` and `path`, or `archive` and `member`")),
        };
        if self.obtained.as_ref().is_some_and(|sentence| sentence.trim().is_empty()) {
            return Err(format!("artifact `{id}`: `obtained` is empty; state who has it from where"));
        }
        let of_a_file = self.sha256.is_some() || self.size.is_some() || !self.derived_rows.is_empty();
        super::derived::check(&self.derived_rows).map_err(|error| format!("artifact `{id}`: {error}"))?;
        check_keys(&id, self.tree, of_a_file, self.glob.is_some())?;
        let to = match (&self.to, &origin) {
            (Some(to), _) => filled(to)?,
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
            evidence: self.evidence.unwrap_or(Tier::Recomputed),
            obtained: self.obtained.clone(),
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

/// A name in `{…}` that is not among the columns. Braces that hold anything but a name, as in `{a,b}*`, belong to globs.
fn unknown_name<'t>(text: &'t str, columns: &BTreeMap<String, String>) -> Option<&'t str> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let mut named = text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name));
    named.find(|name| is_name(name) && !columns.contains_key(*name))
}

/// The text with the value of each column where `{column}` stands; `None` where that is too long. What the values hold
/// is not filled again: values that name each other would grow without end.
fn fill(text: &str, columns: &BTreeMap<String, String>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let named = after.split_once('}').and_then(|(name, after)| Some((columns.get(name)?, after)));
        let (value, after) = named.map_or(("{", after), |(value, after)| (value.as_str(), after));
        filled.push_str(value);
        rest = after;
        if filled.len() > LONGEST {
            return None;
        }
    }
    filled.push_str(rest);
    (filled.len() <= LONGEST).then_some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn columns_are_filled_in_once() {
        let columns = columns(&[("x", "1"), ("y", "{x}{y}")]);
        assert_eq!(fill("a/{x}-{x}.csv", &columns).as_deref(), Some("a/1-1.csv"));
        assert_eq!(fill("{y}", &columns).as_deref(), Some("{x}{y}"));
        assert_eq!(fill("{{x}}, {z}, {a,b}*, {", &columns).as_deref(), Some("{1}, {z}, {a,b}*, {"));
    }

    #[test]
    fn names_that_are_not_filled_in_are_found() {
        let columns = columns(&[("x", "1")]);
        for (text, name) in
            [("a/{x}-{y}.csv", Some("y")), ("{x}", None), ("{a,b}*", None), ("{", None), ("{}", None)]
        {
            assert_eq!(unknown_name(text, &columns), name, "{text}");
        }
    }

    #[test]
    fn what_is_filled_in_does_not_grow_without_end() {
        let long = "x".repeat(LONGEST);
        assert_eq!(fill("{x}", &columns(&[("x", &long)])), Some(long.clone()));
        assert_eq!(fill("{x}{x}{x}", &columns(&[("x", &long)])), None);
        assert_eq!(fill(&format!("{long}!"), &columns(&[])), None);
    }
}
