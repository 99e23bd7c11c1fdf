//! Every panel of this repository's papers, drawn from what is committed: sound, legible and complete.

use std::path::Path;

use repro::evidence::Tier;
use repro::figures;
use repro::manifest;
use repro::plot::{Scene, Theme};
use repro::query::Library;
use repro::store::{Lock, Vault};

use super::figures::{assert_sound, texts};

/// All figures of a paper, in order of declaration.
fn scenes(paper: &str, theme: Theme) -> Vec<Scene> {
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
