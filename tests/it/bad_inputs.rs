//! What `score`, `rank`, `prepare-data`, `run-models` and `evaluate` do with input that cannot be used: one table of bad
//! inputs per verb, with the status and a part of the message. Bad input is 2 in every verb.

use std::path::Path;

use repro::data::anndata::AnnData;
use repro::data::anndata_io::write_h5ad;
use repro::data::frame::DataFrame;
use repro::data::hdf5::Hdf5Options;

use super::masked::{count, write};
use super::score;
use super::support::Project;

const CELLS: usize = 30;
const GENES: usize = 12;
const MASKED: &str = "data/own/masked/mask_15_seed_42.h5ad";
const RECONSTRUCTION: &str = "results/own/mask_15_seed_42/baseline-zero/reconstruction.h5ad";

/// A bad input: arguments, which file takes the place of the input of the verb, and a part of the message.
struct Case {
    arguments: &'static str,
    file: &'static str,
    message: &'static str,
}

const fn case(arguments: &'static str, file: &'static str, message: &'static str) -> Case {
    Case { arguments, file, message }
}

/// A folder with files of every kind that is not what it should be, and good ones.
fn project() -> Project {
    let project = Project::empty();
    let path = |file: &str| project.path().join(file);
    let names = |prefix: &str, n: usize| (0..n).map(|at| format!("{prefix}{at}")).collect::<Vec<_>>();
    let (cells, genes) = (names("cell", CELLS), names("gene", GENES));
    write(&path("good.h5ad"), CELLS, GENES, "gene", count);
    write(&path("genes.h5ad"), CELLS, GENES, "other", count);
    write(&path("none.h5ad"), 0, GENES, "gene", count);
    write(&path("fewer.h5ad"), CELLS - 1, GENES, "gene", count);
    write(&path("nan.h5ad"), CELLS, GENES, "gene", |at| if at == 14 { f32::NAN } else { count(at) });
    write(&path("inf.h5ad"), CELLS, GENES, "gene", |at| if at == 14 { f32::INFINITY } else { count(at) });
    let without = AnnData { obs: DataFrame::new(cells), var: DataFrame::new(genes), ..AnnData::default() };
    write_h5ad(&without, &path("without-x.h5ad"), Hdf5Options::default()).unwrap();
    let bytes = std::fs::read(path("good.h5ad")).unwrap();
    std::fs::write(path("cut.h5ad"), &bytes[..bytes.len() / 2]).unwrap();
    std::fs::write(path("empty.h5ad"), "").unwrap();
    std::fs::write(path("text.h5ad"), "cell,gene\n").unwrap();
    std::fs::write(path("latin1.txt"), b"G\xe9ne\n").unwrap();
    std::fs::create_dir(path("folder")).unwrap();
    project.write("scores.csv", "method,mse\nA,1\nB,2\n");
    project
}

/// Runs each case; `place` is where its file is put, and an empty name puts none.
fn all_are_refused(project: &Project, verb: &str, place: Option<&str>, cases: &[Case]) {
    for case in cases {
        if let Some(place) = place {
            put(project, case.file, &project.path().join(place));
        }
        let arguments: Vec<&str> = verb.split(' ').chain(case.arguments.split_whitespace()).collect();
        let run = project.run(&arguments);
        let told = format!("{} {} with `{}`: {}", verb, case.arguments, case.file, run.snapshot());
        assert_eq!(run.status, 2, "{told}");
        assert!(run.stderr.contains(case.message), "`{}` in {told}", case.message);
        assert!(!run.stderr.contains("panicked"), "{told}");
        assert!(run.stdout.is_empty(), "{told}");
    }
}

fn put(project: &Project, file: &str, place: &Path) {
    let _ = std::fs::remove_file(place);
    let _ = std::fs::remove_dir(place);
    match file {
        "" => {}
        "folder" => std::fs::create_dir(place).unwrap(),
        file => drop(std::fs::copy(project.path().join(file), place).unwrap()),
    }
}

