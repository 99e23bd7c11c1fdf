//! Figure 4 of ReconEval: what its digitised panels say of each other, where things lie on the page, and the way
//! from the authors' tables to all six panels.

use std::collections::BTreeMap;
use std::path::Path;

use repro::figures;
use repro::manifest;
use repro::plot::{Element, Mark, MarkKind, Outline, Point, Quantity, Rect, Scene, Theme};
use repro::query::Library;
use repro::store::{Lock, Vault};
use serde_json::Value;

use super::support::{Project, Run};
use super::synthetic;

const MANIFEST: &str = "manifests/reconeval/fig4.toml";
const RADAR: &str = "frozen/reconeval/published/fig4_radar.csv";

fn scene(id: &str) -> Scene {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = manifest::load(root, &root.join("manifests/reconeval")).unwrap();
    let vault = Vault::new(&manifest, &root.join("frozen"), Lock::default());
    let mut library = Library::new(&vault);
    let spec = manifest.figures.iter().find(|spec| spec.id == id).unwrap();
    figures::draw(spec, Theme::Faithful, &mut |id| library.get(id)).unwrap()
}

/// Rows of a CSV text without quotes, by column.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let cells =
        |line: &str| header.iter().map(ToString::to_string).zip(line.split(',').map(str::to_owned)).collect();
    lines.map(cells).collect()
}

fn published(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = format!("frozen/reconeval/published/fig4_{name}.csv");
    rows(&std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap())
}

/// Numbers of a column by the texts of other columns.
fn grouped(rows: &[BTreeMap<String, String>], by: &[&str], column: &str) -> BTreeMap<Vec<String>, Vec<f64>> {
    let mut groups: BTreeMap<Vec<String>, Vec<f64>> = BTreeMap::new();
    for row in rows {
        let key = by.iter().map(|name| row[*name].clone()).collect();
        groups.entry(key).or_default().push(row[column].parse().unwrap());
    }
    groups
}

#[test]
fn digitised_values_fit_each_other() {
    // Ranks without ties, or with averaged ones, sum to half their number.
    let scores = grouped(&published("aggregate_ranks"), &["panel", "category"], "score_from_svg");
    assert_eq!(scores.len(), 6);
    for (category, scores) in scores {
        assert_eq!(scores.len(), 19);
        assert!((scores.iter().sum::<f64>() - 9.5).abs() < 19.0 * 5e-7, "{category:?}");
    }
    let bars = grouped(&published("bars"), &["panel", "category"], "category_score_from_svg");
    for (category, scores) in bars.iter().filter(|(category, _)| category[0] == "st") {
        assert!((scores.iter().sum::<f64>() - 3.5).abs() < 7.0 * 15e-7, "{category:?}");
    }
    let radii = grouped(&published("radar"), &["panel", "axis_label"], "radius");
    assert_eq!(radii.len(), 18);
    for (axis, radii) in radii {
        let low = radii.iter().copied().fold(f64::INFINITY, f64::min);
        let high = radii.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert!((low - 1.0 / 12.0).abs() < 1e-6 && (high - 11.0 / 12.0).abs() < 1e-6, "{axis:?}");
        assert_eq!(radii.len(), 7);
    }
}

/// Number of claims by set and outcome.
fn outcomes(run: &Run) -> BTreeMap<(String, String), usize> {
    let mut outcomes = BTreeMap::new();
    for claim in run.json()["claims"].as_array().unwrap() {
        let id: Vec<&str> = claim["id"].as_str().unwrap().split('/').collect();
        let outcome = claim["outcome"].as_str().unwrap().to_owned();
        *outcomes.entry((id[..2].join("/"), outcome)).or_default() += 1;
    }
    outcomes
}

