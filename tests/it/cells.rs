//! Cells that are not numbers: where a number is needed, every text is an error that says which cell it is and what to
//! write, or the number that it stands for; never another number, and never silently a missing value.

use repro::digest::sha256;
use serde_json::Value as Json;

use super::support::{Project, Run};

const PAPER: &str =
    "schema = 1\n[paper]\nid = \"paper\"\ntitle = \"A paper\"\n[[source]]\nid = \"here\"\nkind = \"local\"\n";

/// A paper of some files, each with its id, and the rest of the manifest.
fn paper(files: &[(&str, &str)], toml: &str) -> Project {
    let project = Project::empty();
    let mut manifest = PAPER.to_owned();
    for (id, text) in files {
        let (pin, evidence) = (sha256(text.as_bytes()), if *id == "pub" { "printed" } else { "digitised" });
        manifest.push_str(&format!(
            "[[artifact]]\nid = \"{id}\"\nsource = \"here\"\npath = \"{id}.csv\"\nsha256 = \"{pin}\"\nevidence = \
             \"{evidence}\"\n"
        ));
        project.write(&format!("frozen/paper/{id}.csv"), text);
    }
    project.write("manifests/paper/paper.toml", &(manifest + toml));
    project
}

/// A claim set over `pub`, whose numbers stand in the column `x` of the dataset `d`.
fn claims(rule: &str, expected: usize) -> String {
    format!(
        "[[claims]]\nid = \"c\"\nplace = \"x\"\nartifact = \"pub\"\nvalue = \"value\"\n{rule}\nkey = [\"k\"]\nexpected = \
         {expected}\nours = [{{ dataset = \"d\", column = \"x\", match = {{ k = \"{{k}}\" }} }}]\n"
    )
}

fn dataset(steps: &str) -> String {
    format!("[[dataset]]\nid = \"d\"\nany_of = [{{ artifact = \"o\", steps = [{steps}] }}]\n")
}

const ABS: &str = "rule = \"abs\"\ntolerance = 1e-9";
const TO_NUMBER: &str = "{ to_number = \"x\" }";

fn is_error(run: &Run, words: &[&str]) {
    assert_eq!(run.status, 2, "{}", run.snapshot());
    for word in words {
        assert!(run.stderr.contains(word), "`{word}` in {}", run.snapshot());
    }
}

/// Texts that are not read as numbers, with a part of the hint.
const SPELLINGS: [(&str, &str); 20] = [
    (
        "1,000",
        "hint: write `1000`, or `1.000` if the comma is a decimal comma: thousands separators are not read",
    ),
    ("1 000", "hint: write `1000`: thousands separators are not read"),
    ("1\u{a0}000", "hint: write `1000`: thousands separators are not read"),
    ("1'000", "hint: write `1000`: thousands separators are not read"),
    ("1_000", "hint: write `1000`: thousands separators are not read"),
    ("0,9138", "hint: write `0.9138`: decimal commas are not read"),
    ("\u{2212}0.5", "hint: write `-0.5`: minus signs other than `-` are not read"),
    ("\u{2013}0.5", "hint: write `-0.5`: minus signs other than `-` are not read"),
    ("<0.001", "hint: a bound is not a number"),
    ("\u{2265}0.5", "hint: a bound is not a number"),
    ("0.50\u{b1}0.02", "hint: write the value alone, and its spread"),
    ("0.50 +/- 0.02", "hint: write the value alone, and its spread"),
    ("0x10", "hint: write `16`: hexadecimal numbers are not read"),
    ("\u{ff11}", "hint: write `1`: digits other than 0 to 9 are not read"),
    ("\u{660}.\u{665}", "hint: write `0.5`: digits other than 0 to 9 are not read"),
    (" 0.5", "hint: write `0.5`: blanks around a number are not read"),
    ("0.5 ", "hint: write `0.5`: blanks around a number are not read"),
    ("5 \u{d7} 10^-1", "hint: write `5e-1`: powers of ten other than `e` are not read"),
    ("1e400", "hint: the number is too large or too small for double precision"),
    ("0.5 ms", "hint: write `0.5` alone: units and remarks are not read"),
];

