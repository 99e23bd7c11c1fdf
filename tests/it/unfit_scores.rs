//! `repro score` refuses matrices that cannot be compared, and reports what a number leaves out.

use serde_json::{Value, json};

use super::score::write;
use super::support::{Project, Run};

const CELLS: usize = 40;
const GENES: usize = 25;

fn names(prefix: &str, n: usize) -> Vec<String> {
    (0..n).map(|at| format!("{prefix}{at}")).collect()
}

/// Counts that look random and are the same everywhere; genes differ in their means.
fn count(seed: usize, at: usize) -> f32 {
    let mixed = (seed * 7919 + at).wrapping_mul(2_654_435_761) % 1_000_003;
    (mixed % (3 + 2 * (at % GENES))) as f32
}

/// log1p of counts that were normalised.
fn logarithm(seed: usize, at: usize) -> f32 {
    (count(seed, at) * 7.3).ln_1p()
}

fn matrix(seed: usize, value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    (0..CELLS * GENES).map(|at| value(seed, at)).collect()
}

fn put(project: &Project, file: &str, cells: Vec<String>, values: Vec<f32>) {
    write(project, &format!("{file}.h5ad"), names("G", GENES), cells, values);
}

/// A folder with true and predicted cells in logarithms.
fn pair() -> Project {
    let project = Project::empty();
    put(&project, "true", names("c", CELLS), matrix(1, logarithm));
    put(&project, "pred", names("c", CELLS), matrix(2, logarithm));
    project
}

fn score(project: &Project, more: &[&str]) -> Run {
    project.run(&[&["score", "--true", "true.h5ad", "--pred", "pred.h5ad", "--json"], more].concat())
}

#[track_caller]
fn refused(project: &Project, more: &[&str], words: &[&str]) {
    let run = score(project, more);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.snapshot());
    for word in words {
        assert!(run.stderr.contains(word), "`{word}` in {}", run.stderr);
    }
}

#[track_caller]
fn scored(project: &Project, more: &[&str], note: &str) -> Value {
    let run = score(project, more);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    assert!(run.stderr.contains(note), "`{note}` in {}", run.stderr);
    assert!(!note.is_empty() || run.stderr.is_empty(), "{}", run.stderr);
    run.json()
}

#[test]
fn counts_are_not_compared_with_logarithms() {
    let project = pair();
    scored(&project, &[], "");
    put(&project, "pred", names("c", CELLS), matrix(2, count));
    refused(
        &project,
        &[],
        &[
            "`true.h5ad` contains fractions from 0 to 5.8",
            "`pred.h5ad` contains whole numbers from 0 to 50: they are on different scales",
            "hint: score matrices of one scale",
            "`--allow-scale`",
        ],
    );
    let scores = scored(&project, &["--allow-scale"], "they are scored as they are, as `--allow-scale` says");
    assert!(scores["metrics"]["mse"].as_f64().unwrap() > 100.0);
    assert_eq!(
        (&scores["params"]["allow_scale"], &scores["params"]["scales"]["pred"]["whole"]),
        (&json!(true), &json!(true))
    );
    // The other way round, and for control cells.
    put(&project, "pred", names("c", CELLS), matrix(2, logarithm));
    put(&project, "control", names("k", CELLS), matrix(3, count));
    put(&project, "control_pred", names("k", CELLS), matrix(4, logarithm));
    refused(&project, &["--control", "control.h5ad"], &["`control.h5ad` contains whole numbers"]);
    put(&project, "control", names("k", CELLS), matrix(3, logarithm));
    put(&project, "control_pred", names("k", CELLS), matrix(4, count));
    let controls = ["--control", "control.h5ad", "--control-pred", "control_pred.h5ad"];
    refused(&project, &controls, &["`control_pred.h5ad` contains whole numbers"]);
}

#[test]
fn normalised_counts_are_not_compared_with_their_logarithms() {
    let project = pair();
    put(&project, "pred", names("c", CELLS), matrix(2, |seed, at| count(seed, at) * 7.3));
    refused(&project, &[], &["`pred.h5ad` contains fractions from 0 to 365", "different scales"]);
    put(&project, "pred", names("c", CELLS), matrix(2, |seed, at| logarithm(seed, at) / 40.0));
    scored(&project, &[], "check that both are on one scale");
    // Centred truth has no partner above 0.
    put(&project, "true", names("c", CELLS), matrix(1, |seed, at| logarithm(seed, at) - 4.0));
    refused(&project, &[], &["one was centred and the other was not"]);
}

