//! The figure kinds `line` and `box` on the published panels, and on data nobody would publish.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed helper is a failed test")]

use std::path::Path;
use std::sync::Arc;

use repro::digest::sha256;
use repro::error::Failure;
use repro::evidence::{Lineage, Missing, Reason, SourceFile, Tier};
use repro::figures::{self, Evidence};
use repro::manifest::{self, RawSpec};
use repro::plot::{Element, Group, MarkKind, Quantity, Rect, Scene, Theme, mark_csv, svg};
use repro::query::{Column, Table};
use repro::stats::paired_t_test;

/// The ten panels of the manifest.
fn published_figures() -> Vec<RawSpec> {
    figure_specs(&std::fs::read_to_string(root().join("manifests/reconeval/figures.toml")).unwrap())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Figure entries of a manifest text.
pub fn figure_specs(figures: &str) -> Vec<RawSpec> {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("p");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("paper.toml"), "schema = 1\n[paper]\nid = \"p\"\ntitle = \"P\"\n").unwrap();
    std::fs::write(folder.join("figures.toml"), figures).unwrap();
    manifest::load(root.path(), &folder).unwrap().figures
}

/// A table of text columns from CSV; every row has its own lineage.
pub fn table(artifact: &str, csv: &str) -> Table {
    let file = SourceFile::new(artifact, sha256(csv.as_bytes()), Tier::Digitised);
    let file = Arc::new(file);
    let mut lines = csv.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let rows: Vec<Vec<String>> = lines.collect();
    let cell = |text: &String| (!text.is_empty()).then(|| text.clone());
    let column = |index: usize| Column::Text(rows.iter().map(|row| cell(&row[index])).collect());
    let columns = header.into_iter().enumerate().map(|(index, name)| (name, column(index))).collect();
    let lineage = (1..=rows.len()).map(|row| Lineage::row(Arc::clone(&file), row as u32)).collect();
    Table::new(columns, lineage).unwrap()
}

/// The published file behind a dataset of the manifest, its rows filtered.
fn published(id: &str) -> Table {
    let (name, keep): (&str, fn(&str) -> bool) = match id {
        "scaling-latent" => ("fig2_scaling_latent", |_| true),
        "scaling-split" => ("fig2_scaling_split", |_| true),
        "ranking-by-split" => ("fig2_average_ranking", |line| line.contains(",split0")),
        "ranking-by-dataset" => ("fig2_average_ranking", |line| !line.contains(",split0")),
        "decoder-split" => ("fig2_decoder_mlp_split", |_| true),
        "boxplots" => ("fig2_boxplots_latent128", |line| !line.contains(",q1,") && !line.contains(",q3,")),
        "boxplot-brackets" => ("fig2_boxplots_brackets", |_| true),
        other => panic!("unknown dataset {other}"),
    };
    let path = root().join(format!("frozen/reconeval/published/{name}.csv"));
    let text = std::fs::read_to_string(path).unwrap();
    let header = text.lines().take(1);
    let lines: Vec<&str> = header.chain(text.lines().skip(1).filter(|line| keep(line))).collect();
    table(name, &lines.join("\n"))
}

pub fn found(table: Table) -> Result<Result<Evidence, Missing>, Failure> {
    let alternative = "the values read from the figure".to_owned();
    Ok(Ok(Evidence { table: Arc::new(table), alternative, left_out: Vec::new(), transforms: Vec::new() }))
}

fn published_scenes() -> Vec<Scene> {
    let draw = |spec: &RawSpec| {
        figures::draw(spec, Theme::Faithful, &mut |id| found(published(id)))
            .unwrap_or_else(|error| panic!("{error}"))
    };
    published_figures().iter().map(draw).collect()
}

/// All texts of a scene with the boxes they take.
pub fn texts(scene: &Scene) -> Vec<(String, Rect)> {
    let mut texts = Vec::new();
    scene.visit(&mut |element| {
        if let Element::Text(text) = element {
            texts.extend(text.bounds().map(|bounds| (text.text.clone(), bounds)));
        }
    });
    texts
}

