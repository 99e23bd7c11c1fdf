//! `repro score` and `repro rank`: what they print, write and refuse. Values are checked in `crates/tasks`.

use repro::data::anndata::AnnData;
use repro::data::anndata_io::write_h5ad;
use repro::data::array::Array;
use repro::data::frame::DataFrame;
use repro::data::hdf5::Hdf5Options;
use repro::data::sparse::Matrix;
use repro::data::values::Values;
use repro::digest::sha256;

use super::support::{Project, Run};

const CELLS: usize = 30;
const GENES: usize = 12;

/// Numbers that look random and are the same everywhere.
fn noise(seed: usize, at: usize) -> f32 {
    let mixed = (seed * 7919 + at).wrapping_mul(2_654_435_761) % 1_000_003;
    (mixed % 1000) as f32 / 500.0
}

fn names(prefix: &str, n: usize) -> Vec<String> {
    (0..n).map(|at| format!("{prefix}{at}")).collect()
}

pub fn write(project: &Project, file: &str, genes: Vec<String>, cells: Vec<String>, values: Vec<f32>) {
    write_as(project, file, genes, cells, values, Some(4));
}

/// The same with a level of compression; bytes that do not depend on the processor need none.
pub fn write_as(
    project: &Project,
    file: &str,
    genes: Vec<String>,
    cells: Vec<String>,
    values: Vec<f32>,
    gzip: Option<u32>,
) {
    let shape = vec![cells.len(), genes.len()];
    let x = Array::new(shape, Values::F32(values)).unwrap();
    let data = AnnData {
        x: Some(Matrix::Dense(x)),
        obs: DataFrame::new(cells),
        var: DataFrame::new(genes),
        ..AnnData::default()
    };
    write_h5ad(&data, &project.path().join(file), Hdf5Options { gzip }).unwrap();
}

/// Expression with `shift` on the first half of the genes.
pub fn expression(seed: usize, shift: f32) -> Vec<f32> {
    (0..CELLS * GENES).map(|at| noise(seed, at) + if at % GENES < GENES / 2 { shift } else { 0.0 }).collect()
}

/// A folder with four files and resources that fit, and no manifests.
fn files() -> Project {
    let project = Project::empty();
    for (file, seed, shift) in
        [("true", 1, 1.0), ("pred", 2, 0.8), ("control", 3, 0.0), ("control_pred", 4, 0.1)]
    {
        write(
            &project,
            &format!("{file}.h5ad"),
            names("G", GENES),
            names("c", CELLS),
            expression(seed, shift),
        );
    }
    project.write("sets.gmt", "low\tx\tG0\tG1\tG2\tG3\tG4\nhigh\tx\tG6\tG7\tG8\tG9\tG10\n");
    project
}

fn score(project: &Project, more: &[&str]) -> Run {
    let pair = ["score", "--true", "true.h5ad", "--pred", "pred.h5ad", "--output", "out/scores.json"];
    project.run(&[&pair[..], more].concat())
}

/// The run failed as the user's mistake, said this, and left no file.
fn refused(project: &Project, more: &[&str], words: &[&str]) {
    let run = score(project, more);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    for word in words {
        assert!(run.stderr.contains(word), "`{word}` in {}", run.stderr);
    }
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    assert!(!project.path().join("out").exists());
}

#[test]
fn scores_are_printed_and_written() {
    let project = files();
    let control = ["--control", "control.h5ad", "--control-pred", "control_pred.h5ad"];
    let run = score(&project, &[&control[..], &["--gene-sets", "sets.gmt", "--json"]].concat());
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let json = run.json();
    assert_eq!(project.read("out/scores.json"), run.stdout);
    let metric = |name: &str| json["metrics"][name].as_f64().unwrap_or_else(|| panic!("{name} in {json}"));
    assert!(metric("mse") > 0.0 && metric("mmd_rbf") > 0.0 && metric("energy_distance") > 0.0);
    assert!(metric("knn_purity") > 0.5 && metric("pearson_delta") > 0.8);
    assert_eq!(metric("deg_true_dice_100"), 1.0, "all genes are in both sets");
    assert!((0.0..=1.0).contains(&metric("coexpression_spearman")));
    assert_eq!(json["undefined"]["pathway_spearman"], "`--pathways` was not given");
    assert_eq!(json["metrics"]["pathway_spearman"], serde_json::Value::Null);
    let hash = sha256(&std::fs::read(project.path().join("true.h5ad")).unwrap()).to_string();
    assert_eq!(json["inputs"]["true.h5ad"], hash.as_str());
    assert_eq!((&json["schema"], &json["params"]["preset"]), (&1.into(), &"light".into()));
    let again =
        score(&project, &[&control[..], &["--gene-sets", "sets.gmt", "--json", "--jobs", "1"]].concat());
    assert_eq!(again.stdout, run.stdout, "threads change no digit");
}

