//! What lies in the groups of a file, kept: to find one name the parser lists all of its group.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hdf5_pure::{Dataset, File, Group};

use super::store::guard;
use crate::error::DataError;

/// Members that are kept at most; each takes a few hundred bytes.
const MOST: usize = 200_000;

/// What lies at a path.
#[derive(Clone)]
pub enum Object {
    /// A group.
    Group(Group),
    /// An array.
    Dataset(Dataset),
}

type Named = Arc<BTreeMap<String, Object>>;

/// Members of groups by the path of the group.
#[derive(Default)]
pub struct Members {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    groups: BTreeMap<String, Named>,
    /// Groups and members in all of them.
    n: usize,
}

impl Members {
    /// What lies at `path`; an error where a group on the way cannot be listed, which says nothing about the path.
    pub fn find(&self, file: &File, path: &str) -> Result<Option<Object>, DataError> {
        let mut object = Object::Group(file.root());
        let mut end = 0;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let Object::Group(group) = object else { return Ok(None) };
            let members = self.of(&group, &path[..end])?;
            match members.get(name) {
                Some(member) => object = member.clone(),
                None => return Ok(None),
            }
            end = end + usize::from(end > 0) + name.len();
        }
        Ok(Some(object))
    }

    fn of(&self, group: &Group, path: &str) -> Result<Named, DataError> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(members) = kept().groups.get(path) {
            return Ok(members.clone());
        }
        let mut members: BTreeMap<String, Object> = BTreeMap::new();
        members.extend(guard(|| group.iter_groups())?.map(|(name, group)| (name, Object::Group(group))));
        members.extend(guard(|| group.iter_datasets())?.map(|(name, array)| (name, Object::Dataset(array))));
        let members = Arc::new(members);
        let mut kept = kept();
        if kept.n > MOST {
            *kept = Kept::default();
        }
        kept.n += 1 + members.len();
        kept.groups.insert(path.to_owned(), members.clone());
        Ok(members)
    }
}
