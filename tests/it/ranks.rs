//! The figure kind `rank_dot` and its panels: made-up tables against pandas, published values against each other, and
//! data nobody would publish.

use std::collections::BTreeMap;

use repro::error::Failure;
use repro::evidence::{Missing, Reason};
use repro::figures;
use repro::plot::{Element, Group, Mark, MarkKind, Outline, Scene, Theme};
use serde::Deserialize;

use super::figures::{assert_sound, figure_specs, found, table, texts};
use super::support::{Project, Run};
use super::synthetic::reconstruction::{decoder_only, decoder_only_knns, summaries};
use super::synthetic::{self, SyntheticTable, drawn};

/// Output of `tests/oracle/fig_ranks.py`.
#[derive(Deserialize)]
struct Oracle {
    /// Figure, panel, rows from the top.
    figures: BTreeMap<String, BTreeMap<String, Vec<OracleRow>>>,
    /// `default_rng(0).normal(0, 0.015, 63)`.
    shifts: Vec<f64>,
}

#[derive(Deserialize)]
struct OracleRow {
    series: String,
    points: Vec<(String, f64)>,
    means: BTreeMap<String, f64>,
    interval: Option<(f64, f64)>,
}

fn oracle() -> Oracle {
    serde_json::from_str(include_str!("../oracle/fig_ranks.json")).unwrap()
}

/// All tables of the authors that rank dot panels need, made up; one dataset has no column of one metric.
fn tables() -> Vec<SyntheticTable> {
    let summaries = summaries().into_iter().map(|file| {
        if file.artifact.starts_with("summary/tahoe-") {
            file.without("cytokine_spearman_average")
        } else {
            file
        }
    });
    summaries.chain([decoder_only(), decoder_only_knns()]).collect()
}

const PANELS: [&str; 2] = ["reconeval/fig2/panel_*", "reconeval/fig3/decoder_*_comparison"];

fn draw_panels(project: &Project) -> Run {
    project.run(&[&["figures"], PANELS.as_slice()].concat())
}

#[test]
fn made_up_tables_give_the_numbers_of_an_independent_script() {
    let project = Project::of_this_repository();
    synthetic::place(&project, &tables());
    let run = draw_panels(&project);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    for (figure, panels) in oracle().figures {
        let marks = drawn(&project, &figure);
        assert!(marks.iter().all(|mark| mark["evidence"] == "cached"), "{figure}");
        let expect = |kind: &str, panel: &str, series: &str, key: &str, column: &str, value: f64| {
            let matches = |mark: &&BTreeMap<String, String>| {
                [("mark", kind), ("panel", panel), ("series", series), ("key", key)]
                    .iter()
                    .all(|(column, text)| mark[*column] == *text)
            };
            let found: Vec<_> = marks.iter().filter(matches).collect();
            assert_eq!(found.len(), 1, "{figure} {panel} {series} {key}");
            let ours: f64 = found[0][column].parse().unwrap();
            assert!((ours - value).abs() <= 1e-9, "{figure} {panel} {series} {key}: {ours} is not {value}");
        };
        for (panel, rows) in &panels {
            for row in rows {
                for (key, value) in &row.points {
                    expect("point", panel, &row.series, key, "x", *value);
                }
                for (score, value) in &row.means {
                    expect("point", panel, &row.series, score, "x", *value);
                }
                if let Some((low, high)) = row.interval {
                    expect("interval", panel, &row.series, "overall", "low", low);
                    expect("interval", panel, &row.series, "overall", "high", high);
                }
            }
        }
        let expected: usize = panels
            .values()
            .flatten()
            .map(|row| row.points.len() + row.means.len() + usize::from(row.interval.is_some()))
            .sum();
        let names = marks.iter().filter(|mark| mark["mark"] == "text");
        let names: Vec<&str> = names.map(|mark| mark["text"].as_str()).collect();
        assert_eq!(marks.len() - names.len(), expected, "{figure}: marks that nobody expects");
        if figure.starts_with("fig3/") {
            let order: Vec<&str> = panels[""].iter().map(|row| row.series.as_str()).collect();
            assert_eq!(names, order, "{figure}");
        }
    }
}

