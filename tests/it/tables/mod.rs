//! Tables: every published value in its cell, ours beside it, and nothing that leaves its cell.

mod grids;
mod hostile;
mod made_up;
mod read;

use std::collections::BTreeMap;
use std::path::Path;

use repro::tables::{self, Grid, Kind};

use self::grids::grids;
use super::figures::assert_sound;
use super::forged::forge;
use super::panels::assert_no_text_overlaps;
use super::support::{Project, repository};

const PAPERS: [&str; 2] = ["genept", "reconeval"];

#[test]
fn every_table_is_sound_and_legible() {
    for paper in PAPERS {
        let grids = grids(&repository(), paper);
        assert!(grids.len() > 3);
        for grid in grids {
            let scene = tables::scene(&grid);
            assert_sound(&scene);
            assert_no_text_overlaps(&scene);
            assert!((scene.page.width - 183.0 / 25.4 * 72.0).abs() < 1e-9, "{}", grid.id);
            assert_eq!(scene.marks.len(), grid.n_ours(), "{}", grid.id);
        }
    }
}

/// Columns of a published file that tell rows and columns of a table apart, and the column of values.
struct Expected {
    table: &'static str,
    file: &'static str,
    rows: &'static [&'static str],
    columns: &'static [&'static str],
    value: &'static str,
    spread: Option<&'static str>,
    n: usize,
}

const GENEPT: [Expected; 5] = [
    Expected {
        table: "table2",
        file: "table2.csv",
        rows: &["dataset", "annotation"],
        columns: &["embedding", "metric"],
        value: "value",
        spread: None,
        n: 108,
    },
    Expected {
        table: "table_c4",
        file: "appendix_c.csv",
        rows: &["dataset"],
        columns: &["embedding", "metric"],
        value: "value",
        spread: None,
        n: 120,
    },
    Expected {
        table: "section44",
        file: "section44.csv",
        rows: &["dataset", "annotation", "task", "metric"],
        columns: &["embedding"],
        value: "value_printed",
        spread: None,
        n: 30,
    },
    Expected {
        table: "table1",
        file: "table1.csv",
        rows: &["location", "embedding", "classifier"],
        columns: &["task"],
        value: "mean",
        spread: Some("sd"),
        n: 40,
    },
    Expected {
        table: "gene_level",
        file: "gene_level.csv",
        rows: &["location", "task", "embedding", "metric"],
        columns: &[],
        value: "value",
        spread: None,
        n: 30,
    },
];

/// Labels that a table shows for texts of the published files.
fn label(text: &str) -> &str {
    match text {
        "batch" => "k-means, batch",
        "biology" => "k-means, biology",
        "logreg" => "logistic regression",
        "gene_level_task_table_1.ipynb output" => "Authors' notebook",
        "overall_rank_pbmc" => "PBMC-10M",
        "overall_rank_tahoe" => "Tahoe-100M",
        "overall_rank_luca" => "LuCA",
        text => text,
    }
}

/// The rows of a published file.
fn published(root: &Path, file: &str) -> Vec<BTreeMap<String, String>> {
    let records = read::records(&std::fs::read_to_string(root.join(file)).unwrap());
    let named = |record: &Vec<String>| records[0].iter().cloned().zip(record.iter().cloned()).collect();
    records.iter().skip(1).map(named).collect()
}

/// Asserts that a value stands in its cell, and first, in every format.
fn assert_in_cells(grid: &Grid, rows: &[BTreeMap<String, String>], expected: &Expected) {
    assert_eq!((rows.len(), grid.cells().count()), (expected.n, expected.n), "{}", grid.id);
    let csv = read::csv(grid, &tables::csv(grid));
    let html = read::html(grid, &tables::html(grid));
    let markdown = read::markdown(grid, &tables::markdown(grid));
    let latex = read::latex(grid, &tables::latex(grid));
    let svg = read::svg(&tables::svg(grid));
    for row in rows {
        let texts = |keys: &[&str]| keys.iter().map(|key| row[*key].clone()).collect::<Vec<_>>();
        let (of_row, of_column) = (texts(expected.rows), texts(expected.columns));
        let spread = expected.spread.map(|column| format!(" ± {}", row[column])).unwrap_or_default();
        let printed = format!("{}{spread}", row[expected.value]);
        let record = &csv[&(of_row.clone(), of_column.clone())];
        assert_eq!(record["published"], printed, "{of_row:?} {of_column:?}");
        let shown = printed.replace('-', "\u{2212}");
        let words = |keys: &[String]| keys.iter().map(|text| label(text)).collect::<Vec<_>>().join(", ");
        let (of_row, of_column) = (words(&of_row), words(&of_column));
        let column = if grid.kind == Kind::Wide { of_column.clone() } else { "Paper".to_owned() };
        for (format, cells) in [("html", &html), ("md", &markdown), ("tex", &latex)] {
            let cell = &cells[&(of_row.clone(), column.clone())];
            let first = cell.replace("<br>", " ");
            assert!(
                first == shown || first.starts_with(&format!("{shown} ")),
                "{format}, {of_row}, {column}: `{cell}` does not start with `{shown}`"
            );
        }
        let place = if of_column.is_empty() { of_row } else { format!("{of_row}; {of_column}") };
        assert_eq!(svg[&place].concat().find(&shown), Some(0), "{place}: {:?}", svg[&place]);
    }
}

