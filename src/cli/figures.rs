//! `repro figures`: redraws figures with a CSV of every mark, and lays the published values over them.

mod files;

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use self::files::{Format, Output};
use super::session::{Session, figures_status, is_stale};
use super::{Context, ExitCode};
use crate::claims::{Comparison, Judged, compare};
use crate::error::Failure;
use crate::manifest::Selection;
use crate::plot::{Scene, Theme, overlay};

/// Arguments of `repro figures`.
#[derive(Debug, clap::Args)]
pub struct FiguresArguments {
    /// Figures to draw
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Formats, separated by commas; a CSV of the marks is always written
    #[arg(long, value_enum, value_delimiter = ',', default_value = "svg", value_name = "FORMAT")]
    format: Vec<Format>,
    /// The paper's colours, or colours and markers that everybody can tell apart (`<id>.accessible.svg`)
    #[arg(long, value_enum, default_value_t, value_name = "THEME")]
    theme: ThemeName,
    /// Also lay the published values over each figure (`<id>.compare.svg`); one that differs exits with 1
    #[arg(long)]
    compare: bool,
    /// Folder to write to [default: `figures` of the project]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Name of a theme on the command line.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum ThemeName {
    #[default]
    Faithful,
    Accessible,
}

impl From<ThemeName> for Theme {
    fn from(name: ThemeName) -> Self {
        match name {
            ThemeName::Faithful => Self::Faithful,
            ThemeName::Accessible => Self::Accessible,
        }
    }
}

/// What was drawn of one figure.
struct Drawn {
    name: String,
    state: &'static str,
    evidence: String,
    n_marks: usize,
    reason: Option<String>,
    csv: PathBuf,
    files: Vec<(Format, PathBuf)>,
    compared: Option<Compared>,
}

/// A comparison and where it was written.
struct Compared {
    comparison: Comparison,
    files: Vec<(Format, PathBuf)>,
}

/// Runs the verb.
pub fn run(arguments: &FiguresArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.selectors)?;
    let mut formats = arguments.format.clone();
    formats.sort();
    formats.dedup();
    let folder = arguments.out.clone().unwrap_or_else(|| context.project.root.join("figures"));
    let project = arguments.out.is_none().then(|| context.project.root.clone());
    let output = Output { folder, project, formats, theme: arguments.theme.into() };
    let mut drawn = Vec::new();
    let (mut status, mut stale) = (ExitCode::Success, 0);
    for manifest in &context.project.manifests {
        let wanted = |id: &str| selection.contains(manifest.id(), id);
        if !manifest.figures.iter().any(|figure| wanted(&figure.id)) {
            continue;
        }
        let mut session = Session::open(manifest, context)?.themed(output.theme);
        let judged = if arguments.compare {
            // A claim may be judged on a figure that is not wanted.
            session.draw(|_| true);
            Some(session.judge(|_| true))
        } else {
            session.draw(wanted);
            None
        };
        for spec in manifest.figures.iter().filter(|spec| wanted(&spec.id)) {
            let Some(scene) = session.scene(&spec.id) else { continue };
            stale += usize::from(is_stale(scene));
            match write(manifest.id(), scene, judged.as_deref(), &output) {
                Ok(figure) => drawn.push(figure),
                // What is wrong with one figure concerns that figure.
                Err(failure) => {
                    let name = format!("{}/{}", manifest.id(), spec.id);
                    context.out.failure(Some(&name), failure.as_ref());
                    status = status.worst(failure.class().into());
                }
            }
        }
        status = status.worst(session.report_problems(context));
    }
    let known: Vec<String> = known_figures(context).collect();
    selection.check(known.iter().map(String::as_str))?;
    print(&drawn, context);
    if drawn.iter().any(Drawn::differs) {
        status = status.worst(ExitCode::Disagrees);
    }
    let missing = drawn.iter().filter(|figure| figure.state == "missing").count();
    if drawn.is_empty() {
        status = status.worst(ExitCode::Nothing);
    }
    Ok(status.worst(figures_status(drawn.len() - missing, missing, stale)))
}

/// Writes the SVG and the mark table of every figure of a session into the folder `figures` of the project.
pub fn write_all(session: &Session<'_>, project: &Path) -> Result<(), Failure> {
    let output = Output::standard(project);
    for scene in session.manifest().figures.iter().filter_map(|spec| session.scene(&spec.id)) {
        write(session.manifest().id(), scene, None, &output)?;
    }
    Ok(())
}

fn write(paper: &str, scene: &Scene, judged: Option<&[Judged]>, output: &Output) -> Result<Drawn, Failure> {
    let files = output.write(paper, scene, "")?;
    let csv = output.write_marks(paper, scene)?;
    let compared = match judged {
        None => None,
        Some(judged) => {
            let comparison = compare(scene, judged);
            let overlay = overlay(scene, &comparison.published, &comparison.caption);
            Some(Compared { files: output.write(paper, &overlay, ".compare")?, comparison })
        }
    };
    Ok(Drawn {
        name: format!("{paper}/{}", scene.id),
        state: scene.state(),
        evidence: scene.evidence().map(|tier| tier.to_string()).unwrap_or_default(),
        n_marks: scene.marks.len(),
        reason: scene.missing.as_ref().map(|missing| format!("{}: {}", missing.reason, missing.detail)),
        csv,
        files,
        compared,
    })
}

fn known_figures(context: &Context) -> impl Iterator<Item = String> {
    context.project.manifests.iter().flat_map(|manifest| {
        manifest.figures.iter().map(move |figure| format!("{}/{}", manifest.id(), figure.id))
    })
}

impl Drawn {
    fn differs(&self) -> bool {
        self.compared.as_ref().is_some_and(|compared| compared.comparison.counts.get("differs") > 0)
    }

    fn json(&self) -> Json {
        let mut figure = json!({
            "id": self.name, "state": self.state, "evidence": self.evidence,
            "marks": self.n_marks, "reason": self.reason, "csv": self.csv,
        });
        for (format, path) in &self.files {
            figure[format.name()] = json!(path);
        }
        if let Some(Compared { comparison, files }) = &self.compared {
            figure["compared"] = json!({ "counts": comparison.counts, "placed": comparison.published.len() });
            for (format, path) in files {
                figure["compared"][format.name()] = json!(path);
            }
        }
        figure
    }

    fn line(&self) -> String {
        let Self { name, state, evidence, n_marks, .. } = self;
        let mut line = match &self.reason {
            Some(reason) => format!("{state:<8} {name}  {reason}"),
            None => format!("{state:<8} {name}  {n_marks} marks, {evidence}"),
        };
        if let Some(Compared { comparison, .. }) = &self.compared {
            line.push_str("; ");
            line.push_str(&comparison.summary());
        }
        line
    }
}

fn print(drawn: &[Drawn], context: &Context) {
    if context.json {
        let figures: Vec<Json> = drawn.iter().map(Drawn::json).collect();
        context.out.line(json!({ "schema": 1, "figures": figures }).to_string());
        return;
    }
    drawn.iter().for_each(|figure| context.out.line(figure.line()));
}
