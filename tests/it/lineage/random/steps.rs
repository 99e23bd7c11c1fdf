//! Random steps: one function per verb, which writes the step and notes what it does to the columns.

use super::schema::{Key, Schema, list, quote};
use crate::lineage::chance::Chance;

/// Writes a step; `None` where the table has not what it needs.
type Write = fn(&mut Schema, &mut Chance) -> Option<String>;

/// All verbs.
pub const VERBS: [(&str, Write); 21] = [
    ("filter", filter),
    ("rename", rename),
    ("select", select),
    ("number_rows", number_rows),
    ("set", set),
    ("recode", recode),
    ("melt", melt),
    ("to_number", to_number),
    ("drop_missing", drop_missing),
    ("join", join),
    ("append", append),
    ("unite", unite),
    ("sort", sort),
    ("linear", linear),
    ("min_max", min_max),
    ("unique", unique),
    ("rank_percentile", rank_percentile),
    ("mean", mean),
    ("count", count),
    ("bootstrap_mean", bootstrap_mean),
    ("paired_t_test", paired_t_test),
];

/// The step of a verb, noted in the schema.
pub fn step(index: usize, schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let (verb, write) = VERBS[index];
    let body = write(schema, chance)?;
    schema.verbs.push(verb);
    Some(format!("{{ {verb} = {body} }}"))
}

/// Some of the keys by which groups are made, not all of them.
fn by(schema: &Schema, chance: &mut Chance) -> Vec<String> {
    chance.some(&schema.key_names(), 0, schema.keys.len().saturating_sub(1))
}

/// Some of the keys, at least one, perhaps all.
fn by_some(schema: &Schema, chance: &mut Chance) -> Vec<String> {
    chance.some(&schema.key_names(), 1, schema.keys.len())
}

fn filter(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    if let Some(label) = schema.labels.last().filter(|_| chance.one_in(2)) {
        let kept: Vec<String> = (1..40).filter(|_| !chance.one_in(4)).map(|row| row.to_string()).collect();
        return Some(format!("{{ {label} = {} }}", list(&kept)));
    }
    let place = chance.below(schema.keys.len());
    let key = &mut schema.keys[place];
    key.values = chance.some(&key.values, key.values.len().saturating_sub(1).max(1), key.values.len());
    Some(format!("{{ {} = {} }}", key.name, list(&key.values)))
}

fn rename(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let new = schema.fresh("r");
    let place = chance.below(schema.numbers.len());
    let old = std::mem::replace(&mut schema.numbers[place], new.clone());
    Some(format!("{{ {new} = {} }}", quote(&old)))
}

fn select(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let last = schema.numbers.last().cloned()?;
    schema.numbers = chance.some(&schema.numbers, 1, schema.numbers.len());
    if !schema.numbers.contains(&last) {
        schema.numbers.push(last);
    }
    let mut names = schema.key_names();
    names.extend(schema.numbers.iter().chain(&schema.labels).cloned());
    Some(list(&names))
}

fn number_rows(schema: &mut Schema, _: &mut Chance) -> Option<String> {
    let name =
        if schema.labels.iter().any(|label| label == "nr") { schema.fresh("nr") } else { "nr".to_owned() };
    if schema.numbers.contains(&name) {
        return None;
    }
    schema.labels.push(name.clone());
    Some(quote(&name))
}

fn set(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let name = schema.fresh("c");
    let text = if chance.one_in(2) { "2.5" } else { "text" };
    if text == "2.5" {
        schema.numbers.insert(0, name.clone());
    }
    Some(format!("{{ {name} = {} }}", quote(text)))
}

