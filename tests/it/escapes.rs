//! Characters from files that a terminal or a page would obey: they are shown, not obeyed.

use repro::digest::sha256;

use super::small::{DIGITISED, PRINTED, Small};
use super::support::Project;

/// Text that clears the screen, rings, moves back, and turns the direction of reading.
const HOSTILE: &str = "A\u{1b}[2J\u{7}\u{8}\u{9b}31m\u{202e}\u{2066}\u{200f}\u{61c}\u{1}\u{0}Z";
const SHOWN: &str = r"A\u001b[2J\u0007\u0008\u009b31m\u202e\u2066\u200f\u061c\u0001\u0000Z";

fn is_obeyed(character: char) -> bool {
    (character.is_control() && !['\n', '\t'].contains(&character))
        || ('\u{202a}'..='\u{202e}').contains(&character)
        || ('\u{2066}'..='\u{2069}').contains(&character)
        || ['\u{200e}', '\u{200f}', '\u{61c}'].contains(&character)
}

fn assert_inert(what: &str, text: &str) {
    let found: Vec<char> = text.chars().filter(|character| is_obeyed(*character)).collect();
    assert!(found.is_empty(), "{what} contains {found:?}");
}

/// A paper whose series, labels and claim ids are hostile; `rows` claims more than the page lists as HTML.
fn project(rows: usize) -> Project {
    let project = Project::empty();
    let mut runs = format!("model,task,score\n{HOSTILE},one,0.50\nB,one,0.70\n");
    let mut published = format!("model,task,value\n{HOSTILE},one,0.40\nB,one,0.70\n");
    let mut tasks = vec!["one".to_owned()];
    for row in 0..rows {
        runs.push_str(&format!("{HOSTILE},t{row},0.5\n"));
        published.push_str(&format!("{HOSTILE},t{row},0.5\n"));
        tasks.push(format!("t{row}"));
    }
    let label: String = HOSTILE.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let (runs_pin, published_pin) = (sha256(runs.as_bytes()), sha256(published.as_bytes()));
    let manifest = format!(
        r##"schema = 1
[paper]
id = "paper"
title = "A paper of {label}"
[[source]]
id = "here"
kind = "local"
[[artifact]]
id = "runs"
source = "here"
path = "runs.csv"
sha256 = "{runs_pin}"
evidence = "printed"
[[artifact]]
id = "published"
source = "here"
path = "published.csv"
sha256 = "{published_pin}"
evidence = "printed"
[[note]]
id = "note"
about = ["fig1"]
text = "Noted: {label}"
[[dataset]]
id = "runs"
any_of = [{{ artifact = "runs" }}]
[[figure]]
id = "fig1"
kind = "line"
title = "Scores {label}"
size = [4.0, 3.0]
data = "runs"
series_column = "model"
series = [{{ value = "{label}", colour = "#000000" }}, {{ value = "B", colour = "#aa0000" }}]
x = {{ column = "task", categories = {tasks:?}, title = "Task {label}" }}
y = {{ column = "score", title = "Score" }}
panel = [{{ title = "{label}" }}]
[[table]]
id = "table1"
kind = "wide"
title = "Table {label}"
claims = ["fig1/values"]
rows = ["model"]
columns = ["task"]
[[claims]]
id = "fig1/values"
place = "Figure 1 {label}"
artifact = "published"
value = "value"
rule = "printed"
key = ["model", "task"]
expected = {expected}
ours = [{{ figure = "fig1", column = "y", match = {{ mark = "point", series = "{{model}}", key = "{{task}}" }} }}]
"##,
        expected = rows + 2,
    );
    project.write("frozen/paper/runs.csv", &runs);
    project.write("frozen/paper/published.csv", &published);
    project.write("manifests/paper/paper.toml", &manifest);
    project
}

#[test]
fn terminals_get_escapes_instead_of_controls() {
    let project = project(0);
    let run = project.run(&["claims"]);
    assert_eq!(run.status, 1, "{}", run.snapshot());
    assert!(run.stdout.contains(SHOWN), "{}", run.stdout);
    for arguments in [
        &["claims"][..],
        &["claims", "--json"],
        &["list"],
        &["list", "--json"],
        &["status"],
        &["figures", "--compare"],
        &["report", "--json"],
        &["reproduce"],
    ] {
        let run = project.run(arguments);
        assert_inert(&format!("stdout of {arguments:?}"), &run.stdout);
        assert_inert(&format!("stderr of {arguments:?}"), &run.stderr);
        if arguments.contains(&"--json") {
            assert!(run.json().is_object());
        }
    }
    // JSON still carries the text itself.
    let json = project.run(&["claims", "--json"]).json().to_string();
    assert!(json.contains("A\\u001b[2J"), "{json}");
}

