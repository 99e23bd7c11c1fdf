//! Verbs on small tables, steps written as a manifest writes them.

use std::sync::Arc;

use serde::Deserialize;

use super::Table;
use super::content::{Source, TableSpec};
use super::frame::Frame;
use super::read::read;
use super::step::Step;
use crate::digest::sha256;
use crate::evidence::{Lookups, SourceFile, Tier};
use crate::manifest::{Artifact, DerivedRow, FetchPolicy, Origin};
use crate::store::VerifiedFile;

fn artifact() -> Artifact {
    Artifact {
        id: "a".into(),
        origin: Origin::File { source: "s".into(), path: "a.csv".into() },
        to: "a.csv".into(),
        evidence: Tier::Cached,
        optional: false,
        fetch: FetchPolicy::Default,
        sha256: None,
        size: None,
        about: None,
        columns: Default::default(),
        derived_rows: Vec::new(),
        obtained: None,
    }
}

fn frame_of(csv: &str, artifact: &Artifact) -> Result<Frame, super::QueryError> {
    let source = SourceFile::new("a", sha256(csv.as_bytes()), Tier::Cached);
    read(&VerifiedFile { bytes: csv.into(), source: Arc::new(source) }, artifact, &[])
}

/// The table after these steps.
fn run(csv: &str, steps: &str) -> Result<Table, super::QueryError> {
    #[derive(Deserialize)]
    struct Steps {
        steps: Vec<Step>,
    }
    let steps: Steps = toml::from_str(&format!("steps = [{steps}]")).unwrap();
    let other = frame_of("key,extra\nb,B\na,A\n", &artifact()).unwrap().into_table().unwrap();
    let start = frame_of(csv, &artifact())?;
    let mut seen = Lookups::default();
    steps.steps.iter().try_fold(start, |frame, step| step.apply(frame, Some(&other), &mut seen))?.into_table()
}

/// A table as lines: cells joined by commas, then the rows of the file that each line depends on.
fn show(table: &Table) -> String {
    let names: Vec<&str> = table.column_names().collect();
    let mut lines = vec![names.join(",")];
    for row in 0..table.n_rows() {
        let cells: Vec<String> =
            names.iter().map(|name| table.text(name, row).unwrap_or_else(|| "-".into())).collect();
        let lineage = table.lineage(row).unwrap();
        let rows: Vec<String> = lineage
            .files()
            .flat_map(|(_, rows)| rows.iter().map(|row| row.to_string()).collect::<Vec<_>>())
            .collect();
        lines.push(format!("{} <{}>", cells.join(","), rows.join(" ")));
    }
    lines.join("\n")
}

const SCORES: &str = "\
,split,r2,mse
m1,s1,0.5,3
m2,s1,0.7,3
m3,s1,,1
m1,s2,0.1,
m2,s2,0.2,
";

