//! What registered claims say about one figure: where its published values lie, and how many agree.

use super::judge::Claim;
use super::{Counts, Judged, Outcome, Value};
use crate::evidence::Missing;
use crate::plot::{Frame, Published, Rect, Scene, Verdict};

/// A figure's published values beside our marks.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Values that have a place on the page.
    pub published: Vec<Published>,
    /// Number of published values by outcome.
    pub counts: Counts,
    /// What to say about all of them, also those without a place; one paragraph each.
    pub caption: Vec<String>,
}

impl Comparison {
    /// Values compared with a number of ours that is not the published one itself.
    pub fn n_judged(&self) -> usize {
        self.counts.evaluated()
    }

    /// Values that agree with ours on evidence of its own.
    pub fn n_agreeing(&self) -> usize {
        self.counts.get("reproduced") + self.counts.get("consistent")
    }

    /// How many agree, in a few words. Values that were drawn from themselves are counted apart.
    pub fn summary(&self) -> String {
        let (judged, redrawn) = (self.n_judged(), self.counts.get("redrawn"));
        let agree = format!("{} of {} agree", self.n_agreeing(), values(judged));
        let position = if redrawn == 1 { "its" } else { "their" };
        let drawn = format!("{redrawn} drawn at {position} published position; this is not evidence");
        match (self.counts.total(), judged, redrawn) {
            (0, _, _) => "no published value is registered".to_owned(),
            (total, 0, 0) => format!("none of {} could be compared", values(total)),
            (_, 0, _) => drawn,
            (_, _, 0) => agree,
            _ => format!("{agree}; {drawn}"),
        }
    }
}

/// Compares a drawn figure with all judged claim sets of its paper.
pub fn compare(scene: &Scene, judged: &[Judged]) -> Comparison {
    let frames = scene.frames();
    let page = Rect::sized(0.0, 0.0, scene.page.width, scene.page.height);
    let mut comparison = Comparison::default();
    let mut without_place = Counts::default();
    let of_figure = |claim: &&Claim| claim.figure.as_ref() == Some(&scene.id);
    for claim in judged.iter().flat_map(|set| &set.claims).filter(of_figure) {
        comparison.counts.add(claim.outcome, claim.evidence);
        match placed(scene, &frames, claim).filter(|published| page.contains(published.at)) {
            Some(published) => comparison.published.push(published),
            None => without_place.add(claim.outcome, claim.evidence),
        }
    }
    let waiting: Vec<(&str, &Missing)> = judged
        .iter()
        .filter(|set| set.figures.iter().any(|figure| fits(figure, &scene.id)))
        .filter_map(|set| Some((set.id.as_str(), set.missing.as_ref()?)))
        .collect();
    comparison.caption = caption(&comparison, &without_place, &waiting);
    comparison
}

/// A published number where our figure would draw it; `None` for what is not a number or has no place.
fn placed(scene: &Scene, frames: &[Option<Frame>], claim: &Claim) -> Option<Published> {
    let mark = claim.mark?;
    let quantity = mark.quantity?;
    let (frame, of_scene) = ((*frames.get(mark.index)?)?, scene.marks.get(mark.index)?);
    let place = |value: f64| frame.place(of_scene, quantity, value);
    let ours = claim.ours.as_ref().and_then(Value::number);
    let verdict = match claim.outcome {
        Outcome::Reproduced | Outcome::Consistent => Verdict::Agrees,
        Outcome::Redrawn => Verdict::Redrawn,
        Outcome::Differs => Verdict::Differs,
        Outcome::Missing(_) | Outcome::Error => return None,
    };
    let our_words = claim.ours.as_ref().map(Value::to_string).unwrap_or_default();
    Some(Published {
        at: place(claim.published_number()?)?,
        ours: ours.and_then(place),
        verdict,
        words: format!("{}: published {}, ours {our_words} ({})", claim.id, claim.value, claim.outcome),
    })
}

/// Whether an id can come from a template in which `{…}` stands for any text.
fn fits(template: &str, id: &str) -> bool {
    let Some((before, rest)) = template.split_once('{') else { return template == id };
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    let Some(id) = id.strip_prefix(before) else { return false };
    (0..=id.len()).filter(|start| id.is_char_boundary(*start)).any(|start| fits(after, &id[start..]))
}

/// The outcomes one by one, what they mean, and what the drawing cannot show.
fn caption(comparison: &Comparison, without_place: &Counts, waiting: &[(&str, &Missing)]) -> Vec<String> {
    let counts = &comparison.counts;
    let mut sentences = vec![match counts.total() {
        0 => "No published value is registered for this figure.".to_owned(),
        _ => format!("{}.", comparison.summary()),
    }];
    const MEANINGS: [(&str, &str); 5] = [
        ("reproduced", "reproduced: ours comes from the authors' files or our own stages"),
        ("consistent", "consistent: ours is computed from other published values"),
        ("redrawn", "redrawn: ours is the published value itself, which checks the drawing and nothing else"),
        ("missing", "missing: there is no value of ours"),
        ("error", "not compared, because the comparison failed"),
    ];
    for (name, meaning) in MEANINGS {
        let n = counts.get(name);
        if n > 0 {
            sentences.push(format!("{n} {meaning}."));
        }
    }
    let hidden = without_place.evaluated() + without_place.get("redrawn");
    if hidden > 0 {
        let agree = without_place.get("reproduced") + without_place.get("consistent");
        let kinds = [
            (agree, "agree"),
            (without_place.get("redrawn"), "redrawn"),
            (without_place.get("differs"), "differ"),
        ];
        let kinds: Vec<String> =
            kinds.iter().filter(|(n, _)| *n > 0).map(|(n, kind)| format!("{n} {kind}")).collect();
        let values = if hidden == 1 { "value" } else { "values" };
        sentences.push(format!("{hidden} further {values} cannot be drawn here ({}).", kinds.join(", ")));
    }
    let mut paragraphs = vec![sentences.join(" ")];
    let missing = |(set, missing): &(&str, &Missing)| {
        format!("Published values of `{set}` are missing: {}.", missing.detail)
    };
    paragraphs.extend(waiting.iter().map(missing));
    paragraphs
}

fn values(n: usize) -> String {
    if n == 1 { "1 published value".to_owned() } else { format!("{n} published values") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_fit_what_they_can_become() {
        assert!(fits("fig2/{metric}", "fig2/r2"));
        assert!(fits("fig2/{dataset}_boxes_{metric}", "fig2/a_boxes_r2"));
        assert!(!fits("fig2/{dataset}_boxes", "fig2/a_lines"));
        assert!(!fits("fig2/{metric}", "fig3/r2"));
        assert!(fits("fig2/r2", "fig2/r2") && !fits("fig2/r2", "fig2/r"));
        assert!(fits("{figure}", "é"));
    }
}
