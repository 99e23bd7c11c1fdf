//! `repro check`, and what other verbs show of it: names that match nothing, rows that nothing takes, entries that
//! vanish.

use repro::digest::sha256;
use serde_json::Value as Json;

use super::support::{Project, Run};

const HEAD: &str =
    "schema = 1\n[paper]\nid = \"p\"\ntitle = \"P\"\n[[source]]\nid = \"here\"\nkind = \"local\"\n";

const RUNS: &str = "model,task,score\nA,one,0.501\nA,two,0.602\nB,one,0.703\nB,two,0.804\n";

/// A line figure of the models and tasks of [`RUNS`].
const FIGURE: &str = r##"
[[figure]]
id = "fig1"
kind = "line"
title = "Scores"
size = [4.0, 3.0]
data = "runs"
series_column = "model"
series = [{ value = "A", colour = "#000000" }, { value = "B", colour = "#aa0000" }]
x = { column = "task", categories = ["one", "two"] }
y = { column = "score" }
"##;

const CLAIMS: &str = r#"
[[claims]]
id = "claims"
place = "Table 1"
artifact = "values"
value = "value"
rule = "abs"
tolerance = 0.01
key = ["model", "task"]
expected = 2
ours = [{ figure = "fig1", column = "y", match = { mark = "point", series = "{model}", key = "{task}" } }]
"#;

const VALUES: &str = "model,task,value\nA,one,0.50\nB,two,0.80\n";

const DATASET: &str = "[[dataset]]\nid = \"runs\"\nany_of = [{ artifact = \"runs\" }]\n";

/// An artifact of this project with its pin.
fn artifact(project: &Project, id: &str, csv: &str, tier: &str) -> String {
    project.write(&format!("frozen/p/{id}.csv"), csv);
    let pin = sha256(csv.as_bytes());
    let source = format!("[[artifact]]\nid = \"{id}\"\nsource = \"here\"\npath = \"{id}.csv\"\n");
    format!("{source}sha256 = \"{pin}\"\nevidence = \"{tier}\"\n")
}

/// A project of one figure and one claim set, its parts changed.
fn project(change: impl Fn(&mut Vec<String>)) -> Project {
    let project = Project::empty();
    let runs = artifact(&project, "runs", RUNS, "digitised");
    let values = artifact(&project, "values", VALUES, "printed");
    let mut parts = vec![HEAD.to_owned(), runs, values, DATASET.into(), FIGURE.into(), CLAIMS.into()];
    change(&mut parts);
    project.write("manifests/p/paper.toml", &parts.join("\n"));
    project
}

/// The same with one text of one part replaced.
fn replaced(part: usize, old: &str, new: &str) -> Project {
    project(|parts| {
        assert_eq!(parts[part].matches(old).count(), 1, "`{old}` in {}", parts[part]);
        parts[part] = parts[part].replace(old, new);
    })
}

/// The only finding of `repro check --json`.
fn only(project: &Project) -> Json {
    let run = project.run(&["check", "--json"]);
    let findings = run.json()["findings"].as_array().unwrap().clone();
    assert_eq!(findings.len(), 1, "{}", run.snapshot());
    findings[0].clone()
}

/// `check`, `claims` and the report agree about one warning that changes no status.
fn warns(project: &Project, check: &str, words: &[&str], names: &[&str]) {
    let finding = only(project);
    assert_eq!((&finding["check"], &finding["severity"]), (&check.into(), &"warning".into()), "{finding}");
    let message = finding["message"].as_str().unwrap();
    words.iter().for_each(|word| assert!(message.contains(word), "`{word}` in {message}"));
    assert_eq!(finding["names"], serde_json::json!(names), "{finding}");
    assert!(finding["file"] == "manifests/p/paper.toml" && finding["line"].as_u64() > Some(1), "{finding}");
    assert_eq!(project.run(&["check"]).status, 0);
    let run = project.run(&["report", "--format", "json,md,html"]);
    for file in ["report.json", "report.html", "report.md"] {
        let text = project.read(&format!("reports/{file}"));
        assert!(text.contains("Warnings") || text.contains("\"n_warnings\": 1"), "{file} {}", run.snapshot());
    }
}

