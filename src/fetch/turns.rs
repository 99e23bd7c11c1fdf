//! Threads of one process that want the same thing take turns.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, PoisonError};

/// Names that somebody is at.
#[derive(Debug, Default)]
pub struct Turns {
    taken: Mutex<BTreeSet<String>>,
    freed: Condvar,
}

/// A name that nobody else gets until this is dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    turns: &'a Turns,
    name: String,
}

impl Turns {
    /// Waits until nobody is at the name.
    pub fn take(&self, name: &str) -> Turn<'_> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = self
            .freed
            .wait_while(taken, |taken| taken.contains(name))
            .unwrap_or_else(PoisonError::into_inner);
        taken.insert(name.to_owned());
        Turn { turns: self, name: name.to_owned() }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
        self.turns.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn one_at_a_time_for_each_name() {
        let turns = Turns::default();
        let inside = [const { AtomicUsize::new(0) }; 2];
        let names: Vec<usize> = (0..400).map(|i| i % 2).collect();
        let alone = crate::fetch::parallel::parallel(8, &names, |i| {
            let _turn = turns.take(["a", "b"][*i]);
            let before = inside[*i].fetch_add(1, Ordering::SeqCst);
            std::thread::yield_now();
            inside[*i].fetch_sub(1, Ordering::SeqCst);
            before == 0
        });
        assert!(alone.into_iter().all(|alone| alone));
    }
}
