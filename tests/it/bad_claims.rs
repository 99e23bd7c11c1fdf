//! What is wrong with one claim, or one set, is told with file, row and id; the others are judged.

use repro::digest::sha256;

use super::support::{Project, Run};

const PAPER: &str = r##"
schema = 1
[paper]
id = "paper"
title = "A paper"
[[source]]
id = "here"
kind = "local"
[[artifact]]
id = "runs"
source = "here"
path = "runs.csv"
sha256 = "RUNS"
evidence = "cached"
obtained = "Made up for these tests"
[[dataset]]
id = "runs"
any_of = [{ artifact = "runs" }]
[[figure]]
id = "fig1"
kind = "line"
title = "Scores"
size = [4.0, 3.0]
data = "runs"
series_column = "model"
series = [{ value = "A", colour = "#000000" }, { value = "B", colour = "#aa0000" }, { value = "C", colour = "#0000aa" }]
x = { column = "task", categories = ["one", "two"], title = "Task" }
y = { column = "score", title = "Score" }
panel = [{ title = "Scores" }]
"##;

const RUNS: &str = "model,task,score\nA,one,0.501\nA,two,0.602\nB,one,0.703\nC,one,0.704\nC,two,0.205\n";

/// Judges sets of claims, each with its file: id, body, CSV.
fn judge(sets: &[(&str, &str, &str)]) -> Run {
    let project = Project::empty();
    let mut manifest = PAPER.replace("RUNS", &sha256(RUNS.as_bytes()).to_string());
    project.write("frozen/paper/runs.csv", RUNS);
    for (id, body, csv) in sets {
        let pin = sha256(csv.as_bytes());
        manifest.push_str(&format!(
            "[[artifact]]\nid = \"{id}.csv\"\nsource = \"here\"\npath = \"{id}.csv\"\nsha256 = \"{pin}\"\n\
             evidence = \"printed\"\n[[claims]]\nid = \"{id}\"\nplace = \"Table 1\"\nartifact = \"{id}.csv\"\n{body}\n"
        ));
        project.write(&format!("frozen/paper/{id}.csv"), csv);
    }
    project.write("manifests/paper/paper.toml", &manifest);
    project.run(&["claims", "--json"])
}

const GOOD: &str = r#"
value = "value"
rule = "printed"
key = ["model", "task"]
expected = 2
ours = [{ figure = "fig1", column = "y", match = { mark = "point", series = "{model}", key = "{task}" } }]
"#;

const GOOD_CSV: &str = "model,task,value\nA,one,0.50\nA,two,0.60\n";

/// The same claims in other bytes, since one cell is one claim.
const OTHER_CSV: &str = "model,task,value\nA,two,0.60\nA,one,0.50\n";

/// Outcome and detail by id.
fn outcomes(run: &Run) -> Vec<(String, String, String)> {
    let json = run.json();
    let text = |claim: &serde_json::Value, key: &str| claim[key].as_str().unwrap_or_default().to_owned();
    let claims = json["claims"].as_array().unwrap();
    claims.iter().map(|claim| (text(claim, "id"), text(claim, "outcome"), text(claim, "detail"))).collect()
}

