//! The figure kind `scatter`: points one by one and as a picture, and what a panel says that cannot be drawn.

use std::io::Read;
use std::sync::Arc;

use repro::digest::sha256;
use repro::error::Failure;
use repro::evidence::{Lineage, Missing, Reason, SourceFile, Tier};
use repro::figures;
use repro::plot::{Element, Frame, Group, Image, Mark, MarkKind, Scene, Theme, mark_csv, svg};
use repro::query::{Column, Table};

use super::figures::{assert_sound, figure_specs, found, table, texts};
use super::support::Project;

const SCATTER: &str = r##"
[[figure]]
id = "points"
kind = "scatter"
title = "Points"
size = [4, 3]
data = "values"
series_column = "group"
x = { column = "x" }
y = { column = "y" }
"##;

fn draw(spec: &str, values: Table) -> Result<Scene, Failure> {
    let values = Arc::new(values);
    figures::draw(&figure_specs(spec)[0], Theme::Faithful, &mut |_| found(Table::clone(&values)))
}

fn draw_csv(spec: &str, csv: &str) -> Scene {
    draw(spec, table("values", csv)).unwrap_or_else(|error| panic!("{error}"))
}

/// A table of numbers with the lineage of rows of one file.
fn numbers(x: Vec<f64>, y: Vec<f64>, group: impl Fn(usize) -> String) -> Table {
    let source = SourceFile::new("file", sha256(b"file"), Tier::Cached);
    let file = Arc::new(source);
    let lineage = (1..=x.len()).map(|row| Lineage::row(Arc::clone(&file), row as u32)).collect();
    let groups = (0..x.len()).map(|row| Some(group(row))).collect();
    let number = |values: Vec<f64>| Column::Number(values.into_iter().map(Some).collect());
    let columns = vec![
        ("x".to_owned(), number(x)),
        ("y".to_owned(), number(y)),
        ("group".to_owned(), Column::Text(groups)),
    ];
    Table::new(columns, lineage).unwrap()
}

/// Points on a spiral, no two at one place.
fn spiral(n: usize) -> (Vec<f64>, Vec<f64>) {
    (0..n)
        .map(|i| (i as f64 * 0.01).sqrt())
        .enumerate()
        .map(|(i, r)| {
            let (sine, cosine) = libm::sincos(i as f64 * 2.4);
            (r * cosine, r * sine)
        })
        .unzip()
}

fn images(scene: &Scene) -> Vec<Image> {
    let mut images = Vec::new();
    scene.visit(&mut |element| {
        if let Element::Image(image) = element {
            images.push(image.clone());
        }
    });
    images
}

/// Where data lie on the page, from the first mark's group.
fn frame(scene: &Scene) -> Frame {
    let mut frame = None;
    scene.visit(&mut |element| {
        if let Element::Group(Group { frame: Some(found), .. }) = element {
            frame.get_or_insert(*found);
        }
    });
    frame.unwrap()
}

fn published(panel: &str) -> Scene {
    let manifest = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests/reconeval/scatter.toml"),
    );
    let specs = figure_specs(&manifest.unwrap());
    let spec = specs.iter().find(|spec| spec.id == format!("fig2/{panel}")).unwrap();
    let csv = include_str!("../../frozen/reconeval/published/fig2_logfc.csv");
    let rows = csv.lines().enumerate().filter(|(i, line)| *i == 0 || line.contains(&format!(",{panel},")));
    let csv: Vec<&str> = rows.map(|(_, line)| line).collect();
    figures::draw(spec, Theme::Faithful, &mut |_| found(table("logfc", &csv.join("\n")))).unwrap()
}

#[test]
fn published_panels_have_the_published_limits_and_points() {
    let panels = [("dabrafenib", 48, 0.83477), ("egr1_zoom", 90, 0.62658), ("axin2_zoom", 90, 0.21651)];
    for (panel, n, end) in panels {
        let scene = published(&format!("tahoe_logfc_{panel}"));
        assert_sound(&scene);
        assert_eq!(scene.marks.len(), n);
        assert!(scene.marks.iter().all(|mark| mark.kind == MarkKind::Point));
        let frame = frame(&scene);
        for limits in [frame.x.data, frame.y.data] {
            assert!((limits.0 + end).abs() < 6e-6 && (limits.1 - end).abs() < 6e-6, "{limits:?}");
        }
    }
}

