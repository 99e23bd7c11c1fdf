//! Python pickles, read without unpickling.
//!
//! A pickle is a program for a stack machine that may import and call anything. This module runs the part of the machine
//! that builds lists, tuples, dicts, texts and numbers, and records every call instead of making it: the result is an
//! inert tree of [`Object`]s with shared parts shared, in which `module.name` is a text and nothing is ever imported.
//! [`Value`] then recognises the few recorded calls that stand for arrays, tables and matrices; everything else is
//! refused by name and place.
//!
//! Protocols 0 to 5 as CPython's `pickletools` documents them. Persistent ids, the extension registry and out-of-band
//! buffers refer to things outside of the file and are refused.

mod anndata;
mod budget;
mod error;
mod limits;
mod machine;
pub mod numpy;
mod object;
mod pandas;
mod reader;
mod scipy;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod value;

pub use budget::Budget;
pub use error::{PickleError, Problem};
pub use limits::Limits;
pub use machine::parse;
pub use object::{Call, How, Item, List, Object, ObjectId, Pickle};
pub use value::{Dict, Objects, Series, Value};