/// Texts that stand for no number.
const TEXTS: [&str; 8] = ["NaN", "nan", "inf", "-Infinity", "NA", "TRUE", "oops", "1.2.3"];

/// Spellings of 0.5 that can be read in one way only.
const HALVES: [&str; 6] = ["0.5", ".5", "+0.5", "0.50", "5e-1", "50E-2"];

#[test]
fn other_spellings_on_our_side_are_errors() {
    let texts = TEXTS.map(|text| (text, "hint: if it stands for a missing value, list it: `{ to_number = "));
    for (text, hint) in SPELLINGS.into_iter().chain(texts).chain([("50%", "hint: write the fraction `0.5`")])
    {
        let files = [("pub", "k,value\na,0.5\nb,0.5\n"), ("o", &format!("k,x\na,0.5\nb,\"{text}\"\n"))];
        let cell = format!("`o` row 2, column `x`: `{text}` is not a number");
        let project = paper(&files, &(dataset(TO_NUMBER) + &claims(ABS, 2)));
        let run = project.run(&["claims", "--json"]);
        is_error(&run, &[&cell, hint, "manifests/paper/paper.toml:", "dataset `d`, step 1 (to_number)"]);
        assert_eq!(run.json()["counts"]["error"], 2);
        // Without a step that asks for numbers, the rule does.
        let project = paper(&files, &(dataset("") + &claims(ABS, 2)));
        let run = project.run(&["claims", "--json"]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        let claims = &run.json()["claims"];
        assert_eq!(
            (claims[0]["outcome"].as_str(), claims[1]["outcome"].as_str()),
            (Some("consistent"), Some("error"))
        );
        let detail = claims[1]["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("our value: {cell}; {}", &hint["hint: ".len()..])), "{detail}");
    }
}

#[test]
fn numbers_on_our_side_are_the_right_ones() {
    for (text, is_half) in HALVES.map(|text| (text, true)).into_iter().chain([("0.51", false), ("5", false)])
    {
        let files = [("pub", "k,value\na,0.5\n"), ("o", &*format!("k,x\na,{text}\n"))];
        let run = paper(&files, &(dataset(TO_NUMBER) + &claims(ABS, 1))).run(&["claims", "--json"]);
        let expected = if is_half { "consistent" } else { "differs" };
        assert_eq!(run.json()["claims"][0]["outcome"], expected, "{text}: {}", run.snapshot());
    }
}

/// Runs a claim of one published text against 0.5.
fn published(text: &str, rule: &str) -> Run {
    let files = [("pub", &*format!("k,value\na,\"{text}\"\n")), ("o", "k,x\na,0.5\n")];
    paper(&files, &(dataset(TO_NUMBER) + &claims(rule, 1))).run(&["claims", "--json"])
}

#[test]
fn other_spellings_on_the_published_side_are_errors() {
    let rules = [ABS, "rule = \"rel\"\ntolerance = 1e-9", "rule = \"printed\""];
    for (text, hint) in SPELLINGS.into_iter().chain(TEXTS.map(|text| (text, ""))) {
        for rule in rules.into_iter().filter(|rule| text != "nan" || !rule.contains("printed")) {
            let run = published(text, rule);
            is_error(&run, &[&format!("claim `c/a`: `pub` row 1: `{text}` is not a number"), hint]);
            let claim = &run.json()["claims"][0];
            assert_eq!(claim["outcome"], "error", "{claim}");
            let advice = hint.trim_start_matches("hint: ");
            assert!(claim["detail"].as_str().unwrap().contains(advice), "{claim}");
        }
    }
}

#[test]
fn numbers_on_the_published_side_are_the_right_ones() {
    for text in HALVES.into_iter().chain(["50%", "50.0%"]) {
        let run = published(text, ABS);
        assert_eq!(run.json()["claims"][0]["outcome"], "consistent", "{text}: {}", run.snapshot());
        let run = published(text, "rule = \"printed\"");
        if text.contains(['e', 'E']) {
            is_error(&run, &["has an exponent", "hint: write the digits that are printed, or use the rule"]);
        } else {
            assert_eq!(run.json()["claims"][0]["outcome"], "consistent", "{text}: {}", run.snapshot());
        }
    }
    is_error(&published("50 %", ABS), &["`50 %` is not a number", "hint: write `50%`: blanks are not read"]);
    let digits = format!("0.{}", "5".repeat(70_000));
    is_error(&published(&digits, "rule = \"printed\""), &["digits behind its point"]);
}

#[test]
fn tolerances_and_intervals_are_read_as_strictly() {
    let files = [("pub", "k,value,tol\na,0.5,\"0,1\"\n"), ("o", "k,x\na,0.5\n")];
    let rule = "rule = \"abs\"\ntolerance = \"tol\"";
    let run = paper(&files, &(dataset(TO_NUMBER) + &claims(rule, 1))).run(&["claims"]);
    is_error(
        &run,
        &["`0,1` in column `tol` is not a number of at least 0", "hint: write `0.1`: decimal commas"],
    );
    let rule = "rule = \"interval\"\ninterval = { low = \"tol\", high = \"value\" }";
    let files = [("pub", "k,value,tol\na,0.5,\" 0.1\"\n"), ("o", "k,x\na,0.5\n")];
    let run = paper(&files, &(dataset(TO_NUMBER) + &claims(rule, 1))).run(&["claims"]);
    is_error(&run, &["` 0.1` in column `tol` is not a number", "hint: write `0.1`: blanks around a number"]);
}

#[test]
fn listed_texts_are_missing_and_counted() {
    let steps = "{ to_number = { columns = [\"x\"], missing = [\"NA\", \"-\"] } }, { filter = { g = [\"u\", \"v\"] } }, \
                 { mean = { by = [\"g\"], value = \"x\" } }, { rename = { k = \"g\" } }";
    let files = [("pub", "k,value\nu,2\nv,3\n"), ("o", "g,x\nu,1\nu,NA\nu,3\nv,-\nv,3\nw,9\nv,\n")];
    let project = paper(&files, &(dataset(steps) + &claims(ABS, 2)));
    let run = project.run(&["claims", "--json"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    project.run(&["report"]);
    let report: Json = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    let left_out = &report["papers"][0]["datasets"][0]["left_out"];
    let expected = ["step 2 (filter): 1 of 7 rows", "step 3 (mean): 3 of 6 rows without `x`"];
    assert_eq!(left_out, &serde_json::json!(expected));
    assert!(project.read("reports/report.html").contains("3 of 6 rows without `x`"));
    // What is not listed is an error still, also a part or another case of what is.
    for text in ["na", "NA ", "--"] {
        let csv = files[1].1.replace("NA", text);
        let run = paper(&[files[0], ("o", &csv)], &(dataset(steps) + &claims(ABS, 2))).run(&["claims"]);
        is_error(&run, &[&format!("`o` row 2, column `x`: `{text}` is not a number")]);
    }
}

const FIGURE: &str = r##"
[[figure]]
id = "f"
kind = "line"
title = "Line"
size = [4.0, 3.0]
data = "d"
series_column = "g"
series = [{ value = "u", colour = "#000000" }]
x = { column = "k", categories = ["a", "b", "c"], title = "Task" }
y = { column = "x", title = "Score" }
"##;

const SCATTER: &str = r##"
[[figure]]
id = "f"
kind = "scatter"
title = "Points"
size = [4.0, 3.0]
data = "d"
x = { column = "x", title = "x" }
y = { column = "y", title = "y" }
"##;

#[test]
fn a_figure_refuses_texts_and_counts_what_is_missing() {
    let csv = "g,k,x,y\nu,a,1,1\nu,b,,2\nu,c,3,oops\nother,a,text,3\n";
    let project = paper(&[("o", csv)], &(dataset("") + FIGURE));
    let run = project.run(&["figures"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    assert!(
        project.read("figures/paper/f.svg").contains("Left out, since a number is missing: 1 row of `d`.")
    );
    let project = paper(&[("o", &csv.replace("u,b,,2", "u,b,NaN,2"))], &(dataset("") + FIGURE));
    let run = project.run(&["figures"]);
    is_error(&run, &["figure `f`: `o` row 2, column `x`: `NaN` is not a number", "hint: ", "paper.toml:"]);
    let run = paper(&[("o", csv)], &(dataset("") + SCATTER)).run(&["figures"]);
    is_error(&run, &["figure `f`: `o` row 4, column `x`: `text` is not a number"]);
    let csv = csv.replace("text", "4");
    let run = paper(&[("o", &csv)], &(dataset("") + SCATTER)).run(&["figures"]);
    is_error(&run, &["figure `f`: `o` row 3, column `y`: `oops` is not a number"]);
}

#[test]
fn a_number_that_overflows_is_not_missing() {
    let steps = "{ to_number = \"x\" }, { linear = { into = \"x\", terms = { x = 1e300 } } }";
    let files = [("pub", "k,value\na,0.5\n"), ("o", "k,x\na,1\nb,1e300\n")];
    let run = paper(&files, &(dataset(steps) + &claims(ABS, 1))).run(&["claims"]);
    is_error(&run, &["step 2 (linear): `o` row 2: the weighted sum is not a finite number"]);
}

#[test]
fn pair_labels_that_occur_twice_are_errors() {
    let csv = "g,s,v\nA,1,1.0\nA,2,2.0\nA,3,3.5\nA,1,9.0\nB,1,1.1\nB,2,2.2\nB,3,3.9\n";
    let steps = "{ to_number = \"v\" }, { set = { z = \"1\" } }, { paired_t_test = { by = [\"z\"], group = \"g\", groups = \
                 [\"A\", \"B\"], pair_by = \"s\", value = \"v\" } }";
    let files = [("pub", "k,value\na,n.s.\n"), ("o", csv)];
    let set =
        claims("rule = \"stars\"", 1).replace("\"x\", match = { k = \"{k}\" }", "\"stars\", match = {}");
    let run = paper(&files, &(dataset(steps) + &set)).run(&["claims"]);
    is_error(&run, &["`o` rows 1,4: g `A` has two values with s `1`", "step 3 (paired_t_test)", "hint: "]);
    let once = csv.replace("A,1,9.0\n", "");
    let run = paper(&[files[0], ("o", &once)], &(dataset(steps) + &set)).run(&["claims"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
}

#[test]
fn the_shape_of_a_file_is_checked() {
    for (csv, words) in [
        ("k,x,x\na,0.5,0.6\n", "`o` cannot be read as a table: the header has the column `x` twice"),
        ("k,\"x\",x\r\na,0.5,0.6\r\n", "`o` cannot be read as a table: the header has the column `x` twice"),
        ("k,x,,\na,0.5,1,2\n", "`o` cannot be read as a table: the header has two columns without a name"),
        ("k,x\na,0.5\nb\n", "`o` cannot be read as a table: row 2 has 1 cell, the header has 2"),
        ("k,x\na,0.5\nb,1,2\n", "`o` cannot be read as a table: row 2 has 3 cells, the header has 2"),
        ("k,x\na,\"0.5\"\n\nb,1\n", "`o` cannot be read as a table: row 2 is an empty line"),
    ] {
        let files = [("pub", "k,value\na,0.5\n"), ("o", csv)];
        is_error(&paper(&files, &(dataset(TO_NUMBER) + &claims(ABS, 1))).run(&["claims"]), &[words]);
        // The same for a file of published values.
        let files = [("pub", &*csv.replace('x', "value")), ("o", "k,x\na,0.5\n")];
        let words = words.replace("`o`", "claim set `c`: `pub`").replace("`x`", "`value`");
        is_error(&paper(&files, &(dataset(TO_NUMBER) + &claims(ABS, 1))).run(&["claims"]), &[&words]);
    }
    let files = [("pub", "k,value\na,0.5\n"), ("o", "k,x\r\na,\"0.5\"\r\n\r\n")];
    let run = paper(&files, &(dataset(TO_NUMBER) + &claims(ABS, 1))).run(&["claims"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
}

#[test]
fn claim_files_without_rows_are_errors_and_other_sets_are_judged() {
    for text in ["", "k,value\n", "\u{feff}"] {
        let good = claims(ABS, 1).replace("id = \"c\"", "id = \"good\"").replace("\"pub\"", "\"good\"");
        let files = [("pub", text), ("good", "k,value\na,0.5\n"), ("o", "k,x\na,0.5\n")];
        let run = paper(&files, &(dataset(TO_NUMBER) + &claims(ABS, 2) + &good)).run(&["claims", "--json"]);
        is_error(&run, &["claim set `c`", "`pub`"]);
        assert_eq!(run.json()["counts"]["consistent"], 1, "{text:?}: {}", run.snapshot());
    }
}

#[test]
fn templates_are_filled_in_once() {
    // The cell of the first row is the name of another column: filled in twice it would select the other row.
    let files = [
        ("pub", "k,value,other\n{other},0.5,b\nb,0.7,c\n"),
        ("o", "k,x\n{other},0.5000000001\nb,0.7000000001\n"),
    ];
    let run = paper(&files, &(dataset(TO_NUMBER) + &claims(ABS, 2))).run(&["claims", "--json"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    assert_eq!(run.json()["claims"][0]["ours"], 0.5000000001);
}

#[test]
fn unknown_names_in_templates_are_errors() {
    let files = [("pub", "key,value\na,0.5\n"), ("o", "k,x\na,0.5\n")];
    let set = claims(ABS, 1).replace("key = [\"k\"]", "key = [\"key\"]");
    let run = paper(&files, &(dataset(TO_NUMBER) + &set)).run(&["claims"]);
    let words = "`ours.match.k` names `{k}`, but `pub` has no column `k`";
    is_error(&run, &["manifests/paper/paper.toml:", words, "hint: did you mean `{key}`?"]);
    let set = set.replace("{k}", "{key}");
    assert_eq!(paper(&files, &(dataset(TO_NUMBER) + &set)).run(&["claims"]).status, 0);
    for (from, to, words) in [
        ("place = \"x\"", "place = \"Table {kex}\"", "`place` names `{kex}`"),
        ("place = \"x\"", "place = \"x\"\nversion = \"{v}\"", "`version` names `{v}`"),
        ("column = \"x\"", "column = \"{valeu}\"", "`ours.column` names `{valeu}`"),
        (
            "place = \"x\"",
            "place = \"x\"\nwaits = [{ reason = \"not_run\", detail = \"{no}\" }]",
            "`waits.detail` names",
        ),
    ] {
        let run = paper(&files, &(dataset(TO_NUMBER) + &set.replace(from, to))).run(&["claims"]);
        is_error(&run, &[words, "hint: "]);
    }
    let label =
        FIGURE.to_owned() + "facets = { columns = { column = \"g\", values = [\"u\"], label = \"{g}\" } }\n";
    let run = paper(&[("o", "g,k,x\nu,a,1\n")], &(dataset("") + &label)).run(&["figures"]);
    is_error(&run, &["`label` of the facets by `g` is `{g}`", "hint: write `{}` where the value stands"]);
}

#[test]
fn runs_without_a_value_are_counted() {
    let csv = "k,x\na,0.4\na,0.5\na,\na,0.6\n";
    let files = [("pub", "k,value\na,0.5\n"), ("o", csv)];
    let set = dataset(TO_NUMBER) + &claims("rule = \"seed_spread\"", 1);
    let run = paper(&files, &set).run(&["claims", "--json"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    assert_eq!(run.json()["claims"][0]["detail"], "1 of 4 runs in `d` have no value");
    let text = csv.replace("a,\n", "a,oops\n");
    let set = dataset("") + &claims("rule = \"seed_spread\"", 1);
    let run = paper(&[files[0], ("o", &text)], &set).run(&["claims", "--json"]);
    assert_eq!(run.json()["claims"][0]["outcome"], "error", "{}", run.snapshot());
}

#[test]
fn pairs_of_groups_that_are_not_compared_are_counted() {
    let csv = "g,l,v\na,1,0.1\na,2,0.3\nb,1,0.2\nb,2,0.5\nc,1,0.2\n";
    let test = "{ paired_t_test = { by = [], group = \"g\", groups = [\"a\", \"b\", \"c\"], pair_by = \"l\", \
                value = \"v\" } }";
    let project = paper(&[("o", csv)], &dataset(test));
    let report = project.run(&["report", "--json"]).json();
    let left_out = &report["papers"][0]["datasets"][0]["left_out"];
    assert_eq!(left_out, &serde_json::json!(["step 1 (paired_t_test): 2 of 3 pairs of groups"]));
}
