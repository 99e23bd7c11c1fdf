//! What is wrong with one file, step, figure or table concerns what is built on it: everything else is computed, the
//! report is written, the status is 2, and the message names the place.

use repro::digest::sha256;
use serde_json::Value as Json;

use super::support::{Project, Run};

const GOOD: &str = r##"
schema = 1
[paper]
id = "paper"
title = "A paper"
[[source]]
id = "here"
kind = "local"
[[dataset]]
id = "good"
any_of = [{ artifact = "good", steps = [{ to_number = "score" }] }]
[[figure]]
id = "fig1/good"
kind = "line"
title = "Scores"
size = [4.0, 3.0]
data = "good"
series_column = "model"
series = [{ value = "A", colour = "#000000" }, { value = "B", colour = "#aa0000" }]
x = { column = "task", categories = ["one", "two"], title = "Task" }
y = { column = "score", title = "Score" }
[[claims]]
id = "good"
place = "Table 1"
artifact = "published"
value = "value"
rule = "printed"
key = ["model", "task"]
expected = 2
ours = [{ figure = "fig1/good", column = "y", match = { mark = "point", series = "{model}", key = "{task}" } }]
[[claims]]
id = "bad"
place = "Table 2"
artifact = "published-bad"
value = "value"
rule = "printed"
key = ["model", "task"]
expected = 2
ours = [{ dataset = "bad", column = "score", match = { model = "{model}", task = "{task}" } }]
[[table]]
id = "tab1/good"
kind = "wide"
title = "Good"
claims = ["good"]
rows = ["model"]
columns = ["task"]
"##;

const ROWS: &str = "model,task,score\nA,one,0.501\nA,two,0.602\nB,one,0.70\nB,two,0.20\n";
const PUBLISHED: &str = "model,task,value\nA,one,0.50\nA,two,0.60\n";
/// The same numbers for other claims: one cell is one claim.
const PUBLISHED_BAD: &str = "task,model,value\none,A,0.50\ntwo,A,0.60\n";

/// The entry that is wrong in one way, and the file it reads.
struct Bad<'a> {
    /// TOML of the dataset `bad`, and of further entries.
    toml: &'a str,
    /// Content of `bad.csv`.
    csv: &'a [u8],
}

/// The dataset `bad` with some steps.
fn steps(steps: &str) -> String {
    format!("[[dataset]]\nid = \"bad\"\n[[dataset.any_of]]\nartifact = \"bad\"\nsteps = [\n{steps}\n]\n")
}

fn project(bad: &Bad<'_>) -> Project {
    let project = Project::empty();
    let mut manifest = GOOD.to_owned();
    let files = [
        ("good", ROWS.as_bytes(), "digitised"),
        ("published", PUBLISHED.as_bytes(), "printed"),
        ("published-bad", PUBLISHED_BAD.as_bytes(), "printed"),
    ];
    for (id, bytes, evidence) in files.into_iter().chain([("bad", bad.csv, "digitised")]) {
        let pin = sha256(bytes);
        manifest.push_str(&format!(
            "[[artifact]]\nid = \"{id}\"\nsource = \"here\"\npath = \"{id}.csv\"\nsha256 = \"{pin}\"\nevidence = \
             \"{evidence}\"\n"
        ));
        project.write(&format!("frozen/paper/{id}.csv"), "");
        std::fs::write(project.path().join(format!("frozen/paper/{id}.csv")), bytes).unwrap();
    }
    manifest.push_str(bad.toml);
    project.write("manifests/paper/paper.toml", &manifest);
    project
}

/// Line of the manifest that starts with a text.
fn line_of(project: &Project, start: &str) -> usize {
    let text = project.read("manifests/paper/paper.toml");
    1 + text.lines().position(|line| line.trim_start().starts_with(start)).unwrap()
}

fn item<'j>(items: &'j Json, id: &str) -> &'j Json {
    let found = items.as_array().unwrap().iter().find(|item| item["id"] == id);
    found.unwrap_or_else(|| panic!("no `{id}` in {items}"))
}

fn told_once(run: &Run, words: &[&str]) {
    assert_eq!(run.status, 2, "{}", run.snapshot());
    for word in words {
        let lines = run.stderr.lines().filter(|line| line.starts_with("error:") && line.contains(word));
        assert_eq!(lines.count(), 1, "`{word}` once in {}", run.snapshot());
    }
}