#[test]
fn bars_follow_from_other_panels_and_the_rest_is_redrawn() {
    let run = Project::of_this_repository().run(&["claims", "--json", "reconeval/fig4/*"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let expected = [
        ("aggregate_ranks", "redrawn", 114),
        ("bar_order", "consistent", 14),
        ("bar_segment_tops", "consistent", 42),
        ("bar_segments", "consistent", 42),
        ("bar_totals", "consistent", 14),
        ("printed_bars", "consistent", 28),
        ("printed_cf", "consistent", 76),
        ("printed_st", "consistent", 76),
        ("radar", "redrawn", 126),
        ("radar_axes", "redrawn", 18),
    ];
    let expected = expected.map(|(set, outcome, n)| ((format!("fig4/{set}"), outcome.to_owned()), n));
    assert_eq!(outcomes(&run), BTreeMap::from(expected));
    for claim in run.json()["claims"].as_array().unwrap() {
        let (id, lineage) = (claim["id"].as_str().unwrap(), claim["lineage"].as_str().unwrap());
        // The two bar charts are on different footings.
        let source = match id.split('/').collect::<Vec<_>>()[1..3] {
            ["bar_order" | "bar_segment_tops" | "bar_segments" | "bar_totals", "st"] => {
                "published/fig4-radar@"
            }
            ["radar" | "radar_axes" | "printed_bars", _] => "published/fig4-radar@",
            _ => "published/fig4-aggregate-ranks@",
        };
        assert!(lineage.starts_with(source) && !lineage.contains(' '), "{id}: {lineage}");
    }
}

#[test]
fn two_entries_trading_places_on_one_axis_move_their_bars() {
    let project = Project::of_this_repository();
    let before = std::fs::read(project.path().join(RADAR)).unwrap();
    let se = "st,SE,SE,0,0,LogFC Sp.,401.440020,247.020344,";
    let scgpt = "st,scGPT,scGPT,0,0,LogFC Sp.,370.334606,247.020344,";
    project.replace(RADAR, &format!("{se}0.916667"), &format!("{se}0.730744"));
    project.replace(RADAR, &format!("{scgpt}0.730744"), &format!("{scgpt}0.916667"));
    project.repin(MANIFEST, RADAR, &before);
    let run = project.run(&["claims", "--json", "reconeval/fig4/*"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let json = run.json();
    let claims = json["claims"].as_array().unwrap().iter();
    let differing: Vec<&str> = claims
        .filter(|claim| claim["outcome"] == "differs")
        .map(|claim| claim["id"].as_str().unwrap().trim_start_matches("fig4/bar_"))
        .collect();
    let expected = [
        "segments/st/SE/Biological",
        "segments/st/scGPT/Biological",
        "segment_tops/st/SE/Biological",
        "segment_tops/st/SE/Perturbational",
        "segment_tops/st/scGPT/Biological",
        "segment_tops/st/scGPT/Perturbational",
        "totals/st/SE",
        "totals/st/scGPT",
        "fig4/printed_bars/SE/Biological",
        "fig4/printed_bars/SE/total",
        "fig4/printed_bars/scGPT/Biological",
        "fig4/printed_bars/scGPT/total",
    ];
    assert_eq!(differing, expected);
}

/// Extents of what is drawn for marks, by mark.
fn extents(scene: &Scene) -> Vec<(&Mark, Rect)> {
    let mut extents = Vec::new();
    scene.visit(&mut |element| {
        if let Element::Group(group) = element
            && let Some(range) = group.marks.clone().filter(|range| range.len() == 1)
        {
            extents.extend(element.bounds().map(|bounds| (&scene.marks[range.start], bounds)));
        }
    });
    extents
}

#[test]
fn points_lie_where_the_published_ones_lie() {
    for panel in ["st", "cf"] {
        let scene = scene(&format!("fig4/aggregate_ranks_{panel}"));
        assert!((scene.page.width - 1304.299).abs() < 0.1, "{}", scene.page.width);
        let svg_y = published("aggregate_ranks")
            .into_iter()
            .filter(|row| row["panel"] == panel)
            .map(|row| ((row["category"].clone(), row["display"].clone(), row["latent"].clone()), row))
            .collect::<BTreeMap<_, _>>();
        let mut compared = 0;
        for (mark, bounds) in extents(&scene) {
            // Markers that are their own middle and are not cut at the axis.
            let whole = ["AE", "VAE", "PCA"].contains(&mark.series.as_str()) && mark.y > Some(0.03);
            if mark.kind == MarkKind::Point && whole {
                let row = &svg_y[&(mark.panel.clone(), mark.series.clone(), mark.key.clone())];
                let y: f64 = row["svg_y"].parse().unwrap();
                assert!((bounds.centre().y - y).abs() < 0.01, "{mark:?}: {} and {y}", bounds.centre().y);
                compared += 1;
            }
        }
        assert!(compared >= 42, "{compared}");
    }
}

#[test]
fn latent_sizes_are_spaced_by_their_logarithm() {
    let scene = scene("fig4/aggregate_ranks_cf");
    let x: BTreeMap<u32, f64> = extents(&scene)
        .into_iter()
        .filter(|(mark, _)| {
            mark.kind == MarkKind::Point && mark.panel == "Biological" && mark.series == "PCA"
        })
        .map(|(mark, bounds)| (mark.key.parse().unwrap(), bounds.centre().x))
        .collect();
    let step = (x[&2048] - x[&512]) / 2.0;
    assert!((x[&512] - x[&128] - 2.0 * step).abs() < 1e-9 && (x[&128] - x[&32] - 2.0 * step).abs() < 1e-9);
    assert!((x[&32] - x[&10] - libm::log2(3.2) * step).abs() < 1e-9);
}

#[test]
fn bars_lie_where_the_published_ones_lie() {
    for panel in ["st", "cf"] {
        let scene = scene(&format!("fig4/bar_{panel}_scaling"));
        assert!(
            (scene.page.width - 617.199_687).abs() < 1.0 && (scene.page.height - 259.783_362).abs() < 1.0
        );
        for (mark, bounds) in extents(&scene).into_iter().filter(|(mark, _)| mark.kind == MarkKind::Bar) {
            let y = |value: f64| 192.314_234 - value * (192.314_234 - 16.014_964);
            assert!((bounds.bottom - y(mark.low.unwrap())).abs() < 0.8, "{mark:?}");
            assert!((bounds.top - y(mark.y.unwrap())).abs() < 0.8, "{mark:?}");
        }
        let stacked: Vec<&Mark> = scene.marks.iter().filter(|mark| mark.kind == MarkKind::Bar).collect();
        for bar in stacked.chunks(3) {
            let series: Vec<&str> = bar.iter().map(|mark| mark.series.as_str()).collect();
            assert_eq!(series, ["Statistical", "Biological", "Perturbational"]);
            assert_eq!((bar[0].low, bar[1].low, bar[2].low), (Some(0.0), bar[0].y, bar[1].y));
        }
        let totals: Vec<f64> =
            scene.marks.iter().filter(|mark| mark.kind == MarkKind::Text).filter_map(|mark| mark.y).collect();
        assert!(totals.len() == 7 && totals.windows(2).all(|pair| pair[0] > pair[1]), "{totals:?}");
    }
}

/// Middle and radius of the largest circle.
fn outer_circle(scene: &Scene) -> (Point, f64) {
    let mut largest = (Point::default(), 0.0);
    scene.visit(&mut |element| {
        if let Element::Shape(shape) = element
            && let Outline::Circle { centre, radius } = shape.outline
            && radius > largest.1
        {
            largest = (centre, radius);
        }
    });
    largest
}

#[test]
fn radars_have_the_published_size() {
    for (panel, y, ring, height) in [("st", 247.020, 167.303, 464.258), ("cf", 260.592, 177.477, 489.352)] {
        let scene = scene(&format!("fig4/radar_{panel}_scaling"));
        let (centre, radius) = outer_circle(&scene);
        assert!((centre.y - y).abs() < 1.0, "{centre:?}");
        assert!((radius / 1.15 - ring).abs() < 1.0, "{radius}");
        assert!((scene.page.height - height).abs() < 2.0, "{}", scene.page.height);
    }
}

/// Numbers of a mark table by mark, series, panel and key.
type Numbers = BTreeMap<[String; 4], Vec<f64>>;

/// Columns of all marks of a kind in a drawn figure.
fn drawn(project: &Project, figure: &str, kind: &str, columns: &[&str]) -> Numbers {
    rows(&project.read(&format!("figures/reconeval/fig4/{figure}.csv")))
        .into_iter()
        .filter(|row| row["mark"] == kind)
        .map(|row| {
            // Where all entries of an axis are equal, the manifest says where they stand.
            assert!(["cached", "declared"].contains(&row["evidence"].as_str()), "{row:?}");
            let key = ["mark", "panel", "series", "key"].map(|name| row[name].clone());
            (key, columns.iter().map(|name| row[*name].parse().unwrap()).collect())
        })
        .collect()
}

/// Texts and numbers of a row of the oracle.
fn oracle_rows<'a>(oracle: &'a Value, part: &str, panel: &str) -> Vec<(Vec<&'a str>, Vec<f64>)> {
    let rows = oracle[part][panel].as_array().unwrap().iter().map(|row| row.as_array().unwrap());
    rows.map(|row| {
        (row.iter().filter_map(Value::as_str).collect(), row.iter().filter_map(Value::as_f64).collect())
    })
    .collect()
}

#[track_caller]
fn assert_agree(ours: &Numbers, oracle: &Numbers) {
    assert_eq!(ours.keys().collect::<Vec<_>>(), oracle.keys().collect::<Vec<_>>());
    for (mark, numbers) in ours {
        for (a, b) in numbers.iter().zip(&oracle[mark]) {
            assert!((a - b).abs() < 1e-9, "{mark:?}: {numbers:?}, oracle {:?}", oracle[mark]);
        }
    }
}

/// Writes the invented tables for the oracle when `REPRO_SYNTHETIC` names a folder.
#[test]
fn figures_from_the_authors_schema_agree_with_pandas() {
    let oracle = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/fig4.json")).unwrap();
    let oracle: Value = serde_json::from_slice(&oracle).unwrap();
    let tables = synthetic::perturbation_tables();
    if let Some(folder) = std::env::var_os("REPRO_SYNTHETIC") {
        for table in &tables {
            let name = table.path.rsplit('/').next().unwrap();
            std::fs::write(Path::new(&folder).join(name), &table.text).unwrap();
        }
    }
    for table in &tables {
        let name = table.path.rsplit('/').next().unwrap();
        let hash = repro::digest::sha256(table.text.as_bytes()).to_string();
        assert_eq!(oracle["sha256"][name], hash, "the oracle was written from other tables");
    }
    let project = Project::of_this_repository();
    synthetic::place(&project, &tables);
    let run = project.run(&["figures", "reconeval/fig4/*_st*", "reconeval/fig4/*_cf*"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let key = |parts: [&str; 4]| parts.map(str::to_owned);
    for panel in ["st", "cf"] {
        let expected = oracle_rows(&oracle, "aggregate", panel)
            .into_iter()
            .map(|(words, numbers)| {
                let latent = words[2].parse::<f64>().unwrap();
                (key(["point", words[0], words[1], words[2]]), vec![latent, numbers[0]])
            })
            .collect();
        assert_agree(&drawn(&project, &format!("aggregate_ranks_{panel}"), "point", &["x", "y"]), &expected);
        let expected = oracle_rows(&oracle, "radar", panel)
            .into_iter()
            .map(|(words, numbers)| (key(["vertex", "", words[0], words[1]]), numbers))
            .collect();
        assert_agree(&drawn(&project, &format!("radar_{panel}_scaling"), "vertex", &["x", "y"]), &expected);
        let bars = format!("bar_{panel}_scaling");
        let expected = oracle_rows(&oracle, "segments", panel)
            .into_iter()
            .map(|(words, numbers)| (key(["bar", "", words[1], words[0]]), numbers))
            .collect();
        assert_agree(&drawn(&project, &bars, "bar", &["x", "low", "y", "size"]), &expected);
        let expected = oracle_rows(&oracle, "totals", panel)
            .into_iter()
            .map(|(words, mut numbers)| {
                numbers.push(words[1].parse().unwrap());
                (key(["text", "", "", words[0]]), numbers)
            })
            .collect();
        assert_agree(&drawn(&project, &bars, "text", &["x", "y", "text"]), &expected);
    }
}

#[test]
fn a_second_row_for_a_key_is_refused() {
    for (row, wanted) in [
        ("AE,10,False,$R^2$,0.5,0.25", "two rows have model `AE`, latent `10`, metric `$R^2$`: "),
        // A foundation model is one entry, whatever its latent size.
        ("scGPT,1024,True,$R^2$,0.5,0.25", "two rows have model `scGPT`, metric `$R^2$`: "),
    ] {
        let project = Project::of_this_repository();
        let [_, mut cellflow] = synthetic::perturbation_tables();
        cellflow.text += row;
        cellflow.text.push('\n');
        synthetic::place(&project, &[cellflow]);
        let run = project.run(&["figures", "reconeval/fig4/bar_cf_scaling"]);
        assert_ne!(run.status, 0, "{}", run.snapshot());
        assert!(run.stderr.contains(wanted) && run.stderr.contains("decoder-only-cf@"), "{}", run.stderr);
    }
    // Rows of metrics that no panel shows may repeat.
    let project = Project::of_this_repository();
    let [_, mut cellflow] = synthetic::perturbation_tables();
    cellflow.text += "AE,10,False,MSE,0.5,0.25\n";
    synthetic::place(&project, &[cellflow]);
    let run = project.run(&["figures", "reconeval/fig4/bar_cf_scaling"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
}

/// Where a value of every vertex lies, by the frame that its group states.
#[test]
fn radii_are_read_along_their_axis() {
    let scene = scene("fig4/radar_st_scaling");
    let mut frame = None;
    scene.visit(&mut |element| {
        if let Element::Group(group) = element {
            frame = frame.or(group.frame);
        }
    });
    let (centre, radius) = outer_circle(&scene);
    for mark in &scene.marks {
        let place = |value| frame.unwrap().place(mark, Quantity::Y, value).unwrap();
        let (middle, edge) = (place(0.0), place(1.15));
        assert!(libm::hypot(middle.x - centre.x, middle.y - centre.y) < 1e-9);
        let angle = libm::atan2(centre.y - edge.y, edge.x - centre.x).to_degrees().rem_euclid(360.0);
        assert!((libm::hypot(edge.x - centre.x, edge.y - centre.y) - radius).abs() < 1e-9);
        let turn = (angle - mark.x.unwrap() + 180.0).rem_euclid(360.0) - 180.0;
        assert!(turn.abs() < 1e-9, "{mark:?}: {turn}");
    }
}
