//! What a stage has written counts as recomputed, as long as its receipt says so.

use repro::digest::sha256;
use serde_json::json;

use super::support::Project;

const FOLDER: &str = "frozen/genept/stages/cell-level";
const AGREES: &str = "genept.table2.aorta.cell-type.genept-w.ari,0.5371";
const DIFFERS: &str = "genept.table2.aorta.cell-type.genept-w.ami,0.55";

/// This repository with the output of a stage and, perhaps, its receipt.
fn project(receipt: Option<serde_json::Value>) -> Project {
    let project = Project::of_this_repository();
    project.write(&format!("{FOLDER}/results.csv"), &results());
    if let Some(receipt) = receipt {
        project.write(&format!("{FOLDER}/receipt.json"), &receipt.to_string());
    }
    project
}

fn results() -> String {
    format!("result_id,value\n{AGREES}\n{DIFFERS}\n")
}

fn receipt() -> serde_json::Value {
    let (size, sha256) = (results().len(), sha256(results().as_bytes()).to_string());
    json!({
        "schema": 1, "stage": "cell-level", "tool": "repro 0.1.0", "parameters": { "seed": 2023 },
        "outputs": { "results.csv": { "size": size, "sha256": sha256 } },
    })
}

#[test]
fn a_result_of_a_stage_is_recomputed_and_judged() {
    let run = project(Some(receipt())).run(&["claims", "genept/table2", "--json"]);
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
    let project = project(Some(receipt()));
    let run = project.run(&["tables", "genept/table2", "--format", "csv"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let csv = project.read("reports/tables/genept/table2.csv");
    let cell = |key: &str| csv.lines().find(|line| line.contains(key)).unwrap_or_default().to_owned();
    let agrees = cell("Aorta,Cell type,GenePT-w,ARI");
    assert!(agrees.contains("0.54,0.5371") && agrees.contains("reproduced,recomputed"), "{agrees}");
    assert!(cell("Aorta,Cell type,GenePT-w,AMI").contains("differs"));
    let run = project.run(&["report", "--format", "html,json"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let json: serde_json::Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    assert_eq!((&json["recomputed"], &json["counts"]["differs"]), (&json!(1), &json!(1)));
    let html = project.read("reports/report.html");
    let row =
        html.split("<tr").find(|row| row.contains("id=\"genept/claim/table2/Aorta/cell_type/GenePT-w/ARI\""));
    let row = row.unwrap_or_else(|| panic!("no row of the claim"));
    assert!(row.contains("0.5371") && row.contains("reproduced"), "{row}");
    let tables = html.split("href=\"#genept/claim/table2/Aorta/cell_type/GenePT-w/ARI\"").nth(1);
    assert!(tables.is_some_and(|cell| cell[..400.min(cell.len())].contains("0.537")), "the table's cell");
}

#[test]
fn a_changed_output_is_a_mismatch() {
    let project = project(Some(receipt()));
    project.write(&format!("{FOLDER}/results.csv"), &results().replace("0.5371", "0.5400"));
    let run = project.run(&["claims", "genept/table2", "--json"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("Expected:") && run.stderr.contains("results.csv"), "{}", run.stderr);
    let run = project.run(&["verify", "genept/cell-level/results"]);
    assert_eq!(run.status, 3, "{}", run.snapshot());
}

#[test]
fn an_output_without_receipt_is_nobodys() {
    let run = project(None).run(&["claims", "genept/table2", "--json"]);
    assert_eq!(run.status, 4, "{}", run.stderr);
    assert_eq!(run.json()["counts"]["missing"], 108);
}

#[test]
fn a_receipt_of_something_else_is_refused() {
    let other = |key: &str, value: serde_json::Value| {
        let mut receipt = receipt();
        receipt[key] = value;
        project(Some(receipt)).run(&["claims", "genept/table2"])
    };
    let run = other("stage", json!("gene-level"));
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("is the receipt of `gene-level`, not of `cell-level`"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: run the stage again"), "{}", run.stderr);
    let run = other("schema", json!(2));
    assert!(run.stderr.contains("has schema 2, this program reads 1"), "{}", run.stderr);
    let run = other("outputs", json!("all"));
    assert!(run.stderr.contains("is not a receipt of this version"), "{}", run.stderr);
}

#[test]
fn what_stages_write_is_never_fetched() {
    let run = project(Some(receipt())).run(&["fetch", "genept/cell-level/results", "--dry-run", "--offline"]);
    assert_eq!(run.status, 4, "nothing to fetch: {}", run.snapshot());
    assert!(!run.stdout.contains("results"), "{}", run.snapshot());
}

#[test]
fn recomputed_is_for_stages_and_nothing_else() {
    let project = Project::of_this_repository();
    let claims = "manifests/genept/claims.toml";
    let text = project.read(claims).replace("evidence = \"recomputed\"", "evidence = \"cached\"");
    project.write(claims, &text);
    let run = project.run(&["list", "genept"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("evidence `recomputed` is for what stages write"), "{}", run.stderr);
}
