//! Makes values of the inert tree: each object once, known shapes only.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::numpy::{self, Elements, NdArray};
use super::value::{Dict, Objects, Value};
use super::{Budget, Item, List, Object, ObjectId, Pickle, Problem, anndata, pandas, scipy};
use crate::array::Array;
use crate::error::{DataError, DataProblem};

/// Deepest nesting, whatever the limits say: each level takes some of the thread's stack.
const MAX_LEVELS: usize = 200;

/// A recorded call in one form, however the protocol wrote it: `module.name(*arguments)` with what follows.
#[derive(Clone, Copy)]
pub(super) struct Made<'a> {
    pub module: &'a str,
    pub name: &'a str,
    pub arguments: &'a [Item],
    /// What `__setstate__` would get.
    pub state: Option<Item>,
    /// What would be set by key.
    pub entries: &'a [(Item, Item)],
}

pub(super) struct Reader<'a> {
    pub pickle: &'a Pickle,
    /// Where the reader is, as Python would write it.
    path: String,
    level: usize,
    budget: Budget,
    /// Objects that are being read: one that is met again contains itself.
    open: HashSet<ObjectId>,
    done: HashMap<ObjectId, Value>,
}

impl<'a> Reader<'a> {
    pub fn new(pickle: &'a Pickle) -> Self {
        Self {
            pickle,
            path: String::new(),
            level: 0,
            budget: pickle.budget(),
            open: HashSet::new(),
            done: HashMap::new(),
        }
    }

    /// A refusal of the element that is being read.
    pub fn error(&self, problem: impl Into<DataProblem>) -> DataError {
        DataError::new(self.path.clone(), problem)
    }

    pub fn malformed(&self, why: impl Into<String>) -> DataError {
        self.error(DataProblem::Malformed(why.into()))
    }

    /// The element is something that is not read.
    pub fn unknown(&self, item: Item) -> DataError {
        self.error(Problem::Unknown(self.pickle.describe(item)))
    }

    /// The error with the place of the element that is being read before its own.
    pub fn placed<T>(&self, result: Result<T, DataError>) -> Result<T, DataError> {
        result.map_err(|error| {
            let at = if error.at.is_empty() {
                self.path.clone()
            } else {
                format!("{}['{}']", self.path, error.at)
            };
            DataError { at, problem: error.problem }
        })
    }

    pub fn spend(&mut self, bytes: usize) -> Result<(), DataError> {
        self.budget.spend(bytes as u64).map_err(|problem| self.error(problem))
    }

    /// Runs `read` one level deeper, at `place` below the present path.
    pub fn below<T>(
        &mut self,
        place: &str,
        read: impl FnOnce(&mut Self) -> Result<T, DataError>,
    ) -> Result<T, DataError> {
        let levels = self.pickle.limits.depth.min(MAX_LEVELS);
        if self.level >= levels {
            return Err(self.error(DataProblem::Limit(format!("nested more than {levels} levels deep"))));
        }
        let length = self.path.len();
        self.path.push_str(place);
        self.level += 1;
        let result = read(self);
        self.level -= 1;
        self.path.truncate(length);
        result
    }

    /// Runs `read` on an object that must not meet itself inside.
    pub fn inside<T>(
        &mut self,
        item: Item,
        read: impl FnOnce(&mut Self) -> Result<T, DataError>,
    ) -> Result<T, DataError> {
        let Item::Object(id) = item else { return read(self) };
        if !self.open.insert(id) {
            let what = format!("{} that contains itself", self.pickle.describe(item));
            return Err(self.error(DataProblem::Unsupported(what)));
        }
        let result = read(self);
        self.open.remove(&id);
        result
    }

    /// What an item stands for; the same object gives the same value.
    pub fn value(&mut self, item: Item) -> Result<Value, DataError> {
        let id = match item {
            Item::None => return Ok(Value::None),
            Item::Bool(truth) => return Ok(Value::Bool(truth)),
            Item::Int(number) => return Ok(Value::Int(number)),
            Item::Float(number) => return Ok(Value::Float(number)),
            Item::Object(id) => id,
        };
        if let Some(value) = self.done.get(&id) {
            return Ok(value.clone());
        }
        let value = self.inside(item, |reader| reader.object(item))?;
        self.done.insert(id, value.clone());
        Ok(value)
    }

