//! What a stage has written counts as recomputed, as long as its receipt fits.

use serde_json::{Value, json};

use super::forged::forge;
use super::support::Project;

const FOLDER: &str = "frozen/genept/stages/cell-level";
const AGREES: &str = "genept.table2.aorta.cell-type.genept-w.ari,0.5371";
const DIFFERS: &str = "genept.table2.aorta.cell-type.genept-w.ami,0.55";

fn results() -> String {
    format!("result_id,value\n{AGREES}\n{DIFFERS}\n")
}

/// This repository with a stage of a paper as if it had run.
fn project() -> Project {
    let project = Project::of_this_repository();
    forge(&project, "genept", "cell-level", "results.csv", &results());
    project
}

/// The same with one key of the receipt replaced.
fn with(key: &str, value: Value) -> Project {
    let project = project();
    let path = format!("{FOLDER}/receipt.json");
    let mut receipt: Value = serde_json::from_str(&project.read(&path)).unwrap();
    receipt[key] = value;
    project.write(&path, &receipt.to_string());
    project
}

/// Outcome, evidence, reason and detail of the claim that agrees while the result counts.
fn claim(project: &Project) -> Value {
    let json = project.run(&["claims", "genept/table2", "--json"]).json();
    let claims = json["claims"].as_array().unwrap();
    claims.iter().find(|claim| claim["id"] == "table2/Aorta/cell_type/GenePT-w/ARI").unwrap().clone()
}

#[test]
fn a_result_of_a_stage_is_recomputed_and_judged() {
    let run = project().run(&["claims", "genept/table2", "--json"]);
    assert_eq!(run.status, 1, "one value differs: {}", run.stderr);
    let json = run.json();
    let claims = json["claims"].as_array().unwrap();
    let claim = |id: &str| claims.iter().find(|claim| claim["id"] == id).unwrap();
    let agrees = claim("table2/Aorta/cell_type/GenePT-w/ARI");
    assert_eq!((&agrees["outcome"], &agrees["evidence"]), (&json!("reproduced"), &json!("recomputed")));
    assert!((agrees["difference"].as_f64().unwrap() + 0.0029).abs() < 1e-12, "{agrees}");
    let differs = claim("table2/Aorta/cell_type/GenePT-w/AMI");
    assert_eq!((&differs["outcome"], &differs["ours"]), (&json!("differs"), &json!(0.55)));
    assert_eq!(json["counts"]["missing"], 106, "the others still wait");
}