/// Asserts what holds for every scene: text inside the page, well-formed SVG, and the same marks in the SVG, in the
/// mark table and in the scene.
#[track_caller]
pub fn assert_sound(scene: &Scene) {
    let page = Rect::sized(0.0, 0.0, scene.page.width, scene.page.height).grown(1e-6);
    for (text, bounds) in texts(scene) {
        assert_eq!(bounds.intersection(&page), Some(bounds), "`{text}` leaves the page of {}", scene.id);
    }
    let drawing = svg(scene);
    let document =
        roxmltree::Document::parse(&drawing).unwrap_or_else(|error| panic!("{}: {error}", scene.id));
    let root = document.root_element();
    assert_eq!(root.attribute("data-state"), Some(scene.state()));
    assert_eq!(root.attribute("data-marks"), Some(scene.marks.len().to_string().as_str()));
    let child =
        |name: &str| root.children().find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", name)));
    assert!(child("title").and_then(|title| title.text()).is_some_and(|text| !text.is_empty()));
    assert!(child("desc").and_then(|title| title.text()).is_some_and(|text| !text.is_empty()));
    let mut drawn = Vec::new();
    for rows in document.descendants().filter_map(|node| node.attribute("data-rows")) {
        let (first, last) = rows.split_once('-').unwrap_or((rows, rows));
        drawn.extend(first.parse::<usize>().unwrap()..=last.parse().unwrap());
    }
    assert_eq!(drawn, (1..=scene.marks.len()).collect::<Vec<_>>(), "order of marks in {}", scene.id);
    // The text of a picture may hold any letters.
    let written: String = drawing.lines().filter(|line| !line.starts_with("<image")).collect();
    assert!(!written.contains("NaN") && !written.contains("inf") && !written.contains("\"-0\""));
    let csv = mark_csv(&scene.marks);
    let records = csv.lines().count();
    assert!(records > scene.marks.len(), "a row a mark and the header");
}

/// Writes the panels for a look at them when `REPRO_DRAW` names a folder.
#[test]
fn published_panels_are_drawn() {
    let scenes = published_scenes();
    let counts: Vec<usize> = scenes.iter().map(|scene| scene.marks.len()).collect();
    assert_eq!(counts, [90, 90, 270, 270, 36, 24, 24, 9, 9, 7]);
    for scene in &scenes {
        assert_sound(scene);
        assert_eq!((scene.state(), scene.evidence()), ("drawn", Some(Tier::Digitised)), "{}", scene.id);
        assert_eq!(mark_csv(&scene.marks).lines().count(), scene.marks.len() + 1);
        if let Some(folder) = std::env::var_os("REPRO_DRAW") {
            let path = Path::new(&folder).join(scene.id.replace("fig2/", ""));
            std::fs::write(path.with_extension("svg"), svg(scene)).unwrap();
            std::fs::write(path.with_extension("csv"), mark_csv(&scene.marks)).unwrap();
        }
    }
}

/// What a comparison draws a published value at must be where the drawing shows such a value.
#[test]
fn a_frame_finds_every_mark_where_it_is_drawn() {
    let mut checked = 0;
    for scene in published_scenes() {
        scene.visit(&mut |element| {
            let Element::Group(Group { marks: Some(range), frame: Some(frame), children, .. }) = element
            else {
                return;
            };
            for mark in scene.marks.get(range.clone()).unwrap() {
                let place = |quantity| frame.place(mark, quantity, mark.number(quantity).unwrap()).unwrap();
                let bounds = repro::plot::bounds(children).unwrap();
                match mark.kind {
                    MarkKind::Point => {
                        let centre = bounds.centre();
                        assert!((place(Quantity::Y).y - centre.y).abs() < 1e-6, "{}", scene.id);
                        assert!((place(Quantity::X).x - centre.x).abs() < 1e-6, "{}", scene.id);
                    }
                    MarkKind::Box => {
                        assert!((place(Quantity::Low).x - bounds.left).abs() < 1e-6, "{}", scene.id);
                        assert!((place(Quantity::High).x - bounds.right).abs() < 1e-6, "{}", scene.id);
                        assert!((place(Quantity::Q1).y - bounds.centre().y).abs() < 1e-6, "{}", scene.id);
                    }
                    _ => continue,
                }
                checked += 1;
            }
        });
    }
    assert_eq!(checked, 45 + 45 + 135 + 135 + 18 + 12 + 12 + 9 + 9);
}

#[test]
fn no_two_texts_of_a_published_panel_overlap() {
    for scene in published_scenes() {
        let texts = texts(&scene);
        for (index, (text, bounds)) in texts.iter().enumerate() {
            for (other, others) in &texts[index + 1..] {
                let common =
                    bounds.intersection(others).filter(|common| common.width() * common.height() > 0.0);
                assert_eq!(common, None, "`{text}` and `{other}` in {}", scene.id);
            }
        }
    }
}

