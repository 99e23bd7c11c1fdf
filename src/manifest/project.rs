//! A project: the nearest parent folder that holds `manifests/`.

use std::path::{Path, PathBuf};

use super::{Manifest, ManifestError, load};
use crate::error::{Class, Diagnostic};

/// A project folder and its manifests.
#[derive(Debug)]
pub struct Project {
    /// Absolute path of the folder that holds `manifests/`.
    pub root: PathBuf,
    /// Papers in order of id.
    pub manifests: Vec<Manifest>,
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
        let mut folders = Vec::new();
        for entry in std::fs::read_dir(root.join("manifests")).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.join("paper.toml").is_file() {
                folders.push(path);
            }
        }
        folders.sort();
        let manifests = folders.iter().map(|folder| load(&root, folder)).collect::<Result<_, _>>()?;
        Ok(Self { root, manifests })
    }

    /// `frozen/`, where artifacts lie.
    pub fn frozen(&self) -> PathBuf {
        self.root.join("frozen")
    }

    /// The manifest of a paper.
    pub fn manifest(&self, paper: &str) -> Option<&Manifest> {
        self.manifests.iter().find(|manifest| manifest.id() == paper)
    }
}
