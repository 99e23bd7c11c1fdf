//! A file of this project that holds the published numbers once more is the published file, whatever it is called.

use super::small::{CACHED, DIGITISED, GIVEN, Label, PRINTED, Small};

const PUBLISHED: &str = "k,value\na,0.5\nb,0.7\n";
const BY_KEY: &str = "dataset = \"d\"\ncolumn = \"value\"\nmatch = { k = \"{k}\" }";

/// Claims on a file beside the published one.
fn beside(csv: &str, label: Label<'_>, steps: &str) -> Small {
    let small = Small::new().file("pub", PUBLISHED, DIGITISED).file("copy", csv, label);
    small.dataset("d", "copy", steps).claims(2, BY_KEY)
}

#[track_caller]
fn is_copy(small: &Small) {
    let (status, stderr, claims) = small.judged();
    assert_eq!(status, 4, "{stderr}\n{claims:#?}");
    for claim in &claims {
        assert_eq!(claim["outcome"], "redrawn", "{claim}");
        assert_eq!(claim["copy"]["counts_as_published"], true, "{claim}");
        let detail = claim["detail"].as_str().unwrap();
        assert!(detail.contains("`copy` repeats the published numbers of `pub`"), "{detail}");
    }
}

#[test]
fn a_copy_is_redrawn_whatever_it_looks_like() {
    let number = r#"{ to_number = "value" }"#;
    is_copy(&beside("k,value,z\na,0.5,\nb,0.7,\n", DIGITISED, number));
    is_copy(&beside("value,k\n0.5,a\n0.7,b\n", GIVEN, number));
    is_copy(&beside("value,k\n0.5,a\n0.7,b\n", PRINTED, number));
    // Placed by hand under the name of a file on the Hub.
    is_copy(&beside("value,k\n0.7,b\n0.5,a\n", CACHED, number));
    // Written with other digits, among other rows, under another key, and scaled on the way.
    is_copy(&beside("k,value\nx,0.1\nb,0.70\ny,0.9\na,5e-1\n", DIGITISED, number));
    let recoded = r#"{ recode = { column = "name", into = "k", map = { one = "a", two = "b" } } }, { to_number = "value" }"#;
    is_copy(&beside("name,value\none,0.5\ntwo,0.7\n", GIVEN, recoded));
    let summed = r#"{ rename = { half = "value" } }, { to_number = "half" }, { linear = { into = "value", terms = { half = 1.0 }, constant = 0 } }"#;
    is_copy(&beside("k,value,z\na,0.5,1\nb,0.7,2\n", GIVEN, summed));
}

#[test]
fn a_copy_that_every_row_depends_on_is_found() {
    // Behind min_max every number depends on every row.
    let scaled = r#"{ to_number = "value" }, { min_max = { by = [], value = "value", into = "scaled" } }"#;
    is_copy(&beside("value,k\n0.5,a\n0.7,b\n", GIVEN, scaled));
}

#[test]
fn a_copy_that_was_turned_is_found() {
    // Three published numbers in one row of the copy, a column each.
    let published = "k,value\na-x,0.512345671\na-y,0.623456781\na-z,0.734567891\nb-x,0.812345671\nb-y,0.923456781\n\
                     b-z,0.134567891\n";
    let wide = "group,x,y,z\na,0.512345671,0.623456781,0.734567891\nb,0.812345671,0.923456781,0.134567891\n";
    let turned = r#"{ melt = { keep = ["group"], name = "name", value = "value", columns = ["x", "y", "z"] } },
        { unite = { into = "k", columns = ["group", "name"], separator = "-" } }, { to_number = "value" }"#;
    let small = Small::new().file("pub", published, DIGITISED).file("copy", wide, DIGITISED);
    is_copy(&small.dataset("d", "copy", turned).claims(6, BY_KEY));
}