    fn object(&mut self, item: Item) -> Result<Value, DataError> {
        let pickle = self.pickle;
        match pickle.object(item) {
            Some(Object::Text(text)) => {
                self.spend(text.len())?;
                Ok(Value::Text(text.as_str().into()))
            }
            Some(Object::Bytes(bytes)) => {
                self.spend(bytes.len())?;
                Ok(Value::Bytes(bytes.as_slice().into()))
            }
            Some(Object::Tuple(items)) => self.values(items).map(|items| Value::Tuple(items.into())),
            Some(Object::Set(items)) => self.values(items).map(|items| Value::Set(items.into())),
            Some(Object::List(List::Items(items))) => {
                self.values(items).map(|items| Value::List(items.into()))
            }
            Some(Object::List(list)) => {
                self.spend(list.len() * size_of::<Value>())?;
                Ok(Value::List(list.items().filter_map(float).collect()))
            }
            Some(Object::Dict(entries)) => self.dict(entries).map(|dict| Value::Dict(dict.into())),
            Some(Object::Call(_)) => self.called(item),
            _ => Err(self.unknown(item)),
        }
    }

    fn values(&mut self, items: &[Item]) -> Result<Vec<Value>, DataError> {
        self.spend(size_of_val(items) + size_of::<Value>() * items.len())?;
        let value = |(at, item): (usize, &Item)| match item {
            Item::Object(_) => self.below(&format!("[{at}]"), |reader| reader.value(*item)),
            plain => self.value(*plain),
        };
        items.iter().enumerate().map(value).collect()
    }

    fn dict(&mut self, entries: &[(Item, Item)]) -> Result<Dict, DataError> {
        self.spend(2 * size_of_val(entries))?;
        let mut dict = Dict::default();
        let mut texts: HashMap<Arc<str>, usize> = HashMap::new();
        for (key, value) in entries {
            let place = self.place(*key);
            let key = self.below(&place, |reader| reader.value(*key))?;
            let value = self.below(&place, |reader| reader.value(*value))?;
            match &key {
                Value::Text(text) => match texts.get(text) {
                    Some(at) => dict.entries[*at].1 = value,
                    None => {
                        texts.insert(text.clone(), dict.entries.len());
                        dict.entries.push((key, value));
                    }
                },
                _ => dict.entries.push((key, value)),
            }
        }
        Ok(dict)
    }

    /// How the entry of a key is written in a path.
    pub fn place(&self, key: Item) -> String {
        match (key, self.pickle.text(key)) {
            (_, Some(text)) => {
                let short: String = text.chars().take(60).collect();
                format!("['{}']", short.escape_debug())
            }
            (Item::Int(number), _) => format!("[{number}]"),
            _ => format!("[{}]", self.pickle.describe(key)),
        }
    }

