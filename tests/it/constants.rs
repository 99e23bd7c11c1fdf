//! Numbers that the manifest wrote are declared, and no evidence.

use super::small::{CACHED, DIGITISED, Label, Small};

const BY_KEY: &str = "dataset = \"d\"\ncolumn = \"value\"\nmatch = { k = \"{k}\" }";

/// The outcome and tier of two claims, 0.5 and 0.7, on a file of the authors behind these steps.
fn judged(steps: &str, label: Label<'_>) -> Vec<(String, String)> {
    let small = Small::new()
        .file("pub", "k,value\na,0.5\nb,0.7\n", DIGITISED)
        .file("other", "k,x,y\na,1,0.5\nb,2,0.7\n", label)
        .dataset("d", "other", steps)
        .claims(2, BY_KEY);
    let (_, stderr, claims) = small.judged();
    assert!(!claims.is_empty(), "{stderr}");
    let text = |claim: &serde_json::Value, key: &str| claim[key].as_str().unwrap_or_default().to_owned();
    claims.iter().map(|claim| (text(claim, "outcome"), text(claim, "evidence"))).collect()
}

fn pairs(of: [(&str, &str); 2]) -> Vec<(String, String)> {
    of.map(|(outcome, tier)| (outcome.to_owned(), tier.to_owned())).to_vec()
}

