//! `repro rank` on tables as programs and spreadsheets write them.

use super::support::{Project, Run};

fn rank(text: &[u8], more: &[&str]) -> Run {
    let project = Project::empty();
    std::fs::write(project.path().join("r.csv"), text).unwrap();
    project.run(&[&["rank", "r.csv"], more].concat())
}

#[test]
fn separators_and_line_ends_do_not_matter() {
    let plain = "method,mse,r2\nA,0.10,0.9\nB,0.20,0.8\nC,0.30,0.95\n";
    let expected = "status: 0\n--- stdout\nmethod,mse,r2\nA,1,0.5\nB,0.5,0\nC,0,1\n--- stderr\n";
    for text in [
        plain.to_owned(),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        plain.replace(',', ", "),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        format!("\u{feff}{plain}"),
        format!("sep=,\n{plain}"),
        plain.replace('\n', ",\n"),
        plain.replace("0.10", "1E-1").replace("0.9\n", "+0.9\n"),
    ] {
        assert_eq!(rank(text.as_bytes(), &[]).snapshot(), expected, "{text:?}");
    }
}

#[test]
fn directions_follow_from_names() {
    for (name, first) in [
        ("MSE", 1.0),
        ("rmse", 1.0),
        ("Energy distance", 1.0),
        ("nll", 1.0),
        ("mmd_linear", 1.0),
        ("cosine_distance", 1.0),
        ("R2", 0.0),
        ("rev_distributional_mse", 0.0),
        ("neg_mean_absolute_error", 0.0),
    ] {
        let run = rank(format!("m,{name}\nA,0.1\nB,0.2\n").as_bytes(), &["--json"]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{name}");
        let metric = &run.json()["metrics"][name];
        assert_eq!(metric["percentiles"][0], first, "{name}: {metric}");
        assert_eq!((&metric["lower_is_better"], &metric["assumed"]), (&(first == 1.0).into(), &false.into()));
    }
    let run = rank(b"m,drift\nA,0.1\nB,0.2\n", &["--json"]);
    assert!(run.stderr.contains("more is taken as better for `drift`"), "{}", run.stderr);
    assert_eq!(run.json()["metrics"]["drift"]["assumed"], true);
    let run = rank(
        b"m,drift,mse\nA,0.1,1\nB,0.2,2\n",
        &["--lower-is-better", "drift", "--higher-is-better", "mse"],
    );
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("m,drift,mse\nA,1,0\nB,0,1\n", ""));
    let run = rank(b"m,mse\nA,1\nB,2\n", &["--lower-is-better", "mse", "--higher-is-better", "mse"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
}

#[test]
fn what_is_not_a_number_is_named() {
    for (text, words) in [
        ("method,mse,r2\nA,0.1,0.9\nB,0.2,high\n", "line 3, method `B`, column `r2`: `high` is not a number"),
        ("method;mse\nA;0,1\nB;0,2\n", "line 2, method `A`, column `mse`: `0,1` is not a number"),
        ("method,mse,n\nA,0.1,\"1,200\"\n", "`1,200` is not a number\nhint: write decimals with a point"),
        ("method,mse\nA,inf\n", "`inf` is not a number\nhint: only finite numbers have a rank"),
        ("method,r2\nA,\u{2212}0.5\n", "hint: write the minus sign as `-`"),
        ("method,mse\nA,0.1±0.01\n", "hint: give the value alone"),
        ("method,acc\nA,90%\n", "hint: write a fraction"),
        (",method,mse\n0,A,0.1\n1,B,0.2\n", "hint: the first column must hold the names of the methods"),
        ("method\nA\nB\n", "there is no metric"),
        ("method,\nA,\n", "there is no metric"),
        ("method,mse\n", "there is no method"),
        ("", "there is no metric"),
        ("method,mse\nA,1\nA,2\n", "line 3: `A` is there twice"),
        ("method,mse,mse\nA,1,2\n", "two columns are called `mse`"),
        ("method,mse\nA,1,2\n", "line 2 has 3 fields, the first line has 2"),
    ] {
        let run = rank(text.as_bytes(), &[]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{text:?}: {}", run.snapshot());
        assert!(run.stderr.contains(words), "`{words}` in {}", run.stderr);
    }
}

#[test]
fn missing_values_are_counted() {
    for missing in ["", "NA", "nan", "NaN", "N/A"] {
        let run = rank(format!("m,r2\nA,{missing}\nB,0.2\nC,0.3\n").as_bytes(), &[]);
        assert_eq!(run.stdout, "m,r2\nA,\nB,0\nC,1\n", "{missing}");
        assert_eq!(run.stderr, "note: missing values get no rank (1): `A` in `r2`\n");
    }
}

#[test]
fn a_name_that_turns_a_metric_round_says_no_direction() {
    for name in [
        "1-r2",
        "one minus pearson",
        "unexplained r2",
        "accuracy drop",
        "-mse",
        "MSE (negated)",
        "mse_neg",
        "mse reduction",
        "mse percentile",
        "delta mse",
        "mse ratio",
    ] {
        let run = rank(format!("method,{name}\nA,0.1\nB,0.2\n").as_bytes(), &[]);
        assert_eq!(run.status, 0, "{}", run.snapshot());
        assert!(run.stderr.contains("their names do not say it"), "{name}: {}", run.snapshot());
    }
}

#[test]
fn a_negative_error_is_refused_unless_its_direction_is_stated() {
    let text = b"method,mse\nA,-0.1\nB,-0.2\n";
    let run = rank(text, &[]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stderr.contains("method `A`, column `mse`: -0.1 is below 0"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: state the direction"), "{}", run.stderr);
    assert_eq!(rank(text, &["--higher-is-better", "mse"]).stdout, "method,mse\nA,1\nB,0\n");
}

#[test]
fn a_table_that_tells_no_two_methods_apart_is_refused() {
    for text in ["method,mse\nA,1\n", "method,mse\nA,NA\nB,\n", "method,mse\nA,1\nB,1\n"] {
        let run = rank(text.as_bytes(), &[]);
        assert_eq!(run.status, 2, "{}", run.snapshot());
        assert!(run.stderr.contains("nothing can be ranked"), "{}", run.stderr);
    }
}
