//! The inert result: objects in an arena, referred to by number, so that what was shared stays shared.

use super::{Budget, Limits};

/// Number of an object in its pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub(super) u32);

/// A value: small ones in place, everything else by reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item {
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// An object of the same pickle.
    Object(ObjectId),
}

/// An object.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// An integer that needs more than 64 bits, two's complement, little-endian.
    BigInt(Vec<u8>),
    /// Bytes, and the texts of Python 2.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
    /// A tuple.
    Tuple(Vec<Item>),
    /// A list.
    List(List),
    /// Entries in order of insertion; a key may come twice, the last one counts.
    Dict(Vec<(Item, Item)>),
    /// A set or frozen set.
    Set(Vec<Item>),
    /// A name that Python would import.
    Global {
        /// Dotted module.
        module: String,
        /// Dotted name in it.
        name: String,
    },
    /// A call that Python would make.
    Call(Box<Call>),
}

/// A list; one of floats alone takes eight bytes an element.
#[derive(Clone, Debug, PartialEq)]
pub enum List {
    /// Floats and nothing else, at least one.
    Floats(Vec<f64>),
    /// Anything.
    Items(Vec<Item>),
}

impl List {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Self::Floats(floats) => floats.len(),
            Self::Items(items) => items.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements.
    pub fn items(&self) -> impl Iterator<Item = Item> {
        let (floats, items) = match self {
            Self::Floats(floats) => (floats.as_slice(), [].as_slice()),
            Self::Items(items) => ([].as_slice(), items.as_slice()),
        };
        floats.iter().map(|number| Item::Float(*number)).chain(items.iter().copied())
    }
}

/// How Python would make an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `callable(*arguments)`
    Reduce,
    /// `class.__new__(class, *arguments, **keywords)`
    New,
}

/// A call that was recorded and not made, with what would be done to its result.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called.
    pub callable: Item,
    /// A tuple.
    pub arguments: Item,
    /// A dict, where there are any.
    pub keywords: Option<Item>,
    /// How.
    pub how: How,
    /// What `__setstate__` would get.
    pub state: Option<Item>,
    /// What would be appended.
    pub appended: Vec<Item>,
    /// What would be set by key.
    pub entries: Vec<(Item, Item)>,
}

/// A whole pickle.
#[derive(Clone, Debug)]
pub struct Pickle {
    pub(super) objects: Vec<Object>,
    /// Bytes of the file up to its end mark.
    pub(super) size: u64,
    pub(super) limits: Limits,
    /// The value it stands for.
    pub root: Item,
}

impl Pickle {
    /// Number of objects.
    pub fn n_objects(&self) -> usize {
        self.objects.len()
    }

    /// Memory that may be used for what this pickle stands for.
    pub fn budget(&self) -> Budget {
        Budget::new(self.size, &self.limits)
    }

    /// An object of this pickle; `None` for a value that is none and for an id of another pickle.
    pub fn object(&self, item: Item) -> Option<&Object> {
        match item {
            Item::Object(id) => self.objects.get(id.0 as usize),
            _ => None,
        }
    }

    /// Takes the numbers of a list of floats out; the list is empty afterwards.
    pub fn take_floats(&mut self, item: Item) -> Option<Vec<f64>> {
        let Item::Object(ObjectId(id)) = item else { return None };
        match self.objects.get_mut(id as usize)? {
            Object::List(list @ List::Floats(_)) => match std::mem::replace(list, List::Items(Vec::new())) {
                List::Floats(floats) => Some(floats),
                List::Items(_) => None,
            },
            _ => None,
        }
    }

    /// Takes bytes out; they are empty afterwards.
    pub(super) fn take_bytes(&mut self, item: Item) -> Option<Vec<u8>> {
        let Item::Object(ObjectId(id)) = item else { return None };
        match self.objects.get_mut(id as usize)? {
            Object::Bytes(bytes) => Some(std::mem::take(bytes)),
            _ => None,
        }
    }

    /// A text, also one of Python 2 in ASCII.
    pub fn text(&self, item: Item) -> Option<&str> {
        match self.object(item)? {
            Object::Text(text) => Some(text),
            Object::Bytes(bytes) => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()),
            _ => None,
        }
    }

    /// The elements of a tuple.
    pub fn tuple(&self, item: Item) -> Option<&[Item]> {
        match self.object(item)? {
            Object::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a dict.
    pub fn dict(&self, item: Item) -> Option<&[(Item, Item)]> {
        match self.object(item)? {
            Object::Dict(entries) => Some(entries),
            _ => None,
        }
    }

    /// Module and name of a global.
    pub fn global(&self, item: Item) -> Option<(&str, &str)> {
        match self.object(item)? {
            Object::Global { module, name } => Some((module, name)),
            _ => None,
        }
    }

    /// A recorded call with the module and the name of what is called.
    pub fn call(&self, item: Item) -> Option<(&Call, &str, &str)> {
        match self.object(item)? {
            Object::Call(call) => {
                self.global(call.callable).map(|(module, name)| (call.as_ref(), module, name))
            }
            _ => None,
        }
    }

    /// What a value is, for messages.
    pub fn describe(&self, item: Item) -> String {
        match (item, self.object(item)) {
            (Item::None, _) => "None".to_owned(),
            (Item::Bool(_), _) => "a truth value".to_owned(),
            (Item::Int(_), _) | (_, Some(Object::BigInt(_))) => "an integer".to_owned(),
            (Item::Float(_), _) => "a float".to_owned(),
            (_, Some(Object::Bytes(_))) => "bytes".to_owned(),
            (_, Some(Object::Text(_))) => "a text".to_owned(),
            (_, Some(Object::Tuple(_))) => "a tuple".to_owned(),
            (_, Some(Object::List(_))) => "a list".to_owned(),
            (_, Some(Object::Dict(_))) => "a dict".to_owned(),
            (_, Some(Object::Set(_))) => "a set".to_owned(),
            (_, Some(Object::Global { module, name })) => format!("`{module}.{name}`"),
            (_, Some(Object::Call(call))) => match self.global(call.callable) {
                Some((module, name)) => format!("an object of `{module}.{name}`"),
                None => "an object of an unnamed class".to_owned(),
            },
            (Item::Object(_), None) => "an object of another pickle".to_owned(),
        }
    }
}
