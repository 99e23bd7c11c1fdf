//! Masked reconstruction: files that do not belong to the mask on record are a mismatch, and nothing is scored.

use std::path::Path;

use super::masked::{count, write};
use super::support::{Project, Run};

const DATA: &str = "data/own";
const MASKED: &str = "data/own/masked/mask_15_seed_42.h5ad";
const RESULTS: &str = "results/own/mask_15_seed_42/baseline-gene-mean";

/// A masked data set with the reconstruction of a baseline.
fn project() -> Project {
    let project = Project::empty();
    write(&project.path().join("counts.h5ad"), 60, 20, "gene", count);
    for arguments in [
        &["prepare-data", "--dataset", "own", "--input", "counts.h5ad"][..],
        &["run-models", "--dataset", "own", "--baselines=gene-mean"],
    ] {
        let run = project.run(arguments);
        assert_eq!(run.status, 0, "{}", run.snapshot());
    }
    project
}

fn evaluate(project: &Project) -> Run {
    project.run(&["evaluate", "--dataset", "own", "--model", "baseline-gene-mean"])
}

#[track_caller]
fn differs(project: &Project, run: &Run, words: &[&str]) {
    assert_eq!((run.status, run.stdout.as_str()), (3, ""), "{}", run.snapshot());
    for word in words.iter().chain(&["Expected: ", "Computed: ", "hint: "]) {
        assert!(run.stderr.contains(word), "`{word}` in {}", run.stderr);
    }
    assert!(!project.path().join(RESULTS).join("metrics.json").exists());
}

fn edit(path: &Path, value: impl Fn(usize) -> f32) {
    std::fs::remove_file(path).unwrap();
    write(path, 60, 20, "gene", value);
}

#[test]
fn the_raw_file_is_the_one_that_was_masked() {
    let project = project();
    assert_eq!(evaluate(&project).status, 0);
    std::fs::remove_file(project.path().join(RESULTS).join("metrics.json")).unwrap();
    // Values change only where they are masked, so that no comparison of entries shows it.
    let masked = repro::data::anndata_io::AnnDataFile::open(&project.path().join(MASKED)).unwrap();
    let repro::data::sparse::Matrix::Dense(x) = masked.x().unwrap().read().unwrap() else { panic!("sparse") };
    let values = x.values().to_f64().unwrap();
    edit(
        &project.path().join(DATA).join("raw/data.h5ad"),
        |at| if values[at] == -1.0 { 7.0 } else { count(at) },
    );
    let words = [
        "`data/own/raw/data.h5ad` is not the true matrix that `data/own/masked/mask_15_seed_42.json` describes",
    ];
    differs(&project, &evaluate(&project), &words);
}

#[test]
fn the_masked_file_is_the_one_on_record() {
    let project = project();
    edit(&project.path().join(MASKED), |at| if at % 9 == 0 { -1.0 } else { count(at) });
    let words = ["`data/own/masked/mask_15_seed_42.h5ad` is not the masked matrix that"];
    differs(&project, &evaluate(&project), &words);
    let run = project.run(&["run-models", "--dataset", "own", "--baselines=zero"]);
    differs(&project, &run, &words);
    assert!(!project.path().join("results/own/mask_15_seed_42/baseline-zero").exists(), "nothing ran");
}

#[test]
fn a_reconstruction_belongs_to_its_mask() {
    let project = project();
    // The same place, another mask: what is masked now was shown to the model.
    let run = project.run(&["prepare-data", "--dataset", "own", "--eligible", "nonzero"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let words = ["metadata.json` is not of a reconstruction from the present mask", "`repro run-models`"];
    differs(&project, &evaluate(&project), &words);
    assert_eq!(project.run(&["run-models", "--dataset", "own", "--baselines=gene-mean"]).status, 0);
    assert_eq!(evaluate(&project).status, 0);
    // A mask that was made again is the same mask.
    assert_eq!(
        project.run(&["prepare-data", "--dataset", "own", "--eligible", "nonzero", "--sparse"]).status,
        0
    );
    assert_eq!(evaluate(&project).status, 0);
}

#[test]
fn a_model_that_changes_its_input_has_failed() {
    let project = project();
    let script = format!(
        "changes=/bin/sh -c 'mkdir -p {0}/changes; cp {2}/reconstruction.h5ad {0}/changes; printf x >> {1}' model",
        "results/own/mask_15_seed_42", MASKED, RESULTS,
    );
    let run = project.run(&["run-models", "--dataset", "own", "--command", &script]);
    assert_eq!(run.status, 6, "{}", run.snapshot());
    assert!(run.stderr.contains("is not the masked matrix that"), "{}", run.stderr);
    assert!(!project.path().join("results/own/mask_15_seed_42/changes/reconstruction.h5ad").exists());
}

#[test]
fn masked_files_of_other_programs_have_no_record() {
    let project = project();
    std::fs::remove_file(project.path().join("data/own/masked/mask_15_seed_42.json")).unwrap();
    assert_eq!(evaluate(&project).status, 0);
    edit(&project.path().join(DATA).join("raw/data.h5ad"), |at| count(at) + 1.0);
    let run = evaluate(&project);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stderr.contains("entries that are not masked differ"), "{}", run.stderr);
}
