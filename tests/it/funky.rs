//! The figure kinds `funky` and `grouped_bar`: on published panels, on made-up tables and on data nobody would publish.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use repro::error::Failure;
use repro::evidence::Reason;
use repro::figures;
use repro::plot::{Element, Group, Mark, MarkKind, Outline, Rect, Scene, Shape, Theme, bounds};

use super::figures::{assert_sound, figure_specs, found, hostile_labels, table, texts};
use super::panels::{assert_no_text_overlaps, scenes};
use super::support::Project;
use super::synthetic;
use super::synthetic::reconstruction::{decoder_only, summaries};

const PANELS: [&str; 4] =
    ["decoder_fm_funky", "decoder_dec_funky", "decoder_vs_pca_funky", "reconstruction_funky"];
const RANKING: &str = "decoder_pca_ranking";

static SCENES: LazyLock<Vec<Scene>> = LazyLock::new(|| scenes("reconeval", Theme::Faithful));

fn published_scene(panel: &str) -> &'static Scene {
    let id = format!("fig3/{panel}");
    SCENES.iter().find(|scene| scene.id == id).unwrap()
}

/// Rows of a CSV file without line breaks in cells, by column.
fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    let cells = |line: &str| {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for character in line.chars() {
            match character {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                _ => cells.last_mut().unwrap().push(character),
            }
        }
        cells
    };
    let mut lines = text.lines();
    let header = cells(lines.next().unwrap());
    lines.map(|line| header.iter().cloned().zip(cells(line)).collect()).collect()
}

fn published(file: &str) -> Vec<BTreeMap<String, String>> {
    let path = super::support::repository().join(format!("frozen/reconeval/published/{file}.csv"));
    records(&std::fs::read_to_string(path).unwrap())
}

fn of_kind(scene: &Scene, kind: MarkKind) -> Vec<&Mark> {
    scene.marks.iter().filter(|mark| mark.kind == kind).collect()
}

/// Labels of rows from the top.
fn row_labels(scene: &Scene) -> Vec<&str> {
    let labels = of_kind(scene, MarkKind::Text).into_iter().filter(|mark| mark.series.is_empty());
    labels.map(|mark| mark.text.as_str()).collect()
}

#[test]
fn rows_labels_and_counts_are_the_published_ones() {
    let scores = published("fig3_scores");
    for (panel, (n_bars, n_circles)) in PANELS.into_iter().zip([(12, 36), (9, 27), (27, 81), (105, 420)]) {
        let scene = published_scene(panel);
        let mut rows: Vec<(usize, &str)> = scores
            .iter()
            .filter(|row| row["svg"] == format!("{panel}.svg") && row["score"] == "overall")
            .map(|row| (row["row"].parse().unwrap(), row["label"].as_str()))
            .collect();
        rows.sort_unstable();
        let expected: Vec<&str> = rows.into_iter().map(|(_, label)| label).collect();
        assert_eq!(row_labels(scene), expected, "{panel}");
        assert_eq!(of_kind(scene, MarkKind::Bar).len(), n_bars, "{panel}");
        assert_eq!(of_kind(scene, MarkKind::Circle).len(), n_circles, "{panel}");
        assert_no_text_overlaps(scene);
    }
}

#[test]
fn printed_values_are_the_published_ones() {
    let mut compared = 0;
    for row in published("fig3_funky_cells") {
        let scene = published_scene(row["svg"].trim_end_matches(".svg"));
        let labels = row_labels(scene);
        let label = labels[row["row"].parse::<usize>().unwrap() - 1];
        let circle = of_kind(scene, MarkKind::Circle)
            .into_iter()
            .find(|mark| mark.key == label && mark.series == row["metric"])
            .unwrap();
        assert_eq!(circle.text, row["printed_value"], "{row:?}");
        compared += 1;
    }
    assert_eq!(compared, 144);
}

/// Outlines drawn for a mark, in page points.
fn outlines(scene: &Scene) -> Vec<(usize, Outline)> {
    let mut outlines = Vec::new();
    scene.visit(&mut |element| {
        let Element::Group(Group { marks: Some(range), children, .. }) = element else { return };
        for child in children {
            if let Element::Shape(Shape { outline, .. }) = child {
                outlines.push((range.start, outline.clone()));
            }
        }
    });
    outlines
}