fn recode(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let fresh = schema.fresh("q");
    let place = chance.below(schema.keys.len());
    let key = &mut schema.keys[place];
    let column = key.name.clone();
    let drops = key.values.len() > 2 && chance.one_in(2);
    let kept = if drops { &key.values[1..] } else { &key.values[..] };
    let pairs: Vec<String> =
        kept.iter().map(|value| format!("{} = {}", quote(value), quote(format!("{value}_")))).collect();
    key.values = kept.iter().map(|value| format!("{value}_")).collect();
    let into = if chance.one_in(2) {
        key.name.clone_from(&fresh);
        format!("into = \"{fresh}\", ")
    } else {
        String::new()
    };
    let others = match (drops, chance.one_in(2)) {
        (true, _) => ", others = \"drop\"",
        (false, true) => ", otherwise = \"another\"",
        (false, false) => "",
    };
    Some(format!("{{ column = \"{column}\", {into}map = {{ {} }}{others} }}", pairs.join(", ")))
}

fn melt(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    if schema.numbers.len() < 2 || schema.keys.len() > 3 {
        return None;
    }
    let last = schema.numbers.len() - 1;
    let columns = vec![schema.numbers[chance.below(last)].clone(), schema.numbers[last].clone()];
    let (name, value) = (schema.fresh("m"), schema.fresh("x"));
    let keep: Vec<String> = schema.key_names().into_iter().chain(schema.labels.clone()).collect();
    schema.keys.push(Key { name: name.clone(), values: columns.clone() });
    schema.numbers = vec![value.clone()];
    let columns = list(&columns);
    Some(format!("{{ keep = {}, name = \"{name}\", value = \"{value}\", columns = {columns} }}", list(&keep)))
}

fn to_number(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    if chance.one_in(2)
        && let Some(label) = schema.labels.pop()
    {
        schema.numbers.push(label.clone());
        return Some(quote(&label));
    }
    Some(list(&chance.some(&schema.numbers, 1, schema.numbers.len())))
}

fn drop_missing(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    Some(quote(schema.number(chance)))
}

fn join(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let joins = |schema: &Schema, column: &str| schema.numbers.iter().all(|name| name != column);
    if schema.labels.iter().any(|label| label == "nr") && joins(schema, "z") && chance.one_in(2) {
        schema.numbers.push("z".to_owned());
        return Some("{ dataset = \"numbered\", on = [\"nr\"], columns = [\"z\"] }".to_owned());
    }
    let original = schema.key("g").is_some_and(|key| key.values.iter().all(|value| value.len() == 1));
    if !original || !joins(schema, "u") || schema.verbs.contains(&"join") {
        return None;
    }
    schema.numbers.push("u".to_owned());
    Some("{ dataset = \"side\", on = [\"g\"], columns = [\"u\"] }".to_owned())
}

fn append(schema: &mut Schema, _: &mut Chance) -> Option<String> {
    if schema.verbs.contains(&"append") || schema.key("h").is_none() {
        return None;
    }
    schema.key("g")?.values.extend(["e".to_owned(), "f".to_owned()]);
    Some(quote("more"))
}

fn unite(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    if schema.keys.len() < 2 || schema.keys.iter().map(|key| key.values.len()).product::<usize>() > 40 {
        return None;
    }
    let into = schema.fresh("y");
    let [a, b] = [schema.keys.remove(chance.below(schema.keys.len())), schema.keys.remove(0)];
    let values = a.values.iter().flat_map(|a| b.values.iter().map(move |b| format!("{a}-{b}"))).collect();
    schema.keys.push(Key { name: into.clone(), values });
    Some(format!("{{ into = \"{into}\", columns = {}, separator = \"-\" }}", list(&[a.name, b.name])))
}

fn sort(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let mut names = vec![schema.number(chance)];
    names.extend(schema.key_names());
    let names = chance.shuffled(names);
    Some(list(&names[..1 + chance.below(2).min(names.len() - 1)]))
}

fn linear(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let terms: Vec<String> = chance
        .some(&schema.numbers, 1, 2)
        .iter()
        .map(|name| format!("{name} = {}", chance.of(&["1", "0.5", "2"])))
        .collect();
    let into = schema.fresh("l");
    schema.numbers.push(into.clone());
    Some(format!("{{ into = \"{into}\", terms = {{ {} }}, constant = 0.25 }}", terms.join(", ")))
}

