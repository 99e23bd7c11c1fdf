//! `repro run`: stages run, are pinned by receipts, run again only for a reason, and their numbers are recomputed.

use repro::digest::sha256;

use super::score::{expression, write};
use super::support::Project;

pub const MANIFEST: &str = "manifests/demo/paper.toml";
const FOLDER: &str = "frozen/demo/stages/score/pair";

/// A paper with two local files, a stage that scores them and a claim on what it finds.
pub fn project() -> Project {
    let project = Project::empty();
    std::fs::create_dir_all(project.path().join("frozen/demo")).unwrap();
    for (file, seed) in [("true", 1), ("pred", 2)] {
        let names = |prefix: &str, n: usize| (0..n).map(|at| format!("{prefix}{at}")).collect();
        write(
            &project,
            &format!("frozen/demo/{file}.h5ad"),
            names("G", 12),
            names("c", 30),
            expression(seed, 0.0),
        );
    }
    let pin =
        |file: &str| sha256(&std::fs::read(project.path().join(format!("frozen/demo/{file}"))).unwrap());
    let (truth, pred) = (pin("true.h5ad"), pin("pred.h5ad"));
    project.write(
        MANIFEST,
        &format!(
            r#"schema = 1
[paper]
id = "demo"
title = "A pair"
[[source]]
id = "frozen"
kind = "local"
[[source]]
id = "stages"
kind = "stage"
[[artifact]]
id = "true"
source = "frozen"
path = "true.h5ad"
sha256 = "{truth}"
evidence = "raw"
obtained = "Made up for these tests"
[[artifact]]
id = "pred"
source = "frozen"
path = "pred.h5ad"
sha256 = "{pred}"
evidence = "raw"
obtained = "Made up for these tests"
[[artifact]]
id = "scores"
source = "stages"
path = "stages/score/pair/scores.csv"
evidence = "recomputed"
[[stage]]
id = "score/pair"
kind = "score"
cost = "cheap"
true = "true"
pred = "pred"
"#
        ),
    );
    project
}

