//! A `box` figure in words.

use super::PanelData;
use super::brackets::Origin;
use crate::figures::words::{count, short};
use crate::plot::{Mark, MarkKind};

/// Chart type, groups with their n, medians and significant pairs of every panel, and how pairs were tested.
pub fn describe(panels: &[PanelData<'_>], origins: &[Origin], marks: &[Mark]) -> String {
    let mut sentences = vec![format!("Box plot with {}.", count(panels.len(), "panel"))];
    for panel in panels {
        sentences.push(medians(panel));
        let name = if panels.len() > 1 { panel.spec.title.as_str() } else { "" };
        let of_panel = |mark: &&Mark| mark.kind == MarkKind::Bracket && mark.panel == name;
        let pairs: Vec<String> =
            marks.iter().filter(of_panel).map(|mark| format!("{} {}", mark.key, mark.text)).collect();
        if !pairs.is_empty() {
            sentences.push(format!("Significant: {}.", pairs.join(", ")));
        }
    }
    if let Some(Origin::Tested(n)) = origins.iter().find(|origin| matches!(origin, Origin::Tested(_))) {
        sentences.push(format!(
            "Stars: paired two-sided t-test on {}, no correction, * below 0.05, ** below 0.01, *** below 0.001.",
            count(*n, "pair")
        ));
    }
    if origins.contains(&Origin::Known) {
        sentences.push("Stars: as published.".to_owned());
    }
    sentences
        .push("Boxes: quartiles by linear interpolation, whiskers within 1.5 interquartile ranges.".into());
    sentences.join(" ")
}

fn medians(panel: &PanelData<'_>) -> String {
    let groups: Vec<String> = panel
        .groups
        .iter()
        .map(|group| match group.quartiles {
            Some(quartiles) => {
                format!("{} {} (n = {})", group.label, short(quartiles.median), group.values.len())
            }
            None => format!("{} without values", group.label),
        })
        .collect();
    format!("{}: medians {}.", panel.spec.title, groups.join(", "))
}
