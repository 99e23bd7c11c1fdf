//! Runs on all processors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The results of a function for 0 to `n` - 1, in this order. Threads of their own and not those of rayon, on which the
/// pipelines run: a thread that waits there for a pipeline would start the next run on top of it, without end.
pub fn in_parallel<T: Send>(n: usize, run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= n {
                return done;
            }
            done.push((index, run(index)));
        }
    };
    let n_threads = thread::available_parallelism().map_or(2, usize::from).min(n.max(1));
    let mut results: Vec<(usize, T)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
