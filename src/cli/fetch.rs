//! `repro fetch`: download what is missing, verified.

use serde_json::json;

use super::context::Context;
use super::exit::ExitCode;
use super::progress::TerminalProgress;
use crate::error::{Class, Diagnostic, Failure};
use crate::fetch::{self, Item, Outcome, Request, Settings, Summary};
use crate::figures;
use crate::manifest::Selection;
use crate::query::Library;
use crate::stages;
use crate::store::human_bytes;

/// Files received at the same time unless `--jobs` says otherwise.
pub const JOBS: usize = 4;

/// Options of `repro fetch`.
#[derive(clap::Args, Debug)]
pub struct FetchArgs {
    /// Papers, artifacts, figures (their files), or a glob; none = everything
    #[arg(value_name = "SELECTOR")]
    pub selectors: Vec<String>,
    /// Print what would be fetched; fails if that is anything
    #[arg(long)]
    pub dry_run: bool,
    /// Refuse to fetch anything that the lock file does not hold
    #[arg(long)]
    pub locked: bool,
    /// Leave files, and trees as a whole, larger than this, such as `500MB` or `2GiB`
    #[arg(long, value_name = "SIZE")]
    pub max_size: Option<String>,
}

/// A size that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a size")]
pub struct SizeError(String);

impl Diagnostic for SizeError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        Some("write `500MB`, `1.5GB`, `2GiB` or a number of bytes".into())
    }
}

/// Runs `repro fetch`.
pub fn run(args: &FetchArgs, context: &Context) -> Result<ExitCode, Failure> {
    let max_size = args.max_size.as_deref().map(parse_size).transpose()?;
    let selection = Selection::new(&with_files_of_figures(&args.selectors, context)?)?;
    let mut settings = Settings::from_env()?;
    settings.offline |= context.offline;
    let progress = TerminalProgress::new(context.out);
    let summary = fetch::fetch(&Request {
        project: &context.project,
        selection: &selection,
        settings: &settings,
        dry_run: args.dry_run,
        locked: args.locked,
        max_size,
        jobs: context.jobs.unwrap_or(JOBS),
        progress: &progress,
    })?;
    drop(progress);
    print(&summary, context);
    Ok(exit_code(&summary))
}

/// Selectors, those of figures replaced by the files that the figures can be drawn from.
fn with_files_of_figures(selectors: &[String], context: &Context) -> Result<Vec<String>, Failure> {
    let mut expanded = Vec::new();
    for selector in selectors {
        let selection = Selection::new(std::slice::from_ref(selector))?;
        let mut files = Vec::new();
        for manifest in &context.project.manifests {
            let wanted = |id: &str| selection.contains(manifest.id(), id);
            if manifest.artifacts.iter().any(|artifact| wanted(&artifact.id)) {
                files.clear();
                break;
            }
            let mut datasets = Vec::new();
            for figure in manifest.figures.iter().filter(|figure| wanted(&figure.id)) {
                datasets.extend(figures::datasets(figure)?);
            }
            let frozen = context.project.frozen();
            let vault = stages::open(manifest, &frozen)?.vault;
            let named = Library::new(&vault).artifacts_of(datasets.iter().map(String::as_str))?;
            files.extend(named.into_iter().map(|id| format!("{}/{id}", manifest.id())));
        }
        if files.is_empty() { expanded.push(selector.clone()) } else { expanded.extend(files) }
    }
    Ok(expanded)
}

/// The status of a fetch.
pub fn exit_code(summary: &Summary) -> ExitCode {
    let of_sources = summary.sources.iter().map(|failure| failure.error.class().into());
    let of_items = summary.items.iter().map(|item| match &item.outcome {
        Outcome::Fetched | Outcome::Present | Outcome::Skipped { counts: false, .. } => ExitCode::Success,
        Outcome::WouldFetch | Outcome::Missing(_) | Outcome::Skipped { counts: true, .. } => {
            ExitCode::Incomplete
        }
        Outcome::SourceFailed => ExitCode::Operation,
        Outcome::Failed(failure) => failure.class().into(),
    });
    if summary.items.is_empty() {
        return ExitCode::Nothing;
    }
    of_sources.chain(of_items).fold(ExitCode::Success, ExitCode::worst)
}

