//! A project: the nearest parent folder that holds `manifests/`.

use std::path::{Path, PathBuf};

use super::{Manifest, ManifestError, Selection, load};
use crate::digest::file;
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
    /// What is wrong with papers and collections that cannot be read, in order of folder. The others can be used.
    pub broken: Vec<ManifestError>,
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
    /// The files of a paper are reached through a link that leaves the project.
    #[error("`{}` is a symbolic link that leaves `{}`", link.display(), root.display())]
    Link {
        /// The link.
        link: PathBuf,
        /// The project.
        root: PathBuf,
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
            Self::Link { .. } => Some(super::error::LINK.into()),
            Self::Manifest(error) => error.hint(),
        }
    }
}

impl Project {
    /// Opens `explicit`, or the nearest folder from `start` upwards that holds `manifests/`.
    ///
    /// # Errors
    /// Where there is no project, or none of its papers can be read; one that cannot is listed in `broken`.
    pub fn open(explicit: Option<&Path>, start: &Path) -> Result<Self, ProjectError> {
        let mut project = Self::open_readable(explicit, start)?;
        match project.manifests.is_empty() && !project.broken.is_empty() {
            true => Err(project.broken.swap_remove(0).into()),
            false => Ok(project),
        }
    }

    /// The same, also where none of the papers can be read.
    pub fn open_readable(explicit: Option<&Path>, start: &Path) -> Result<Self, ProjectError> {
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
            // Whatever lies there: what is not a file is refused when it is read.
            let has = |name: &str| path.join(name).symlink_metadata().is_ok();
            if has("paper.toml") {
                folders.push(path);
            } else if has("collection.toml") {
                collections.push(path);
            }
        }
        let mut broken = Vec::new();
        let mut load_all = |mut folders: Vec<PathBuf>| -> Vec<Manifest> {
            folders.sort();
            let loaded = folders.iter().map(|folder| load(&root, folder));
            loaded.filter_map(|loaded| loaded.map_err(|error| broken.push(error)).ok()).collect()
        };
        let (manifests, collections) = (load_all(folders), load_all(collections));
        for manifest in manifests.iter().chain(&collections) {
            let link =
                file::leaving_link(&root, &Path::new("frozen").join(manifest.id())).map_err(unreadable)?;
            if let Some(link) = link {
                return Err(ProjectError::Link { link, root });
            }
        }
        Ok(Self { root, manifests, collections, broken })
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
