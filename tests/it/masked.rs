//! Masked reconstruction as its users see it: prepare-data, run-models, evaluate.

use std::path::Path;

use repro::data::anndata::AnnData;
use repro::data::anndata_io::{AnnDataFile, write_h5ad};
use repro::data::array::Array;
use repro::data::frame::DataFrame;
use repro::data::hdf5::Hdf5Options;
use repro::data::sparse::Matrix;
use repro::data::values::Values;

use super::support::{Project, Run};

/// Counts of cells by genes; gene names start with `prefix`.
pub fn write(path: &Path, cells: usize, genes: usize, prefix: &str, value: impl Fn(usize) -> f32) {
    let values = Values::F32((0..cells * genes).map(value).collect());
    let names = |prefix: &str, n: usize| DataFrame::new((0..n).map(|i| format!("{prefix}{i}")).collect());
    let data = AnnData {
        x: Some(Matrix::Dense(Array::new(vec![cells, genes], values).unwrap())),
        obs: names("cell", cells),
        var: names(prefix, genes),
        ..AnnData::default()
    };
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    write_h5ad(&data, path, Hdf5Options::default()).unwrap();
}

pub fn count(place: usize) -> f32 {
    (place * 7 % 11 / 5 * (place % 3)) as f32
}

/// A folder with `counts.h5ad`, 100 cells by 40 genes, and no project.
fn folder() -> Project {
    let folder = Project::empty();
    write(&folder.path().join("counts.h5ad"), 100, 40, "gene", count);
    folder
}

