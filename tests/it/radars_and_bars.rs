//! The figure kinds `radar` and `stacked_bar` and the logarithmic axis of `line`, on data nobody would publish.

use repro::error::Failure;
use repro::evidence::{Missing, Reason};
use repro::figures;
use repro::plot::{Element, MarkKind, Outline, Point, Rect, Scene, Theme};

use super::figures::{assert_sound, figure_specs, found, hostile_labels, table, texts};
use super::panels::assert_no_text_overlaps;

const RADAR: &str = r##"
[[figure]]
id = "radar"
kind = "radar"
title = "Radar"
size = [4, 4]
data = "values"
series_column = "group"
series = [{ value = "a", colour = "#123456" }, { value = "b", label = "B", colour = "#abcdef" }]
axis_column = "axis"
axes = [{ value = "x", group = "G" }, { value = "y" }, { value = "z", label = "Z" }, { value = "w" }]
value_column = "value"
limit = 2
rings = [{ at = 1, label = "one" }]
groups = [{ name = "G", colour = "#eeeeee" }]
heading = { text = "Heading", y = 1.1 }
group_legend = { title = "Groups", at = [-0.1, 1.1] }
legend = { at = [1.2, 1.1] }
"##;

const BARS: &str = r##"
[[figure]]
id = "bars"
kind = "stacked_bar"
title = "Bars"
size = [4, 3]
data = "values"
bar_column = "group"
bars = [{ value = "a", label = "first" }, { value = "b" }, { value = "c" }]
order = "total"
segment_column = "axis"
segments = [{ value = "x", colour = "#123456" }, { value = "y", label = "Y", colour = "#abcdef" }]
value_column = "value"
totals = { decimals = 1, offset = 0.1, relative = true }
x = { angle = 30 }
grid = true
legend = { title = "Parts", place = "right" }
"##;

const LOG: &str = r##"
[[figure]]
id = "log"
kind = "line"
title = "Log"
size = [4, 3]
data = "values"
series_column = "group"
series = [{ value = "a", colour = "#123456" }, { value = "b", colour = "#abcdef", marker_size = 9, points_only = true }]
x = { column = "axis", scale = "log2", title = "Size" }
y = { column = "value", limits = [0, 1], ticks = [0.25, 1] }
margins = { left = 0.1, right = 0.9, bottom = 0.2, top = 0.9 }
legend = { columns = 2, place = { below = 0.1 } }
"##;

fn draw(spec: &str, rows: &str) -> Result<Scene, Failure> {
    let specs = figure_specs(spec);
    let csv = format!("group,axis,value\n{rows}");
    figures::draw(&specs[0], Theme::Faithful, &mut |_| found(table("values", &csv)))
}

#[track_caller]
fn refusal(spec: &str, rows: &str) -> String {
    draw(spec, rows).unwrap_err().to_string()
}

/// Outlines that are drawn for marks of a kind, each with the index of its first mark.
fn outlines(scene: &Scene, kind: MarkKind) -> Vec<(usize, Outline)> {
    let mut outlines = Vec::new();
    scene.visit(&mut |element| {
        if let Element::Group(group) = element
            && let Some(marks) = group.marks.clone()
            && scene.marks[marks.start].kind == kind
        {
            element.visit(&mut |part| {
                if let Element::Shape(shape) = part {
                    outlines.push((marks.start, shape.outline.clone()));
                }
            });
        }
    });
    outlines
}

#[test]
fn vertices_lie_at_their_angle_and_distance() {
    let scene = draw(RADAR, "a,x,2\na,y,1\na,z,0.5\na,w,0").unwrap();
    assert_sound(&scene);
    assert_no_text_overlaps(&scene);
    let polygons = outlines(&scene, MarkKind::Vertex);
    // A fill and an outline with the same corners; series b has no value.
    assert_eq!(polygons.len(), 2);
    let Outline::Polygon(corners) = &polygons[1].1 else { panic!("{polygons:?}") };
    let middle = corners[3];
    let radius = corners[0].x - middle.x;
    let offset = |index: usize| Point::new(corners[index].x - middle.x, middle.y - corners[index].y);
    for (index, x, y) in [(0, radius, 0.0), (1, 0.0, radius / 2.0), (2, -radius / 4.0, 0.0)] {
        let offset = offset(index);
        assert!((offset.x - x).abs() < 1e-9 && (offset.y - y).abs() < 1e-9, "{index}: {offset:?}");
    }
    let marks: Vec<(&str, Option<f64>, Option<f64>)> =
        scene.marks.iter().map(|mark| (mark.key.as_str(), mark.x, mark.y)).collect();
    let expected = [("x", 0.0, 2.0), ("y", 90.0, 1.0), ("Z", 180.0, 0.5), ("w", 270.0, 0.0)];
    assert_eq!(marks, expected.map(|(key, angle, value)| (key, Some(angle), Some(value))));
    assert!(scene.words().contains("a (4 values), B (0 values)"), "{}", scene.words());
}

