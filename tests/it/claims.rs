//! Claims over this repository's own manifests, and what tampering does to them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::support::{Project, Run};

const ARTIFACTS: &str = "manifests/reconeval/artifacts.toml";
const RANKING: &str = "frozen/reconeval/published/fig2_average_ranking.csv";
const SCALING: &str = "frozen/reconeval/published/fig2_scaling_split.csv";

fn counts(run: &Run) -> BTreeMap<String, u64> {
    let json = run.json();
    json["counts"].as_object().unwrap().iter().map(|(name, n)| (name.clone(), n.as_u64().unwrap())).collect()
}

fn with_outcome(run: &Run, outcome: &str) -> Vec<Value> {
    let json = run.json();
    json["claims"].as_array().unwrap().iter().filter(|claim| claim["outcome"] == outcome).cloned().collect()
}

#[test]
fn the_average_ranking_follows_from_the_scaling_panels() {
    let project = Project::of_this_repository();
    let run = project.run(&["claims", "reconeval/fig2/average_ranking", "--json"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    assert_eq!(counts(&run)["consistent"], 18);
    for claim in run.json()["claims"].as_array().unwrap() {
        let sixtieths = claim["ours"].as_f64().unwrap() * 60.0;
        assert!((sixtieths - sixtieths.round()).abs() < 1e-12, "{claim}");
        assert_eq!(claim["evidence"], "digitised");
        // All 90 values of one split or of one dataset.
        assert!(claim["lineage"].as_str().unwrap().starts_with("published/scaling-split@"), "{claim}");
    }
}

#[test]
fn digitised_evidence_reproduces_nothing() {
    let project = Project::of_this_repository();
    let sets = ["scaling_*", "average_ranking", "decoder_mlp_split", "boxplots_*"];
    let sets = sets.map(|set| format!("reconeval/fig2/{set}"));
    let arguments: Vec<&str> =
        ["claims", "--json"].into_iter().chain(sets.iter().map(String::as_str)).collect();
    let run = project.run(&arguments);
    let counts = counts(&run);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(counts.values().sum::<u64>(), 90 + 270 + 18 + 24 + 89 + 18);
    assert_eq!(counts["reproduced"], 0);
    // The ranking, four pairs of boxes with labelled splits, and the quartiles of all boxes but one: the first
    // quartile that the derived median was computed from.
    assert_eq!(counts["consistent"], 18 + 4 + 35);
    assert_eq!(counts["redrawn"], 509 - 57);
}

#[test]
fn stars_are_consistent_where_splits_are_labelled() {
    let project = Project::of_this_repository();
    let run = project.run(&["claims", "reconeval/fig2/boxplots_brackets", "--json"]);
    let pairs: Vec<String> = with_outcome(&run, "consistent")
        .iter()
        .map(|claim| claim["id"].as_str().unwrap().trim_start_matches("fig2/boxplots_brackets/").to_owned())
        .collect();
    assert_eq!(
        pairs,
        [
            "tahoe/rev_distributional_energy_distance/VAE/PCA",
            "tahoe/deg_wilcoxon_pred_mean_genediff_spearman/VAE/PCA",
            "pbmc/rev_distributional_energy_distance/VAE/PCA",
            "luca/rev_distributional_energy_distance/VAE/PCA",
        ]
    );
}

#[test]
fn one_changed_digit_is_a_mismatch() {
    let project = Project::of_this_repository();
    project.replace(RANKING, "Low,PCA,0.383333332", "Low,PCA,0.393333332");
    let run = project.run(&["claims", "reconeval/fig2/average_ranking"]);
    let computed = repro::digest::sha256(&std::fs::read(project.path().join(RANKING)).unwrap()).to_string();
    insta::assert_snapshot!(run.snapshot().replace(&computed, "[COMPUTED]"), @r"
    status: 3
    --- stdout
    missing     reconeval/fig2/average_ranking  18 claims, hash_mismatch: `published/average-ranking` is not the pinned file
    --- stderr
    error: `frozen/reconeval/published/fig2_average_ranking.csv` is not the pinned file

      Expected: c0d8f9f906b61e85c490187bb9974b994593099a0d848516c353471780e08001
      Computed: [COMPUTED]

    hint: restore the file (`git checkout` or `repro fetch`), or change its pin if the change is meant
    18 registered claims: 0 reproduced (0 recomputed + 0 cached), 0 consistent, 0 redrawn, 0 differ, 18 missing, 0 in error
    ");
}

#[test]
fn a_changed_digit_with_its_pin_differs_once() {
    let project = Project::of_this_repository();
    let before = std::fs::read(project.path().join(RANKING)).unwrap();
    project.replace(RANKING, "Low,PCA,0.383333332", "Low,PCA,0.393333332");
    project.repin(ARTIFACTS, RANKING, &before);
    let run = project.run(&["claims", "reconeval/fig2/average_ranking", "--json"]);
    assert_eq!(run.status, 1, "{}", run.snapshot());
    let differing = with_outcome(&run, "differs");
    assert_eq!(differing.len(), 1);
    assert_eq!(differing[0]["value"], "0.393333332");
    assert!((differing[0]["ours"].as_f64().unwrap() - 23.0 / 60.0).abs() < 1e-12);
    // Nothing else in the whole project changes its outcome.
    let all = project.run(&["claims", "--json"]);
    assert_eq!((all.status, counts(&all)["differs"]), (1, 1));
    let text = project.run(&["claims", "-q", "reconeval/fig2/average_ranking"]).stdout;
    let line = text.lines().find(|line| line.starts_with("differs")).unwrap();
    assert!(line.contains("0.393333332") && line.contains("ours 0.38333"), "{line}");
}

#[test]
fn two_models_swapping_ranks_in_one_cell_move_four_marks() {
    let project = Project::of_this_repository();
    let before = std::fs::read(project.path().join(SCALING)).unwrap();
    // One cell: dataset, split, metric and latent; its two closest models trade places.
    let text = project.read(SCALING);
    let cell: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|c| c[2] == "pbmc" && c[3] == "split03" && c[5].starts_with("deg_") && c[8] == "10")
        .collect();
    let value = |model: &str| cell.iter().find(|c| c[7] == model).unwrap()[9];
    let (first, second) = (value("AE"), value("PCA"));
    let mut edited = text.clone();
    for (model, old, new) in [("AE", first, second), ("PCA", second, first)] {
        let old = format!("{model},10,{old},");
        assert_eq!(edited.matches(&old).count(), 1);
        edited = edited.replace(&old, &format!("{model},10,{new},"));
    }
    project.write(SCALING, &edited);
    project.repin(ARTIFACTS, SCALING, &before);
    let run = project.run(&["claims", "--json"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let differs = with_outcome(&run, "differs");
    // Figure 3 holds means over the same values: what differs there was computed from this file too.
    for claim in &differs {
        assert!(claim["lineage"].as_str().unwrap().contains("published/scaling-split"), "{claim}");
    }
    let ids = differs.iter().map(|claim| claim["id"].as_str().unwrap());
    let ids: Vec<&str> = ids.filter(|id| id.starts_with("fig2/")).collect();
    assert_eq!(
        ids,
        [
            "fig2/average_ranking/PCA/Low",
            "fig2/average_ranking/AE/Low",
            "fig2/average_ranking/PCA/PBMC-10M",
            "fig2/average_ranking/AE/PBMC-10M",
        ]
    );
}

#[test]
fn a_missing_file_of_published_values_counts_all_its_claims() {
    let project = Project::of_this_repository();
    std::fs::remove_file(project.path().join(RANKING)).unwrap();
    let run = project.run(&["claims", "reconeval/fig2/average_ranking", "--json"]);
    assert_eq!((run.status, counts(&run)["missing"]), (4, 18), "{}", run.snapshot());
}

#[test]
fn hostile_tables_of_claims_are_refused_with_file_row_and_column() {
    for (old, new, wanted) in [
        (",value,", ",worth,", "has no column `value`"),
        ("Low,PCA,0.383333332", "Low,PCA,", "row 1: no value in column `value`"),
        (
            "Medium,PCA,0.416666665",
            "Low,PCA,0.416666665",
            "row 2: the id `fig2/average_ranking/PCA/Low` exists already",
        ),
        (
            "Low,PCA,0.383333332,23.00000,9.0e-09",
            "Low,PCA,0.383333332,23.00000,-1",
            "row 1: `-1` in column `precision` is not",
        ),
    ] {
        let project = Project::of_this_repository();
        let before = std::fs::read(project.path().join(RANKING)).unwrap();
        project.replace(RANKING, old, new);
        project.repin(ARTIFACTS, RANKING, &before);
        let run = project.run(&["claims", "reconeval/fig2/average_ranking"]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert!(run.stderr.contains(wanted), "{wanted}: {}", run.stderr);
    }
}

const CLAIMS: &str = "manifests/reconeval/claims.toml";

/// The ranking's claim set with another line for `artifact` and one for `tolerance`.
fn ranking_set(artifact: &str, tolerance: &str, expected: u32) -> Project {
    let project = Project::of_this_repository();
    let old = "artifact = \"published/average-ranking\"\nvalue = \"value\"\nrule = \"abs\"\ntolerance = \"precision\"\n\
               key = [\"model\", \"x_label\"]\nexpected = 18";
    let new = format!(
        "artifact = \"published/average-ranking\"\n{artifact}\nvalue = \"value\"\nrule = \"abs\"\n{tolerance}\n\
         key = [\"model\", \"x_label\"]\nexpected = {expected}"
    );
    project.replace(CLAIMS, old, &new);
    project
}

#[test]
fn a_set_takes_the_rows_that_fulfil_its_conditions() {
    let selector = ["claims", "reconeval/fig2/average_ranking", "--json"];
    let both = "where = { model = [\"PCA\", \"VAE\"], x_label = \"Low\" }";
    let run = ranking_set(both, "tolerance = 1e-8", 2).run(&selector);
    assert_eq!((run.status, counts(&run)["consistent"]), (0, 2), "{}", run.snapshot());
    let run = ranking_set(both, "tolerance = 1e-8", 18).run(&selector);
    assert!(run.status == 2 && run.stderr.contains("registers 2 claims"), "{}", run.snapshot());
    let run = ranking_set("where = { modle = \"PCA\" }", "tolerance = 1e-8", 6).run(&selector);
    assert!(run.status == 2 && run.stderr.contains("no column `modle`"), "{}", run.snapshot());
}

#[test]
fn a_tolerance_is_a_column_or_a_number() {
    let selector = ["claims", "reconeval/fig2/average_ranking", "--json"];
    let run = ranking_set("", "tolerance = 1e-12", 18).run(&selector);
    assert_eq!(run.status, 1, "digitised values differ in the ninth digit: {}", run.snapshot());
    for wrong in ["-1.0", "nan", "true"] {
        let run = ranking_set("", &format!("tolerance = {wrong}"), 18).run(&selector);
        assert!(run.status == 2 && run.stderr.contains("claims.toml:"), "{}", run.snapshot());
    }
}