#[test]
fn names_of_files_and_errors_are_escaped() {
    let project = Project::empty();
    for (name, text) in
        [("a\u{1b}]0;x\u{7}.csv", "method,mse\na,x\n"), ("b.csv", "method,mse\n\u{1b}[31ma,x\u{202e}y\n")]
    {
        project.write(name, text);
        let run = project.run(&["rank", name]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert_inert(name, &run.stderr);
    }
    let run = project.run(&["rank", "absent\u{1b}[2J"]);
    assert!(run.stderr.contains(r"absent\u001b[2J"), "{}", run.stderr);
    // Colours of our own stay.
    let run = project.run(&["--color", "always", "rank", "absent\u{1b}[2J"]);
    assert!(run.stderr.starts_with("\u{1b}[1;31merror:\u{1b}[0m"), "{}", run.stderr);
    // Data keeps its bytes.
    project.write("scores.csv", "method,mse\na\u{202e},1\nb,2\n");
    assert!(project.run(&["rank", "scores.csv"]).stdout.contains('\u{202e}'));
}

#[test]
fn a_text_cannot_pretend_to_be_the_next_line() {
    const FORGED: &str = "a\nreproduced  t/c/b  0.7\nerror: all is lost";
    let quoted = format!("k,value\n\"{FORGED}\",0.5\n");
    let cells =
        Small::new().file("pub", &quoted, PRINTED).file("o", &quoted, DIGITISED).dataset("d", "o", "");
    let ours = "dataset = \"d\"\ncolumn = \"value\"\nmatch = { k = \"{k}\" }";
    for (project, status, verbs) in [
        (cells, 4, ["claims", "status", "report", "check", "list"]),
        (
            // A text where a number is needed, and the name of a column, are quoted in messages.
            Small::new().file("pub", "k,value\na,0.5\n", PRINTED).file("o", &quoted, DIGITISED).dataset(
                "d",
                "o",
                "{ to_number = \"k\" }",
            ),
            2,
            ["claims", "status", "report", "check", "list"],
        ),
    ] {
        let project = project.claims(1, ours);
        for verb in verbs {
            let run = project.run(&[verb]);
            assert!([0, status].contains(&run.status), "{verb}: {}", run.snapshot());
            let all = run.stdout.clone() + &run.stderr;
            let forged = |line: &str| line.starts_with("reproduced") || line.starts_with("error: all");
            assert!(!all.lines().any(forged), "{verb}: {}", run.snapshot());
        }
    }
    let project = Project::empty();
    project.write("scores.csv", "method,mse\n\"a\nerror: b\",x\n");
    let run = project.run(&["rank", "scores.csv"]);
    assert_eq!(run.stderr.lines().filter(|line| line.starts_with("error:")).count(), 1, "{}", run.snapshot());
}

#[test]
fn pages_and_drawings_get_replacement_characters() {
    let project = project(40);
    let run = project.run(&["figures", "--format", "svg,pdf,png", "--compare"]);
    assert_eq!(run.status, 1, "{}", run.snapshot());
    for file in ["fig1.svg", "fig1.compare.svg"] {
        let svg = project.read(&format!("figures/paper/{file}"));
        assert_inert(file, &svg);
        assert!(svg.contains('\u{fffd}'));
        roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
    let run = project.run(&["report", "--format", "html,json,md"]);
    assert_eq!(run.status, 1, "{}", run.snapshot());
    let page = project.read("reports/report.html");
    assert_inert("the page", &page);
    assert_inert("the Markdown", &project.read("reports/report.md"));
    // A script would undo escapes within the JSON of the page.
    let json =
        page.split("<script type=\"application/json\">").nth(1).unwrap().split("</script>").next().unwrap();
    let rows: serde_json::Value = serde_json::from_str(json).unwrap();
    let mut texts = vec![&rows];
    let mut n_texts = 0;
    while let Some(value) = texts.pop() {
        match value {
            serde_json::Value::String(text) => {
                n_texts += 1;
                assert_inert("the JSON of the page", text);
            }
            serde_json::Value::Array(items) => texts.extend(items),
            serde_json::Value::Object(members) => texts.extend(members.values()),
            _ => {}
        }
    }
    assert!(n_texts > 10);
    let run = project.run(&["tables", "--format", "svg,csv,md,html,tex"]);
    assert_eq!(run.status, 1, "{}", run.snapshot());
    for end in ["svg", "md", "html", "tex"] {
        assert_inert(end, &project.read(&format!("reports/tables/paper/table1.{end}")));
    }
}
