//! A made-up paper with one small table, and what its table says from the command line.

use repro::digest::sha256;

use super::super::forged::forge;
use super::super::support::Project;

pub const PUBLISHED: &str = "id,dataset,model,metric,value\n\
    1,Alpha,A,ARI,0.10\n2,Alpha,A,MSE,1.5\n3,Alpha,B,ARI,0.30\n4,Alpha,B,MSE,1.2\n5,Beta,A,ARI,-0.05\n6,Beta,B,ARI,0.40\n";

pub const TABLE: &str = r#"
[[table]]
id = "first"
kind = "wide"
title = "Two models on two datasets"
place = "Table 1"
claims = ["values"]
rows = ["dataset"]
columns = ["model"]
entries = ["metric"]
best = { along = "row", of = "metric", higher = ["ARI"], lower = ["MSE"] }
[table.order]
metric = ["MSE", "ARI"]

[[table]]
id = "second"
kind = "comparison"
title = "The same, one row a value"
claims = [{ set = "values", where = { metric = "ARI" } }]
rows = ["dataset", "model"]
"#;

const MANIFEST: &str = r#"
schema = 1
[paper]
id = "paper"
title = "A paper"
[[source]]
id = "here"
kind = "local"
[[source]]
id = "stages"
kind = "stage"
[[artifact]]
id = "published"
source = "here"
path = "published.csv"
sha256 = "PUBLISHED"
evidence = "printed"
[[artifact]]
id = "results"
source = "stages"
path = "stages/compute/results.csv"
evidence = "recomputed"
optional = true
[[dataset]]
id = "results"
any_of = [{ artifact = "results" }]
[[need]]
id = "cells"
what = "The cells of all datasets"
place = "a folder of the authors"
size = "2 GB"
gpu = true
[[claims]]
id = "values"
place = "Table 1"
artifact = "published"
value = "value"
rule = "printed"
key = ["id"]
expected = EXPECTED
ours = [{ dataset = "results", column = "score", match = { id = "{id}" } }]
[[claims.waits]]
reason = "needs_gpu"
detail = "nobody has computed {dataset}"
needs = ["cells"]
"#;

/// A project with published values, our scores by id, and tables.
pub fn project(published: &str, expected: usize, scores: &[(&str, f64)], tables: &str) -> Project {
    let project = Project::empty();
    let pin = sha256(published.as_bytes()).to_string();
    let manifest = MANIFEST.replace("PUBLISHED", &pin).replace("EXPECTED", &expected.to_string());
    project.write("manifests/paper/paper.toml", &manifest);
    project.write("manifests/paper/tables.toml", tables);
    project.write("frozen/paper/published.csv", published);
    if !scores.is_empty() {
        let rows: String = scores.iter().map(|(id, score)| format!("{id},{score}\n")).collect();
        let results = format!("id,score\n{rows}");
        forge(&project, "paper", "compute", "results.csv", &results);
    }
    project
}

