//! The lineages of the shipped claims beside those of the version before: none loses a row, and those that gain rows
//! are listed with the reason.

use std::collections::BTreeMap;

use super::paper::{Paper, Rows, Shown};
use super::shipped;

/// Claim sets whose lineages gained rows, with the number of these claims and the reason.
const GROWN: [(&str, usize, &str); 4] = [
    ("fig4/bar_segment_tops", 28, "a segment stands on those below it"),
    ("fig4/bar_order", 7, "the totals of all bars decide their order"),
    ("fig3/*_funky/rows", 46, "the cells of the sorting column decide the order of the rows"),
    ("text/latent_sizes", 5, "the rows that were sorted decide the number of a row"),
];

/// The artifacts, then one line per claim set: its id and the lineages of its claims with a value, in order of their ids.
const BEFORE: &str = "tests/fixtures/lineage.txt";

#[test]
fn lineages_grow_only_where_rows_were_missing() {
    let (paper, path) = (shipped(), crate::support::repository().join(BEFORE));
    if std::env::var_os("REPRO_LINEAGE_WRITE").is_some() {
        std::fs::write(path, listed(paper)).unwrap();
        return;
    }
    let (mut grown, mut other): (BTreeMap<&str, usize>, Vec<String>) = (BTreeMap::new(), Vec::new());
    for (set, before) in read(paper, &std::fs::read_to_string(path).unwrap()) {
        let now: Vec<(&String, &Shown)> = paper.claims.iter().filter(|(_, shown)| shown.set == set).collect();
        assert_eq!(now.len(), before.len(), "claims of `{set}` that have a value");
        for ((id, shown), before) in now.into_iter().zip(before) {
            let (was, is) = (paper.named(&before), paper.named(&shown.rows));
            if !before.is_subset(&shown.rows) {
                other.push(format!("`{id}` lost rows: {was}, now {is}"));
            } else if before != shown.rows {
                match GROWN.iter().find(|(pattern, ..)| fits(pattern, &set)) {
                    Some((pattern, ..)) => *grown.entry(pattern).or_default() += 1,
                    None => other.push(format!("`{id}` gained rows: {was}, now {is}")),
                }
            }
        }
    }
    assert!(other.is_empty(), "{} claims:\n{}", other.len(), other[..other.len().min(20)].join("\n"));
    for (pattern, n, why) in GROWN {
        assert_eq!(grown.get(pattern).copied().unwrap_or_default(), n, "{pattern}: {why}");
    }
}

fn fits(pattern: &str, set: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => set.starts_with(start) && set.ends_with(end),
        None => set == pattern,
    }
}

fn listed(paper: &Paper) -> String {
    let files: Vec<&str> = paper.files.iter().map(|file| file.artifact.as_str()).collect();
    let mut text = format!("{}\n", files.join(" "));
    let mut sets: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for shown in paper.claims.values() {
        sets.entry(&shown.set).or_default().push(short(paper, &shown.rows));
    }
    for (set, lineages) in sets {
        text.push_str(&format!("{set}\t{}\n", lineages.join(";")));
    }
    text
}

/// Rows as number of the file and steps: `3:1-9/2` are rows 1, 3, 5, 7 and 9.
fn short(paper: &Paper, rows: &Rows) -> String {
    let mut parts = Vec::new();
    for index in 0..paper.files.len() {
        let here = paper.rows_in(index, rows);
        let mut runs = Vec::new();
        let mut start = 0;
        while start < here.len() {
            let step = here.get(start + 1).map_or(1, |next| next - here[start]);
            let follows = |place: &usize| here[place + 1] - here[*place] == step;
            let end = start + (start..here.len() - 1).take_while(follows).count();
            runs.push(match end - start {
                0 => here[start].to_string(),
                _ if step == 1 => format!("{}-{}", here[start], here[end]),
                _ => format!("{}-{}/{step}", here[start], here[end]),
            });
            start = end + 1;
        }
        if !runs.is_empty() {
            parts.push(format!("{index}:{}", runs.join(",")));
        }
    }
    parts.join(" ")
}

/// The listed lineages by claim set.
fn read(paper: &Paper, text: &str) -> Vec<(String, Vec<Rows>)> {
    let mut lines = text.lines();
    let files: Vec<&str> = lines.next().unwrap().split(' ').collect();
    let rows = |lineage: &str| -> Rows {
        let parts = lineage.split(' ').flat_map(|part| {
            let (file, runs) = part.split_once(':').unwrap();
            let artifact = files[file.parse::<usize>().unwrap()];
            let index = paper.files.iter().position(|file| file.artifact == artifact).unwrap();
            runs.split(',').flat_map(move |run| numbers(run).map(move |row| (index, row - 1)))
        });
        parts.map(|(file, row)| paper.number_of(file, row)).collect()
    };
    let set = |line: &str| {
        let (set, lineages) = line.split_once('\t').unwrap();
        (set.to_owned(), lineages.split(';').map(rows).collect())
    };
    lines.map(set).collect()
}

fn numbers(run: &str) -> impl Iterator<Item = usize> + use<> {
    let (ends, step) = run.split_once('/').unwrap_or((run, "1"));
    let (first, last) = ends.split_once('-').unwrap_or((ends, ends));
    let [first, last, step]: [usize; 3] = [first, last, step].map(|number| number.parse().unwrap());
    (first..=last).step_by(step)
}
