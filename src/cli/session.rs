//! What the verbs `list`, `figures`, `claims`, `report` and `reproduce` share: a paper's datasets resolved, its
//! figures drawn, its claims judged, each at most once. What is wrong with one of them is kept until it is reported.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::context::Context;
use super::remark::report_stages;
use super::{ExitCode, findings};
use crate::claims::{
    ClaimSet, Copies, Counts, Facts, FigureFacts, Judged, Outcome, Policy, SetNotes, judge, refuse_twins,
};
use crate::error::{Class, Failure, sentence};
use crate::evidence::{Missing, Reason};
use crate::figures;
use crate::manifest::{Manifest, RawSpec, SourceKind};
use crate::plot::{Scene, Theme};
use crate::query::{Chosen, Evidence, Library};
use crate::stages::{self, Opened, StageRecord};
use crate::store::Vault;
use crate::tables::{self, Grid};

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
    /// What is wrong with files, datasets, figures, claims and tables, in the order in which it was met.
    problems: Vec<Failure>,
    /// What the steps of datasets looked for.
    chosen: BTreeMap<String, Chosen>,
    /// What judged claim sets looked for.
    notes: BTreeMap<String, SetNotes>,
}

impl<'a> Session<'a> {
    /// Opens a paper and resolves its datasets. What is wrong with one of them concerns what is built on it.
    pub fn open(manifest: &'a Manifest, context: &Context) -> Result<Self, Failure> {
        let frozen = context.project.frozen();
        let Opened { vault, stages, problems, receipts } = stages::open(manifest, &frozen)?;
        let stage_problems = problems.into_iter().chain(receipts).collect();
        let mut library = Library::new(&vault);
        let mut datasets = BTreeMap::new();
        for spec in &manifest.datasets {
            datasets.insert(spec.id.clone(), library.get(&spec.id)?);
        }
        let chosen = library.take_chosen();
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
            chosen,
            notes: BTreeMap::new(),
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

    /// Draws the wanted figures, in parallel. One that cannot be drawn is a placeholder that says why.
    pub fn draw(&mut self, wanted: impl Fn(&str) -> bool) {
        let todo: Vec<&RawSpec> = self.manifest().figures.iter().filter(|spec| wanted(&spec.id)).collect();
        let (datasets, theme) = (&self.datasets, self.theme);
        let drawn: Vec<(&RawSpec, Result<Scene, Failure>, Vec<String>)> = todo
            .par_iter()
            .filter(|spec| !self.scenes.contains_key(&spec.id))
            .map(|spec| {
                let mut asked: Vec<String> = Vec::new();
                let mut lookup = |name: &str| -> Result<Result<Evidence, Missing>, Failure> {
                    let unknown = || figures::unknown_dataset(spec, name, datasets.keys());
                    let found = datasets.get(name).cloned().ok_or_else(unknown)?;
                    if !asked.iter().any(|known| known == name) {
                        asked.push(name.to_owned());
                    }
                    Ok(found)
                };
                let scene = figures::draw(spec, theme, &mut lookup);
                (*spec, scene, asked)
            })
            .collect();
        for (spec, scene, asked) in drawn {
            let scene = scene.unwrap_or_else(|failure| {
                let missing = Missing::error(format!("cannot be drawn: {}", sentence(failure.as_ref())));
                self.problems.push(failure);
                figures::broken(spec, missing)
            });
            self.asked.insert(spec.id.clone(), asked);
            self.scenes.insert(spec.id.clone(), scene);
        }
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
    pub fn judge(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<Judged> {
        // All sets are judged, also those that nobody asked for: a cell that two of them state is one claim, and sets of one
        // number tell a copy only together.
        let (mut sets, mut unread) = (Vec::new(), Vec::new());
        for spec in &self.manifest().claims {
            sets.push(ClaimSet::register(spec, &self.vault, &mut unread));
        }
        refuse_twins(&mut sets);
        let figures = self.scenes.iter().map(|(id, scene)| (id.as_str(), self.figure_facts(scene))).collect();
        let copies = Copies::new(&self.vault, &sets);
        let facts = Facts { figures, datasets: &self.datasets, copies: Some(&copies) };
        let mut judged = judge(&sets, &facts);
        judged.retain(|set| wanted(&set.id));
        self.problems.extend(unread.into_iter().map(Failure::from));
        for set in sets.into_iter().filter(|set| wanted(&set.id)) {
            self.problems.extend(set.problems.into_iter().map(Failure::from));
            self.notes.insert(set.id, set.notes);
        }
        judged
    }

    /// A table of judged claims. One that cannot be built is a placeholder that says why.
    pub fn table(&mut self, spec: &RawSpec, judged: &[Judged]) -> Grid {
        tables::build(spec, judged, self.manifest()).unwrap_or_else(|error| {
            let missing = Missing::error(format!("cannot be built: {error}"));
            self.problems.push(error.into());
            tables::broken(spec, self.manifest(), missing)
        })
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

    /// What the steps of resolved datasets looked for.
    pub fn chosen(&self) -> &BTreeMap<String, Chosen> {
        &self.chosen
    }

    /// What judged claim sets looked for.
    pub fn notes(&self) -> &BTreeMap<String, SetNotes> {
        &self.notes
    }

    /// Everything that is wrong, in the order in which it was met.
    pub fn problems(&self) -> impl Iterator<Item = &Failure> {
        self.stage_problems.iter().chain(&self.problems)
    }

    /// Reports everything that is wrong, and what is suspicious about what was drawn and judged, once each, and returns the
    /// status that follows.
    pub fn report_problems(&self, context: &Context) -> ExitCode {
        let mut seen: Vec<String> = Vec::new();
        let mut status = report_stages(&self.stages, &self.stage_problems, &context.out);
        for problem in &self.problems {
            let text = problem.to_string();
            if !seen.contains(&text) {
                context.out.failure(None, problem.as_ref());
                status = status.worst(ExitCode::from(problem.class()));
                seen.push(text);
            }
        }
        status.worst(findings::show(&findings::of_session(self, false), &context.out))
    }
}

/// Figures and claims of all papers of a run: what one of them cannot show another may.
#[derive(Default)]
pub struct Tally {
    drawn: usize,
    missing: usize,
    stale: usize,
    judged: Vec<Judged>,
}

impl Tally {
    /// Adds a paper whose figures were drawn and whose claims were judged.
    pub fn add(&mut self, session: &Session<'_>, judged: Vec<Judged>) {
        let missing = session.scenes.values().filter(|scene| scene.missing.is_some()).count();
        self.missing += missing;
        self.stale += session.scenes.values().filter(|scene| is_stale(scene)).count();
        self.drawn += session.scenes.len() - missing;
        self.judged.extend(judged);
    }

    /// The status that follows.
    pub fn status(&self) -> ExitCode {
        let status = figures_status(self.drawn, self.missing, self.stale);
        if self.drawn + self.missing == 0 && self.judged.is_empty() {
            ExitCode::Nothing
        } else if self.judged.is_empty() {
            status
        } else {
            status.worst(claims_status(&self.judged, Policy::Strict))
        }
    }
}

/// Whether a figure is missing because the output of a stage is stale.
pub fn is_stale(scene: &Scene) -> bool {
    scene.missing.as_ref().is_some_and(|missing| missing.reason == Reason::Stale)
}

/// The status that follows from figures: some missing, all missing, or none. Where stages only have to run again, there is
/// something to evaluate.
pub fn figures_status(drawn: usize, missing: usize, stale: usize) -> ExitCode {
    match (drawn, missing, stale) {
        (_, 0, _) => ExitCode::Success,
        (0, _, 0) => ExitCode::Nothing,
        _ => ExitCode::Incomplete,
    }
}

/// The status that follows from claims under a policy.
pub fn claims_status(judged: &[Judged], policy: Policy) -> ExitCode {
    outcomes_status(&Counts::total_of(judged.iter().map(|set| &set.counts)), policy)
}

/// The status that follows from outcomes under a policy. Nothing evaluated is never a pass; where stages only have to run
/// again, it is incomplete.
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
    if counts.evaluated() == 0 && counts.stale == 0 {
        status = status.worst(ExitCode::Nothing);
    }
    status
}
