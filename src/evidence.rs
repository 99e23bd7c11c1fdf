//! Where a number comes from: source rows, their lineage and the tier of evidence.

mod bits;
mod lineages;
mod lookups;
mod rows;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

pub use lineages::Lineages;
pub use lookups::{LeftOut, Lookups, Searched};
pub use rows::Rows;

/// How close a file or a number is to the measurements. Ordered from weakest to strongest; `Raw` and `Recomputed` are
/// equally strong in numbers ([`Lineage::tier`]), and `Tool` is a tier of files only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// A number that depends on no cell of any file: it was written into the manifest. No file has this tier.
    Declared,
    /// Read from text or a table of the paper.
    Printed,
    /// Read from the coordinates of a published vector figure.
    Digitised,
    /// From a file the authors published, its bytes verified.
    Cached,
    /// Computed from measurements by our own stages.
    Recomputed,
    /// Measurements that the analysis starts from. No number has this tier: what is computed from them is recomputed.
    Raw,
    /// Programs, gene sets, weights: in the lineage, without effect on the tier of a number.
    Tool,
}

impl Tier {
    /// The name used in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Printed => "printed",
            Self::Digitised => "digitised",
            Self::Cached => "cached",
            Self::Recomputed => "recomputed",
            Self::Raw => "raw",
            Self::Tool => "tool",
        }
    }

    /// The tier of a number computed from files of these tiers: the weakest; `declared` where all of them are tools.
    pub fn of_number(files: impl IntoIterator<Item = Self>) -> Self {
        let counted = files.into_iter().filter(|tier| *tier != Self::Tool);
        counted.min().map_or(Self::Declared, |tier| tier.min(Self::Recomputed))
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a number, a file or a panel is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The file is published and has not been fetched.
    NotFetched,
    /// The authors have not published it.
    NotShared,
    /// Access needs an account or a licence.
    Gated,
    /// The bytes on disk or at the source are not the pinned ones.
    HashMismatch,
    /// No reader for this format.
    UnsupportedFormat,
    /// Computing it needs an accelerator.
    NeedsGpu,
    /// The file is there, and neither the manifest nor the lock pins its bytes.
    Unpinned,
    /// The stage that computes it ran on other inputs, with other parameters or in another version.
    Stale,
    /// The stage that computes it has not run.
    NotRun,
    /// A file arrived whose content does not fit.
    Unfit,
    /// A filter of the manifest leaves the value out.
    FilteredOut,
    /// The paper does not say which of several values it means.
    AmbiguousInPaper,
    /// The paper gives no value.
    NoPublishedValue,
}

impl Reason {
    /// The name used in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFetched => "not_fetched",
            Self::NotShared => "not_shared",
            Self::Gated => "gated",
            Self::HashMismatch => "hash_mismatch",
            Self::UnsupportedFormat => "unsupported_format",
            Self::NeedsGpu => "needs_gpu",
            Self::Unpinned => "unpinned",
            Self::Stale => "stale",
            Self::NotRun => "not_run",
            Self::Unfit => "unfit",
            Self::FilteredOut => "filtered_out",
            Self::AmbiguousInPaper => "ambiguous_in_paper",
            Self::NoPublishedValue => "no_published_value",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An absence with its reason and what exactly is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Class of the reason.
    pub reason: Reason,
    /// A sentence: which file or value, and what would unlock it.
    pub detail: String,
    /// Ids of what would unlock it: artifacts and needs of the manifest.
    pub needs: Vec<String>,
}

impl Missing {
    /// An absence that nothing declared would end.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), needs: Vec::new() }
    }

    /// The same, which these artifacts or needs would end.
    #[must_use]
    pub fn waiting_for(self, needs: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { needs: needs.into_iter().map(Into::into).collect(), ..self }
    }
}

/// A verified file that numbers were read from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceFile {
    /// Artifact id within its paper.
    pub artifact: String,
    /// SHA-256 of the bytes that were read.
    pub sha256: Sha256,
    /// Tier of the file.
    pub tier: Tier,
}

/// The set of source rows a number was computed from. Rows count from 1, the first row after the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    files: Vec<(Arc<SourceFile>, Rows)>,
    /// Whether the number varies with a cell of these rows. A number that does not was declared by the manifest.
    varies: bool,
}

impl Lineage {
    /// The lineage of one row.
    pub fn row(file: Arc<SourceFile>, row: u32) -> Self {
        Self { files: vec![(file, Rows::one(row))], varies: true }
    }

    /// The lineage of what depends on the first `n` rows; of nothing for none.
    pub fn rows(file: Arc<SourceFile>, n: u32) -> Self {
        let rows = Rows::of(vec![(1, n)]).filter(|_| n > 0);
        Self { varies: rows.is_some(), files: rows.map(|rows| (file, rows)).into_iter().collect() }
    }

