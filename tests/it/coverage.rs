//! Every published number is registered: of each file of published values it is known which rows are claims, which
//! repeat a claim, and which are none, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use super::support::{Project, repository};

/// File, rows, rows with a claim of their own, and why the others have none.
const FILES: [(&str, usize, usize, &str); 23] = [
    ("genept/published/appendix_c.csv", 120, 120, ""),
    ("genept/published/gene_level.csv", 30, 30, ""),
    ("genept/published/section44.csv", 30, 30, ""),
    ("genept/published/table1.csv", 40, 40, ""),
    ("genept/published/table2.csv", 108, 108, ""),
    ("reconeval/published/fig2_average_ranking.csv", 18, 18, ""),
    ("reconeval/published/fig2_boxplots_brackets.csv", 18, 18, ""),
    ("reconeval/published/fig2_boxplots_latent128.csv", 90, 89, "row 43 was computed by the digitiser"),
    ("reconeval/published/fig2_decoder_mlp_split.csv", 24, 24, ""),
    ("reconeval/published/fig2_logfc.csv", 228, 228, ""),
    ("reconeval/published/fig2_panel_combined_latent128.csv", 98, 98, ""),
    ("reconeval/published/fig2_panel_grid.csv", 628, 628, ""),
    ("reconeval/published/fig2_scaling_latent.csv", 90, 90, ""),
    ("reconeval/published/fig2_scaling_split.csv", 270, 270, ""),
    ("reconeval/published/fig3_funky_cells.csv", 144, 144, ""),
    ("reconeval/published/fig3_pca_ranking.csv", 9, 9, ""),
    ("reconeval/published/fig3_reconstruction_cells.csv", 420, 420, ""),
    ("reconeval/published/fig3_scores.csv", 231, 231, ""),
    ("reconeval/published/fig4_aggregate_ranks.csv", 114, 114, ""),
    ("reconeval/published/fig4_bars.csv", 42, 42, ""),
    ("reconeval/published/fig4_printed_bars.csv", 28, 28, ""),
    ("reconeval/published/fig4_printed_ranks.csv", 152, 152, ""),
    ("reconeval/published/fig4_radar.csv", 126, 126, ""),
];

/// The same for files of which some rows repeat claims: rows, rows with a claim, rows with an alias.
const WITH_ALIASES: [(&str, usize, usize, usize); 2] = [
    ("reconeval/published/text_numbers.csv", 72, 22, 50),
    ("reconeval/published/tutorial_outputs.csv", 140, 140, 0),
];

/// Rows of each file that a claim was registered from, and number of aliases.
fn registered() -> (BTreeMap<String, BTreeSet<u64>>, usize) {
    let run = Project::of_this_repository().run(&["claims", "--json"]);
    let json = run.json();
    let mut rows: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    let mut aliases = 0;
    for claim in json["claims"].as_array().unwrap() {
        let (paper, source) = (claim["paper"].as_str().unwrap(), &claim["published_in"]);
        let artifact = source["artifact"].as_str().unwrap();
        rows.entry(format!("{paper}/{artifact}")).or_default().insert(source["row"].as_u64().unwrap());
        aliases += claim["aliases"].as_array().unwrap().len();
    }
    (rows, aliases)
}

/// The artifact that lies at a path below `frozen/`.
fn artifact_at(path: &str) -> String {
    let (paper, to) = path.split_once('/').unwrap();
    let root = repository();
    let manifest = repro::manifest::load(&root, &root.join("manifests").join(paper)).unwrap();
    let artifact = manifest.artifacts.iter().find(|artifact| artifact.to == to);
    format!("{paper}/{}", artifact.unwrap_or_else(|| panic!("nothing is declared at {path}")).id)
}

fn n_rows(path: &str) -> usize {
    let text = std::fs::read_to_string(repository().join("frozen").join(path)).unwrap();
    text.trim_end().lines().count() - 1
}

#[test]
fn every_published_row_is_a_claim_an_alias_or_said_to_be_none() {
    let (registered, aliases) = registered();
    let n = |path: &str| registered.get(&artifact_at(path)).map_or(0, BTreeSet::len);
    for (path, rows, claims, why) in FILES {
        assert_eq!((n_rows(path), n(path)), (rows, claims), "{path}");
        assert_eq!(rows == claims, why.is_empty(), "{path}");
    }
    for (path, rows, claims, repeated) in WITH_ALIASES {
        assert_eq!((n_rows(path), n(path)), (rows, claims), "{path}");
        assert_eq!(rows, claims + repeated, "{path}");
    }
    assert_eq!(aliases, WITH_ALIASES.iter().map(|(_, _, _, repeated)| repeated).sum::<usize>());
}

#[test]
fn every_file_of_published_values_is_in_the_list() {
    let listed: BTreeSet<String> = FILES
        .iter()
        .map(|(path, ..)| (*path).to_owned())
        .chain(WITH_ALIASES.iter().map(|(path, ..)| (*path).to_owned()))
        .collect();
    let mut found = BTreeSet::new();
    for paper in std::fs::read_dir(repository().join("manifests")).unwrap() {
        let paper = paper.unwrap().file_name().into_string().unwrap();
        let Ok(files) = std::fs::read_dir(repository().join("frozen").join(&paper).join("published")) else {
            continue;
        };
        for file in files {
            found.insert(format!("{paper}/published/{}", file.unwrap().file_name().into_string().unwrap()));
        }
    }
    assert_eq!(listed, found);
}

#[test]
fn a_missing_number_says_what_it_waits_for() {
    let run = Project::of_this_repository().run(&["claims", "genept", "--json"]);
    assert_eq!(run.status, 4, "nothing was evaluated: {}", run.stderr);
    let json = run.json();
    for claim in json["claims"].as_array().unwrap() {
        assert_eq!(claim["outcome"], "missing", "{claim}");
        assert!(!claim["needs"].as_array().unwrap().is_empty(), "{claim}");
        assert!(!claim["detail"].as_str().unwrap().contains('{'), "{claim}");
    }
}
