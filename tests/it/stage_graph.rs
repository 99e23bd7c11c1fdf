//! A graph of two stages: a mask, and the scores of what it masked. Whatever changes after they ran makes their outputs
//! stale, in every view alike, and nothing runs on the output of a stage that failed.

use repro::digest::sha256;
use serde_json::Value;

use super::score::{expression, write};
use super::support::{Project, Run};

const MANIFEST: &str = "manifests/demo/paper.toml";
const STAGES: &str = "frozen/demo/stages";

const PAPER: &str = r##"schema = 1
[paper]
id = "demo"
title = "Two stages"
[[source]]
id = "here"
kind = "local"
[[source]]
id = "stages"
kind = "stage"
[[artifact]]
id = "cells"
source = "here"
path = "cells.h5ad"
sha256 = "CELLS"
evidence = "raw"
obtained = "Made up for these tests"
[[artifact]]
id = "published"
source = "here"
path = "published.csv"
sha256 = "PUBLISHED"
evidence = "printed"
[[artifact]]
id = "masked"
source = "stages"
path = "stages/mask/masked.h5ad"
[[artifact]]
id = "scores"
source = "stages"
path = "stages/score/scores.csv"
[[stage]]
id = "score"
kind = "score"
cost = "cheap"
true = "cells"
pred = "masked"
[[stage]]
id = "mask"
kind = "mask"
cost = "cheap"
raw = "cells"
fraction = 0.15
[[dataset]]
id = "scores"
any_of = [{ artifact = "scores", steps = [{ filter = { metric = "mse" } }, { to_number = "value" }] }]
[[figure]]
id = "fig"
kind = "line"
title = "Scores"
size = [4.0, 3.0]
data = "scores"
series_column = "metric"
series = [{ value = "mse", colour = "#000000" }]
x = { column = "metric", categories = ["mse"], title = "Metric" }
y = { column = "value", title = "Score" }
panel = [{ title = "Scores" }]
[[table]]
id = "table"
kind = "wide"
title = "Scores"
claims = ["values"]
rows = ["model"]
columns = ["metric"]
[[claims]]
id = "values"
place = "Table 1"
artifact = "published"
value = "value"
rule = "abs"
tolerance = 100.0
key = ["metric"]
expected = 1
ours = [{ dataset = "scores", column = "value", match = { metric = "{metric}" } }]
"##;

fn cells(project: &Project, seed: usize) -> String {
    let names =
        |prefix: &str, n: usize| -> Vec<String> { (0..n).map(|at| format!("{prefix}{at}")).collect() };
    write(project, "frozen/demo/cells.h5ad", names("G", 12), names("c", 30), expression(seed, 0.0));
    sha256(&std::fs::read(project.path().join("frozen/demo/cells.h5ad")).unwrap()).to_string()
}

fn project() -> Project {
    let project = Project::empty();
    std::fs::create_dir_all(project.path().join("frozen/demo")).unwrap();
    let pin = cells(&project, 1);
    let published = "model,metric,value\nA,mse,1.0\n";
    project.write("frozen/demo/published.csv", published);
    let manifest =
        PAPER.replace("CELLS", &pin).replace("PUBLISHED", &sha256(published.as_bytes()).to_string());
    project.write(MANIFEST, &manifest);
    project
}