#[test]
fn a_stage_runs_once_and_again_for_a_reason() {
    let project = project();
    let dry = project.run(&["run", "--dry-run"]);
    assert_eq!(dry.status, 5, "{}", dry.snapshot());
    assert!(dry.stdout.contains("demo/score/pair  would run  has not run yet"), "{}", dry.stdout);
    assert!(!project.path().join(FOLDER).exists());

    let run = project.run(&["run", "demo/score/pair"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let first = project.read(&format!("{FOLDER}/scores.json"));
    let scores: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert!(scores["metrics"]["mse"].as_f64().unwrap() > 0.0);
    assert!(scores["inputs"].get("true").is_some() && !first.contains(&project.path().display().to_string()));
    let receipt: serde_json::Value =
        serde_json::from_str(&project.read(&format!("{FOLDER}/receipt.json"))).unwrap();
    assert_eq!(receipt["outputs"]["scores.json"]["sha256"], sha256(first.as_bytes()).to_string().as_str());
    assert_eq!(receipt["inputs"]["true"], scores["inputs"]["true"]);
    assert_eq!(project.run(&["verify", "demo"]).status, 0);

    let again = project.run(&["run", "--json"]);
    assert_eq!(again.status, 0);
    assert_eq!(again.json()["stages"][0]["state"], "done", "{}", again.stdout);
    let listed = project.run(&["list", "demo", "--json"]).json();
    let stage =
        listed["items"].as_array().unwrap().iter().find(|item| item["kind"] == "stage").unwrap().clone();
    assert_eq!((&stage["id"], &stage["state"]), (&"demo/score/pair".into(), &"done".into()));

    project.replace(MANIFEST, "pred = \"pred\"\n", "pred = \"pred\"\nmmd_gamma = 1.0\n");
    let run = project.run(&["run"]);
    let words = "ran        is stale: the parameter `mmd_gamma` changed from not set to `1.0` since";
    assert!(run.stdout.contains(words), "{}", run.stdout);
    assert_ne!(project.read(&format!("{FOLDER}/scores.json")), first);
    std::fs::remove_file(project.path().join(FOLDER).join("scores.csv")).unwrap();
    assert!(project.run(&["run"]).stdout.contains("its output `scores.csv` is missing"));
    assert!(project.run(&["run", "--force"]).stdout.contains("forced"));
}

#[test]
fn a_stage_that_fails_leaves_what_was_there() {
    let project = project();
    assert_eq!(project.run(&["run"]).status, 0);
    let before = project.read(&format!("{FOLDER}/receipt.json"));
    project.replace(MANIFEST, "pred = \"pred\"\n", "pred = \"pred\"\nlayer = \"counts\"\n");
    let run = project.run(&["run"]);
    assert_eq!(run.status, 6, "{}", run.snapshot());
    assert!(run.stderr.contains("stage `score/pair` failed"), "{}", run.stderr);
    assert!(
        run.stderr.contains("has no layer `counts`") && run.stderr.contains("hint: the file has no layers")
    );
    assert_eq!(project.read(&format!("{FOLDER}/receipt.json")), before);
    assert!(!project.path().join("frozen/demo/stages/score/pair.incomplete").exists());
}

#[test]
fn inputs_are_verified_and_waited_for() {
    let project = project();
    let path = project.path().join("frozen/demo/pred.h5ad");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let run = project.run(&["run"]);
    assert_eq!(run.status, 3, "{}", run.snapshot());
    assert!(run.stderr.contains("Expected:") && run.stderr.contains("pred.h5ad"), "{}", run.stderr);
    assert!(!project.path().join(FOLDER).exists());
    std::fs::remove_file(&path).unwrap();
    let run = project.run(&["run"]);
    assert_eq!(run.status, 5, "{}", run.snapshot());
    assert!(run.stdout.contains("waits      waits for `pred`: `pred` is not there"), "{}", run.stdout);
}

#[test]
fn wrong_stages_name_what_is_wrong() {
    for (old, new, words) in [
        ("kind = \"score\"", "kind = \"scores\"", "unknown kind `scores`; stages are `mask`, `score`"),
        ("pred = \"pred\"", "pred = \"prod\"", "`pred` names the unknown artifact `prod`"),
        ("cost = \"cheap\"", "cast = \"cheap\"", "unknown field `cast`"),
        ("id = \"score/pair\"", "id = \"../pair\"", "bad id"),
    ] {
        let project = project();
        project.replace(MANIFEST, old, new);
        let run = project.run(&["run"]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert!(run.stderr.contains(words), "`{words}` in {}", run.stderr);
        assert!(run.stderr.contains("manifests/demo/paper.toml:"), "{}", run.stderr);
    }
}

#[test]
fn a_mask_feeds_the_next_stage() {
    let project = project();
    let more = r#"[[artifact]]
id = "masked"
source = "stages"
path = "stages/mask/15/masked.h5ad"
evidence = "recomputed"
[[stage]]
id = "again"
kind = "mask"
raw = "true"
fraction = 0.15
seed = 42
[[stage]]
id = "score/masked"
kind = "score"
true = "true"
pred = "masked"
[[stage]]
id = "mask/15"
kind = "mask"
raw = "true"
fraction = 0.15
seed = 42
"#;
    project.write("manifests/demo/more.toml", more);
    let run = project.run(&["run", "demo/mask", "demo/score/masked", "demo/again"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let stages = "frozen/demo/stages";
    let scores: serde_json::Value =
        serde_json::from_str(&project.read(&format!("{stages}/score/masked/scores.json"))).unwrap();
    assert!(scores["metrics"]["mse"].as_f64().unwrap() > 0.1, "54 of 360 values are -1");
    let bytes =
        |stage: &str| std::fs::read(project.path().join(stages).join(stage).join("masked.h5ad")).unwrap();
    assert_eq!(bytes("again"), bytes("mask/15"), "the same mask twice");
    // The mask runs again, and so does what reads it.
    let text = project.read("manifests/demo/more.toml").replacen("seed = 42\n", "seed = 43\n", 9);
    project.write("manifests/demo/more.toml", &text);
    let run = project.run(&["run", "demo/mask", "demo/score/masked", "--dry-run"]);
    assert!(run.stdout.contains("`mask/15` runs before"), "{}", run.stdout);
    let circle =
        more.replacen("raw = \"true\"", "raw = \"masked\"", 2).replace("id = \"again\"", "id = \"other\"");
    project.write("manifests/demo/more.toml", &circle);
    let run = project.run(&["run"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stderr.contains("wait for each other"), "{}", run.stderr);
}

#[test]
fn cheap_stages_belong_to_reproducing() {
    let project = project();
    let run = project.run(&["reproduce", "--offline"]);
    assert!(project.path().join(FOLDER).join("scores.json").is_file(), "{}", run.snapshot());
    let project = self::project();
    project.replace(MANIFEST, "cost = \"cheap\"\n", "");
    project.run(&["reproduce", "--offline"]);
    assert!(!project.path().join(FOLDER).exists(), "heavy unless said otherwise");
}
