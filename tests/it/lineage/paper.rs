//! A paper whose files can be changed in memory and whose claims are judged anew: datasets, figures and claims of the
//! library, in process.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use repro::claims::{ClaimSet, Facts, FigureFacts, judge};
use repro::digest::sha256;
use repro::error::Failure;
use repro::evidence::{Lineage, Missing, Reason};
use repro::figures::{self, Evidence};
use repro::manifest::{Manifest, load};
use repro::plot::{Scene, Theme};
use repro::query::{Library, QueryError};
use repro::stages;

use super::sheet::{Range, Sheet};

/// A paper and the cells of its CSV files.
pub struct Paper {
    manifest: Manifest,
    /// Claims as the unchanged files register them: only our side of a comparison changes.
    sets: Vec<ClaimSet>,
    pub files: Vec<File>,
    /// What the unchanged claims show.
    pub claims: Claims,
    /// Where the unchanged values of every set were found.
    places: Vec<BTreeSet<Place>>,
}

/// A CSV file of a paper.
pub struct File {
    pub artifact: String,
    pub sheet: Sheet,
    /// The value range of every column with measured numbers.
    pub ranges: Vec<Option<Range>>,
    bytes: Vec<u8>,
    to: String,
    /// Number of rows in the files before it.
    before: usize,
}

/// Rows of all files of a paper, each by its number among all of them.
pub type Rows = BTreeSet<usize>;

/// Files with other cells, by position.
pub type Changes = BTreeMap<usize, Sheet>;

/// What a claim shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Our value with all its bits.
    pub value: String,
    pub rows: Rows,
    pub place: Place,
    /// Claim set.
    pub set: String,
}

/// Where our value of a claim was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A figure.
    Figure(String),
    /// One of the datasets of the claim set.
    Datasets(Vec<String>),
}

/// The claims with a value, by id.
pub type Claims = BTreeMap<String, Shown>;

/// What an evaluation looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    pub figures: BTreeSet<String>,
    pub datasets: BTreeSet<String>,
}

impl Paper {
    /// Opens a paper of the project in `root`.
    pub fn open(root: &Path, id: &str) -> Result<Self, Failure> {
        let manifest = load(root, &root.join("manifests").join(id))?;
        let frozen = root.join("frozen");
        let vault = stages::open(&manifest, &frozen)?.vault;
        let mut problems = Vec::new();
        let registered = manifest.claims.iter().map(|raw| ClaimSet::register(raw, &vault, &mut problems));
        let sets: Vec<ClaimSet> = registered.collect();
        assert!(problems.is_empty(), "{problems:?}");
        let (mut files, mut before) = (Vec::new(), 0);
        for artifact in &manifest.artifacts {
            let path = manifest.frozen_path(&frozen, artifact);
            if path.extension().is_none_or(|extension| extension != "csv") || !path.is_file() {
                continue;
            }
            let bytes = std::fs::read(path).unwrap();
            let sheet = Sheet::read(std::str::from_utf8(&bytes).unwrap());
            let (n_rows, ranges) = (sheet.rows.len(), sheet.ranges());
            let (id, to) = (artifact.id.clone(), artifact.to.clone());
            files.push(File { artifact: id, to, sheet, ranges, bytes, before });
            before += n_rows;
        }
        let places = vec![BTreeSet::new(); sets.len()];
        let mut paper = Self { manifest, sets, files, places, claims: Claims::new() };
        let claims = paper.evaluate(&Changes::new(), &paper.everything())?;
        for (places, set) in paper.places.iter_mut().zip(&paper.sets) {
            places
                .extend(claims.values().filter(|shown| shown.set == set.id).map(|shown| shown.place.clone()));
        }
        Ok(Self { claims, ..paper })
    }

    /// All rows of all files: file, position of the row in it, and number among all rows.
    pub fn all_rows(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let rows = |(index, file): (usize, &File)| {
            let before = file.before;
            (0..file.sheet.rows.len()).map(move |row| (index, row, before + row))
        };
        self.files.iter().enumerate().flat_map(rows)
    }

