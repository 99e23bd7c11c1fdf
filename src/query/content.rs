//! Files that hold more than a table: which part of an AnnData file or pickle becomes one.

mod embed;
mod fold_change;
mod part;
mod vectors;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use repro_data::anndata_io::AnnDataFile;
use repro_data::error::DataError;
use repro_data::pickle::{Limits, Value};
use serde::Deserialize;

use self::embed::Embed;
use self::fold_change::FoldChange;
use self::part::{Key, Part};
use super::frame::Frame;
use super::{Column, QueryError};
use crate::digest::leftovers::{self, Kind};
use crate::error::FileError;
use crate::evidence::{Lineage, Lineages, SourceFile};
use crate::manifest::{Artifact, Origin};
use crate::store::VerifiedFile;

/// Which part of a file becomes a table, and how: rows are the rows of that part, or genes for `gene_means` and
/// `fold_change`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableSpec {
    /// Way to the part: keys of dicts and positions in lists and tuples.
    #[serde(default)]
    at: Vec<Key>,
    /// Each entry of the dict found there is such a part; the rows are stacked, and a column of this name holds the key.
    entries: Option<String>,
    /// Columns: of `obs` of an annotated matrix, of a table, or vectors of a dict.
    #[serde(default)]
    columns: Vec<String>,
    /// Matrices whose columns are wanted: name = prefix, to which the number of the column is added, from 1. Of an
    /// annotated matrix these are `obsm` and `X`, of a dict its entries.
    #[serde(default)]
    matrices: BTreeMap<String, String>,
    /// Genes whose columns of `X` are wanted.
    #[serde(default)]
    genes: Vec<String>,
    /// Mean of each gene over the cells, in a column of this name.
    gene_means: Option<String>,
    /// Log fold change of each gene.
    fold_change: Option<FoldChange>,
    /// Coordinates of our own.
    umap: Option<Embed>,
}

/// What a file holds, in a form that is cheap to share.
#[derive(Clone)]
pub(super) enum Content {
    /// A pickle.
    Pickle(Value),
    /// An AnnData file, of which parts are read on demand.
    AnnData(Rc<OpenFile>),
}

/// An open AnnData file.
pub(super) struct OpenFile {
    file: AnnDataFile,
    /// The verified bytes; the file goes when this does.
    _copy: tempfile::NamedTempFile,
    /// Says that the copy is in use: one that nobody holds is removed by the next run.
    _lock: Option<std::fs::File>,
}

/// A file with what it holds.
#[derive(Clone)]
pub(super) struct Source {
    pub artifact: String,
    pub file: Arc<SourceFile>,
    pub content: Content,
}

/// Endings of the names of files that a [`TableSpec`] can be applied to.
const PICKLES: [&str; 3] = [".pkl", ".pickle", ".pickle."];
const ANNDATA: &str = ".h5ad";

/// Whether an artifact can be read once a [`TableSpec`] says what of it becomes a table.
pub(super) fn has_content(artifact: &Artifact) -> bool {
    is_pickle(artifact) || names(artifact).iter().any(|name| name.ends_with(ANNDATA))
}

/// Whether reading takes the whole file, so that it is worth keeping.
pub(super) fn is_pickle(artifact: &Artifact) -> bool {
    names(artifact).iter().any(|name| PICKLES.iter().any(|ending| name.ends_with(ending)))
}

/// The name at the source and ours.
fn names(artifact: &Artifact) -> [String; 2] {
    let name = match &artifact.origin {
        Origin::File { path, .. } => path,
        Origin::Member { member, .. } => member,
        Origin::Tree { .. } => &artifact.to,
    };
    [name.to_lowercase(), artifact.to.to_lowercase()]
}

impl Source {
    /// Reads a verified file.
    pub fn open(artifact: &Artifact, file: &VerifiedFile) -> Result<Self, QueryError> {
        let refused = |error: DataError| not_a_table(&artifact.id, error);
        let content = if is_pickle(artifact) {
            Content::Pickle(Value::read(file.bytes.as_slice(), Limits::default()).map_err(refused)?)
        } else {
            // The reader takes a path; a copy makes sure that what is read is what was verified.
            let (copy, lock) = copied(&file.bytes).map_err(FileError::on("copy", &artifact.to))?;
            let file = AnnDataFile::open(copy.path()).map_err(refused)?;
            Content::AnnData(Rc::new(OpenFile { file, _copy: copy, _lock: lock }))
        };
        Ok(Self { artifact: artifact.id.clone(), file: Arc::clone(&file.source), content })
    }

    fn part(&self) -> Part<'_> {
        match &self.content {
            Content::Pickle(value) => Part::Value(value),
            Content::AnnData(open) => Part::File(&open.file),
        }
    }

    /// The lineage of what depends on every one of `n` rows.
    fn whole(&self, n: usize) -> Lineage {
        Lineage::rows(Arc::clone(&self.file), u32::try_from(n).unwrap_or(u32::MAX))
    }
}

