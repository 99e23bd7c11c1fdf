//! A number rests on everything that decided it: segments below, values it was sorted among, rows that were counted.

use serde_json::Value;

use super::small::{CACHED, DIGITISED, PRINTED, Small};

fn lineages(small: &Small) -> Vec<(String, String, String)> {
    let (_, stderr, claims) = small.judged();
    assert!(!claims.is_empty(), "{stderr}");
    let text = |claim: &Value, key: &str| claim[key].as_str().unwrap_or_default().to_owned();
    // Hashes are left out.
    let bare = |lineage: String| {
        let parts = lineage.split(' ').map(|part| {
            let (file, rest) = part.split_once('@').unwrap_or((part, ""));
            format!("{file}:{}", rest.split_once(':').map_or("", |(_, rows)| rows))
        });
        parts.collect::<Vec<_>>().join(" ")
    };
    claims
        .iter()
        .map(|claim| (text(claim, "outcome"), text(claim, "evidence"), bare(text(claim, "lineage"))))
        .collect()
}

fn stacked(total: &str) -> String {
    format!(
        "[[figure]]\nid = \"f\"\nkind = \"stacked_bar\"\ntitle = \"t\"\nsize = [4, 3]\ndata = \"d\"\nbar_column = \"bar\"\n\
         bars = [{{ value = \"A\" }}, {{ value = \"B\" }}]\norder = \"total\"\nsegment_column = \"seg\"\n\
         segments = [{{ value = \"low\", colour = \"#FFE0B2\" }}, {{ value = \"up\", colour = \"#E8F5E9\" }}]\n\
         value_column = \"v\"\ntotal = \"{total}\"\ny = {{ title = \"y\", limits = [0, 5] }}\n"
    )
}