#[test]
fn an_unnamed_index_column_can_be_named() {
    let table = run(SCORES, r#"{ rename = { model = "" } }, { filter = { split = "s2" } }"#).unwrap();
    assert_eq!(show(&table), "model,split,r2,mse\nm1,s2,0.1,- <4>\nm2,s2,0.2,- <5>");
}

#[test]
fn melt_repeats_rows_once_a_column() {
    let steps = r#"{ rename = { model = "" } }, { filter = { split = ["s2"] } },
        { melt = { keep = ["model"], columns = ["r2", "mse"], name = "metric", value = "value" } }, { to_number = "value" }"#;
    let table = run(SCORES, steps).unwrap();
    assert_eq!(show(&table), "model,metric,value\nm1,r2,0.1 <4>\nm2,r2,0.2 <5>\nm1,mse,- <4>\nm2,mse,- <5>");
}

#[test]
fn rank_percentile_averages_ties_and_leaves_missing_values_out() {
    let steps = r#"{ rename = { model = "" } },
        { rank_percentile = { by = ["split"], value = "r2", into = "r2_rank" } },
        { rank_percentile = { by = ["split"], value = "mse", into = "mse_rank" } },
        { select = ["model", "split", "r2_rank", "mse_rank"] }"#;
    let table = run(SCORES, steps).unwrap();
    // m3 has no r2: the others are ranked among two. m1 and m2 tie for the best mse: (1 + 2) / 2 of three.
    // In s2 nobody has an mse.
    assert_eq!(
        show(&table),
        "model,split,r2_rank,mse_rank\n\
         m1,s1,0,0.75 <1 2 3>\nm2,s1,1,0.75 <1 2 3>\nm3,s1,-,0 <1 2 3>\nm1,s2,0,- <4 5>\nm2,s2,1,- <4 5>"
    );
}

/// Whatever verb needs numbers, a text in their place is named with its file, row and column.
#[test]
fn a_text_in_place_of_a_number_is_refused_by_every_verb() {
    for steps in [
        r#"{ to_number = "v" }"#,
        r#"{ to_number = ["v"] }"#,
        r#"{ rank_percentile = { by = [], value = "v", into = "p" } }"#,
        r#"{ mean = { by = ["g"], value = "v" } }"#,
        r#"{ min_max = { by = [], value = "v", into = "s" } }"#,
        r#"{ linear = { into = "s", terms = { v = 2 } } }"#,
        r#"{ paired_t_test = { by = [], group = "g", groups = ["a", "b"], pair_by = "g", value = "v" } }"#,
        &bootstrap_mean(""),
    ] {
        let error = run("g,v\na,1\na,\nb,oops\nb,0,9\n".replace("0,9", "inf").as_str(), steps).unwrap_err();
        let expected = "`a` row 3, column `v`: `oops` is not a number, nor is 1 other cell of the column";
        assert_eq!(error.to_string(), expected, "{steps}");
    }
}

#[test]
fn texts_for_missing_values_are_listed() {
    let csv = "v,w\n1,NA\nNA,2\n,-9\n3,\n";
    let steps = r#"{ to_number = { columns = ["v", "w"], missing = ["NA", "-9"] } }"#;
    assert_eq!(show(&run(csv, steps).unwrap()), "v,w\n1,- <1>\n-,2 <2>\n-,- <3>\n3,- <4>");
    let again = format!(r#"{{ to_number = {{ columns = "w", missing = ["NA"] }} }}, {}"#, steps);
    assert_eq!(show(&run(csv, &again).unwrap()), "v,w\n1,- <1>\n-,2 <2>\n-,- <3>\n3,- <4>");
    let error = run(csv, r#"{ to_number = { columns = ["v"], missing = ["na"] } }"#).unwrap_err();
    assert_eq!(error.to_string(), "`a` row 2, column `v`: `NA` is not a number");
}

#[test]
fn numbers_that_overflow_are_refused() {
    let refused = |csv: &str, steps: &str| run(csv, steps).unwrap_err().to_string();
    let linear = r#"{ linear = { into = "s", terms = { v = 10 } } }"#;
    assert_eq!(refused("g,v\na,1\na,1e308\n", linear), "`a` row 2: the weighted sum is not a finite number");
    let mean = r#"{ mean = { by = ["g"], value = "v" } }"#;
    assert_eq!(
        refused("g,v\na,1e308\na,1e308\nb,1\n", mean),
        "`a` rows 1-2: the mean is not a finite number"
    );
    let scale = r#"{ min_max = { by = [], value = "v", into = "s" } }"#;
    let error = refused("g,v\na,-1e308\na,1e308\n", scale);
    assert_eq!(
        error,
        "`a` rows 1-2: the distance of the largest from the smallest value is not a finite number"
    );
}

#[test]
fn a_pair_label_that_occurs_twice_is_refused() {
    let csv = "g,s,v\nA,1,1\nA,2,2\nA,1,9\nB,1,1\nB,2,2\n";
    let steps =
        r#"{ paired_t_test = { by = [], group = "g", groups = ["A", "B"], pair_by = "s", value = "v" } }"#;
    let message = run(csv, steps).unwrap_err().to_string();
    assert!(message.starts_with("`a` rows 1,3: g `A` has two values with s `1`"), "{message}");
    // A row without a value pairs nothing.
    assert!(run(&csv.replace("A,1,9", "A,1,"), steps).is_ok());
}

#[test]
fn a_group_of_one_has_no_rank() {
    let table = run("x\n5\n", r#"{ rank_percentile = { by = [], value = "x", into = "rank" } }"#).unwrap();
    assert_eq!(show(&table), "x,rank\n5,- <1>");
}

#[test]
fn mean_leaves_missing_values_out_and_can_ask_for_a_minimum() {
    let steps = |n: usize| {
        format!(r#"{{ mean = {{ by = ["split"], value = "mse", into = "m", min_count = {n} }} }}"#)
    };
    assert_eq!(show(&run(SCORES, &steps(1)).unwrap()), "split,m\ns1,2.3333333333333335 <1 2 3>\ns2,- <>");
    assert_eq!(show(&run(SCORES, &steps(4)).unwrap()), "split,m\ns1,- <1 2 3>\ns2,- <>");
}

/// A step that says everything, with `more` in the place of its numbers.
#[test]
fn count_counts_rows_and_depends_on_all_of_them() {
    let steps = r#"{ count = { by = ["g"], into = "n" } }"#;
    let table = run("g,v\na,1\nb,\na,3\n", steps).unwrap();
    assert_eq!(show(&table), "g,n\na,2 <1 3>\nb,1 <2>");
    let table = run("g,v\n", steps).unwrap();
    assert_eq!(table.n_rows(), 0);
}

fn bootstrap_mean(more: &str) -> String {
    format!(
        r#"{{ bootstrap_mean = {{ by = ["g"], value = "v", into_mean = "mean", into_low = "low", into_high = "high"{more} }} }}"#
    )
}

#[test]
fn bootstrap_mean_has_one_row_a_group_with_its_own_generator() {
    // Two equal groups interleaved, one of a single value, one without any.
    let csv = "g,v\nb,1\na,1\nb,2\na,2\na,\nb,4\na,4\none,0.1\nnone,\n";
    let table = run(csv, &bootstrap_mean("")).unwrap();
    // NumPy: values[default_rng(42).integers(0, 3, size=(4000, 3))].mean(axis=1), its mean and 2.5 and 97.5 percentiles.
    assert_eq!(
        show(&table),
        "g,mean,low,high\n\
         b,2.315833333333333,1,4 <1 3 6>\na,2.315833333333333,1,4 <2 4 7>\none,0.1,0.1,0.1 <8>\nnone,-,-,- <>"
    );
}

#[test]
fn bootstrap_mean_takes_resamples_seed_and_level() {
    let csv = "g,v\na,1\na,2\na,4\na,8\n";
    let table = run(csv, &bootstrap_mean(", resamples = 7, seed = 5, level = 0.5")).unwrap();
    assert_eq!(show(&table), "g,mean,low,high\na,3.3214285714285716,2.875,3.5 <1 2 3 4>");
}

#[test]
fn bootstrap_mean_refuses_what_it_cannot_do() {
    let parse = |more: &str| {
        toml::from_str::<std::collections::BTreeMap<String, Step>>(&format!("s = {}", bootstrap_mean(more)))
    };
    for (more, says) in [
        (", resamples = 0", "`resamples` is 0 and must be from 1 to 1000000"),
        (", resamples = 1000001", "`resamples` is 1000001 and must be from 1 to 1000000"),
        (", resamples = -1", "invalid value"),
        (", seed = -1", "invalid value"),
        (", level = 1.0", "`level` is 1 and must be between 0 and 1"),
        (", level = nan", "`level` is NaN and must be between 0 and 1"),
        (", levels = 0.5", "unknown field `levels`"),
    ] {
        let error = parse(more).unwrap_err().to_string();
        assert!(error.contains(says), "{more}: {error}");
    }
    assert!(parse(", resamples = 1000000").is_ok());
    let twice = r#"{ bootstrap_mean = { by = ["g"], value = "v", into_mean = "m", into_low = "g", into_high = "m" } }"#;
    assert_eq!(run("g,v\na,1\n", twice).unwrap_err().to_string(), "column `g` exists already");
    let empty = run("g,v\n", &bootstrap_mean("")).unwrap();
    assert_eq!(show(&empty), "g,mean,low,high");
}

#[test]
fn join_unites_lineages_and_drops_rows_without_partner() {
    let steps = r#"{ join = { dataset = "other", on = ["key"], columns = ["extra"] } }"#;
    let table = run("key,x\na,1\nb,2\nc,3\n", steps).unwrap();
    // A joined row lists a row of each file, the other table's first.
    assert_eq!(show(&table), "key,x,extra\na,1,A <2 1>\nb,2,B <1 2>");
}

#[test]
fn rank_percentiles_turn_around_where_lower_is_better() {
    let csv = "m,v\nmse,3\nmse,1\nr2,3\nr2,1\n";
    let steps = r#"{ rank_percentile = { by = ["m"], value = "v", into = "p", lower_is_better = { m = "mse" } } },
        { select = ["p"] }"#;
    assert_eq!(show(&run(csv, steps).unwrap()), "p\n0 <1 2>\n1 <1 2>\n1 <3 4>\n0 <3 4>");
}

#[test]
fn equal_values_have_half_or_no_rank_percentile() {
    let steps = |rest: &str| {
        format!(
            r#"{{ rank_percentile = {{ by = [], value = "v", into = "p"{rest} }} }}, {{ select = ["p"] }}"#
        )
    };
    assert_eq!(show(&run("v\n2\n2\n", &steps("")).unwrap()), "p\n0.5 <1 2>\n0.5 <1 2>");
    let missing = steps(r#", all_equal = "missing""#);
    assert_eq!(show(&run("v\n2\n2\n", &missing).unwrap()), "p\n- <1>\n- <2>");
}

#[test]
fn min_max_pads_turns_and_keeps_missing_values() {
    let steps = |rest: &str| {
        format!(r#"{{ min_max = {{ by = ["m"], value = "v", into = "s"{rest} }} }}, {{ select = ["s"] }}"#)
    };
    let csv = "m,v\na,1\na,3\na,\na,2\nb,7\n";
    let plain = "s\n0 <1 2 4>\n1 <1 2 4>\n- <3>\n0.5 <1 2 4>\n0 <5>";
    assert_eq!(show(&run(csv, &steps("")).unwrap()), plain);
    let table =
        run(csv, &steps(r#", padding = 0.1, lower_is_better = { m = "a" }, constant = 0.5"#)).unwrap();
    let scaled: Vec<Option<f64>> = (0..5).map(|row| table.number("s", row).unwrap()).collect();
    assert_eq!(scaled[2], None);
    for (row, expected) in [(0, 11.0 / 12.0), (1, 1.0 / 12.0), (3, 0.5), (4, 0.5)] {
        assert!((scaled[row].unwrap() - expected).abs() < 1e-12, "row {row}: {scaled:?}");
    }
}

#[test]
fn a_key_that_two_rows_share_is_refused() {
    let csv = "model,size,v\na,1,5\na,2,6\nb,1,7\nb,1,\n";
    let steps = |rest: &str| format!(r#"{{ unique = {{ {rest} }} }}, {{ select = ["v"] }}"#);
    let refused = |rest: &str| run(csv, &steps(rest)).unwrap_err().to_string();
    let message = refused(r#"columns = ["model", "size"]"#);
    assert!(message.starts_with("two rows have model `b`, size `1`: "), "{message}");
    assert!(message.contains(":3 and ") && message.ends_with(":4"), "{message}");
    assert!(refused(r#"columns = ["model"], where = { model = "a" }"#).contains("model `a`"));
    let kept = run(csv, &steps(r#"columns = ["model", "size"], where = { model = "a" }"#)).unwrap();
    assert_eq!(show(&kept), "v\n5 <1>\n6 <2>\n7 <3>\n- <4>");
    assert!(refused(r#"columns = ["none"]"#).contains("no column `none`"));
}

#[test]
fn linear_sums_columns_and_stays_missing() {
    let steps =
        r#"{ linear = { into = "s", terms = { x = 2, y = -1 }, constant = 10 } }, { select = ["s"] }"#;
    assert_eq!(show(&run("x,y\n1,2\n1,\n", steps).unwrap()), "s\n10 <1>\n- <2>");
}

#[test]
fn unite_joins_texts() {
    let steps = r#"{ unite = { into = "k", columns = ["x", "y"], separator = "-" } }, { select = ["k"] }"#;
    assert_eq!(show(&run("x,y\na,1\na,\n", steps).unwrap()), "k\na-1 <1>\n- <2>");
}

#[test]
fn sort_knows_numbers_texts_and_missing_values() {
    let csv = "k,v\nb,10\na,9\n,1\nb,2\n";
    assert_eq!(
        show(&run(csv, r#"{ sort = ["k", "v"] }"#).unwrap()),
        "k,v\na,9 <2>\nb,10 <1>\nb,2 <4>\n-,1 <3>"
    );
    let numbers = r#"{ to_number = "v" }, { sort = "v" }, { select = ["v"] }"#;
    assert_eq!(show(&run(csv, numbers).unwrap()), "v\n1 <3>\n2 <4>\n9 <2>\n10 <1>");
    assert!(run(csv, r#"{ sort = "w" }"#).is_err());
}

#[test]
fn append_matches_columns_by_name() {
    let table = run("key,x\na,1\n", r#"{ to_number = "x" }, { append = "other" }"#).unwrap();
    assert_eq!(show(&table), "key,x,extra\na,1,- <1>\nb,-,B <1>\na,-,A <2>");
    assert_eq!(table.number("x", 0), Ok(Some(1.0)));
}

#[test]
fn recode_keeps_or_drops_other_texts() {
    let recode = |others: &str| {
        format!(r#"{{ recode = {{ column = "x", map = {{ a = "A" }}, others = "{others}" }} }}"#)
    };
    assert_eq!(show(&run("x\na\nb\n", &recode("keep")).unwrap()), "x\nA <1>\nb <2>");
    assert_eq!(show(&run("x\na\nb\n", &recode("drop")).unwrap()), "x\nA <1>");
}

#[test]
fn paired_tests_pair_by_label_not_by_position() {
    let csv = "g,split,v\nA,s1,1\nA,s2,2\nA,s3,4\nB,s3,5\nB,s1,1.5\nB,s2,3.5\nC,s1,9\n";
    let steps = r#"{ paired_t_test = { by = [], group = "g", groups = ["A", "B", "C"], pair_by = "split", value = "v" } },
        { select = ["g_a", "g_b", "n", "stars"] }"#;
    assert_eq!(show(&run(csv, steps).unwrap()), "g_a,g_b,n,stars\nA,B,3,n.s. <1 2 3 4 5 6>");
}

#[test]
fn an_unknown_column_is_named_with_the_known_ones() {
    let error = run("x,y\n1,2\n", r#"{ filter = { z = "1" } }"#).unwrap_err();
    assert_eq!(error.to_string(), "no column `z`; the columns are `x`, `y`");
}

#[test]
fn a_derived_row_depends_on_the_rows_it_came_from() {
    let mut artifact = artifact();
    artifact.derived_rows = vec![DerivedRow { row: 2, from: vec![1, 3], how: "2 * q1 - min".into() }];
    let table = frame_of("x\n1\n2\n3\n", &artifact).unwrap().into_table().unwrap();
    assert_eq!(show(&table), "x\n1 <1>\n2 <1 2 3>\n3 <3>");
}

#[test]
fn hostile_files_are_errors_or_tables_but_never_panics() {
    let long = format!("x\n{}\n", "9".repeat(100_000));
    let files: [&str; 12] = [
        "",
        "\n",
        ",",
        "x",
        "x\n",
        "x,x\n1,2\n",
        "x,y\n1\n",
        "x\n1,2\n",
        "x\n\"open\n",
        "\u{feff}x\n1\n",
        "x\r\n1\r\n",
        &long,
    ];
    for text in files {
        let _ = frame_of(text, &artifact()).and_then(Frame::into_table);
    }
    let source = SourceFile::new("a", sha256(b""), Tier::Cached);
    let file = VerifiedFile { bytes: vec![b'x', b'\n', 0xff, 0x00, b'\n'], source: Arc::new(source) };
    let _ = read(&file, &artifact(), &[]);
}

/// A file of the fixtures, opened.
fn source(name: &str) -> Source {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/panels").join(name);
    opened(name, std::fs::read(path).unwrap()).unwrap()
}

fn opened(name: &str, bytes: Vec<u8>) -> Result<Source, super::QueryError> {
    let source = SourceFile::new("a", sha256(&bytes), Tier::Cached);
    let artifact = Artifact { to: name.to_owned(), ..artifact() };
    Source::open(&artifact, &VerifiedFile { bytes, source: Arc::new(source) })
}

fn table_of(source: &Source, spec: &str) -> Result<Table, super::QueryError> {
    #[derive(Deserialize)]
    struct Spec {
        table: TableSpec,
    }
    let spec: Spec = toml::from_str(&format!("table = {{ {spec} }}")).unwrap();
    spec.table.read(source, &[])?.into_table()
}

#[test]
fn entries_of_a_dict_are_chosen_or_stacked() {
    let maps = source("maps.pkl");
    let columns = r#"columns = ["cell_type"], matrices = { X_umap = "umap" }"#;
    let one = table_of(&maps, &format!(r#"at = ["SE"], {columns}"#)).unwrap();
    assert_eq!(one.column_names().collect::<Vec<_>>(), ["cell_type", "umap_1", "umap_2"]);
    assert_eq!(one.n_rows(), 80);
    let all = table_of(&maps, &format!(r#"entries = "model", {columns}"#)).unwrap();
    assert_eq!(all.n_rows(), 4 * 80);
    assert_eq!(all.text("model", 79), Some("SE".into()));
    assert_ne!(all.text("model", 80), Some("SE".into()));
    for row in 0..80 {
        assert_eq!(all.number("umap_2", row), one.number("umap_2", row));
        assert_eq!(all.text("cell_type", row), one.text("cell_type", row));
    }
    // A row of a stacked entry is the file's row after those of the entries before.
    assert!(all.lineage(80).unwrap().to_string().ends_with(":81"));
}

#[test]
fn genes_are_columns_or_rows() {
    let cells = source("control.h5ad");
    let genes = table_of(&cells, r#"genes = ["G3", "G0"]"#).unwrap();
    assert_eq!(genes.column_names().collect::<Vec<_>>(), ["G3", "G0"]);
    let means = table_of(&cells, r#"gene_means = "mean""#).unwrap();
    assert_eq!((means.n_rows(), means.text("gene", 3)), (40, Some("G3".into())));
    let mean = (0..40).map(|row| genes.number("G3", row).unwrap().unwrap()).sum::<f64>() / 40.0;
    assert!((means.number("mean", 3).unwrap().unwrap() - mean).abs() < 1e-12);
    assert!(means.lineage(3).unwrap().to_string().ends_with(":1-40"));
    let error = table_of(&cells, r#"genes = ["absent"]"#).unwrap_err().to_string();
    assert!(error.contains("no gene `absent`"), "{error}");
    let error = table_of(&cells, r#"columns = ["absent"]"#).unwrap_err().to_string();
    assert!(error.contains("absent"), "{error}");
}

#[test]
fn a_map_takes_the_rows_that_are_wanted_and_samples_the_others() {
    let cells = source("triples_8.pkl");
    let spec = |more: &str| {
        format!(
            r#"columns = ["pert_name"], umap = {{ matrices = [["a", "ctrl_emb"], ["b", "pred_emb"]], label = "set",
            where = {{ cell_type = "CD14_Mono" }}, {more} }}"#
        )
        .replace('\n', " ")
    };
    let all = table_of(&cells, &spec("seed = 1")).unwrap();
    assert_eq!(all.column_names().collect::<Vec<_>>(), ["pert_name", "set", "umap_1", "umap_2"]);
    assert_eq!(all.n_rows(), 2 * 90);
    assert!(all.lineage(7).unwrap().to_string().ends_with(":1-120"));
    let sample = r#"sample = { by = "pert_name", at_most = 12, except = ["PBS"], seed = 42 }"#;
    let fewer = table_of(&cells, &spec(sample)).unwrap();
    assert_eq!(fewer.n_rows(), 2 * (12 + 12 + 30));
    let again = table_of(&cells, &spec(sample)).unwrap();
    for row in 0..fewer.n_rows() {
        assert_eq!(fewer.number("umap_1", row), again.number("umap_1", row));
    }
    let error = table_of(&cells, &spec("neighbours = 1000")).unwrap_err().to_string();
    assert!(error.contains("180 rows, at least 1000 are needed"), "{error}");
    let error = table_of(&cells, &spec("").replace("pred_emb", "pred_gene")).unwrap_err().to_string();
    assert!(error.contains("`pred_gene` is 120 x 15"), "{error}");
}

#[test]
fn a_pickle_that_is_no_table_is_refused() {
    let error = |bytes: &[u8], spec: &str| {
        let table = opened("a.pkl", bytes.to_vec()).and_then(|source| table_of(&source, spec));
        table.unwrap_err().to_string()
    };
    assert!(error(b"I1\n.", r#"entries = "key""#).contains("is no dict"));
    assert!(error(b"(dI1\nI2\ns.", r#"entries = "key""#).contains("keys that are no texts"));
    assert!(
        error(b"(dVa\n(lI1\naI2\nasVb\n(lI1\nas.", r#"columns = ["a", "b"]"#).contains("1 rows, others 2")
    );
    assert!(error(b"(lI1\na.", r#"at = [3], columns = ["a"]"#).contains("item 3"));
    assert!(error(b"", r#"columns = ["a"]"#).contains("`a` cannot be read as a table"));
}
