//! What the names of cells say about pairing them by their order.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;

/// Names that are shown of a list.
const SHOWN: usize = 3;

/// What two lists of names say about pairing cells by their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// Each name is that of its partner.
    Proved,
    /// Nothing speaks against it; the reason why names do not prove it.
    Unproved(String),
    /// A cell of the predicted file is another one than its partner; the reason.
    Disproved(String),
}

/// Compares the names of true and predicted cells, of which there are equally many.
///
/// A name that both files have at different places disproves the pairing, also when other names are new. Names without a
/// common one are compared again without what all names of a file begin and end with, so that `c7-1` is `c7`. Names that
/// nobody chose, running numbers, say nothing; other names that have nothing in common are of different cells.
pub fn compare(truth: &[String], predicted: &[String]) -> Pairing {
    if truth == predicted {
        return match repeated(truth) {
            Some(name) if truth.len() > 1 => Pairing::Unproved(format!("names repeat, for example `{name}`")),
            _ => Pairing::Proved,
        };
    }
    let (own, wanted) = (references(predicted), references(truth));
    if let Some(verdict) = common(&wanted, &own, predicted) {
        return verdict;
    }
    let (affixes, partners) = (Affixes::of(truth), Affixes::of(predicted));
    let (wanted, own) = (affixes.removed(truth), partners.removed(predicted));
    if wanted == own {
        return Pairing::Unproved(format!("names agree except for {affixes} and {partners}"));
    }
    if let Some(verdict) = common(&wanted, &own, predicted) {
        return verdict;
    }
    let contains = |(a, b): (&String, &String)| {
        !a.is_empty() && !b.is_empty() && (a.contains(b.as_str()) || b.contains(a.as_str()))
    };
    if truth.iter().zip(predicted).all(contains) {
        return Pairing::Unproved("each name contains that of its partner".to_owned());
    }
    if let Some(names) =
        [(&wanted, truth), (&own, predicted)].into_iter().find(|(names, _)| are_running(names))
    {
        let names = &names.1[..names.1.len().min(2)];
        return Pairing::Unproved(format!("the names {} … are running numbers", listed(names)));
    }
    Pairing::Disproved(format!(
        "they have no name in common: cell 0 is `{}` and `{}`",
        truth.first().map_or("", String::as_str),
        predicted.first().map_or("", String::as_str),
    ))
}

/// What common names say; `None` if there are none. `shown` are the predicted names for messages.
fn common(truth: &[&str], predicted: &[&str], shown: &[String]) -> Option<Pairing> {
    let known: HashMap<&str, usize> =
        truth.iter().enumerate().rev().map(|(place, name)| (*name, place)).collect();
    let pairs =
        || predicted.iter().enumerate().filter_map(|(place, name)| Some((place, *name, *known.get(name)?)));
    let n = pairs().count();
    if n == 0 {
        return None;
    }
    let elsewhere = || pairs().filter(|(place, name, _)| truth[*place] != *name);
    let Some((place, _, other)) = elsewhere().next() else {
        let others = truth.len() - n;
        return Some(Pairing::Unproved(format!("{n} names agree, {others} occur in one file only")));
    };
    // Cells that were cut out of a numbered table and predictions that are numbered anew meet by chance.
    let chance = [truth, predicted].iter().any(|names| are_bare_numbers(names)) && 2 * n < truth.len();
    if chance {
        return Some(Pairing::Unproved("the names of one file are running numbers".to_owned()));
    }
    let moved = elsewhere().count();
    Some(Pairing::Disproved(format!(
        "{moved} of {} cells are at another place, the first of them `{}`, cell {other} and cell {place}",
        truth.len(),
        shown.get(place).map_or("", String::as_str),
    )))
}

fn references(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// What all names of a list begin and end with, up to digits.
struct Affixes<'a> {
    prefix: &'a str,
    suffix: &'a str,
}

impl<'a> Affixes<'a> {
    fn of(names: &'a [String]) -> Self {
        let Some(first) = names.first() else { return Self { prefix: "", suffix: "" } };
        let mut prefix = first.as_str();
        for name in names {
            let same = prefix.char_indices().zip(name.chars()).take_while(|((_, a), b)| a == b);
            let end = same.last().map_or(0, |((at, c), _)| at + c.len_utf8());
            prefix = &prefix[..end];
        }
        // The digits of `c10` to `c19` are numbers and no prefix.
        prefix = prefix.trim_end_matches(|c: char| c.is_ascii_digit());
        let mut suffix = &first[prefix.len()..];
        for name in names {
            let rest = &name[prefix.len()..];
            let same = suffix.char_indices().rev().zip(rest.chars().rev()).take_while(|((_, a), b)| a == b);
            let start = same.last().map_or(suffix.len(), |((at, _), _)| at);
            suffix = &suffix[start..];
        }
        let suffix = suffix.trim_start_matches(|c: char| c.is_ascii_digit());
        Self { prefix, suffix }
    }

    fn removed<'n>(&self, names: &'n [String]) -> Vec<&'n str> {
        names.iter().map(|name| &name[self.prefix.len()..name.len() - self.suffix.len()]).collect()
    }
}

