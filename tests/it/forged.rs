//! Results that no stage computes yet, as a run would have left them: an output with a receipt that fits. Nothing can tell
//! such a forgery from a run, which the report states among its limits; tests of tables and claims make use of it.

use repro::digest::sha256;
use repro::manifest;
use repro::stages;
use serde_json::{Value, json};

use super::support::Project;

/// Declares a stage over made-up measurements and leaves `text` as its output `file`. Returns the receipt.
pub fn forge(project: &Project, paper: &str, stage: &str, file: &str, text: &str) -> Value {
    let cells = format!("cells of {stage}\n");
    let pin = sha256(cells.as_bytes()).to_string();
    project.write(&format!("frozen/{paper}/forged/{stage}.txt"), &cells);
    project.write(
        &format!("manifests/{paper}/forged.toml"),
        &format!(
            r#"[[source]]
id = "forged"
kind = "local"
[[artifact]]
id = "forged"
source = "forged"
path = "forged/{stage}.txt"
sha256 = "{pin}"
evidence = "raw"
obtained = "Made up for a test"
[[stage]]
id = "{stage}"
kind = "mask"
raw = "forged"
fraction = 0.5
seed = 2023
"#
        ),
    );
    let receipt = json!({
        "schema": 2, "stage": stage, "tool": "repro 0.1.0", "version": version(project, paper, stage),
        "inputs": { "forged": pin },
        "parameters": { "kind": "mask", "raw": "forged", "fraction": 0.5, "seed": 2023 },
        "outputs": { file: { "size": text.len(), "sha256": sha256(text.as_bytes()).to_string() } },
    });
    let folder = format!("frozen/{paper}/stages/{stage}");
    project.write(&format!("{folder}/{file}"), text);
    project.write(&format!("{folder}/receipt.json"), &receipt.to_string());
    receipt
}

fn version(project: &Project, paper: &str, stage: &str) -> u32 {
    let manifest = manifest::load(project.path(), &project.path().join("manifests").join(paper)).unwrap();
    let opened = stages::open(&manifest, &project.path().join("frozen")).unwrap();
    let record = opened.stages.iter().find(|record| record.id == stage).unwrap();
    record.stage.as_ref().unwrap().version()
}
