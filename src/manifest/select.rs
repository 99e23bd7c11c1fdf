//! Selectors: `paper`, `paper/fig2`, `paper/fig2/average_ranking`, or a glob; none selects everything.

use std::cell::RefCell;

use globset::{GlobBuilder, GlobMatcher};

use super::error::nearest;
use crate::error::{Class, Diagnostic};

/// A set of selectors that remembers which of them matched something.
#[derive(Debug)]
pub struct Selection {
    selectors: Vec<Selector>,
    matched: RefCell<Vec<bool>>,
}

#[derive(Debug)]
enum Selector {
    /// An item, or everything below it.
    Prefix(String),
    Glob(String, GlobMatcher),
}

/// A selector that is not valid or selects nothing.
#[derive(Debug, thiserror::Error)]
pub enum SelectorError {
    /// Not a glob.
    #[error("`{selector}` is not a valid selector")]
    Invalid {
        /// As typed.
        selector: String,
        /// Why.
        source: globset::Error,
    },
    /// Matches no item.
    #[error("no item matches `{selector}`")]
    NoMatch {
        /// As typed.
        selector: String,
        /// The most similar item.
        nearest: Option<String>,
    },
}

impl Diagnostic for SelectorError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Invalid { .. } => {
                Some("a selector is `paper`, `paper/fig2`, `paper/fig2/panel`, or a glob".into())
            }
            Self::NoMatch { nearest: Some(name), .. } => Some(format!("did you mean `{name}`?")),
            Self::NoMatch { .. } => Some("`repro list` shows every item".into()),
        }
    }
}

impl Selection {
    /// Parses selectors; an empty list selects everything.
    pub fn new(selectors: &[String]) -> Result<Self, SelectorError> {
        let parsed = selectors.iter().map(|text| Selector::parse(text)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { matched: RefCell::new(vec![false; parsed.len()]), selectors: parsed })
    }

    /// Whether nothing was named, so that everything is selected.
    pub fn is_everything(&self) -> bool {
        self.selectors.is_empty()
    }

    /// Whether the item `id` of `paper` is selected.
    pub fn contains(&self, paper: &str, id: &str) -> bool {
        let name = format!("{paper}/{id}");
        let mut matched = self.matched.borrow_mut();
        let mut any = self.selectors.is_empty();
        for (selector, hit) in self.selectors.iter().zip(matched.iter_mut()) {
            if selector.matches(&name) {
                *hit = true;
                any = true;
            }
        }
        any
    }

    /// Whether a selector names exactly this item, or globs it, rather than a folder above it.
    pub fn names(&self, paper: &str, id: &str) -> bool {
        let name = format!("{paper}/{id}");
        self.selectors.iter().any(|selector| match selector {
            Selector::Prefix(prefix) => *prefix == name,
            Selector::Glob(text, glob) => {
                text.contains('/') && text != "*" && text != "**" && glob.is_match(&name)
            }
        })
    }

    /// An error for the first selector that matched none of the items it was asked about.
    pub fn check<'a>(&self, known: impl Iterator<Item = &'a str>) -> Result<(), SelectorError> {
        let matched = self.matched.borrow();
        let Some(unmatched) = self.selectors.iter().zip(matched.iter()).find(|(_, hit)| !**hit) else {
            return Ok(());
        };
        let selector = unmatched.0.text().to_owned();
        let nearest = nearest(&selector, known).map(str::to_owned);
        Err(SelectorError::NoMatch { selector, nearest })
    }
}

impl Selector {
    fn parse(text: &str) -> Result<Self, SelectorError> {
        let trimmed = text.trim_end_matches('/');
        if !trimmed.contains(['*', '?', '[', '{']) {
            return Ok(Self::Prefix(trimmed.to_owned()));
        }
        GlobBuilder::new(trimmed)
            .literal_separator(true)
            .build()
            .map(|glob| Self::Glob(trimmed.to_owned(), glob.compile_matcher()))
            .map_err(|source| SelectorError::Invalid { selector: text.to_owned(), source })
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Prefix(prefix) => name
                .strip_prefix(prefix.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            // As a prefix does, a glob covers a folder with all that lies below.
            Self::Glob(_, glob) => {
                let above = name.match_indices('/').map(|(end, _)| &name[..end]);
                glob.is_match(name) || above.into_iter().any(|folder| glob.is_match(folder))
            }
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Prefix(text) | Self::Glob(text, _) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(selectors: &[&str]) -> Selection {
        Selection::new(&selectors.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_selector_covers_the_item_and_what_lies_below() {
        let selection = selection(&["p/fig2"]);
        assert!(selection.contains("p", "fig2"));
        assert!(selection.contains("p", "fig2/average_ranking"));
        assert!(!selection.contains("p", "fig20"));
        assert!(!selection.names("p", "fig2/average_ranking"));
    }

    #[test]
    fn globs_stay_within_a_path_part() {
        let selection = selection(&["p/fig2/scaling_*"]);
        assert!(selection.contains("p", "fig2/scaling_split"));
        assert!(!selection.contains("p", "fig2/other/scaling_split"));
        assert!(selection.names("p", "fig2/scaling_split"));
    }

    #[test]
    fn a_glob_covers_a_folder_with_what_lies_below() {
        let selection = selection(&["p/fig*"]);
        assert!(selection.contains("p", "fig2/scaling_split"));
        assert!(!selection.contains("p", "published/fig2"));
        assert!(!selection.names("p", "fig2/scaling_split"));
    }

    #[test]
    fn a_selector_without_match_names_the_nearest_item() {
        let selection = selection(&["p/fig2/avrage_ranking"]);
        assert!(!selection.contains("p", "fig2/average_ranking"));
        let error = selection.check(["p/fig2/average_ranking", "p/x"].into_iter()).unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("did you mean `p/fig2/average_ranking`?"));
    }
}
