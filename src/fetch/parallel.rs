//! Waiting for several servers at once. Threads of their own: a pool for computing must not sit and wait.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Results of `work` in order of `items`, up to `workers` at a time.
pub fn parallel<T: Sync, R: Send>(workers: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let mut results = Vec::new();
    std::thread::scope(|scope| {
        let worker = || {
            let mut mine = Vec::new();
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(i) else { return mine };
                mine.push((i, work(item)));
            }
        };
        let handles: Vec<_> =
            (0..workers.clamp(1, items.len().max(1))).map(|_| scope.spawn(worker)).collect();
        for handle in handles {
            match handle.join() {
                Ok(mine) => results.extend(mine),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(parallel(7, &items, |item| item * 2), (0..200).step_by(2).collect::<Vec<_>>());
        assert!(parallel(7, &[], |item: &usize| *item).is_empty());
    }
}
