//! Random figures of each kind over the dataset `d`.

use super::schema::{Key, Schema, list, quote};
use crate::lineage::chance::Chance;

/// Writes the body of a figure over two keys.
type Write = fn(&Parts, &mut Chance) -> String;

/// All kinds of figures.
pub const KINDS: [(&str, Write); 8] = [
    ("line", line),
    ("box", boxes),
    ("funky", funky),
    ("grouped_bar", grouped_bar),
    ("rank_dot", rank_dot),
    ("radar", radar),
    ("stacked_bar", stacked_bar),
    ("scatter", scatter),
];

/// What a figure shows.
pub struct Parts {
    first: Key,
    second: Key,
    /// The figure shows one value of every further key.
    conditions: String,
    y: String,
    size: String,
    numbers: Vec<String>,
    label: Option<String>,
}

/// A figure called `f`, in TOML. The table needs at least two keys.
pub fn figure(kind: usize, schema: &Schema, chance: &mut Chance) -> String {
    let mut keys = chance.shuffled(schema.keys.clone());
    let [first, second] = [keys.remove(0), keys.remove(0)];
    let condition =
        |key: &Key, chance: &mut Chance| format!("{} = {}", key.name, quote(chance.of(&key.values)));
    let conditions: Vec<String> = keys.iter().map(|key| condition(key, chance)).collect();
    let parts = Parts {
        first,
        second,
        y: schema.number(chance),
        size: schema.number(chance),
        conditions: format!("where = {{ {} }}", conditions.join(", ")),
        numbers: schema.numbers.clone(),
        label: schema.labels.first().cloned(),
    };
    let (name, write) = KINDS[kind];
    let head = format!("[[figure]]\nid = \"f\"\nkind = \"{name}\"\ntitle = \"Figure\"\nsize = [4, 3]\n");
    // The parts of a table have conditions of their own.
    let conditions = if name == "funky" { "" } else { parts.conditions.as_str() };
    format!("{head}{conditions}\n{}", write(&parts, chance))
}

/// A list of tables with a value each.
fn entries(values: &[String], more: &str) -> String {
    let entry = |value: &String| format!("{{ value = {}{more} }}", quote(value));
    format!("[{}]", values.iter().map(entry).collect::<Vec<_>>().join(", "))
}

const COLOUR: &str = ", colour = \"#336699\"";

fn line(parts: &Parts, chance: &mut Chance) -> String {
    let Parts { first, second, y, .. } = parts;
    let x = match chance.below(3) {
        0 => format!("{{ column = \"{}\" }}", chance.of(&parts.numbers)),
        _ => format!("{{ column = \"{}\", categories = {} }}", second.name, list(&second.values)),
    };
    format!(
        "data = \"d\"\nseries_column = \"{}\"\nseries = {}\nx = {x}\ny = {{ column = \"{y}\" }}\n",
        first.name,
        entries(&first.values, COLOUR)
    )
}

fn boxes(parts: &Parts, chance: &mut Chance) -> String {
    let Parts { first, second, y, .. } = parts;
    let pair = if chance.one_in(2) { format!("pair_by = \"{}\"\n", second.name) } else { String::new() };
    let panels = if chance.one_in(2) {
        let panel =
            |value: &String| format!("{{ title = {0}, where = {{ {1} = {0} }} }}", quote(value), second.name);
        format!("[{}]", second.values.iter().take(2).map(panel).collect::<Vec<_>>().join(", "))
    } else {
        "[{ title = \"Panel\" }]".to_owned()
    };
    format!(
        "data = \"d\"\ngroup_column = \"{}\"\ngroups = {}\nvalue_column = \"{y}\"\n{pair}panel = {panels}\n",
        first.name,
        entries(&first.values, "")
    )
}

fn funky(parts: &Parts, chance: &mut Chance) -> String {
    let Parts { first, second, y, size, conditions, .. } = parts;
    let cells =
        format!("data = \"d\", row = \"{}\", column = \"{}\", value = \"{y}\"", first.name, second.name);
    let bars = chance.below(second.values.len() + 1);
    let column = |(index, value): (usize, &String)| {
        let shape = if index < bars { "bar" } else { "circle" };
        format!("{{ key = {}, shape = \"{shape}\", group = \"all\" }}", quote(value))
    };
    let columns: Vec<String> = second.values.iter().enumerate().map(column).collect();
    let sorted = |chance: &mut Chance| match chance.one_in(3) {
        true => String::new(),
        false => format!(", sort_by = {}", quote(chance.of(&second.values))),
    };
    let (upper, lower) = first.values.split_at(first.values.len().div_ceil(2));
    let blocks = if chance.one_in(2) {
        format!("[{{ rows = {}{} }}]", list(&first.values), sorted(chance))
    } else {
        format!(
            "[{{ rows = {}{} }}, {{ rows = {}{} }}]",
            list(upper),
            sorted(chance),
            list(lower),
            sorted(chance)
        )
    };
    let remark = match bars > 0 && chance.one_in(2) {
        true => format!(
            "remark = {{ under = {}, values = {} }}\n",
            quote(&second.values[0]),
            list(&second.values)
        ),
        false => String::new(),
    };
    format!(
        "bars = {{ {cells}, {conditions} }}\n\
         circles = {{ {cells}, size = \"{size}\", {conditions} }}\nblock = {blocks}\n\
         group = [{{ id = \"all\", header = \"All\", colour = \"#336699\" }}]\ncolumn = [{}]\n{remark}circle_area = [10, 90]\n",
        columns.join(", ")
    )
}