#[test]
fn highlighted_points_are_named_once_and_drawn_last() {
    let scene = published("tahoe_logfc_dabrafenib");
    let names: Vec<String> = texts(&scene).into_iter().map(|(text, _)| text).collect();
    for gene in ["EGR1", "AXIN2"] {
        assert_eq!(names.iter().filter(|name| *name == gene).count(), 1);
        let marked: Vec<&str> =
            scene.marks[42..].iter().filter(|mark| mark.text == gene).map(|mark| &*mark.series).collect();
        assert_eq!(marked, ["olAE", "nlscVI", "PCA"]);
    }
    assert!(scene.marks[..42].iter().all(|mark| mark.text.is_empty()));
}

/// Correlations as they follow from the published points by an independent computation (NumPy's `corrcoef`).
#[test]
fn descriptions_compare_the_axes() {
    for (panel, words) in [
        ("dabrafenib", "olAE 0.9919, nlscVI 0.4816, PCA 0.6218"),
        ("egr1_zoom", "olAE 0.9977, nlscVI 0.99, PCA 0.9962"),
        ("axin2_zoom", "olAE 0.9958, nlscVI 0.8483, PCA 0.8538"),
    ] {
        let scene = published(&format!("tahoe_logfc_{panel}"));
        assert!(scene.description.contains(words), "{}", scene.description);
    }
}

#[test]
fn a_trend_needs_enough_points_in_a_bin() {
    // 25 bins of width 1 over [0, 25]; bins 1, 2 and 25 have 15 points or more, bin 4 has 14.
    let mut csv = "group,x,y\n".to_owned();
    for (from, n) in [(0.0, 15), (1.0, 16), (3.0, 14), (24.5, 15)] {
        (0..n).for_each(|i| csv += &format!("a,{from},{}\n", i * i));
    }
    csv += "a,25,0\n";
    let scene = draw_csv(&format!("{SCATTER}trend = {{}}\n"), &csv);
    assert_sound(&scene);
    let trend: Vec<&Mark> = scene.marks.iter().filter(|mark| mark.kind == MarkKind::Line).collect();
    let vertices: Vec<(f64, f64)> = trend.iter().map(|mark| (mark.x.unwrap(), mark.y.unwrap())).collect();
    // The last bin holds both its ends: 15 squares and a zero.
    assert_eq!(vertices, [(0.5, 49.0), (1.5, (49.0 + 64.0) / 2.0), (24.5, (36.0 + 49.0) / 2.0)]);
    assert!(trend[0].lineage.to_string().ends_with(":1-15"), "{}", trend[0].lineage);
}

#[test]
fn points_are_shuffled_as_numpy_does() {
    let rows: Vec<String> = (0..12).map(|i| format!("{},{i},0", if i < 5 { "a" } else { "b" })).collect();
    let csv = format!("group,x,y\n{}", rows.join("\n"));
    let drawn =
        |spec: &str| -> Vec<f64> { draw_csv(spec, &csv).marks.iter().map(|mark| mark.x.unwrap()).collect() };
    // numpy.random.default_rng(0).permutation(12), NumPy 2.
    let expected = [9, 2, 7, 4, 5, 11, 0, 3, 6, 10, 8, 1];
    assert_eq!(drawn(&format!("{SCATTER}shuffle = 0\n")), expected.map(f64::from));
    assert_eq!(drawn(SCATTER), (0..12).map(f64::from).collect::<Vec<_>>());
    // Layers are shuffled one by one, each from the start of the stream: permutation(6) of seed 42.
    let layers = r##"shuffle = 42
series = [{ value = "low", colour = "#000" }, { value = "high", colour = "#f00", layer = 1 }]
"##;
    let csv = csv.replace("b,5,", "low,5,").replace("b,", "high,").replace("a,", "low,");
    let marks = draw_csv(&format!("{SCATTER}{layers}"), &csv).marks;
    let order: Vec<f64> = marks.iter().map(|mark| mark.x.unwrap()).collect();
    let expected = [3, 2, 5, 4, 1, 0];
    assert_eq!(order[..6], expected.map(f64::from));
    assert_eq!(order[6..], expected.map(|index| f64::from(index + 6)));
}

