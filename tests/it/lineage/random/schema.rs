//! What a random pipeline has made of its table so far.

use crate::lineage::chance::Chance;

/// A column whose texts tell rows apart, and the texts that it may contain.
#[derive(Clone)]
pub struct Key {
    pub name: String,
    pub values: Vec<String>,
}

/// The columns of a table. Rows differ in their keys, as far as the verbs so far leave it so.
#[derive(Clone)]
pub struct Schema {
    pub keys: Vec<Key>,
    pub numbers: Vec<String>,
    /// Columns of other texts, such as row numbers.
    pub labels: Vec<String>,
    /// Names of verbs that were used.
    pub verbs: Vec<&'static str>,
    names: usize,
}

impl Schema {
    pub fn new(keys: Vec<Key>, numbers: &[&str]) -> Self {
        let numbers = numbers.iter().map(|name| (*name).to_owned()).collect();
        Self { keys, numbers, labels: Vec::new(), verbs: Vec::new(), names: 0 }
    }

    /// A name that no column has.
    pub fn fresh(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    /// A column of numbers, mostly the newest.
    pub fn number(&self, chance: &mut Chance) -> String {
        let last = self.numbers.len() - 1;
        self.numbers[if chance.one_in(3) { chance.below(last + 1) } else { last }].clone()
    }

    pub fn key_names(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.name.clone()).collect()
    }

    pub fn key(&mut self, name: &str) -> Option<&mut Key> {
        self.keys.iter_mut().find(|key| key.name == name)
    }

    /// The table after rows were united to one per group.
    pub fn grouped(&mut self, by: &[String], numbers: Vec<String>) {
        self.keys.retain(|key| by.contains(&key.name));
        self.numbers = numbers;
        self.labels.clear();
    }
}

/// A list in TOML.
pub fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted: Vec<String> = texts.iter().map(quote).collect();
    format!("[{}]", quoted.join(", "))
}

/// A string in TOML.
pub fn quote(text: impl AsRef<str>) -> String {
    format!("\"{}\"", text.as_ref().replace('\\', "\\\\").replace('"', "\\\""))
}