#[test]
fn scales_that_nothing_shows_are_not_refused() {
    let project = pair();
    for (values, what) in [
        (matrix(2, |_, _| 0.0), "all zero"),
        (matrix(2, |_, at| if at % 97 == 0 { 1.0 } else { 0.0 }), "almost all zero"),
        (matrix(2, |seed, at| logarithm(seed, at) + if at == 30 { 5000.0 } else { 0.0 }), "one wild value"),
    ] {
        put(&project, "pred", names("c", CELLS), values);
        let run = score(&project, &[]);
        assert_eq!(run.status, 0, "{what}: {}", run.snapshot());
    }
    for file in ["true", "pred"] {
        write(
            &project,
            &format!("{file}.h5ad"),
            names("G", 2),
            names("c", 2),
            match file {
                "true" => vec![1.0, 0.0, 2.0, 1.0],
                _ => vec![0.5, 0.0, 1.7, 0.9],
            },
        );
    }
    assert_eq!(score(&project, &[]).status, 0, "four values");
}

#[test]
fn counts_have_no_fold_changes() {
    let project = pair();
    for (file, seed) in [("true", 1), ("pred", 2), ("control", 3)] {
        put(&project, file, names("c", CELLS), matrix(seed, count));
    }
    let scores = scored(&project, &["--control", "control.h5ad"], "");
    for metric in ["deg_true_dice_100", "deg_true_logfc_pearson", "deg_true_logfc_spearman_top_100"] {
        assert_eq!(scores["metrics"][metric], Value::Null, "{metric}");
        let reason = scores["undefined"][metric].as_str().unwrap();
        assert!(
            reason.contains("fold changes need logarithms (log1p)") && reason.contains("whole numbers"),
            "{reason}"
        );
    }
    assert!(scores["metrics"]["pearson_delta"].is_number() && scores["metrics"]["mse"].is_number());
    let insisted = scored(&project, &["--control", "control.h5ad", "--allow-scale"], "");
    assert!(insisted["metrics"]["deg_true_dice_100"].is_number());
}

/// The cells of `pred` have these names and lie in this order of the true ones.
fn predicted(project: &Project, order: &[usize], names: Vec<String>) {
    let values: Vec<f32> = order
        .iter()
        .flat_map(|cell| (0..GENES).map(move |gene| logarithm(1, cell * GENES + gene) * 0.9 + 0.01))
        .collect();
    put(project, "pred", names, values);
}

#[test]
fn names_that_disprove_the_pairing_are_refused() {
    let project = pair();
    let straight: Vec<usize> = (0..CELLS).collect();
    let shuffled: Vec<usize> = (0..CELLS).map(|at| at * 7 % CELLS).collect();
    predicted(&project, &straight, names("c", CELLS));
    let right = scored(&project, &[], "")["metrics"]["mse"].as_f64().unwrap();
    let of = |order: &[usize]| -> Vec<String> { order.iter().map(|cell| format!("c{cell}")).collect() };
    let disproved = "cannot be paired by their order";

    // 40, 39, 20 and 2 of the names are known.
    for new in [0, 1, 20, 38] {
        let mut names = of(&shuffled);
        names.iter_mut().take(new).for_each(|name| name.insert_str(0, "new-"));
        predicted(&project, &shuffled, names);
        refused(&project, &[], &[disproved, "at another place", "hint: `--align-cells` pairs cells by name"]);
    }
    predicted(&project, &shuffled, of(&shuffled).iter().map(|name| format!("{name}-1")).collect());
    refused(&project, &[], &[disproved]);
    predicted(&project, &shuffled, of(&shuffled));
    let aligned = scored(&project, &["--align-cells"], "");
    assert_eq!(aligned["metrics"]["mse"].as_f64().unwrap(), right, "the order does not matter");
    let insisted = scored(&project, &["--pair-by-order"], "as `--pair-by-order` says, although");
    assert!(insisted["metrics"]["mse"].as_f64().unwrap() > 10.0 * right);
    assert_eq!(scored(&project, &["--unpaired"], "")["metrics"]["mse"], Value::Null);

    // Each file lost another cell.
    let (first, second): (Vec<usize>, Vec<usize>) =
        ((0..CELLS - 1).collect(), (0..CELLS).filter(|cell| *cell != 10).collect());
    predicted(&project, &second, of(&second));
    let values =
        first.iter().flat_map(|cell| (0..GENES).map(move |gene| logarithm(1, cell * GENES + gene))).collect();
    put(&project, "true", of(&first), values);
    refused(&project, &[], &[disproved, "`c11`, cell 11 and cell 10"]);
    refused(&project, &["--align-cells"], &["`pred.h5ad` lacks 1 of the cells of `true.h5ad`: `c10`"]);
}