#[test]
fn many_points_become_a_picture_from_the_threshold_on() {
    for (n, pictures) in [(5000, 0), (5001, 1)] {
        let (x, y) = spiral(n);
        let values = numbers(x, y, |row| format!("g{}", row % 2));
        let scene = draw(SCATTER, values.clone()).unwrap();
        assert_sound(&scene);
        assert_eq!(images(&scene).len(), pictures, "{n}");
        assert!(svg(&scene).len() < 1_000_000);
        if pictures == 1 {
            assert_eq!(scene.marks.len(), 2);
            assert_eq!(scene.marks[0].text, "2501 points, drawn as a picture and not listed");
            assert_eq!(scene.marks[0].kind, MarkKind::Text);
            assert_eq!(scene.lineage().files().next().unwrap().1.len(), n);
            assert!(scene.description.contains("300 dots per inch"), "{}", scene.description);
            let all = draw(&format!("{SCATTER}list_all = true\n"), values).unwrap();
            assert_sound(&all);
            assert_eq!(mark_csv(&all.marks).lines().count(), n + 1);
            assert_eq!(images(&all), images(&scene));
        } else {
            assert_eq!(scene.marks.len(), n);
        }
    }
}

/// The pixels of a picture: width, and opacities row by row.
fn opacities(image: &Image) -> (usize, Vec<f64>) {
    let (width, height) = image.size;
    let at = image.png.windows(4).position(|name| name == b"IDAT").unwrap() + 4;
    let mut filtered = Vec::new();
    flate2::read::ZlibDecoder::new(&image.png[at..]).read_to_end(&mut filtered).unwrap();
    let mut bytes: Vec<u8> = Vec::new();
    for row in filtered.chunks_exact(4 * width + 1) {
        let start = bytes.len();
        for (index, byte) in row[1..].iter().enumerate() {
            let before = match row[0] {
                1 if index >= 4 => bytes[start + index - 4],
                2 if start > 0 => bytes[start + index - 4 * width],
                _ => 0,
            };
            bytes.push(byte.wrapping_add(before));
        }
    }
    assert_eq!(bytes.len(), 4 * width * height);
    (width, bytes.chunks_exact(4).map(|pixel| f64::from(pixel[3])).collect())
}

#[test]
fn a_picture_lies_on_the_axes_to_half_a_pixel() {
    // One point of interest; the others are far to the left.
    let spec = format!(
        "{}raster_above = 2\nequal = true\npoint_size = 9\n",
        SCATTER
            .replace("x = { column = \"x\" }", "x = { column = \"x\", limits = [0, 1] }")
            .replace("y = { column = \"y\" }", "y = { column = \"y\", limits = [0, 1] }")
    );
    for (x, y) in [(0.5, 0.5), (0.123, 0.987), (0.777_7, 0.031)] {
        let scene = draw(&spec, numbers(vec![-9.0, -9.0, x], vec![0.5, 0.5, y], |_| "g".into())).unwrap();
        let image = images(&scene).remove(0);
        let (width, opacities) = opacities(&image);
        let sum: f64 = opacities.iter().sum();
        let middle = |part: &dyn Fn(usize) -> usize| -> f64 {
            let weighted = opacities.iter().enumerate().map(|(i, opacity)| opacity * (part(i) as f64 + 0.5));
            weighted.sum::<f64>() / sum
        };
        let pixel = image.rect.width() / width as f64;
        assert!((pixel - 72.0 / 300.0).abs() < 1e-9);
        let frame = frame(&scene);
        let across = image.rect.left + middle(&|i| i % width) * pixel - frame.x.place(x);
        let down = image.rect.top + middle(&|i| i / width) * pixel - frame.y.place(y);
        assert!(across.abs() < pixel / 2.0 && down.abs() < pixel / 2.0, "{across} {down}");
        // Equal units, and the picture covers the axes to less than a pixel.
        let (wide, high) = (frame.x.page.1 - frame.x.page.0, frame.y.page.0 - frame.y.page.1);
        assert!((wide - high).abs() < 1e-9);
        assert!((0.0..pixel).contains(&(image.rect.right - frame.x.page.1)));
        assert!((0.0..pixel).contains(&(image.rect.bottom - frame.y.page.0)));
    }
}

