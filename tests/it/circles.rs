//! A published value proves nothing about itself: not by choosing our row, not through aliases, derived rows or orders.

use super::small::{CACHED, DIGITISED, PRINTED, Small};

const PUBLISHED: &str = "k,value\na,0.5\nb,0.7\n";
const BY_KEY: &str = "dataset = \"d\"\ncolumn = \"value\"\nmatch = { k = \"{k}\" }";

fn all(outcome: &str, tier: &str, n: usize) -> Vec<(String, String)> {
    vec![(outcome.to_owned(), tier.to_owned()); n]
}

#[test]
fn the_own_row_is_redrawn() {
    let small =
        Small::new().file("pub", PUBLISHED, DIGITISED).dataset("d", "pub", r#"{ to_number = "value" }"#);
    assert_eq!(small.claims(2, BY_KEY).outcomes(4), all("redrawn", "digitised", 2));
}

/// Claims that look into a file of the authors in some way.
fn looking(csv: &str, published: &str, steps: &str, ours: &str) -> Small {
    let n = published.lines().count() - 1;
    Small::new()
        .file("pub", published, DIGITISED)
        .file("other", csv, CACHED)
        .dataset("d", "other", steps)
        .claims(n, ours)
}

#[test]
fn the_published_value_must_not_choose_our_row() {
    let numbers = "x,y\n1,0.1\n2,0.5\n3,0.3\n4,0.7\n";
    let renamed = r#"{ rename = { value = "y" } }"#;
    looking(
        numbers,
        PUBLISHED,
        renamed,
        "dataset = \"d\"\ncolumn = \"value\"\nmatch = { value = \"{value}\" }",
    )
    .refused(&["`ours.match` names `{value}`", "paper.toml:"]);
    let translated = "dataset = \"d\"\ncolumn = \"value\"\ntranslate = { value = { \"0.5\" = \"2\", \"0.7\" = \"4\" } }\n\
                      match = { x = \"{value}\" }";
    looking(numbers, PUBLISHED, renamed, translated).refused(&["the published value itself"]);
    // The value under another key, spelled by a translation.
    let spelled = "dataset = \"d\"\ncolumn = \"value\"\ntranslate = { k = { a = \"0.5\", b = \"0.7\" } }\n\
                   match = { again = \"{k}\" }";
    let again =
        r#"{ rename = { value = "y" } }, { recode = { column = "value", into = "again", map = {} } }"#;
    looking(numbers, PUBLISHED, again, spelled).refused(&["`ours.match.again` looks for numbers", "equal"]);
    // Our number stands in the column that is searched.
    let searched = spelled.replace("again", "value").replace("0.5\"", "0.51\"");
    looking(numbers, PUBLISHED, renamed, &searched).refused(&["`match` must not look for it there"]);
}

#[test]
fn a_column_that_gives_the_value_away_must_not_choose() {
    let wide = "0.5,0.7\n0.5,0.7\n";
    let column = "dataset = \"d\"\ncolumn = \"{value}\"\nmatch = {}";
    looking(wide, PUBLISHED, "", column).refused(&["`ours.column` names `{value}`"]);
    for (name, published, words) in [
        ("doubled", "k,value,code\na,0.5,1\nb,0.7,1.4\n", "one ratio"),
        ("shifted", "k,value,code\na,0.5,10.5\nb,0.7,10.7\n", "one distance"),
        ("percent", "k,value,code\na,0.5,50%\nb,0.7,70%\n", "equal"),
    ] {
        let ours = "dataset = \"d\"\ncolumn = \"y\"\nmatch = { x = \"{code}\" }";
        let small = looking("x,y\n1,0.5\n1.4,0.7\n", published, r#"{ to_number = "y" }"#, ours);
        small.refused(&["`ours.match` names `{code}`", words]);
        // Without a second value there is no ratio that could tell.
        let (status, ..) =
            looking("x,y\n1,0.5\n", "k,value,code\na,0.5,1\n", r#"{ to_number = "y" }"#, ours).judged();
        assert_eq!(status, 0, "{name}");
    }
    let figure = "figure = \"f{value}\"\ncolumn = \"y\"\nmatch = { series = \"s\" }";
    looking("x,y\n1,0.5\n", PUBLISHED, "", figure).refused(&["`ours.figure` names `{value}`"]);
}

#[test]
fn an_alias_row_is_the_claims_own() {
    let alias = |small: Small| {
        small.toml(
            "[[claims.alias]]\nplace = \"text\"\nartifact = \"text\"\nvalue = \"value\"\nkey = [\"s\"]\nexpected = 1\n\
             of = { k = \"{s}\" }\n",
        )
    };
    let small = Small::new()
        .file("pub", "k,value\na,0.5\n", DIGITISED)
        .file("text", "s,value\na,0.50\n", PRINTED)
        .dataset("d", "text", r#"{ to_number = "value" }"#)
        .claims(1, &BY_KEY.replace("{ k =", "{ s ="));
    assert_eq!(alias(small).outcomes(4), all("redrawn", "printed", 1));
    // A cell that is an alias is no claim of its own.
    let small = Small::new()
        .file("pub", "k,value\na,0.5\n", DIGITISED)
        .file("text", "s,value\na,0.50\n", PRINTED)
        .file("other", "k,value\na,0.5\n", CACHED)
        .dataset("d", "other", r#"{ to_number = "value" }"#)
        .claims(1, BY_KEY);
    let twice = alias(small).toml(
        "[[claims]]\nid = \"again\"\nplace = \"text\"\nartifact = \"text\"\nvalue = \"value\"\nrule = \"printed\"\n\
         key = [\"s\"]\nexpected = 1\n[[claims.ours]]\ndataset = \"d\"\ncolumn = \"value\"\nmatch = { k = \"{s}\" }\n",
    );
    let (status, stderr, claims) = twice.judged();
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("an alias of `c/a`"), "{stderr}");
    assert_eq!(claims[1]["outcome"], "error");
}

#[test]
fn rows_derived_from_derived_rows_are_followed() {
    let label = |derived: &'static str| super::small::Label { more: derived, ..DIGITISED };
    let file = "k,value\na,0.5\nb,0.6\nc,0.5\n";
    let small = |derived: &'static str| {
        Small::new()
            .file("pub", file, label(derived))
            .dataset("d", "pub", r#"{ to_number = "value" }"#)
            .claims(1, "dataset = \"d\"\ncolumn = \"value\"\nmatch = { k = \"c\" }")
    };
    let chain =
        small("derived_rows = [{ row = 2, from = [1], how = \"x\" }, { row = 3, from = [2], how = \"y\" }]");
    assert_eq!(chain.outcomes(4), all("redrawn", "digitised", 1));
    for (derived, words) in [
        ("derived_rows = [{ row = 2, from = [], how = \"x\" }]", "needs at least one row"),
        ("derived_rows = [{ row = 2, from = [2], how = \"x\" }]", "derived from itself"),
        (
            "derived_rows = [{ row = 2, from = [3], how = \"x\" }, { row = 3, from = [2], how = \"y\" }]",
            "from itself",
        ),
        ("derived_rows = [{ row = 0, from = [1], how = \"x\" }]", "no row 0"),
        ("derived_rows = [{ row = 9, from = [1], how = \"x\" }]", "row 9, and the file has 3 rows"),
        ("derived_rows = [{ row = 3, from = [9], how = \"x\" }]", "row 9, and the file has 3 rows"),
    ] {
        small(derived).refused(&[words, "pub"]);
    }
}

#[test]
fn one_cell_is_one_claim() {
    let small = || {
        Small::new().file("pub", "k,value\na,0.5\n", DIGITISED).dataset(
            "d",
            "pub",
            r#"{ to_number = "value" }"#,
        )
    };
    let (status, stderr, claims) =
        small().claims(1, BY_KEY).set("c/x", 1, "rule = \"printed\"", BY_KEY).judged();
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("column `value` of this row is claim `c/a` already"), "{stderr}");
    assert_eq!((&claims[0]["outcome"], &claims[1]["outcome"]), (&"redrawn".into(), &"error".into()));
    // The same bytes under another name are the same cell, and selecting one set does not hide the other.
    let twice = small().file("again", "k,value\na,0.5\n", PRINTED).claims(1, BY_KEY).toml(
        "[[claims]]\nid = \"other\"\nplace = \"x\"\nartifact = \"again\"\nvalue = \"value\"\nrule = \"printed\"\n\
         key = [\"k\"]\nexpected = 1\n[[claims.ours]]\ndataset = \"d\"\ncolumn = \"value\"\nmatch = { k = \"{k}\" }\n",
    );
    let run = twice.run(&["claims", "t/other", "--json"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert_eq!(run.json()["counts"]["error"], 1);
}

#[test]
fn an_order_among_the_published_values_is_redrawn() {
    let published = "k,value\na,1\nb,2\nc,3\n";
    let order = |small: Small| small.set("c", 3, "rule = \"order\"", BY_KEY);
    let small = |steps: &str| {
        Small::new()
            .file("pub", published, DIGITISED)
            .file("other", "k,value\na,0.1\n", CACHED)
            .dataset("own", "pub", r#"{ to_number = "value" }"#)
            .dataset("d", "other", steps)
    };
    // One number of ours among two published ones.
    let mixed = small(
        r#"{ to_number = "value" }, { append = "rest" }"#,
    )
    .toml("[[dataset]]\nid = \"rest\"\n[[dataset.any_of]]\ndataset = \"own\"\nsteps = [{ filter = { k = [\"b\", \"c\"] } }]\n");
    assert_eq!(
        order(mixed).outcomes(4),
        all("redrawn", "cached", 1).into_iter().chain(all("redrawn", "digitised", 2)).collect::<Vec<_>>()
    );
    let honest = Small::new()
        .file("pub", published, DIGITISED)
        .file("other", "k,value\na,0.1\nb,0.2\nc,0.3\n", CACHED)
        .dataset("d", "other", r#"{ to_number = "value" }"#);
    assert_eq!(order(honest).outcomes(0), all("reproduced", "cached", 3));
}

#[test]
fn a_text_that_spells_the_published_value_must_not_choose() {
    const LONG: &str = "k,value,code,low\na,0.512345,x0.512345,2345\nb,0.723456,x0.723456,3456\n";
    let by = |matching: &str| format!("dataset = \"d\"\ncolumn = \"y\"\nmatch = {{ {matching} }}");
    let other = "id,low,y\nx0.512345,2345,0.512345\nx0.723456,3456,0.723456\n";
    looking(other, LONG, "", &by("id = \"{code}\"")).refused(&["`ours.match.id` looks for texts that spell"]);
    // In two parts, for half of the rows, for a single claim.
    let parts = by("id = \"0.51\", low = \"{low}\"");
    looking(other, &LONG.replace("x0.723456", "y"), "", &parts).refused(&["spells the published value"]);
    let half = LONG.replace("x0.723456", "second");
    looking(other, &half, "", &by("id = \"{code}\""))
        .refused(&["`ours.match.id` looks for texts that spell"]);
    let single = "k,value,code\na,0.512345,0.512345\n";
    looking(other, single, "", &by("id = \"{code}\""))
        .refused(&["`ours.match.id` looks for texts that spell"]);
    // Through the name of a column, translated before or after it is filled in.
    let wide = "j,0.5,0.7\n1,0.5,0.7\n";
    for translated in
        ["translate = { k = { a = \"0.5\", b = \"0.7\" } }", "columns = { a = \"0.5\", b = \"0.7\" }"]
    {
        let ours = format!("dataset = \"d\"\ncolumn = \"{{k}}\"\n{translated}\nmatch = {{}}");
        looking(wide, PUBLISHED, "", &ours).refused(&["`ours.column` looks for numbers that equal"]);
    }
    // Sizes of two digits are names and no values.
    let sizes = "k,value,size\na,0.132,32\nb,0.764,64\nc,0.5,128\n";
    let small = looking("size,y\n32,0.132\n64,0.764\n128,0.5\n", sizes, "", &by("size = \"{size}\""));
    assert_eq!(small.outcomes(4), all("redrawn", "cached", 3), "a copy, and no circle");
}

#[test]
fn stars_must_not_choose_themselves() {
    let published = "k,stars,code\na,*,*\nb,**,**\n";
    let small = Small::new().file("pub", published, DIGITISED).file("other", "s,stars\n*,*\n**,**\n", CACHED);
    let set = "[[claims]]\nid = \"c\"\nplace = \"x\"\nartifact = \"pub\"\nvalue = \"stars\"\nrule = \"stars\"\nkey = [\"k\"]\n\
               expected = 2\nours = [{ dataset = \"d\", column = \"stars\", match = { s = \"{code}\" } }]\n";
    small.dataset("d", "other", "").toml(set).refused(&["`ours.match.s` looks for texts that spell"]);
}

#[test]
fn one_cell_is_one_claim_whatever_the_line_ends() {
    let small = Small::new()
        .file("pub", PUBLISHED, DIGITISED)
        .file("again", &PUBLISHED.replace('\n', "\r\n"), DIGITISED)
        .file("other", "k,value\na,0.4\nb,0.7\n", DIGITISED)
        .dataset("d", "other", r#"{ to_number = "value" }"#)
        .claims(2, BY_KEY)
        .toml(
            "[[claims]]\nid = \"twice\"\nplace = \"x\"\nartifact = \"again\"\nvalue = \"value\"\nrule = \"abs\"\ntolerance = 1\n\
             key = [\"k\"]\nexpected = 2\nours = [{ dataset = \"d\", column = \"value\", match = { k = \"{k}\" } }]\n",
        );
    let (status, stderr, _) = small.judged();
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("is claim `c/a` already; one cell is one claim"), "{stderr}");
}

#[test]
fn a_run_that_a_step_repeats_is_one_run() {
    let runs = "k,value\na,0.4\na,0.6\nb,0.7\nb,0.7\n";
    let twice = |steps: &str| {
        Small::new()
            .file("pub", PUBLISHED, DIGITISED)
            .file("other", runs, DIGITISED)
            .dataset("once", "other", "")
            .dataset("d", "other", steps)
            .set("c", 2, "rule = \"equivalence\"\ntolerance = 0.4", BY_KEY)
    };
    // Two runs may have one number, as long as they are two rows of a file.
    let (status, stderr, claims) = twice(r#"{ to_number = "value" }"#).judged();
    assert_eq!(status, 1, "{stderr}");
    assert_eq!(claims[1]["outcome"], "consistent", "{claims:#?}");
    twice(r#"{ append = "once" }, { to_number = "value" }"#).refused(&["are one run, `other` row 1"]);
}