#[test]
fn cells_are_aligned_by_name() {
    let project = pair();
    let order: Vec<usize> = (0..CELLS).rev().collect();
    let of = |order: &[usize]| -> Vec<String> { order.iter().map(|cell| format!("c{cell}")).collect() };
    let kept: Vec<usize> = (0..30).collect();
    let values =
        kept.iter().flat_map(|cell| (0..GENES).map(move |gene| logarithm(1, cell * GENES + gene))).collect();
    put(&project, "true", of(&kept), values);
    predicted(&project, &order, of(&order));
    refused(&project, &[], &["`pred.h5ad` has 40 cells, `true.h5ad` has 30", "`--align-cells`"]);
    let scores = scored(
        &project,
        &["--align-cells"],
        "10 cells of `pred.h5ad` are not in `true.h5ad` and are left out",
    );
    assert_eq!(scores["params"]["n_cells"]["pred"], 30);
    assert!(scores["metrics"]["mse"].as_f64().unwrap() < 0.2);
    let mut twice = of(&order);
    twice[5] = "c7".to_owned();
    predicted(&project, &order, twice);
    refused(&project, &["--align-cells"], &["`pred.h5ad` has the cell `c7` twice"]);
    refused(&project, &["--align-cells", "--pair-by-order"], &["cannot be used with"]);
    refused(&project, &["--align-cells", "--unpaired"], &["cannot be used with"]);
}

#[test]
fn names_that_say_nothing_are_a_remark() {
    let project = pair();
    let straight: Vec<usize> = (0..CELLS).collect();
    let barcodes: Vec<String> =
        (0..CELLS).map(|at| format!("{}AC{}T", ["G", "T"][at % 2], "ACGT".repeat(1 + at))).collect();
    for (names, why) in [
        (
            names("c", CELLS).iter().map(|name| format!("{name}-1")).collect(),
            "names agree except for `c…` and `c…-1`",
        ),
        (names("", CELLS), "names agree except for"),
        (
            names("c", CELLS)
                .iter()
                .enumerate()
                .map(|(at, name)| if at == 3 { "x".into() } else { name.clone() })
                .collect(),
            "39 names agree, 1 occur in one file only",
        ),
        (barcodes.clone(), "are running numbers"),
    ] {
        predicted(&project, &straight, names);
        scored(&project, &[], why);
    }
    let values = matrix(1, logarithm);
    put(&project, "true", barcodes.iter().rev().cloned().collect(), values.clone());
    refused(&project, &[], &["at another place"]);
    put(
        &project,
        "true",
        (0..CELLS).map(|at| format!("{}TT{}", at % 7, "CG".repeat(1 + at))).collect(),
        values,
    );
    refused(&project, &[], &["they have no name in common: cell 0 is"]);
}

#[test]
fn a_saturated_kernel_has_no_value() {
    let project = pair();
    let scores = scored(&project, &["--mmd-gamma", "5"], "");
    assert_eq!(scores["metrics"]["mmd_rbf"], Value::Null);
    let reason = scores["undefined"]["mmd_rbf"].as_str().unwrap();
    assert!(reason.contains("the kernel is saturated: with gamma 5 "), "{reason}");
    let usable = reason.split("; gamma ").nth(1).unwrap().split(' ').next().unwrap();
    let again = scored(&project, &["--mmd-gamma", usable], "");
    assert!(again["metrics"]["mmd_rbf"].as_f64().unwrap() > 0.0, "{again}");
    assert_eq!(again["metrics"]["energy_distance"], scores["metrics"]["energy_distance"]);
    let flat = scored(&project, &["--mmd-gamma", "1e-12"], "");
    assert_eq!(flat["metrics"]["mmd_rbf"], Value::Null);
    // Equal matrices have the discrepancy 0 with any kernel.
    put(&project, "pred", names("c", CELLS), matrix(1, logarithm));
    let equal = scored(&project, &["--mmd-gamma", "5"], "");
    assert!(equal["metrics"]["mmd_rbf"].as_f64().unwrap().abs() < 1e-12);
}