/// Normal-looking clouds of a million points: the worst case for the size of a picture is noise.
#[test]
fn a_million_points_stay_below_a_megabyte() {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let n = 1_000_000;
    let (x, y) = (0..n).map(|_| (uniform() + uniform(), uniform() + uniform())).unzip();
    let spec = format!("{SCATTER}bare = true\npoint_size = 1.5\nopacity = 0.65\nshuffle = 0\n")
        .replace("[4, 3]", "[6, 5]");
    let begun = std::time::Instant::now();
    let scene = draw(&spec, numbers(x, y, |row| format!("type {:02}", row % 20))).unwrap();
    let drawing = svg(&scene);
    println!("{} bytes after {:?}: {}", drawing.len(), begun.elapsed(), scene.description);
    assert!(drawing.len() < 1_000_000, "{}", drawing.len());
    assert_eq!(scene.marks.len(), 20);
    assert_eq!(scene.marks[19].text, "50000 points, drawn as a picture and not listed");
}

#[test]
fn few_equal_and_extreme_points_are_drawn() {
    let rules = "symmetric = { of = \"both\", times = 1.08 }\ndiagonal = { colour = \"#000\" }\n\
                 zero_lines = { colour = \"#000\" }\ntrend = { at_least = 1 }\nlegend = {}\n";
    let rows = [
        "a,1,2",
        "a,1,2\na,1,2",
        "a,0,0",
        "a,3,1\na,3,2\nb,3,3",
        "a,1e308,-1e308\nb,-1e308,1e308",
        "a,5e-324,1\nb,0,5e-324",
        "a,,1\na,1,\na,,\nb,1,1",
    ];
    for row in rows {
        for extra in ["", rules, "bare = true\nequal = true\n", "raster_above = 0\n"] {
            let scene = draw_csv(&format!("{SCATTER}{extra}"), &format!("group,x,y\n{row}"));
            assert_sound(&scene);
            assert_eq!(scene.state(), "drawn", "{row}");
        }
    }
    let scene = draw_csv(SCATTER, "group,x,y\na,,1\na,1,\na,,\nb,1,1");
    assert!(scene.description.contains("3 rows without two numbers not drawn"), "{}", scene.description);
    for (rows, refusal) in [
        ("b,1,1\na,inf,1", "`values` row 2, column `x`: `inf` is not a number"),
        ("b,1,1\na,1,nan", "`values` row 2, column `y`: `nan` is not a number"),
        ("b,1,1\na,1,x", "`values` row 2, column `y`: `x` is not a number"),
    ] {
        let error = draw(SCATTER, table("values", &format!("group,x,y\n{rows}"))).unwrap_err().to_string();
        assert!(error.contains(refusal), "{error}");
    }
}

#[test]
fn nothing_to_draw_is_a_placeholder() {
    for rows in ["", "\na,,1\na,,2", "\na,,"] {
        let scene = draw_csv(SCATTER, &format!("group,x,y{rows}"));
        assert_sound(&scene);
        assert_eq!(scene.missing.map(|missing| missing.reason), Some(Reason::NoPublishedValue), "{rows}");
    }
}

#[test]
fn a_panel_without_points_says_so_beside_one_with_points() {
    let panels = "panel = [{ title = \"one\", series = [\"a\"] }, { title = \"two\", column = 1, where = { group = \"z\" } }]\n";
    let scene = draw_csv(&format!("{SCATTER}{panels}"), "group,x,y\na,1,2\nb,3,4");
    assert_sound(&scene);
    assert_eq!(scene.marks.len(), 1);
    assert_eq!(scene.marks[0].panel, "one");
    assert!(texts(&scene).iter().any(|(text, _)| text == "no values"));
}

#[test]
fn categories_are_sorted_and_too_many_have_no_legend() {
    let csv = |n: usize| {
        let rows: Vec<String> = (0..n).rev().map(|i| format!("type {i:02},{i},{i}")).collect();
        format!("group,x,y\n{}", rows.join("\n"))
    };
    for (n, labels) in [(30, 30), (31, 0)] {
        let scene = draw_csv(&format!("{SCATTER}legend = {{}}\nbare = true\n"), &csv(n));
        assert_sound(&scene);
        let labels_drawn: Vec<String> =
            texts(&scene).into_iter().map(|(text, _)| text).filter(|text| text.starts_with("type")).collect();
        assert_eq!(labels_drawn.len(), labels);
        assert!(labels_drawn.is_sorted());
        let series: Vec<&str> = scene.marks.iter().map(|mark| mark.series.as_str()).collect();
        assert!(series.is_sorted(), "{series:?}");
    }
}

