//! The files of a repository at one commit, and the one file or folder that a path or a glob means.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};

use super::{Expected, FetchError, ListedFile};
use crate::manifest::relative_path;

/// The files of a repository at one commit.
#[derive(Clone, Debug)]
pub struct Listing {
    repo: String,
    files: Vec<ListedFile>,
    /// Every folder above a file, found once for all trees.
    folders: OnceCell<BTreeSet<String>>,
}

/// A folder of a repository.
#[derive(Debug)]
pub struct Folder {
    /// Its path; empty for the whole repository.
    pub path: String,
    /// What is wanted of it, by the path below the folder.
    pub files: BTreeMap<String, Expected>,
}

impl Listing {
    /// A listing as it came.
    pub fn new(repo: &str, files: Vec<ListedFile>) -> Self {
        Self { repo: repo.to_owned(), files, folders: OnceCell::new() }
    }

    /// The one file that is at `pattern` or matches it. A path that would leave its folder is an error for
    /// whoever means it and of no concern to others.
    pub fn find(&self, pattern: &str) -> Result<&ListedFile, FetchError> {
        let repo = self.repo.clone();
        let pattern = pattern.to_owned();
        let mut found = self.matching(&pattern)?;
        match (found.pop(), found.len()) {
            (None, _) => Err(FetchError::NoMatch { repo, pattern }),
            (Some(file), 0) => match relative_path(&file.path) {
                Ok(_) => Ok(file),
                Err(source) => Err(FetchError::UnsafePath { repo, source }),
            },
            (Some(last), _) => {
                let names = found.iter().map(|file| file.path.escape_debug().to_string());
                let mut found: Vec<_> = names.chain([last.path.escape_debug().to_string()]).collect();
                found.sort();
                Err(FetchError::Ambiguous { repo, pattern, what: "files", found })
            }
        }
    }

    /// The folder that is at `pattern` or matches it (none means the whole repository), and the files below it
    /// that match `glob`, by their path in it. One file that cannot be stored makes the whole tree unusable.
    pub fn tree(&self, pattern: Option<&str>, glob: Option<&str>) -> Result<Folder, FetchError> {
        let repo = self.repo.clone();
        let path = pattern.map(|pattern| self.folder(pattern, glob)).transpose()?.unwrap_or_default();
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let wanted = glob.map(matcher).transpose()?;
        let mut files = BTreeMap::new();
        for file in &self.files {
            let Some(inner) = file.path.strip_prefix(&prefix) else { continue };
            if wanted.as_ref().is_some_and(|wanted| !wanted.is_match(inner)) {
                continue;
            }
            relative_path(inner).map_err(|source| FetchError::UnsafePath { repo: repo.clone(), source })?;
            let known = files.insert(inner.to_owned(), file.expected.clone());
            if known.is_some_and(|known| known != file.expected) {
                return Err(FetchError::Unusable { repo, problem: format!("`{}` twice", file.path) });
            }
        }
        // Each file grows beside its name with this ending, and must not meet another one there.
        let clash = files
            .keys()
            .find(|name| name.strip_suffix(".incomplete").is_some_and(|whole| files.contains_key(whole)));
        if let Some(name) = clash {
            let problem = format!("`{prefix}{name}` beside the file that is staged under that name");
            return Err(FetchError::Unusable { repo, problem });
        }
        if files.is_empty() {
            return Err(self.empty(pattern, glob));
        }
        Ok(Folder { path, files })
    }

    /// The one folder that is called `pattern` or matches it.
    fn folder(&self, pattern: &str, glob: Option<&str>) -> Result<String, FetchError> {
        let all = self.folders.get_or_init(|| {
            let above = |file: &'_ ListedFile| -> Vec<String> {
                file.path.match_indices('/').map(|(end, _)| file.path[..end].to_owned()).collect()
            };
            self.files.iter().flat_map(above).collect()
        });
        let repo = self.repo.clone();
        let folders: Vec<&String> = match all.get(pattern) {
            Some(exact) => vec![exact],
            None if is_glob(pattern) => {
                let meant = matcher(pattern)?;
                all.iter().filter(|folder| meant.is_match(folder)).collect()
            }
            None => Vec::new(),
        };
        match (folders.first(), folders.len()) {
            (None, _) => Err(self.empty(Some(pattern), glob)),
            (Some(folder), 1) => match relative_path(folder) {
                Ok(folder) => Ok(folder.to_owned()),
                Err(source) => Err(FetchError::UnsafePath { repo, source }),
            },
            _ => {
                let found = folders.iter().map(|folder| folder.escape_debug().to_string()).collect();
                Err(FetchError::Ambiguous { repo, pattern: pattern.to_owned(), what: "folders", found })
            }
        }
    }

    fn empty(&self, pattern: Option<&str>, glob: Option<&str>) -> FetchError {
        let (folder, glob) = (pattern.map(str::to_owned), glob.map(str::to_owned));
        FetchError::NoTree { repo: self.repo.clone(), folder, glob }
    }

    fn matching(&self, pattern: &str) -> Result<Vec<&ListedFile>, FetchError> {
        let exact = self.files.iter().filter(|file| file.path == pattern).take(1).collect::<Vec<_>>();
        if !exact.is_empty() || !is_glob(pattern) {
            return Ok(exact);
        }
        let glob = matcher(pattern)?;
        Ok(self.files.iter().filter(|file| glob.is_match(&file.path)).collect())
    }
}

