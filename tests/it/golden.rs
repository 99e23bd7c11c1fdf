//! Outputs of each kind of stage on small made-up data. Whoever changes them has to raise the version of the kind, so that
//! outputs of the version before become stale.

use std::collections::BTreeMap;

use repro::data::anndata_io::AnnDataFile;
use repro::data::sparse::Matrix;
use repro::digest::sha256;

use super::support::Project;

/// Kind, version, file, and the hash of its content ([`content`]).
const GOLDEN: [(&str, u32, &str, &str); 4] = [
    ("mask", 1, "masked.h5ad", "e73d7abe1f3e1e0c1e2d39c7e6ccdc1c7e1462063464b2314cd7249243bc133d"),
    ("mask", 1, "masked.json", "f0bea604971af6ca0188b84b2aad83e8b359da28d24f4fde1aec5d69dece40f0"),
    ("score", 2, "scores.csv", "208defbc1140a15fee793837a6c8898cff73e862fc87e709dedf78cde6c6ac80"),
    ("score", 2, "scores.json", "1eb8a11ced18221b3f5189c045dac9655803e7d0a74f33d3e7b1b2e66d585aef"),
];

const STAGES: &str = r#"
[[stage]]
id = "mask"
kind = "mask"
raw = "true"
fraction = 0.15
[[stage]]
id = "score"
kind = "score"
true = "true"
pred = "pred"
control = "control"
gene_sets = "sets"
"#;

/// A paper with made-up cells, a stage of each kind and nothing else.
fn project() -> Project {
    let project = Project::empty();
    let mut manifest =
        "schema = 1\n[paper]\nid = \"demo\"\ntitle = \"Made up\"\n[[source]]\nid = \"here\"\nkind = \"local\"\n".to_owned();
    for (id, shift) in [("true", 0), ("pred", 1), ("control", 3)] {
        let path = format!("frozen/demo/{id}.h5ad");
        std::fs::create_dir_all(project.path().join("frozen/demo")).unwrap();
        // Quarters: sums of them are exact.
        let values = (0..30 * 12).map(|at| ((at * at + shift * at) % 17) as f32 / 4.0).collect();
        let names = |prefix: &str, n: usize| (0..n).map(|at| format!("{prefix}{at}")).collect();
        super::score::write_as(&project, &path, names("G", 12), names("c", 30), values, None);
        let pin = sha256(&std::fs::read(project.path().join(&path)).unwrap());
        manifest.push_str(&artifact(id, &format!("{id}.h5ad"), "raw", &pin.to_string()));
    }
    let sets = "low\tx\tG0\tG1\tG2\tG3\tG4\nhigh\tx\tG6\tG7\tG8\tG9\tG10\n";
    project.write("frozen/demo/sets.gmt", sets);
    manifest.push_str(&artifact("sets", "sets.gmt", "tool", &sha256(sets.as_bytes()).to_string()));
    project.write("manifests/demo/paper.toml", &(manifest + STAGES));
    project
}

fn artifact(id: &str, path: &str, evidence: &str, pin: &str) -> String {
    format!(
        "[[artifact]]\nid = \"{id}\"\nsource = \"here\"\npath = \"{path}\"\nsha256 = \"{pin}\"\n\
         evidence = \"{evidence}\"\nobtained = \"Made up\"\n"
    )
}

/// What a file holds, without what may differ between processors (compressed bytes) and releases of the program.
fn content(project: &Project, path: &str) -> Vec<u8> {
    let file = project.path().join(path);
    if path.ends_with(".h5ad") {
        let file = AnnDataFile::open(&file).unwrap();
        let Matrix::Dense(x) = file.x().unwrap().read().unwrap() else { panic!("sparse") };
        return x.values().to_f64().unwrap().into_iter().flat_map(f64::to_le_bytes).collect();
    }
    let mut text = std::fs::read_to_string(file).unwrap();
    if let Ok(serde_json::Value::Object(mut document)) = serde_json::from_str(&text) {
        document.remove("repro_version");
        document.remove("masked_sha256");
        text = serde_json::to_string(&document).unwrap();
    }
    text.into_bytes()
}

#[test]
fn changed_outputs_raise_the_version_of_their_kind() {
    let project = project();
    let run = project.run(&["run"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let mut found: BTreeMap<(String, u64, String), String> = BTreeMap::new();
    for kind in ["mask", "score"] {
        let folder = format!("frozen/demo/stages/{kind}");
        let receipt: serde_json::Value =
            serde_json::from_str(&project.read(&format!("{folder}/receipt.json"))).unwrap();
        for name in receipt["outputs"].as_object().unwrap().keys() {
            let hash = sha256(&content(&project, &format!("{folder}/{name}"))).to_string();
            found.insert((kind.to_owned(), receipt["version"].as_u64().unwrap(), name.clone()), hash);
        }
    }
    let golden = GOLDEN.iter().map(|(kind, version, file, hash)| {
        (((*kind).to_owned(), u64::from(*version), (*file).to_owned()), (*hash).to_owned())
    });
    let golden: BTreeMap<_, _> = golden.collect();
    assert!(
        found == golden,
        "the outputs of a kind of stage changed. Raise `VERSION` in `src/stages/kinds/KIND.rs`, so that outputs of the \
         version before become stale, and write these into `GOLDEN`:\n{found:#?}"
    );
}