#[test]
fn a_legend_may_be_more_opaque_than_its_points() {
    let shown = |legend: &str| {
        let series = "series = [{ value = \"a\", colour = \"#dddddd\", opacity = 0.15 }]\n";
        let scene =
            draw_csv(&format!("{SCATTER}{series}legend = {{ {legend} }}\n"), "group,x,y\na,1,1\na,2,3");
        let mut opacities = Vec::new();
        for element in &scene.page.elements {
            element.visit(&mut |element| match element {
                Element::Shape(shape)
                    if shape.paint.fill.is_some_and(|fill| fill.channels() == [0xdd; 3]) =>
                {
                    opacities.push(shape.paint.opacity);
                }
                _ => {}
            });
        }
        opacities
    };
    // Two points, then the legend's.
    assert_eq!(shown(""), [0.15; 3]);
    assert_eq!(shown("opacity = 1"), [0.15, 0.15, 1.0]);
}

#[test]
fn hostile_labels_stay_text() {
    for label in
        ["<script>alert('x')</script>&amp;", "\u{0}\u{7}\u{9f}", "]]>", "\u{202e}gnp.exe", "", "a\nb"]
    {
        let quoted = serde_json::to_string(label).unwrap();
        let spec = format!(
            "{SCATTER}legend = {{ title = {quoted} }}\nseries = [{{ value = \"a\", label = {quoted}, colour = \"#123\" }}]\n\
             panel = [{{ title = {quoted} }}]\nhighlight = {{ column = \"group\", values = [{{ value = \"a\", colour = \"#f00\" }}] }}\n"
        );
        assert_sound(&draw_csv(&spec, "group,x,y\na,1,1\na,2,3"));
        assert_sound(&draw_csv(&format!("{spec}raster_above = 1\n"), "group,x,y\na,1,1\nb,2,3\na,3,3"));
        let missing = Missing::new(Reason::Gated, label.to_owned());
        let spec = &figure_specs(&spec)[0];
        assert_sound(&figures::draw(spec, Theme::Faithful, &mut |_| Ok(Err(missing.clone()))).unwrap());
    }
}

#[test]
fn specs_that_contradict_themselves_are_refused() {
    let error = |spec: &str| draw(spec, table("values", "group,x,y\na,1,1")).unwrap_err().to_string();
    assert!(error(&format!("{SCATTER}opacity = 2\n")).contains("`opacity`"));
    assert!(error(&format!("{SCATTER}legend = {{ opacity = -0.1 }}\n")).contains("`opacity`"));
    assert!(error(&format!("{SCATTER}point_size = -1\n")).contains("`point_size`"));
    assert!(error(&format!("{SCATTER}trend = {{ bins = 0 }}\n")).contains("bins"));
    assert!(error(&format!("{SCATTER}panel = [{{ series = [\"z\"] }}]\n")).contains("unknown series `z`"));
    assert!(error(&SCATTER.replace("\"x\" }", "\"xx\" }")).contains("unknown column"));
    let two = "series = [{ value = \"a\", colour = \"#000\" }, { value = \"b\", colour = \"#000\" }]\n";
    let spec = format!("{}{two}", SCATTER.replace("series_column = \"group\"\n", ""));
    assert!(error(&spec).contains("`series_column`"));
}

/// Figure 2 has 14 panels that wait for files, Figure 3 one, Figure 4 six.
#[test]
fn exactly_the_panels_without_readable_input_are_placeholders() {
    let project = Project::of_this_repository();
    // A file that is not pinned does not count.
    project.write("frozen/reconeval/tahoe_plot.h5ad", "\u{89}HDF\r\n");
    project.write("frozen/reconeval/panelf_umaps.pkl", "\u{80}\u{4}.");
    let names = ["umap*", "pbmc_pathway*", "luca_cellcycle*"].map(|name| format!("reconeval/fig2/{name}"));
    let mut arguments = vec!["figures", "--json", "--out", "drawn"];
    arguments.extend(names.iter().map(String::as_str));
    arguments.extend(["reconeval/fig3/*umap*", "reconeval/fig4/*umap*"]);
    let run = project.run(&arguments);
    assert_eq!(run.status, 4, "{}", run.snapshot());
    let json = run.json();
    let figures = json["figures"].as_array().unwrap();
    let in_figure = |n: u8| {
        let prefix = format!("reconeval/fig{n}/");
        figures.iter().filter(|figure| figure["id"].as_str().unwrap().starts_with(&prefix)).count()
    };
    assert_eq!((in_figure(2), in_figure(3), in_figure(4)), (14, 1, 6));
    for figure in figures {
        assert_eq!((&figure["state"], &figure["marks"]), (&"missing".into(), &0.into()));
        let reason = figure["reason"].as_str().unwrap();
        let unknown = reason.contains("unknown input") && reason.contains(".h5ad`");
        let absent = ["not_fetched: `", "unpinned: `"].iter().any(|start| reason.starts_with(start));
        assert!(unknown || absent, "{reason}");
    }
    let unknown =
        figures.iter().filter(|figure| figure["reason"].as_str().unwrap().contains("unknown input"));
    assert_eq!(unknown.count(), 10);
}