    /// The paper with other numbers in all rows but some.
    pub fn changed_outside(&self, kept: &Rows, seed: u64) -> Changes {
        self.changed_where(seed, |row| !kept.contains(&row))
    }

    /// The paper with other numbers in some rows.
    pub fn changed_where(&self, seed: u64, changes: impl Fn(usize) -> bool) -> Changes {
        let mut changed = Changes::new();
        for (index, file) in self.files.iter().enumerate() {
            let mut chance = super::chance::Chance::new(seed ^ ((index as u64 + 1) << 32));
            let mut sheet = file.sheet.clone();
            for row in (0..sheet.rows.len()).filter(|row| changes(file.before + row)) {
                sheet.change_numbers(row, &file.ranges, &mut chance);
            }
            if sheet != file.sheet {
                changed.insert(index, sheet);
            }
        }
        changed
    }

    /// Judges all claims that the wanted figures and datasets show.
    pub fn evaluate(&self, changes: &Changes, wanted: &Wanted) -> Result<Claims, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let manifest = self.pinned(changes);
        let vault = stages::open(&manifest, folder.path())?.vault;
        let specs: Vec<_> =
            manifest.figures.iter().filter(|spec| wanted.figures.contains(&spec.id)).collect();
        let mut library = Library::new(&vault);
        let mut datasets: BTreeMap<String, Result<Evidence, Missing>> = BTreeMap::new();
        let not_wanted = || Missing::new(Reason::NotRun, "not wanted");
        for raw in &manifest.datasets {
            datasets.insert(raw.id.clone(), Err(not_wanted()));
        }
        let mut needed: BTreeSet<String> = wanted.datasets.clone();
        for spec in &specs {
            needed.extend(figures::datasets(spec)?);
        }
        let read = library.artifacts_of(needed.iter().map(String::as_str))?;
        self.write(changes, &read, &folder.path().join(manifest.id()));
        for id in needed {
            let evidence = library.get(&id)?;
            datasets.insert(id, evidence);
        }
        if let Some(problem) = library.into_problems().into_iter().next() {
            return Err(problem);
        }
        let mut scenes: BTreeMap<&str, Scene> = BTreeMap::new();
        for spec in specs {
            let mut lookup = |name: &str| -> Result<Result<Evidence, Missing>, Failure> {
                let unknown = || QueryError::UnknownDataset { name: name.to_owned() };
                Ok(datasets.get(name).cloned().ok_or_else(unknown)?)
            };
            scenes.insert(&spec.id, figures::draw(spec, Theme::Faithful, &mut lookup)?);
        }
        let absent = not_wanted();
        let facts_of = |id: &str| match scenes.get(id) {
            Some(scene) => {
                FigureFacts { marks: &scene.marks, missing: scene.missing.as_ref(), shipped: false }
            }
            None => FigureFacts { marks: &[], missing: Some(&absent), shipped: false },
        };
        let figures = manifest.figures.iter().map(|raw| (raw.id.as_str(), facts_of(&raw.id))).collect();
        let facts = Facts { figures, datasets: &datasets, copies: None };
        let mut claims = Claims::new();
        for (set, places) in self.sets.iter().zip(&self.places) {
            if !places.is_empty() && !places.iter().any(|place| wanted.shows(place)) {
                continue;
            }
            let judged = judge(std::slice::from_ref(set), &facts).remove(0);
            for claim in judged.claims {
                let Some(value) = &claim.ours else { continue };
                let place = match (&claim.mark, &claim.figure) {
                    (Some(_), Some(figure)) => Place::Figure(figure.clone()),
                    _ => Place::Datasets(judged.datasets.clone()),
                };
                let (value, rows, set) = (format!("{value:?}"), self.rows(&claim.lineage), set.id.clone());
                claims.insert(claim.id, Shown { value, rows, place, set });
            }
        }
        Ok(claims)
    }

    /// All figures, and all datasets that claims name.
    pub fn everything(&self) -> Wanted {
        let ids = |specs: &[repro::manifest::RawSpec]| specs.iter().map(|raw| raw.id.clone()).collect();
        Wanted { figures: ids(&self.manifest.figures), datasets: ids(&self.manifest.datasets) }
    }

    /// The figures and datasets of `all` that may read a file.
    pub fn readers(&self, file: usize, all: &Wanted) -> Wanted {
        let artifact = self.files[file].artifact.as_str();
        let folder = PathBuf::new();
        let vault = stages::open(&self.manifest, &folder).unwrap().vault;
        let library = Library::new(&vault);
        let reads = |datasets: &[&str]| {
            library
                .artifacts_of(datasets.iter().copied())
                .is_ok_and(|artifacts| artifacts.contains(&artifact))
        };
        let draws = |id: &&String| {
            let spec = self.manifest.figures.iter().find(|spec| spec.id == **id).unwrap();
            let datasets = figures::datasets(spec).unwrap();
            reads(&datasets.iter().map(String::as_str).collect::<Vec<_>>())
        };
        Wanted {
            figures: all.figures.iter().filter(draws).cloned().collect(),
            datasets: all.datasets.iter().filter(|id| reads(&[id.as_str()])).cloned().collect(),
        }
    }

    /// The manifest with the pins of changed files.
    fn pinned(&self, changes: &Changes) -> Manifest {
        let mut manifest = self.manifest.clone();
        for (index, sheet) in changes {
            let (text, id) = (sheet.text(), &self.files[*index].artifact);
            let artifact = manifest.artifacts.iter_mut().find(|artifact| artifact.id == *id).unwrap();
            (artifact.sha256, artifact.size) = (Some(sha256(text.as_bytes())), Some(text.len() as u64));
        }
        manifest
    }

    /// Writes those of the files that are read.
    fn write(&self, changes: &Changes, read: &[&str], folder: &Path) {
        for (index, file) in self.files.iter().enumerate() {
            if !read.contains(&file.artifact.as_str()) {
                continue;
            }
            let path = folder.join(&file.to);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            match changes.get(&index) {
                Some(sheet) => std::fs::write(path, sheet.text()).unwrap(),
                None => std::fs::write(path, &file.bytes).unwrap(),
            }
        }
    }

    fn rows(&self, lineage: &Lineage) -> Rows {
        let mut numbers = Rows::new();
        for (source, rows) in lineage.files() {
            let file = self.files.iter().find(|file| file.artifact == source.artifact).unwrap();
            numbers.extend(rows.iter().map(|row| file.before + row as usize - 1));
        }
        numbers
    }

    /// The number of a row among all rows.
    pub fn number_of(&self, file: usize, row: usize) -> usize {
        self.files[file].before + row
    }

    /// Those of the rows that are in a file, counted from 1.
    pub fn rows_in(&self, file: usize, rows: &Rows) -> Vec<usize> {
        let file = &self.files[file];
        let range = file.before..file.before + file.sheet.rows.len();
        rows.range(range).map(|row| row - file.before + 1).collect()
    }

    /// Rows as artifacts with row numbers, for messages.
    pub fn named(&self, rows: &Rows) -> String {
        let of_file = |index: usize| {
            let here = self.rows_in(index, rows);
            let runs = here.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
                [first, .., last] => format!("{first}-{last}"),
                _ => run[0].to_string(),
            });
            (!here.is_empty())
                .then(|| format!("{}:{}", self.files[index].artifact, runs.collect::<Vec<_>>().join(",")))
        };
        (0..self.files.len()).filter_map(of_file).collect::<Vec<_>>().join(" ")
    }
}

impl Wanted {
    /// The places of some claims.
    pub fn of<'a>(claims: impl IntoIterator<Item = &'a Shown>) -> Self {
        let mut wanted = Self::default();
        for claim in claims {
            match &claim.place {
                Place::Figure(id) => wanted.figures.extend([id.clone()]),
                Place::Datasets(ids) => wanted.datasets.extend(ids.iter().cloned()),
            }
        }
        wanted
    }

    /// Whether an evaluation finds the values of a place.
    pub fn shows(&self, place: &Place) -> bool {
        match place {
            Place::Figure(id) => self.figures.contains(id),
            Place::Datasets(ids) => ids.iter().all(|id| self.datasets.contains(id)),
        }
    }
}