#[test]
fn the_accessible_theme_marks_every_value() {
    let rows = "group,axis,value\na,x,2\na,y,1\na,z,0.5\na,w,0\nb,x,1";
    let specs = figure_specs(RADAR);
    let scene = figures::draw(&specs[0], Theme::Accessible, &mut |_| found(table("values", rows))).unwrap();
    assert_sound(&scene);
    let shapes = outlines(&scene, MarkKind::Vertex);
    // Fill, outline and four circles; a dot and a square.
    let squares = shapes.iter().filter(|(_, outline)| matches!(outline, Outline::Rect(_))).count();
    assert_eq!((shapes.len(), squares), (6 + 2, 1));
}

#[test]
fn missing_values_open_an_outline() {
    let scene = draw(RADAR, "a,x,1\na,y,1\na,z,\na,w,1\nb,x,1\nb,y,\nb,z,\nb,w,").unwrap();
    assert_sound(&scene);
    let shapes = outlines(&scene, MarkKind::Vertex);
    let [(0, Outline::Line(line)), (3, Outline::Circle { centre, .. })] = shapes.as_slice() else {
        panic!("{shapes:?}")
    };
    // From w over x to y, around the circle's first axis.
    assert_eq!(line.len(), 3);
    assert!(line[0].y > line[1].y && line[1].y > line[2].y);
    assert_eq!(*centre, line[1]);
    assert_eq!(scene.marks.len(), 4);
    for value in ["nan", "inf", "-inf"] {
        let refused = refusal(RADAR, &format!("a,x,1\nb,y,{value}"));
        let named = format!("`values` row 2, column `value`: `{value}` is not a number");
        assert!(refused.contains(&named), "{refused}");
    }
}

#[test]
fn radars_refuse_what_they_cannot_draw() {
    let outside = refusal(RADAR, "a,x,2.1");
    assert!(outside.contains("value 2.1 of series `a` on axis `x` lies outside 0 to 2"), "{outside}");
    assert!(refusal(RADAR, "a,x,-0.1").contains("outside 0 to 2"));
    assert!(refusal(RADAR, "a,x,1\na,x,1").contains("several rows for series `a` on axis `x`"));
    let wrong = |old: &str, new: &str| refusal(&RADAR.replace(old, new), "a,x,1");
    assert!(wrong("group = \"G\"", "group = \"H\"").contains("unknown group of axes `H`"));
    assert!(wrong("limit = 2", "limit = 0").contains("`limit` must be above 0"));
    assert!(wrong("at = 1, label", "at = 3, label").contains("the ring at 3 lies outside 0 to 2"));
    let two = wrong(", { value = \"z\", label = \"Z\" }, { value = \"w\" }]", "]");
    assert!(two.contains("at least three `axes`"), "{two}");
    assert!(wrong("value_column = \"value\"", "value_column = \"worth\"").contains("`worth`"));
}

#[test]
fn legends_of_radars_move_away_from_labels() {
    let label = "a rather long name of an axis";
    let spec = RADAR
        .replace("{ value = \"x\", group = \"G\" }", &format!("{{ value = \"x\", label = \"{label}\" }}"));
    let spec = spec.replace("legend = { at = [1.2, 1.1] }", "legend = { at = [1.2, 0.6] }");
    let scene = draw(&spec, "a,x,1\na,y,1\na,z,1\na,w,1").unwrap();
    assert_sound(&scene);
    assert_no_text_overlaps(&scene);
}

/// (bar, segment, low, high) of every segment.
fn segments(scene: &Scene) -> Vec<(&str, &str, f64, f64)> {
    let bars = scene.marks.iter().filter(|mark| mark.kind == MarkKind::Bar);
    bars.map(|mark| (mark.key.as_str(), mark.series.as_str(), mark.low.unwrap(), mark.y.unwrap())).collect()
}