/// Whatever verb meets the bad entry: the good ones are there, the status is 2, and the problem is told once.
fn is_contained(bad: &Bad<'_>, words: &[&str]) {
    let project = project(bad);
    let claims = project.run(&["claims", "--json"]);
    told_once(&claims, words);
    let json = claims.json();
    for claim in json["claims"].as_array().unwrap() {
        if claim["id"].as_str().unwrap().starts_with("paper/good/")
            || claim["id"].as_str().unwrap().starts_with("good/")
        {
            assert_eq!(claim["outcome"], "consistent", "{}", claims.snapshot());
        }
    }
    assert_eq!(json["counts"]["consistent"], if json["counts"]["error"] == 2 { 2 } else { 4 }, "{json}");
    for verb in [&["figures"][..], &["status"], &["list"], &["report"], &["reproduce", "--offline"]] {
        told_once(&project.run(verb), words);
    }
    assert!(project.read("figures/paper/fig1/good.svg").contains("data-state=\"drawn\""));
    let report: Json = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    let paper = &report["papers"][0];
    assert_eq!(item(&paper["figures"], "fig1/good")["state"], "drawn");
    assert_eq!(item(&paper["tables"], "tab1/good")["state"], "built");
    assert_eq!(item(&paper["datasets"], "good")["state"], "read");
    assert_eq!(item(&paper["claim_sets"], "good")["counts"]["consistent"], 2);
    assert!(project.read("reports/report.html").contains("fig1/good"));
    let tables = project.run(&["tables"]);
    told_once(&tables, words);
    assert!(project.read("reports/tables/paper/tab1/good.csv").contains("0.50"));
}

/// The dataset is an error in the report, its claims are errors, and nothing is called missing.
fn dataset_is_an_error(bad: &Bad<'_>, words: &[&str]) {
    is_contained(bad, words);
    let project = project(bad);
    let run = project.run(&["claims", "--json"]);
    assert_eq!(run.json()["counts"]["error"], 2, "{}", run.snapshot());
    assert_eq!(run.json()["counts"]["missing"], 0, "{}", run.snapshot());
    project.run(&["report"]);
    let report: Json = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    let dataset = item(&report["papers"][0]["datasets"], "bad");
    assert_eq!(dataset["state"], "error", "{dataset}");
    assert!(dataset["from"].as_str().unwrap().starts_with("dataset `bad` cannot be computed: "), "{dataset}");
}

#[test]
fn a_file_that_is_not_a_table_concerns_its_dataset() {
    let toml = steps("{ to_number = \"score\" }");
    let place = "manifests/paper/paper.toml:";
    for (csv, words) in [
        (
            &b"model,task,score\nA,one,\"0.5\n"[..],
            "`bad` cannot be read as a table: a quote in row 1 is not closed",
        ),
        (b"model,task,score\nA,\xff,0.5\n", "`bad` cannot be read as a table: "),
        (b"", "`bad` cannot be read as a table: "),
        (b"\xef\xbb\xbf", "`bad` cannot be read as a table: "),
        (
            b"model,task,score\nA,one\n",
            "`bad` cannot be read as a table: row 1 has 2 cells, the header has 3",
        ),
        (
            b"model,task,score\nA,one,1,2\n",
            "`bad` cannot be read as a table: row 1 has 4 cells, the header has 3",
        ),
        (b"model,task,score,task\nA,one,1,2\n", "the header has the column `task` twice"),
    ] {
        dataset_is_an_error(&Bad { toml: &toml, csv }, &[words, place]);
    }
}

#[test]
fn a_wrong_step_is_named_with_its_line() {
    for (step, words) in [
        (
            "{ mean = { by = [\"nope\"], value = \"score\" } }",
            "step 2 (mean): no column `nope`; the columns are",
        ),
        ("{ rename = { task = \"model\" } }", "step 2 (rename): column `task` exists already"),
        ("{ unique = { columns = [\"model\"] } }", "step 2 (unique): two rows have model `A`"),
    ] {
        let toml = steps(&format!("{{ to_number = \"score\" }},\n{step}"));
        let bad = Bad { toml: &toml, csv: ROWS.as_bytes() };
        let line = line_of(&project(&bad), step);
        let place = format!("manifests/paper/paper.toml:{line}: dataset `bad`, ");
        dataset_is_an_error(&bad, &[words, &place]);
    }
}

#[test]
fn a_cell_that_is_not_a_number_is_named_with_its_row() {
    let toml = steps("{ to_number = \"score\" }");
    let csv = ROWS.replace("0.70", "n/a");
    let words = ["dataset `bad`, step 1 (to_number): `bad` row 3, column `score`: `n/a` is not a number"];
    dataset_is_an_error(&Bad { toml: &toml, csv: csv.as_bytes() }, &words);
}

#[test]
fn a_spec_that_cannot_be_read_concerns_its_dataset() {
    let text = ROWS.as_bytes();
    for (toml, words) in [
        (steps("{ frobnicate = \"score\" }"), "unknown variant `frobnicate`"),
        (steps("{ append = \"other\" }"), "dataset `bad`: no dataset is called `other`"),
        (steps("").replace("artifact = \"bad\"", "artifact = \"nothing\""), "no artifact matches `nothing`"),
        (steps("{ append = \"bad\" }"), "dataset `bad` is defined through itself"),
    ] {
        dataset_is_an_error(&Bad { toml: &toml, csv: text }, &[words, "manifests/paper/paper.toml:"]);
    }
}