#[test]
fn every_published_value_stands_in_its_cell_in_every_format() {
    let root = repository();
    let grids = grids(&root, "genept");
    for expected in &GENEPT {
        let grid = grids.iter().find(|grid| grid.id == expected.table).unwrap();
        let file = format!("frozen/genept/published/{}", expected.file);
        assert_in_cells(grid, &published(&root, &file), expected);
    }
}

#[test]
fn printed_tables_of_notebooks_and_figures_stand_in_their_cells() {
    let root = repository();
    let grids = grids(&root, "reconeval");
    let grid = |id: &str| grids.iter().find(|grid| grid.id == id).unwrap();
    let ranks = published(&root, "frozen/reconeval/published/fig4_printed_ranks.csv");
    for panel in ["st", "cf"] {
        let id = if panel == "st" { "fig4/printed_st" } else { "fig4/printed_cf" };
        let rows: Vec<_> = ranks.iter().filter(|row| row["panel"] == panel).cloned().collect();
        let expected = Expected {
            table: id,
            file: "",
            rows: &["model", "latent"],
            columns: &["category"],
            value: "value",
            spread: None,
            n: 76,
        };
        assert_in_cells(grid(id), &rows, &expected);
    }
    let cells = published(&root, "frozen/reconeval/published/fig3_reconstruction_cells.csv");
    let grid = grid("fig3/reconstruction_grid");
    let csv = read::csv(grid, &tables::csv(grid));
    assert_eq!((csv.len(), cells.len()), (420, 420));
    for row in &cells {
        let mut found = csv
            .iter()
            .filter(|((rows, columns), _)| rows[0] == row["model"] && columns.last() == Some(&row["column"]));
        assert_eq!(found.next().unwrap().1["published"], row["printed_value"]);
        assert!(found.next().is_none());
    }
}

#[test]
fn the_best_published_values_are_bold() {
    let grids = grids(&repository(), "genept");
    let grid = grids.iter().find(|grid| grid.id == "table2").unwrap();
    let best: Vec<String> = grid.rows[0]
        .cells
        .iter()
        .flatten()
        .filter(|cell| cell.best)
        .map(|cell| cell.claim.rsplit_once("phenotype/").unwrap().1.to_owned())
        .collect();
    // Aorta, phenotype: two of four are the best by ARI, three by AMI, one by ASW.
    assert_eq!(
        best,
        ["Geneformer/AMI", "scGPT/ARI", "scGPT/AMI", "GenePT-w/AMI", "GenePT-s/ARI", "GenePT-s/ASW"]
    );
    // Agreement with patients is good where it is low.
    let grid = grids.iter().find(|grid| grid.id == "section44").unwrap();
    for row in grid.rows.iter().filter(|row| row.head.keys[2] == "batch") {
        let cells: Vec<_> = row.cells.iter().flatten().collect();
        let number = |cell: &&&repro::tables::Cell| -> f64 { cell.value.parse().unwrap() };
        let lowest = cells.iter().map(|cell| number(&cell)).fold(f64::MAX, f64::min);
        assert!(cells.iter().all(|cell| cell.best == (number(&cell) == lowest)), "{:?}", row.head);
    }
}

