//! Panels drawn from AnnData files and pickles: small files of random numbers under the authors' names
//! (`tests/fixtures/panels/write.py`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::support::Project;

/// Artifact, name of the authors, name of the fixture.
const FILES: [(&str, &str, &str); 9] = [
    ("tahoe-plot", "tahoe_plot.h5ad", "stored.h5ad"),
    ("tahoe-ptb-data", "tahoe_ptb_data.h5ad", "treated.h5ad"),
    ("tahoe-ref-data", "tahoe_ref_data.h5ad", "control.h5ad"),
    ("tahoe-recon-pairs", "tahoe_recon_pairs.pkl", "pairs.pkl"),
    ("tahoe-gene-names", "tahoe_gene_names.pkl", "gene_names.pkl"),
    ("panelf-umaps", "panelf_umaps.pkl", "maps.pkl"),
    ("st-umaps-vae32", "st_umaps_vae32.pkl", "triples_8.pkl"),
    ("st-umaps-ae2048", "st_umaps_ae2048.pkl", "triples_12.pkl"),
    ("st-umaps-pca128", "st_umaps_pca128.pkl", "triples_10.pkl"),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/panels").join(name)
}

/// This repository with the files in their place, pinned; `change` makes what is written of what is committed.
fn project(change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Project {
    let project = Project::of_this_repository();
    let commit = "1".repeat(40);
    let mut lock = format!(
        "version = 1\n\n[[source]]\nid = \"hub\"\nrepo = \"theislab/ReconEval\"\nrevision = \"main\"\ncommit = \"{commit}\"\n"
    );
    for (artifact, name, own) in FILES {
        let bytes = change(name, std::fs::read(fixture(own)).unwrap());
        std::fs::write(project.path().join("frozen/reconeval").join(name), &bytes).unwrap();
        let (size, sha256) = (bytes.len(), repro::digest::sha256(&bytes));
        write!(
            lock,
            "\n[[artifact]]\nid = \"{artifact}\"\npath = \"{name}\"\nsize = {size}\nsha256 = \"{sha256}\"\n"
        )
        .unwrap();
    }
    project.write("manifests/reconeval/repro.lock", &lock);
    project
}

const PANELS: [&str; 4] = [
    "reconeval/fig2/tahoe_logfc_dabrafenib",
    "reconeval/fig2/umaptahoe*",
    "reconeval/fig3/*umap*",
    "reconeval/fig4/*umap*",
];

#[test]
fn every_panel_that_waits_for_such_a_file_draws() {
    let project = project(|_, bytes| bytes);
    let run = project.run(&[&["figures", "--json", "--out", "drawn"], &PANELS[..]].concat());
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let json = run.json();
    let figures = json["figures"].as_array().unwrap();
    let drawn: Vec<String> = figures
        .iter()
        .map(|figure| {
            let id = figure["id"].as_str().unwrap().strip_prefix("reconeval/").unwrap();
            assert_eq!(figure["state"], "drawn", "{figure}");
            format!("{id} {}", figure["marks"])
        })
        .collect();
    // Three models by 16 genes; 30 cells a kind; 80 cells in four embeddings; and of 90 monocytes a matrix, 30 are
    // treated with the drug in focus: 3 panels of 180 other cells, with 30, 60 and 90 of those.
    insta::assert_snapshot!(drawn.join("\n"), @r"
    fig2/tahoe_logfc_dabrafenib 48
    fig2/umaptahoe_true_train_test 150
    fig2/umaptahoe_olAE_overlay 60
    fig2/umaptahoe_nlscVI_overlay 60
    fig2/umaptahoe_PCA_overlay 60
    fig3/decoder_panelF_emb_umap 320
    fig4/umap_test_emb_CD14_Monoct_IFN_beta_3panel_nlscVI_32 720
    fig4/umap_test_gene_CD14_Monoct_IFN_beta_3panel_nlscVI_32 720
    fig4/umap_test_emb_CD14_Monoct_IFN_beta_3panel_PCA_128 720
    fig4/umap_test_gene_CD14_Monoct_IFN_beta_3panel_PCA_128 720
    fig4/umap_test_emb_CD14_Monoct_IFN_beta_3panel_AE_2048 720
    fig4/umap_test_gene_CD14_Monoct_IFN_beta_3panel_AE_2048 720
    ");
    let svg = |name: &str| project.read(&format!("drawn/reconeval/{name}.svg"));
    let ours = "coordinates computed by us (at most 50 principal components, UMAP of 15 neighbours, minimum distance 0.5, seed 0)";
    assert!(svg("fig4/umap_test_emb_CD14_Monoct_IFN_beta_3panel_nlscVI_32").contains(ours));
    assert!(!svg("fig3/decoder_panelF_emb_umap").contains("computed by us"));
}

/// The fold changes are those of NumPy, of the genes that SciPy's tests choose.
#[test]
fn fold_changes_are_those_of_the_cells() {
    let project = project(|_, bytes| bytes);
    let run = project.run(&["figures", "--out", "drawn", PANELS[0]]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let csv = project.read("drawn/reconeval/fig2/tahoe_logfc_dabrafenib.csv");
    let mut lines = csv.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| names.iter().position(|own| *own == name).unwrap();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let expected: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(fixture("fold_changes.json")).unwrap()).unwrap();
    assert!(expected["passing"].as_u64().unwrap() > 16, "the limit has something to leave out");
    for (point, gene) in expected["genes"].as_array().unwrap().iter().enumerate() {
        for model in ["olAE", "nlscVI", "PCA"] {
            let key = (point + 1).to_string();
            let row = rows.iter().find(|row| row[at("series")] == model && row[at("key")] == key).unwrap();
            let close = |column: &str, value: &serde_json::Value| {
                let ours: f64 = row[at(column)].parse().unwrap();
                assert!((ours - value.as_f64().unwrap()).abs() < 1e-6, "{gene} {model} {column} {ours}");
            };
            close("x", &gene[1]);
            close("y", &gene[2][model]);
            // Means are of all cells.
            let lineage = row.last().unwrap();
            assert!(lineage.contains("tahoe-ptb-data") && lineage.contains(":1-40"), "{lineage}");
        }
    }
}

#[test]
fn what_is_refused_is_named_and_nothing_is_drawn_of_it() {
    let refusal = |name: &'static str, bytes: &'static [u8], figure: &str| {
        let project = project(|own, whole| if own == name { bytes.to_vec() } else { whole });
        let run = project.run(&["figures", "--out", "drawn", figure]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert!(project.read(&format!("drawn/{figure}.svg")).contains("Not drawn: "));
        run.snapshot()
    };
    let umap = "reconeval/fig3/decoder_panelF_emb_umap";
    let text = refusal("panelf_umaps.pkl", b"cos\nsystem\n(S'true'\ntR.", umap);
    assert!(text.contains("`panelf-umaps`") && text.contains("system"), "{text}");
    let text = refusal("panelf_umaps.pkl", b"}.", umap);
    assert!(text.contains("no entries"), "{text}");
    let text = refusal("panelf_umaps.pkl", b"\x80\x04", umap);
    assert!(text.contains("`panelf-umaps` cannot be read"), "{text}");
    let text = refusal("tahoe_plot.h5ad", b"\x89HDF\r\n\x1a\n", "reconeval/fig2/umaptahoe_PCA_overlay");
    assert!(text.contains("`tahoe-plot` cannot be read"), "{text}");
    // Names for three genes, matrices of forty.
    let text = refusal("tahoe_gene_names.pkl", b"(lVa\naVb\naVc\na.", PANELS[0]);
    assert!(text.contains("for 3 genes"), "{text}");
}
