//! The typed part of a manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::RawSpec;
use crate::digest::Sha256;
use crate::evidence::Tier;

/// One paper: all files of `manifests/<paper>/`, validated.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The folder `manifests/<paper>/`.
    pub folder: PathBuf,
    /// Identity of the paper.
    pub paper: Paper,
    /// Where artifacts come from.
    pub sources: Vec<Source>,
    /// Files, in order of declaration, `for_each` expanded.
    pub artifacts: Vec<Artifact>,
    /// Remarks for the report.
    pub notes: Vec<Note>,
    /// What would unlock missing items, beyond artifacts.
    pub needs: Vec<Need>,
    /// What can be run, owned by `stages`.
    pub stages: Vec<RawSpec>,
    /// Named tables, owned by `query`.
    pub datasets: Vec<RawSpec>,
    /// Figures, owned by `figures`.
    pub figures: Vec<RawSpec>,
    /// Tables, owned by `tables`.
    pub tables: Vec<RawSpec>,
    /// Claim sets, owned by `claims`.
    pub claims: Vec<RawSpec>,
    /// Whether one of its files states the schema.
    pub has_schema: bool,
    /// File and line of `[paper]`, and of entries that are not raw specs, by id: artifacts, needs and notes.
    pub lines: Lines,
}

/// Lines of a manifest.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Of `[paper]` or `[collection]`.
    pub paper: Option<Line>,
    /// Of sources, by id.
    pub sources: BTreeMap<String, Line>,
    /// Of artifacts, by id.
    pub artifacts: BTreeMap<String, Line>,
    /// Of needs, by id.
    pub needs: BTreeMap<String, Line>,
    /// Of notes, by id.
    pub notes: BTreeMap<String, Line>,
}

/// A line of a manifest file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The file, relative to the project.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl Manifest {
    /// The paper's id, also the name of its folders.
    pub fn id(&self) -> &str {
        &self.paper.id
    }

    /// The source an artifact's bytes come from, through its archive for a member.
    pub fn source(&self, artifact: &Artifact) -> Option<&Source> {
        match &artifact.origin {
            Origin::File { source, .. } | Origin::Tree { source, .. } => {
                self.sources.iter().find(|known| known.id == *source)
            }
            Origin::Member { archive, .. } => self.artifact(archive).and_then(|archive| self.source(archive)),
        }
    }

    /// The stage that writes an artifact.
    pub fn stage_of<'a>(&self, artifact: &'a Artifact) -> Option<&'a str> {
        let of_stage = self.source(artifact).is_some_and(|source| source.kind == SourceKind::Stage);
        match &artifact.origin {
            Origin::File { path, .. } if of_stage => {
                path.strip_prefix(STAGES)?.strip_prefix('/')?.rsplit_once('/').map(|(stage, _)| stage)
            }
            _ => None,
        }
    }

    /// What the author states about how an artifact was obtained, or about the archive that it is in.
    pub fn obtained<'a>(&'a self, artifact: &'a Artifact) -> Option<&'a str> {
        let of_archive = || match &artifact.origin {
            Origin::Member { archive, .. } => self.artifact(archive)?.obtained.as_deref(),
            Origin::File { .. } | Origin::Tree { .. } => None,
        };
        artifact.obtained.as_deref().or_else(of_archive)
    }

    /// The need with this id.
    pub fn need(&self, id: &str) -> Option<&Need> {
        self.needs.iter().find(|need| need.id == id)
    }

    /// The artifact with this id.
    pub fn artifact(&self, id: &str) -> Option<&Artifact> {
        self.artifacts.iter().find(|artifact| artifact.id == id)
    }

    /// `manifests/<paper>/repro.lock`.
    pub fn lock_path(&self) -> PathBuf {
        self.folder.join("repro.lock")
    }

    /// Where an artifact lies once it is visible: below `frozen/<paper>/`.
    pub fn frozen_path(&self, frozen: &Path, artifact: &Artifact) -> PathBuf {
        frozen.join(&self.paper.id).join(&artifact.to)
    }
}

/// Identity of a paper.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Folder-safe identifier.
    pub id: String,
    /// Full title.
    pub title: String,
    /// Licence of the authors' artifacts.
    pub license: Option<String>,
    /// DOI, without resolver.
    pub doi: Option<String>,
    /// What this manifest covers, in a sentence for the report.
    pub scope: Option<String>,
}

/// Where artifacts come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Identifier within the manifest.
    pub id: String,
    /// Kind and address.
    pub kind: SourceKind,
}

