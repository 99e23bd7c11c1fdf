//! Names that nobody would give and somebody will, and tables without rows, in every format.

use super::super::figures::{assert_sound, hostile_labels};
use super::super::panels::assert_no_text_overlaps;
use super::super::support::Project;
use super::grids::grids;
use super::made_up::{PUBLISHED, TABLE, project};
use super::read;

const FORMATS: [&str; 4] = ["svg", "md", "html", "tex"];

fn hostile() -> Vec<String> {
    let more = [
        "|",
        "a | b \\| c",
        "\\",
        "50 % of a_b & c #1 ~ ^ {$}",
        "\\end{longtable}",
        "[*] x",
        "`code`",
        "x".repeat(300).as_str(),
    ]
    .map(str::to_owned);
    // The id of a claim, which comes from the file, must be one line.
    hostile_labels().into_iter().chain(more).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A project whose first dataset, first model and every label is hostile.
fn hostile_project(text: &str) -> Project {
    let published = PUBLISHED.replace("Alpha", &quoted(text)).replace(",A,", &format!(",{},", quoted(text)));
    let toml = serde_json::to_string(text).unwrap();
    let tables = TABLE
        .replace("title = \"Two models on two datasets\"", &format!("title = {toml}\nnote = {toml}"))
        .replace("place = \"Table 1\"", &format!("place = {toml}\ntitles = {{ dataset = {toml} }}"));
    project(&published, 6, &[("1", 0.104), ("3", 0.2)], &tables)
}

#[test]
fn hostile_texts_stay_in_their_cells() {
    for text in hostile() {
        let project = hostile_project(&text);
        let run = project.run(&["tables", "--format", "svg,md,html,tex"]);
        assert_eq!(run.status, 1, "{text}: {}", run.snapshot());
        for grid in grids(project.path(), "paper") {
            let scene = repro::tables::scene(&grid);
            assert_sound(&scene);
            assert_no_text_overlaps(&scene);
            let written = |format: &str| project.read(&format!("reports/tables/paper/{}.{format}", grid.id));
            let csv = read::csv(&grid, &written("csv"));
            assert!(csv.keys().any(|(rows, _)| rows[0].trim() == grid.rows[0].head.keys[0].trim()));
            for format in FORMATS {
                assert!(!written(format).contains("<script"), "{format}: {text}");
            }
            assert_eq!(read::html(&grid, &written("html")).len(), cells(&grid), "{text}");
            assert_balanced(&written("tex"));
            let lines = written("md").lines().filter(|line| line.starts_with('|')).count();
            assert_eq!(lines, 2 + grid.rows.len(), "{text}");
            read::markdown(&grid, &written("md"));
        }
    }
}

/// Cells that the HTML has: a comparison has six a row.
fn cells(grid: &repro::tables::Grid) -> usize {
    let fields = if grid.column_keys.is_empty() { 6 } else { grid.columns.len() };
    grid.rows.len() * fields
}

/// Every brace and every environment is closed, and nothing special stands alone.
fn assert_balanced(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut depth = 0_i32;
    let mut escaped = false;
    for line in text.lines().filter(|line| !line.starts_with('%')) {
        for part in line.split("\\begin{").skip(1) {
            open.push(part.split('}').next().unwrap());
        }
        for part in line.split("\\end{").skip(1) {
            assert_eq!(open.pop(), part.split('}').next(), "{line}");
        }
        for character in line.chars() {
            match character {
                '{' if !escaped => depth += 1,
                '}' if !escaped => depth -= 1,
                '%' | '_' | '^' | '~' if !escaped => panic!("a bare `{character}` in {line}"),
                _ => {}
            }
            assert!(depth >= 0, "{line}");
            escaped = character == '\\' && !escaped;
        }
        escaped = false;
    }
    assert!(open.is_empty() && depth == 0, "{open:?} {depth}");
    assert_eq!(text.matches("\\begingroup").count(), text.matches("\\endgroup").count());
}

#[test]
fn tables_of_the_manifests_are_balanced_latex() {
    for paper in super::PAPERS {
        for grid in grids(&super::repository(), paper) {
            assert_balanced(&repro::tables::latex(&grid));
        }
    }
}

#[test]
fn a_table_without_rows_says_so_in_every_format() {
    // No published row has this metric.
    let none = "claims = [{ set = \"values\", where = { metric = \"RMSE\" } }]";
    let tables = TABLE
        .replace("claims = [\"values\"]", none)
        .replace("claims = [{ set = \"values\", where = { metric = \"ARI\" } }]", none);
    let empty = project(PUBLISHED, 6, &[], &tables);
    let run = empty.run(&["tables", "--format", "svg,md,html,tex"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 4
    --- stdout
    missing  paper/first  0 cells, no_published_value: no published value belongs to this table
    missing  paper/second  0 cells, no_published_value: no published value belongs to this table
    --- stderr
    warning: manifests/paper/tables.toml:7: table `first`, `values`: no row has `metric` `RMSE`
    warning: manifests/paper/tables.toml:19: table `second`, `values`: no row has `metric` `RMSE`
    nothing was evaluated (exit status 4)
    ");
    for grid in grids(empty.path(), "paper") {
        assert_sound(&repro::tables::scene(&grid));
        assert_balanced(&repro::tables::latex(&grid));
        assert_eq!(read::records(&repro::tables::csv(&grid)).len(), 1, "the header");
        for format in FORMATS {
            let text = empty.read(&format!("reports/tables/paper/{}.{format}", grid.id));
            assert!(text.replace("\\_", "_").contains("no_published_value"), "{format}");
        }
    }
}

#[test]
fn a_file_of_claims_without_rows_is_an_error() {
    let empty = project("id,dataset,model,metric,value\n", 0, &[], TABLE);
    let run = empty.run(&["tables", "--format", "svg,md,html,tex"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 2
    --- stdout
    error    paper/first  0 cells, error: claim set `values` has no published values: manifests/paper/paper.toml:33: `expected` is 0, not a number from 1 to 10000000
    error    paper/second  0 cells, error: claim set `values` has no published values: manifests/paper/paper.toml:33: `expected` is 0, not a number from 1 to 10000000
    --- stderr
    error: manifests/paper/paper.toml:33: `expected` is 0, not a number from 1 to 10000000
    ");
    for grid in grids(empty.path(), "paper") {
        assert_sound(&repro::tables::scene(&grid));
        assert_balanced(&repro::tables::latex(&grid));
        for format in FORMATS {
            let text = empty.read(&format!("reports/tables/paper/{}.{format}", grid.id));
            assert!(text.contains("no published"), "{format}");
        }
    }
}