fn grouped_bar(parts: &Parts, chance: &mut Chance) -> String {
    let Parts { first, second, y, size, .. } = parts;
    let ends = if chance.one_in(2) { format!(", low = \"{size}\", high = \"{y}\"") } else { String::new() };
    let text = if chance.one_in(2) { "value_text = { decimals = 3 }\n" } else { "" };
    format!(
        "data = \"d\"\nseries_column = \"{}\"\nseries = {}\nx = {{ column = \"{}\", categories = {} }}\n\
         y = {{ column = \"{y}\"{ends} }}\n{text}",
        first.name,
        entries(&first.values, COLOUR),
        second.name,
        list(&second.values)
    )
}

fn rank_dot(parts: &Parts, chance: &mut Chance) -> String {
    let Parts { first, second, y, size, .. } = parts;
    let score = |value: &String| {
        let value = quote(value);
        format!(
            "{{ value = {value}, label = {value}, marker = \"circle\", size = 7, edge_width = 0.5, below = 0.25 }}"
        )
    };
    let scores: Vec<String> = second.values.iter().take(2).map(score).collect();
    let replicates = match chance.one_in(2) {
        true => format!(
            "replicates = {{ data = \"d\", key = \"{}\", value = \"{size}\", size = 6, opacity = 0.3 }}\n",
            second.name
        ),
        false => String::new(),
    };
    // A row has one interval.
    let interval = match second.values.len() == 1 {
        true => format!("interval = {{ data = \"d\", low = \"{size}\", high = \"{y}\", width = 3 }}\n"),
        false => String::new(),
    };
    let families = if chance.one_in(2) {
        let entity = |(index, value): (usize, &String)| {
            format!("{{ value = {}{COLOUR}, family = \"{}\" }}", quote(value), ["one", "two"][index % 2])
        };
        let entities: Vec<String> = first.values.iter().enumerate().map(entity).collect();
        format!(
            "families = [{{ value = \"one\" }}, {{ value = \"two\" }}]\nentities = [{}]\n",
            entities.join(", ")
        )
    } else {
        format!("entities = {}\n", entries(&first.values, COLOUR))
    };
    format!(
        "entity_column = \"{}\"\norder = \"{}\"\nmeans = {{ data = \"d\", score = \"{}\", value = \"{y}\" }}\n\
         scores = [{}]\n{replicates}{interval}{families}x = {{ limits = [0, 10] }}\n",
        first.name,
        chance.of(&["best_first", "best_first", "listed"]),
        second.name,
        scores.join(", ")
    )
}

fn radar(parts: &Parts, _: &mut Chance) -> String {
    let Parts { first, second, y, .. } = parts;
    let mut axes = second.values.clone();
    // Axes without values are allowed, and three axes are the least.
    axes.extend(["no value", "none", "nothing"].map(str::to_owned));
    format!(
        "data = \"d\"\nseries_column = \"{}\"\nseries = {}\naxis_column = \"{}\"\naxes = {}\nvalue_column = \"{y}\"\n\
         limit = 1000\n",
        first.name,
        entries(&first.values, COLOUR),
        second.name,
        entries(&axes, "")
    )
}

fn stacked_bar(parts: &Parts, chance: &mut Chance) -> String {
    let Parts { first, second, y, .. } = parts;
    let totals = if chance.one_in(3) { "" } else { "totals = { decimals = 2, offset = 0.02 }\n" };
    format!(
        "data = \"d\"\nbar_column = \"{}\"\nbars = {}\norder = \"{}\"\nsegment_column = \"{}\"\nsegments = {}\n\
         value_column = \"{y}\"\ntotal = \"{}\"\n{totals}",
        first.name,
        entries(&first.values, ""),
        chance.of(&["total", "total", "listed"]),
        second.name,
        entries(&second.values, COLOUR),
        chance.of(&["sum", "mean"])
    )
}

fn scatter(parts: &Parts, chance: &mut Chance) -> String {
    let Parts { first, second, y, .. } = parts;
    let x = chance.of(&parts.numbers);
    let mut text = format!("data = \"d\"\nx = {{ column = \"{x}\" }}\ny = {{ column = \"{y}\" }}\n");
    if !chance.one_in(4) {
        text.push_str(&format!("series_column = \"{}\"\n", first.name));
        if chance.one_in(2) {
            text.push_str(&format!("series = {}\n", entries(&first.values, COLOUR)));
        }
    }
    match (chance.below(3), &parts.label) {
        (0, _) => {}
        (1, Some(label)) => text.push_str(&format!("key_column = \"{label}\"\n")),
        _ => text.push_str(&format!("key_column = \"{}\"\n", second.name)),
    }
    if chance.one_in(2) {
        text.push_str("trend = { bins = 2, at_least = 1 }\n");
    }
    if chance.one_in(2) {
        let values = entries(&second.values[..1], COLOUR);
        text.push_str(&format!("highlight = {{ column = \"{}\", values = {values} }}\n", second.name));
    }
    if chance.one_in(3) {
        text.push_str(&format!("raster_above = 3\nlist_all = {}\n", chance.one_in(2)));
    }
    text
}