#[test]
fn of_score() {
    let project = project();
    let pairs = [
        case("--pred absent.h5ad", "", "cannot read `absent.h5ad`"),
        case("--pred folder", "", "`folder`"),
        case("--pred empty.h5ad", "", "cannot use `empty.h5ad`"),
        case("--pred text.h5ad", "", "cannot use `text.h5ad`"),
        case("--pred cut.h5ad", "", "cannot use `cut.h5ad`"),
        case("--pred without-x.h5ad", "", "cannot use `without-x.h5ad`: there is no matrix `X`"),
        case("--pred genes.h5ad", "", "12 of those are missing: `gene0`"),
        case("--pred none.h5ad", "", "`none.h5ad` has 0 cells, `good.h5ad` has 30"),
        case("--pred fewer.h5ad", "", "`fewer.h5ad` has 29 cells, `good.h5ad` has 30"),
        case(
            "--pred nan.h5ad",
            "",
            "1 values that are not finite, the first one in cell `cell1`, gene `gene2`",
        ),
        case("--pred inf.h5ad", "", "1 values that are not finite"),
        case("--pred good.h5ad --control absent.h5ad", "", "hint: nothing has this name: check the path"),
        case("--pred good.h5ad --control none.h5ad", "", "`none.h5ad` has 0 cells, tests need 20"),
        case("--pred good.h5ad --control-pred good.h5ad", "", "without the true control"),
        case("--pred good.h5ad --layer counts", "", "has no layer `counts`"),
        case("--pred good.h5ad --gene-sets absent.gmt", "", "cannot read `absent.gmt`"),
        case("--pred good.h5ad --gene-sets folder", "", "`folder`"),
        case("--pred good.h5ad --gene-sets good.h5ad", "", "`good.h5ad`"),
        case("--pred good.h5ad --cell-cycle latin1.txt", "", "cannot read `latin1.txt`"),
        case("--pred good.h5ad --cell-cycle folder", "", "cannot read `folder`"),
        case("--pred good.h5ad --pathways folder", "", "`folder`"),
        case("--pred good.h5ad --cytokines scores.csv", "", "there is no column `Celltype_Str`"),
        case("--pred good.h5ad --projection absent.npz", "", "cannot read `absent.npz`"),
        case("--pred good.h5ad --projection empty.h5ad", "", "cannot use `empty.h5ad`"),
        case("--pred good.h5ad --preset heavy", "", "invalid value 'heavy'"),
        case("--pred good.h5ad --mmd-gamma 0", "", "`mmd_gamma` must be positive, got 0"),
        case("--pred good.h5ad --knn-k 0", "", "`knn_k` must be at least 1, got 0"),
        case("--pred good.h5ad --min-cells few", "", "invalid value 'few'"),
        case("--pred good.h5ad --unpaired --align-cells", "", "cannot be used with"),
        case("--pred good.h5ad --output folder", "", "`folder` is a folder, `--output` needs a file"),
    ];
    all_are_refused(&project, "score --true good.h5ad", None, &pairs);
    let run = project.run(&["score", "--true", "absent.h5ad", "--pred", "good.h5ad"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert_eq!(project.run(&["score", "--true", "good.h5ad", "--pred", "good.h5ad"]).status, 0);
}

#[test]
fn of_rank() {
    let project = project();
    project.write("names.csv", "method\nA\nB\n");
    project.write("header.csv", "method,mse\n");
    project.write("words.csv", "method,mse\nA,low\n");
    let tables = [
        case("absent.csv", "", "cannot read `absent.csv`"),
        case("folder", "", "`folder`"),
        case("empty.h5ad", "", "`empty.h5ad`: the first line has no comma, semicolon or tab"),
        case("good.h5ad", "", "`good.h5ad`"),
        case("latin1.txt", "", "`latin1.txt`: is not valid UTF-8"),
        case("names.csv", "", "so that there is no metric"),
        case("header.csv", "", "there is no method below the first line"),
        case("words.csv", "", "line 2, method `A`, column `mse`: `low` is not a number"),
        case("scores.csv --lower-is-better drift", "", "has no metric `drift`"),
        case("scores.csv --higher-is-better drift", "", "has no metric `drift`"),
        case("scores.csv --output folder", "", "`folder` is a folder"),
    ];
    all_are_refused(&project, "rank", None, &tables);
    assert_eq!(project.run(&["rank", "scores.csv"]).status, 0);
}

#[test]
fn of_prepare_data() {
    let project = project();
    let inputs = [
        case("--dataset a --input absent.h5ad", "", "cannot read `absent.h5ad`"),
        case("--dataset a --input folder", "", "`folder`"),
        case("--dataset a --input empty.h5ad", "", "cannot use `empty.h5ad`"),
        case("--dataset a --input text.h5ad", "", "cannot use `text.h5ad`"),
        case("--dataset a --input cut.h5ad", "", "`cut.h5ad`"),
        case("--dataset b --input without-x.h5ad", "", "there is no matrix `X`"),
        case("--dataset c --input none.h5ad", "", "has no cells"),
        case("--dataset d --input nan.h5ad", "", "has the value NaN in cell `cell1`, gene `gene2`"),
        case("--dataset e --input inf.h5ad", "", "has the value inf in cell `cell1`"),
        case("--dataset f", "", "there is no `data/f/raw/data.h5ad`"),
        case("--dataset ../g --input good.h5ad", "", "`../g`"),
        case("--dataset h --input good.h5ad --mask-percentage 15", "", "did you mean 0.15?"),
        case("--dataset h --input good.h5ad --mask-percentage NaN", "", "must be from 0 to 1"),
        case("--dataset h --input good.h5ad --eligible few", "", "invalid value 'few'"),
        case("--dataset h --input good.h5ad --data-dir text.h5ad", "", "text.h5ad"),
    ];
    all_are_refused(&project, "prepare-data", None, &inputs);
}

/// The same with a masked data set and the reconstruction of a baseline.
fn reconstructed() -> Project {
    let project = project();
    for arguments in [
        &["prepare-data", "--dataset", "own", "--input", "good.h5ad"][..],
        &["run-models", "--dataset", "own", "--baselines=zero"],
    ] {
        let run = project.run(arguments);
        assert_eq!(run.status, 0, "{}", run.snapshot());
    }
    project
}

#[test]
fn of_run_models() {
    let project = reconstructed();
    let options = [
        case("--baselines=median", "", "the baselines are `zero`"),
        case("--baselines --timeout 0", "", "must be above 0"),
        case("--baselines --seed 7", "", "there is no masked file"),
        case("--baselines --mask-percentage 15", "", "did you mean 0.15?"),
        case("--baselines --results-dir text.h5ad", "", "`text.h5ad` is not a folder"),
        case("--models-dir absent", "", "cannot read `absent`"),
        case("--models-dir folder", "", "there is no model in `folder`"),
        case("--command nothing", "", "`nothing` is no command of a model"),
    ];
    all_are_refused(&project, "run-models --dataset own", None, &options);
    // Masked files of other programs have no record.
    std::fs::remove_file(project.path().join(MASKED).with_extension("json")).unwrap();
    let masked = [
        case("", "", "there is no masked file"),
        case("", "folder", "there is no masked file"),
        case("", "empty.h5ad", "cannot use `data/own/masked/mask_15_seed_42.h5ad`"),
        case("", "text.h5ad", "cannot use `data/own/masked/mask_15_seed_42.h5ad`"),
        case("", "cut.h5ad", "cannot use `data/own/masked/mask_15_seed_42.h5ad`"),
        case("", "without-x.h5ad", "there is no matrix `X`"),
    ];
    all_are_refused(&project, "run-models --dataset own --baselines=zero", Some(MASKED), &masked);
}

#[test]
fn of_evaluate() {
    let project = reconstructed();
    let options = [
        case("--metrics rmse", "", "there is no metric `rmse`"),
        case("--value-space logits", "", "invalid value 'logits'"),
        case("--seed 7", "", "there is no masked file"),
        case("--mask-percentage -1", "", "-1"),
        case("--results-dir text.h5ad", "", "there is no reconstruction"),
    ];
    all_are_refused(&project, "evaluate --dataset own --model baseline-zero", None, &options);
    let files = [
        case("", "", "there is no reconstruction"),
        case("", "folder", "there is no reconstruction"),
        case("", "empty.h5ad", "reconstruction.h5ad`"),
        case("", "text.h5ad", "reconstruction.h5ad`"),
        case("", "cut.h5ad", "reconstruction.h5ad`"),
        case("", "without-x.h5ad", "there is no matrix `X`"),
        case("", "genes.h5ad", "has other genes: gene 0 is `other0` instead of `gene0`"),
        case("", "none.h5ad", "has 0 cells and 12 genes"),
        case("", "fewer.h5ad", "has 29 cells and 12 genes"),
    ];
    all_are_refused(&project, "evaluate --dataset own --model baseline-zero", Some(RECONSTRUCTION), &files);
    write(&project.path().join(RECONSTRUCTION), CELLS, GENES, "gene", |_| f32::NAN);
    let run = project.run(&["evaluate", "--dataset", "own", "--model", "baseline-zero"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stderr.contains("are not a finite number"), "{}", run.stderr);
}

#[test]
fn what_is_wrong_in_a_manifest_is_said_before_a_stage_runs() {
    for (old, new, words) in [
        ("pred = \"pred\"\n", "pred = \"pred\"\nmmd_gamma = -1.0\n", "`mmd_gamma` must be positive, got -1"),
        ("pred = \"pred\"\n", "pred = \"pred\"\nknn_k = 0\n", "`knn_k` must be at least 1, got 0"),
        ("pred = \"pred\"\n", "pred = \"pred\"\nalign_cells = true\nunpaired = true\n", "exclude each other"),
        ("pred = \"pred\"\n", "pred = \"pred\"\nallow_scales = true\n", "unknown field `allow_scales`"),
    ] {
        let project = super::runs::project();
        project.replace(super::runs::MANIFEST, old, new);
        let run = project.run(&["run", "--dry-run"]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert!(run.stderr.contains(words), "`{words}` in {}", run.stderr);
        assert!(run.stderr.contains("manifests/demo/paper.toml:"), "{}", run.stderr);
    }
}

#[test]
fn a_stage_that_refuses_its_input_is_a_failed_stage() {
    let project = super::runs::project();
    let path = project.path().join("frozen/demo/pred.h5ad");
    let before = std::fs::read(&path).unwrap();
    let names = |prefix: &str, n: usize| (0..n).map(|at| format!("{prefix}{at}")).collect::<Vec<_>>();
    let counts = (0..30 * 12).map(|at| (at * 7 % 50) as f32).collect();
    std::fs::remove_file(&path).unwrap();
    score::write(&project, "frozen/demo/pred.h5ad", names("G", 12), names("c", 30), counts);
    project.repin(super::runs::MANIFEST, "frozen/demo/pred.h5ad", &before);
    let run = project.run(&["run"]);
    assert_eq!(run.status, 6, "{}", run.snapshot());
    assert!(
        run.stderr.contains("stage `score/pair` failed") && run.stderr.contains("on different scales"),
        "{}",
        run.stderr
    );
    project.replace(super::runs::MANIFEST, "pred = \"pred\"\n", "pred = \"pred\"\nallow_scale = true\n");
    assert_eq!(project.run(&["run"]).status, 0);
}