/// The same after both stages ran.
fn ran() -> Project {
    let project = project();
    let run = project.run(&["run"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    project
}

fn item(items: &Value, id: &str) -> Value {
    items
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["id"] == id)
        .unwrap_or_else(|| panic!("{id} in {items}"))
        .clone()
}

/// Every view has the number of the scores, which is recomputed.
fn counts(project: &Project) {
    let run = project.run(&["claims", "--json"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let claim = item(&run.json()["claims"], "values/mse");
    assert_eq!((&claim["outcome"], &claim["evidence"]), (&"reproduced".into(), &"recomputed".into()));
    for verb in ["figures", "tables", "status", "report", "verify"] {
        let run = project.run(&[verb]);
        assert_eq!(run.status, 0, "{verb}: {}", run.snapshot());
    }
}

/// Every view says that the scores are missing for this reason, with the same detail, which has these words.
fn missing(project: &Project, reason: &str, words: &str) {
    // What is stale only has to run again; what never ran was never evaluated.
    let status = if reason == "stale" { 5 } else { 4 };
    let run = project.run(&["claims", "--json"]);
    assert_eq!(run.status, status, "{}", run.snapshot());
    let claim = item(&run.json()["claims"], "values/mse");
    let detail = claim["detail"].as_str().unwrap().to_owned();
    assert_eq!((&claim["outcome"], &claim["reason"]), (&"missing".into(), &reason.into()), "{claim}");
    assert!(detail.contains(words), "`{words}` in {detail}");
    assert_eq!(claim["ours"], Value::Null);
    if reason == "stale" {
        assert!(run.stderr.contains("warning: the outputs of the stage `score` are stale"), "{}", run.stderr);
    }

    let run = project.run(&["figures", "--json"]);
    assert_eq!(run.status, status, "{}", run.snapshot());
    assert_eq!(run.json()["figures"][0]["reason"], format!("{reason}: {detail}").as_str());
    let run = project.run(&["tables", "--format", "csv"]);
    assert_eq!(run.status, status, "{}", run.snapshot());
    let cell = project.read("reports/tables/demo/table.csv");
    assert!(cell.contains(reason), "{cell}");

    let items = project.run(&["list", "--json"]).json()["items"].clone();
    let listed = item(&items, "demo/scores");
    assert_eq!((&listed["reason"], &listed["detail"]), (&reason.into(), &detail.clone().into()));

    assert_eq!(project.run(&["report", "--format", "json,html"]).status, status);
    let report: Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    let run = project.run(&["status", "--json"]);
    assert_eq!((run.status, run.json()), (status, report.clone()), "report and status are one model");
    let paper = &report["papers"][0];
    let artifact = item(&paper["artifacts"], "scores");
    assert_eq!((&artifact["reason"], &artifact["detail"]), (&reason.into(), &detail.clone().into()));
    assert_eq!(item(&paper["figures"], "fig")["reason"], format!("{reason}: {detail}").as_str());
    assert_eq!(item(&paper["claim_sets"], "values")["claims"][0]["detail"], detail.as_str());
    assert_eq!(report["counts"]["missing"], 1, "it stays in the denominator");

    let run = project.run(&["verify", "demo/scores", "--json"]);
    let file = run.json()["files"][0].clone();
    if reason == "stale" {
        assert_eq!((run.status, &file["state"], &file["detail"]), (5, &"stale".into(), &detail.into()));
    } else {
        assert_ne!(file["state"], "ok", "{}", run.snapshot());
    }
}

/// One line of what `repro run` prints.
fn line<'r>(run: &'r Run, stage: &str) -> &'r str {
    let wanted = format!("demo/{stage} ");
    run.stdout
        .lines()
        .find(|line| line.starts_with(&wanted))
        .unwrap_or_else(|| panic!("{stage}: {}", run.snapshot()))
}

/// Running what is stale makes it count again.
fn runs_again(project: &Project) {
    let run = project.run(&["run"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    counts(project);
    assert!(project.run(&["run"]).stdout.lines().all(|line| line.contains("done")));
}

#[test]
fn fresh_outputs_count() {
    let project = project();
    missing(&project, "not_run", "`scores` is not there: the stage `score` has not run");
    runs_again(&project);
    // An input that is not there any more was what its pin says.
    std::fs::remove_file(project.path().join("frozen/demo/cells.h5ad")).unwrap();
    assert_eq!(project.run(&["claims"]).status, 0);
    assert_eq!(project.run(&["run"]).status, 0);
}

#[test]
fn a_changed_parameter() {
    let project = ran();
    project.replace(MANIFEST, "pred = \"masked\"\n", "pred = \"masked\"\nmmd_gamma = 3.0\n");
    missing(&project, "stale", "the parameter `mmd_gamma` changed from not set to `3.0`");
    runs_again(&project);
    // A parameter of the first stage concerns the second.
    project.replace(MANIFEST, "fraction = 0.15", "fraction = 0.2");
    missing(
        &project,
        "stale",
        "the input `masked` became stale (the parameter `fraction` changed from `0.15` to `0.2`",
    );
    let run = project.run(&["run", "demo/score"]);
    assert_eq!(run.status, 5, "{}", run.snapshot());
    assert!(
        line(&run, "score").contains("waits      waits for `masked`: `masked` is stale"),
        "{}",
        run.stdout
    );
    missing(&project, "stale", "the input `masked` became stale");
    runs_again(&project);
    // Back to what it was: the outputs of that time were replaced.
    project.replace(MANIFEST, "fraction = 0.2", "fraction = 0.15");
    missing(&project, "stale", "from `0.2` to `0.15`");
}

#[test]
fn a_parameter_that_changes_back() {
    let project = ran();
    project.replace(MANIFEST, "fraction = 0.15", "fraction = 0.2");
    missing(&project, "stale", "fraction");
    project.replace(MANIFEST, "fraction = 0.2", "fraction = 0.15");
    counts(&project);
    // What a stage costs decides nothing about its numbers.
    let text = project.read(MANIFEST).replace("cost = \"cheap\"\n", "");
    project.write(MANIFEST, &text);
    counts(&project);
}

#[test]
fn a_changed_input() {
    let project = ran();
    let before = std::fs::read(project.path().join("frozen/demo/cells.h5ad")).unwrap();
    cells(&project, 9);
    // Not the pinned file: nothing runs on it, and what was computed from the pinned one still was.
    assert_eq!(project.run(&["verify"]).status, 3);
    assert_eq!(project.run(&["run", "--force"]).status, 3);
    project.repin(MANIFEST, "frozen/demo/cells.h5ad", &before);
    missing(&project, "stale", "the input `cells` changed since the stage `score` ran");
    runs_again(&project);
    // Another artifact in the place of an input.
    project.replace(MANIFEST, "true = \"cells\"", "true = \"masked\"");
    missing(&project, "stale", "the parameter `true` changed from `\"cells\"` to `\"masked\"`");
}

#[test]
fn an_input_without_a_pin() {
    let project = ran();
    let text = project.read(MANIFEST);
    let pin = text.lines().find(|line| line.starts_with("sha256")).unwrap().to_owned();
    project.write(MANIFEST, &text.replacen(&format!("{pin}\n"), "", 1));
    missing(&project, "stale", "the input `cells` lost its pin");
}

#[test]
fn an_intermediate_file_that_is_gone() {
    let project = ran();
    std::fs::remove_file(project.path().join(STAGES).join("mask/masked.h5ad")).unwrap();
    missing(&project, "stale", "the input `masked` was removed");
    let run = project.run(&["run", "--dry-run"]);
    assert!(line(&run, "mask").contains("its output `masked.h5ad` is missing"), "{}", run.stdout);
    assert!(line(&run, "score").contains("`mask` runs before"), "{}", run.stdout);
    runs_again(&project);
}

#[test]
fn a_deleted_stage() {
    let project = ran();
    let text = project.read(MANIFEST);
    let without = |stage: &str| {
        let start = text.find(&format!("[[stage]]\nid = \"{stage}\"")).unwrap();
        let end = text[start + 2..].find("\n[[").unwrap() + start + 3;
        format!("{}{}", &text[..start], &text[end..])
    };
    project.write(MANIFEST, &without("score"));
    missing(&project, "stale", "the stage `score` is not in the manifest");
    project.write(MANIFEST, &without("mask"));
    missing(&project, "stale", "the input `masked` became stale (the stage `mask` is not in the manifest)");
    let run = project.run(&["run"]);
    assert_eq!(run.status, 5, "{}", run.snapshot());
    assert!(line(&run, "score").contains("waits for `masked`: `masked` is stale"), "{}", run.stdout);
    project.write(MANIFEST, &text.replace("id = \"score\"\nkind", "id = \"scores\"\nkind"));
    missing(&project, "stale", "the stage `score` is not in the manifest");
    project.write(MANIFEST, &text);
    counts(&project);
}

#[test]
fn a_raised_version() {
    for (stage, version) in [("score", 2), ("mask", 1)] {
        let project = ran();
        let receipt = format!("{STAGES}/{stage}/receipt.json");
        project.replace(&receipt, &format!("\"version\": {version}"), "\"version\": 0");
        missing(&project, "stale", &format!("the version of `{stage}` changed from 0 to {version}"));
        runs_again(&project);
    }
}

#[test]
fn a_wrong_stage_concerns_what_it_writes() {
    let project = ran();
    project.replace(MANIFEST, "fraction = 0.15", "fractoin = 0.15");
    let run = project.run(&["claims", "--json"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(
        run.stderr.contains("paper.toml:") && run.stderr.contains("unknown field `fractoin`"),
        "{}",
        run.stderr
    );
    let claim = item(&run.json()["claims"], "values/mse");
    assert_eq!(claim["reason"], "stale");
    assert!(
        claim["detail"].as_str().unwrap().contains("the stage `mask` in the manifest cannot be used"),
        "{claim}"
    );
    assert_eq!(project.run(&["report"]).status, 2);
    assert!(project.path().join("reports/report.html").exists());
    let run = project.run(&["run"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(line(&run, "score").contains("waits for `masked`"), "{}", run.stdout);
}

const BROKEN: &str = "no matrix\n";

/// Makes the mask fail when it runs: the file that it reads now is no matrix.
fn break_the_mask(project: &Project) {
    project.write("frozen/demo/broken.h5ad", BROKEN);
    let artifact = format!(
        "[[artifact]]\nid = \"broken\"\nsource = \"here\"\npath = \"broken.h5ad\"\nsha256 = \"{}\"\n\
         evidence = \"raw\"\nobtained = \"Made up for these tests\"\n",
        sha256(BROKEN.as_bytes())
    );
    project.write("manifests/demo/broken.toml", &artifact);
    project.replace(MANIFEST, "raw = \"cells\"", "raw = \"broken\"");
}

/// The mask reads the cells again, with another fraction.
fn mend_the_mask(project: &Project) {
    project.replace(MANIFEST, "raw = \"broken\"\nfraction = 0.15", "raw = \"cells\"\nfraction = 0.2");
}

#[test]
fn nothing_runs_after_a_failure() {
    for (arguments, old) in [
        (&["run"][..], true),
        (&["run", "--keep-going"], true),
        (&["run", "--keep-going", "--force"], true),
        (&["reproduce", "--offline"], true),
        (&["run", "--keep-going"], false),
        (&["reproduce", "--offline"], false),
    ] {
        let project = if old { ran() } else { project() };
        let before = old.then(|| project.read(&format!("{STAGES}/score/receipt.json")));
        break_the_mask(&project);
        let run = project.run(arguments);
        assert!(run.stderr.contains("stage `mask` failed"), "{}", run.snapshot());
        assert!(!run.stderr.contains("demo/score: runs"), "{arguments:?}: {}", run.snapshot());
        if arguments[0] == "run" {
            assert!([2, 6].contains(&run.status), "the status of the failure: {}", run.snapshot());
            let waits = "waits      waits for `masked`: the stage `mask` did not succeed";
            assert!(line(&run, "score").contains(waits), "{}", run.stdout);
        }
        match &before {
            Some(before) => {
                assert_eq!(&project.read(&format!("{STAGES}/score/receipt.json")), before);
                missing(&project, "stale", "its last run failed");
            }
            None => missing(&project, "not_run", "the stage `score` has not run"),
        }
        mend_the_mask(&project);
        runs_again(&project);
        assert!(
            !project.path().join(STAGES).join("mask/failed.json").exists(),
            "a success removes the marker"
        );
    }
}

#[test]
fn others_are_skipped_unless_told_to_go_on() {
    let project = project();
    let other = "[[stage]]\nid = \"other\"\nkind = \"mask\"\nraw = \"cells\"\nfraction = 0.5\n";
    project.write("manifests/demo/zz.toml", other);
    break_the_mask(&project);
    let run = project.run(&["run"]);
    assert!(line(&run, "other").contains("skipped    an earlier stage failed"), "{}", run.stdout);
    assert!(!project.path().join(STAGES).join("other").exists());
    let run = project.run(&["run", "--keep-going"]);
    assert!(line(&run, "other").contains("ran"), "{}", run.stdout);
    assert!([2, 6].contains(&run.status), "{}", run.snapshot());
}

#[test]
fn a_later_failure_with_the_same_key_is_a_warning() {
    let project = ran();
    // The marker holds the key of the run that failed; one of something else is no news.
    let marker = serde_json::json!({ "schema": 1, "key": "0".repeat(64), "message": "no space left" });
    project.write(&format!("{STAGES}/score/failed.json"), &marker.to_string());
    assert!(!project.run(&["claims"]).stderr.contains("the last run"), "a failure of something else");
    counts(&project);

    break_the_mask(&project);
    project.run(&["run"]);
    let failed: Value = serde_json::from_str(&project.read(&format!("{STAGES}/mask/failed.json"))).unwrap();
    // The receipt of a success with this key: the failure came later.
    let path = format!("{STAGES}/mask/receipt.json");
    let mut success: Value = serde_json::from_str(&project.read(&path)).unwrap();
    success["parameters"]["raw"] = "broken".into();
    success["inputs"] = serde_json::json!({ "broken": sha256(BROKEN.as_bytes()).to_string() });
    project.write(&path, &success.to_string());
    for verb in ["claims", "figures", "tables", "status", "report", "verify", "list"] {
        let run = project.run(&[verb]);
        assert_eq!(run.status, 0, "{verb}: {}", run.snapshot());
        assert!(
            run.stderr.contains("warning: the last run of the stage `mask` failed"),
            "{verb}: {}",
            run.stderr
        );
    }
    project.run(&["report", "--format", "html,json"]);
    let report: Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    let stage = item(&report["papers"][0]["stages"], "mask");
    assert_eq!((&stage["state"], &stage["failed"]), (&"fresh".into(), &failed["message"]));
    assert!(project.read("reports/report.html").contains("The last run failed: stage `mask` failed"));
}

#[test]
fn an_edited_output_is_a_mismatch_everywhere() {
    let project = ran();
    let path = format!("{STAGES}/score/scores.csv");
    project.write(&path, &project.read(&path).replacen("mse,", "mse,7", 1));
    for verb in ["claims", "figures", "tables", "status", "report", "verify", "reproduce"] {
        let run = project.run(&[verb, "--offline"]);
        assert_eq!(run.status, 3, "{verb}: {}", run.snapshot());
    }
}

/// A tree of one zarr array: a direction in which distances are measured.
fn tree(project: &Project, direction: usize, more: &[(&str, &str)]) -> String {
    let folder = "frozen/demo/pcs";
    project.write(
        &format!("{folder}/pc_1.zarr/.zarray"),
        r#"{"zarr_format":2,"shape":[12,1],"chunks":[12,1],"dtype":"<f8","compressor":null,"fill_value":0,"order":"C","filters":null}"#,
    );
    let values = (0..12).map(|gene| if gene == direction { 1.0_f64 } else { 0.0 });
    let bytes: Vec<u8> = values.flat_map(f64::to_le_bytes).collect();
    std::fs::write(project.path().join(folder).join("pc_1.zarr/0.0"), bytes).unwrap();
    let mut files = vec!["pc_1.zarr/.zarray", "pc_1.zarr/0.0"];
    for (name, text) in more {
        project.write(&format!("{folder}/{name}"), text);
        files.push(name);
    }
    let line = |path: &&str| {
        let bytes = std::fs::read(project.path().join(folder).join(path)).unwrap();
        format!("{{ path = \"{path}\", size = {}, sha256 = \"{}\" }},\n", bytes.len(), sha256(&bytes))
    };
    let lines: String = files.iter().map(line).collect();
    let lock = format!(
        "version = 1\n[[source]]\nid = \"hub\"\nrepo = \"a/b\"\nrevision = \"main\"\ncommit = \"{}\"\n\
         [[tree]]\nid = \"pcs\"\npath = \"pcs\"\nfiles = [\n{lines}]\n",
        "1".repeat(40)
    );
    project.write("manifests/demo/repro.lock", &lock);
    lock
}

fn with_tree() -> Project {
    let project = project();
    let artifact = "[[source]]\nid = \"hub\"\nkind = \"hub\"\nrepo = \"a/b\"\nrepo_type = \"dataset\"\n\
        [[artifact]]\nid = \"pcs\"\nsource = \"hub\"\npath = \"pcs\"\ntree = true\nevidence = \"tool\"\n";
    project.write("manifests/demo/tree.toml", artifact);
    project.replace(MANIFEST, "pred = \"masked\"\n", "pred = \"masked\"\nprojection = \"pcs\"\n");
    tree(&project, 0, &[]);
    let run = project.run(&["run"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    project
}

#[test]
fn a_relocked_tree() {
    let project = with_tree();
    counts(&project);
    // The order of the lock's lines says nothing.
    let lock = tree(&project, 0, &[]);
    let mut lines: Vec<&str> = lock.lines().collect();
    let first = lines.iter().position(|line| line.starts_with("{ path")).unwrap();
    lines.swap(first, first + 1);
    project.write("manifests/demo/repro.lock", &lines.join("\n"));
    counts(&project);
    // Other bytes than the lock's.
    let chunk = project.path().join("frozen/demo/pcs/pc_1.zarr/0.0");
    let before = std::fs::read(&chunk).unwrap();
    std::fs::write(&chunk, [&before[8..], &before[..8]].concat()).unwrap();
    assert_eq!(project.run(&["verify"]).status, 3);
    assert_eq!(project.run(&["run", "--force"]).status, 3);
    for (direction, more) in [(1, &[][..]), (0, &[("notes.txt", "new")]), (2, &[("notes.txt", "newer")])] {
        tree(&project, direction, more);
        missing(&project, "stale", "the input `pcs` changed since the stage `score` ran");
        runs_again(&project);
    }
    let lock = project.read("manifests/demo/repro.lock");
    let hash = lock.rfind(", sha256 = ").unwrap();
    let end = lock[hash..].find(" }").unwrap() + hash;
    project.write("manifests/demo/repro.lock", &format!("{}{}", &lock[..hash], &lock[end..]));
    missing(&project, "stale", "the input `pcs` lost its pin");
}

#[test]
fn a_claim_whose_file_is_in_a_tree_that_a_stage_reads_is_redrawn() {
    let project = with_tree();
    tree(&project, 0, &[("values.csv", &project.read("frozen/demo/published.csv"))]);
    assert_eq!(project.run(&["run"]).status, 0);
    let claim = item(&project.run(&["claims", "--json"]).json()["claims"], "values/mse");
    assert_eq!((&claim["outcome"], &claim["evidence"]), (&"redrawn".into(), &"recomputed".into()));
    assert!(claim["lineage"].as_str().unwrap().contains(" pcs@"), "{claim}");
}

#[test]
fn an_unreadable_receipt_is_a_reason_to_run() {
    let project = ran();
    project.write(&format!("{STAGES}/mask/receipt.json"), "{");
    let run = project.run(&["claims", "--json"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    let claim = item(&run.json()["claims"], "values/mse");
    assert!(
        claim["detail"].as_str().unwrap().contains("`masked` became stale (its receipt cannot be used)"),
        "{claim}"
    );
    runs_again(&project);
}

#[test]
fn outputs_of_stages_are_read_through_their_stage_only() {
    let project = ran();
    let text = project.read(MANIFEST);
    let other = "[[source]]\nid = \"here\"\nkind = \"local\"\n[[artifact]]\nid = \"again\"\nsource = \"here\"\n\
                 path = \"stages/score/scores.csv\"\nevidence = \"digitised\"\n";
    let other = other.replace("\"here\"", "\"beside\"").replace("stages/score/scores", "stages/other/scores");
    project.write(MANIFEST, &format!("{text}\n{other}"));
    for verb in ["claims", "check", "verify", "report"] {
        let run = project.run(&[verb]);
        assert_eq!(run.status, 2, "{verb}: {}", run.snapshot());
        let all = run.stdout.clone() + &run.stderr;
        assert!(all.contains("among the outputs of stages, but no stage writes it"), "{}", run.snapshot());
    }
}