fn copied(bytes: &[u8]) -> std::io::Result<(tempfile::NamedTempFile, Option<std::fs::File>)> {
    let folder = std::env::temp_dir();
    let mut builder = tempfile::Builder::new();
    builder.prefix(leftovers::PREFIX).rand_bytes(leftovers::RANDOM).suffix(Kind::File.suffix());
    let make = || builder.tempfile_in(&folder).map(|copy| (copy.path().to_owned(), copy));
    let (mut copy, lock) = leftovers::claimed(&folder, Kind::File, make)?;
    copy.write_all(bytes)?;
    copy.flush()?;
    Ok((copy, lock))
}

fn not_a_table(artifact: &str, problem: impl std::fmt::Display) -> QueryError {
    QueryError::NotATable { artifact: artifact.to_owned(), problem: problem.to_string() }
}

impl TableSpec {
    /// Ids of further artifacts that are needed.
    pub fn artifacts(&self) -> impl Iterator<Item = &str> {
        self.fold_change.iter().flat_map(FoldChange::artifacts)
    }

    /// What the reader of a figure should know about numbers that were computed on the way.
    pub fn note(&self) -> Option<String> {
        self.umap.as_ref().map(Embed::note)
    }

    /// The table of one file; `others` are those of [`Self::artifacts`].
    pub fn read(&self, source: &Source, others: &[Source]) -> Result<Frame, QueryError> {
        let refused = |error: DataError| not_a_table(&source.artifact, error);
        let part = source.part().at(&self.at).map_err(refused)?;
        let Some(column) = &self.entries else {
            return self.frame(source, others, &part, 0);
        };
        let mut stacked = Frame::default();
        let entries = part.entries().map_err(refused)?;
        if entries.is_empty() {
            return Err(not_a_table(&source.artifact, "a dict of no entries"));
        }
        for (key, part) in entries {
            let mut frame = self.frame(source, others, &part, stacked.n_rows())?;
            if frame.has(column) {
                return Err(QueryError::ColumnExists { column: column.clone() });
            }
            frame.set(column, Column::Text(vec![Some(key); frame.n_rows()]))?;
            if stacked.n_rows() == 0 { stacked = frame } else { stacked.stack(frame)? }
        }
        Ok(stacked)
    }

    /// The table of one part, whose rows follow `before` others of the file.
    fn frame(
        &self,
        source: &Source,
        others: &[Source],
        part: &Part<'_>,
        before: usize,
    ) -> Result<Frame, QueryError> {
        let refused = |error: DataError| not_a_table(&source.artifact, error);
        if let Some(change) = &self.fold_change {
            return change.frame(source, others, part);
        }
        if let Some(column) = &self.gene_means {
            let (genes, x) = (part.genes().map_err(refused)?, part.matrix("X").map_err(refused)?);
            let means = x.column_means();
            let lineage = vec![source.whole(x.rows()); means.len()];
            let named = |genes: Vec<String>| Column::Text(genes.into_iter().map(Some).collect());
            return framed(
                vec![("gene".to_owned(), named(genes)), (column.clone(), numbers(means))],
                lineage.into(),
            );
        }
        if let Some(embed) = &self.umap {
            return embed.frame(source, part, &self.columns);
        }
        let mut columns = Vec::new();
        for name in &self.columns {
            columns.push((name.clone(), part.column(name).map_err(refused)?));
        }
        for (name, prefix) in &self.matrices {
            let matrix = part.matrix(name).map_err(refused)?;
            columns.extend((0..matrix.columns()).map(|j| {
                let values = (0..matrix.rows()).map(|i| matrix.row(i)[j]).collect();
                (format!("{prefix}_{}", j + 1), numbers(values))
            }));
        }
        if !self.genes.is_empty() {
            let (names, x) = (part.genes().map_err(refused)?, part.matrix("X").map_err(refused)?);
            for gene in &self.genes {
                let at = names.iter().position(|name| name == gene);
                let at =
                    at.ok_or_else(|| not_a_table(&source.artifact, format!("there is no gene `{gene}`")))?;
                columns.push((gene.clone(), numbers((0..x.rows()).map(|i| x.row(i)[at]).collect())));
            }
        }
        let n = columns.first().map_or(0, |(_, column)| column.len());
        if before == 0 {
            return framed(columns, Lineages::of_file(Arc::clone(&source.file), n));
        }
        let row = |row: usize| Lineage::row(Arc::clone(&source.file), u32::try_from(row).unwrap_or(u32::MAX));
        framed(columns, (before + 1..=before + n).map(row).collect::<Vec<_>>().into())
    }
}

/// Numbers as a column; NaN is how these files write a missing value. [`framed`] refuses what is infinite.
fn numbers(values: Vec<f64>) -> Column {
    Column::Number(values.into_iter().map(|value| (!value.is_nan()).then_some(value)).collect())
}

/// A frame of columns, which must have as many rows as there are lineages.
fn framed(columns: Vec<(String, Column)>, lineage: Lineages) -> Result<Frame, QueryError> {
    let mut frame = Frame::new(Default::default(), lineage);
    for (name, column) in columns {
        if frame.has(&name) {
            return Err(QueryError::ColumnExists { column: name });
        }
        if column.len() != frame.n_rows() {
            let problem = format!("column `{name}` has {} rows, others {}", column.len(), frame.n_rows());
            return Err(QueryError::Unequal { problem });
        }
        frame.set(&name, column)?;
        if frame.data.column(&name).is_ok_and(|column| column.f64().is_ok()) {
            frame.numbers(&name)?;
        }
    }
    Ok(frame)
}