/// The part of a step that turns some rows around.
fn turned(schema: &Schema, chance: &mut Chance) -> String {
    let key = chance.of(&schema.keys);
    if chance.one_in(2) || key.values.is_empty() {
        return String::new();
    }
    format!(", lower_is_better = {{ {} = {} }}", key.name, quote(chance.of(&key.values)))
}

fn min_max(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let (value, turned) = (schema.number(chance), turned(schema, chance));
    let by = by(schema, chance);
    let into = schema.fresh("s");
    schema.numbers.push(into.clone());
    let more = chance.of(&["", ", padding = 0.1", ", constant = 0.5"]);
    Some(format!("{{ by = {}, value = \"{value}\", into = \"{into}\"{more}{turned} }}", list(&by)))
}

fn unique(schema: &mut Schema, _: &mut Chance) -> Option<String> {
    Some(format!("{{ columns = {} }}", list(&schema.key_names())))
}

fn rank_percentile(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let value = schema.number(chance);
    let by = by(schema, chance);
    // A group is ranked in one direction.
    let turned = match schema.keys.iter().find(|key| by.contains(&key.name)) {
        Some(key) if chance.one_in(2) => {
            format!(", lower_is_better = {{ {} = {} }}", key.name, quote(chance.of(&key.values)))
        }
        _ => String::new(),
    };
    let into = schema.fresh("p");
    schema.numbers.push(into.clone());
    let equal = chance.of(&["", ", all_equal = \"missing\""]);
    Some(format!("{{ by = {}, value = \"{value}\", into = \"{into}\"{equal}{turned} }}", list(&by)))
}

fn mean(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let (value, by) = (schema.number(chance), by_some(schema, chance));
    let into = schema.fresh("a");
    schema.grouped(&by, vec![into.clone()]);
    let least = 1 + chance.below(2);
    Some(format!("{{ by = {}, value = \"{value}\", into = \"{into}\", min_count = {least} }}", list(&by)))
}

fn count(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let by = by_some(schema, chance);
    let into = schema.fresh("n");
    schema.grouped(&by, vec![into.clone()]);
    Some(format!("{{ by = {}, into = \"{into}\" }}", list(&by)))
}

fn bootstrap_mean(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    let (value, by) = (schema.number(chance), by_some(schema, chance));
    let names = [schema.fresh("b"), schema.fresh("bl"), schema.fresh("bh")];
    schema.grouped(&by, names.to_vec());
    let [mean, low, high] = names;
    Some(format!(
        "{{ by = {}, value = \"{value}\", into_mean = \"{mean}\", into_low = \"{low}\", into_high = \"{high}\", \
         resamples = 10 }}",
        list(&by)
    ))
}

fn paired_t_test(schema: &mut Schema, chance: &mut Chance) -> Option<String> {
    if schema.keys.len() < 2 || schema.verbs.contains(&"paired_t_test") {
        return None;
    }
    let value = schema.number(chance);
    let group = schema.keys.remove(chance.below(schema.keys.len()));
    let pair_by = schema.keys.remove(chance.below(schema.keys.len()));
    if group.values.len() < 2 || pair_by.values.len() < 2 {
        schema.keys.extend([group, pair_by]);
        return None;
    }
    let by = schema.key_names();
    schema.grouped(&by, vec!["t".to_owned(), "p".to_owned()]);
    schema.labels.push("stars".to_owned());
    for end in ["a", "b"] {
        schema.keys.push(Key { name: format!("{}_{end}", group.name), values: group.values.clone() });
    }
    Some(format!(
        "{{ by = {}, group = \"{}\", groups = {}, pair_by = \"{}\", value = \"{value}\" }}",
        list(&by),
        group.name,
        list(&group.values),
        pair_by.name
    ))
}
