//! Where a number comes from: source rows, their lineage and the tier of evidence.

mod bits;
mod lineages;
mod lookups;
mod rows;

use std::collections::BTreeSet;
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
    /// The manifest or a file of the project is wrong, which is an error and not an absence. No manifest states it.
    #[serde(skip_deserializing)]
    Error,
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
            Self::Error => "error",
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

    /// Something that cannot be computed, because the manifest or a file of the project is wrong.
    pub fn error(detail: impl Into<String>) -> Self {
        Self::new(Reason::Error, detail)
    }

    /// Whether the manifest or a file is wrong, so that fetching or running anything would not help.
    pub fn is_error(&self) -> bool {
        self.reason == Reason::Error
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
    /// Files that it was computed from, as wholes: what a stage read, through all stages before it, or the files of a
    /// tree. Kept here and not with the rows, so that a row read from an output of a stage needs no more room.
    pub inputs: Vec<Arc<SourceFile>>,
}

impl SourceFile {
    /// A file that is not computed from other files.
    pub fn new(artifact: impl Into<String>, sha256: Sha256, tier: Tier) -> Self {
        Self { artifact: artifact.into(), sha256, tier, inputs: Vec::new() }
    }

    /// Whether a file with these bytes is among those that it was computed from.
    fn was_computed_from(&self, sha256: Sha256) -> bool {
        self.inputs.iter().any(|input| input.sha256 == sha256 || input.was_computed_from(sha256))
    }
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

    /// Whether a row of a file, identified by its bytes, is among the inputs. A stage depends on every row of the files
    /// it reads.
    pub fn contains(&self, sha256: Sha256, row: u32) -> bool {
        let is_read = |file: &SourceFile, rows: &Rows| file.sha256 == sha256 && rows.contains(row);
        self.files.iter().any(|(file, rows)| is_read(file, rows) || file.was_computed_from(sha256))
    }

    /// The weakest tier among the inputs, `declared` for a number that varies with none of them; `None` without inputs.
    pub fn tier(&self) -> Option<Tier> {
        match (self.files.is_empty(), self.varies) {
            (true, _) => None,
            (false, false) => Some(Tier::Declared),
            (false, true) => Some(Tier::of_number(self.files.iter().map(|(file, _)| file.tier))),
        }
    }

    /// The files, in order of artifact id, each with its rows in ascending order; after them, as wholes, the files that
    /// stages computed those from.
    pub fn files(&self) -> impl Iterator<Item = (&SourceFile, &Rows)> {
        let inputs: BTreeSet<&SourceFile> =
            self.files.iter().flat_map(|(file, _)| &file.inputs).map(AsRef::as_ref).collect();
        let is_read = |input: &SourceFile| self.files.iter().any(|(file, _)| file.as_ref() == input);
        let whole: Vec<&SourceFile> = inputs.iter().copied().filter(|input| !is_read(input)).collect();
        let read = self.files.iter().map(move |(file, rows)| {
            let file = file.as_ref();
            (file, if inputs.contains(file) { &rows::WHOLE } else { rows })
        });
        read.chain(whole.into_iter().map(|file| (file, &rows::WHOLE)))
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The rows as messages name them: `` `a` row 3``, `` `a` rows 1-3,7 and `b` row 2``; of more than three files the
    /// first three.
    pub fn place(&self) -> String {
        const MOST: usize = 3;
        let of_file = |(file, rows): (&SourceFile, &Rows)| {
            let plural = if rows.len() == 1 { "" } else { "s" };
            format!("`{}` row{plural} {rows}", file.artifact)
        };
        let places: Vec<String> = self.files().take(MOST).map(of_file).collect();
        match self.files.len() {
            0 => "a row of no file".to_owned(),
            n if n > MOST => format!("{} and {} more files", places.join(", "), n - MOST),
            _ => places.join(" and "),
        }
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
        Arc::new(SourceFile::new(artifact, sha256, tier))
    }

    #[test]
    fn lineage_shows_runs_of_rows() {
        let source = file("a", Tier::Digitised);
        let rows = [1, 2, 3, 7, 9, 10].map(|row| Lineage::row(Arc::clone(&source), row));
        assert_eq!(Lineage::union(&rows).to_string(), "a@ca978112ca1b:1-3,7,9-10");
    }

    #[test]
    fn messages_name_files_and_rows() {
        let row = |artifact: &str, row| Lineage::row(file(artifact, Tier::Cached), row);
        assert_eq!(row("a", 3).place(), "`a` row 3");
        assert_eq!(
            Lineage::union(&[row("b", 2), row("a", 7), row("a", 1)]).place(),
            "`a` rows 1,7 and `b` row 2"
        );
        let many = ["a", "b", "c", "d"].map(|artifact| row(artifact, 1));
        assert_eq!(Lineage::union(&many).place(), "`a` row 1, `b` row 1, `c` row 1 and 1 more files");
        assert_eq!(Lineage::default().place(), "a row of no file");
    }

    #[test]
    fn the_weakest_input_decides_the_tier() {
        let strong = Lineage::row(file("a", Tier::Cached), 1);
        let weak = Lineage::row(file("b", Tier::Digitised), 1);
        assert_eq!(Lineage::union([&strong, &weak]).tier(), Some(Tier::Digitised));
        assert_eq!(Lineage::default().tier(), None);
    }

    #[test]
    fn an_output_depends_on_every_row_of_the_inputs() {
        let (raw, masked) = (file("raw", Tier::Raw), file("masked", Tier::Recomputed));
        let output = SourceFile {
            inputs: vec![Arc::clone(&masked), Arc::clone(&raw)],
            ..(*file("a", Tier::Recomputed)).clone()
        };
        let output = Lineage::row(Arc::new(output), 2);
        assert!(output.contains(raw.sha256, 1) && output.contains(raw.sha256, 4_000_000));
        assert!(
            output.contains(crate::digest::sha256(b"a"), 2)
                && !output.contains(crate::digest::sha256(b"a"), 3)
        );
        assert_eq!(output.to_string(), "a@ca978112ca1b:2 masked@30e15b29b07c:all raw@d7439bee2477:all");
        // A row of an input beside the output is a row of the whole input.
        let both =
            Lineage::union([&output, &Lineage::row(raw, 7), &Lineage::row(file("b", Tier::Cached), 1)]);
        let shown: Vec<String> =
            both.files().map(|(file, rows)| format!("{}:{rows}", file.artifact)).collect();
        assert_eq!(shown, ["a:2", "b:1", "raw:all", "masked:all"]);
        assert_eq!(both.tier(), Some(Tier::Cached));
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