#[test]
fn one_table_short_only_its_panels_are_digitised() {
    let project = Project::of_this_repository();
    let some: Vec<_> = tables().into_iter().filter(|file| file.artifact != "decoder-only-knns").collect();
    synthetic::place(&project, &some);
    assert_eq!(draw_panels(&project).status, 0);
    let evidence = |figure: &str| drawn(&project, figure)[0]["evidence"].clone();
    assert_eq!(evidence("fig3/decoder_knn_comparison"), "digitised");
    assert_eq!(evidence("fig3/decoder_fm_comparison"), "cached");
    assert_eq!(evidence("fig2/panel_grid_dataset_x_latent"), "cached");
}

#[test]
fn published_scores_follow_from_each_other_or_are_drawn() {
    let project = Project::of_this_repository();
    // Claim set, computed from other published values, drawn from the published value itself.
    let sets = [
        ("fig2/panel_combined_latent128_points", 63, 0),
        ("fig2/panel_combined_latent128_means", 21, 0),
        ("fig2/panel_combined_latent128_intervals", 14, 0),
        ("fig2/panel_grid_dataset_x_latent_points", 0, 313),
        ("fig2/panel_grid_dataset_x_latent_means", 105, 210),
        ("fig3/decoder_fm_comparison_points", 0, 12),
        ("fig3/decoder_fm_comparison_means", 4, 8),
        ("fig3/decoder_fm_comparison_order", 4, 0),
        ("fig3/decoder_decoder_comparison_points", 0, 9),
        ("fig3/decoder_decoder_comparison_means", 3, 6),
        ("fig3/decoder_decoder_comparison_order", 3, 0),
        ("fig3/decoder_knn_comparison_points", 0, 18),
        ("fig3/decoder_knn_comparison_means", 6, 12),
        ("fig3/decoder_knn_comparison_order", 6, 0),
    ];
    for (set, consistent, redrawn) in sets {
        let json = project.run(&["claims", "--json", &format!("reconeval/{set}")]).json();
        let counts = ["consistent", "redrawn"].map(|outcome| json["counts"][outcome].as_u64().unwrap());
        assert_eq!(counts, [consistent, redrawn], "{set}");
        assert_eq!(json["claims"].as_array().unwrap().len() as u64, consistent + redrawn, "{set}");
    }
}