#[test]
fn presets_differ_in_what_they_compute() {
    let project = files();
    let control = ["--control", "control.h5ad", "--control-pred", "control_pred.h5ad", "--json", "--preset"];
    let run = score(&project, &[&control[..], &["paper-end-to-end"]].concat());
    assert!(run.stderr.contains("no `--projection`"), "{}", run.stderr);
    let json = run.json();
    let has = |name: &str| json["metrics"].get(name).is_some();
    assert!(has("deg_pred_dice_500") && has("deg_ttest_true_dice_10") && has("coexpression_pearson"));
    assert!(!has("knn_purity") && !has("deg_true_logfc_pearson_top_100"));
    assert_eq!(json["params"]["clip_negative"], true);
    // Tests of this preset need more cells than there are.
    refused(
        &files(),
        &[&control[..], &["paper-latent-shift", "--min-cells", "31"]].concat(),
        &["has 30 cells, tests need 31", "hint: `--min-cells 30`"],
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let project = files();
    write(&project, "short.h5ad", names("G", 11), names("c", CELLS), vec![0.0; CELLS * 11]);
    refused(&project, &["--control", "short.h5ad"], &["has 11 genes, `true.h5ad` has 12", "missing: `G11`"]);

    let mut reversed = names("G", GENES);
    reversed.reverse();
    write(&project, "pred.h5ad", reversed, names("c", CELLS), expression(2, 0.8));
    refused(&project, &[], &["in another order: gene 0 is `G11`, not `G0`", "hint: `--align-genes`"]);
    assert_eq!(score(&project, &["--align-genes"]).status, 0);
    std::fs::remove_dir_all(project.path().join("out")).unwrap();

    let mut values = expression(2, 0.8);
    (values[5], values[40]) = (f32::NAN, f32::INFINITY);
    write(&project, "pred.h5ad", names("G", GENES), names("c", CELLS), values);
    refused(&project, &[], &["contains 2 values that are not finite, the first one in cell `c0`, gene `G5`"]);

    write(&project, "pred.h5ad", names("G", GENES), names("c", 29), vec![0.5; 29 * GENES]);
    refused(&project, &[], &["`pred.h5ad` has 29 cells, `true.h5ad` has 30", "hint: `--unpaired`"]);
    let run = score(&project, &["--unpaired", "--json"]);
    assert_eq!(run.json()["undefined"]["mse"], "the cells are not paired");
    std::fs::remove_dir_all(project.path().join("out")).unwrap();

    let mut cells = names("c", CELLS);
    cells.swap(3, 4);
    write(&project, "pred.h5ad", names("G", GENES), cells, expression(2, 0.8));
    refused(
        &project,
        &[],
        &[
            "cells of `true.h5ad` and `pred.h5ad` cannot be paired by their order: 2 of 30 cells are at another place",
        ],
    );
    refused(
        &project,
        &["--layer", "counts"],
        &["`true.h5ad` has no layer `counts`", "the file has no layers"],
    );
}

#[test]
fn resources_that_do_not_fit_are_refused() {
    let project = files();
    project.write("sets.gmt", "a\tx\tENSG1\tENSG2\tG1\n");
    refused(&project, &["--gene-sets", "sets.gmt"], &["no gene set has 5 genes", "for example `ENSG1`"]);
    project.write("weights.csv", "source,target,weight\nEGFR,G1,0.5\nEGFR,G1,0.7\n");
    refused(&project, &["--pathways", "weights.csv"], &["`EGFR` has two weights for `G1`"]);
    project.write("weights.csv", "source,gene,weight\nEGFR,G1,0.5\n");
    refused(
        &project,
        &["--pathways", "weights.csv"],
        &["no column `target`", "its columns are `source`, `gene`"],
    );
    project.write("cycle.txt", "G1\nG2\n");
    refused(&project, &["--cell-cycle", "cycle.txt"], &["has 2 genes; 43 of the S phase"]);
    project.write("cytokines.csv", "Celltype_Str,Cytokine_Str,Gene,FDR\nB_cell,IL2,G1,0.01\n");
    refused(
        &project,
        &["--cytokines", "cytokines.csv", "--cytokine-celltype", "NK"],
        &["no signature of the cell type `NK` has 5 genes", "`B_cell`"],
    );
    let run = score(&project, &["--gene-sets", "absent.gmt"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stderr.contains("cannot read `absent.gmt`"), "{}", run.stderr);
}

#[test]
fn projections_of_other_genes_are_refused() {
    use repro::data::npy::{Compression, write_npz};
    let project = files();
    let array =
        |shape: [usize; 2], values: Vec<f64>| Array::new(shape.to_vec(), Values::F64(values)).unwrap();
    let save = |file: &str, components: &Array, genes: Vec<String>| {
        let names = Array::vector(Values::Text(genes));
        let file = std::fs::File::create(project.path().join(file)).unwrap();
        write_npz(file, &[("components", components), ("var_names", &names)], Compression::Stored).unwrap();
    };
    let first = array([GENES, 1], (0..GENES).map(|gene| f64::from(u8::from(gene == 0))).collect());
    save("good.npz", &first, names("G", GENES));
    let run = score(&project, &["--projection", "good.npz", "--json"]);
    assert_eq!(run.json()["params"]["projection"], serde_json::json!({ "origin": "file", "components": 1 }));
    std::fs::remove_dir_all(project.path().join("out")).unwrap();
    save("other.npz", &first, names("H", GENES));
    refused(&project, &["--projection", "other.npz"], &["fitted on other genes: gene 0 is `H0`"]);
    save("long.npz", &array([GENES, 1], vec![1.0; GENES]), names("G", GENES));
    refused(&project, &["--projection", "long.npz"], &["not orthogonal and of length 1"]);
    save("short.npz", &array([5, 2], vec![0.1; 10]), names("G", GENES));
    refused(&project, &["--projection", "short.npz"], &["has the shape [5, 2], where 12 genes"]);
    project.write("notes.txt", "no projection");
    refused(&project, &["--projection", "notes.txt"], &["`notes.txt` is no projection"]);
}

#[test]
fn damaged_files_are_told() {
    let project = files();
    let bytes = std::fs::read(project.path().join("pred.h5ad")).unwrap();
    std::fs::write(project.path().join("pred.h5ad"), &bytes[..bytes.len() / 2]).unwrap();
    let run = score(&project, &[]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stderr.contains("error: cannot use `pred.h5ad`"), "{}", run.stderr);
    assert!(!project.path().join("out").exists());
}

#[test]
fn methods_are_ranked() {
    let project = Project::empty();
    project.write("scores.csv", "method,r2,mse,drift\nA,0.9,0.04,3\n\"B, late\",0.7,0.07,2\nC,,0.10,1\n");
    let run = project.run(&["rank", "scores.csv", "--lower-is-better", "drift"]);
    assert_eq!(
        run.snapshot(),
        "status: 0\n--- stdout\nmethod,r2,mse,drift\nA,1,1,0\n\"B, late\",0,0.5,0.5\nC,,0,1\n--- stderr\n\
         note: missing values get no rank (1): `C` in `r2`\n"
    );
    let run = project.run(&["rank", "scores.csv", "--lower-is-better", "drifts"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("no metric `drifts`") && run.stderr.contains("r2, mse, drift"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_input_is_not_overwritten() {
    let project = files();
    let before = std::fs::read(project.path().join("pred.h5ad")).unwrap();
    std::fs::hard_link(project.path().join("pred.h5ad"), project.path().join("other-name")).unwrap();
    for output in ["pred.h5ad", "./pred.h5ad", "true.h5ad", "other-name"] {
        let run = project.run(&["score", "--true", "true.h5ad", "--pred", "pred.h5ad", "--output", output]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert!(run.stderr.contains("would be overwritten"), "{}", run.stderr);
    }
    assert_eq!(std::fs::read(project.path().join("pred.h5ad")).unwrap(), before);
    project.write("scores.csv", "method,mse\nA,1\nB,2\n");
    let run = project.run(&["rank", "scores.csv", "--output", "scores.csv"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert_eq!(project.read("scores.csv"), "method,mse\nA,1\nB,2\n");
}
