//! A project: the nearest parent folder that holds `manifests/`.

use std::path::{Path, PathBuf};

use super::{Manifest, ManifestError, Selection, load};
use crate::error::{Class, Diagnostic};

/// A project folder and its manifests.
#[derive(Debug)]
pub struct Project {
    /// Absolute path of the folder that holds `manifests/`.
    pub root: PathBuf,
    /// Papers in order of id.
    pub manifests: Vec<Manifest>,
    /// Manifests of data sets that belong to no paper, in order of id. Nothing reads or fetches them unless it is asked
    /// for by name.
    pub collections: Vec<Manifest>,
}

/// No project, or one that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// No parent holds `manifests/`.
    #[error("no `manifests` folder in `{}`{}", start.display(), if *parents { " or any parent folder" } else { "" })]
    NotFound {
        /// Where the search began.
        start: PathBuf,
        /// Whether parents were searched too.
        parents: bool,
    },
    /// The folder cannot be listed.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A manifest is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl Diagnostic for ProjectError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { .. } => Some("name the project with `-C DIR`".into()),
            Self::Unreadable { .. } => None,
            Self::Manifest(error) => error.hint(),
        }
    }
}

impl Project {
    /// Opens `explicit`, or the nearest folder from `start` upwards that holds `manifests/`.
    pub fn open(explicit: Option<&Path>, start: &Path) -> Result<Self, ProjectError> {
        let (project, unreadable) = Self::open_readable(explicit, start)?;
        unreadable.into_iter().next().map_or(Ok(project), |error| Err(error.into()))
    }

    /// The same with the manifests that can be read, and what is wrong with the others.
    pub fn open_readable(
        explicit: Option<&Path>,
        start: &Path,
    ) -> Result<(Self, Vec<ManifestError>), ProjectError> {
        let root = match explicit {
            Some(folder) => folder.join("manifests").is_dir().then_some(folder),
            None => start.ancestors().find(|folder| folder.join("manifests").is_dir()),
        };
        let Some(root) = root else {
            let start = explicit.unwrap_or(start).to_owned();
            return Err(ProjectError::NotFound { start, parents: explicit.is_none() });
        };
        let unreadable = |source| ProjectError::Unreadable { path: root.join("manifests"), source };
        let root = std::path::absolute(root).map_err(unreadable)?;
        let (mut folders, mut collections) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(root.join("manifests")).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.join("paper.toml").is_file() {
                folders.push(path);
            } else if path.join("collection.toml").is_file() {
                collections.push(path);
            }
        }
        let mut unreadable = Vec::new();
        let mut load_all = |mut folders: Vec<PathBuf>| -> Vec<Manifest> {
            folders.sort();
            let loaded = folders.iter().map(|folder| load(&root, folder));
            loaded.filter_map(|manifest| manifest.map_err(|error| unreadable.push(error)).ok()).collect()
        };
        let (manifests, collections) = (load_all(folders), load_all(collections));
        Ok((Self { root, manifests, collections }, unreadable))
    }

    /// Whether there is neither a paper nor a collection.
    pub fn is_empty(&self) -> bool {
        self.manifests.is_empty() && self.collections.is_empty()
    }

    /// `frozen/`, where artifacts lie.
    pub fn frozen(&self) -> PathBuf {
        self.root.join("frozen")
    }

    /// The manifest of a paper or collection.
    pub fn manifest(&self, id: &str) -> Option<&Manifest> {
        self.manifests.iter().chain(&self.collections).find(|manifest| manifest.id() == id)
    }

    /// The manifests that a selection is about: all papers, and collections only where something is named.
    pub fn covered(&self, selection: &Selection) -> impl Iterator<Item = &Manifest> {
        let collections = if selection.is_everything() { &[] } else { self.collections.as_slice() };
        self.manifests.iter().chain(collections)
    }
}