    /// The same rows behind a number that the manifest declares, such as a constant: no cell of them changes it.
    #[must_use]
    pub fn declared(self) -> Self {
        Self { varies: false, ..self }
    }

    /// Adds all rows of another lineage.
    pub fn extend(&mut self, other: &Self) {
        self.varies |= other.varies;
        for (file, rows) in &other.files {
            match self.files.binary_search_by(|(known, _)| compare(known, file)) {
                Ok(index) => self.files[index].1.extend(rows),
                Err(index) => self.files.insert(index, (Arc::clone(file), rows.clone())),
            }
        }
    }

    /// The union of several lineages, in any order. A number computed from several varies if one of them does.
    pub fn union<'a>(lineages: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut gathered: Vec<(&Arc<SourceFile>, Vec<&Rows>)> = Vec::new();
        let mut varies = false;
        for lineage in lineages {
            varies |= lineage.varies;
            for (file, rows) in &lineage.files {
                match gathered.binary_search_by(|(known, _)| compare(known, file)) {
                    Ok(index) => gathered[index].1.push(rows),
                    Err(index) => gathered.insert(index, (file, vec![rows])),
                }
            }
        }
        let files =
            gathered.into_iter().filter_map(|(file, sets)| Some((Arc::clone(file), Rows::union(&sets)?)));
        Self { files: files.collect(), varies }
    }

    /// Whether a row of a file, identified by its bytes, is among the inputs.
    pub fn contains(&self, sha256: Sha256, row: u32) -> bool {
        self.files.iter().any(|(file, rows)| file.sha256 == sha256 && rows.contains(row))
    }

    /// The weakest tier among the inputs, `declared` for a number that varies with none of them; `None` without inputs.
    pub fn tier(&self) -> Option<Tier> {
        match (self.files.is_empty(), self.varies) {
            (true, _) => None,
            (false, false) => Some(Tier::Declared),
            (false, true) => Some(Tier::of_number(self.files.iter().map(|(file, _)| file.tier))),
        }
    }

    /// The files, in order of artifact id, each with its rows in ascending order.
    pub fn files(&self) -> impl Iterator<Item = (&SourceFile, &Rows)> {
        self.files.iter().map(|(file, rows)| (file.as_ref(), rows))
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Order of files; the same allocation is the same file without a look at it.
fn compare(a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> std::cmp::Ordering {
    if Arc::ptr_eq(a, b) { std::cmp::Ordering::Equal } else { a.cmp(b) }
}

/// `artifact@sha256-prefix:rows`, files separated by a space, rows as [`Rows`] writes them.
impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (file, rows)) in self.files().enumerate() {
            let hash = file.sha256.to_string();
            write!(f, "{}{}@{}:{rows}", if i > 0 { " " } else { "" }, file.artifact, &hash[..12])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(artifact: &str, tier: Tier) -> Arc<SourceFile> {
        let sha256 = crate::digest::sha256(artifact.as_bytes());
        Arc::new(SourceFile { artifact: artifact.to_owned(), sha256, tier })
    }

    #[test]
    fn lineage_shows_runs_of_rows() {
        let source = file("a", Tier::Digitised);
        let rows = [1, 2, 3, 7, 9, 10].map(|row| Lineage::row(Arc::clone(&source), row));
        assert_eq!(Lineage::union(&rows).to_string(), "a@ca978112ca1b:1-3,7,9-10");
    }

    #[test]
    fn the_weakest_input_decides_the_tier() {
        let strong = Lineage::row(file("a", Tier::Cached), 1);
        let weak = Lineage::row(file("b", Tier::Digitised), 1);
        assert_eq!(Lineage::union([&strong, &weak]).tier(), Some(Tier::Digitised));
        assert_eq!(Lineage::default().tier(), None);
    }

    #[test]
    fn tools_have_no_effect_and_measurements_are_recomputed() {
        let of = |tiers: &[Tier]| Tier::of_number(tiers.iter().copied());
        assert_eq!(of(&[Tier::Raw]), Tier::Recomputed);
        assert_eq!(of(&[Tier::Raw, Tier::Recomputed, Tier::Tool]), Tier::Recomputed);
        assert_eq!(of(&[Tier::Raw, Tier::Cached]), Tier::Cached);
        assert_eq!(of(&[Tier::Tool]), Tier::Declared);
    }

    #[test]
    fn one_number_that_varies_is_enough() {
        let row = Lineage::row(file("a", Tier::Cached), 1);
        let constant = Lineage::row(file("b", Tier::Printed), 1).declared();
        assert_eq!(constant.tier(), Some(Tier::Declared));
        assert_eq!(Lineage::union([&row, &constant]).tier(), Some(Tier::Printed));
        assert_eq!(Lineage::union([&constant, &constant]).tier(), Some(Tier::Declared));
    }
}