fn stderr_warns(run: &Run, words: &str) {
    let line = run.stderr.lines().find(|line| line.starts_with("warning: ") && line.contains(words));
    assert!(line.is_some_and(|line| line.contains("manifests/p/paper.toml:")), "{}", run.snapshot());
}

#[test]
fn a_project_in_which_everything_is_used_has_no_findings() {
    let project = project(|_| {});
    let run = project.run(&["check"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.snapshot());
    assert!(run.stderr.contains("0 errors, 0 warnings"), "{}", run.snapshot());
    let claims = project.run(&["claims"]);
    assert_eq!(claims.status, 0);
    assert!(!claims.stderr.contains("warning"), "{}", claims.snapshot());
    assert!(!project.path().join("figures").exists() && !project.path().join("reports").exists());
}

#[test]
fn a_series_that_matches_no_row_is_a_warning_in_every_verb() {
    let third = "{ value = \"B\", colour = \"#aa0000\" }, { value = \"b\", colour = \"#0000aa\" }";
    let project = replaced(4, "{ value = \"B\", colour = \"#aa0000\" }", third);
    warns(&project, "no_match", &["figure `fig1`", "dataset `runs`", "no row has `model` `b`"], &["b"]);
    for verb in ["figures", "claims", "status"] {
        let run = project.run(&[verb]);
        assert_eq!(run.status, 0, "{}", run.snapshot());
        stderr_warns(&run, "no row has `model` `b`");
    }
    let line = only(&project)["line"].as_u64().unwrap() as usize;
    let manifest = project.read("manifests/p/paper.toml");
    assert!(
        manifest.lines().nth(line - 1).unwrap().contains("value = \"b\""),
        "the line of the text: {line}"
    );
}

#[test]
fn categories_conditions_and_labels_that_match_nothing_are_warnings() {
    let project = replaced(4, "[\"one\", \"two\"]", "[\"one\", \"two\", \"three\", \"four\"]");
    warns(&project, "no_match", &["no row has `task` `four`, `three`"], &["four", "three"]);
    let project = replaced(4, "[\"one\", \"two\"]", "[\"one\", \"two\"], labels = { on = \"One\" }");
    warns(&project, "unused_name", &["nothing refers to the label of the horizontal axis `on`"], &["on"]);
    let project = replaced(4, "data = \"runs\"", "data = \"runs\"\nwhere = { model = \"C\" }");
    let finding = only(&project);
    assert_eq!(
        finding["names"],
        serde_json::json!(["C"]),
        "only the condition that matches nothing: {finding}"
    );
    assert_eq!(project.run(&["figures"]).status, 4, "nothing was drawn");
}

#[test]
fn rows_that_no_series_takes_are_counted() {
    let project = replaced(4, "{ value = \"A\", colour = \"#000000\" }, ", "");
    project.replace("manifests/p/paper.toml", "expected = 2", "where = { model = \"B\" }\nexpected = 1");
    let run = project.run(&["figures"]);
    stderr_warns(&run, "2 rows of dataset `runs` are not shown, with `model` `A`");
    let found: Vec<Json> = project.run(&["check", "--json"]).json()["findings"].as_array().unwrap().clone();
    let of = |check: &str| found.iter().find(|finding| finding["check"] == check).unwrap().clone();
    assert_eq!((of("rows_not_shown")["count"].clone(), found.len()), (2.into(), 2));
    let claimed = of("rows_not_claimed");
    assert_eq!(claimed["names"], serde_json::json!(["1"]), "row 1 of `values` belongs to no claim set");
}

#[test]
fn keys_of_steps_that_match_no_row_are_warnings() {
    let steps = |steps: &str| {
        replaced(3, "{ artifact = \"runs\" }", &format!("{{ artifact = \"runs\", steps = [{steps}] }}"))
    };
    let recode = "{ recode = { column = \"model\", map = { A = \"A\", \"A \" = \"A\" } } }";
    warns(&steps(recode), "no_match", &["dataset `runs`, step 1 (recode): no row has `model` `A `"], &["A "]);
    let filter = "{ filter = { model = [\"A\", \"B\", \"c\"] } }";
    warns(&steps(filter), "no_match", &["step 1 (filter): no row has `model` `c`"], &["c"]);
    let rank = "{ rank_percentile = { by = [\"task\"], value = \"score\", into = \"r\", lower_is_better = { \
                model = \"mse\" } } }";
    warns(&steps(rank), "no_match", &["step 1 (rank_percentile)"], &["mse"]);
}

#[test]
fn rows_that_a_join_drops_are_counted() {
    let project = project(|parts| {
        let other = "[[dataset]]\nid = \"sizes\"\nany_of = [{ artifact = \"sizes\" }]\n";
        let join = "{ join = { dataset = \"sizes\", on = [\"task\"], columns = [\"size\"] } }";
        let joined = format!("{{ artifact = \"runs\", steps = [{join}] }}");
        parts[3] = parts[3].replace("{ artifact = \"runs\" }", &joined);
        parts.push(other.to_owned());
    });
    let sizes = artifact(&project, "sizes", "task,size\none,1\ntwo ,2\n", "digitised");
    let manifest = project.read("manifests/p/paper.toml");
    project.write("manifests/p/paper.toml", &format!("{manifest}\n{sizes}"));
    let run = project.run(&["figures"]);
    stderr_warns(
        &run,
        "dataset `runs`, step 1 (join): 2 rows are dropped without a partner, with `task` `two`",
    );
    let report = project.run(&["report", "--json"]).json();
    let left_out = &report["papers"][0]["datasets"][0]["left_out"];
    assert_eq!(left_out, &serde_json::json!(["step 1 (join): 2 of 4 rows without a partner"]));
}

#[test]
fn conditions_and_maps_of_claim_sets_that_match_nothing_are_warnings() {
    let project = replaced(5, "expected = 2", "expected = 2\nwhere = { model = [\"A\", \"B\", \"C\"] }");
    warns(&project, "no_match", &["claim set `claims`, `values`: no row has `model` `C`"], &["C"]);
    stderr_warns(&project.run(&["claims"]), "claim set `claims`");
    let translate = "translate = { task = { eins = \"one\" } }, match";
    let project = replaced(5, "match", translate);
    warns(&project, "no_match", &["`translate`: no row has `task` `eins`"], &["eins"]);
}

#[test]
fn a_tolerance_above_the_spread_is_a_warning_and_one_that_is_not_finite_an_error() {
    let project = replaced(5, "0.01", "1e300");
    warns(
        &project,
        "wide_tolerance",
        &["2 claims is up to 1.000e300", "spread of the published values, 0.3"],
        &[],
    );
    let run = project.run(&["claims"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    stderr_warns(&run, "the tolerance of 2 claims");
    let project = project_with_tolerances("0.01,0.5");
    assert_eq!(only(&project)["count"], 1, "one of two rows");
    for tolerance in ["inf", "nan", "-1", "-0.001"] {
        let run = replaced(5, "0.01", tolerance).run(&["claims"]);
        assert_eq!(run.status, 2, "{tolerance}: {}", run.snapshot());
        assert!(run.stderr.contains("not a number of at least 0"), "{}", run.snapshot());
    }
    for tolerance in ["0.01,inf", "nan,0.01", "0.01,-1", "0.01,"] {
        let run = project_with_tolerances(tolerance).run(&["claims"]);
        assert_eq!(run.status, 2, "{tolerance}: {}", run.snapshot());
        assert!(
            run.stderr.contains("in column `tolerance` is not a number of at least 0"),
            "{}",
            run.snapshot()
        );
    }
}

/// Tolerances in a column of the published values, one per row.
fn project_with_tolerances(tolerances: &str) -> Project {
    let project = Project::empty();
    let (one, two) = tolerances.split_once(',').unwrap();
    let csv = format!("model,task,value,tolerance\nA,one,0.50,{one}\nB,two,0.80,{two}\n");
    let parts = [
        HEAD.to_owned(),
        artifact(&project, "runs", RUNS, "digitised"),
        artifact(&project, "values", &csv, "printed"),
        DATASET.into(),
        FIGURE.into(),
        CLAIMS.replace("0.01", "\"tolerance\""),
    ];
    project.write("manifests/p/paper.toml", &parts.join("\n"));
    project
}

#[test]
fn a_claim_set_that_cannot_be_read_stays_in_the_denominator() {
    let counts = |project: &Project| {
        let run = project.run(&["claims", "--json"]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        let report = project.run(&["status", "--json"]).json();
        let counts = run.json()["counts"].clone();
        assert_eq!(counts["error"], report["counts"]["error"]);
        counts["error"].as_u64().unwrap()
    };
    assert_eq!(counts(&replaced(5, "tolerance = 0.01", "tolerence = 0.01")), 2, "as many as it expects");
    assert_eq!(counts(&replaced(5, "expected = 2", "")), 1, "one if it does not say");
    assert_eq!(counts(&replaced(5, "expected = 2", "expected = 0")), 1);
    assert_eq!(counts(&replaced(5, "expected = 2", "expected = -2")), 1);
    assert_eq!(counts(&replaced(5, "expected = 2", "expected = 5")), 3, "three rows are not there");
    let empty = project_with_values("model,task,value\n");
    assert_eq!(counts(&empty), 2, "a file without rows");
}

/// The project with another file of published values.
fn project_with_values(csv: &str) -> Project {
    let project = Project::empty();
    let parts = [
        HEAD.to_owned(),
        artifact(&project, "runs", RUNS, "digitised"),
        artifact(&project, "values", csv, "printed"),
        DATASET.into(),
        FIGURE.into(),
        CLAIMS.into(),
    ];
    project.write("manifests/p/paper.toml", &parts.join("\n"));
    project
}

#[test]
fn a_figure_or_dataset_that_does_not_exist_is_an_error_also_as_a_second_choice() {
    for other in ["{ figure = \"fig9\", column", "{ dataset = \"fig9\", column"] {
        let second = format!(
            "match = {{ mark = \"point\", series = \"{{model}}\", key = \"{{task}}\" }} }}, {other} = \"y\", match = {{ text = \"x\" }} }}]"
        );
        let project =
            replaced(5, "match = { mark = \"point\", series = \"{model}\", key = \"{task}\" } }]", &second);
        let run = project.run(&["claims"]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert!(run.stderr.contains("is called `fig9`"), "{}", run.snapshot());
        assert_eq!(only(&project)["severity"], "error");
    }
}

#[test]
fn a_file_without_a_pin_is_unpinned_everywhere() {
    let project = project(|parts| {
        let pin = parts[1].lines().find(|line| line.starts_with("sha256")).unwrap().to_owned();
        parts[1] = parts[1].replace(&pin, "");
    });
    let claims = project.run(&["claims"]);
    assert_eq!(claims.status, 4, "{}", claims.snapshot());
    assert!(
        claims.stdout.contains("unpinned") && claims.stdout.contains("`sha256`"),
        "{}",
        claims.snapshot()
    );
    for verb in ["figures", "list", "status", "report"] {
        let run = project.run(&[verb, "--json"]);
        assert!(run.stdout.contains("unpinned"), "{}", run.snapshot());
        assert!(!run.stdout.contains("not_fetched"), "{}", run.snapshot());
    }
    let finding = only(&project);
    assert_eq!((&finding["check"], &finding["names"]), (&"unpinned".into(), &serde_json::json!(["runs"])));
    let values = self::project(|parts| {
        let pin = parts[2].lines().find(|line| line.starts_with("sha256")).unwrap().to_owned();
        parts[2] = parts[2].replace(&pin, "");
    });
    let claims = values.run(&["claims"]);
    assert!(claims.stdout.contains("2 claims, unpinned: `values`"), "{}", claims.snapshot());
}

#[test]
fn folders_and_files_that_nothing_reads_are_told_in_every_verb() {
    let project = project(|_| {});
    project.write("manifests/lost/Paper.toml", HEAD);
    for verb in ["check", "claims", "figures", "list", "status", "verify", "report", "run"] {
        let run = project.run(&[verb]);
        assert_eq!(run.status, 2, "{verb}: {}", run.snapshot());
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(
            told.contains("manifests/lost: the folder contains neither `paper.toml`"),
            "{}",
            run.snapshot()
        );
    }
    std::fs::remove_dir_all(project.path().join("manifests/lost")).unwrap();
    project.write("manifests/second.toml", HEAD);
    assert_eq!(project.run(&["claims"]).status, 2);
    std::fs::remove_file(project.path().join("manifests/second.toml")).unwrap();
    for (path, check) in [
        ("manifests/README", "stray_entry"),
        ("manifests/notes/readme.md", "stray_entry"),
        ("manifests/p/claims.toml.bak", "unread_file"),
        ("manifests/p/more/claims.toml", "unread_file"),
    ] {
        project.write(path, "");
        assert_eq!(only(&project)["check"], check, "{path}");
        assert_eq!(project.run(&["claims"]).status, 0, "{path}");
        let folder = path.rsplit_once('/').unwrap().0;
        let kept = ["manifests", "manifests/p"].contains(&folder);
        let gone = project.path().join(if kept { path } else { folder });
        if kept { std::fs::remove_file(gone).unwrap() } else { std::fs::remove_dir_all(gone).unwrap() }
    }
    project.write("manifests/.hidden/x.toml", "");
    assert_eq!(project.run(&["check"]).stdout, "");
}

#[test]
fn an_empty_project_is_nothing_in_every_verb() {
    let project = Project::empty();
    std::fs::create_dir_all(project.path().join("manifests")).unwrap();
    let verbs =
        ["check", "list", "fetch", "verify", "run", "figures", "tables", "claims", "status", "report"];
    for verb in verbs.into_iter().chain(["reproduce"]) {
        let run = project.run(&[verb]);
        assert_eq!(run.status, 4, "{verb}: {}", run.snapshot());
        assert!(run.stderr.contains("`[PROJECT]/manifests` contains no paper"), "{verb}: {}", run.snapshot());
    }
    project.write("manifests/p/paper.toml", HEAD);
    for verb in ["figures", "claims", "report"] {
        let run = project.run(&[verb]);
        assert_eq!(run.status, 4, "{verb}: {}", run.snapshot());
    }
    let found = project.run(&["check", "--json"]).json();
    let checks: Vec<&Json> = found["findings"].as_array().unwrap().iter().map(|f| &f["check"]).collect();
    assert_eq!(checks, ["empty_paper", "unused_item"], "{found}");
}

#[test]
fn a_paper_without_a_schema_is_a_warning_and_two_papers_in_a_folder_an_error() {
    let project = project(|parts| parts[0] = parts[0].replace("schema = 1\n", ""));
    let finding = only(&project);
    assert_eq!((&finding["check"], &finding["line"]), (&"no_schema".into(), &1.into()), "{finding}");
    stderr_warns(&project.run(&["claims"]), "states the version of its schema");
    project.write("manifests/p/other.toml", "[paper]\nid = \"p\"\ntitle = \"Another\"\n");
    let run = project.run(&["claims"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stderr.contains("`[paper]` is the second of the folder"), "{}", run.snapshot());
}

#[test]
fn what_nothing_uses_and_what_does_not_exist_is_told() {
    let project = project(|parts| {
        parts.push("[[source]]\nid = \"web\"\nkind = \"http\"\nurl = \"https://example.org/\"\n".into());
        parts.push("[[dataset]]\nid = \"spare\"\nany_of = [{ artifact = \"runs\" }]\n".into());
        parts.push("[[need]]\nid = \"weights\"\nwhat = \"weights\"\n".into());
        parts.push("[[note]]\nid = \"n\"\nabout = [\"fig1\", \"fig2\"]\ntext = \"x\"\n".into());
        parts.push(
            "[[artifact]]\nid = \"more\"\nsource = \"web\"\npath = \"more.csv\"\nevidence = \"cached\"\n"
                .into(),
        );
    });
    let run = project.run(&["check"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    for words in [
        "note `n` is about `fig2`, which does not exist",
        "nothing uses 1 artifact: `more`",
        "nothing uses 1 dataset: `spare`",
        "nothing uses 1 need: `weights`",
    ] {
        assert!(run.stdout.contains(words), "`{words}` in {}", run.snapshot());
    }
    assert!(!run.stdout.contains("`web`"), "the source of an artifact is in use: {}", run.snapshot());
}

#[test]
fn check_goes_on_after_what_cannot_be_read() {
    let project = replaced(4, "kind = \"line\"", "kind = \"lime\"");
    project.write("manifests/q/paper.toml", "schema = 1\n[paper]\nid = \"q\"\ntitle = 3\n");
    let run = project.run(&["check", "--json"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    let json = run.json();
    assert!(json["errors"].as_u64() >= Some(2), "{}", run.snapshot());
    let text = json["findings"].to_string();
    assert!(text.contains("manifests/q/paper.toml") && text.contains("unknown figure kind `lime`"), "{text}");
    let without_mark = replaced(4, "{ value = \"A\", colour = \"#000000\" }, ", "");
    assert_eq!(without_mark.run(&["claims"]).status, 2);
    let run = without_mark.run(&["check"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stdout.contains("1 claims cannot be judged"), "{}", run.snapshot());
    let run = project.run(&["check", "p"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert_eq!(project.run(&["check", "nothing"]).status, 2);
}

#[test]
fn an_unknown_key_of_a_part_of_a_table_is_an_error() {
    let project = project(|parts| {
        let claims = "claims = [{ set = \"claims\", were = { model = \"A\" } }]";
        let keys = "rows = [\"model\"]\ncolumns = [\"task\"]\n";
        parts.push(format!("[[table]]\nid = \"t\"\nkind = \"wide\"\ntitle = \"T\"\n{claims}\n{keys}"));
    });
    assert_eq!(project.run(&["tables"]).status, 2);
    assert_eq!(only(&project)["check"], "broken");
}

#[test]
fn orders_and_labels_of_tables_that_match_nothing_are_warnings() {
    let project = project(|parts| {
        let keys = "rows = [\"model\"]\ncolumns = [\"task\"]\norder = { task = [\"two\", \"tow\"] }\n";
        let head = "[[table]]\nid = \"t\"\nkind = \"wide\"\ntitle = \"T\"\nclaims = [\"claims\"]\n";
        parts.push(format!("{head}{keys}labels = {{ model = {{ a = \"Model A\" }} }}\n"));
    });
    let run = project.run(&["tables"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    stderr_warns(&run, "table `t`, `order`: no row has `task` `tow`");
    stderr_warns(&run, "table `t`, `labels`: no row has `model` `a`");
}

#[test]
fn this_repository_has_few_findings() {
    let project = Project::of_this_repository();
    let run = project.run(&["check"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let warnings = run.stdout.lines().filter(|line| line.starts_with("warning")).count();
    assert!(warnings <= 1, "{}", run.snapshot());
    let claims = project.run(&["claims"]);
    assert!(!claims.stderr.contains("warning"), "what is not certain is for `check`: {}", claims.stderr);
}
