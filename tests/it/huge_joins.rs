//! Results that no memory holds are errors that name dataset, step and sizes; they are not begun.

use repro::digest::sha256;

use super::support::Project;

const ROWS: usize = 3000;

/// A project of one CSV, the same key in all rows, a dataset of these steps, and a figure that asks for it.
fn run(steps: &str) -> super::support::Run {
    let project = Project::empty();
    let mut runs = "key,model,task,score\n".to_owned();
    (0..ROWS).for_each(|row| runs.push_str(&format!("k,A,t{row},0.5\n")));
    let manifest = format!(
        r##"schema = 1
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
sha256 = "{}"
evidence = "printed"
[[dataset]]
id = "runs"
any_of = [{{ artifact = "runs" }}]
[[dataset]]
id = "others"
any_of = [{{ dataset = "runs", steps = [{{ rename = {{ other = "task", more = "score" }} }}] }}]
[[dataset]]
id = "joined"
any_of = [{{ dataset = "runs", steps = [{steps}] }}]
"##,
        sha256(runs.as_bytes())
    );
    project.write("frozen/paper/runs.csv", &runs);
    project.write("manifests/paper/paper.toml", &manifest);
    project.run(&["report"])
}

#[test]
fn a_join_of_everything_with_everything_is_refused() {
    let run =
        run(r#"{ set = { a = "b" } }, { join = { dataset = "others", on = ["key"], columns = ["other"] } }"#);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    let expected = "dataset `joined`, step 2 (join): 3000 rows joined with 3000 rows of `others` would give 9000000 \
        rows of 6 columns; the most are 5000000 rows and 50000000 cells";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
    assert!(run.stderr.contains("hint: join by keys that identify rows"), "{}", run.stderr);
}

#[test]
fn a_join_by_several_keys_counts_their_pairs() {
    // The second key is the row's own: 3000 pairs, although both tables are as long as before.
    let steps = r#"{ rename = { other = "task" } }, { join = { dataset = "others", on = ["key", "other"], columns = ["more"] } }"#;
    let run = run(steps);
    assert!(!run.stderr.contains("would give"), "{}", run.stderr);
}

#[test]
fn tables_that_double_again_and_again_are_refused() {
    let doubled = |n: usize| vec![r#"{ append = "runs" }"#; n].join(", ");
    assert!(!run(&doubled(20)).stderr.contains("would give"));
    let columns = vec![r#""score""#; 2000].join(", ");
    let melt =
        format!(r#"{{ melt = {{ keep = ["model"], columns = [{columns}], name = "n", value = "v" }} }}"#);
    let run = run(&melt);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    let expected = "step 1 (melt): 2000 columns of 3000 rows each would give 6000000 rows of 3 columns";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
}

#[test]
fn texts_that_double_again_and_again_are_refused() {
    let unite = r#"{ unite = { into = "model", columns = ["model", "model"], separator = "-" } }"#;
    let run = run(&vec![unite; 40].join(", "));
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(
        run.stderr.contains("(unite): the texts of 2 columns of 3000 rows would give a column of"),
        "{}",
        run.stderr
    );
}
