//! A random paper: small tables, a random pipeline, a figure, and claims on what both show.

use std::collections::BTreeMap;
use std::path::Path;

use repro::digest::sha256;
use repro::error::Failure;
use repro::figures;
use repro::manifest::load;
use repro::plot::{Mark, Quantity, Theme};
use repro::query::{Evidence, Library};
use repro::stages;

use super::figures::{KINDS, figure};
use super::schema::{Key, Schema, list};
use super::steps::{VERBS, step};
use crate::lineage::chance::Chance;
use crate::lineage::paper::Paper;
use crate::lineage::sheet::Sheet;

/// Claims of a case, at most.
const CLAIMS: usize = 60;

/// Quantities of marks.
const QUANTITIES: [&str; 8] = ["x", "y", "low", "q1", "q3", "high", "size", "text"];

/// A random paper.
pub struct Case {
    pub verbs: Vec<&'static str>,
    pub kind: &'static str,
    pub manifest: String,
    files: BTreeMap<&'static str, Sheet>,
    /// Key columns of the dataset, for its claims.
    keys: Vec<String>,
    values: Vec<String>,
}

impl Case {
    /// The case of a number: its first verb and its kind of figure come round again and again.
    pub fn new(number: usize) -> Self {
        let mut chance = Chance::new(77_000 + number as u64);
        let keys = [("g", &["a", "b", "c"][..]), ("h", &["p", "q", "r"][..]), ("k", &["k1", "k2"][..])];
        let wanted = if chance.one_in(3) { 3 } else { 2 };
        let key = |(name, values): &(&str, &[&str])| Key {
            name: (*name).to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let mut schema = Schema::new(keys[..wanted].iter().map(key).collect(), &["v", "w", "s"]);
        let mut more = schema.clone();
        more.keys[0].values = texts(&["e", "f"]);
        let mut side = Sheet { header: texts(&["g", "u", "note"]), rows: Vec::new() };
        for group in chance.shuffled(texts(&["a", "b", "c", "e", "f"])) {
            let (number, note) = (measured(&mut chance), chance.of(&["one", "two"]).to_string());
            side.rows.push(vec![group, number, note]);
        }
        let files = BTreeMap::from([
            ("main", table(&schema, &mut chance)),
            ("more", table(&more, &mut chance)),
            ("side", side),
        ]);
        let steps = steps(number, &mut schema, &mut chance);
        let (kind, _) = KINDS[number % KINDS.len()];
        let figure = figure(number % KINDS.len(), &schema, &mut chance);
        let mut manifest = HEAD.to_owned();
        for (name, sheet) in &files {
            manifest.push_str(&artifact(name, &sheet.text(), "cached"));
        }
        let numbers = if chance.one_in(2) { ", steps = [{ to_number = [\"v\", \"w\", \"s\"] }]" } else { "" };
        let ranked = if chance.one_in(2) {
            ", steps = [{ rank_percentile = { by = [], value = \"u\", into = \"rank\" } }]"
        } else {
            ""
        };
        manifest.push_str(&format!(
            "[[dataset]]\nid = \"more\"\nany_of = [{{ artifact = \"more\"{numbers} }}]\n\
             [[dataset]]\nid = \"side\"\nany_of = [{{ artifact = \"side\"{ranked} }}]\n\
             [[dataset]]\nid = \"numbered\"\nany_of = [{{ artifact = \"side\", steps = [{{ to_number = \"u\" }}, \
             {{ sort = \"u\" }}, {{ number_rows = \"nr\" }}, {{ rename = {{ z = \"u\" }} }}, \
             {{ select = [\"nr\", \"z\"] }}] }}]\n"
        ));
        // Half of the pipelines pass through a second dataset.
        let (before, after) = steps.split_at(if chance.one_in(2) { 0 } else { steps.len() / 2 });
        manifest.push_str(&format!(
            "[[dataset]]\nid = \"d0\"\nany_of = [{{ artifact = \"main\", steps = [\n  {}\n] }}]\n\
             [[dataset]]\nid = \"d\"\nany_of = [{{ dataset = \"d0\", steps = [\n  {}\n] }}]\n{figure}",
            before.join(",\n  "),
            after.join(",\n  ")
        ));
        let values = schema.numbers.iter().chain(&schema.labels).cloned().collect();
        Self { kind, manifest, files, keys: schema.key_names(), values, verbs: schema.verbs }
    }

    /// Writes the paper with claims on what it shows, and opens it.
    pub fn open(&self, root: &Path) -> Result<Paper, Failure> {
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        for (name, sheet) in &self.files {
            write(&format!("frozen/random/{name}.csv"), &sheet.text());
        }
        write("manifests/random/paper.toml", &self.manifest);
        let manifest = load(root, &root.join("manifests/random"))?;
        let frozen = root.join("frozen");
        let vault = stages::open(&manifest, &frozen)?.vault;
        let mut library = Library::new(&vault);
        let Ok(evidence) = library.get("d")? else {
            // A step refused its input, which is told and leaves nothing to look at.
            return Err(library.into_problems().remove(0));
        };
        let scene = figures::draw(&manifest.figures[0], Theme::Faithful, &mut |name| library.get(name))?;
        let sets = [("marks", marks(&scene.marks)), ("cells", self.cells(&evidence))];
        let mut text = self.manifest.clone();
        for (id, claims) in &sets {
            if claims.rows.is_empty() {
                continue;
            }
            let csv = claims.text();
            write(&format!("frozen/random/{id}.csv"), &csv);
            text.push_str(&artifact(id, &csv, "printed"));
            text.push_str(&self.claims(id, claims));
        }
        write("manifests/random/paper.toml", &text);
        Paper::open(root, "random")
    }

    /// Claims on the cells of the dataset.
    fn cells(&self, evidence: &Evidence) -> Sheet {
        let names = self.keys.iter().map(|key| format!("key {key}"));
        let mut claims =
            Sheet { header: names.chain(texts(&["quantity", "value"])).collect(), rows: Vec::new() };
        for row in 0..evidence.table.n_rows() {
            let Some(keys) =
                self.keys.iter().map(|key| evidence.table.text(key, row)).collect::<Option<Vec<_>>>()
            else {
                continue;
            };
            for value in &self.values {
                if evidence.table.text(value, row).is_some() {
                    claims.rows.push(keys.iter().cloned().chain([value.clone(), String::new()]).collect());
                }
            }
        }
        filled(claims)
    }

    fn claims(&self, id: &str, claims: &Sheet) -> String {
        let names = &claims.header[..claims.header.len() - 1];
        let (ours, matched) = match id {
            "marks" => ("figure = \"f\"", texts(&["mark", "panel", "series", "key"])),
            _ => ("dataset = \"d\"", self.keys.clone()),
        };
        let pairs = matched.iter().zip(names).map(|(column, name)| format!("\"{column}\" = \"{{{name}}}\""));
        format!(
            "[[claims]]\nid = \"{id}\"\nplace = \"Here\"\nartifact = \"{id}\"\nvalue = \"value\"\nrule = \"abs\"\n\
             tolerance = 0.001\nkey = {}\nexpected = {}\n[[claims.ours]]\n{ours}\ncolumn = \"{{quantity}}\"\nmatch = {{ {} }}\n",
            list(names),
            claims.rows.len(),
            pairs.collect::<Vec<_>>().join(", ")
        )
    }
}

const HEAD: &str =
    "schema = 1\n[paper]\nid = \"random\"\ntitle = \"Random\"\n[[source]]\nid = \"here\"\nkind = \"local\"\n";

fn artifact(id: &str, text: &str, tier: &str) -> String {
    // Without the sentence, a local file is not taken for a result of the authors.
    let obtained = if tier == "cached" { "obtained = \"Made up.\"\n" } else { "" };
    format!(
        "[[artifact]]\nid = \"{id}\"\nsource = \"here\"\npath = \"{id}.csv\"\nsha256 = \"{}\"\nevidence = \"{tier}\"\n{obtained}",
        sha256(text.as_bytes())
    )
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn measured(chance: &mut Chance) -> String {
    match chance.below(25) {
        0 => String::new(),
        // Round numbers tie now and then.
        n if n < 8 => format!("{}", 1 + chance.below(4)),
        _ => format!("{:.2}", 0.5 + 8.0 * chance.unit()),
    }
}

/// One row per combination of keys, in random order.
fn table(schema: &Schema, chance: &mut Chance) -> Sheet {
    let mut rows: Vec<Vec<String>> = vec![Vec::new()];
    for key in &schema.keys {
        let longer = |row: &Vec<String>| {
            let row = row.clone();
            key.values
                .iter()
                .map(move |value| row.iter().cloned().chain([value.clone()]).collect())
                .collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    let mut rows = chance.shuffled(rows);
    for row in &mut rows {
        let numbers = [measured(chance), measured(chance), format!("{:.2}", chance.unit())];
        row.extend(numbers);
    }
    Sheet { header: schema.key_names().into_iter().chain(schema.numbers.clone()).collect(), rows }
}

/// Four to seven steps, and one that makes a second key if there is none.
fn steps(number: usize, schema: &mut Schema, chance: &mut Chance) -> Vec<String> {
    let mut steps = Vec::new();
    if chance.one_in(2) {
        schema.verbs.push("to_number");
        steps.push("{ to_number = [\"v\", \"w\", \"s\"] }".to_owned());
    }
    let n_steps = 4 + chance.below(4);
    let (place, first) = (chance.below(n_steps), number / KINDS.len() % VERBS.len());
    let mut open = true;
    for index in 0..n_steps {
        let wanted = if open && index >= place { first } else { chance.below(VERBS.len()) };
        let before = schema.clone();
        match step(wanted, schema, chance) {
            Some(step) if !schema.keys.is_empty() && !schema.numbers.is_empty() => {
                open &= wanted != first;
                steps.push(step);
            }
            _ => *schema = before,
        }
    }
    if schema.keys.len() < 2 {
        schema.keys.push(Key { name: "one".to_owned(), values: texts(&["x"]) });
        schema.verbs.push("set");
        steps.push("{ set = { one = \"x\" } }".to_owned());
    }
    steps
}

/// Claims on the quantities of marks.
fn marks(marks: &[Mark]) -> Sheet {
    let mut claims =
        Sheet { header: texts(&["mark", "panel", "series", "key", "quantity", "value"]), rows: Vec::new() };
    for mark in marks {
        let names = [mark.kind.name(), &mark.panel, &mark.series, &mark.key].map(str::to_owned);
        for quantity in QUANTITIES {
            let there = match Quantity::of_column(quantity) {
                Some(quantity) => mark.number(quantity).is_some(),
                None => !mark.text.is_empty(),
            };
            if there {
                claims.rows.push(names.iter().cloned().chain(texts(&[quantity, ""])).collect());
            }
        }
    }
    filled(claims)
}

/// The claims that name one place only, not too many, with some published values.
fn filled(mut claims: Sheet) -> Sheet {
    let mut times: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for row in &claims.rows {
        *times.entry(row.clone()).or_default() += 1;
    }
    claims.rows.retain(|row| times[row] == 1);
    let mut chance = Chance::new(claims.rows.len() as u64);
    claims.rows = chance.some(&claims.rows, claims.rows.len().min(CLAIMS), CLAIMS);
    for row in &mut claims.rows {
        *row.last_mut().unwrap() = format!("{:.4}", 3.0 * chance.unit());
    }
    claims
}
