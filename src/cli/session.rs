//! What the verbs `list`, `figures`, `claims`, `report` and `reproduce` share: a paper's datasets resolved, its
//! figures drawn, its claims judged, each at most once.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::ExitCode;
use super::context::Context;
use super::remark::report_stages;
use crate::claims::{ClaimSet, ClaimsError, Counts, Facts, FigureFacts, Judged, Outcome, Policy, judge};
use crate::error::{Class, Diagnostic, Failure};
use crate::evidence::{Missing, Reason};
use crate::figures;
use crate::manifest::{Manifest, RawSpec, SourceKind};
use crate::plot::{Scene, Theme};
use crate::query::{Evidence, Library, QueryError};
use crate::stages::{self, Opened, StageRecord};
use crate::store::{ReadError, Vault};

/// A paper with everything that can be computed from what is on disk.
pub struct Session<'a> {
    /// Pinned files.
    pub vault: Vault<'a>,
    /// Stages with what their receipts are worth.
    pub stages: Vec<StageRecord>,
    stage_problems: Vec<Failure>,
    datasets: BTreeMap<String, Result<Evidence, Missing>>,
    theme: Theme,
    scenes: BTreeMap<String, Scene>,
    /// Datasets that each figure asked for.
    asked: BTreeMap<String, Vec<String>>,
    problems: Vec<ReadError>,
    wrong_claims: Vec<ClaimsError>,
}

impl<'a> Session<'a> {
    /// Opens a paper and resolves its datasets.
    pub fn open(manifest: &'a Manifest, context: &Context) -> Result<Self, Failure> {
        let frozen = context.project.frozen();
        let Opened { vault, stages, problems, receipts } = stages::open(manifest, &frozen)?;
        let stage_problems = problems.into_iter().chain(receipts).collect();
        let mut library = Library::new(&vault);
        library.check()?;
        let mut datasets = BTreeMap::new();
        for spec in &manifest.datasets {
            datasets.insert(spec.id.clone(), library.get(&spec.id)?);
        }
        let problems = library.into_problems();
        Ok(Self {
            vault,
            stages,
            stage_problems,
            datasets,
            theme: Theme::Faithful,
            scenes: BTreeMap::new(),
            asked: BTreeMap::new(),
            problems,
            wrong_claims: Vec::new(),
        })
    }

    /// The same, drawing with a theme.
    pub fn themed(self, theme: Theme) -> Self {
        Self { theme, ..self }
    }