#[test]
fn circles_have_the_published_radii() {
    let cells = published("fig3_funky_cells");
    for panel in &PANELS[..3] {
        let scene = published_scene(panel);
        let labels = row_labels(scene);
        let mut compared = 0;
        for (index, outline) in outlines(scene) {
            let (mark, Outline::Circle { radius, .. }) = (&scene.marks[index], outline) else { continue };
            let position = labels.iter().position(|label| *label == mark.key).unwrap() + 1;
            let is = |row: &&BTreeMap<String, String>| {
                row["svg"] == format!("{panel}.svg")
                    && row["row"] == position.to_string()
                    && row["metric"] == mark.series
            };
            let row = cells.iter().find(is).unwrap();
            let expected: f64 = row["circle_radius_pt"].parse().unwrap();
            // Sizes computed from other panels are good to 1e-5, which is up to 1e-4 pt in a small circle.
            assert!((radius - expected).abs() < 2e-4, "{panel} {row:?}: {radius}");
            compared += 1;
        }
        assert_eq!(compared, of_kind(scene, MarkKind::Circle).len());
    }
}

#[test]
fn bars_grow_with_their_values_from_a_common_start() {
    let scene = published_scene("reconstruction_funky");
    let mut bars: BTreeMap<&str, Vec<(f64, Rect)>> = BTreeMap::new();
    for (index, outline) in outlines(scene) {
        let mark = &scene.marks[index];
        if let Outline::Rounded { rect, radius } = outline {
            assert!(radius > 0.5 && 2.0 * radius <= rect.width() + 1e-9);
            bars.entry(&mark.series).or_default().push((mark.y.unwrap(), rect));
        }
    }
    assert_eq!(bars.keys().copied().collect::<Vec<_>>(), ["Bio.", "Overall", "Stat."]);
    for bars in bars.values() {
        let start = bars[0].1.left;
        // Length = 0.52 value + 0.06 in units of the drawing: two bars tell the unit.
        let (first, last) = (&bars[0], &bars[34]);
        let unit = (first.1.width() - last.1.width()) / (0.52 * (first.0 - last.0));
        for (value, rect) in bars {
            assert!((rect.left - start).abs() < 1e-9);
            assert!((rect.width() - (0.52 * value + 0.06) * unit).abs() < 1e-6, "{value}");
        }
    }
}

#[test]
fn a_blank_row_parts_the_blocks() {
    let scene = published_scene("decoder_vs_pca_funky");
    let labels: Vec<(String, Rect)> =
        texts(scene).into_iter().filter(|(text, _)| row_labels(scene).contains(&text.as_str())).collect();
    let steps: Vec<f64> = labels.windows(2).map(|pair| pair[1].1.centre().y - pair[0].1.centre().y).collect();
    for (index, step) in steps.iter().enumerate() {
        let expected = if index == 3 { 2.0 * steps[0] } else { steps[0] };
        assert!((step - expected).abs() < 1e-9, "row {index}: {step}");
    }
}

#[test]
fn the_small_text_under_bars_stands_in_two_panels() {
    let remarks = |panel: &str| -> Vec<String> {
        let scene = published_scene(panel);
        let texts = of_kind(scene, MarkKind::Text).into_iter().filter(|mark| !mark.series.is_empty());
        texts.map(|mark| mark.text.clone()).collect()
    };
    assert_eq!(remarks("decoder_fm_funky"), ["0.09  0.93", "0.13  0.90", "0.14  0.90", "0.13  0.90"]);
    assert_eq!(remarks("decoder_dec_funky"), ["0.12  0.91", "0.14  0.87", "0.15  0.79"]);
    assert!(remarks("decoder_vs_pca_funky").is_empty() && remarks("reconstruction_funky").is_empty());
}