/// A bar of which the lower segment is the claim's own row.
fn on_the_own_row(figure: &str, published: &str, ours: &str) -> Small {
    Small::new()
        .file("pub", published, DIGITISED)
        .file("other", "bar,seg,v\nA,up,0.5\nB,low,0.1\nB,up,0.1\n", CACHED)
        .dataset(
            "own",
            "pub",
            r#"{ set = { seg = "low" } }, { rename = { bar = "k", v = "bottom" } }, { select = ["bar", "seg", "v"] }, { to_number = "v" }"#,
        )
        .dataset("d", "other", r#"{ to_number = "v" }, { append = "own" }"#)
        .toml(figure)
        .claims(1, ours)
}

#[test]
fn the_top_of_a_segment_rests_on_those_below() {
    let bar = |column: &str| {
        format!(
            "figure = \"f\"\ncolumn = \"{column}\"\nmatch = {{ mark = \"bar\", series = \"up\", key = \"{{k}}\" }}"
        )
    };
    let published = |value: &str| format!("k,bottom,value\nA,0.3,{value}\n");
    let of = |column: &str, value: &str| {
        lineages(&on_the_own_row(&stacked("sum"), &published(value), &bar(column))).remove(0)
    };
    let found =
        |outcome: &str, tier: &str, rows: &str| (outcome.to_owned(), tier.to_owned(), rows.to_owned());
    assert_eq!(of("y", "0.8"), found("redrawn", "digitised", "other:1 pub:1"));
    assert_eq!(of("low", "0.3"), found("redrawn", "digitised", "pub:1"));
    assert_eq!(of("size", "0.5"), found("reproduced", "cached", "other:1"));
    // The place of the bar rests on every value.
    assert_eq!(of("x", "1"), found("redrawn", "digitised", "other:1-3 pub:1"));
}

#[test]
fn a_number_of_a_row_rests_on_the_rows_that_were_counted() {
    let small = |steps: &str, ours: &str| {
        Small::new()
            .file("pub", "k,value\na,2\n", DIGITISED)
            .file("strong", "k,x\na,0.4\nz,0.2\n", CACHED)
            .file("weak", "k,x\nw,0.1\nb,0.9\n", PRINTED)
            .dataset("w", "weak", r#"{ to_number = "x" }"#)
            .dataset("d", "strong", steps)
            .claims(1, ours)
    };
    let position = "dataset = \"d\"\ncolumn = \"pos\"\nmatch = { k = \"{k}\" }";
    let numbered = r#"{ filter = { k = "a" } }, { to_number = "x" }, { append = "w" }, { sort = "x" }, { number_rows = "pos" }"#;
    let (outcome, tier, rows) = lineages(&small(numbered, position)).remove(0);
    assert_eq!(
        (outcome.as_str(), tier.as_str(), rows.as_str()),
        ("consistent", "printed", "strong:1 weak:1-2")
    );
    // What is chosen by its number rests on them, too.
    let chosen =
        "dataset = \"d\"\ncolumn = \"x\"\nmatch = { pos = \"{k}\" }\ntranslate = { k = { a = \"2\" } }";
    let (_, tier, rows) = lineages(&small(numbered, chosen)).remove(0);
    assert_eq!((tier.as_str(), rows.as_str()), ("printed", "strong:1 weak:1-2"));
    let filtered = format!("{numbered}, {{ filter = {{ pos = \"2\" }} }}");
    let (_, tier, rows) =
        lineages(&small(&filtered, "dataset = \"d\"\ncolumn = \"x\"\nmatch = {}")).remove(0);
    assert_eq!((tier.as_str(), rows.as_str()), ("printed", "strong:1 weak:1-2"));
    // The rows of a file as it was read have their numbers whatever other rows hold.
    let plain = r#"{ number_rows = "pos" }, { to_number = "pos" }"#;
    let (_, tier, rows) = lineages(&small(plain, position)).remove(0);
    assert_eq!((tier.as_str(), rows.as_str()), ("cached", "strong:1"));
}

#[test]
fn a_comparison_counts_what_is_redrawn_apart() {
    let bar = "figure = \"f\"\ncolumn = \"y\"\nmatch = { mark = \"bar\", series = \"up\", key = \"{k}\" }";
    let small = on_the_own_row(&stacked("sum"), "k,bottom,value\nA,0.3,0.8\n", bar);
    let run = small.run(&["figures", "--compare", "--offline"]);
    assert!(
        run.stdout.contains("1 drawn at its published position; this is not evidence"),
        "{}",
        run.snapshot()
    );
    assert!(!run.stdout.contains("agree"), "{}", run.snapshot());
    let svg = small.project.read("figures/t/f.compare.svg");
    assert!(
        svg.contains("redrawn (not evidence)") && svg.contains("this is not evidence"),
        "the legend and caption"
    );
    small.run(&["report", "--offline", "--format", "html,md"]);
    let html = small.project.read("reports/report.html");
    assert!(
        html.contains("class=\"redrawn\"") && !html.contains("class=\"agrees\""),
        "no ring says that it agrees"
    );
}

#[test]
fn a_sort_by_numbers_of_rows_rests_on_all_rows_that_were_counted() {
    let other = "src,k,x\no,z,1.5\no,z,2.25\no,z,9\no,z,4\no,z,7.125\n";
    let rows: String = (0..8).map(|i| format!("p,r{i},{i},3.8275\n")).collect();
    let steps = r#"{ select = ["src", "k", "x"] }, { append = "o" }, { number_rows = "pos" }, { filter = { src = "o" } },
        { sort = "pos" }, { to_number = "x" },
        { bootstrap_mean = { by = ["k"], value = "x", into_mean = "m", into_low = "low", into_high = "high", resamples = 7 } }"#;
    let small = Small::new()
        .file("pub", &format!("src,k,x,value\n{rows}"), DIGITISED)
        .file("o", other, CACHED)
        .dataset("o", "o", "")
        .dataset("d", "pub", steps);
    let rule = "where = { k = \"r0\" }\nrule = \"abs\"\ntolerance = 100";
    let small = small.set("c", 1, rule, "dataset = \"d\"\ncolumn = \"low\"\nmatch = { k = \"z\" }");
    assert_eq!(small.outcomes(4), [("redrawn".to_owned(), "digitised".to_owned())]);
}