/// Whether a path means several names.
pub fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{'])
}

/// Whether a path is the one that a path or a glob means.
pub fn means(pattern: &str, path: &str) -> bool {
    pattern == path || (is_glob(pattern) && matcher(pattern).is_ok_and(|glob| glob.is_match(path)))
}

fn matcher(pattern: &str) -> Result<GlobMatcher, FetchError> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let wrong = |source| FetchError::Glob { pattern: pattern.to_owned(), source };
    Ok(glob.map_err(wrong)?.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Expected;

    fn listing(paths: &[&str]) -> Listing {
        let file = |path: &&str| ListedFile { path: (*path).to_owned(), expected: Expected::default() };
        Listing::new("o/n", paths.iter().map(file).collect())
    }

    #[test]
    fn a_glob_means_exactly_one_file() {
        let files = listing(&["x.csv", "a/b/y.csv", "c/y.csv", "odd[1].csv"]);
        assert_eq!(files.find("**/x.csv").unwrap().path, "x.csv");
        assert_eq!(files.find("a/**/y.csv").unwrap().path, "a/b/y.csv");
        assert_eq!(files.find("odd[1].csv").unwrap().path, "odd[1].csv");
        assert!(matches!(files.find("*/z.csv"), Err(FetchError::NoMatch { .. })));
        let error = files.find("**/y.csv").unwrap_err().to_string();
        assert_eq!(error, "`**/y.csv` matches 2 files of `o/n`: `a/b/y.csv`, `c/y.csv`");
    }

    #[test]
    fn a_tree_is_one_folder_with_at_least_one_file() {
        let files = listing(&["x.pt", "a/s.zarr/.zgroup", "a/s.zarr/X/0.0", "a/s.zarr2/0", "b/t.zarr/0"]);
        let tree = |folder, glob| files.tree(folder, glob);
        let paths = |tree: Folder| (tree.path, tree.files.into_keys().collect::<Vec<_>>());
        let store = ("a/s.zarr".to_owned(), vec![".zgroup".to_owned(), "X/0.0".to_owned()]);
        assert_eq!(paths(tree(Some("**/s.zarr"), None).unwrap()), store);
        assert_eq!(paths(tree(Some("a/s.zarr"), Some("X/*")).unwrap()).1, ["X/0.0"]);
        assert_eq!(paths(tree(None, Some("**/*.pt")).unwrap()), (String::new(), vec!["x.pt".to_owned()]));
        let error = |folder, glob| tree(folder, glob).unwrap_err().to_string();
        assert_eq!(
            error(Some("**/*.zarr"), None),
            "`**/*.zarr` matches 2 folders of `o/n`: `a/s.zarr`, `b/t.zarr`"
        );
        assert_eq!(error(Some("a/none"), None), "no file of `o/n` lies below `a/none`");
        assert_eq!(error(Some("x.pt"), None), "no file of `o/n` lies below `x.pt`");
        assert_eq!(error(None, Some("*.ckpt")), "no file of `o/n` matches `*.ckpt`");
        assert_eq!(error(Some("a"), Some("*")), "no file of `o/n` lies below `a` and matches `*`");
    }

    #[test]
    fn a_tree_with_a_file_that_cannot_be_stored_is_refused_whole() {
        for path in ["s/../../x", "s//x", "s/a\0b", "s/C:\\x", "s/./x"] {
            let files = listing(&["s/fine", path]);
            assert!(matches!(files.tree(Some("s"), None), Err(FetchError::UnsafePath { .. })), "{path:?}");
            assert!(matches!(files.tree(None, None), Err(FetchError::UnsafePath { .. })), "{path:?}");
            assert!(files.tree(Some("s"), Some("fine")).is_ok());
        }
        assert!(matches!(listing(&["../s/x"]).tree(Some("**/s"), None), Err(FetchError::UnsafePath { .. })));
        let staged = listing(&["s/x", "s/x.incomplete"]);
        assert!(matches!(staged.tree(Some("s"), None), Err(FetchError::Unusable { .. })));
        let mut twice = listing(&["s/x", "s/x"]);
        assert!(twice.tree(Some("s"), None).is_ok(), "the same file, told twice");
        twice.files[0].expected.size = Some(1);
        assert!(matches!(twice.tree(Some("s"), None), Err(FetchError::Unusable { .. })));
    }

    #[test]
    fn hostile_paths_concern_only_those_who_mean_them() {
        let files = listing(&["../x.csv", "/etc/passwd", "a\0b", "fine.csv"]);
        assert!(files.find("fine.csv").is_ok());
        for pattern in ["**/x.csv", "**/passwd", "a*b"] {
            assert!(matches!(files.find(pattern), Err(FetchError::UnsafePath { .. })), "{pattern}");
        }
    }
}
