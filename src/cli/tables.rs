//! `repro tables`: writes the papers' tables with our values beside the published ones.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::session::{Session, outcomes_status};
use super::{Context, ExitCode, findings};
use crate::claims::{Counts, Judged, Policy};
use crate::error::Failure;
use crate::evidence::Tier;
use crate::lint;
use crate::manifest::Selection;
use crate::store::write_in_project;
use crate::tables::{self, Grid};

/// Arguments of `repro tables`.
#[derive(Debug, clap::Args)]
pub struct TablesArguments {
    /// Tables to write
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Formats, separated by commas; CSV is always written
    #[arg(long, value_enum, value_delimiter = ',', default_value = "svg", value_name = "FORMAT")]
    format: Vec<Format>,
    /// Folder to write to [default: `reports/tables` of the project]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A format of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
enum Format {
    /// As print has it, 183 mm wide
    Svg,
    /// One row a cell
    Csv,
    /// As GitHub renders it
    Md,
    /// A fragment for a page
    Html,
    /// For a document with `booktabs` and `longtable`
    Tex,
}

impl Format {
    const ALL: [Self; 5] = [Self::Svg, Self::Csv, Self::Md, Self::Html, Self::Tex];

    /// Name and file extension.
    fn name(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Csv => "csv",
            Self::Md => "md",
            Self::Html => "html",
            Self::Tex => "tex",
        }
    }

    fn render(self, grid: &Grid) -> String {
        match self {
            Self::Svg => tables::svg(grid),
            Self::Csv => tables::csv(grid),
            Self::Md => tables::markdown(grid),
            Self::Html => tables::html(grid),
            Self::Tex => tables::latex(grid),
        }
    }
}

/// A table and its files.
struct Written {
    grid: Grid,
    files: Vec<(Format, PathBuf)>,
}

/// Runs the verb.
pub fn run(arguments: &TablesArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.selectors)?;
    let mut formats = [&arguments.format[..], &[Format::Csv]].concat();
    formats.sort();
    formats.dedup();
    let folder = arguments.out.clone().unwrap_or_else(|| default_folder(context));
    let project = arguments.out.is_none().then_some(context.project.root.as_path());
    let mut written = Vec::new();
    let mut status = ExitCode::Success;
    for manifest in &context.project.manifests {
        let wanted = |id: &str| selection.contains(manifest.id(), id);
        if !manifest.tables.iter().any(|table| wanted(&table.id)) {
            continue;
        }
        let mut session = Session::open(manifest, context)?;
        session.draw(|_| true);
        let judged = session.judge(|_| true);
        for spec in manifest.tables.iter().filter(|spec| wanted(&spec.id)) {
            let grid = session.table(spec, &judged);
            status = status.worst(findings::show(&lint::table(manifest.id(), spec, &grid), &context.out));
            let files = write(&grid, &folder, &formats, project)?;
            written.push(Written { grid, files });
        }
        status = status.worst(session.report_problems(context));
    }
    let known: Vec<String> = known_tables(context).collect();
    selection.check(known.iter().map(String::as_str))?;
    let counts = Counts::total_of(written.iter().map(|table| table.grid.counts()));
    print(&written, context);
    Ok(status.worst(outcomes_status(&counts, Policy::Strict)))
}

/// `reports/tables` of the project.
pub fn default_folder(context: &Context) -> PathBuf {
    context.project.root.join("reports/tables")
}

/// Writes all tables of a paper in all formats, into the project.
pub fn write_all(session: &mut Session<'_>, judged: &[Judged], context: &Context) -> Result<(), Failure> {
    let (folder, project) = (default_folder(context), context.project.root.as_path());
    for spec in &session.manifest().tables {
        write(&session.table(spec, judged), &folder, &Format::ALL, Some(project))?;
    }
    Ok(())
}

/// Writes a table; `project` must not be left, and is `None` if the user has named the folder.
fn write(
    grid: &Grid,
    folder: &Path,
    formats: &[Format],
    project: Option<&Path>,
) -> Result<Vec<(Format, PathBuf)>, Failure> {
    let mut files = Vec::new();
    for format in formats {
        let path = folder.join(&grid.paper).join(format!("{}.{}", grid.id, format.name()));
        write_in_project(project, &path, format.render(grid).as_bytes())?;
        files.push((*format, path));
    }
    Ok(files)
}

fn known_tables(context: &Context) -> impl Iterator<Item = String> {
    context.project.manifests.iter().flat_map(|manifest| {
        manifest.tables.iter().map(move |table| format!("{}/{}", manifest.id(), table.id))
    })
}

impl Written {
    fn name(&self) -> String {
        format!("{}/{}", self.grid.paper, self.grid.id)
    }

    fn json(&self) -> Json {
        let grid = &self.grid;
        let mut table = json!({
            "id": self.name(),
            "kind": grid.kind.name(),
            "state": grid.state(),
            "evidence": grid.evidence().map(Tier::name),
            "cells": grid.cells().count(),
            "ours": grid.n_ours(),
            "counts": grid.counts(),
            "reason": grid.missing.as_ref().map(|missing| missing.reason),
            "detail": grid.missing.as_ref().map(|missing| &missing.detail),
        });
        for (format, path) in &self.files {
            table[format.name()] = json!(path);
        }
        table
    }

    fn line(&self) -> String {
        let (grid, name) = (&self.grid, self.name());
        let state = grid.state();
        let (ours, cells) = (grid.n_ours(), grid.cells().count());
        match &grid.missing {
            Some(missing) => {
                format!("{state:<8} {name}  {cells} cells, {}: {}", missing.reason, missing.detail)
            }
            None => {
                format!("{state:<8} {name}  {ours} of {cells} cells with ours: {}", outcomes(grid.counts()))
            }
        }
    }
}

/// The outcomes that occur, with their number.
fn outcomes(counts: &Counts) -> String {
    let named = counts.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{n} {name}"));
    named.collect::<Vec<_>>().join(", ")
}

fn print(written: &[Written], context: &Context) {
    if context.json {
        let tables: Vec<Json> = written.iter().map(Written::json).collect();
        context.out.line(json!({ "schema": 1, "tables": tables }).to_string());
        return;
    }
    written.iter().for_each(|table| context.out.line(table.line()));
}
