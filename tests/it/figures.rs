//! The figure kinds `line` and `box` on the published panels, and on data nobody would publish.

use std::path::Path;
use std::sync::Arc;

use repro::digest::sha256;
use repro::error::Failure;
use repro::evidence::{Lineage, Missing, Reason, SourceFile, Tier};
use repro::figures::{self, Evidence};
use repro::manifest::{self, RawSpec};
use repro::plot::{Element, Scene, mark_csv, svg};
use repro::query::{Column, Table};

/// The ten panels of the manifest.
fn published_figures() -> Vec<RawSpec> {
    figure_specs(&std::fs::read_to_string(root().join("manifests/reconeval/figures.toml")).unwrap())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Figure entries of a manifest text.
fn figure_specs(figures: &str) -> Vec<RawSpec> {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("p");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("paper.toml"), "schema = 1\n[paper]\nid = \"p\"\ntitle = \"P\"\n").unwrap();
    std::fs::write(folder.join("figures.toml"), figures).unwrap();
    manifest::load(root.path(), &folder).unwrap().figures
}

/// A table of text columns from CSV; every row has its own lineage.
fn table(artifact: &str, csv: &str) -> Table {
    let file =
        SourceFile { artifact: artifact.to_owned(), sha256: sha256(csv.as_bytes()), tier: Tier::Digitised };
    let file = Arc::new(file);
    let mut lines = csv.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let rows: Vec<Vec<String>> = lines.collect();
    let cell = |text: &String| (!text.is_empty()).then(|| text.clone());
    let column = |index: usize| Column::Text(rows.iter().map(|row| cell(&row[index])).collect());
    let columns = header.into_iter().enumerate().map(|(index, name)| (name, column(index))).collect();
    let lineage = (1..=rows.len()).map(|row| Lineage::row(Arc::clone(&file), row as u32)).collect();
    Table::new(columns, lineage).unwrap()
}

/// The published file behind a dataset of the manifest, its rows filtered.
fn published(id: &str) -> Table {
    let (name, keep): (&str, fn(&str) -> bool) = match id {
        "scaling-latent" => ("fig2_scaling_latent", |_| true),
        "scaling-split" => ("fig2_scaling_split", |_| true),
        "ranking-by-split" => ("fig2_average_ranking", |line| line.contains(",split0")),
        "ranking-by-dataset" => ("fig2_average_ranking", |line| !line.contains(",split0")),
        "decoder-split" => ("fig2_decoder_mlp_split", |_| true),
        "boxplots" => ("fig2_boxplots_latent128", |line| !line.contains(",q1,") && !line.contains(",q3,")),
        "boxplot-brackets" => ("fig2_boxplots_brackets", |_| true),
        other => panic!("unknown dataset {other}"),
    };
    let path = root().join(format!("frozen/reconeval/published/{name}.csv"));
    let text = std::fs::read_to_string(path).unwrap();
    let header = text.lines().take(1);
    let lines: Vec<&str> = header.chain(text.lines().skip(1).filter(|line| keep(line))).collect();
    table(name, &lines.join("\n"))
}

fn found(table: Table) -> Result<Result<Evidence, Missing>, Failure> {
    Ok(Ok(Evidence { table: Arc::new(table), alternative: "the values read from the figure".to_owned() }))
}

fn published_scenes() -> Vec<Scene> {
    let draw = |spec: &RawSpec| {
        figures::draw(spec, &mut |id| found(published(id))).unwrap_or_else(|error| panic!("{error}"))
    };
    published_figures().iter().map(draw).collect()
}

/// Writes the panels for a look at them: `REPRO_DRAW=folder cargo test`.
#[test]
fn published_panels_are_drawn() {
    let scenes = published_scenes();
    assert_eq!(scenes.len(), 10);
    for scene in &scenes {
        assert_eq!(scene.state(), "drawn", "{}", scene.id);
        assert_eq!(scene.evidence(), Some(Tier::Digitised));
        if let Some(folder) = std::env::var_os("REPRO_DRAW") {
            let path = Path::new(&folder).join(scene.id.replace("fig2/", ""));
            std::fs::write(path.with_extension("svg"), svg(scene)).unwrap();
            std::fs::write(path.with_extension("csv"), mark_csv(&scene.marks)).unwrap();
        }
    }
}