#[test]
fn datasets_on_a_broken_one_are_broken_without_a_message_of_their_own() {
    let toml = steps("{ to_number = \"score\" }")
        .replace("\"bad\"\n[[dataset.any_of]]", "\"root\"\n[[dataset.any_of]]")
        + "[[dataset]]\nid = \"bad\"\nany_of = [{ dataset = \"root\" }]\n\
           [[dataset]]\nid = \"twin\"\nany_of = [{ artifact = \"bad\" }]\n";
    let csv = b"model,task,score\nA,one,\"0.5\n";
    let project = project(&Bad { toml: &toml, csv });
    let run = project.run(&["claims", "--json"]);
    told_once(&run, &["dataset `root`: `bad` cannot be read as a table"]);
    assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.snapshot());
    assert_eq!(run.json()["counts"]["error"], 2);
}

#[test]
fn a_later_alternative_does_not_hide_that_the_first_is_wrong() {
    let toml = steps("{ to_number = \"score\" }") + "[[dataset.any_of]]\nartifact = \"good\"\n";
    let csv = ROWS.replace("0.70", "n/a");
    dataset_is_an_error(&Bad { toml: &toml, csv: csv.as_bytes() }, &["`n/a` is not a number"]);
}

/// A figure beside the good one, and the claims of `bad`, which are fine, on a dataset of their own.
fn with_figure(figure: &str) -> String {
    steps("{ to_number = \"score\" }") + figure
}

fn figure_is_an_error(figure: &str, csv: &str, words: &[&str]) {
    let toml = with_figure(figure);
    let bad = Bad { toml: &toml, csv: csv.as_bytes() };
    is_contained(&bad, words);
    let project = project(&bad);
    let run = project.run(&["figures", "--json"]);
    let json = run.json();
    let figure = item(&json["figures"], "paper/fig2/bad");
    assert_eq!(figure["state"], "error", "{}", run.snapshot());
    assert!(figure["reason"].as_str().unwrap().starts_with("error: cannot be drawn: "), "{figure}");
    let svg = project.read("figures/paper/fig2/bad.svg");
    assert!(svg.contains("Not drawn: cannot be drawn: "), "{svg}");
}

const RADAR: &str = r##"
[[figure]]
id = "fig2/bad"
kind = "radar"
title = "Radar"
size = [4.0, 4.0]
data = "bad"
series_column = "model"
series = [{ value = "A", colour = "#000000" }]
axis_column = "task"
axes = [{ value = "one" }, { value = "two" }, { value = "three" }]
value_column = "score"
limit = 1.0
"##;

const STACKED: &str = r##"
[[figure]]
id = "fig2/bad"
kind = "stacked_bar"
title = "Bars"
size = [4, 3]
data = "bad"
bar_column = "model"
bars = [{ value = "A" }]
segment_column = "task"
segments = [{ value = "one", colour = "#FFE0B2" }, { value = "two", colour = "#E8F5E9" }]
value_column = "score"
total = "sum"
bar_width = 0.78
edge_width = 0.5
y = { title = "y" }
"##;

const LINE: &str = r##"
[[figure]]
id = "fig2/bad"
kind = "line"
title = "Line"
size = [4.0, 3.0]
data = "bad"
series_column = "model"
series = [{ value = "A", colour = "#000000" }]
x = { column = "task", categories = ["one", "two"], title = "Task" }
y = { column = "score", title = "Score" }
"##;

#[test]
fn a_value_out_of_a_figures_range_is_named_with_its_row() {
    let beyond = "model,task,score\nA,one,0.501\nA,three,1.5\nA,two,0.602\n";
    let words = ["value 1.5 of series `A` on axis `three` lies outside 0 to 1 (`bad` row 2)"];
    figure_is_an_error(RADAR, beyond, &words);
    let negative = ROWS.replace("B,one,0.70", "C,one,-0.70");
    let bars = STACKED.replace("bars = [{ value = \"A\" }]", "bars = [{ value = \"C\" }]");
    let words =
        ["segment `one` of bar `C` has the value -0.7; stacked values must be at least 0 (`bad` row 3)"];
    figure_is_an_error(&bars, &negative, &words);
    let log = "model,task,score,place\nA,one,0.501,1\nA,two,0.602,0\n";
    let line = LINE.replace("\"task\", categories = [\"one\", \"two\"]", "\"place\", scale = \"log2\"");
    figure_is_an_error(&line, log, &["0 in column `place` has no logarithm (`bad` row 2)"]);
}