    /// The paper.
    pub fn manifest(&self) -> &'a Manifest {
        self.vault.manifest()
    }

    /// Draws the wanted figures, in parallel.
    pub fn draw(&mut self, wanted: impl Fn(&str) -> bool) -> Result<(), Failure> {
        let todo: Vec<&RawSpec> = self.manifest().figures.iter().filter(|spec| wanted(&spec.id)).collect();
        let (datasets, theme) = (&self.datasets, self.theme);
        let drawn: Result<Vec<(String, Scene, Vec<String>)>, Failure> = todo
            .par_iter()
            .filter(|spec| !self.scenes.contains_key(&spec.id))
            .map(|spec| {
                let mut asked: Vec<String> = Vec::new();
                let mut lookup = |name: &str| -> Result<Result<Evidence, Missing>, Failure> {
                    if !asked.iter().any(|known| known == name) {
                        asked.push(name.to_owned());
                    }
                    let unknown = || QueryError::UnknownDataset { name: name.to_owned() };
                    Ok(datasets.get(name).cloned().ok_or_else(unknown)?)
                };
                let scene = figures::draw(spec, theme, &mut lookup)?;
                Ok((spec.id.clone(), scene, asked))
            })
            .collect();
        for (id, scene, asked) in drawn? {
            self.asked.insert(id.clone(), asked);
            self.scenes.insert(id, scene);
        }
        Ok(())
    }

    /// A drawn figure.
    pub fn scene(&self, id: &str) -> Option<&Scene> {
        self.scenes.get(id)
    }

    /// Datasets that a drawn figure asked for.
    pub fn asked_by(&self, figure: &str) -> &[String] {
        self.asked.get(figure).map_or(&[], Vec::as_slice)
    }

    /// The datasets of the paper, and what became of each.
    pub fn datasets(&self) -> &BTreeMap<String, Result<Evidence, Missing>> {
        &self.datasets
    }

    /// Judges the wanted claim sets. All figures must have been drawn.
    pub fn judge(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Vec<Judged>, Failure> {
        let mut sets = Vec::new();
        for spec in self.manifest().claims.iter().filter(|spec| wanted(&spec.id)) {
            sets.push(ClaimSet::register(spec, &self.vault, &mut self.problems)?);
        }
        let figures = self.scenes.iter().map(|(id, scene)| (id.as_str(), self.figure_facts(scene))).collect();
        let facts = Facts { figures, datasets: &self.datasets };
        let judged = sets.iter().map(|set| judge(set, &facts)).collect();
        self.wrong_claims.extend(sets.into_iter().flat_map(|set| set.problems));
        Ok(judged)
    }

    fn figure_facts<'s>(&self, scene: &'s Scene) -> FigureFacts<'s> {
        let mut artifacts: BTreeSet<&str> = BTreeSet::new();
        for mark in &scene.marks {
            artifacts.extend(mark.lineage.files().map(|(file, _)| file.artifact.as_str()));
        }
        let manifest = self.manifest();
        let of_project = |id: &str| {
            let source = manifest.artifact(id).and_then(|artifact| manifest.source(artifact));
            source.is_some_and(|source| source.kind == SourceKind::Local)
        };
        let shipped = artifacts.into_iter().all(of_project);
        FigureFacts { marks: &scene.marks, missing: scene.missing.as_ref(), shipped }
    }

    /// Reports every file that is not the pinned one and every claim set or row that is wrong, once each, and returns
    /// the status that follows.
    pub fn report_problems(&self, context: &Context) -> ExitCode {
        let mut seen: Vec<String> = Vec::new();
        let mut status = report_stages(&self.stages, &self.stage_problems, &context.out);
        let files = self.problems.iter().map(|problem| problem as &dyn Diagnostic);
        let claims = self.wrong_claims.iter().map(|problem| problem as &dyn Diagnostic);
        for problem in files.chain(claims) {
            let text = problem.to_string();
            if !seen.contains(&text) {
                context.out.failure(None, problem);
                status = status.worst(ExitCode::from(problem.class()));
                seen.push(text);
            }
        }
        status
    }
}

/// Figures and claims of all papers of a run: what one of them cannot show another may.
#[derive(Default)]
pub struct Tally {
    drawn: usize,
    missing: usize,
    judged: Vec<Judged>,
}

impl Tally {
    /// Adds a paper whose figures were drawn and whose claims were judged.
    pub fn add(&mut self, session: &Session<'_>, judged: Vec<Judged>) {
        let missing = session.scenes.values().filter(|scene| scene.missing.is_some()).count();
        self.missing += missing;
        self.drawn += session.scenes.len() - missing;
        self.judged.extend(judged);
    }

    /// The status that follows.
    pub fn status(&self) -> ExitCode {
        let status = figures_status(self.drawn, self.missing);
        if self.judged.is_empty() {
            status
        } else {
            status.worst(claims_status(&self.judged, Policy::Strict))
        }
    }
}

/// The status that follows from figures: some missing, all missing, or none.
pub fn figures_status(drawn: usize, missing: usize) -> ExitCode {
    match (drawn, missing) {
        (_, 0) => ExitCode::Success,
        (0, _) => ExitCode::Nothing,
        _ => ExitCode::Incomplete,
    }
}

/// The status that follows from claims under a policy.
pub fn claims_status(judged: &[Judged], policy: Policy) -> ExitCode {
    outcomes_status(&Counts::total_of(judged.iter().map(|set| &set.counts)), policy)
}

/// The status that follows from outcomes under a policy. Nothing evaluated is never a pass.
pub fn outcomes_status(counts: &Counts, policy: Policy) -> ExitCode {
    let mut status = ExitCode::Success;
    // A claim that cannot be judged is one that the manifest, or the file it names, states wrongly.
    if counts.get("error") > 0 {
        status = status.worst(ExitCode::from(Class::Usage));
    }
    if policy.fails(Outcome::Differs) && counts.get("differs") > 0 {
        status = status.worst(ExitCode::Disagrees);
    }
    if policy.fails(Outcome::Missing(Reason::NotRun)) && counts.get("missing") > 0 {
        status = status.worst(ExitCode::Incomplete);
    }
    if counts.evaluated() == 0 {
        status = status.worst(ExitCode::Nothing);
    }
    status
}
