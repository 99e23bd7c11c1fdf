//! Every rule from a manifest to an exit status, on small tables.

use repro::digest::sha256;

use super::support::{Project, Run};

const MANIFEST: &str = r#"
schema = 1
[paper]
id = "paper"
title = "A paper"
[[source]]
id = "here"
kind = "local"
[[artifact]]
id = "published"
source = "here"
path = "published.csv"
sha256 = "PUBLISHED"
evidence = "printed"
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
[[claims]]
id = "table"
place = "Table 1"
artifact = "published"
value = "value"
key = ["model"]
expected = 3
ours = [{ dataset = "runs", column = "score", match = { model = "{model}" } }]
"#;

const PUBLISHED: &str =
    "model,task,value,sd,margin\nA,t,0.80,0.02,0.05\nB,t,0.70,0.02,0.05\nC,t,0.60,0.02,0.05\n";

/// Claims judged by a rule against one score a model.
fn judge(rule: &str, scores: &[(&str, f64)], options: &[&str]) -> Run {
    let project = Project::empty();
    let rows: String = scores.iter().map(|(model, score)| format!("{model},{score}\n")).collect();
    let runs = format!("model,score\n{rows}");
    let pin = |text: &str| sha256(text.as_bytes()).to_string();
    let manifest = MANIFEST.replace("PUBLISHED", &pin(PUBLISHED)).replace("RUNS", &pin(&runs));
    project.write("manifests/paper/paper.toml", &manifest.replace("key =", &format!("{rule}\nkey =")));
    project.write("frozen/paper/published.csv", PUBLISHED);
    project.write("frozen/paper/runs.csv", &runs);
    project.run(&[&["claims", "--json"], options].concat())
}

fn outcomes(run: &Run) -> Vec<String> {
    let json = run.json();
    let claims = json["claims"].as_array().unwrap();
    claims.iter().map(|claim| claim["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_interval_around_the_value_is_the_papers_own() {
    let rule = "rule = \"interval\"\ninterval = { half_width = \"sd\" }";
    let run = judge(rule, &[("A", 0.815), ("B", 0.73), ("C", 0.60)], &[]);
    assert_eq!(outcomes(&run), ["reproduced", "differs", "reproduced"]);
    assert_eq!(run.status, 1);
}

#[test]
fn an_order_differs_where_it_was_swapped() {
    let rule = "rule = \"order\"\nwithin = [\"task\"]";
    let kept = judge(rule, &[("A", 0.5), ("B", 0.4), ("C", 0.1)], &[]);
    assert_eq!(outcomes(&kept), ["reproduced"; 3]);
    let swapped = judge(rule, &[("A", 0.4), ("B", 0.5), ("C", 0.1)], &[]);
    assert_eq!(outcomes(&swapped), ["differs", "differs", "reproduced"]);
    assert_eq!(swapped.json()["claims"][0]["detail"], "other order than 1 of 2 others");
    let alone = judge(rule, &[("A", 0.4)], &[]);
    assert_eq!(outcomes(&alone), ["error", "missing", "missing"]);
}

#[test]
fn repeated_runs_are_equivalent_or_span_the_value() {
    let runs = [("A", 0.80), ("A", 0.81), ("A", 0.79), ("B", 0.60), ("B", 0.61), ("B", 0.62), ("C", 0.60)];
    let run = judge("rule = \"equivalence\"\ntolerance = \"margin\"", &runs, &[]);
    assert_eq!(outcomes(&run), ["reproduced", "differs", "error"]);
    assert_eq!(run.status, 2, "a rule that cannot be applied is stated wrongly");
    let run = judge("rule = \"seed_spread\"", &runs, &[]);
    assert_eq!(outcomes(&run), ["reproduced", "differs", "error"]);
    let json = run.json();
    assert_eq!(json["claims"][0]["ours"].as_array().unwrap().len(), 3);
    assert!(json["claims"][2]["detail"].as_str().unwrap().contains("at least three runs, there are 1"));
}

#[test]
fn a_policy_forgives_and_never_invents() {
    let scores = [("A", 0.9), ("B", 0.7)];
    let status = |options: &[&str]| {
        let run = judge("rule = \"printed\"", &scores, options);
        assert_eq!(outcomes(&run), ["differs", "reproduced", "missing"]);
        run.status
    };
    assert_eq!(status(&[]), 1);
    assert_eq!(status(&["--policy", "publication"]), 1);
    assert_eq!(status(&["--policy", "exploratory"]), 0);
    let agreeing = [("A", 0.8)];
    assert_eq!(judge("rule = \"printed\"", &agreeing, &["--policy", "strict"]).status, 5);
    assert_eq!(judge("rule = \"printed\"", &agreeing, &["--policy", "publication"]).status, 0);
    let nothing = judge("rule = \"printed\"", &[], &["--policy", "exploratory"]);
    assert_eq!(nothing.status, 4, "nothing evaluated is never a pass");
    assert!(
        nothing.stderr.contains("claims that do not fail this run: 3 that are missing"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn keys_that_a_rule_cannot_use_are_refused() {
    for (rule, message) in [
        ("rule = \"interval\"", "rule `interval` needs `interval`"),
        ("rule = \"printed\"\nwithin = [\"task\"]", "rule `printed` takes no `within`"),
        ("rule = \"equivalence\"", "rule `equivalence` needs `tolerance`"),
        ("rule = \"seed_spread\"\ntolerance = \"margin\"", "rule `seed_spread` takes no `tolerance`"),
    ] {
        let run = judge(rule, &[("A", 0.8)], &[]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}
