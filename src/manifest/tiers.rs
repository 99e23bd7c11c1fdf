//! Tiers of artifacts: which a manifest may give, and what it has to state for them.

use std::collections::BTreeSet;

use super::load::Place;
use super::{Artifact, ManifestError, Origin, Source, SourceKind};
use crate::evidence::Tier;

/// Hint where a file has a tier that no file has.
const TIERS: &str = "the tiers of files are `raw`, `cached`, `digitised`, `printed` and `tool`";

/// Refuses an artifact without a tier, unless a stage writes it. `without_tier` has the ids of those that give none.
pub(super) fn check_given(
    sources: &[Source],
    artifacts: &[(Artifact, Place)],
    without_tier: &BTreeSet<String>,
) -> Result<(), ManifestError> {
    for (artifact, (text, span)) in artifacts.iter().filter(|(own, _)| without_tier.contains(&own.id)) {
        if kind(sources, artifact.source_id()) != Some(&SourceKind::Stage) {
            let message = format!("missing field `evidence` of artifact `{}`", artifact.id);
            return Err(ManifestError::at(text, Some(span.clone()), message).with_hint(TIERS));
        }
    }
    Ok(())
}

fn kind<'s>(sources: &'s [Source], id: Option<&str>) -> Option<&'s SourceKind> {
    sources.iter().find(|source| Some(source.id.as_str()) == id).map(|source| &source.kind)
}

/// Checks the tier of each artifact against the kind of its source.
pub(super) fn check_tiers(sources: &[Source], artifacts: &[(Artifact, Place)]) -> Result<(), ManifestError> {
    let archive = |artifact: &Artifact| match &artifact.origin {
        Origin::Member { archive, .. } => {
            artifacts.iter().map(|(known, _)| known).find(|known| known.id == *archive)
        }
        Origin::File { .. } | Origin::Tree { .. } => None,
    };
    for (artifact, (text, span)) in artifacts {
        let error = |message| ManifestError::at(text, Some(span.clone()), message);
        let holder = archive(artifact);
        let kind = kind(sources, holder.unwrap_or(artifact).source_id());
        if kind == Some(&SourceKind::Stage) {
            check_output(artifact).map_err(error)?;
            continue;
        }
        let id = &artifact.id;
        if artifact.to.starts_with("stages/") {
            return Err(error(format!(
                "artifact `{id}` lies at `{}`, among the outputs of stages, but no stage writes it",
                artifact.to
            ))
            .with_hint("give it a source of kind `stage`, or another place with `to`"));
        }
        match artifact.evidence {
            Tier::Recomputed => {
                return Err(error(format!(
                    "artifact `{id}`: evidence `recomputed` is for what stages write, and for nothing else"
                ))
                .with_hint(TIERS));
            }
            Tier::Declared => {
                return Err(error(format!(
                    "artifact `{id}`: evidence `declared` is for numbers of the manifest, not for files"
                )));
            }
            Tier::Raw | Tier::Cached | Tier::Digitised | Tier::Printed | Tier::Tool => {}
        }
        let is_stated = |artifact: &Artifact| artifact.obtained.is_some();
        let needs_statement = artifact.evidence == Tier::Raw
            || (artifact.evidence == Tier::Cached && kind == Some(&SourceKind::Local));
        if needs_statement && !is_stated(artifact) && !holder.is_some_and(is_stated) {
            let tier = artifact.evidence;
            let of = if tier == Tier::Raw { "" } else { " of a local source" };
            return Err(error(format!(
                "artifact `{id}` is `{tier}`{of} and does not state how it was obtained"
            ))
            .with_hint(
                "add `obtained = \"…\"`: who has it from where, in a sentence that the report shows",
            ));
        }
    }
    Ok(())
}

/// Checks an artifact that a stage writes. Its tier follows from the inputs of the stage.
fn check_output(artifact: &Artifact) -> Result<(), String> {
    let id = &artifact.id;
    let Origin::File { path, .. } = &artifact.origin else {
        return Err(format!(
            "artifact `{id}`: an output of a stage is a file, not a folder or a member of an archive"
        ));
    };
    if artifact.evidence != Tier::Recomputed {
        return Err(format!(
            "artifact `{id}` of a stage: leave `evidence` out, or write `recomputed`; its tier follows from the inputs \
             of the stage"
        ));
    }
    // The receipt pins a file by its name in the folder of the stage that the path names.
    let has_stage = path.split('/').count() > 2 && path.starts_with("stages/");
    if !has_stage || artifact.to != *path {
        return Err(format!(
            "artifact `{id}` of a stage must lie at `stages/STAGE/FILE`, without another `to`"
        ));
    }
    Ok(())
}