#[test]
fn segments_are_stacked_and_bars_ordered() {
    let scene = draw(BARS, "a,x,1\na,y,2\nb,x,4\nb,y,1\nc,y,0\nz,x,9").unwrap();
    assert_sound(&scene);
    assert_no_text_overlaps(&scene);
    let expected = [
        ("b", "x", 0.0, 4.0),
        ("b", "Y", 4.0, 5.0),
        ("first", "x", 0.0, 1.0),
        ("first", "Y", 1.0, 3.0),
        ("c", "Y", 0.0, 0.0),
    ];
    assert_eq!(segments(&scene), expected);
    let totals: Vec<(Option<f64>, &str)> = scene
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Text)
        .map(|mark| (mark.x, mark.text.as_str()))
        .collect();
    assert_eq!(totals, [(Some(1.0), "5.0"), (Some(2.0), "3.0"), (Some(3.0), "0.0")]);
    let shapes = outlines(&scene, MarkKind::Bar);
    let extent = |index: usize| -> Rect {
        let Outline::Polygon(corners) = &shapes[index].1 else { panic!("{shapes:?}") };
        Rect::between(corners[0], corners[2])
    };
    assert_eq!(extent(0).top, extent(1).bottom);
    assert!((extent(0).height() / extent(1).height() - 4.0).abs() < 1e-9);
    assert!(extent(2).left > extent(1).right && extent(4).height() == 0.0);
    let listed =
        draw(&BARS.replace("order = \"total\"", "order = \"listed\""), "a,x,1\nb,x,4\nc,x,2").unwrap();
    assert_eq!(segments(&listed).iter().map(|bar| bar.0).collect::<Vec<_>>(), ["first", "b", "c"]);
    let mean = draw(&BARS.replace("order", "total = \"mean\"\norder"), "a,x,1\na,y,2").unwrap();
    assert_eq!(segments(&mean), [("first", "x", 0.0, 0.5), ("first", "Y", 0.5, 1.5)]);
}

#[test]
fn bars_without_values_keep_their_place_at_the_end() {
    let scene = draw(BARS, "a,x,\na,y,\nb,x,\nb,y,2\nc,x,3").unwrap();
    assert_sound(&scene);
    assert_eq!(segments(&scene), [("c", "x", 0.0, 3.0), ("b", "Y", 0.0, 2.0)]);
    assert!(texts(&scene).iter().any(|(text, _)| text == "first"));
    assert!(scene.words().contains("first has no value"), "{}", scene.words());
    for rows in ["", "a,x,", "a,x,\nb,x,", "z,x,1"] {
        for spec in [BARS, RADAR] {
            let scene = draw(spec, rows).unwrap();
            assert_sound(&scene);
            assert_eq!(scene.missing.unwrap().reason, Reason::NoPublishedValue, "{rows}");
        }
    }
}

#[test]
fn bars_refuse_what_they_cannot_stack() {
    assert!(refusal(BARS, "a,x,-1").contains("segment `x` of bar `a` has the value -1"));
    let total = refusal(BARS, "a,x,1e308\na,y,1e308");
    assert!(total.contains("the total of bar `a` is not a finite number (`values` rows 1-2)"), "{total}");
    let infinite = refusal(BARS, "a,x,1\na,y,inf");
    assert!(infinite.contains("`values` row 2, column `value`: `inf` is not a number"), "{infinite}");
    assert!(refusal(BARS, "a,x,1\na,x,2").contains("several rows for segment `x` of bar `a`"));
    let wrong = |old: &str, new: &str| refusal(&BARS.replace(old, new), "a,x,1");
    assert!(wrong("angle = 30", "angle = 120").contains("`angle`"));
    assert!(wrong("order =", "bar_width = 2\norder =").contains("`bar_width`"));
    assert!(wrong("decimals = 1", "decimals = 99").contains("`totals`"));
}

#[test]
fn turned_labels_end_below_their_ticks() {
    let scene = draw(BARS, "a,x,1\nb,x,1\nc,x,1").unwrap();
    let shapes = outlines(&scene, MarkKind::Bar);
    for (index, label) in ["first", "b", "c"].iter().enumerate() {
        let Outline::Polygon(corners) = &shapes[index].1 else { panic!("{shapes:?}") };
        let bar = Rect::between(corners[0], corners[2]);
        let (_, bounds) = texts(&scene).into_iter().find(|(text, _)| text == label).unwrap();
        assert!(
            (bounds.right - bar.centre().x).abs() < 1e-9 && bounds.top > bar.bottom,
            "{label}: {bounds:?}"
        );
    }
}