#[test]
fn tables_claims_and_report_tell_the_same_result() {
    let project = project();
    let run = project.run(&["tables", "genept/table2", "--format", "csv"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let csv = project.read("reports/tables/genept/table2.csv");
    let cell = |key: &str| csv.lines().find(|line| line.contains(key)).unwrap_or_default().to_owned();
    let agrees = cell("Aorta,Cell type,GenePT-w,ARI");
    assert!(agrees.contains("0.54,0.5371") && agrees.contains("reproduced,recomputed"), "{agrees}");
    assert!(cell("Aorta,Cell type,GenePT-w,AMI").contains("differs"));
    let run = project.run(&["report", "--format", "html,json"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let json: Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    assert_eq!((&json["recomputed"], &json["counts"]["differs"]), (&json!(1), &json!(1)));
    let html = project.read("reports/report.html");
    let row =
        html.split("<tr").find(|row| row.contains("id=\"genept/claim/table2/Aorta/cell_type/GenePT-w/ARI\""));
    let row = row.unwrap_or_else(|| panic!("no row of the claim"));
    assert!(row.contains("0.5371") && row.contains("reproduced"), "{row}");
    let tables = html.split("href=\"#genept/claim/table2/Aorta/cell_type/GenePT-w/ARI\"").nth(1);
    assert!(tables.is_some_and(|cell| cell[..400.min(cell.len())].contains("0.537")), "the table's cell");
    assert!(html.contains("forged together with its output"), "the limit is stated");
}

#[test]
fn a_changed_output_is_a_mismatch() {
    let project = project();
    project.write(&format!("{FOLDER}/results.csv"), &results().replace("0.5371", "0.5400"));
    let run = project.run(&["claims", "genept/table2", "--json"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("Expected:") && run.stderr.contains("results.csv"), "{}", run.stderr);
    let run = project.run(&["verify", "genept/cell-level/results"]);
    assert_eq!(run.status, 3, "{}", run.snapshot());
    // It stays one when the stage has changed as well.
    project.replace("manifests/genept/forged.toml", "seed = 2023", "seed = 2024");
    assert_eq!(project.run(&["verify", "genept/cell-level/results"]).status, 3);
    assert_eq!(project.run(&["claims", "genept/table2"]).status, 3);
}

#[test]
fn an_output_without_receipt_is_nobodys() {
    for declared in [true, false] {
        let project = project();
        std::fs::remove_file(project.path().join(FOLDER).join("receipt.json")).unwrap();
        // A pin of one's own is no receipt.
        let pin = repro::digest::sha256(results().as_bytes()).to_string();
        let to = "path = \"stages/cell-level/results.csv\"\n";
        project.replace("manifests/genept/claims.toml", to, &format!("{to}sha256 = \"{pin}\"\n"));
        if !declared {
            std::fs::remove_file(project.path().join("manifests/genept/forged.toml")).unwrap();
        }
        let run = project.run(&["claims", "genept/table2", "--json"]);
        assert_eq!(run.status, 4, "{}", run.stderr);
        assert_eq!(run.json()["counts"]["missing"], 108);
        let run = project.run(&["verify", "genept/cell-level/results", "--json"]);
        assert_eq!((run.status, &run.json()["files"][0]["state"]), (5, &json!("unpinned")));
    }
}

#[test]
fn a_receipt_that_does_not_fit_makes_its_outputs_stale() {
    let hash = "0".repeat(64);
    for (key, value, words) in [
        ("schema", json!(1), "an earlier layout of receipts (schema 1)"),
        ("version", json!(0), "the version of `mask` changed from 0 to "),
        ("version", json!(77), "the version of `mask` changed from 77 to "),
        (
            "parameters",
            json!({ "kind": "mask", "raw": "forged", "fraction": 0.5, "seed": 2022 }),
            "the parameter `seed` changed from `2022` to `2023`",
        ),
        (
            "parameters",
            json!({ "kind": "mask", "raw": "forged", "fraction": 0.5 }),
            "the parameter `seed` changed from not set to `2023`",
        ),
        (
            "parameters",
            json!({ "kind": "mask", "raw": "forged", "fraction": 0.5, "seed": 2023, "more": true }),
            "the parameter `more` changed from `true` to not set",
        ),
        (
            "parameters",
            json!({ "kind": "score", "raw": "forged", "fraction": 0.5, "seed": 2023 }),
            "the parameter `kind` changed from `\"score\"` to `\"mask\"`",
        ),
        ("inputs", json!({ "forged": hash }), "the input `forged` changed"),
        ("inputs", json!({}), "the input `forged` changed"),
    ] {
        let project = with(key, value);
        let claim = claim(&project);
        assert_eq!((&claim["outcome"], &claim["reason"]), (&json!("missing"), &json!("stale")), "{words}");
        assert!(claim["detail"].as_str().unwrap().contains(words), "`{words}` in {claim}");
        let run = project.run(&["verify", "genept/cell-level/results", "--json"]);
        assert_eq!((run.status, &run.json()["files"][0]["state"]), (5, &json!("stale")), "{}", run.stderr);
        assert_eq!(run.json()["files"][0]["detail"], claim["detail"]);
    }
}

#[test]
fn a_receipt_of_something_else_is_refused_and_the_rest_is_judged() {
    let hint = "hint: run the stage again, or delete its folder";
    for (key, value, words) in [
        ("stage", json!("gene-level"), "is the receipt of `gene-level`, not of `cell-level`"),
        ("schema", json!(3), "has schema 3, this program reads 1 and 2"),
        ("outputs", json!("all"), "is not a receipt of this version"),
    ] {
        let project = with(key, value);
        let run = project.run(&["claims", "genept/table2", "--json"]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert!(run.stderr.contains(words) && run.stderr.contains(hint), "`{words}` in {}", run.stderr);
        assert_eq!(run.json()["counts"]["missing"], 108);
        assert_eq!(project.run(&["report", "--format", "json"]).status, 2);
        assert!(project.path().join("reports/report.json").exists(), "the report is written");
        assert_eq!(project.run(&["verify", "genept/cell-level/results"]).status, 2);
    }
}

#[test]
fn what_stages_write_is_never_fetched() {
    let run = project().run(&["fetch", "genept/cell-level/results", "--dry-run", "--offline"]);
    assert_eq!(run.status, 4, "nothing to fetch: {}", run.snapshot());
    assert!(!run.stdout.contains("results"), "{}", run.snapshot());
}
