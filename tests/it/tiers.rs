//! Tiers of files and of what stages compute from them, and what an author has to state about a file.

use repro::digest::sha256;
use serde_json::Value;

use super::score::{expression, write};
use super::support::Project;

const HEAD: &str = r#"schema = 1
[paper]
id = "demo"
title = "Tiers"
[[source]]
id = "here"
kind = "local"
[[source]]
id = "web"
kind = "http"
url = "https://example.org/"
[[source]]
id = "stages"
kind = "stage"
"#;

const STAGES: &str = r#"[[artifact]]
id = "masked"
source = "stages"
path = "stages/mask/masked.h5ad"
[[artifact]]
id = "scores"
source = "stages"
path = "stages/score/scores.csv"
evidence = "recomputed"
[[stage]]
id = "mask"
kind = "mask"
raw = "true"
fraction = 0.15
[[stage]]
id = "score"
kind = "score"
true = "masked"
pred = "pred"
# Masked entries are -1, and the prediction has nothing below 0.
allow_scale = true
[[dataset]]
id = "scores"
any_of = [{ artifact = "scores", steps = [{ filter = { metric = "mse" } }, { to_number = "value" }] }]
[[claims]]
id = "mse"
place = "Table 1"
artifact = "published"
value = "value"
rule = "abs"
tolerance = 100.0
key = ["metric"]
expected = 1
ours = [{ dataset = "scores", column = "value", match = { metric = "{metric}" } }]
"#;

fn artifact(id: &str, path: &str, evidence: &str, pin: &str) -> String {
    format!(
        "[[artifact]]\nid = \"{id}\"\nsource = \"here\"\npath = \"{path}\"\nsha256 = \"{pin}\"\n\
         evidence = \"{evidence}\"\nobtained = \"Made up\"\n"
    )
}

/// A mask of `true`, scored against `pred`, with files of these tiers.
fn project(truth: &str, pred: &str) -> Project {
    let project = Project::empty();
    std::fs::create_dir_all(project.path().join("frozen/demo")).unwrap();
    let names =
        |prefix: &str, n: usize| -> Vec<String> { (0..n).map(|at| format!("{prefix}{at}")).collect() };
    let mut manifest = HEAD.to_owned();
    for (id, seed, tier) in [("true", 1, truth), ("pred", 2, pred)] {
        let path = format!("frozen/demo/{id}.h5ad");
        write(&project, &path, names("G", 12), names("c", 30), expression(seed, 0.0));
        let pin = sha256(&std::fs::read(project.path().join(&path)).unwrap()).to_string();
        manifest.push_str(&artifact(id, &format!("{id}.h5ad"), tier, &pin));
    }
    let published = "metric,value\nmse,1.0\n";
    project.write("frozen/demo/published.csv", published);
    manifest.push_str(&artifact(
        "published",
        "published.csv",
        "printed",
        &sha256(published.as_bytes()).to_string(),
    ));
    project.write("manifests/demo/paper.toml", &(manifest + STAGES));
    project
}

fn claim(project: &Project) -> Value {
    project.run(&["claims", "--json"]).json()["claims"][0].clone()
}

#[test]
fn an_output_is_as_strong_as_the_weakest_input() {
    for (truth, pred, tier, outcome) in [
        ("raw", "raw", "recomputed", "reproduced"),
        ("raw", "tool", "recomputed", "reproduced"),
        ("raw", "cached", "cached", "reproduced"),
        ("digitised", "raw", "digitised", "consistent"),
        ("cached", "printed", "printed", "consistent"),
        ("tool", "tool", "declared", "redrawn"),
        // The mask of a tool is declared, and so is what is computed from it.
        ("tool", "raw", "declared", "redrawn"),
    ] {
        let project = project(truth, pred);
        let listed = || {
            let items = project.run(&["list", "demo/scores", "--json"]).json()["items"].clone();
            let scores = items.as_array().unwrap().iter().find(|item| item["kind"] == "artifact");
            scores.unwrap()["evidence"].clone()
        };
        assert_eq!(listed(), tier, "{truth}, {pred}, before it runs");
        let run = project.run(&["run"]);
        assert_eq!(run.status, 0, "{}", run.snapshot());
        let claim = claim(&project);
        assert_eq!(
            (&claim["evidence"], &claim["outcome"]),
            (&tier.into(), &outcome.into()),
            "{truth}, {pred}"
        );
        assert_eq!(listed(), tier, "{truth}, {pred}");
        project.run(&["report", "--format", "json"]);
        let report: Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
        let artifacts = report["papers"][0]["artifacts"].as_array().unwrap();
        let shown = artifacts.iter().find(|artifact| artifact["id"] == "scores").unwrap();
        assert_eq!(shown["evidence"], tier, "{truth}, {pred}");
    }
}