#[test]
fn several_rows_for_one_mark_are_named() {
    let csv = format!("{ROWS}C,one,1\nC,one,2\n");
    for (figure, words) in [
        (LINE, "several rows for series `C` at `one` in panel `` (`bad` rows 5-6)"),
        (RADAR, "several rows for series `C` on axis `one` (`bad` rows 5-6)"),
    ] {
        figure_is_an_error(&figure.replace("value = \"A\"", "value = \"C\""), &csv, &[words]);
    }
    let bars = STACKED.replace("bars = [{ value = \"A\" }]", "bars = [{ value = \"C\" }]");
    figure_is_an_error(&bars, &csv, &["several rows for segment `one` of bar `C` (`bad` rows 5-6)"]);
}

#[test]
fn a_spec_that_does_not_fit_concerns_its_figure() {
    let place = "manifests/paper/paper.toml:";
    for (from, to, words) in [
        ("column = \"score\"", "column = \"scores\"", "unknown column of dataset `bad` `scores`"),
        ("data = \"bad\"", "data = \"bed\"", "unknown dataset `bed`"),
        ("kind = \"line\"", "kind = \"lines\"", "unknown figure kind `lines`"),
        ("size = [4.0, 3.0]", "size = [0.0, 3.0]", "`size` must be two lengths in inches"),
        ("data = \"bad\"", "date = \"bad\"", "unknown field `date`"),
    ] {
        figure_is_an_error(&LINE.replacen(from, to, 1), ROWS, &[words, place]);
    }
}

#[test]
fn claims_on_a_figure_that_cannot_be_drawn_are_errors() {
    let ours =
        "[{ dataset = \"bad\", column = \"score\", match = { model = \"{model}\", task = \"{task}\" } }]";
    let marks = "[{ figure = \"fig2/bad\", column = \"y\", match = { mark = \"point\", key = \"{task}\" } }]";
    let toml = with_figure(&LINE.replacen("\"score\"", "\"scores\"", 1));
    let project = project(&Bad { toml: &toml, csv: ROWS.as_bytes() });
    project.replace("manifests/paper/paper.toml", ours, marks);
    let run = project.run(&["claims", "--json"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    let json = run.json();
    assert_eq!((json["counts"]["error"].as_u64(), json["counts"]["consistent"].as_u64()), (Some(2), Some(2)));
    let detail = json["claims"][2]["detail"].as_str().unwrap();
    assert!(detail.contains("figure `fig2/bad` cannot be drawn: "), "{detail}");
}

#[test]
fn a_table_that_cannot_be_built_is_told_and_the_others_are_written() {
    let table = "[[table]]\nid = \"tab2/bad\"\nkind = \"wide\"\ntitle = \"Bad\"\nclaims = [\"goood\"]\nrows = \
                 [\"model\"]\ncolumns = [\"task\"]\n";
    let toml = steps("{ to_number = \"score\" }") + table;
    let bad = Bad { toml: &toml, csv: ROWS.as_bytes() };
    let project = project(&bad);
    for verb in [&["tables", "--json"][..], &["report", "--json"], &["list"], &["reproduce", "--offline"]] {
        told_once(&project.run(verb), &["table `tab2/bad`: unknown claim set `goood`"]);
    }
    let run = project.run(&["tables", "--json"]);
    let json = run.json();
    assert_eq!(item(&json["tables"], "paper/tab1/good")["state"], "drawn");
    assert_eq!(item(&json["tables"], "paper/tab2/bad")["state"], "error");
    assert!(project.read("reports/tables/paper/tab2/bad.svg").contains("cannot be built: "));
}

#[test]
fn a_file_that_cannot_be_read_at_all_concerns_its_dataset() {
    let toml = steps("{ to_number = \"score\" }");
    let project = project(&Bad { toml: &toml, csv: ROWS.as_bytes() });
    let file = project.path().join("frozen/paper/bad.csv");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let run = project.run(&["claims", "--json"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stderr.contains("bad.csv"), "{}", run.snapshot());
    let json = run.json();
    assert_eq!(
        (json["counts"]["missing"].as_u64(), json["counts"]["consistent"].as_u64()),
        (Some(2), Some(2))
    );
}

#[test]
fn a_manifest_that_cannot_be_read_concerns_its_paper() {
    let toml = steps("{ to_number = \"score\" }");
    let project = project(&Bad { toml: &toml, csv: ROWS.as_bytes() });
    project.write("manifests/other/paper.toml", "schema = 1\n[paper]\nid = \"other\"\ntitle = \n");
    for verb in [
        &["claims", "--json"][..],
        &["figures"],
        &["tables"],
        &["status"],
        &["list"],
        &["report"],
        &["verify"],
    ] {
        told_once(&project.run(verb), &["manifests/other/paper.toml:4: "]);
    }
    assert_eq!(project.run(&["claims", "--json"]).json()["counts"]["consistent"], 4);
}
