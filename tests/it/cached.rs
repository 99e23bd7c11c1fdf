//! With tables of the authors' schema present, figures and claims come from them.
//!
//! The tables are synthetic: they hold the digitised values under the authors' file names and columns, with
//! further models, metrics and gaps around them. They show that the switch of evidence works, nothing more.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::hub::{Hub, RepoFile, World};
use super::support::Project;

const ENERGY: &str = "rev_distributional_energy_distance";
const LOGFC: &str = "deg_wilcoxon_pred_mean_genediff_spearman";
const PATHWAY: &str = "pathway_spearman_average";
const CYCLE: &str = "cellcycle_proportion_same_phase";

/// Metrics that the tables have and nobody published.
const UNKNOWN: [&str; 4] = [
    "rev_distributional_mse",
    "coexpression_spearman_average",
    "deg_wilcoxon_pred_deg_dice_100",
    "cytokine_spearman_average",
];

/// (dataset, split, latent, model as the authors name it, metric) -> value as printed.
type Values = BTreeMap<(String, String, String, &'static str, String), String>;

fn rows(project: &Project, file: &str) -> Vec<BTreeMap<String, String>> {
    let text = project.read(&format!("frozen/reconeval/published/{file}"));
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let cells =
        |line: &str| header.iter().map(ToString::to_string).zip(line.split(',').map(str::to_owned)).collect();
    lines.map(cells).collect()
}

fn values(project: &Project) -> Values {
    let mut values = Values::new();
    for row in rows(project, "fig2_scaling_split.csv") {
        let model = match row["model"].as_str() {
            "AE" => "olAE",
            "VAE" => "nlscVI",
            _ => "PCA",
        };
        let key = (
            row["dataset"].clone(),
            row["split"].clone(),
            row["latent"].clone(),
            model,
            row["metric"].clone(),
        );
        values.insert(key, row["value"].clone());
    }
    // Boxes do not tell their splits: where the scaling panels do not either, any order will do for a box.
    let split_of = |stat: &str| match stat {
        "min" => Some("split01"),
        "median" => Some("split02"),
        "max" => Some("split03"),
        _ => None,
    };
    for row in rows(project, "fig2_boxplots_latent128.csv") {
        let Some(split) = split_of(&row["stat"]) else { continue };
        let model = match row["model"].as_str() {
            "AE" => "mlAE",
            "VAE" => "nlscVI",
            _ => "PCA",
        };
        let key = (row["dataset"].clone(), split.to_owned(), "128".to_owned(), model, row["metric"].clone());
        values.entry(key).or_insert_with(|| row["value"].clone());
    }
    values
}

/// The 45 summary tables: dataset, split, latent size, file name, text.
fn summary_tables(project: &Project) -> Vec<([&'static str; 3], String, String)> {
    let values = values(project);
    let mut tables = Vec::new();
    for dataset in ["pbmc", "luca", "tahoe"] {
        for split in ["split01", "split02", "split03"] {
            for latent in ["10", "32", "128", "512", "2048"] {
                let mut text = format!(
                    ",distributional_r2_score,{ENERGY},{LOGFC},{PATHWAY},{CYCLE},latentsize,layers,{}\n",
                    UNKNOWN.join(",")
                );
                for model in ["AE", "mlAE", "olAE", "nlscVI", "mlscVI", "scVI", "PCA"] {
                    let cell = |metric: &str| {
                        let key = (
                            dataset.to_owned(),
                            split.to_owned(),
                            latent.to_owned(),
                            model,
                            metric.to_owned(),
                        );
                        values.get(&key).cloned().unwrap_or_default()
                    };
                    let cells = [ENERGY, LOGFC, PATHWAY, CYCLE].map(cell).join(",");
                    writeln!(text, "{model},0.5,{cells},{latent},2,,,,").unwrap();
                }
                let name = format!("{dataset}_{split}_metrics_summary_latent{latent}.csv");
                tables.push(([dataset, split, latent], name, text));
            }
        }
    }
    tables
}

/// Puts the summary tables in their place, with a lock that pins them.
fn add_summary_tables(project: &Project) {
    let mut lock = format!(
        "version = 1\n\n[[source]]\nid = \"hub\"\nrepo = \"theislab/ReconEval\"\nrevision = \"main\"\ncommit = \"{}\"\n",
        "1".repeat(40)
    );
    for ([dataset, split, latent], name, text) in summary_tables(project) {
        project.write(&format!("frozen/reconeval/figs/results/{name}"), &text);
        let (size, sha256) = (text.len(), repro::digest::sha256(text.as_bytes()));
        write!(
            lock,
            "\n[[artifact]]\nid = \"summary/{dataset}-{split}-{latent}\"\npath = \"{name}\"\nsize = {size}\nsha256 = \"{sha256}\"\n",
        )
        .unwrap();
    }
    project.write("manifests/reconeval/repro.lock", &lock);
}

#[test]
fn with_a_hub_one_command_fetches_verifies_and_reproduces() {
    let project = Project::of_this_repository();
    let folder = "analysis/data/frozen/figs/results";
    let files = summary_tables(&project)
        .into_iter()
        .map(|(_, name, text)| RepoFile::new(&format!("{folder}/{name}"), text.into_bytes(), false))
        .collect();
    let mut world = World::new(files);
    world.repo = "theislab/ReconEval".into();
    let endpoint = Hub::start(world).endpoint();
    let environment = [("HF_ENDPOINT", endpoint.as_str())];
    let run = project.run_in(project.path(), &["reproduce", "reconeval"], &environment);
    // Other artifacts stay missing, and the stars of boxes depend on an order of splits that is made up here.
    assert!([1, 5].contains(&run.status), "{}", run.snapshot());
    let report: serde_json::Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    assert!(report["cached"].as_u64().unwrap() >= 18 + 270 + 90, "{}", report["counts"]);
    assert_eq!(report["recomputed"], 0);
    assert!(project.read("manifests/reconeval/repro.lock").contains("commit = "));
    // Without a network the same bytes give the same report.
    let first = project.read("reports/report.html");
    let again = project.run(&["reproduce", "reconeval", "--offline"]);
    assert_eq!(again.status, run.status, "{}", again.snapshot());
    assert!(first == project.read("reports/report.html"));
}

#[test]
fn a_figure_selects_the_files_it_can_be_drawn_from() {
    let project = Project::of_this_repository();
    add_summary_tables(&project);
    // Nothing is asked of anyone: what is there is hashed, what is not there is named.
    let run = project.run(&["fetch", "--offline", "--json", "reconeval/fig2/decoder_mlp_split_*"]);
    assert_eq!(run.status, 5, "{}", run.snapshot());
    let states = |run: &super::support::Run| {
        let json = run.json();
        let items = json["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| format!("{} {}", item["state"], item["id"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        states(&run),
        ["present reconeval/published/decoder-mlp-split", "missing reconeval/decoder-only-long"]
    );
    let run = project.run(&["fetch", "--offline", "--json", "reconeval/fig2/average_ranking"]);
    assert_eq!((run.status, states(&run).len()), (0, 46), "{}", run.snapshot());
}

#[test]
fn verified_tables_of_the_authors_replace_digitised_values() {
    let project = Project::of_this_repository();
    add_summary_tables(&project);
    let run =
        project.run(&["claims", "--json", "reconeval/fig2/average_ranking", "reconeval/fig2/scaling_split"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let json = run.json();
    assert_eq!(json["counts"]["reproduced"], 18 + 270);
    for claim in json["claims"].as_array().unwrap() {
        assert_eq!(claim["evidence"], "cached");
        assert!(claim["lineage"].as_str().unwrap().contains("summary/"), "{claim}");
    }
    let run =
        project.run(&["figures", "reconeval/fig2/average_ranking", "reconeval/fig2/decoder_mlp_split_*"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let svg = project.read("figures/reconeval/fig2/average_ranking.svg");
    assert!(svg.contains("data-evidence=\"cached\"") && svg.contains("45 summary tables"));
    let svg = project.read(&format!("figures/reconeval/fig2/decoder_mlp_split_{ENERGY}.svg"));
    assert!(svg.contains("data-evidence=\"digitised\""));
}

#[test]
fn all_stars_are_recomputed_once_splits_are_known() {
    let project = Project::of_this_repository();
    add_summary_tables(&project);
    let run = project.run(&["claims", "--json", "reconeval/fig2/boxplots_brackets"]);
    let json = run.json();
    for claim in json["claims"].as_array().unwrap() {
        // The order of the unlabelled values is made up here, so a star may differ; none may be missing.
        assert!(["reproduced", "differs"].contains(&claim["outcome"].as_str().unwrap()), "{claim}");
        assert_eq!(claim["evidence"], "cached");
    }
}

#[test]
fn one_table_short_falls_back_to_digitised_values() {
    let project = Project::of_this_repository();
    add_summary_tables(&project);
    let absent = "frozen/reconeval/figs/results/luca_split02_metrics_summary_latent512.csv";
    std::fs::remove_file(project.path().join(absent)).unwrap();
    let run = project.run(&["claims", "--json", "reconeval/fig2/average_ranking"]);
    assert_eq!(run.json()["counts"]["consistent"], 18, "{}", run.snapshot());
}

#[test]
fn a_table_that_is_not_the_pinned_one_is_never_used() {
    let project = Project::of_this_repository();
    add_summary_tables(&project);
    let table = "frozen/reconeval/figs/results/luca_split02_metrics_summary_latent512.csv";
    let text = project.read(table).replacen("PCA,0.5,-", "PCA,0.5,-9", 1);
    project.write(table, &text);
    let run = project.run(&["claims", "--json", "reconeval/fig2/average_ranking"]);
    assert_eq!(run.status, 3, "{}", run.snapshot());
    assert_eq!(run.json()["counts"]["consistent"], 18);
    assert!(run.stderr.contains("Expected:") && run.stderr.contains("Computed:"), "{}", run.stderr);
}