/// A bad set beside a good one: the good one is judged, the status is 2, and the problem is told in these words.
fn is_told(body: &str, csv: &str, words: &[&str]) -> Run {
    let run = judge(&[("bad", body, csv), ("good", GOOD, OTHER_CSV)]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    let good: Vec<_> = outcomes(&run).into_iter().filter(|(id, ..)| id.starts_with("good/")).collect();
    assert_eq!(good.len(), 2);
    assert!(good.iter().all(|(_, outcome, _)| outcome == "reproduced"), "{good:?}");
    let told = format!("{}{}", run.stderr, run.stdout);
    for word in words {
        assert!(told.contains(word), "`{word}` in {}", run.snapshot());
    }
    run
}

#[test]
fn a_missing_column_concerns_its_set() {
    let run = is_told(GOOD, "model,value\nA,0.5\n", &["`bad.csv` has no column `task`", "claim set `bad`"]);
    let json = run.json();
    assert_eq!(json["counts"]["error"], 2, "the set counts with what the manifest expects");
}

#[test]
fn a_row_without_a_number_concerns_that_row() {
    let csv = "model,task,value\nA,one,0.50\nA,two,much\n";
    let run = is_told(GOOD, csv, &["claim `bad/A/two`: `bad.csv` row 2: `much` is not a number"]);
    let bad = &outcomes(&run)[..2];
    assert_eq!((bad[0].1.as_str(), bad[1].1.as_str()), ("reproduced", "error"));
    assert!(bad[1].2.contains("`bad.csv` row 2"), "{bad:?}");
}

#[test]
fn a_tolerance_that_is_no_number_concerns_that_row() {
    let body = GOOD.replace("\"printed\"", "\"abs\"\ntolerance = \"precision\"");
    let csv = "model,task,value,precision\nA,one,0.50,0.01\nA,two,0.60,-1\n";
    is_told(&body, csv, &["`bad.csv` row 2: `-1` in column `precision` is not a number of at least 0"]);
}

#[test]
fn an_id_that_exists_already_is_told_and_kept_apart() {
    let csv = "model,task,value\nA,one,0.50\nA,one,0.60\n";
    let run =
        is_told(GOOD, csv, &["claim `bad/A/one#2`: `bad.csv` row 2: the id `bad/A/one` exists already"]);
    assert_eq!(outcomes(&run)[0].1, "reproduced");
    assert_eq!(outcomes(&run)[1].1, "error");
}

#[test]
fn a_selector_without_a_mark_names_file_row_and_id() {
    let csv = "model,task,value\nA,one,0.50\nB,two,0.60\n";
    let words = ["`bad.csv` row 2", "`fig1` has no mark with key `two`, mark `point`, series `B`"];
    let run = is_told(GOOD, csv, &words);
    assert_eq!(outcomes(&run)[1].0, "bad/B/two");
}

#[test]
fn a_selector_with_two_marks_names_file_row_and_id() {
    let body = GOOD.replace(", key = \"{task}\"", "");
    let words = ["`bad.csv` row 1", "`fig1` has 2 marks with mark `point`, series `A`"];
    let run = is_told(&body, GOOD_CSV, &words);
    assert_eq!(outcomes(&run)[0].0, "bad/A/one");
}

#[test]
fn a_rule_that_does_not_fit_concerns_its_set() {
    let body = GOOD.replace("\"printed\"", "\"abs\"");
    is_told(&body, GOOD_CSV, &["rule `abs` needs `tolerance`", "manifests/paper/paper.toml:"]);
    let body = GOOD.replace("\"printed\"", "\"nearly\"");
    is_told(&body, GOOD_CSV, &["unknown variant `nearly`", "manifests/paper/paper.toml:"]);
    let body = GOOD.replace("\"printed\"", "\"stars\"");
    is_told(&body, GOOD_CSV, &["claim `bad/A/one`: `bad.csv` row 1: `0.50` is not a significance class"]);
}

#[test]
fn a_number_of_claims_that_was_not_expected_is_told() {
    let body = GOOD.replace("expected = 2", "expected = 3");
    let run = is_told(&body, GOOD_CSV, &["registers 2 claims from `bad.csv`, the manifest expects 3"]);
    assert!(outcomes(&run).iter().all(|(_, outcome, _)| outcome == "reproduced"));
}

#[test]
fn a_file_that_is_no_table_concerns_its_set() {
    is_told(GOOD, "model,task,value\nA,one\n\"", &["claim set `bad`: `bad.csv`"]);
}

#[test]
fn a_need_that_nobody_declared_is_told() {
    let body = format!(
        "{GOOD}waits = [{{ reason = \"not_shared\", detail = \"x\", needs = [\"cells/{{model}}\"] }}]"
    );
    is_told(&body, GOOD_CSV, &["no artifact or need is called `cells/A`"]);
}

#[test]
fn an_alias_must_repeat_one_claim_with_its_value() {
    let alias = |value: &str, of: &str| {
        format!(
            "{GOOD}alias = [{{ place = \"Text\", artifact = \"bad.csv\", where = {{ task = \"{value}\" }}, \
             value = \"value\", key = [\"model\"], expected = 1, of = {of} }}]"
        )
    };
    let fine = judge(&[(
        "good",
        &alias("one", "{ model = \"{model}\", task = \"one\" }").replace("bad.csv", "good.csv"),
        GOOD_CSV,
    )]);
    assert_eq!(fine.status, 0, "{}", fine.snapshot());
    assert_eq!(fine.json()["claims"][0]["aliases"][0]["place"], "Text");
    is_told(&alias("one", "{ model = \"{model}\" }"), GOOD_CSV, &["`bad.csv` row 1: repeats several claims"]);
    is_told(&alias("one", "{ model = \"Z\" }"), GOOD_CSV, &["`bad.csv` row 1: repeats no claim"]);
    let other = "{ model = \"{model}\", task = \"two\" }";
    is_told(&alias("one", other), GOOD_CSV, &["`0.50` is not what `bad/A/two` says, `0.60`"]);
}