#[test]
fn pages_have_the_published_size() {
    let published = [
        ("fig2/pbmc_boxplots_latent128", 496.87, 179.68),
        ("fig2/scaling_latent_deg_wilcoxon_pred_mean_genediff_spearman", 1036.5, 260.3),
    ];
    let scenes = published_scenes();
    for (id, width, height) in published {
        let scene = scenes.iter().find(|scene| scene.id == id).unwrap();
        assert!((scene.page.width / width - 1.0).abs() < 0.002, "{id}: {}", scene.page.width);
        assert!((scene.page.height / height - 1.0).abs() < 0.002, "{id}: {}", scene.page.height);
    }
}

#[test]
fn points_are_the_values_of_the_rows_they_name() {
    let table = published("scaling-split");
    for scene in published_scenes().iter().filter(|scene| scene.id.starts_with("fig2/scaling_split")) {
        for mark in scene.marks.iter().filter(|mark| mark.kind == MarkKind::Point) {
            let row = mark.lineage.files().next().unwrap().1.first();
            let row = usize::try_from(row).unwrap() - 1;
            assert_eq!(Ok(mark.y), table.number("value", row));
            assert_eq!(Some(&mark.series), table.text("model", row).as_ref());
            assert_eq!(Some(&mark.key), table.text("x_label", row).as_ref());
        }
    }
}

#[test]
fn drawing_twice_gives_the_same_bytes() {
    let bytes = |scenes: Vec<Scene>| scenes.iter().map(svg).collect::<Vec<_>>();
    assert_eq!(bytes(published_scenes()), bytes(published_scenes()));
}

/// Values of two series in the three splits at latent size 128.
fn triples(dataset: &str, metric: &str) -> [Vec<f64>; 2] {
    let table = published("scaling-split");
    let is = |column: &str, row: usize, text: &str| table.text(column, row).as_deref() == Some(text);
    ["VAE", "PCA"].map(|model| {
        let rows = (0..table.n_rows()).filter(|row| {
            is("dataset", *row, dataset)
                && is("metric", *row, metric)
                && is("model", *row, model)
                && is("latent", *row, "128")
        });
        rows.filter_map(|row| table.number("value", row).unwrap()).collect()
    })
}

#[test]
fn paired_tests_of_the_published_values() {
    let energy = "rev_distributional_energy_distance";
    let spearman = "deg_wilcoxon_pred_mean_genediff_spearman";
    let cases = [
        ("luca", energy, 0.0968),
        ("pbmc", energy, 0.361),
        ("tahoe", energy, 0.190),
        ("tahoe", spearman, 0.00326),
    ];
    for (dataset, metric, p) in cases {
        let [a, b] = triples(dataset, metric);
        let ours = paired_t_test(&a, &b).unwrap().p;
        assert!((ours / p - 1.0).abs() < 3e-3, "{dataset} {metric}: {ours}");
    }
}

const BOXES: &str = r##"
[[figure]]
id = "boxes"
kind = "box"
title = "Boxes"
size = [4, 3]
data = "values"
group_column = "group"
groups = [{ value = "a" }, { value = "b" }, { value = "c", label = "C" }]
value_column = "value"
pair_by = "fold"
brackets = { data = "tests", a = "one", b = "two", text = "stars" }
panel = [{ title = "Panel" }]
"##;

const LINES: &str = r##"
[[figure]]
id = "lines"
kind = "line"
title = "Lines"
size = [4, 3]
data = "values"
series_column = "group"
series = [{ value = "a", colour = "#123456" }, { value = "b", colour = "#abcdef", marker = "triangle_up" }]
x = { column = "step", categories = ["1", "2", "3"] }
y = { column = "value" }
legend = { place = "best", frame = true }
"##;

fn draw_one(spec: &str, csv: &str) -> Result<Scene, Failure> {
    let specs = figure_specs(spec);
    figures::draw(&specs[0], Theme::Faithful, &mut |id| {
        found(if id == "tests" {
            table("tests", "one,two,stars\nb,a,**\na,c,n.s.")
        } else {
            table("values", csv)
        })
    })
}

fn brackets(scene: &Scene) -> Vec<(String, String)> {
    let brackets = scene.marks.iter().filter(|mark| mark.kind == MarkKind::Bracket);
    brackets.map(|mark| (mark.key.clone(), mark.text.clone())).collect()
}

#[test]
fn paired_values_are_tested() {
    let [vae, pca] = triples("tahoe", "deg_wilcoxon_pred_mean_genediff_spearman");
    let mut csv = "group,fold,value\n".to_owned();
    for fold in 0..3 {
        csv += &format!("a,{fold},{}\nb,{fold},{}\n", vae[fold], pca[fold]);
    }
    let scene = draw_one(BOXES, &csv).unwrap();
    assert_sound(&scene);
    assert_eq!(brackets(&scene), [("a vs b".to_owned(), "**".to_owned())]);
    let bracket = scene.marks.last().unwrap();
    assert!(bracket.lineage.to_string().ends_with(":1-6"), "all six values: {}", bracket.lineage);
    assert!(scene.words().contains("paired two-sided t-test on 3 pairs"), "{}", scene.words());
}

