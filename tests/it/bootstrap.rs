//! The published intervals follow from the published points: `bootstrap_mean` draws what their authors drew.

use std::collections::BTreeMap;

use repro::digest::sha256;
use repro::manifest::Project as Papers;
use repro::query::{Library, Table};
use repro::store::{Lock, Vault};

use super::support::{Project, repository};

/// A table of a paper that has these digitised files as artifacts `cells`, `ranking` and `summary`.
fn table(datasets: &str, name: &str) -> Table {
    let project = Project::empty();
    let mut manifest =
        "schema = 1\n[paper]\nid = \"p\"\ntitle = \"P\"\n[[source]]\nid = \"frozen\"\nkind = \"local\"\n"
            .to_owned();
    let files = [
        ("cells", "fig3_funky_cells.csv"),
        ("ranking", "fig3_pca_ranking.csv"),
        ("summary", "fig2_panel_combined_latent128.csv"),
    ];
    for (id, file) in files {
        let path = repository().join("frozen/reconeval/published").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        project.write(&format!("frozen/p/{file}"), &text);
        let (hash, size) = (sha256(text.as_bytes()), text.len());
        manifest += &format!(
            "[[artifact]]\nid = \"{id}\"\nsource = \"frozen\"\npath = \"{file}\"\nevidence = \"digitised\"\n\
             sha256 = \"{hash}\"\nsize = {size}\n"
        );
    }
    project.write("manifests/p/paper.toml", &(manifest + datasets));
    let papers = Papers::open(Some(project.path()), project.path()).unwrap();
    let vault = Vault::new(papers.manifest("p").unwrap(), &papers.frozen(), Lock::default());
    let evidence = Library::new(&vault).get(name).unwrap_or_else(|failure| panic!("{failure}")).unwrap();
    (*evidence.table).clone()
}

/// Values of a column by the texts of other columns.
fn by_key(table: &Table, keys: &[&str], column: &str) -> BTreeMap<Vec<String>, f64> {
    let key = |row| keys.iter().map(|name| table.text(name, row).unwrap()).collect();
    (0..table.n_rows()).map(|row| (key(row), table.number(column, row).unwrap().unwrap())).collect()
}

#[track_caller]
fn assert_within(ours: &BTreeMap<Vec<String>, f64>, theirs: &BTreeMap<Vec<String>, f64>, tolerance: f64) {
    assert!(ours.keys().eq(theirs.keys()), "{:?} and {:?}", ours.keys(), theirs.keys());
    for (key, ours) in ours {
        let off = (ours - theirs[key]).abs();
        assert!(off <= tolerance, "{key:?}: {ours} is not {}: {off:e}", theirs[key]);
    }
}

#[test]
fn the_14_ends_of_the_summary_follow_from_its_points() {
    const DATASETS: &str = r#"
[[dataset]]
id = "interval"
[[dataset.any_of]]
artifact = "summary"
steps = [
  { filter = { dataset = ["pbmc", "luca", "tahoe"], score = "overall" } },
  { to_number = "value" },
  { bootstrap_mean = { by = ["family", "library_size_mode"], value = "value", into_mean = "mean", into_low = "ci_low", into_high = "ci_high" } },
]

[[dataset]]
id = "published"
[[dataset.any_of]]
artifact = "summary"
steps = [{ filter = { stat = ["ci_low", "ci_high"] } }, { to_number = "value" }]
"#;
    let (ours, published) = (table(DATASETS, "interval"), table(DATASETS, "published"));
    assert_eq!(published.n_rows(), 14);
    for end in ["ci_low", "ci_high"] {
        let mut theirs = by_key(&published, &["family", "library_size_mode", "stat"], "value");
        theirs.retain(|key, _| key[2] == end);
        let theirs = theirs.into_iter().map(|(key, value)| (key[..2].to_vec(), value)).collect();
        assert_within(&by_key(&ours, &["family", "library_size_mode"], end), &theirs, 1e-8);
    }
    // Nine points a row, none of them an end.
    let rows: Vec<usize> =
        (0..7).map(|row| ours.lineage(row).unwrap().files().map(|(_, rows)| rows.len()).sum()).collect();
    assert_eq!(rows, [9; 7]);
}

#[test]
fn the_18_ends_of_the_decoder_ranking_follow_from_the_circles() {
    const DATASETS: &str = r#"
[[dataset]]
id = "interval"
[[dataset.any_of]]
artifact = "cells"
steps = [
  { filter = { svg = "decoder_vs_pca_funky.svg" } },
  { to_number = "minmax_score" },
  { rank_percentile = { by = ["metric"], value = "minmax_score", into = "rank_percentile" } },
  { bootstrap_mean = { by = ["entity"], value = "rank_percentile", into_mean = "mean", into_low = "low", into_high = "high" } },
  { recode = { column = "entity", into = "model", map = { PCA-10 = "PCA", PCA-32 = "PCA", PCA-128 = "PCA", PCA-512 = "PCA", PCA-2048 = "PCA", scimilarity = "SCimilarity" } } },
  { recode = { column = "entity", into = "latent", map = { PCA-10 = "10", PCA-32 = "32", PCA-128 = "128", PCA-512 = "512", PCA-2048 = "2048", SE = "2048", scConcept = "512", scGPT = "512", scimilarity = "128" } } },
  { join = { dataset = "ranking", on = ["model", "latent"], columns = ["overall_rank"] } },
  { linear = { into = "errorbar_low", terms = { overall_rank = 1.0, low = 1.0, mean = -1.0 } } },
  { linear = { into = "errorbar_high", terms = { overall_rank = 1.0, high = 1.0, mean = -1.0 } } },
]

[[dataset]]
id = "ranking"
[[dataset.any_of]]
artifact = "ranking"
"#;
    let (ours, published) = (table(DATASETS, "interval"), table(DATASETS, "ranking"));
    assert_eq!(published.n_rows(), 9);
    for end in ["errorbar_low", "errorbar_high"] {
        let keys = ["model", "latent"];
        assert_within(&by_key(&ours, &keys, end), &by_key(&published, &keys, end), 2e-6);
    }
}
