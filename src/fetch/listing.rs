//! The files of a repository at one commit, and the one file that a path or a glob means.

use globset::{GlobBuilder, GlobMatcher};

use super::{FetchError, ListedFile};
use crate::manifest::relative_path;

/// The files of a repository at one commit.
#[derive(Clone, Debug)]
pub struct Listing {
    repo: String,
    files: Vec<ListedFile>,
}

impl Listing {
    /// A listing as it came.
    pub fn new(repo: &str, files: Vec<ListedFile>) -> Self {
        Self { repo: repo.to_owned(), files }
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
                Err(FetchError::Ambiguous { repo, pattern, found })
            }
        }
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
    fn hostile_paths_concern_only_those_who_mean_them() {
        let files = listing(&["../x.csv", "/etc/passwd", "a\0b", "fine.csv"]);
        assert!(files.find("fine.csv").is_ok());
        for pattern in ["**/x.csv", "**/passwd", "a*b"] {
            assert!(matches!(files.find(pattern), Err(FetchError::UnsafePath { .. })), "{pattern}");
        }
    }
}