#[test]
fn nothing_of_ours_is_missing_and_exits_with_4() {
    let run = project(PUBLISHED, 6, &[], TABLE).run(&["tables"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 4
    --- stdout
    missing  paper/first  6 cells, needs_gpu: no cell has a number of ours: 6 needs_gpu
    missing  paper/second  4 cells, needs_gpu: no cell has a number of ours: 4 needs_gpu
    --- stderr
    nothing was evaluated (exit status 4)
    ");
}

#[test]
fn the_status_follows_from_the_outcomes_of_the_cells() {
    let all = [("1", 0.101), ("2", 1.49), ("3", 0.3), ("4", 1.2), ("5", -0.052), ("6", 0.4)];
    let run = project(PUBLISHED, 6, &all, TABLE).run(&["tables", "paper/first"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 0
    --- stdout
    drawn    paper/first  6 of 6 cells with ours: 6 reproduced
    --- stderr
    ");
    let run = project(PUBLISHED, 6, &all[..2], TABLE).run(&["tables", "paper/first"]);
    assert_eq!(run.status, 5, "{}", run.snapshot());
    let run = project(PUBLISHED, 6, &[("1", 0.2), ("3", 0.3)], TABLE).run(&["tables", "paper/second"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 1
    --- stdout
    drawn    paper/second  2 of 4 cells with ours: 1 reproduced, 1 differs, 2 missing
    --- stderr
    ");
}

#[test]
fn formats_and_folder_are_those_asked_for() {
    let project = project(PUBLISHED, 6, &[("1", 0.1)], TABLE);
    let run = project.run(&["tables", "paper/first", "--format", "md,tex", "--out", "there", "--json"]);
    assert_eq!(run.status, 5, "{}", run.snapshot());
    let table = run.json()["tables"][0].clone();
    assert_eq!(table["id"], "paper/first");
    for (format, written) in [("csv", true), ("md", true), ("tex", true), ("svg", false), ("html", false)] {
        let path = format!("there/paper/first.{format}");
        assert_eq!(project.path().join(&path).exists(), written, "{format}");
        assert_eq!(table[format].as_str().is_some(), written, "{format}");
    }
    let refused = project.run(&["tables", "--format", "docx"]);
    assert_eq!(refused.status, 2);
    let nowhere = project.run(&["tables", "paper/frist"]);
    assert!(
        nowhere.status == 2 && nowhere.stderr.contains("did you mean `paper/first`?"),
        "{}",
        nowhere.snapshot()
    );
}

#[test]
fn a_small_table_is_written_as_it_should_be() {
    let project = project(PUBLISHED, 6, &[("1", 0.104), ("3", 0.25), ("5", -0.05)], TABLE);
    assert_eq!(project.run(&["tables", "--format", "md"]).status, 1);
    insta::assert_snapshot!(project.read("reports/tables/paper/first.md"), @r"
    **Two models on two datasets** (Table 1)

    | dataset | A / MSE | A / ARI | B / MSE | B / ARI |
    | :-- | --: | --: | --: | --: |
    | Alpha | 1.5<br>`needs_gpu` <sup>1</sup> | 0.10<br>0.104 (+0.004, reproduced) | **1.2**<br>`needs_gpu` <sup>1</sup> | **0.30**<br>**0.250** (−0.050, differs) |
    | Beta | – | −0.05<br>−0.050 (0.000, reproduced) | – | **0.40**<br>`needs_gpu` <sup>2</sup> |

    1. needs\_gpu: nobody has computed Alpha. Waits for a.
    2. needs\_gpu: nobody has computed Beta. Waits for a.

    - a: The cells of all datasets (a folder of the authors, size 2 GB, needs an accelerator)
    ");
    insta::assert_snapshot!(project.read("reports/tables/paper/second.csv"), @r"
    table,dataset,model,published,ours,delta,rule,outcome,evidence,reason,detail,claim
    second,Alpha,A,0.10,0.104,0.00399999999999999,printed,reproduced,recomputed,,,values/1
    second,Alpha,B,0.30,0.25,-0.04999999999999999,printed,differs,recomputed,,,values/3
    second,Beta,A,-0.05,-0.05,0,printed,reproduced,recomputed,,,values/5
    second,Beta,B,0.40,,,printed,missing,,needs_gpu,nobody has computed Beta,values/6
    ");
}

#[test]
fn a_file_of_published_values_that_is_absent_is_the_reason() {
    let project = project(PUBLISHED, 6, &[("1", 0.1)], TABLE);
    std::fs::remove_file(project.path().join("frozen/paper/published.csv")).unwrap();
    let run = project.run(&["tables", "--format", "svg,md,html,tex", "--json"]);
    assert_eq!(run.status, 4, "{}", run.snapshot());
    for table in run.json()["tables"].as_array().unwrap() {
        assert_eq!((&table["state"], &table["reason"]), (&"missing".into(), &"not_fetched".into()));
        assert_eq!(table["counts"]["missing"], 6);
    }
    for format in ["svg", "md", "html", "tex"] {
        assert!(
            project.read(&format!("reports/tables/paper/first.{format}")).contains("published"),
            "{format}"
        );
    }
}

#[test]
fn one_and_four_threads_write_the_same_bytes() {
    let write = |jobs: &str| {
        let project = project(PUBLISHED, 6, &[("1", 0.1), ("3", 0.2)], TABLE);
        project.run(&["tables", "--format", "svg,md,html,tex", "--jobs", jobs]);
        ["svg", "csv", "md", "html", "tex"]
            .map(|format| project.read(&format!("reports/tables/paper/first.{format}")))
    };
    assert_eq!(write("1"), write("4"));
}

#[test]
fn a_wrong_spec_names_file_line_and_the_nearest_name() {
    for (old, new, wanted) in [
        ("kind = \"wide\"", "kind = \"wild\"", "did you mean `wide`?"),
        ("entries = [\"metric\"]", "entries = [\"metrik\"]", "unknown key `metric`"),
        ("columns = [\"model\"]\nentries", "columns = [\"modle\"]\nentries", "did you mean `model`?"),
        ("claims = [\"values\"]", "claims = [\"value\"]", "did you mean `values`?"),
        ("entries = [\"metric\"]", "entries = []", "unknown key `metric`"),
        ("title = \"Two", "tilte = \"x\"\ntitle = \"Two", "did you mean `title`?"),
        ("claims = [\"values\"]", "claims = []", "name at least one"),
        ("rows = [\"dataset\"]\n", "rows = [\"dataset\", \"model\"]\n", "`model` is used twice"),
        ("metric = [\"MSE\", \"ARI\"]", "metric = [\"MSE\", \"MSE\"]", "names a text of `metric` twice"),
        ("claims = [\"values\"]", "claims = [\"values\", \"values\"]", "fall into one cell"),
        ("rows = [\"dataset\", \"model\"]", "rows = [\"dataset\"]\ncolumns = [\"model\"]", "no columns"),
    ] {
        let tables = TABLE.replacen(old, new, 1);
        assert_ne!(tables, TABLE, "{old}");
        let run = project(PUBLISHED, 6, &[], &tables).run(&["tables"]);
        assert_eq!(run.status, 2, "{new}: {}", run.snapshot());
        assert!(run.stderr.contains(wanted) && run.stderr.contains("tables.toml:"), "{new}: {}", run.stderr);
    }
}
