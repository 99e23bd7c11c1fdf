//! The scene: a figure's page, what it says in words, and its marks bound to source rows.

use super::element::{Element, Group};
use super::figure::Page;
use super::frame::Frame;
use super::mark::Mark;
use crate::evidence::{Lineage, Lookups, Missing, Tier};

/// Which alternative of a dataset the figure was drawn from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Id of the dataset.
    pub dataset: String,
    /// The alternative, a sentence fragment.
    pub alternative: String,
}

/// A figure, ready to be rendered.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Id of the figure within its paper.
    pub id: String,
    /// What the figure shows.
    pub title: String,
    /// The figure in words: chart type, axes, series, main comparison.
    pub description: String,
    /// Page size and everything on it.
    pub page: Page,
    /// Marks in drawing order.
    pub marks: Vec<Mark>,
    /// Where the rows came from.
    pub sources: Vec<Source>,
    /// Why nothing is drawn, for a placeholder.
    pub missing: Option<Missing>,
    /// What was looked for in the rows.
    pub lookups: Lookups,
}

impl Scene {
    /// The rows behind all marks.
    pub fn lineage(&self) -> Lineage {
        let parts = self.marks.iter().flat_map(|mark| mark.parts().chain([&mark.lineage]));
        Lineage::union(parts)
    }

    /// The weakest tier among the inputs; `None` when nothing is drawn.
    pub fn evidence(&self) -> Option<Tier> {
        self.marks.iter().filter_map(|mark| mark.whole_lineage().tier()).min()
    }

    /// `drawn`, `missing`, or `error` if the manifest or a file is wrong.
    pub fn state(&self) -> &'static str {
        match &self.missing {
            Some(missing) if missing.is_error() => "error",
            Some(_) => "missing",
            None => "drawn",
        }
    }

    /// Calls `visit` for every element in drawing order.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Element)) {
        self.page.elements.iter().for_each(|element| element.visit(visit));
    }

    /// For every mark, where its values lie on the page; `None` for a mark that shows them in another way.
    pub fn frames(&self) -> Vec<Option<Frame>> {
        let mut frames = vec![None; self.marks.len()];
        set_frames(&self.page.elements, None, &mut frames);
        frames
    }

    /// The description and where the numbers come from, for a reader who cannot see the figure.
    pub fn words(&self) -> String {
        self.words_with(&self.lineage())
    }

    /// The same, with the rows behind all marks at hand.
    pub(super) fn words_with(&self, lineage: &Lineage) -> String {
        let Some(tier) = lineage.tier() else { return self.description.clone() };
        let files: Vec<String> = lineage
            .files()
            .map(|(file, rows)| {
                let hash = file.sha256.to_string();
                let part = match rows.len() {
                    _ if rows.is_whole() => "all".to_owned(),
                    1 => "1 row".to_owned(),
                    n => format!("{n} rows"),
                };
                format!("{part} of {} (sha256 {})", file.artifact, &hash[..12])
            })
            .collect();
        format!("{} Evidence: {tier}, from {}.", self.description, files.join(", "))
    }
}

/// A group without a frame has that of the group around it.
fn set_frames(elements: &[Element], around: Option<Frame>, frames: &mut [Option<Frame>]) {
    for element in elements {
        let Element::Group(Group { marks, frame, children, .. }) = element else { continue };
        let frame = frame.or(around);
        let of_marks = marks.clone().and_then(|range| frames.get_mut(range));
        of_marks.into_iter().flatten().for_each(|of_mark| *of_mark = frame);
        set_frames(children, frame, frames);
    }
}