/// Kind and address of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A Hugging Face Hub repository.
    Hub {
        /// `owner/name`.
        repo: String,
        /// Dataset or model.
        repo_type: RepoType,
        /// Branch, tag, pull request or commit; resolved once to a commit.
        revision: String,
    },
    /// A web server: an artifact's `path` is appended to this prefix.
    Http {
        /// `http://` or `https://` prefix; ends in `/` unless the artifact's path is empty.
        url: String,
    },
    /// Files of this repository below `frozen/<paper>/`.
    Local,
    /// Outputs of stages: `stages/<stage>/<file>` below `frozen/<paper>/`, pinned by the stage's receipt.
    Stage,
}

/// Folder below `frozen/<paper>/` that holds the outputs of stages.
pub const STAGES: &str = "stages";

/// Type of a Hub repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepoType {
    /// `datasets/owner/name`.
    Dataset,
    /// `owner/name`.
    Model,
}

/// Whether `repro fetch` takes an artifact along when nothing names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FetchPolicy {
    /// Taken with every selection that covers it.
    #[default]
    Default,
    /// Large or seldom needed: taken only when its own id is selected.
    Named,
}

/// One file, or one folder of files.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Identifier within the manifest.
    pub id: String,
    /// Where its bytes come from.
    pub origin: Origin,
    /// Path below `frozen/<paper>/`; the folder, for a tree.
    pub to: String,
    /// Tier of the numbers in it. That of an output of a stage is `recomputed` here: it follows from the inputs of the
    /// stage, and `store::Vault` has it.
    pub evidence: Tier,
    /// How the author has obtained it: a statement that nothing here can check.
    pub obtained: Option<String>,
    /// Its absence is reported and does not stop a run.
    pub optional: bool,
    /// Whether a broad selection fetches it.
    pub fetch: FetchPolicy,
    /// Pin of the content. A tree has none: the lock pins each of its files.
    pub sha256: Option<Sha256>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// What it holds, for lists and the report.
    pub about: Option<String>,
    /// Columns added to every row read from it, from `for_each`.
    pub columns: BTreeMap<String, String>,
    /// Rows that whoever digitised the file computed from other rows of it.
    pub derived_rows: Vec<DerivedRow>,
}

impl Artifact {
    /// Id of the source it is asked from; none for a member of an archive.
    pub fn source_id(&self) -> Option<&str> {
        match &self.origin {
            Origin::File { source, .. } | Origin::Tree { source, .. } => Some(source),
            Origin::Member { .. } => None,
        }
    }

    /// Whether it is a folder of files.
    pub fn is_tree(&self) -> bool {
        matches!(self.origin, Origin::Tree { .. })
    }
}

/// Where an artifact's bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file at a source.
    File {
        /// Id of the source.
        source: String,
        /// Path at the source: exact, or a glob that must match exactly one file of a Hub repository.
        path: String,
    },
    /// All files below a folder of a Hub repository, of which only the listing knows the names.
    Tree {
        /// Id of the source.
        source: String,
        /// Folder: exact, or a glob that must match exactly one; none for the whole repository.
        path: Option<String>,
        /// Which files below it, as a glob over their paths in it; none for all.
        glob: Option<String>,
    },
    /// A member of an archive (zip or tar.gz) that is itself an artifact.
    Member {
        /// Id of the archive's artifact.
        archive: String,
        /// Exact path inside the archive.
        member: String,
    },
}

/// A row that was computed from other rows of the same file, so that it is no evidence of its own: it never
/// registers as a claim, and whatever uses it depends on the rows it was derived from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedRow {
    /// Row, counted from 1 after the header.
    pub row: u32,
    /// Rows it was computed from.
    pub from: Vec<u32>,
    /// How, for the report.
    pub how: String,
}

/// A remark that the report shows: an inconsistency of the paper, a reading that had to be chosen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Identifier within the manifest.
    pub id: String,
    /// Ids of the figures, claim sets or artifacts it concerns.
    pub about: Vec<String>,
    /// The remark.
    pub text: String,
}

/// Something that would unlock missing items and that no source declares: a file that lies where nobody can fetch it
/// unasked, weights, a paid service, a number that the authors would have to tell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// Identifier within the manifest, different from every artifact's.
    pub id: String,
    /// What it is.
    pub what: String,
    /// Where it lies, as far as it is known.
    pub place: Option<String>,
    /// How large it is, in words.
    pub size: Option<String>,
    /// Under which licence.
    pub license: Option<String>,
    /// Whether using it takes an accelerator.
    #[serde(default)]
    pub gpu: bool,
    /// Whether using it costs money.
    #[serde(default)]
    pub paid: bool,
}