#[test]
fn known_results_are_drawn_when_values_cannot_be_paired() {
    let scene = draw_one(BOXES, "group,value\na,1\na,2\na,3\nb,4\nb,5\nb,6\nc,1\nc,7\nc,8").unwrap();
    assert_sound(&scene);
    assert_eq!(brackets(&scene), [("a vs b".to_owned(), "**".to_owned())]);
    let first = &scene.marks[0];
    assert_eq!(
        (first.low, first.q1, first.y, first.q3, first.high),
        (Some(1.0), Some(1.5), Some(2.0), Some(2.5), Some(3.0))
    );
    assert_eq!((first.key.as_str(), first.series.as_str(), first.panel.as_str()), ("a", "a", ""));
    assert_eq!(scene.marks[2].key, "C");
    assert!(scene.marks[3].lineage.to_string().starts_with("tests@"));
}

#[test]
fn few_and_equal_values_are_drawn() {
    let cases =
        ["a,1", "a,1\na,2", "a,2\na,2\na,2\nb,2", "a,0\nb,0", "a,1e300\nb,-1e300", "a,1e-300\nb,5e-324"];
    for case in cases {
        let boxes = draw_one(BOXES, &format!("group,value\n{case}")).unwrap();
        assert_sound(&boxes);
        assert_eq!(boxes.state(), "drawn");
        let steps: Vec<String> =
            case.lines().enumerate().map(|(i, row)| format!("{row},{}", i + 1)).collect();
        let lines = draw_one(LINES, &format!("group,value,step\n{}", steps.join("\n"))).unwrap();
        assert_sound(&lines);
        assert_eq!(lines.state(), "drawn");
    }
}

#[test]
fn missing_values_break_a_line() {
    let scene = draw_one(LINES, "group,step,value\na,1,1\na,2,\na,3,2\nb,1,3\nb,2,4\nb,3,").unwrap();
    assert_sound(&scene);
    let marks: Vec<(&str, MarkKind, &str)> =
        scene.marks.iter().map(|mark| (mark.series.as_str(), mark.kind, mark.key.as_str())).collect();
    use MarkKind::{Line, Point};
    let expected = [
        ("a", Point, "1"),
        ("a", Point, "3"),
        ("b", Line, "1"),
        ("b", Line, "2"),
        ("b", Point, "1"),
        ("b", Point, "2"),
    ];
    assert_eq!(marks, expected);
    // Only an empty cell is missing.
    let error = draw_one(LINES, "group,step,value\na,1,1\na,2,nan\na,3,2").unwrap_err();
    assert!(error.to_string().contains("`values` row 2, column `value`: `nan` is not a number"), "{error}");
}

#[test]
fn a_figure_without_values_says_so() {
    for csv in ["group,step,value", "group,step,value\na,1,", "group,step,value\nz,1,5"] {
        for spec in [BOXES, LINES] {
            let scene = draw_one(spec, csv).unwrap();
            assert_sound(&scene);
            assert_eq!(scene.state(), "missing");
            assert_eq!(scene.missing.unwrap().reason, Reason::NoPublishedValue);
        }
    }
}

#[test]
fn a_missing_dataset_leaves_a_placeholder_of_the_same_size() {
    let detail =
        "`summary.csv` is not among the published files; the authors would have to add it. ".repeat(3);
    for spec in published_figures() {
        let missing = Missing::new(Reason::NotShared, detail.clone());
        let scene = figures::draw(&spec, Theme::Faithful, &mut |_| Ok(Err(missing.clone()))).unwrap();
        assert_sound(&scene);
        assert_eq!((scene.state(), scene.marks.len(), scene.evidence()), ("missing", 0, None));
        assert_eq!(scene.missing, Some(missing));
        let shown: String = texts(&scene).into_iter().map(|(text, _)| text + " ").collect();
        assert!(shown.contains("not_shared") && shown.contains("published files"), "{shown}");
        if let Some(folder) = std::env::var_os("REPRO_DRAW") {
            let name = format!("missing_{}.svg", scene.id.replace("fig2/", ""));
            std::fs::write(Path::new(&folder).join(name), svg(&scene)).unwrap();
        }
    }
}

