//! Every panel of this repository's papers, drawn from what is committed: sound, legible and complete.

use std::path::Path;

use repro::evidence::Tier;
use repro::figures;
use repro::manifest;
use repro::plot::{Element, Point, Rect, Scene, Text, Theme};
use repro::query::Library;
use repro::store::{Lock, Vault};

use super::figures::{assert_sound, texts};

/// All figures of a paper, in order of declaration.
pub fn scenes(paper: &str, theme: Theme) -> Vec<Scene> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = manifest::load(root, &root.join("manifests").join(paper)).unwrap();
    let vault = Vault::new(&manifest, &root.join("frozen"), Lock::default());
    let mut library = Library::new(&vault);
    let mut draw = |spec| figures::draw(spec, theme, &mut |id| library.get(id)).unwrap();
    manifest.figures.iter().map(&mut draw).collect()
}

#[test]
fn every_panel_is_sound_in_every_theme() {
    for theme in [Theme::Faithful, Theme::Accessible] {
        for scene in scenes("reconeval", theme) {
            assert_sound(&scene);
            let evidence = scene.missing.is_none().then_some(Tier::Digitised);
            assert_eq!(scene.evidence(), evidence, "{}", scene.id);
        }
    }
}

#[test]
fn no_two_texts_overlap() {
    for theme in [Theme::Faithful, Theme::Accessible] {
        for scene in scenes("reconeval", theme) {
            assert_no_text_overlaps(&scene);
        }
    }
}

/// Asserts that no two texts share any room; turned texts count with their turned boxes.
#[track_caller]
pub fn assert_no_text_overlaps(scene: &Scene) {
    let mut boxes: Vec<(&str, [Point; 4])> = Vec::new();
    scene.visit(&mut |element| {
        if let Element::Text(text) = element {
            boxes.extend(corners(text).map(|corners| (text.text.as_str(), corners)));
        }
    });
    for (index, (text, corners)) in boxes.iter().enumerate() {
        for (other, others) in &boxes[index + 1..] {
            assert!(separate(corners, others), "`{text}` and `{other}` in {}", scene.id);
        }
    }
}

/// The corners of a text's box, in order around it.
fn corners(text: &Text) -> Option<[Point; 4]> {
    let Rect { left, top, right, bottom } = text.clone().turned(0.0).bounds()?;
    let (sine, cosine) = libm::sincos(text.angle.to_radians());
    Some([(left, top), (right, top), (right, bottom), (left, bottom)].map(|(x, y)| {
        let (x, y) = (x - text.at.x, y - text.at.y);
        Point::new(text.at.x + x * cosine + y * sine, text.at.y + y * cosine - x * sine)
    }))
}

/// Whether a line separates two rectangles: then one that is parallel to a side does.
fn separate(a: &[Point; 4], b: &[Point; 4]) -> bool {
    let sides = |corners: &[Point; 4]| [[corners[0], corners[1]], [corners[1], corners[2]]];
    sides(a).into_iter().chain(sides(b)).any(|[from, to]| {
        let length = libm::hypot(to.x - from.x, to.y - from.y);
        let (x, y) = ((to.x - from.x) / length, (to.y - from.y) / length);
        let ends = |corners: &[Point; 4]| {
            let along = corners.map(|corner| corner.x * x + corner.y * y);
            (along.iter().copied().fold(f64::MAX, f64::min), along.iter().copied().fold(f64::MIN, f64::max))
        };
        let ((low, high), (other_low, other_high)) = (ends(a), ends(b));
        high <= other_low + 1e-9 || other_high <= low + 1e-9
    })
}

#[test]
fn turned_texts_overlap_only_where_their_boxes_do() {
    let at = |x: f64| Text::new("a label", 9.0, Point::new(x, 0.0)).turned(45.0);
    let corners = |text: Text| corners(&text).unwrap();
    assert!(separate(&corners(at(0.0)), &corners(at(16.0))), "side by side, though their bounds overlap");
    assert!(!separate(&corners(at(0.0)), &corners(at(8.0))));
}

#[test]
fn no_number_has_a_hyphen_for_a_minus_sign() {
    for scene in scenes("reconeval", Theme::Faithful) {
        for (text, _) in texts(&scene) {
            let signed =
                text.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            assert!(!signed, "`{text}` in {}", scene.id);
        }
    }
}
