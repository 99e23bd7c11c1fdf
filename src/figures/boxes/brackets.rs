//! Which pairs of groups get a bracket: from a paired t-test where values can be paired, else from known results.

use super::{GroupData, PanelData};
use crate::evidence::Lineage;
use crate::figures::FigureError;
use crate::figures::rows::Datasets;
use crate::manifest::RawSpec;
use crate::stats::{paired_t_test, stars};

use super::spec::{BoxSpec, BracketsSpec};

/// A significant pair.
pub struct Bracket {
    /// Index of the upper group.
    pub a: usize,
    /// Index of the lower group.
    pub b: usize,
    /// Number of the pair among all pairs, which decides its distance from the boxes.
    pub place: usize,
    /// One to three stars.
    pub stars: String,
    /// Rows the result was computed from or read in.
    pub lineage: Lineage,
}

impl Bracket {
    /// Name of the pair.
    pub fn key(&self, panel: &PanelData<'_>) -> String {
        let label = |index: usize| panel.groups.get(index).map_or("", |group| group.label);
        format!("{} vs {}", label(self.a), label(self.b))
    }
}

/// Where the brackets of a panel come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Our own test on this many pairs of values.
    Tested(usize),
    /// Known results.
    Known,
    /// The figure has none.
    None,
}

/// The significant pairs of a panel in order of first and second group.
pub fn of_panel(
    raw: &RawSpec,
    spec: &BoxSpec,
    panel: &PanelData<'_>,
    known: &Datasets,
) -> Result<(Vec<Bracket>, Origin), FigureError> {
    let n = panel.groups.len();
    let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).enumerate();
    if panel.paired {
        let sizes = panel.groups.iter().map(|group| group.values.len()).filter(|n| *n > 0);
        let n_values = sizes.min().unwrap_or(0);
        let brackets = pairs.filter_map(|(place, (a, b))| {
            let (stars, mut lineage) = tested(&panel.groups[a], &panel.groups[b])?;
            // Whether pairs are tested at all depends on every group.
            panel.groups.iter().for_each(|group| lineage.extend(&group.lineage));
            Some(Bracket { a, b, place, stars: stars.to_owned(), lineage })
        });
        return Ok((brackets.collect(), Origin::Tested(n_values)));
    }
    let Some(results) = &spec.brackets else { return Ok((Vec::new(), Origin::None)) };
    let mut brackets = Vec::new();
    for (place, (a, b)) in pairs {
        let found = look_up(raw, results, panel, (a, b), known)?;
        if let Some((stars, lineage)) = found.filter(|(text, _)| is_stars(text)) {
            brackets.push(Bracket { a, b, place, stars, lineage });
        }
    }
    Ok((brackets, Origin::Known))
}

/// Stars of a paired two-sided t-test, `None` when not significant. Not tested, as in the published analysis: groups
/// that do not have the same pairing keys, and fewer than two pairs. No correction for multiple tests.
fn tested(a: &GroupData<'_>, b: &GroupData<'_>) -> Option<(&'static str, Lineage)> {
    let partner = |key: &Option<String>| b.values.iter().find(|(other, _)| other == key).map(|pair| pair.1);
    let second: Vec<f64> = a.values.iter().filter_map(|(key, _)| partner(key)).collect();
    if second.len() != a.values.len() || second.len() != b.values.len() {
        return None;
    }
    let first: Vec<f64> = a.values.iter().map(|(_, value)| *value).collect();
    let stars = stars(paired_t_test(&first, &second)?.p)?;
    Some((stars, Lineage::union([&a.lineage, &b.lineage])))
}

fn is_stars(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character == '*')
}

/// The known result of a pair, in either order of its groups.
fn look_up(
    raw: &RawSpec,
    results: &BracketsSpec,
    panel: &PanelData<'_>,
    (a, b): (usize, usize),
    known: &Datasets,
) -> Result<Option<(String, Lineage)>, FigureError> {
    let columns = [results.a.as_str(), results.b.as_str(), results.text.as_str()];
    let rows = known.rows(raw, &results.data, &panel.conditions, &columns)?;
    let (a, b) = (panel.groups[a].value, panel.groups[b].value);
    let mut found = rows.iter().filter(|row| {
        let pair = (row.text(&results.a), row.text(&results.b));
        let is = |cell: &Option<String>, name: &str| cell.as_deref() == Some(name);
        (is(&pair.0, a) && is(&pair.1, b)) || (is(&pair.0, b) && is(&pair.1, a))
    });
    let first = found.next();
    if found.next().is_some() {
        let message = format!("dataset `{}` has several results for `{a}` and `{b}`", results.data);
        return Err(FigureError::new(raw, &message).with_hint("narrow the rows with `where`"));
    }
    let pair = format!("{} and {}", results.a, results.b);
    known.looked_for(&results.data, &pair, &format!("{a} and {b}"), first.is_some());
    Ok(first.and_then(|row| Some((row.text(&results.text)?, row.lineage_of(&results.text)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stars_are_drawn() {
        assert!(is_stars("**") && !is_stars("n.s.") && !is_stars(""));
    }
}