    /// A recorded call in one form; `None` for what is no call of a name.
    pub fn made(&self, item: Item) -> Option<Made<'a>> {
        let (call, module, name) = self.pickle.call(item)?;
        let arguments = self.pickle.tuple(call.arguments)?;
        let (state, entries) = (call.state, call.entries.as_slice());
        if call.keywords.is_some() || !call.appended.is_empty() {
            return None;
        }
        let through = matches!((module, name), ("copyreg" | "copy_reg", "_reconstructor" | "__newobj__"));
        if !through {
            return Some(Made { module, name, arguments, state, entries });
        }
        let (class, rest) = arguments.split_first()?;
        let arguments = if name == "__newobj__" { rest } else { &[] };
        let (module, name) = self.pickle.global(*class)?;
        Some(Made { module, name, arguments, state, entries })
    }

    /// An attribute of an object whose state is a dict.
    pub fn attribute(&self, made: &Made<'a>, name: &str) -> Option<Item> {
        self.entry(made.state?, name)
    }

    /// The last entry of a dict by key.
    pub fn entry(&self, dict: Item, name: &str) -> Option<Item> {
        let entries = self.pickle.dict(dict)?;
        entries.iter().rev().find(|(key, _)| self.pickle.text(*key) == Some(name)).map(|(_, value)| *value)
    }

    /// The entries of a dict, ordered dict, dict with a default, or dict that a view hands out.
    pub fn entries(&self, item: Item) -> Option<&'a [(Item, Item)]> {
        if let Some(entries) = self.pickle.dict(item) {
            return Some(entries);
        }
        let made = self.made(item)?;
        let known = match (made.module, made.name, made.arguments) {
            ("collections", "OrderedDict", []) | ("collections", "defaultdict", [] | [_]) => {
                made.state.is_none()
            }
            // The state of a view says what it is a view of.
            ("anndata._core.views", "DictView", []) => true,
            _ => false,
        };
        known.then_some(made.entries)
    }

    fn called(&mut self, item: Item) -> Result<Value, DataError> {
        let pickle = self.pickle;
        if numpy::is_array(pickle, item) {
            return self.array(item);
        }
        if numpy::is_scalar(pickle, item) {
            let values = numpy::scalar(pickle, item).map_err(|problem| self.error(problem))?;
            return self.placed(Array::new(Vec::new(), values)).map(|array| Value::Array(array.into()));
        }
        if let Some(entries) = self.entries(item) {
            return self.dict(entries).map(|dict| Value::Dict(dict.into()));
        }
        let Some(made) = self.made(item) else { return Err(self.unknown(item)) };
        match (made.module, made.name, made.arguments) {
            ("builtins" | "__builtin__", "set" | "frozenset", [items]) if made.state.is_none() => {
                match pickle.object(*items) {
                    Some(Object::List(list)) => {
                        let items: Vec<Item> = list.items().collect();
                        self.values(&items).map(|items| Value::Set(items.into()))
                    }
                    _ => Err(self.unknown(item)),
                }
            }
            ("builtins" | "__builtin__", "bytes" | "bytearray", _) | ("_codecs", "encode", _) => {
                let bytes = numpy::bytes(pickle, item).map_err(|problem| self.error(problem))?;
                self.spend(bytes.len())?;
                Ok(Value::Bytes(bytes.as_ref().into()))
            }
            _ if anndata::is_anndata(&made) => {
                anndata::anndata(self, item).map(|all| Value::AnnData(all.into()))
            }
            _ => self.of_library(item, &made),
        }
    }

    fn of_library(&mut self, item: Item, made: &Made<'_>) -> Result<Value, DataError> {
        if let Some(layout) = scipy::layout(made) {
            return scipy::sparse(self, item, layout).map(|sparse| Value::Sparse(sparse.into()));
        }
        Ok(match pandas::kind(made) {
            Some(pandas::Kind::Frame) => Value::DataFrame(pandas::frame(self, item)?.into()),
            Some(pandas::Kind::Series) => Value::Series(pandas::series(self, item)?.into()),
            Some(pandas::Kind::Array) => Value::Column(pandas::column(self, item)?.into()),
            Some(pandas::Kind::Index) => {
                let index = pandas::index(self, item)?;
                Value::Column(index.column(self)?.into())
            }
            None => return Err(self.unknown(item)),
        })
    }

    fn array(&mut self, item: Item) -> Result<Value, DataError> {
        let NdArray { shape, elements } = self.nd_array(item)?;
        Ok(match elements {
            Elements::Values(values) => Value::Array(self.placed(Array::new(shape, values))?.into()),
            Elements::Objects(items) => {
                Value::Objects(Objects { shape, values: self.values(&items)? }.into())
            }
        })
    }

    /// An array whose elements may be objects, decoded anew at each call.
    pub fn nd_array(&mut self, item: Item) -> Result<NdArray, DataError> {
        numpy::array(self.pickle, item, &mut self.budget).map_err(|problem| self.error(problem))
    }
}

fn float(item: Item) -> Option<Value> {
    match item {
        Item::Float(number) => Some(Value::Float(number)),
        _ => None,
    }
}