#[test]
fn what_the_manifest_writes_is_declared() {
    let declared = pairs([("redrawn", "declared"), ("differs", "declared")]);
    let both = pairs([("redrawn", "declared"), ("redrawn", "declared")]);
    assert_eq!(judged(r#"{ set = { value = "0.5" } }, { to_number = "value" }"#, CACHED), declared);
    let recoded = r#"{ recode = { column = "k", into = "value", map = { a = "0.5", b = "0.7" } } }"#;
    assert_eq!(judged(&format!("{recoded}, {{ to_number = \"value\" }}"), CACHED), both);
    let linear = r#"{ to_number = "x" }, { linear = { into = "value", terms = {}, constant = 0.5 } }"#;
    assert_eq!(judged(linear, CACHED), declared);
    let weightless =
        r#"{ to_number = "x" }, { linear = { into = "value", terms = { x = 0 }, constant = 0.5 } }"#;
    assert_eq!(judged(weightless, CACHED), declared);
    // One row in each group, so that every result is the constant.
    let degenerate =
        r#"{ to_number = "x" }, { min_max = { by = ["k"], value = "x", into = "value", constant = 0.5 } }"#;
    assert_eq!(judged(degenerate, CACHED), declared);
    let without =
        r#"{ to_number = "x" }, { min_max = { by = ["k"], value = "x", into = "value", padding = 0.5 } }"#;
    assert_eq!(judged(without, CACHED)[0].1, "declared");
}

#[test]
fn a_constant_stays_one_whatever_is_done_with_it() {
    let set = r#"{ set = { c = "0.5" } }, { to_number = "c" }"#;
    for more in [
        r#"{ mean = { by = ["k"], value = "c", into = "value" } }"#,
        r#"{ linear = { into = "value", terms = { c = 1 } } }"#,
        r#"{ rename = { value = "c" } }"#,
        r#"{ select = ["k", "c"] }, { rename = { value = "c" } }, { sort = "k" }, { filter = { k = ["a", "b"] } }"#,
        r#"{ select = ["k", "c"] }, { melt = { keep = ["k"], name = "name", value = "value" } }, { to_number = "value" }"#,
        r#"{ bootstrap_mean = { by = ["k"], value = "c", into_mean = "value", into_low = "l", into_high = "h" } }"#,
        r#"{ unite = { into = "value", columns = ["c"], separator = "" } }, { to_number = "value" }"#,
        r#"{ recode = { column = "c", into = "value", map = {} } }, { to_number = "value" }"#,
        r#"{ rename = { value = "c" } }, { append = "none" }"#,
        r#"{ join = { dataset = "more", on = ["k"], columns = ["extra"] } }, { rename = { value = "c" } }"#,
        r#"{ join = { dataset = "constants", on = ["k"], columns = ["value"] } }"#,
    ] {
        let small = Small::new()
            .file("pub", "k,value\na,0.5\nb,0.7\n", DIGITISED)
            .file("other", "k,x,y\na,1,0.5\nb,2,0.7\n", CACHED)
            .dataset("d", "other", &format!("{set}, {more}"))
            .dataset("none", "other", r#"{ filter = { k = "a" } }, { set = { k = "z" } }"#)
            .dataset("more", "other", r#"{ rename = { extra = "y" } }"#)
            .dataset("constants", "other", r#"{ set = { value = "0.5" } }, { to_number = "value" }"#)
            .claims(2, BY_KEY);
        let (_, stderr, claims) = small.judged();
        assert!(!claims.is_empty(), "{more}: {stderr}");
        assert_eq!(
            (&claims[0]["outcome"], &claims[0]["evidence"]),
            (&"redrawn".into(), &"declared".into()),
            "{more}"
        );
        assert_eq!(claims[1]["evidence"], "declared", "{more}");
    }
}

#[test]
fn what_only_transforms_cells_keeps_its_tier() {
    for steps in [
        r#"{ rename = { value = "y" } }, { to_number = "value" }"#,
        r#"{ to_number = ["x", "y"] }, { linear = { into = "value", terms = { y = 1, x = 0 }, constant = 0 } }"#,
        r#"{ recode = { column = "y", into = "value", map = { other = "1" } } }, { to_number = "value" }"#,
        r#"{ set = { c = "0" } }, { to_number = ["c", "y"] }, { linear = { into = "value", terms = { y = 1, c = 1 } } }"#,
        r#"{ recode = { column = "k", into = "label", map = { a = "A" } } }, { rename = { value = "y" } }, { to_number = "value" }"#,
    ] {
        let small = Small::new()
            .file("pub", "k,value\na,0.5000000001\nb,0.7\n", DIGITISED)
            .file("other", "k,x,y\na,1,0.5\nb,2,0.7\n", CACHED)
            .dataset("d", "other", steps)
            .claims(2, BY_KEY);
        let (status, stderr, claims) = small.judged();
        assert_eq!(status, 0, "{steps}: {stderr}");
        assert!(claims.iter().all(|claim| claim["evidence"] == "cached"), "{steps}: {claims:#?}");
    }
}

#[test]
fn places_that_the_manifest_lists_are_declared() {
    let small = |order: &str| {
        let figure = format!(
            "[[figure]]\nid = \"f\"\nkind = \"stacked_bar\"\ntitle = \"t\"\nsize = [4, 3]\ndata = \"d\"\n\
             bar_column = \"k\"\nbars = [{{ value = \"a\" }}, {{ value = \"b\" }}]\norder = \"{order}\"\n\
             segment_column = \"s\"\nsegments = [{{ value = \"one\", colour = \"#FFE0B2\" }}]\nvalue_column = \"x\"\n"
        );
        Small::new()
            .file("pub", "k,value\na,2\nb,1\n", DIGITISED)
            .file("other", "k,x\na,0.1\nb,0.3\n", CACHED)
            .dataset("d", "other", r#"{ to_number = "x" }, { set = { s = "one" } }"#)
            .toml(&figure)
            .claims(2, "figure = \"f\"\ncolumn = \"x\"\nmatch = { mark = \"bar\", key = \"{k}\" }")
    };
    assert_eq!(small("total").outcomes(0), pairs([("reproduced", "cached"), ("reproduced", "cached")]));
    assert_eq!(small("listed").outcomes(1), pairs([("differs", "declared"), ("differs", "declared")]));
}

#[test]
fn names_of_columns_and_groups_and_numbers_that_choose_rows_are_declared() {
    let both = pairs([("redrawn", "declared"), ("redrawn", "declared")]);
    let first = |steps: &str| judged(steps, CACHED)[0].clone();
    let declared = ("redrawn".to_owned(), "declared".to_owned());
    let melted = r#"{ rename = { "0.5" = "x" } },
        { melt = { keep = ["k"], name = "value", value = "v", columns = ["0.5"] } }, { to_number = "value" }"#;
    assert_eq!(first(melted), declared);
    let chosen =
        r#"{ filter = { y = ["0.5", "0.7"] } }, { rename = { value = "y" } }, { to_number = "value" }"#;
    assert_eq!(judged(chosen, CACHED), both);
    let recoded = r#"{ select = ["y"] },
        { recode = { column = "y", into = "k", map = { "0.5" = "a", "0.7" = "b" }, others = "drop" } },
        { rename = { value = "y" } }, { to_number = "value" }"#;
    assert_eq!(judged(recoded, CACHED), both);
    // Chosen by another column, the number is the file's.
    let other = r#"{ filter = { x = ["1", "2"] } }, { rename = { value = "y" } }, { to_number = "value" }"#;
    assert!(judged(other, CACHED).iter().all(|(_, tier)| tier == "cached"));
}

#[test]
fn terms_that_add_nothing_leave_the_constant() {
    let constant = r#"{ recode = { column = "k", into = "c", map = { a = "0.5", b = "0.7" } } }, { to_number = ["x", "c"] }"#;
    let both = pairs([("redrawn", "declared"), ("redrawn", "declared")]);
    for terms in [
        r#"{ linear = { into = "z", terms = { x = 1 } } }, { linear = { into = "n", terms = { x = 1, z = -1 } } },
           { linear = { into = "value", terms = { n = 1, c = 1 } } }"#,
        r#"{ linear = { into = "value", terms = { x = 1e-300, c = 1 } } }"#,
    ] {
        assert_eq!(judged(&format!("{constant}, {terms}"), CACHED), both);
    }
}

#[test]
fn a_number_of_a_tool_is_declared_whichever_row_it_is_joined_to() {
    let tool = Label { evidence: "tool", source: "here", more: "" };
    let small = Small::new()
        .file("pub", "k,value\na,0.5\nb,0.7\n", DIGITISED)
        .file("tool", "k,value,z\na,0.5,1\nb,0.8,2\n", tool)
        .file("other", "k,x\na,1\nb,2\n", CACHED)
        .dataset("t", "tool", r#"{ to_number = "value" }"#)
        .dataset("d", "other", r#"{ join = { dataset = "t", on = ["k"], columns = ["value"] } }"#)
        .claims(2, BY_KEY);
    let expected = [("redrawn", "declared"), ("differs", "declared")];
    assert_eq!(small.outcomes(1), pairs(expected));
}
