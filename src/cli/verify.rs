//! `repro verify`: offline, hash every file again.

use serde_json::json;

use super::context::Context;
use super::exit::ExitCode;
use super::remark::report_stages;
use crate::digest::text::one_line;
use crate::error::Failure;
use crate::manifest::Selection;
use crate::stages;
use crate::store::{Checked, FileState};

/// Options of `repro verify`.
#[derive(clap::Args, Debug)]
pub struct VerifyArgs {
    /// Papers or artifacts, `paper`, `paper/artifact` or a glob; none = everything
    #[arg(value_name = "SELECTOR")]
    pub selectors: Vec<String>,
}

/// Runs `repro verify`.
pub fn run(args: &VerifyArgs, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&args.selectors)?;
    let frozen = context.project.frozen();
    let mut known = Vec::new();
    let mut files = Vec::new();
    let mut status = ExitCode::Success;
    for manifest in context.project.covered(&selection) {
        known.extend(manifest.artifacts.iter().map(|artifact| format!("{}/{}", manifest.id(), artifact.id)));
        let chosen: Vec<_> = manifest
            .artifacts
            .iter()
            .filter(|artifact| selection.contains(manifest.id(), &artifact.id))
            .collect();
        if chosen.is_empty() {
            continue;
        }
        let opened = stages::open(manifest, &frozen)?;
        // Extra files belong to no artifact, so they are listed only with the whole paper.
        let extra = chosen.len() == manifest.artifacts.len();
        let checked = opened.vault.verify(&chosen, extra)?;
        files.extend(checked.into_iter().map(|file| (manifest.id(), file)));
        status = status.worst(report_stages(
            &opened.stages,
            opened.problems.iter().chain(&opened.receipts),
            &context.out,
        ));
    }
    selection.check(known.iter().map(String::as_str))?;
    print(&files, context);
    Ok(status.worst(exit_code(files.iter().map(|(_, file)| file))))
}

/// The status of a verification.
fn exit_code<'a>(files: impl Iterator<Item = &'a Checked>) -> ExitCode {
    let mut seen = false;
    let mut code = ExitCode::Success;
    for file in files {
        seen |= file.sha256.is_some() && file.artifact.is_some();
        code = code.worst(match file.state {
            FileState::Ok => ExitCode::Success,
            // What nobody declared harms nobody; in a tree it would be read with the rest.
            FileState::Extra if file.artifact.is_none() => ExitCode::Success,
            FileState::Extra
            | FileState::Mismatched { .. }
            | FileState::Resized { .. }
            | FileState::Refused(_) => ExitCode::Mismatch,
            FileState::Missing { .. } | FileState::Unpinned | FileState::Stale(_) => ExitCode::Incomplete,
        });
    }
    if seen { code } else { code.worst(ExitCode::Nothing) }
}

fn print(files: &[(&str, Checked)], context: &Context) {
    let out = &context.out;
    if context.json {
        let files: Vec<_> = files.iter().map(|(paper, file)| as_json(paper, file)).collect();
        out.line(json!({ "schema": 1, "files": files }).to_string());
        return;
    }
    for (paper, file) in files {
        out.text(&(as_text(paper, file) + "\n"));
    }
    let count = |name: &str| files.iter().filter(|(_, file)| file.state.name() == name).count();
    let counts =
        ["ok", "mismatched", "stale", "missing", "unpinned", "extra"].map(|name| (count(name), name));
    let counts: Vec<_> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n} {name}")).collect();
    out.note(counts.join(", "));
}

fn as_text(paper: &str, file: &Checked) -> String {
    let state = file.state.name();
    let path = file.path.display().to_string();
    let path = one_line(&path);
    let name = file.artifact.as_ref().map(|id| format!("{paper}/{id}  ")).unwrap_or_default();
    let detail = match &file.state {
        FileState::Mismatched { expected, computed } => {
            format!("\n\n  Expected: {expected}\n  Computed: {computed}\n")
        }
        FileState::Resized { expected, found } => {
            format!("\n\n  Expected: {expected} bytes\n  Computed: {found} bytes\n")
        }
        FileState::Refused(why) | FileState::Stale(why) => format!("  {}", one_line(why)),
        FileState::Missing { optional: true } => "  (optional)".into(),
        FileState::Unpinned => "  neither manifest nor lock says what it should be".into(),
        FileState::Extra if file.artifact.is_some() => "  the lock does not hold it".into(),
        FileState::Ok | FileState::Missing { .. } | FileState::Extra => String::new(),
    };
    format!("{state:<10}  {name}{path}{detail}")
}

fn as_json(paper: &str, file: &Checked) -> serde_json::Value {
    let expected = match &file.state {
        FileState::Mismatched { expected, .. } => Some(*expected),
        FileState::Ok | FileState::Stale(_) => file.sha256,
        _ => None,
    };
    let mut document = json!({
        "id": file.artifact.as_ref().map(|id| format!("{paper}/{id}")),
        "path": file.path,
        "state": file.state.name(),
        "expected": expected,
        "computed": file.sha256,
        "detail": match &file.state {
            FileState::Refused(why) | FileState::Stale(why) => Some(why),
            _ => None,
        },
    });
    if let FileState::Resized { expected, found } = &file.state {
        document["expected_size"] = json!(expected);
        document["found_size"] = json!(found);
    }
    document
}
