//! Resolves a paper's datasets: the first alternative whose files are all there wins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::Glob;

use super::absences::{missing, unreadable};
use super::content::{Source, TableSpec, is_pickle};
use super::dataset::{Absent, Alternative};
use super::format::without_reader;
use super::frame::Frame;
use super::read::read;
use super::{DatasetSpec, QueryError, Table};
use crate::error::{Diagnostic, Failure, sentence};
use crate::evidence::{Lookups, Missing, Reason};
use crate::manifest::{Artifact, At, ManifestError, RawSpec, nearest};
use crate::store::{Vault, VerifiedFile};

/// A resolved dataset.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The rows.
    pub table: Arc<Table>,
    /// Which alternative was used, as a sentence fragment.
    pub alternative: String,
    /// Rows that steps left out, one sentence fragment per step: `step 2 (mean): 3 of 40 rows without `value``.
    pub left_out: Vec<String>,
    /// What the manifest adds to the numbers of the file: coefficients, label maps and constants, one fragment per step,
    /// those of the datasets it is computed from first.
    pub transforms: Vec<String>,
}

/// What a dataset may be computed from.
#[derive(Clone, Debug, Default)]
pub struct DatasetInputs<'a> {
    /// What the table holds.
    pub about: Option<String>,
    /// Other datasets.
    pub datasets: Vec<String>,
    /// Artifacts.
    pub artifacts: Vec<&'a str>,
    /// Artifacts and needs that alternatives which do not exist wait for.
    pub needs: Vec<String>,
}

/// The alternative that a dataset was computed from.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Whether the dataset has other alternatives, which were not looked at.
    pub has_others: bool,
    /// Datasets it was computed from.
    pub parents: Vec<String>,
    /// What its steps looked for in rows.
    pub lookups: Lookups,
}

/// What became of a dataset. One that cannot be computed, because its spec or a file is wrong, is an absence for which
/// [`Missing::is_error`] holds: what is built on it is an error too, and nothing else is.
type Resolved = Result<Evidence, Missing>;

/// A paper's datasets, resolved on demand and remembered.
pub struct Library<'a> {
    vault: &'a Vault<'a>,
    resolved: BTreeMap<String, Resolved>,
    problems: Vec<Failure>,
    /// What was said of them, since many datasets may read a file that is wrong.
    noted: BTreeSet<String>,
    /// Pickles that were read, by artifact.
    pickles: BTreeMap<String, Source>,
    chosen: BTreeMap<String, Chosen>,
}

impl<'a> Library<'a> {
    /// A library over the verified files of a paper.
    pub fn new(vault: &'a Vault<'a>) -> Self {
        Self {
            vault,
            resolved: BTreeMap::new(),
            problems: Vec::new(),
            noted: BTreeSet::new(),
            pickles: BTreeMap::new(),
            chosen: BTreeMap::new(),
        }
    }

    /// The alternatives that resolved datasets were computed from, by dataset. They are handed out once.
    pub fn take_chosen(&mut self) -> BTreeMap<String, Chosen> {
        std::mem::take(&mut self.chosen)
    }

    /// What is wrong with files and datasets, as far as it was met: files that are not the pinned ones, whose datasets
    /// count as missing, and datasets that cannot be computed.
    pub fn into_problems(self) -> Vec<Failure> {
        self.problems
    }

    /// The table of a dataset, or why there is none. The error is a name that no dataset has.
    pub fn get(&mut self, name: &str) -> Result<Resolved, Failure> {
        Ok(self.resolved(name)?)
    }

    fn resolved(&mut self, name: &str) -> Result<Resolved, QueryError> {
        if let Some(resolved) = self.resolved.get(name) {
            return Ok(resolved.clone());
        }
        self.raw(name)?;
        let spec = self.checked(name);
        let resolved = spec.and_then(|spec| self.resolve(name, &spec)).unwrap_or_else(|error| {
            let missing =
                Missing::error(format!("dataset `{name}` cannot be computed: {}", sentence(&error)));
            // A file that is not a table is one problem, however many datasets read it.
            let subject = match &error {
                QueryError::At { problem, .. } if matches!(**problem, QueryError::NotATable { .. }) => {
                    problem.to_string()
                }
                _ => error.to_string(),
            };
            self.note(subject, error);
            Err(missing)
        });
        self.resolved.insert(name.to_owned(), resolved.clone());
        Ok(resolved)
    }