#[test]
fn a_recomputed_result_appears_in_its_cell_in_every_format() {
    let project = Project::of_this_repository();
    let rows = published(project.path(), "frozen/genept/published/table2.csv");
    let id = |metric: &str| {
        let wanted = |row: &&BTreeMap<String, String>| {
            row["dataset"] == "Aorta"
                && row["annotation"] == "Phenotype"
                && row["embedding"] == "GenePT-w"
                && row["metric"] == metric
        };
        let row = rows.iter().find(wanted).unwrap();
        (row["result_id"].clone(), row["value"].clone())
    };
    let ((ari, printed_ari), (ami, printed_ami)) = (id("ARI"), id("AMI"));
    assert_eq!((printed_ari.as_str(), printed_ami.as_str()), ("0.09", "0.12"));
    let results = format!("result_id,value\n{ari},0.0871234\n{ami},0.1584\n");
    forge(&project, "genept", "cell-level", "results.csv", &results);
    let run = project.run(&["tables", "genept/table2", "--format", "svg,md,html,tex", "--json"]);
    assert_eq!(run.status, 1, "{}", run.snapshot());
    let table = &run.json()["tables"][0];
    assert_eq!((&table["state"], &table["ours"], &table["cells"]), (&"drawn".into(), &2.into(), &108.into()));
    assert_eq!(table["evidence"], "recomputed");
    assert_eq!((&table["counts"]["reproduced"], &table["counts"]["differs"]), (&1.into(), &1.into()));
    let grids = grids(project.path(), "genept");
    let grid = grids.iter().find(|grid| grid.id == "table2").unwrap();
    let written = |format: &str| project.read(&format!("reports/tables/genept/table2.{format}"));

    let csv = read::csv(grid, &written("csv"));
    let place =
        (vec!["Aorta".to_owned(), "Phenotype".to_owned()], vec!["GenePT-w".to_owned(), "ARI".to_owned()]);
    let cell = &csv[&place];
    let fields = ["ours", "rule", "outcome", "evidence", "reason"].map(|field| cell[field].as_str());
    assert_eq!(fields, ["0.0871234", "printed", "reproduced", "recomputed", ""]);
    assert!((cell["delta"].parse::<f64>().unwrap() + 0.0028766).abs() < 1e-12);

    let (row, column) = ("Aorta, Phenotype".to_owned(), |metric: &str| format!("GenePT-w, {metric}"));
    let html = read::html(grid, &written("html"));
    let cell = |metric: &str| html[&(row.clone(), column(metric))].clone();
    assert_eq!(cell("ARI"), "0.09 0.087 \u{2212}0.003 reproduced");
    assert_eq!(cell("AMI"), "0.12 0.158 +0.038 differs");
    let text = written("html");
    let document = roxmltree::Document::parse(&text).unwrap();
    let target = "#genept/claim/table2/Aorta/phenotype/GenePT-w/AMI";
    let link = document.descendants().find(|node| node.attribute("href") == Some(target)).unwrap();
    assert_eq!(link.parent_element().unwrap().attribute("class"), Some("differs"));
    assert!(
        text.contains("class=\"delta higher level-2\""),
        "0.038 is more than 3 and less than 10 half units"
    );

    let markdown = read::markdown(grid, &written("md"));
    let cell = |metric: &str| markdown[&(row.clone(), column(metric))].clone();
    assert_eq!(cell("ARI"), "0.09<br>0.087 (\u{2212}0.003, reproduced)");
    assert_eq!(cell("AMI"), "0.12<br>0.158 (+0.038, differs)");

    let latex = read::latex(grid, &written("tex"));
    let cell = |metric: &str| latex[&(row.clone(), column(metric))].clone();
    assert_eq!(cell("ARI"), "0.09 0.087 \u{2212}0.003 R");
    assert_eq!(cell("AMI"), "0.12 0.158 +0.038 D");

    let svg = read::svg(&written("svg"));
    let cell = |metric: &str| svg[&format!("{row}; {}", column(metric))].clone();
    assert_eq!(cell("ARI"), ["0.09", "0.087", "\u{2212}0.003 R"]);
    assert_eq!(cell("AMI"), ["0.12", "0.158", "+0.038 D"]);
    assert!(written("svg").contains("rows=\"1-2\""), "the metadata names the rows of the stage's file");
    let scene = tables::scene(grid);
    assert_sound(&scene);
    assert_no_text_overlaps(&scene);

    let list = project.run(&["list", "genept/table2", "--json"]).json();
    let item = list["items"].as_array().unwrap().iter().find(|item| item["kind"] == "table").unwrap();
    assert_eq!((&item["state"], &item["ours"], &item["cells"]), (&"drawn".into(), &2.into(), &108.into()));
}