impl Display for Affixes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}…{}`", self.prefix, self.suffix)
    }
}

/// Whether names are 0, 1, 2, … or 1, 2, 3, …, perhaps with leading zeros.
fn are_running(names: &[&str]) -> bool {
    let number = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_digit()).then(|| name.parse::<usize>().ok()).flatten()
    };
    let Some(start) = names.first().and_then(|name| number(name)).filter(|start| *start < 2) else {
        return false;
    };
    names.iter().enumerate().all(|(place, name)| number(name) == Some(place + start))
}

/// Whether names are 0, 1, 2, …, as a table has that got no names.
fn are_bare_numbers(names: &[&str]) -> bool {
    names.iter().enumerate().all(|(place, name)| name.parse() == Ok(place))
}

fn repeated(names: &[String]) -> Option<&str> {
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().map(String::as_str).find(|name| !seen.insert(*name))
}

/// Returns the first of some names for a message.
pub fn listed(names: &[impl AsRef<str>]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", name.as_ref())).collect();
    shown.join(", ") + if names.len() > SHOWN { ", …" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(n: usize, name: impl Fn(usize) -> String) -> Vec<String> {
        (0..n).map(name).collect()
    }

    #[track_caller]
    fn is_unproved(truth: &[String], predicted: &[String], why: &str) {
        let Pairing::Unproved(text) = compare(truth, predicted) else {
            panic!("{:?}", compare(truth, predicted))
        };
        assert!(text.contains(why), "{text}");
    }

    #[track_caller]
    fn is_disproved(truth: &[String], predicted: &[String], why: &str) {
        let Pairing::Disproved(text) = compare(truth, predicted) else {
            panic!("{:?}", compare(truth, predicted))
        };
        assert!(text.contains(why), "{text}");
    }

    #[test]
    fn equal_names_prove_the_pairing_unless_they_repeat() {
        let own = names(5, |at| format!("c{at}"));
        assert_eq!(compare(&own, &own), Pairing::Proved);
        assert_eq!(compare(&names(1, |_| "c".into()), &names(1, |_| "c".into())), Pairing::Proved);
        assert_eq!(compare(&[], &[]), Pairing::Proved);
        is_unproved(&names(5, |_| "c".into()), &names(5, |_| "c".into()), "names repeat, for example `c`");
    }

    #[test]
    fn a_common_name_at_another_place_disproves_it() {
        let own = names(60, |at| format!("c{at}"));
        is_disproved(
            &own,
            &names(60, |at| format!("c{}", at * 7 % 60)),
            "54 of 60 cells are at another place",
        );
        is_disproved(
            &own,
            &names(60, |at| format!("c{}", at + 1)),
            "the first of them `c1`, cell 1 and cell 0",
        );
        let mut one = names(60, |at| format!("new{at}"));
        one[7] = "c8".to_owned();
        is_disproved(
            &own,
            &one,
            "1 of 60 cells are at another place, the first of them `c8`, cell 8 and cell 7",
        );
        one[7] = "c7".to_owned();
        is_unproved(&own, &one, "1 names agree, 59 occur in one file only");
        let twice = names(60, |at| format!("c{}", at / 2));
        is_disproved(&twice, &names(60, |at| format!("c{}", (at + 3) % 60 / 2)), "another place");
    }

    #[test]
    fn prefixes_and_suffixes_do_not_hide_the_order() {
        let own = names(60, |at| format!("c{at}"));
        is_unproved(&own, &names(60, |at| format!("c{at}-1")), "names agree except for `c…` and `c…-1`");
        is_unproved(&own, &names(60, |at| format!("p{at}")), "names agree");
        is_disproved(&own, &names(60, |at| format!("c{}-1", at * 7 % 60)), "another place");
        // Digits that all names have are part of the number.
        is_disproved(
            &names(9, |at| format!("a1{at}")),
            &names(9, |at| format!("b2{at}")),
            "no name in common",
        );
        let bases = ["AAAC", "AAGT", "ACCT", "TTGA"];
        let barcodes = |prefix: &str| names(4, |at| format!("{prefix}{}-1", bases[at]));
        is_unproved(&barcodes(""), &barcodes("lane2_"), "names agree");
        let mut batches = barcodes("");
        batches.iter_mut().enumerate().for_each(|(at, name)| *name = format!("{name}-{}x", b"vwyz"[at]));
        is_unproved(&barcodes(""), &batches, "each name contains that of its partner");
    }

    #[test]
    fn running_numbers_say_nothing_and_other_new_names_do() {
        let barcodes = ["AAAC", "CAGT", "GCCT", "TTGA"].map(str::to_owned);
        for name in ["", "cell_", "pred-00"] {
            is_unproved(&barcodes, &names(4, |at| format!("{name}{at}")), "are running numbers");
            is_unproved(&names(4, |at| format!("{name}{}", at + 1)), &barcodes, "are running numbers");
        }
        is_disproved(&barcodes, &["GGGG", "CCCC", "TTTT", "AAAA"].map(str::to_owned), "no name in common");
        is_disproved(&barcodes, &names(4, |at| format!("{}", at * 3)), "no name in common");
    }

    #[test]
    fn numbers_meet_by_chance_unless_most_are_common() {
        let subset = names(50, |at| (at * 37 % 251 + 40).to_string());
        is_unproved(&subset, &names(50, |at| at.to_string()), "running numbers");
        is_disproved(
            &names(50, |at| (at * 7 % 50).to_string()),
            &names(50, |at| at.to_string()),
            "another place",
        );
        is_disproved(&names(50, |at| at.to_string()), &names(50, |at| (at + 1).to_string()), "another place");
    }
}