    /// The spec of a dataset whose parents exist and do not lead back to it.
    fn checked(&self, name: &str) -> Result<DatasetSpec, QueryError> {
        let (raw, spec) = (self.raw(name)?, self.spec(name)?);
        if let Some(parent) = spec.parents().find(|parent| self.raw(parent).is_err()) {
            let names = self.vault.manifest().datasets.iter().map(|raw| raw.id.as_str());
            let error = raw.error(format!("dataset `{name}`: no dataset is called `{parent}`"));
            return Err(match nearest(parent, names) {
                Some(known) => error.with_hint(format!("did you mean `{known}`?")).into(),
                None => error.into(),
            });
        }
        let (mut open, mut visited): (Vec<String>, _) =
            (spec.parents().map(str::to_owned).collect(), BTreeSet::new());
        while let Some(parent) = open.pop() {
            if parent == name {
                return Err(raw.error(format!("dataset `{name}` is defined through itself")).into());
            }
            // What is wrong with a parent is that parent's problem.
            if let Ok(spec) = self.spec(&parent)
                && visited.insert(parent)
            {
                open.extend(spec.parents().map(str::to_owned));
            }
        }
        Ok(spec)
    }

    /// Ids of all artifacts that these datasets may be read from, through their parents, in order of declaration.
    pub fn artifacts_of<'d>(
        &self,
        datasets: impl IntoIterator<Item = &'d str>,
    ) -> Result<Vec<&'a str>, QueryError> {
        let mut open: Vec<String> = datasets.into_iter().map(str::to_owned).collect();
        let (mut visited, mut named) = (BTreeSet::new(), BTreeSet::new());
        while let Some(dataset) = open.pop() {
            if !visited.insert(dataset.clone()) {
                continue;
            }
            let spec = self.spec(&dataset)?;
            open.extend(spec.parents().map(str::to_owned));
            for way in spec.any_of.iter().filter(|way| way.dataset.is_none() && way.absent.is_none()) {
                named.extend(self.artifacts(&dataset, way)?.into_iter().map(|artifact| artifact.id.as_str()));
            }
        }
        let declared = self.vault.manifest().artifacts.iter().map(|artifact| artifact.id.as_str());
        Ok(declared.filter(|id| named.contains(id)).collect())
    }

    /// What a dataset names directly, in all its alternatives: other datasets, and artifacts, each once.
    pub fn inputs_of(&self, dataset: &str) -> Result<DatasetInputs<'a>, QueryError> {
        let spec = self.spec(dataset)?;
        let mut artifacts: Vec<&'a str> = Vec::new();
        for way in spec.any_of.iter().filter(|way| way.dataset.is_none() && way.absent.is_none()) {
            artifacts.extend(self.artifacts(dataset, way)?.into_iter().map(|artifact| artifact.id.as_str()));
        }
        let mut datasets: Vec<String> = spec.parents().map(str::to_owned).collect();
        let (mut seen, mut named) = (BTreeSet::new(), BTreeSet::new());
        datasets.retain(|parent| seen.insert(parent.clone()));
        artifacts.retain(|artifact| named.insert(*artifact));
        let absent = spec.any_of.into_iter().filter_map(|way| way.absent);
        let needs = absent.flat_map(|absent| absent.needs).collect();
        Ok(DatasetInputs { about: spec.about, datasets, artifacts, needs })
    }

    /// Whether this version can read an artifact as a table, once it is there: it is one, or a dataset says what of it
    /// becomes one.
    pub fn is_readable(&self, artifact: &str) -> bool {
        let Some(declared) = self.vault.manifest().artifact(artifact) else { return false };
        let names = self.vault.manifest().datasets.iter().map(|raw| raw.id.as_str());
        let reads = |dataset: &str| {
            let Ok(spec) = self.spec(dataset) else { return false };
            let mut tables = spec.any_of.iter().filter(|way| way.table.is_some());
            tables.any(|way| {
                self.artifacts(dataset, way).is_ok_and(|read| read.iter().any(|a| a.id == artifact))
            })
        };
        without_reader(declared, false).is_none()
            || (without_reader(declared, true).is_none() && names.into_iter().any(reads))
    }

    fn raw(&self, name: &str) -> Result<&'a RawSpec, QueryError> {
        let datasets = &self.vault.manifest().datasets;
        let unknown = || QueryError::UnknownDataset { name: name.to_owned() };
        datasets.iter().find(|spec| spec.id == name).ok_or_else(unknown)
    }

    fn spec(&self, name: &str) -> Result<DatasetSpec, QueryError> {
        let raw = self.raw(name)?;
        let spec: DatasetSpec = raw.parse()?;
        for alternative in &spec.any_of {
            let sources = [&alternative.artifact, &alternative.artifacts, &alternative.dataset];
            let named = sources.into_iter().flatten().count() + usize::from(alternative.absent.is_some());
            if named != 1 {
                let message = "an alternative needs exactly one of `artifact`, `artifacts`, `dataset` and \
                    `absent`";
                return Err(raw.error(message).into());
            }
            if alternative.table.is_some() && (alternative.dataset.is_some() || alternative.absent.is_some())
            {
                return Err(raw.error("`table` needs `artifact` or `artifacts`").into());
            }
            let manifest = self.vault.manifest();
            let known = |id: &&String| manifest.artifact(id).is_some() || manifest.need(id).is_some();
            let mut needs = alternative.absent.iter().flat_map(|absent| &absent.needs);
            if let Some(need) = needs.find(|need| !known(need)) {
                return Err(raw.error(format!("no artifact or need is called `{need}`")).into());
            }
        }
        Ok(spec)
    }

    fn resolve(&mut self, name: &str, spec: &DatasetSpec) -> Result<Resolved, QueryError> {
        let mut absences: Vec<Missing> = Vec::new();
        for (index, alternative) in spec.any_of.iter().enumerate() {
            let mut lookups = Lookups::default();
            match self.alternative(name, (index, alternative), &mut lookups)? {
                Ok(evidence) => {
                    let has_others = spec.any_of.iter().filter(|way| way.absent.is_none()).count() > 1;
                    let parents = alternative.parents().map(str::to_owned).collect();
                    self.chosen.insert(name.to_owned(), Chosen { has_others, parents, lookups });
                    return Ok(Ok(evidence));
                }
                // A later alternative must not hide that this one is wrong.
                Err(missing) if missing.is_error() => return Ok(Err(missing)),
                Err(missing) => absences.push(missing),
            }
        }
        let with = |reason: Reason| absences.iter().find(move |missing| missing.reason == reason);
        let worst = with(Reason::HashMismatch).or_else(|| with(Reason::Stale)).or(absences.first());
        let reason = worst.map_or(Reason::NotShared, |missing| missing.reason);
        let mut needs: Vec<String> =
            absences.iter().flat_map(|missing| missing.needs.iter().cloned()).collect();
        needs.sort();
        needs.dedup();
        let mut details: Vec<String> = absences.into_iter().map(|missing| missing.detail).collect();
        details.dedup();
        Ok(Err(Missing { reason, detail: details.join("; "), needs }))
    }

    fn alternative(
        &mut self,
        name: &str,
        (index, alternative): (usize, &Alternative),
        lookups: &mut Lookups,
    ) -> Result<Resolved, QueryError> {
        if let Some(Absent { reason, detail, needs }) = alternative.absent.clone() {
            return Ok(Err(Missing { reason, detail, needs }));
        }
        let raw = self.raw(name)?;
        let way = [At::Key("any_of"), At::Index(index)];
        let in_files = |error| located(error, || raw.error_at(&way, format!("dataset `{name}`")));
        let (mut frame, inherited, mut transforms) = match &alternative.dataset {
            Some(parent) => match self.resolved(parent)? {
                Ok(evidence) => {
                    (Frame::from_table(&evidence.table), evidence.alternative, evidence.transforms)
                }
                Err(missing) => return Ok(Err(missing)),
            },
            None => match self.files(name, alternative).map_err(in_files)? {
                Ok(frame) => (frame, String::new(), Vec::new()),
                Err(missing) => return Ok(Err(missing)),
            },
        };
        let mut left_out = Vec::new();
        for (i, step) in alternative.steps.iter().enumerate() {
            let joined = match step.joined_dataset().map(|parent| self.resolved(parent)).transpose()? {
                Some(Ok(evidence)) => {
                    let known = transforms.clone();
                    transforms.extend(evidence.transforms.into_iter().filter(|words| !known.contains(words)));
                    Some(evidence.table)
                }
                Some(Err(missing)) => return Ok(Err(missing)),
                None => None,
            };
            let words = format!("step {} ({})", i + 1, step.verb());
            let mut seen = Lookups::default();
            let (result, leaves) = step.counted(frame, joined.as_deref(), &mut seen).map_err(|error| {
                let way = [&way[..], &[At::Key("steps"), At::Index(i)]].concat();
                located(error, || raw.error_at(&way, format!("dataset `{name}`, {words}")))
            })?;
            frame = result;
            lookups.add_step(&words, seen);
            transforms.extend(step.transform());
            left_out.extend(leaves.into_iter().map(|leaves| format!("{words}: {leaves}")));
        }
        let says = alternative.says.clone().unwrap_or(inherited);
        let note = alternative.table.as_ref().and_then(TableSpec::note);
        let alternative = [says].into_iter().chain(note).filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let table = Arc::new(frame.into_table().map_err(in_files)?);
        Ok(Ok(Evidence { table, alternative: alternative.join("; "), left_out, transforms }))
    }

    /// The stacked rows of an alternative's files, all of which must be there.
    fn files(&mut self, name: &str, alternative: &Alternative) -> Result<Result<Frame, Missing>, QueryError> {
        let artifacts = self.artifacts(name, alternative)?;
        if let Some(missing) = unreadable(self.vault, &artifacts, alternative.table.is_some()) {
            return Ok(Err(missing));
        }
        let mut absent: Vec<(&Artifact, Reason)> = Vec::new();
        let mut stacked: Option<Frame> = None;
        let mut sources: Vec<Source> = Vec::new();
        for artifact in &artifacts {
            // Reading is skipped once something is missing: the alternative cannot win any more.
            if !absent.is_empty() {
                if let Err(absence) = self.vault.presence(artifact) {
                    absent.push((artifact, self.vault.absence(artifact, absence).0));
                }
                continue;
            }
            if let Some(source) = self.pickles.get(&artifact.id).filter(|_| alternative.table.is_some()) {
                sources.push(source.clone());
                continue;
            }
            let file = match self.verified(artifact) {
                Ok(file) => file,
                Err(reason) => {
                    absent.push((artifact, reason));
                    continue;
                }
            };
            if alternative.table.is_some() {
                sources.push(self.opened(artifact, &file)?);
                continue;
            }
            let frame = read(&file, artifact, &alternative.numbers())?;
            match &mut stacked {
                Some(stacked) => stacked.stack(frame)?,
                None => stacked = Some(frame),
            }
        }
        if let (Some(table), true) = (&alternative.table, absent.is_empty()) {
            stacked = tabled(table, &sources)?;
        }
        match (stacked, absent.first()) {
            (Some(frame), None) => Ok(Ok(frame)),
            _ => Ok(Err(missing(self.vault, &absent, artifacts.len()))),
        }
    }

    /// The verified bytes of an artifact, or why there are none.
    fn verified(&mut self, artifact: &Artifact) -> Result<VerifiedFile, Reason> {
        match self.vault.read(artifact) {
            Ok(Ok(file)) => Ok(file),
            Ok(Err(absence)) => Err(self.vault.absence(artifact, absence).0),
            Err(problem) => {
                let reason = match problem.concerns_the_file() {
                    true => Reason::HashMismatch,
                    false => Reason::Error,
                };
                self.note(problem.to_string(), problem);
                Err(reason)
            }
        }
    }

    /// What a file holds; a pickle is read once.
    fn opened(&mut self, artifact: &Artifact, file: &VerifiedFile) -> Result<Source, QueryError> {
        let source = Source::open(artifact, file)?;
        if is_pickle(artifact) {
            self.pickles.insert(artifact.id.clone(), source.clone());
        }
        Ok(source)
    }

    fn artifacts(&self, name: &str, alternative: &Alternative) -> Result<Vec<&'a Artifact>, QueryError> {
        let manifest = self.vault.manifest();
        let raw = self.raw(name)?;
        let pattern =
            alternative.artifacts.as_deref().or(alternative.artifact.as_deref()).unwrap_or_default();
        let mut artifacts: Vec<&Artifact> = if alternative.artifacts.is_some() {
            let bad = |error| raw.error(format!("`{pattern}` is not a valid glob: {error}"));
            let glob = Glob::new(pattern).map_err(bad)?.compile_matcher();
            manifest.artifacts.iter().filter(|artifact| glob.is_match(&artifact.id)).collect()
        } else {
            manifest.artifact(pattern).into_iter().collect()
        };
        if artifacts.is_empty() {
            return Err(raw.error(format!("no artifact matches `{pattern}`")).into());
        }
        for id in alternative.table.iter().flat_map(TableSpec::artifacts) {
            let unknown = || raw.error(format!("no artifact is called `{id}`"));
            artifacts.push(manifest.artifact(id).ok_or_else(unknown)?);
        }
        if let Some(tree) = artifacts.iter().find(|artifact| artifact.is_tree()) {
            return Err(raw.error(format!("`{}` is a tree of files, not a table", tree.id)).into());
        }
        Ok(artifacts)
    }

    /// Remembers what is wrong, once per subject.
    fn note(&mut self, subject: String, problem: impl Diagnostic) {
        if self.noted.insert(subject) {
            self.problems.push(problem.into());
        }
    }
}

/// A problem at its place, unless it says already where it is.
fn located(problem: QueryError, place: impl FnOnce() -> ManifestError) -> QueryError {
    match problem {
        QueryError::Manifest(_) | QueryError::At { .. } => problem,
        _ => QueryError::At { place: place(), problem: Box::new(problem) },
    }
}

/// The table of what the files hold; those that the spec names come after those to be stacked.
fn tabled(table: &TableSpec, sources: &[Source]) -> Result<Option<Frame>, QueryError> {
    let (stacked, others) = sources.split_at(sources.len() - table.artifacts().count().min(sources.len()));
    let mut frames: Option<Frame> = None;
    for source in stacked {
        let frame = table.read(source, others)?;
        match &mut frames {
            Some(frames) => frames.stack(frame)?,
            None => frames = Some(frame),
        }
    }
    Ok(frames)
}