/// The same with a masked data set `own`.
fn prepared() -> Project {
    let folder = folder();
    let run = folder.run(&["prepare-data", "--dataset", "own", "--input", "counts.h5ad"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    folder
}

const RESULTS: &str = "results/own/mask_15_seed_42";

fn shell(script: &str) -> String {
    format!("/bin/sh -c '{script}' model")
}

/// Runs models that are shell scripts; `$R` is the folder of results.
fn run_scripts(folder: &Project, scripts: &[(&str, &str)], more: &[&str]) -> Run {
    let commands: Vec<String> = scripts
        .iter()
        .map(|(name, script)| {
            let results = format!("R={}/{RESULTS}/{name}; ", folder.path().display());
            format!("{name}={}", shell(&(results + script)))
        })
        .collect();
    let mut arguments = vec!["run-models", "--dataset", "own"];
    for command in &commands {
        arguments.extend(["--command", command]);
    }
    folder.run(&[&arguments[..], more].concat())
}

#[test]
fn a_file_is_put_in_place_and_masked() {
    let folder = folder();
    let run = folder.run(&["prepare-data", "--dataset", "own", "--input", "counts.h5ad"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 0
    --- stdout
    data/own/masked/mask_15_seed_42.h5ad
    --- stderr
    masked 600 of 4000 entries (all, seed 42)
    ");
    let masked = AnnDataFile::open(&folder.path().join("data/own/masked/mask_15_seed_42.h5ad")).unwrap();
    let Matrix::Dense(x) = masked.x().unwrap().read().unwrap() else { panic!("sparse") };
    let values = x.values().to_f64().unwrap();
    assert_eq!(values.iter().filter(|value| **value == -1.0).count(), 600);
    // The raw file is there now; other masks need no input, and another input does not replace it.
    let run = folder.run(&["prepare-data", "--dataset", "own", "--mask-percentage", "0.025", "--json"]);
    assert_eq!(run.json()["masked"], "data/own/masked/mask_2.5_seed_42.h5ad");
    assert_eq!(run.json()["mask"]["n_masked"], 100);
    write(&folder.path().join("other.h5ad"), 5, 5, "gene", count);
    let run = folder.run(&["prepare-data", "--dataset", "own", "--input", "other.h5ad"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: `data/own/raw/data.h5ad` is there already and differs from `other.h5ad`
    hint: remove it, or give the data set another name
    ");
}

#[test]
fn what_cannot_be_masked_is_told() {
    let folder = folder();
    let arguments = ["prepare-data", "--dataset", "own", "--input", "counts.h5ad", "--mask-percentage", "15"];
    insta::assert_snapshot!(folder.run(&arguments).snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: the part to mask is 15, it must be from 0 to 1
    hint: a fraction is wanted, not percent: did you mean 0.15?
    ");
    assert!(!folder.path().join("data").exists());
    insta::assert_snapshot!(folder.run(&["prepare-data", "--dataset", "own"]).snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: there is no `data/own/raw/data.h5ad`
    hint: `--input FILE.h5ad` puts a file of yours in place
    ");
    insta::assert_snapshot!(folder.run(&["prepare-data"]).snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: which data set?
    hint: name it with `--dataset NAME`
    ");
    write(&folder.path().join("scaled.h5ad"), 5, 5, "gene", |place| place as f32 - 3.5);
    let run = folder.run(&["prepare-data", "--dataset", "scaled", "--input", "scaled.h5ad"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: `data/scaled/raw/data.h5ad` has the value -3.5 in cell `cell0`, gene `gene0`
    hint: -1 marks masked entries, so that negative values cannot be told from them: use counts or log-normalised values, or keep the mask beside the file (`--sidecar`)
    ");
    let masked = folder.path().join("data/scaled/masked");
    assert_eq!(std::fs::read_dir(masked).unwrap().count(), 0);
    let run = folder.run(&["prepare-data", "--dataset", "scaled", "--sidecar"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
}

#[test]
fn data_sets_by_name_come_from_collections() {
    let project = Project::of_this_repository();
    let run = project.run(&["prepare-data", "--dataset", "celltypist_sample"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 0
    --- stdout
    data/celltypist_sample/masked/mask_15_seed_42.h5ad
    --- stderr
    `data/celltypist_sample/raw/data.h5ad` is from `[PROJECT]/frozen/datasets/celltypist_sample.h5ad`
    masked 725386 of 4835909 entries (all, seed 42)
    ");
    insta::assert_snapshot!(project.run(&["prepare-data"]).snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: the data set `pbmc` was not fetched
    hint: `repro fetch datasets/pbmc3k` downloads it; `--input FILE.h5ad` uses a file of yours
    ");
    let run = project.run(&["prepare-data", "--dataset", "unknown"]);
    assert!(run.stderr.contains("known by name are `pbmc`, `celltypist_sample`"), "{}", run.snapshot());
    std::fs::write(project.path().join("frozen/datasets/celltypist_sample.h5ad"), "other").unwrap();
    std::fs::remove_dir_all(project.path().join("data")).unwrap();
    let run = project.run(&["prepare-data", "--dataset", "celltypist_sample"]);
    assert_eq!(run.status, 3, "{}", run.snapshot());
    assert!(!project.path().join("data").exists());
}

#[test]
fn collections_are_seen_by_those_who_name_them() {
    let project = Project::of_this_repository();
    let all = project.run(&["list"]);
    assert!(!all.stdout.contains("datasets/"), "{}", all.stdout);
    let own = project.run(&["list", "datasets"]);
    assert_eq!((own.status, own.stdout.lines().count()), (0, 6), "{}", own.snapshot());
    assert_eq!(project.run(&["verify", "datasets/celltypist_sample"]).status, 0);
    assert_eq!(project.run(&["verify", "datasets/pbmc3k"]).status, 4);
    let plan = project.run(&["fetch", "datasets/pbmc3k", "--dry-run"]);
    assert_eq!(plan.status, 5, "{}", plan.snapshot());
    assert!(plan.stdout.contains("would fetch  datasets/pbmc3k/archive"), "{}", plan.stdout);
}

#[test]
fn folders_of_cell_ranger_become_files() {
    let project = Project::empty();
    let files = [
        ("matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n3 2 3\n3 1 5\n1 2 7\n1 1 2\n"),
        ("barcodes.tsv", "AAAC-1\nAAAG-1\n"),
        ("genes.tsv", "E1\tA\nE2\tB\nE3\tA\n"),
    ];
    let mut manifest = "schema = 1\n[collection]\nid = \"sets\"\ntitle = \"S\"\n[[source]]\nid = \"here\"\n\
                        kind = \"local\"\n[[dataset]]\nid = \"tiny\"\naliases = [\"small\"]\ndefault = true\n\
                        format = \"cell-ranger\"\nfiles = [\"t/matrix.mtx\", \"t/barcodes.tsv\", \"t/genes.tsv\"]\n"
        .to_owned();
    for (name, text) in files {
        project.write(&format!("frozen/sets/t/{name}"), text);
        let (sha256, size) = (repro::digest::sha256(text.as_bytes()), text.len());
        manifest.push_str(&format!(
            "[[artifact]]\nid = \"t/{name}\"\nsource = \"here\"\npath = \"t/{name}\"\nsha256 = \"{sha256}\"\n\
             size = {size}\nevidence = \"cached\"\nobtained = \"Made up\"\n"
        ));
    }
    project.write("manifests/sets/collection.toml", &manifest);
    for arguments in
        [&["prepare-data", "--mask-percentage", "0.5"][..], &["prepare-data", "--dataset", "small"]]
    {
        let run = project.run(arguments);
        assert_eq!(run.status, 0, "{}", run.snapshot());
    }
    let raw = AnnDataFile::open(&project.path().join("data/tiny/raw/data.h5ad")).unwrap().read().unwrap();
    assert_eq!(raw.var.index(), ["A", "B", "A-1"]);
    let Some(Matrix::Sparse(x)) = raw.x else { panic!("dense") };
    assert_eq!(x.values(), &Values::F32(vec![2.0, 5.0, 7.0]));
    assert_eq!(project.run(&["fetch", "--dry-run"]).status, 4);
    assert_eq!(project.run(&["fetch", "sets", "--dry-run"]).status, 0);
    project.replace("manifests/sets/collection.toml", "format = \"cell-ranger\"", "format = \"loom\"");
    let run = project.run(&["prepare-data", "--dataset", "other"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("manifests/sets/collection.toml:"), "{}", run.stderr);
}

#[test]
fn baselines_are_run_and_scored() {
    let folder = prepared();
    let run = folder.run(&["run-models", "--dataset", "own", "--baselines"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 0
    --- stdout
    passed  baseline-zero  results/own/mask_15_seed_42/baseline-zero
    passed  baseline-gene-mean  results/own/mask_15_seed_42/baseline-gene-mean
    passed  baseline-depth-scaled-gene-mean  results/own/mask_15_seed_42/baseline-depth-scaled-gene-mean
    passed  baseline-low-rank  results/own/mask_15_seed_42/baseline-low-rank
    passed  baseline-nearest-cells  results/own/mask_15_seed_42/baseline-nearest-cells
    passed  baseline-random-count  results/own/mask_15_seed_42/baseline-random-count
    --- stderr
    running baseline-zero
    running baseline-gene-mean
    running baseline-depth-scaled-gene-mean
    running baseline-low-rank
    running baseline-nearest-cells
    running baseline-random-count
    6 passed, 0 failed
    ");
    let run = folder.run(&["run-models", "--dataset", "own", "--baselines=zero,random-count"]);
    assert_eq!(run.status, 0);
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
    let run = folder.run(&["run-models", "--dataset", "own", "--baselines=median"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("the baselines are `zero`, `gene-mean`"), "{}", run.stderr);
    let run = folder.run(&["evaluate", "--dataset", "own", "--model", "baseline-zero"]);
    assert_eq!(run.status, 0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "results/own/mask_15_seed_42/baseline-zero/metrics.json");
    assert_eq!(lines[3], "pearson_correlation: Failed");
    assert!(run.stderr.contains("`pearson_correlation` has no value: the predicted values are all equal"));
    let run = folder.run(&["run-evaluation", "--dataset", "own", "--model", "baseline-gene-mean", "--json"]);
    let scores = run.json();
    assert_eq!(scores["masked_entries"]["all"], 600);
    assert!(scores["metrics"]["pearson_correlation"].is_number(), "{scores}");
    let written = folder.read("results/own/mask_15_seed_42/baseline-gene-mean/metrics.json");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), scores);
    let run = folder.run(&["evaluate", "--dataset", "own", "--model", "baseline-zero", "--metrics", "rmse"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: there is no metric `rmse`
    hint: the metrics are mse, mae, pearson_correlation
    ");
}

#[test]
fn models_fail_by_themselves() {
    let folder = prepared();
    write(&folder.path().join("good.h5ad"), 100, 40, "gene", |place| count(place) + 0.5);
    write(&folder.path().join("small.h5ad"), 100, 39, "gene", count);
    let here = folder.path().display().to_string();
    let old = folder.path().join(RESULTS).join("silent/reconstruction.h5ad");
    write(&old, 100, 40, "gene", count);
    let run = run_scripts(
        &folder,
        &[
            ("crash", "i=1; while [ $i -le 30 ]; do echo line $i >&2; i=$((i+1)); done; exit 3"),
            ("late", &format!("cp {here}/good.h5ad $R/reconstruction.h5ad; echo no memory >&2; exit 1")),
            ("silent", "exit 0"),
            ("text", "echo nothing > $R/reconstruction.h5ad"),
            ("small", &format!("cp {here}/small.h5ad $R/reconstruction.h5ad")),
            ("good", &format!("echo progress; cp {here}/good.h5ad $R/reconstruction.h5ad")),
        ],
        &[],
    );
    assert_eq!(run.status, 6, "{}", run.snapshot());
    let states: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(states.len(), 6, "{}", run.stdout);
    assert_eq!(states[0], "failed  crash  it ended with status 3");
    assert_eq!(states[1], "failed  late  it ended with status 1");
    assert_eq!(states[2], "failed  silent  it ended well and wrote no `reconstruction.h5ad`");
    assert!(states[3].starts_with("failed  text  cannot use"), "{}", states[3]);
    let shapes = "has 100 cells and 39 genes, the masked file 100 and 40";
    assert_eq!(states[4], format!("failed  small  its `reconstruction.h5ad` {shapes}"));
    assert_eq!(states[5], format!("passed  good  {RESULTS}/good"));
    assert!(run.stderr.contains("  line 11\n") && !run.stderr.contains("line 10\n"), "{}", run.stderr);
    assert!(run.stderr.contains("no memory") && run.stderr.ends_with("1 passed, 5 failed\n"));
    for failed in ["crash", "late", "silent", "text", "small"] {
        let left = folder.path().join(RESULTS).join(failed).join("reconstruction.h5ad");
        assert!(!left.exists(), "{failed}");
    }
    assert_eq!(folder.read(&format!("{RESULTS}/good/stdout.log")), "progress\n");
    let run = folder.run(&["evaluate", "--dataset", "own", "--model", "crash"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("there is no reconstruction"), "{}", run.stderr);
    let run = folder.run(&["evaluate", "--dataset", "own", "--model", "good"]);
    // Half a count too much everywhere, so that what was not masked was changed too.
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 0
    --- stdout
    results/own/mask_15_seed_42/good/metrics.json
    mse: 0.250000
    mae: 0.500000
    pearson_correlation: 1.000000
    --- stderr
    warning: 3400 entries of `results/own/mask_15_seed_42/good/reconstruction.h5ad` that were not masked differ from the input
    ");
}

#[test]
fn the_five_options_are_passed_and_time_is_limited() {
    let folder = prepared();
    let run = run_scripts(&folder, &[("said", "echo \"$@\" >&2; exit 1")], &["--dev", "--json"]);
    assert_eq!(run.status, 6);
    let models = run.json();
    let said = models["models"][0]["stderr"][0].as_str().unwrap();
    let expected = "--dataset own --data-dir [PROJECT]/data --results-dir [PROJECT]/results --mask-percentage 0.15 \
                    --seed 42 --dev";
    assert_eq!(said, expected);
    let run = run_scripts(&folder, &[("slow", "echo waiting >&2; sleep 600 & wait")], &["--timeout", "0.5"]);
    assert_eq!(run.status, 6);
    assert_eq!(run.stdout, "failed  slow  it took longer than 0.5 s\n");
    assert!(run.stderr.contains("waiting"), "{}", run.stderr);
    let run = run_scripts(&folder, &[("same", "exit 0"), ("same", "exit 0")], &[]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert_eq!(folder.run(&["run-models", "--dataset", "own", "--command", "no name"]).status, 2);
    let run = folder.run(&["run-models", "--dataset", "own", "--baselines", "--seed", "7"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: there is no masked file `data/own/masked/mask_15_seed_7.h5ad`
    hint: `repro prepare-data --dataset own --mask-percentage 0.15 --seed 7` makes it
    ");
}

#[test]
fn folders_are_models_in_order_of_their_names() {
    let folder = prepared();
    // What starts them here is a shell, for which a script is as good.
    for name in ["b", "a", "no-main", "no-project"] {
        if name != "no-main" {
            folder.write(&format!("models/{name}/main.py"), "pwd >&2; exit 1\n");
        }
        if name != "no-project" {
            folder.write(&format!("models/{name}/pyproject.toml"), "");
        }
    }
    let run = folder.run(&["run-models", "--dataset", "own", "--python", "/bin/sh"]);
    assert_eq!(run.status, 6);
    assert_eq!(run.stdout, "failed  a  it ended with status 1\nfailed  b  it ended with status 1\n");
    assert!(run.stderr.contains("[PROJECT]/models/a\n"), "{}", run.stderr);
    let run = folder.run(&["run-models", "--dataset", "own", "--python", "/bin/sh", "--models", "b"]);
    assert_eq!(run.stdout.lines().count(), 1);
    let run = folder.run(&["run-models", "--dataset", "own", "--models", "c"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: there is no model `c` in `models`
    hint: there are a, b
    ");
}

#[test]
fn holes_that_are_left_are_an_error() {
    let folder = prepared();
    let masked = folder.path().join("data/own/masked/mask_15_seed_42.h5ad");
    let later = folder.path().join("results/copy/own/mask_15_seed_42");
    std::fs::create_dir_all(&later).unwrap();
    std::fs::copy(masked, later.join("reconstruction.h5ad")).unwrap();
    let strict = folder.run(&["evaluate", "--dataset", "own", "--model", "copy", "--strict"]);
    insta::assert_snapshot!(strict.snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    the results lie at `results/copy/own/mask_15_seed_42`, as later versions have them
    error: 600 of 600 masked entries of `results/copy/own/mask_15_seed_42/reconstruction.h5ad` are still -1
    hint: the model left them unfilled; `--lenient` scores them as they are
    ");
    assert!(!later.join("metrics.json").exists());
    let lenient = folder.run(&["evaluate", "--dataset", "own", "--model", "copy", "--lenient"]);
    assert_eq!(lenient.status, 0, "{}", lenient.snapshot());
    assert!(lenient.stderr.contains("warning: 600 of 600 masked entries"), "{}", lenient.stderr);
    write(&later.join("reconstruction.h5ad"), 100, 40, "other", count);
    let run = folder.run(&["evaluate", "--dataset", "own", "--model", "copy"]);
    assert!(run.stderr.contains("has other genes: gene 0 is `other0` instead of `gene0`"), "{}", run.stderr);
}