#[test]
fn identities_of_the_published_scores_hold_but_for_the_noted_rows() {
    let mut exceptions = Vec::new();
    let scores = published("fig3_scores");
    for panel in PANELS {
        let of = |label: &str, score: &str| -> f64 {
            let is = |row: &&BTreeMap<String, String>| {
                row["svg"] == format!("{panel}.svg") && row["label"] == label && row["score"] == score
            };
            scores.iter().find(is).unwrap()["value"].parse().unwrap()
        };
        for label in row_labels(published_scene(panel)) {
            let mean = (of(label, "statistical") + of(label, "biological")) / 2.0;
            if (of(label, "overall") - mean).abs() > 2e-6 {
                exceptions.push(label.to_owned());
            }
        }
    }
    assert_eq!(exceptions, ["MLP", "KNN", "AE-Modeled-512"]);
    let scene = published_scene("reconstruction_funky");
    for label in row_labels(scene) {
        let value = |series: &str| {
            let is = |mark: &&Mark| mark.key == label && mark.series == series;
            scene.marks.iter().find(is).unwrap().y.unwrap()
        };
        let mean = ["PBMC-10M", "Tahoe-100M", "LuCA"].map(value).iter().sum::<f64>() / 3.0;
        assert!((mean - value("Overall")).abs() <= 0.0055, "{label}");
    }
}