/// Rows of a published file by column.
fn published(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = super::support::repository().join(format!("frozen/reconeval/published/{name}.csv"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let header: Vec<String> = lines.next().unwrap().collect();
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

/// Values by the text of some columns.
fn values<'a>(
    rows: impl Iterator<Item = &'a BTreeMap<String, String>>,
    columns: &[&str],
) -> BTreeMap<String, Vec<f64>> {
    let mut values = BTreeMap::new();
    for row in rows {
        let key: Vec<&str> = columns.iter().map(|column| row[*column].as_str()).collect();
        values.entry(key.join(" ")).or_insert_with(Vec::new).push(row["value"].parse().unwrap());
    }
    values
}

/// What the manifest's note `halves-of-scores` says.
#[test]
fn overall_scores_are_half_statistical_and_half_biological() {
    let mut rows = 0;
    for (file, columns, tolerance) in [
        ("fig2_panel_combined_latent128", vec!["family", "library_size_mode"], 4e-9),
        ("fig2_panel_grid", vec!["dataset", "latent", "family", "library_size_mode"], 4e-9),
        ("fig3_scores", vec!["svg", "entity"], 6e-7),
    ] {
        let all = published(file);
        let is_mean = |row: &&BTreeMap<String, String>| {
            let kind = row.get("stat").or(row.get("statistic")).unwrap();
            kind == "mean" && row.get("svg").is_none_or(|svg| svg.ends_with("_comparison.svg"))
        };
        let of =
            |score: &str| values(all.iter().filter(is_mean).filter(|row| row["score"] == score), &columns);
        let (overall, statistical, biological) = (of("overall"), of("statistical"), of("biological"));
        for (key, overall) in &overall {
            let half = (statistical[key][0] + biological[key][0]) / 2.0;
            assert!((overall[0] - half).abs() <= tolerance, "{file} {key}: {} is not {half}", overall[0]);
            rows += 1;
        }
    }
    assert_eq!(rows, 7 + 105 + 13);
}

/// What the manifest's note `ranks-sum-up` says.
#[test]
fn published_dots_of_seven_models_sum_to_three_and_a_half() {
    let grid = published("fig2_panel_grid");
    let dots = grid.iter().filter(|row| row["stat"] != "mean");
    let columns = values(dots, &["dataset", "latent", "stat"]);
    assert_eq!(columns.len(), 45);
    let others: Vec<&String> = columns
        .iter()
        .filter(|(_, dots)| (dots.iter().sum::<f64>() - 3.5).abs() > 1e-8)
        .map(|(column, _)| column)
        .collect();
    assert_eq!(others, ["tahoe 2048 point3", "tahoe 512 point2", "tahoe 512 point3"]);
}

const DOTS: &str = r##"
[[figure]]
id = "dots"
kind = "rank_dot"
title = "Dots"
size = [4, 3]
entity_column = "entity"
order = "best_first"
means = { data = "means", score = "score", value = "value" }
replicates = { data = "dots", key = "fold", value = "value", size = 6, opacity = 0.3, jitter = 0.015 }
interval = { data = "ends", low = "low", high = "high", width = 3 }
families = [{ value = "one" }, { value = "two" }]
entities = [
  { value = "a", colour = "#ff0000", family = "one" },
  { value = "b", colour = "#00ff00", family = "one" },
  { value = "c", label = "C", colour = "#0000ff", family = "two" },
]
scores = [
  { value = "all", label = "All", marker = "circle", size = 7, edge_width = 0.5, filled = true },
  { value = "part", label = "Part", marker = "diamond", size = 5, edge_width = 1, below = 0.24 },
]
x = { limits = [0, 1], ticks = [0, 0.5, 1], title = "Score" }

[[figure.legend]]
explains = "scores"
title = "Score"
at = [1.01, 1.0]

[[figure.legend]]
explains = "entities"
title = "Entity"
at = [1.01, 0.4]
"##;

const MEANS: &str = "entity,score,value\na,all,0.2\na,part,0.1\nb,all,0.6\nb,part,0.9\nc,all,0.4";
const REPLICATES: &str = "entity,fold,value\na,1,0.1\na,2,0.3\nb,1,0.6\nb,2,\nc,2,0.5\nc,1,0.3";
const ENDS: &str = "entity,low,high\na,0.1,0.3\nb,,\nc,0.3,0.5";

fn draw(spec: &str, means: &str, replicates: &str, ends: &str) -> Result<Scene, Failure> {
    figures::draw(&figure_specs(spec)[0], Theme::Faithful, &mut |id| {
        found(table(
            id,
            match id {
                "means" => means,
                "dots" => replicates,
                _ => ends,
            },
        ))
    })
}

fn of_kind(scene: &Scene, kind: MarkKind) -> Vec<&Mark> {
    scene.marks.iter().filter(|mark| mark.kind == kind).collect()
}

#[test]
fn rows_are_ordered_by_the_first_score_and_families_stand_apart() {
    let scene = draw(DOTS, MEANS, REPLICATES, ENDS).unwrap();
    assert_sound(&scene);
    let names = of_kind(&scene, MarkKind::Text);
    let rows: Vec<(&str, f64)> = names.iter().map(|mark| (mark.text.as_str(), mark.y.unwrap())).collect();
    assert_eq!(rows, [("b", 1.0), ("C", 2.35), ("a", 3.7)]);
    for name in names {
        assert!(name.lineage.to_string().ends_with(":1,3,5"), "order uses all means: {}", name.lineage);
    }
    let points = of_kind(&scene, MarkKind::Point);
    let of_b: Vec<(&str, Option<f64>, Option<f64>)> = points
        .iter()
        .filter(|mark| mark.series == "b")
        .map(|mark| (mark.key.as_str(), mark.x, mark.y))
        .collect();
    assert_eq!(
        of_b,
        [("1", Some(0.6), Some(1.0)), ("all", Some(0.6), Some(1.0)), ("part", Some(0.9), Some(1.24))]
    );
    // Replicates keep the order of their table.
    let of_c: Vec<&str> =
        points.iter().filter(|mark| mark.series == "C").map(|mark| mark.key.as_str()).collect();
    assert_eq!(of_c, ["2", "1", "all"]);
    assert_eq!(of_kind(&scene, MarkKind::Interval).len(), 2, "b has no interval");
}

/// Circles that draw a mark, by the mark's index.
fn circles(scene: &Scene) -> BTreeMap<usize, (f64, f64)> {
    let mut circles = BTreeMap::new();
    scene.visit(&mut |element| {
        let Element::Group(Group { marks: Some(marks), children, .. }) = element else { return };
        let mut inner = |element: &Element| {
            if let Element::Shape(shape) = element
                && let Outline::Circle { centre, .. } = shape.outline
            {
                circles.insert(marks.start, (centre.x, centre.y));
            }
        };
        children.iter().for_each(|child| child.visit(&mut |element| inner(element)));
    });
    circles
}

#[test]
fn dots_are_shifted_by_numpys_numbers_and_recorded_in_their_row() {
    let scene = draw(DOTS, MEANS, REPLICATES, ENDS).unwrap();
    let circles = circles(&scene);
    let place = |wanted: &dyn Fn(&Mark) -> bool| -> Vec<f64> {
        let marks =
            scene.marks.iter().enumerate().filter(|(_, mark)| mark.kind == MarkKind::Point && wanted(mark));
        marks.map(|(index, _)| circles[&index].1).collect()
    };
    let rows = place(&|mark| mark.key == "all");
    // Rows b, C, a stand at 1, 2.35 and 3.7.
    let row = (rows[1] - rows[0]) / 1.35;
    assert!(row > 20.0 && ((rows[2] - rows[1]) / 1.35 - row).abs() < 1e-9);
    let dots = place(&|mark| ["1", "2"].contains(&mark.key.as_str()));
    let own_row = [rows[0], rows[1], rows[1], rows[2], rows[2]];
    assert_eq!(dots.len(), own_row.len());
    for ((dot, own_row), shift) in dots.iter().zip(own_row).zip(oracle().shifts) {
        assert!(((dot - own_row) / row - shift).abs() < 1e-12, "{dot} {own_row} {shift}");
    }
    assert_ne!(dots[1], dots[2]);
}

#[test]
fn markers_at_the_ends_of_the_scale_are_whole_and_values_beyond_it_are_cut() {
    let clips = |means: &str| {
        let scene = draw(DOTS, means, "entity,fold,value", "entity,low,high").unwrap();
        assert_sound(&scene);
        let mut clips = Vec::new();
        scene.visit(&mut |element| {
            if let Element::Group(Group { marks: Some(_), clip, .. }) = element {
                clips.push(clip.is_some());
            }
        });
        (clips, scene.page.width)
    };
    let (whole, width) = clips("entity,score,value\na,all,0\nb,all,1");
    // The two names at the end are no data and never cut.
    assert_eq!(whole, [false, false, false, false]);
    let (cut, same) = clips("entity,score,value\na,all,-1e300\nb,all,1e9");
    assert_eq!(cut, [true, true, false, false]);
    assert!((width - same).abs() < 1e-6, "values outside do not widen the page");
}

#[test]
fn few_values_are_drawn_and_none_say_so() {
    let rows = |scene: &Scene| -> Vec<String> {
        of_kind(scene, MarkKind::Text).iter().map(|mark| mark.text.clone()).collect()
    };
    let (no_dots, no_ends) = ("entity,fold,value", "entity,low,high");
    // One entity with one value, two equal ones, a replicate without any mean, a mean of the second score only.
    for (means, dots, expected) in [
        ("entity,score,value\nb,all,0.5", no_dots, vec!["b"]),
        ("entity,score,value\nb,all,0.5\na,all,0.5", no_dots, vec!["a", "b"]),
        ("entity,score,value\na,part,0.5\nc,all,0.1", "entity,fold,value\nc,1,0.1", vec!["C", "a"]),
    ] {
        let scene = draw(DOTS, means, dots, no_ends).unwrap();
        assert_sound(&scene);
        assert_eq!(
            (rows(&scene), scene.state()),
            (expected.iter().map(|s| (*s).to_owned()).collect(), "drawn")
        );
    }
    for means in
        ["entity,score,value", "entity,score,value\na,all,\nb,all,\nc,part,", "entity,score,value\nz,all,1"]
    {
        let scene = draw(DOTS, means, no_dots, no_ends).unwrap();
        assert_sound(&scene);
        assert_eq!(scene.state(), "missing");
        assert_eq!(scene.missing.unwrap().reason, Reason::NoPublishedValue);
    }
    for value in ["nan", "inf"] {
        let means = format!("entity,score,value\na,all,0.5\nc,part,{value}");
        let error = draw(DOTS, &means, no_dots, no_ends).unwrap_err().to_string();
        let named = format!("`means` row 2, column `value`: `{value}` is not a number");
        assert!(error.contains(&named), "{error}");
    }
    let missing = Missing::new(Reason::NotFetched, "not there".to_owned());
    let scene =
        figures::draw(&figure_specs(DOTS)[0], Theme::Faithful, &mut |_| Ok(Err(missing.clone()))).unwrap();
    assert_eq!(scene.missing, Some(missing));
}

#[test]
fn listed_rows_keep_their_place_without_values() {
    let listed = DOTS.replace("order = \"best_first\"", "margins = [1, 1]");
    let scene = draw(&listed, "entity,score,value\na,all,0.5\nc,all,0.1", "entity,fold,value", ENDS).unwrap();
    assert_sound(&scene);
    assert!(of_kind(&scene, MarkKind::Text).is_empty(), "an order that nobody computed is no mark");
    let ys: Vec<Option<f64>> = of_kind(&scene, MarkKind::Point).iter().map(|mark| mark.y).collect();
    assert_eq!(ys, [Some(1.0), Some(3.35)]);
    assert!(
        texts(&scene).iter().filter(|(text, _)| text == "b").count() == 2,
        "in the legend and at its row"
    );
}

/// A grid whose cells are told apart by a column, one of them without values.
#[test]
fn a_grid_has_a_panel_for_every_cell() {
    let grid = DOTS.replace(
        "x = {",
        "facets = { rows = { column = \"size\", values = [\"1\", \"2\"], label = \"size={}\" }, columns = { column = \"set\", values = [\"u\", \"v\"], names = { u = \"Set U\" } } }\nx = {",
    );
    let means = "entity,score,value,size,set\na,all,0.5,1,u\nb,all,0.7,1,v\nc,all,0.2,2,u";
    let (dots, ends) = ("entity,fold,value,size,set\na,1,0.5,1,u", "entity,low,high,size,set");
    let scene = draw(&grid, means, dots, ends).unwrap();
    assert_sound(&scene);
    let panels: Vec<&str> = of_kind(&scene, MarkKind::Text).iter().map(|mark| mark.panel.as_str()).collect();
    assert_eq!(panels, ["size=1 / u", "size=1 / v", "size=2 / u"]);
    let shown: Vec<String> = texts(&scene).into_iter().map(|(text, _)| text).collect();
    for text in ["Set U", "v", "size=1", "no values"] {
        assert!(shown.iter().any(|known| known == text), "{text}: {shown:?}");
    }
    assert_eq!(shown.iter().filter(|text| *text == "0.5").count(), 2, "ticks are named below the last row");
}

#[test]
fn hostile_names_stay_text() {
    let hostile = [
        "<script>alert('x')</script>&amp;\"quoted\"",
        "\u{0}\u{1}\u{7}control\u{9f}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{202e}gnp.exe",
        &"very long name ".repeat(20),
        "",
        "line\nbreak",
    ];
    for name in hostile {
        let quoted = serde_json::to_string(name).unwrap();
        let spec = DOTS
            .replace("label = \"C\"", &format!("label = {quoted}"))
            .replace("label = \"All\"", &format!("label = {quoted}"))
            .replace("title = \"Entity\"", &format!("title = {quoted}"))
            .replace(
                "title = \"Dots\"",
                &format!("title = \"t\"\npanel_title = {{ text = {quoted}, left = true }}"),
            );
        assert_sound(&draw(&spec, MEANS, REPLICATES, ENDS).unwrap());
    }
}

#[test]
fn specs_and_tables_that_contradict_themselves_are_refused() {
    let refused = |spec: &str, means: &str, dots: &str, ends: &str| {
        draw(spec, means, dots, ends).map(|scene| scene.id).unwrap_err().to_string()
    };
    for (old, new, message) in [
        ("{ value = \"b\"", "{ value = \"a\"", "entity `a` is listed twice"),
        ("family = \"two\" }", "family = \"tow\" }", "unknown family `tow`"),
        ("x = {", "rows = { show = \"symbol\" }\nx = {", "unknown symbol ``"),
        ("limits = [0, 1]", "limits = [1, 0]", "`x.limits`"),
        ("jitter = 0.015", "jitter = inf", "inf is not a finite number"),
        ("explains = \"entities\"", "explains = \"entity\"", "unknown variant"),
        ("entity_column = \"entity\"", "entity_column = \"entities\"", "unknown column of dataset"),
    ] {
        let error = refused(&DOTS.replace(old, new), MEANS, REPLICATES, ENDS);
        assert!(error.contains(message), "{message}: {error}");
    }
    let twice = refused(DOTS, MEANS, "entity,fold,value\na,1,0.1\na,1,0.2", ENDS);
    assert!(twice.contains("dataset `dots` has several rows for `a`, `1`"), "{twice}");
    let twice = refused(DOTS, MEANS, REPLICATES, "entity,low,high\na,0.1,0.2\na,0.1,0.3");
    assert!(twice.contains("several rows for the interval of `a`"), "{twice}");
}