#[test]
fn datasets_are_listed_in_order_of_use() {
    let ids: Vec<Vec<String>> =
        published_figures().iter().map(|spec| figures::datasets(spec).unwrap()).collect();
    assert_eq!(ids[4], ["ranking-by-split", "ranking-by-dataset"]);
    assert_eq!(ids[7], ["boxplots", "boxplot-brackets"]);
}

/// Names that nobody would give and somebody will.
pub fn hostile_labels() -> [String; 8] {
    [
        "<script>alert('x')</script>&amp;\"quoted\"".to_owned(),
        "\u{0}\u{1}\u{7}control\u{9f}".to_owned(),
        "]]><![CDATA[ -- %SYSTEM".to_owned(),
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{202e}gnp.exe".to_owned(),
        "very long label ".repeat(20),
        String::new(),
        "line\nbreak".to_owned(),
        "  spaces  ".to_owned(),
    ]
}

#[test]
fn hostile_labels_stay_text() {
    for label in hostile_labels() {
        let quoted = serde_json::to_string(&label).unwrap();
        for spec in [BOXES, LINES] {
            let spec = spec
                .replace("value = \"a\"", &format!("value = \"a\", label = {quoted}"))
                .replace("title = \"Panel\"", &format!("title = {quoted}"))
                .replace("title = \"Lines\"", &format!("title = \"t\" \nheading = {{ text = {quoted} }}"));
            let scene = draw_one(&spec, "group,step,value\na,1,1\na,2,3\nb,1,4").unwrap();
            assert_sound(&scene);
            let missing = Missing::new(Reason::Gated, label.to_owned());
            let specs = figure_specs(&spec);
            assert_sound(
                &figures::draw(&specs[0], Theme::Faithful, &mut |_| Ok(Err(missing.clone()))).unwrap(),
            );
        }
    }
}

#[test]
fn errors_name_the_nearest_name() {
    let hint = |spec: &str, csv: &str| {
        let error = draw_one(spec, csv).unwrap_err();
        (error.to_string(), error.hint().unwrap_or_default())
    };
    let (message, help) = hint(&LINES.replace("kind = \"line\"", "kind = \"lines\""), "");
    assert!(
        message.contains("figures.toml:") && message.contains("unknown figure kind `lines`"),
        "{message}"
    );
    assert_eq!(help, "did you mean `line`?");
    let (message, help) = hint(LINES, "group,stap,value\na,1,1");
    assert!(message.contains("unknown column of dataset `values` `step`"), "{message}");
    assert_eq!(help, "did you mean `stap`?");
    let (message, _) = hint(&LINES.replace("legend", "legends"), "group,step,value");
    assert!(message.contains("unknown field `legends`"), "{message}");
    let (message, help) = hint(LINES, "group,step,value\na,1,1\na,1,2");
    assert!(message.contains("several rows for series `a` at `1`"), "{message}");
    assert_eq!(help, "narrow the rows with `where`");
    let (message, _) = hint(&LINES.replace("size = [4, 3]", "size = [0, 3]"), "group,step,value");
    assert!(message.contains("`size`"), "{message}");
}

/// The renderings of two small figures, byte for byte.
#[test]
fn renderings_are_stable() {
    let boxes = draw_one(BOXES, "group,value\na,1\na,2\na,4\nb,3").unwrap();
    insta::assert_snapshot!("box_svg", svg(&boxes));
    insta::assert_snapshot!("box_csv", mark_csv(&boxes.marks));
    let lines = draw_one(LINES, "group,step,value\na,1,1\na,2,2.5\na,3,2\nb,1,0\nb,2,\nb,3,1").unwrap();
    insta::assert_snapshot!("line_svg", svg(&lines));
    insta::assert_snapshot!("line_csv", mark_csv(&lines.marks));
    let missing = Missing::new(Reason::NotFetched, "run `repro fetch` to get it".to_owned());
    let card =
        figures::draw(&figure_specs(LINES)[0], Theme::Faithful, &mut |_| Ok(Err(missing.clone()))).unwrap();
    insta::assert_snapshot!("placeholder_svg", svg(&card));
}

#[test]
fn numeric_axes_refuse_text() {
    let spec = LINES.replace("categories = [\"1\", \"2\", \"3\"]", "ticks = [1, 2]");
    let error = draw_one(&spec, "group,step,value\na,one,1").unwrap_err();
    assert!(error.to_string().contains("`values` row 1, column `step`: `one` is not a number"), "{error}");
    let scene = draw_one(&spec, "group,step,value\na,2,1\na,1,3").unwrap();
    let keys: Vec<&str> = scene.marks.iter().map(|mark| mark.key.as_str()).collect();
    assert_eq!(keys, ["1", "2", "1", "2"]);
}