#[test]
fn a_few_undefined_genes_are_left_out_and_named() {
    let project = pair();
    put(&project, "control", names("c", CELLS), matrix(3, logarithm));
    // Two genes have negative means, which have no fold change.
    let below = |genes: usize| move |seed, at| if at % GENES < genes { -3.0 } else { logarithm(seed, at) };
    put(&project, "pred", names("c", CELLS), matrix(2, below(2)));
    let note = "leave out 2 of 25 genes, whose values are undefined: `G0`, `G1`";
    let scores = scored(&project, &["--control", "control.h5ad"], note);
    assert!(scores["metrics"]["deg_true_logfc_pearson"].is_number());
    assert!(scores["metrics"]["deg_true_logfc_spearman"].is_number());
    let expected = json!({ "what": "genes", "count": 2, "of": 25, "names": ["G0", "G1"] });
    assert_eq!(scores["left_out"]["deg_true_logfc_pearson"], expected);
    put(&project, "pred", names("c", CELLS), matrix(2, below(10)));
    let scores = score(&project, &["--control", "control.h5ad"]).json();
    assert_eq!(scores["undefined"]["deg_true_logfc_pearson"], "10 of the values to correlate are undefined");
    assert_eq!(scores["left_out"], json!({}));
}

#[test]
fn an_empty_cell_does_not_remove_a_pathway() {
    let project = pair();
    project.write(
        "weights.csv",
        &(["source,target,weight".to_owned()]
            .into_iter()
            .chain((0..10).map(|gene| format!("P,G{gene},{}", gene as f64 - 3.5)))
            .collect::<Vec<_>>()
            .join("\n")
            + "\n"),
    );
    let empty = |seed, at| if at / GENES == 5 { 0.0 } else { logarithm(seed, at) };
    put(&project, "pred", names("c", CELLS), matrix(2, empty));
    let scores = scored(
        &project,
        &["--pathways", "weights.csv"],
        "leaves out 1 of 40 cells, whose values are undefined: `c5`",
    );
    assert!(scores["metrics"]["pathway_spearman"].is_number());
}

#[test]
fn r2_compares_means_where_numbers_of_cells_differ() {
    let project = pair();
    let values = matrix(1, logarithm);
    put(&project, "pred", names("c", 2 * CELLS), [&values[..], &values[..]].concat());
    let scores = scored(
        &project,
        &["--unpaired"],
        "r2 compares means of genes, not sums: there are 40 true and 80 predicted cells",
    );
    assert!((scores["metrics"]["r2"].as_f64().unwrap() - 1.0).abs() < 1e-9, "{scores}");
}

#[test]
fn no_cells_and_no_genes_have_no_value() {
    let project = pair();
    let all = |project: &Project, more: &[&str]| {
        let scores = score(project, more).json();
        for (metric, value) in scores["metrics"].as_object().unwrap() {
            assert!(value.is_null(), "{metric} is {value}");
        }
        scores
    };
    put(&project, "pred", Vec::new(), Vec::new());
    project.write("sets.gmt", "set\tx\tG0\tG1\tG2\tG3\tG4\n");
    let run = score(&project, &["--unpaired", "--gene-sets", "sets.gmt"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    for metric in ["r2", "energy_distance", "mmd_rbf", "mse", "coexpression_spearman"] {
        assert_eq!(run.json()["metrics"][metric], Value::Null, "{metric}");
    }
    put(&project, "true", Vec::new(), Vec::new());
    let scores = all(&project, &[]);
    assert_eq!(scores["undefined"]["r2"], "0 cells, at least 1 are needed");
    all(&project, &["--preset", "paper-end-to-end"]);
    all(&project, &["--control", "true.h5ad", "--min-cells", "0"]);
    for file in ["true.h5ad", "pred.h5ad"] {
        write(&project, file, Vec::new(), names("c", CELLS), Vec::new());
    }
    let scores = all(&project, &[]);
    assert_eq!(scores["undefined"]["energy_distance"], "0 genes, at least 1 are needed");
}
