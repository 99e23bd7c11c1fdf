//! A `grouped_bar` figure in words.

use super::Bar;
use super::spec::GroupedBarSpec;
use crate::figures::words::{count, short};

/// Chart type, axes, the heights of every category, and what the error bars are.
pub fn describe(spec: &GroupedBarSpec, bars: &[Bar<'_>]) -> String {
    let mut sentences = vec![format!("Grouped bar chart with {}.", count(bars.len(), "bar"))];
    sentences.push(format!("Horizontal axis: {}.", titled(&spec.x.title, &spec.x.column)));
    sentences.push(format!("Vertical axis: {}.", titled(&spec.y.title, &spec.y.column)));
    for (index, category) in spec.x.categories.iter().enumerate() {
        let heights: Vec<String> = bars
            .iter()
            .filter(|bar| bar.category == index)
            .map(|bar| {
                let height = format!("{} {}", bar.series.label(), short(bar.height));
                match &bar.ends {
                    Some(((low, _), (high, _))) => format!("{height} ({} to {})", short(*low), short(*high)),
                    None => height,
                }
            })
            .collect();
        let heights = if heights.is_empty() { "no values".to_owned() } else { heights.join(", ") };
        sentences.push(format!("{}: {heights}.", spec.x.label(category)));
    }
    sentences.join(" ")
}

/// The title of an axis, or its column.
fn titled<'a>(title: &'a str, column: &'a str) -> &'a str {
    if title.is_empty() { column } else { title }
}