#[test]
fn the_inputs_of_stages_are_in_the_lineage() {
    let project = project("raw", "tool");
    project.run(&["run"]);
    let lineage = claim(&project)["lineage"].as_str().unwrap().to_owned();
    let shown: Vec<(&str, &str)> = lineage
        .split(' ')
        .map(|file| (file.split_once('@').unwrap().0, file.rsplit_once(':').unwrap().1))
        .collect();
    assert_eq!(&shown[1..], [("masked", "all"), ("pred", "all"), ("true", "all")], "{lineage}");
    assert_eq!(shown[0].0, "scores");
    let run = project.run(&["report", "--format", "html"]);
    assert!(!run.stderr.contains("error"), "{}", run.stderr);
    assert!(project.read("reports/report.html").contains("and 3 more files"));
}

#[test]
fn a_claim_whose_file_a_stage_reads_is_redrawn() {
    let project = project("raw", "raw");
    // One column: a number, and genes of the cell cycle, 43 of the S phase and then the others.
    let fill = (0..35).map(|gene| format!("X{gene}\n")).collect::<String>();
    let genes = |from: usize| (from..from + 6).map(|gene| format!("G{gene}\n")).collect::<String>();
    let published = format!("value\n1.0\n{}{fill}{}", genes(0), genes(6));
    project.write("frozen/demo/published.csv", &published);
    let paper = "manifests/demo/paper.toml";
    project.repin(paper, "frozen/demo/published.csv", b"metric,value\nmse,1.0\n");
    project.replace(paper, "key = [\"metric\"]\n", "key = [\"value\"]\nwhere = { value = \"1.0\" }\n");
    project.replace(paper, "match = { metric = \"{metric}\" }", "match = { metric = \"mse\" }");
    project.replace(paper, "pred = \"pred\"\n", "pred = \"pred\"\ncell_cycle = \"published\"\n");
    let run = project.run(&["run"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let claim = claim(&project);
    assert_eq!((&claim["outcome"], &claim["evidence"]), (&"redrawn".into(), &"printed".into()), "{claim}");
    // The same file as a tool says nothing about the tier, and still proves nothing.
    project.replace(paper, "evidence = \"printed\"", "evidence = \"tool\"");
    let claim = self::claim(&project);
    assert_eq!((&claim["outcome"], &claim["evidence"]), (&"redrawn".into(), &"recomputed".into()), "{claim}");
}

/// What `repro list` prints about one more artifact.
fn list(entry: &str) -> String {
    let project = Project::empty();
    project.write("frozen/demo/x.csv", "a\n1\n");
    project.write("manifests/demo/paper.toml", &format!("{HEAD}{entry}"));
    let run = project.run(&["list"]);
    format!("{}\n{}", run.status, run.stderr)
}

#[test]
fn what_nobody_can_check_is_stated() {
    let local = |evidence: &str, more: &str| {
        list(&format!(
            "[[artifact]]\nid = \"x\"\nsource = \"here\"\npath = \"x.csv\"\nevidence = \"{evidence}\"\n{more}"
        ))
    };
    insta::assert_snapshot!(local("cached", ""), @r#"
    2
    error: manifests/demo/paper.toml:15: artifact `x` is `cached` of a local source and does not state how it was obtained
    hint: add `obtained = "…"`: who has it from where, in a sentence that the report shows
    "#);
    assert!(local("raw", "").starts_with("2\n"));
    assert!(local("cached", "obtained = \"  \"\n").contains("`obtained` is empty"));
    for (evidence, more) in [
        ("cached", "obtained = \"From the authors\"\n"),
        ("raw", "obtained = \"From the sequencer\"\n"),
        ("digitised", ""),
        ("printed", ""),
        ("tool", ""),
    ] {
        assert!(local(evidence, more).starts_with("0\n"), "{evidence}: {}", local(evidence, more));
    }
    // A fetched file is `cached` by where it comes from; what `raw` means is the author's statement everywhere.
    let web = |evidence: &str| {
        list(&format!(
            "[[artifact]]\nid = \"x\"\nsource = \"web\"\npath = \"x.csv\"\nevidence = \"{evidence}\"\n"
        ))
    };
    assert!(web("cached").starts_with("0\n"), "{}", web("cached"));
    assert!(web("raw").contains("artifact `x` is `raw` and does not state"), "{}", web("raw"));
}

#[test]
fn members_of_a_local_archive_are_local() {
    let archive = |of_archive: &str, of_member: &str| {
        list(&format!(
            "[[artifact]]\nid = \"zip\"\nsource = \"here\"\npath = \"x.zip\"\nevidence = \"printed\"\n{of_archive}\
             [[artifact]]\nid = \"x\"\narchive = \"zip\"\nmember = \"x.csv\"\nto = \"x.csv\"\nevidence = \"cached\"\n{of_member}"
        ))
    };
    assert!(archive("", "").contains("artifact `x` is `cached` of a local source"));
    assert!(archive("obtained = \"Sent by mail\"\n", "").starts_with("0\n"));
    assert!(archive("", "obtained = \"Sent by mail\"\n").starts_with("0\n"));
}

#[test]
fn tiers_that_no_file_can_have_are_refused() {
    let entry = |source: &str, path: &str, more: &str| {
        list(&format!("[[artifact]]\nid = \"x\"\nsource = \"{source}\"\npath = \"{path}\"\n{more}"))
    };
    let output = "stages/s/x.csv";
    for (text, words) in [
        (entry("here", "x.csv", "evidence = \"declared\"\n"), "evidence `declared` is for numbers"),
        (
            entry("here", "x.csv", "evidence = \"recomputed\"\n"),
            "evidence `recomputed` is for what stages write",
        ),
        (entry("here", "x.csv", ""), "missing field `evidence`"),
        (entry("stages", output, "evidence = \"cached\"\n"), "leave `evidence` out"),
        (entry("stages", output, "evidence = \"tool\"\n"), "leave `evidence` out"),
        (entry("stages", "x.csv", ""), "must lie at `stages/STAGE/FILE`"),
        (entry("stages", output, "to = \"stages/other/x.csv\"\n"), "must lie at `stages/STAGE/FILE`"),
    ] {
        assert!(text.starts_with("2\n") && text.contains(words), "`{words}` in {text}");
    }
    assert!(entry("stages", output, "").starts_with("0\n"), "the tier of an output is computed");
}

#[test]
fn the_report_shows_what_the_author_states() {
    let project = project("raw", "raw");
    project.replace(
        "manifests/demo/paper.toml",
        "evidence = \"printed\"\nobtained = \"Made up\"",
        "evidence = \"printed\"\nobtained = \"Typed by <hand>\"",
    );
    project.run(&["report", "--format", "html,json"]);
    assert!(project.read("reports/report.html").contains("The author states: Typed by &lt;hand&gt;"));
    let report: Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    let artifacts = report["papers"][0]["artifacts"].as_array().unwrap();
    assert_eq!(artifacts.iter().find(|own| own["id"] == "published").unwrap()["obtained"], "Typed by <hand>");
}