#[test]
fn what_only_looks_like_a_copy_keeps_its_tier() {
    let number = r#"{ to_number = "value" }"#;
    let consistent = |small: &Small| {
        let (status, stderr, claims) = small.judged();
        assert_eq!(status, 0, "{stderr}\n{claims:#?}");
        assert!(claims.iter().all(|claim| claim["copy"].is_null()), "{claims:#?}");
    };
    // One number differs a little.
    consistent(&beside("k,value\na,0.5\nb,0.7000000001\n", DIGITISED, number));
    // All numbers are equal, so that nothing can be told.
    let equal = "k,value\na,0.5\nb,0.5\n";
    let small =
        Small::new().file("pub", equal, DIGITISED).file("copy", "k,value,z\na,0.5,1\nb,0.5,2\n", PRINTED);
    consistent(&small.dataset("d", "copy", number).claims(2, BY_KEY));
    // Sizes that rows are called by, read in two places of a paper.
    let sizes = "k,value\na,10\nb,32\n";
    let scores = "model,size,score\na,10,0.1\nb,32,0.2\n";
    let small = Small::new()
        .file("pub", sizes, PRINTED)
        .file("scores", scores, DIGITISED)
        .dataset("d", "scores", r#"{ rename = { k = "model", value = "size" } }, { to_number = "value" }"#)
        .dataset("own", "scores", r#"{ to_number = "score" }"#)
        .claims(2, BY_KEY)
        .toml(
            "[[claims]]\nid = \"scores\"\nplace = \"x\"\nartifact = \"scores\"\nvalue = \"score\"\nrule = \"printed\"\n\
             key = [\"model\", \"size\"]\nexpected = 2\n[[claims.ours]]\ndataset = \"own\"\ncolumn = \"score\"\n\
             match = { model = \"{model}\", size = \"{size}\" }\n",
        );
    let (status, stderr, claims) = small.judged();
    assert_eq!(status, 0, "{stderr}");
    assert_eq!(claims[0]["outcome"], "consistent", "{claims:#?}");
}

#[test]
fn a_file_that_was_fetched_keeps_its_tier_and_the_report_says_so() {
    let csv = "value,k\n0.5,a\n0.7,b\n";
    let small = beside(csv, CACHED, r#"{ to_number = "value" }"#);
    let lock = format!(
        "version = 1\n[[artifact]]\nid = \"copy\"\npath = \"copy.csv\"\nsize = {}\nsha256 = \"{}\"\n",
        csv.len(),
        repro::digest::sha256(csv.as_bytes())
    );
    small.project.write("manifests/t/repro.lock", &lock);
    let (status, stderr, claims) = small.judged();
    assert_eq!(status, 0, "{stderr}\n{claims:#?}");
    assert_eq!((&claims[0]["outcome"], &claims[0]["evidence"]), (&"reproduced".into(), &"cached".into()));
    assert!(
        claims[0]["detail"]
            .as_str()
            .unwrap()
            .contains("equals the published numbers of `pub` number for number")
    );
    small.run(&["report", "--offline"]);
    assert!(small.project.read("reports/report.html").contains("number for number"));
}

/// Numbers of so many digits that nobody meets them by chance.
const LONG: &str = "k,value\na,0.512345\nb,0.723456\nc,0.334567\n";

#[test]
fn a_copy_is_found_through_sets_and_files_of_one_number_each() {
    // A file of the same bytes would be the published file itself.
    let copy = format!("{LONG}d,0.9\n");
    let mut small =
        Small::new().file("pub", LONG, DIGITISED).file("copy", &copy, GIVEN).dataset("d", "copy", "");
    for key in ["a", "b", "c"] {
        let rule = format!("where = {{ k = \"{key}\" }}\nrule = \"abs\"\ntolerance = 1e-9");
        small = small.set(key, 1, &rule, BY_KEY);
    }
    is_copy(&small);
    // Whoever asks for one set gets the same outcome.
    assert_eq!(small.run(&["claims", "t/a"]).status, 4);

    let mut small = Small::new().file("pub", LONG, DIGITISED);
    for line in LONG.lines().skip(1) {
        small = small.file(&format!("copy-{}", &line[..1]), &format!("k,value\n{line}\n"), GIVEN);
    }
    let dataset = "[[dataset]]\nid = \"d\"\n[[dataset.any_of]]\nartifacts = \"copy-*\"\n";
    let (status, stderr, claims) = small.toml(dataset).claims(3, BY_KEY).judged();
    assert_eq!(status, 4, "{stderr}\n{claims:#?}");
    assert!(claims.iter().all(|claim| claim["outcome"] == "redrawn"), "{claims:#?}");
}

#[test]
fn a_copy_in_percent_or_moved_or_called_a_key_is_found() {
    let copy = |csv: &str, steps: &str| {
        let small = Small::new().file("pub", LONG, DIGITISED).file("copy", csv, GIVEN);
        small.dataset("d", "copy", steps).claims(3, BY_KEY)
    };
    let linear = |weight: &str, constant: &str| {
        format!(
            "{{ to_number = \"x\" }}, {{ linear = {{ into = \"value\", terms = {{ x = {weight} }}, constant = {constant} }} }}"
        )
    };
    is_copy(&copy("k,x\na,51.2345\nb,72.3456\nc,33.4567\n", &linear("0.01", "0")));
    is_copy(&copy("k,x\na,1.512345\nb,1.723456\nc,1.334567\n", &linear("1", "-1.0")));
    // Another set that is called by the copied column.
    let called = "[[claims]]\nid = \"z\"\nplace = \"x\"\nartifact = \"copy\"\nvalue = \"z\"\nrule = \"abs\"\ntolerance = 1\n\
                  key = [\"k\", \"value\"]\nexpected = 3\nwaits = [{ reason = \"not_shared\", detail = \"no\" }]\n";
    let small = copy("k,value,z\na,0.512345,1\nb,0.723456,2\nc,0.334567,3\n", "").toml(called);
    let (status, stderr, claims) = small.judged();
    assert_eq!(status, 4, "{stderr}\n{claims:#?}");
    assert!(claims[..3].iter().all(|claim| claim["outcome"] == "redrawn"), "{claims:#?}");
}

#[test]
fn a_copy_among_the_rows_that_are_no_claims_is_found() {
    let of = |side: &str| LONG.lines().skip(1).map(|line| format!("{side},{line}\n")).collect::<String>();
    let both = format!("side,k,value\n{}{}", of("paper"), of("ours"));
    let steps = r#"{ filter = { side = "ours" } }, { to_number = "value" }"#;
    let rule = "where = { side = \"paper\" }\nrule = \"abs\"\ntolerance = 1e-9";
    let small =
        Small::new().file("pub", &both, DIGITISED).dataset("d", "pub", steps).set("c", 3, rule, BY_KEY);
    let (status, stderr, claims) = small.judged();
    assert_eq!(status, 4, "{stderr}\n{claims:#?}");
    // Where both are claims, they are two readings.
    let rule = rule.replace("paper", "ours");
    let steps = steps.replace("ours", "paper");
    let small = small
        .toml(&format!("[[dataset]]\nid = \"e\"\nany_of = [{{ artifact = \"pub\", steps = [{steps}] }}]\n"));
    let small = small.set("ours", 3, &rule, &BY_KEY.replace("\"d\"", "\"e\""));
    assert_eq!(small.outcomes(0), vec![("consistent".to_owned(), "digitised".to_owned()); 6]);
}