fn print(summary: &Summary, context: &Context) {
    let out = &context.out;
    if context.json {
        let items: Vec<_> = summary.items.iter().map(as_json).collect();
        out.line(json!({ "schema": 1, "items": items }).to_string());
    } else {
        summary.items.iter().for_each(|item| out.line(as_text(item)));
    }
    for failure in &summary.sources {
        out.failure(Some(&format!("{}, source `{}`", failure.paper, failure.source)), &failure.error);
    }
    for item in &summary.items {
        if let Outcome::Failed(failure) = &item.outcome {
            out.failure(Some(&format!("{}/{}", item.paper, item.artifact)), &**failure);
        }
    }
    let count = |name: &str| summary.items.iter().filter(|item| item.outcome.name() == name).count();
    let names = ["fetched", "present", "would_fetch", "skipped", "missing", "failed"];
    let counts = names.map(|name| (count(name), name.replace('_', " ")));
    let counts: Vec<_> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n} {name}")).collect();
    if !counts.is_empty() {
        out.note(counts.join(", "));
    }
}

fn as_text(item: &Item) -> String {
    let state = item.outcome.name().replace('_', " ");
    let name = format!("{}/{}", item.paper, item.artifact);
    let detail = match &item.outcome {
        Outcome::Missing(missing) => format!("{}: {}", missing.reason, missing.detail),
        Outcome::Skipped { why, .. } => why.clone(),
        Outcome::SourceFailed => "its source cannot be used".into(),
        _ => {
            let files = item.files.map(|files| format!("{files} files, ")).unwrap_or_default();
            let size = item.size.map_or_else(|| "unknown size".into(), human_bytes);
            format!("{}  {files}{size}", item.path)
        }
    };
    format!("{state:<11}  {name}  {detail}")
}

fn as_json(item: &Item) -> serde_json::Value {
    let (reason, detail) = match &item.outcome {
        Outcome::Missing(missing) => (Some(missing.reason), Some(missing.detail.clone())),
        Outcome::Skipped { why, .. } => (None, Some(why.clone())),
        Outcome::Failed(failure) => (None, Some(failure.to_string())),
        _ => (None, None),
    };
    json!({
        "id": format!("{}/{}", item.paper, item.artifact),
        "path": item.path,
        "state": item.outcome.name(),
        "size": item.size,
        "files": item.files,
        "reason": reason,
        "detail": detail,
    })
}

/// Reads `500MB`, `1.5GB`, `2GiB`, `4k` or a number of bytes.
fn parse_size(text: &str) -> Result<u64, SizeError> {
    let wrong = || SizeError(text.to_owned());
    let digits = text.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let unit = text.trim()[digits.len()..].trim().to_ascii_lowercase();
    let number: f64 = digits.parse().ok().filter(|number| *number >= 0.0).ok_or_else(wrong)?;
    let power = ["", "k", "m", "g", "t"].iter().position(|prefix| {
        unit == *prefix
            || unit == format!("{prefix}b")
            || (!prefix.is_empty() && unit == format!("{prefix}ib"))
    });
    let base: u64 = if unit.ends_with("ib") { 1024 } else { 1000 };
    let factor = base.pow(power.ok_or_else(wrong)? as u32);
    Ok((number * factor as f64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_both_systems() {
        let cases = [("500MB", 500_000_000), ("2GiB", 2 << 30), ("1.5 k", 1500), ("7", 7), ("7b", 7)];
        for (text, bytes) in cases {
            assert_eq!(parse_size(text).unwrap(), bytes, "{text}");
        }
        for text in ["", "MB", "5 apples", "-1", "1ib", "NaN"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