#[test]
fn every_published_value_of_the_panels_is_judged() {
    let run = Project::of_this_repository().run(&["claims", "--json", "reconeval/fig3"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let json = run.json();
    let judge = |panel: &str| {
        let prefix = format!("fig3/{panel}/");
        let claims = json["claims"].as_array().unwrap();
        let of_panel = claims.iter().filter(|claim| claim["id"].as_str().unwrap().starts_with(&prefix));
        let outcomes: Vec<&str> = of_panel.map(|claim| claim["outcome"].as_str().unwrap()).collect();
        let n = |wanted: &str| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        assert_eq!(n("consistent") + n("redrawn"), outcomes.len(), "{panel}");
        (n("consistent"), n("redrawn"))
    };
    // Bars, rows, printed values and sizes of circles all follow from other panels.
    assert_eq!(judge("decoder_fm_funky"), (12 + 4 + 36 + 36, 0));
    // Bars and rows follow from the comparison of decoders.
    assert_eq!(judge("decoder_dec_funky"), (9 + 3, 27 + 27));
    // Overall bars follow from the two others, and two metrics from Figure 2.
    assert_eq!(judge("decoder_vs_pca_funky"), (9 + 4 + 18 + 18, 18 + 63 + 63));
    // 30 cells follow from Figure 2.
    assert_eq!(judge("reconstruction_funky"), (30, 105 + 35 + 390));
    assert_eq!(judge(RANKING), (9 + 9 + 18, 0));
}

#[test]
fn a_changed_digit_shows_where_the_number_is_used() {
    let scores = "frozen/reconeval/published/fig3_scores.csv";
    let project = Project::of_this_repository();
    let before = std::fs::read(project.path().join(scores)).unwrap();
    let statistical = "decoder_vs_pca_funky.svg,model,scGPT,scGPT-512,3,statistical,mean,,";
    project.replace(scores, &format!("{statistical}0.486111"), &format!("{statistical}0.487111"));
    project.repin("manifests/reconeval/ranks.toml", scores, &before);
    let run = project.run(&["claims", "--json", "reconeval/fig3"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let json = run.json();
    let differing: Vec<&str> = json["claims"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|claim| claim["outcome"] == "differs")
        .map(|claim| claim["id"].as_str().unwrap())
        .collect();
    // The bar itself is drawn as read; the overall bar, the ranking and its error bar are computed from it.
    assert_eq!(
        differing,
        [
            "fig3/decoder_vs_pca_funky/bars/scGPT/overall",
            "fig3/decoder_pca_ranking/bars/512/scGPT",
            "fig3/decoder_pca_ranking/errorbar_low/512/scGPT",
            "fig3/decoder_pca_ranking/errorbar_high/512/scGPT",
        ]
    );
}

/// Our number agrees with the oracle's to 1e-9; both may be missing.
#[track_caller]
fn assert_close(ours: Option<f64>, oracle: &Value, what: &str) {
    match (ours, oracle.as_f64()) {
        (Some(ours), Some(oracle)) => assert!((ours - oracle).abs() < 1e-9, "{what}: {ours} and {oracle}"),
        (ours, oracle) => assert_eq!(ours, oracle, "{what}"),
    }
}

/// The panels drawn from the authors' tables, made up, against pandas and NumPy.
#[test]
fn panels_of_made_up_tables_are_those_of_the_oracle() {
    let project = Project::of_this_repository();
    let mut files = summaries();
    files.push(decoder_only());
    synthetic::place(&project, &files);
    let run =
        project.run(&["figures", "--json", "reconeval/fig3/*_funky", "reconeval/fig3/decoder_pca_ranking"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    for figure in run.json()["figures"].as_array().unwrap() {
        assert_eq!(figure["evidence"], "cached", "{figure}");
    }
    let path = super::support::repository().join("tests/oracle/fig_funky.json");
    let oracle: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let marks = |panel: &str| records(&project.read(&format!("figures/reconeval/fig3/{panel}.csv")));
    let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().ok();
    for panel in PANELS {
        let oracle = &oracle[panel];
        let marks = marks(panel);
        let labels = |row: &&BTreeMap<String, String>| row["mark"] == "text" && row["series"].is_empty();
        let keys: Vec<String> = oracle["order"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entity| shown(panel, entity.as_str().unwrap()))
            .collect();
        let drawn: Vec<&String> = marks.iter().filter(labels).map(|row| &row["key"]).collect();
        assert_eq!(drawn, keys.iter().collect::<Vec<_>>(), "{panel}");
        let mut compared = 0;
        for (part, kind, column) in
            [("bars", "bar", "y"), ("values", "circle", "y"), ("sizes", "circle", "size")]
        {
            for (entity, cells) in oracle[part].as_object().unwrap() {
                for (series, value) in cells.as_object().unwrap() {
                    let key = shown(panel, entity);
                    let is = |row: &&BTreeMap<String, String>| {
                        row["mark"] == kind && row["key"] == key && row["series"] == *series
                    };
                    let ours = marks.iter().find(is).and_then(|row| number(row, column));
                    assert_close(ours, value, &format!("{panel} {part} {entity} {series}"));
                    compared += usize::from(ours.is_some());
                }
            }
        }
        let shapes = |kind: &str| marks.iter().filter(|row| row["mark"] == kind).count();
        assert_eq!(compared, shapes("bar") + 2 * shapes("circle"), "{panel}");
    }
    let intervals: Vec<_> = marks(RANKING).into_iter().filter(|row| row["mark"] == "interval").collect();
    assert_eq!(intervals.len(), 9);
    for (entity, values) in oracle[RANKING].as_object().unwrap() {
        let (series, latent) = match entity.as_str() {
            "SE" => ("SE", "2048"),
            "scimilarity" => ("SCimilarity", "128"),
            "scGPT" | "scConcept" => (entity.as_str(), "512"),
            pca => pca.split_once('-').unwrap(),
        };
        let row = intervals.iter().find(|row| row["series"] == series && row["key"] == latent).unwrap();
        for (index, column) in ["y", "low", "high"].into_iter().enumerate() {
            assert_close(number(row, column), &values[index], &format!("{entity} {column}"));
        }
    }
}

/// The label of an entity in a panel.
fn shown(panel: &str, entity: &str) -> String {
    let label = match (panel, entity) {
        ("decoder_vs_pca_funky", "SE") => "SE-2058",
        ("decoder_vs_pca_funky", "scGPT") => "scGPT-512",
        ("decoder_vs_pca_funky", "scConcept") => "scConcept-512",
        ("decoder_vs_pca_funky", "scimilarity") => "SCimilarity-128",
        (_, "scimilarity") => "SCimilarity",
        (_, "KNN_10") => "KNN",
        (_, entity) => entity,
    };
    label.to_owned()
}

#[test]
fn one_table_short_falls_back_to_published_values() {
    let project = Project::of_this_repository();
    let mut files = summaries();
    files.retain(|file| file.artifact != "summary/tahoe-split02-32");
    files.push(decoder_only());
    synthetic::place(&project, &files);
    let run =
        project.run(&["figures", "--json", "reconeval/fig3/*_funky", "reconeval/fig3/decoder_pca_ranking"]);
    let json = run.json();
    for figure in json["figures"].as_array().unwrap() {
        // Only the reconstruction heatmap needs tables of all datasets.
        let whole = figure["id"] != "reconeval/fig3/reconstruction_funky";
        assert_eq!(figure["evidence"], if whole { "cached" } else { "digitised" }, "{figure}");
    }
}

const TABLE: &str = r##"
[[figure]]
id = "heatmap"
kind = "funky"
title = "Heatmap"
size = [4, 3]
heading = { text = "Heading", pad = 25 }
bars = { data = "bars", row = "name", column = "score", value = "value" }
circles = { data = "circles", row = "name", column = "metric", value = "value", size = "size" }
block = [{ rows = ["a", "b"], sort_by = "all" }, { rows = ["c"] }]
labels = { b = "B" }
remark = { under = "all", values = ["x"] }
circle_area = [100, 400]
group = [{ id = "one", header = "One", colour = "#336699" }]
column = [
  { key = "all", label = "All", shape = "bar", group = "one" },
  { key = "x", shape = "circle", group = "one", gap = 0.1, separated = true },
]
"##;

const BARS: &str = r##"
[[figure]]
id = "bars"
kind = "grouped_bar"
title = "Bars"
size = [4, 3]
data = "bars"
series_column = "name"
series = [{ value = "a", colour = "#123456" }, { value = "b", label = "B", colour = "#abcdef" }]
x = { column = "score", categories = ["all", "none"], labels = { all = "All" } }
y = { column = "value", low = "low", high = "high" }
bar_width = 0.3
value_text = { offset = 0.01 }
legend = { place = "best" }
"##;

fn draw_one(spec: &str, bars: &str, circles: &str) -> Result<Scene, Failure> {
    let specs = figure_specs(spec);
    figures::draw(&specs[0], Theme::Faithful, &mut |id| {
        found(match id {
            "bars" => table("bars", &format!("name,score,value,low,high\n{bars}")),
            _ => table("circles", &format!("name,metric,value,size\n{circles}")),
        })
    })
}

fn keys(scene: &Scene, kind: MarkKind) -> Vec<(&str, Option<f64>, Option<f64>)> {
    of_kind(scene, kind).into_iter().map(|mark| (mark.key.as_str(), mark.y, mark.size)).collect()
}

#[test]
fn rows_are_sorted_within_their_block_and_missing_cells_stay_empty() {
    let scene = draw_one(TABLE, "a,all,0.2,,\nb,all,0.7,,\nc,all,,,", "a,x,5,1\nc,x,3,\nb,x,,0.5").unwrap();
    assert_sound(&scene);
    assert_eq!(row_labels(&scene), ["B", "a", "c"]);
    assert_eq!(keys(&scene, MarkKind::Bar), [("B", Some(0.7), None), ("a", Some(0.2), None)]);
    assert_eq!(keys(&scene, MarkKind::Circle), [("a", Some(5.0), Some(1.0))]);
    // A row without a score comes last.
    let scene = draw_one(TABLE, "a,all,,,\nb,all,-3,,", "").unwrap();
    assert_eq!(row_labels(&scene), ["B", "a", "c"]);
}

#[test]
fn values_beyond_the_scale_keep_their_text_and_stay_in_their_cell() {
    let scene = draw_one(TABLE, "a,all,7,,\nb,all,-7,,", "a,x,1e300,9\nb,x,-1e300,-9").unwrap();
    assert_sound(&scene);
    assert_eq!(of_kind(&scene, MarkKind::Bar)[0].text, "7.00");
    assert_eq!(of_kind(&scene, MarkKind::Bar)[1].text, "\u{2212}7.00");
    let mut radii = Vec::new();
    let mut lengths = Vec::new();
    for (_, outline) in outlines(&scene) {
        match outline {
            Outline::Circle { radius, .. } => radii.push(radius),
            Outline::Rounded { rect, .. } => lengths.push(rect.width()),
            _ => {}
        }
    }
    assert_eq!(radii, [500.0_f64.sqrt() / 2.0, 5.0]);
    assert!((lengths[0] / lengths[1] - 0.58 / 0.06).abs() < 1e-9, "{lengths:?}");
}

#[test]
fn no_one_or_two_values_are_drawn_or_missing_and_infinite_ones_refused() {
    for (bars, circles, marks) in [
        ("a,all,0.5,,", "", 1),
        ("a,all,0.5,,\nb,all,0.5,,", "", 2),
        ("", "a,x,1,0.5", 1),
        ("a,all,,,\nb,all,0,,", "a,x,,1\nb,x,1,", 1),
    ] {
        let scene = draw_one(TABLE, bars, circles).unwrap();
        assert_sound(&scene);
        let shapes = of_kind(&scene, MarkKind::Bar).len() + of_kind(&scene, MarkKind::Circle).len();
        assert_eq!((scene.state(), shapes), ("drawn", marks), "{bars} {circles}");
    }
    for (bars, circles) in [("", ""), ("a,all,,,\nb,all,,,", "a,x,,"), ("z,all,1,,", "a,y,1,1")] {
        let scene = draw_one(TABLE, bars, circles).unwrap();
        assert_sound(&scene);
        assert_eq!(scene.missing.map(|missing| missing.reason), Some(Reason::NoPublishedValue));
    }
    for (bars, circles, refusal) in [
        ("a,all,0,,\nb,all,inf,,", "", "`bars` row 2, column `value`: `inf` is not a number"),
        ("a,all,0,,", "a,x,-inf,1", "`circles` row 1, column `value`: `-inf` is not a number"),
        ("a,all,0,,", "a,x,1,1\nb,x,1,inf", "`circles` row 2, column `size`: `inf` is not a number"),
    ] {
        let error = draw_one(TABLE, bars, circles).unwrap_err().to_string();
        assert!(error.contains(refusal), "{error}");
    }
}

/// A constant column and one without values, through the pipeline that scales circles.
#[test]
fn constant_and_empty_columns_of_made_up_tables() {
    let project = Project::of_this_repository();
    let mut file = decoder_only();
    let lines = file.text.lines().map(|line| {
        let mut cells: Vec<&str> = line.split(',').collect();
        match cells[4] {
            "Pathway" => cells[5] = "0.25",
            "Cytokine" => cells[5] = "",
            _ => {}
        }
        cells.join(",") + "\n"
    });
    file.text = lines.collect();
    synthetic::place(&project, &[file]);
    let run = project.run(&["figures", "reconeval/fig3/decoder_fm_funky"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let marks = records(&project.read("figures/reconeval/fig3/decoder_fm_funky.csv"));
    let sizes = |series: &str| -> Vec<&str> {
        let circles = marks.iter().filter(|row| row["mark"] == "circle" && row["series"] == series);
        circles.map(|row| row["size"].as_str()).collect()
    };
    assert_eq!(sizes("Pathway"), ["0.5"; 4]);
    assert!(sizes("Cytokine").is_empty());
    assert_eq!(marks.iter().filter(|row| row["mark"] == "bar").count(), 12);
}

#[test]
fn hostile_labels_stay_text() {
    for label in hostile_labels() {
        let quoted = serde_json::to_string(&label).unwrap();
        let spec = TABLE
            .replace("b = \"B\"", &format!("b = {quoted}"))
            .replace("label = \"All\"", &format!("label = {quoted}"))
            .replace("header = \"One\"", &format!("header = {quoted}"))
            .replace("text = \"Heading\"", &format!("text = {quoted}"));
        assert_sound(&draw_one(&spec, "a,all,0.2,,\nb,all,0.7,,", "a,x,5,1").unwrap());
        let spec = BARS
            .replace("label = \"B\"", &format!("label = {quoted}"))
            .replace("all = \"All\"", &format!("all = {quoted}"));
        assert_sound(&draw_one(&spec, "a,all,0.2,0.1,0.3\nb,all,0.7,,", "").unwrap());
    }
}

#[test]
fn wrong_specs_name_what_is_wrong() {
    let message = |spec: &str, bars: &str| {
        let error = draw_one(spec, bars, "").unwrap_err();
        (error.to_string(), error.hint().unwrap_or_default())
    };
    let (text, hint) = message(&TABLE.replace("group = \"one\" }", "group = \"ones\" }"), "");
    assert!(text.contains("unknown group `ones`") && hint == "did you mean `one`?", "{text} {hint}");
    let (text, hint) = message(&TABLE.replace("sort_by = \"all\"", "sort_by = \"al\""), "");
    assert!(text.contains("unknown column `al`") && hint == "did you mean `all`?", "{text} {hint}");
    let (text, _) = message(&TABLE.replace(", size = \"size\"", ""), "");
    assert!(text.contains("`circles` needs the key `size`"), "{text}");
    let (text, _) = message(&TABLE.replace("[100, 400]", "[-1, 400]"), "");
    assert!(text.contains("`circle_area`"), "{text}");
    let (text, _) = message(&TABLE.replace("rows = [\"c\"]", "rows = [\"a\"]"), "");
    assert!(text.contains("row `a` stands in the blocks twice"), "{text}");
    let (text, hint) = message(TABLE, "a,all,1,,\na,all,2,,");
    assert!(text.contains("several rows for `a` in column `all`"), "{text}");
    assert_eq!(hint, "narrow the rows with `where`");
    let (text, _) = message(BARS, "a,all,1,,\na,all,2,,");
    assert!(text.contains("several rows for series `a` in category `all`"), "{text}");
    let (text, _) = message(&BARS.replace("offset = 0.01", "decimals = 70000"), "a,all,1,,");
    assert!(text.contains("`decimals` is 70000"), "{text}");
    let (text, _) = message(&TABLE.replace("circle_area", "decimals = 70000\ncircle_area"), "a,all,1,,");
    assert!(text.contains("`decimals` is 70000"), "{text}");
    let (text, _) = message(&BARS.replace("bar_width = 0.3", "bar_width = 0"), "");
    assert!(text.contains("`bar_width`"), "{text}");
}

#[test]
fn bars_of_a_category_stand_side_by_side_around_its_tick() {
    let scene = draw_one(BARS, "b,all,2,1,4\na,all,1,,\na,none,3,2.5,\nz,all,9,,", "").unwrap();
    assert_sound(&scene);
    let bars: Vec<(&str, &str, f64, f64, &str)> = of_kind(&scene, MarkKind::Bar)
        .into_iter()
        .map(|mark| {
            (mark.series.as_str(), mark.key.as_str(), mark.x.unwrap(), mark.y.unwrap(), mark.text.as_str())
        })
        .collect();
    assert_eq!(
        bars,
        [("a", "All", -0.15, 1.0, "1.00"), ("B", "All", 0.15, 2.0, "2.00"), ("a", "none", 1.0, 3.0, "3.00")]
    );
    // An error bar needs both ends.
    let intervals = of_kind(&scene, MarkKind::Interval);
    assert_eq!(intervals.len(), 1);
    assert_eq!((intervals[0].low, intervals[0].y, intervals[0].high), (Some(1.0), Some(2.0), Some(4.0)));
    assert!(scene.words().contains("B 2 (1 to 4)"), "{}", scene.words());
}

#[test]
fn bars_of_few_equal_infinite_or_no_values() {
    for (bars, n_bars) in [("a,all,0,,", 1), ("a,all,-1,-2,0\nb,all,-1,,", 2), ("a,all,,,\nb,all,1,,", 1)] {
        let scene = draw_one(BARS, bars, "").unwrap();
        assert_sound(&scene);
        assert_eq!(
            (scene.state(), scene.marks.len() - of_kind(&scene, MarkKind::Interval).len()),
            ("drawn", n_bars)
        );
    }
    for bars in ["", "a,all,,1,2", "a,other,1,1,2"] {
        let scene = draw_one(BARS, bars, "").unwrap();
        assert_sound(&scene);
        assert_eq!(scene.missing.map(|missing| missing.reason), Some(Reason::NoPublishedValue));
    }
    for (bars, refusal) in [
        ("a,all,inf,,\nb,all,1,,", "`bars` row 1, column `value`: `inf` is not a number"),
        ("a,all,1,,\nb,all,1,-inf,2", "`bars` row 2, column `low`: `-inf` is not a number"),
        ("a,all,1,,\nb,all,1,0,inf", "`bars` row 2, column `high`: `inf` is not a number"),
    ] {
        let error = draw_one(BARS, bars, "").unwrap_err().to_string();
        assert!(error.contains(refusal), "{error}");
    }
}

#[test]
fn the_legend_lists_series_as_they_appear_from_the_left() {
    let scene = published_scene(RANKING);
    let names = ["PCA", "SCimilarity", "SE", "scConcept", "scGPT"];
    let mut legend: Vec<(String, Rect)> =
        texts(scene).into_iter().filter(|(text, _)| names.contains(&text.as_str())).collect();
    legend.sort_by(|a, b| a.1.top.total_cmp(&b.1.top));
    let listed: Vec<&str> = legend.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(listed, ["PCA", "SCimilarity", "scConcept", "scGPT", "SE"]);
}

#[test]
fn error_bars_have_caps_of_their_size_and_bars_their_width() {
    let scene = published_scene(RANKING);
    let mut caps = 0;
    scene.visit(&mut |element| {
        let Element::Group(Group { marks: Some(range), children, .. }) = element else { return };
        if scene.marks[range.start].kind == MarkKind::Interval {
            let drawn = bounds(children).unwrap();
            assert!((drawn.width() - 6.0).abs() < 1e-9, "{drawn:?}");
            caps += 1;
        }
    });
    assert_eq!(caps, 9);
}