#[test]
fn constants_and_extremes_are_drawn() {
    for value in ["0", "5e-324", "1e-300", "1e150"] {
        let rows = format!("a,x,{value}\nb,x,{value}\nc,y,{value}");
        let scene = draw(BARS, &rows).unwrap();
        assert_sound(&scene);
        assert_eq!(segments(&scene).len(), 3);
    }
    for rows in ["a,x,0\na,y,0\na,z,0\na,w,0", "a,x,2\na,y,2\na,z,2\na,w,2\nb,x,2\nb,y,2\nb,z,2\nb,w,2"] {
        assert_sound(&draw(RADAR, rows).unwrap());
    }
}

#[test]
fn logarithmic_axes_space_by_ratio() {
    let scene = draw(LOG, "a,1,0.5\na,2,0.5\na,8,0.5\nb,4,0.5\nb,8,1").unwrap();
    assert_sound(&scene);
    assert_no_text_overlaps(&scene);
    let x = |key: &str| {
        let index =
            scene.marks.iter().position(|mark| mark.kind == MarkKind::Point && mark.key == key).unwrap();
        let shapes = outlines(&scene, MarkKind::Point);
        let outline = &shapes.iter().find(|(first, _)| *first == index).unwrap().1;
        let Outline::Circle { centre, .. } = outline else { panic!("{outline:?}") };
        centre.x
    };
    let step = x("2") - x("1");
    assert!((x("4") - x("2") - step).abs() < 1e-9 && (x("8") - x("4") - step).abs() < 1e-9);
    // Only the first series has a line.
    assert!(scene.marks.iter().all(|mark| mark.kind != MarkKind::Line || mark.series == "a"));
    let labels: Vec<String> = texts(&scene).into_iter().map(|(text, _)| text).collect();
    for label in ["1", "2", "4", "8", "0.25", "1.00"] {
        assert!(labels.iter().any(|text| text == label), "{label}: {labels:?}");
    }
    // The legend makes room for the axis title, though it was placed higher.
    let top = |wanted: &str| texts(&scene).into_iter().find(|(text, _)| text == wanted).unwrap().1;
    assert!(top("a").top > top("Size").bottom);
    let one = draw(LOG, "a,512,0.5").unwrap();
    assert_sound(&one);
    assert!(scene.words().contains("logarithmic"), "{}", scene.words());
}

#[test]
fn logarithmic_axes_refuse_what_has_no_logarithm() {
    assert!(refusal(LOG, "a,0,0.5").contains("0 in column `axis` has no logarithm"));
    assert!(refusal(LOG, "a,-8,0.5").contains("-8 in column `axis` has no logarithm"));
    let with = |extra: &str| {
        refusal(&LOG.replace("scale = \"log2\"", &format!("scale = \"log2\", {extra}")), "a,1,1")
    };
    assert!(with("limits = [0, 8]").contains("0 on the horizontal axis has no logarithm"));
    assert!(with("ticks = [-1, 8]").contains("-1 on the horizontal axis has no logarithm"));
    assert!(with("categories = [\"1\"]").contains("`categories` have no logarithm"));
    let margins = refusal(&LOG.replace("left = 0.1", "left = 0.95"), "a,1,1");
    assert!(margins.contains("`margins` must be"), "{margins}");
}

#[test]
fn hostile_labels_stay_text() {
    for label in hostile_labels() {
        let quoted = serde_json::to_string(&label).unwrap();
        let named = |spec: &str| {
            spec.replace("value = \"a\"", &format!("value = \"a\", label = {quoted}"))
                .replace("label = \"first\", label", "label")
                .replace(", label = \"first\"", "")
                .replace("value = \"y\" }", &format!("value = \"y\", label = {quoted} }}"))
                .replace("title = \"Groups\"", &format!("title = {quoted}"))
                .replace("title = \"Size\"", &format!("title = {quoted}"))
                .replace("text = \"Heading\"", &format!("text = {quoted}"))
        };
        for (spec, rows) in [
            (RADAR, "a,x,1\na,y,1\na,z,1\na,w,1\nb,x,2"),
            (BARS, "a,x,1\na,y,1\nb,x,2"),
            (LOG, "a,1,1\na,2,1\nb,4,1"),
        ] {
            assert_sound(&draw(&named(spec), rows).unwrap());
            let missing = Missing::new(Reason::Gated, label.to_owned());
            let specs = figure_specs(&named(spec));
            let card = figures::draw(&specs[0], Theme::Faithful, &mut |_| Ok(Err(missing.clone()))).unwrap();
            assert_sound(&card);
            assert_eq!((card.state(), card.marks.len()), ("missing", 0));
        }
    }
}