#[test]
fn list_shows_state_evidence_marks_drawn_and_marks_judged() {
    let project = Project::of_this_repository();
    let run = project.run(&["list", "reconeval/fig2/tahoe_logfc*", "reconeval/fig2/umaptahoe*"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 0
    --- stdout
    figure     reconeval/fig2/tahoe_logfc_dabrafenib     drawn     digitised      48 marks     48 judged
    figure     reconeval/fig2/tahoe_logfc_egr1_zoom      drawn     digitised      90 marks     90 judged
    figure     reconeval/fig2/tahoe_logfc_axin2_zoom     drawn     digitised      90 marks     90 judged
    figure     reconeval/fig2/umaptahoe_true_train_test  missing   -           not_fetched
    figure     reconeval/fig2/umaptahoe_olAE_overlay     missing   -           not_fetched
    figure     reconeval/fig2/umaptahoe_nlscVI_overlay   missing   -           not_fetched
    figure     reconeval/fig2/umaptahoe_PCA_overlay      missing   -           not_fetched
    --- stderr
    ");
    let run = project.run(&["list", "reconeval/fig*", "--json"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let json = run.json();
    let items = json["items"].as_array().unwrap();
    let item = |id: &str| items.iter().find(|item| item["id"] == id).unwrap();
    let egr1 = item("reconeval/fig2/tahoe_logfc_egr1_zoom");
    assert_eq!((&egr1["marks"], &egr1["judged"], &egr1["state"]), (&90.into(), &90.into(), &"drawn".into()));
    let box_plot = item("reconeval/fig2/tahoe_boxplots_latent128");
    // Six boxes are judged on their marks, three brackets where their tests are computed.
    assert_eq!((&box_plot["marks"], &box_plot["judged"]), (&9.into(), &6.into()));
    let umap = item("reconeval/fig2/umaptahoe_PCA_overlay");
    assert_eq!((&umap["reason"], &umap["judged"]), (&"not_fetched".into(), &0.into()));
    assert!(item("reconeval/fig2/logfc_true")["marks"].is_null());
}

#[test]
fn authors_tables_come_before_digitised_values() {
    let project = Project::of_this_repository();
    // A table of 30 rows in the published order, as the authors' would be: with more digits than a drawing can be read to. One
    // with the published digits would count as a copy of them.
    let csv = project.read("frozen/reconeval/published/fig2_logfc.csv");
    let zoom: Vec<Vec<&str>> =
        csv.lines().filter(|line| line.contains("egr1_zoom")).map(|line| line.split(',').collect()).collect();
    let of = |model: &str, point: &str, column: usize| {
        zoom.iter().find(|row| row[8] == model && row[2] == point).unwrap()[column].to_owned() + "3"
    };
    let mut table = ",key,drug,dose,true_logFC,pred_logFC_olAE,pred_logFC_nlscVI,pred_logFC_PCA\n".to_owned();
    for point in 1..=30 {
        let point = point.to_string();
        let values = ["olAE", "nlscVI", "PCA"].map(|model| of(model, &point, 10));
        table += &format!("{point},k{point},d,1,{},{}\n", of("PCA", &point, 9), values.join(","));
    }
    project.write("frozen/reconeval/tahoe_df_EGR1.csv", &table);
    let pin = format!(
        "to = \"tahoe_df_EGR1.csv\"\nsha256 = \"{}\"\nsize = {}\n",
        sha256(table.as_bytes()),
        table.len()
    );
    project.replace("manifests/reconeval/artifacts.toml", "to = \"tahoe_df_EGR1.csv\"\n", &pin);
    let run = project.run(&["claims", "reconeval/fig2/logfc*", "--json"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let counts = &run.json()["counts"];
    assert_eq!((&counts["reproduced"], &counts["redrawn"]), (&180.into(), &(456 - 180).into()), "{counts}");
}
