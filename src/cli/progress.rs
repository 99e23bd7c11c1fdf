//! Progress on standard error: bars on a terminal, a plain line every few seconds elsewhere.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Printer;
use crate::digest::text::escaped;
use crate::fetch::{FileProgress, Progress};
use crate::store::human_bytes;

/// Redraws a second.
const REDRAWS: u8 = 10;
/// Time between plain lines.
const INTERVAL: Duration = Duration::from_secs(5);

const FILE: &str = "{prefix:28!} {bar:24} {bytes:>10} of {total_bytes:<10}";
const FILE_OF_UNKNOWN_SIZE: &str = "{prefix:28!} {spinner:24} {bytes:>10}";
const TOTAL: &str =
    "{prefix:28!} {bar:24} {bytes:>10} of {total_bytes:<10} {binary_bytes_per_sec} {eta} left";

/// Where lines go and what time it is.
struct Surroundings {
    line: Box<dyn Fn(&str) + Send + Sync>,
    /// Time since some moment.
    now: Box<dyn Fn() -> Duration + Send + Sync>,
    interval: Duration,
}

/// Shows a fetch to a person.
pub struct TerminalProgress {
    bars: Option<MultiProgress>,
    total: Arc<Total>,
}

/// The sum over all files.
struct Total {
    surroundings: Surroundings,
    bar: Option<ProgressBar>,
    size: AtomicU64,
    there: AtomicU64,
    /// Bytes that an earlier run had left: there, and not received now.
    earlier: AtomicU64,
    begun: OnceLock<Duration>,
    last_line: Mutex<Duration>,
}

/// One file.
struct FileBar {
    bar: Option<ProgressBar>,
    total: Arc<Total>,
    position: OnceLock<AtomicU64>,
}

impl TerminalProgress {
    /// Bars if standard error is a terminal, plain lines if not, nothing if quiet.
    pub fn new(out: Printer) -> Self {
        let on_terminal = !out.quiet && std::io::stderr().is_terminal();
        let start = Instant::now();
        // For those whose logs want a line more or less often, and for the tests.
        let asked = std::env::var("REPRO_PROGRESS_MS").ok().and_then(|text| text.trim().parse().ok());
        let surroundings = Surroundings {
            line: Box::new(move |text| out.note(text)),
            now: Box::new(move || start.elapsed()),
            interval: asked.map_or(INTERVAL, Duration::from_millis),
        };
        Self::with(on_terminal.then(|| ProgressDrawTarget::stderr_with_hz(REDRAWS)), surroundings)
    }

    /// Bars on a target, plain lines without one.
    fn with(target: Option<ProgressDrawTarget>, surroundings: Surroundings) -> Self {
        let bars = target.map(MultiProgress::with_draw_target);
        let total = Total {
            bar: bars.as_ref().map(|bars| bars.add(styled(TOTAL, "total"))),
            size: AtomicU64::new(0),
            there: AtomicU64::new(0),
            earlier: AtomicU64::new(0),
            begun: OnceLock::new(),
            last_line: Mutex::new((surroundings.now)()),
            surroundings,
        };
        Self { bars, total: total.into() }
    }
}

impl Progress for TerminalProgress {
    fn plan(&self, _files: usize, bytes: u64) {
        self.total.begun.get_or_init(|| (self.total.surroundings.now)());
        let size = self.total.size.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(bar) = &self.total.bar {
            bar.set_length(size);
            bar.reset_eta();
        }
    }

    fn file(&self, name: &str, size: Option<u64>) -> Box<dyn FileProgress> {
        let bar = self.bars.as_ref().map(|bars| {
            let style = if size.is_some() { FILE } else { FILE_OF_UNKNOWN_SIZE };
            let bar = bars.insert_from_back(1, styled(style, &escaped(name)));
            if let Some(size) = size {
                bar.set_length(size);
            }
            bar
        });
        Box::new(FileBar { bar, total: self.total.clone(), position: OnceLock::new() })
    }

    fn note(&self, text: &str) {
        let line = || (self.total.surroundings.line)(text);
        match &self.bars {
            Some(bars) => bars.suspend(line),
            None => line(),
        }
    }
}

impl FileProgress for FileBar {
    fn position(&self, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
        // The first position is what was there already.
        let mut is_first = false;
        let position = self.position.get_or_init(|| {
            is_first = true;
            AtomicU64::new(0)
        });
        let before = position.swap(bytes, Ordering::Relaxed);
        if is_first {
            self.total.earlier.fetch_add(bytes, Ordering::Relaxed);
        }
        self.total.moved(before, bytes);
    }
}

impl Drop for FileBar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Total {
    /// A file went from `before` to `bytes`, backwards when it is started over.
    fn moved(&self, before: u64, bytes: u64) {
        let there = match bytes.checked_sub(before) {
            Some(more) => self.there.fetch_add(more, Ordering::Relaxed) + more,
            None => self.there.fetch_sub(before - bytes, Ordering::Relaxed) - (before - bytes),
        };
        match &self.bar {
            Some(bar) => bar.set_position(there),
            None => self.plain_line(there),
        }
    }

    fn plain_line(&self, there: u64) {
        let now = (self.surroundings.now)();
        let Ok(mut last) = self.last_line.try_lock() else { return };
        if now.saturating_sub(*last) < self.surroundings.interval {
            return;
        }
        *last = now;
        let size = self.size.load(Ordering::Relaxed);
        let begun = self.begun.get().copied().unwrap_or_default();
        let received = there.saturating_sub(self.earlier.load(Ordering::Relaxed));
        let rate = received as f64 / now.saturating_sub(begun).as_secs_f64().max(1e-3);
        let there_text = human_bytes(there);
        // A total that is passed was not the whole: some server did not say how long its file is.
        let of = if there <= size { format!(" of {}", human_bytes(size)) } else { String::new() };
        let left = match rate {
            rate if rate >= 1.0 && there <= size => format!(", {:.0} s left", (size - there) as f64 / rate),
            _ => String::new(),
        };
        let text = format!("received {there_text}{of}, {}/s{left}", human_bytes(rate as u64));
        (self.surroundings.line)(&text);
    }
}

impl Drop for Total {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn styled(template: &str, name: &str) -> ProgressBar {
    let bar = ProgressBar::hidden().with_prefix(name.to_owned());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    const MIB: u64 = 1 << 20;

    /// A clock that stands still until it is moved, and the lines that were printed.
    #[derive(Clone, Default)]
    struct World {
        clock: Arc<Mutex<Duration>>,
        lines: Arc<Mutex<Vec<String>>>,
    }

    impl World {
        fn surroundings(&self) -> Surroundings {
            let (clock, lines) = (self.clock.clone(), self.lines.clone());
            Surroundings {
                line: Box::new(move |text| lines.lock().unwrap().push(text.to_owned())),
                now: Box::new(move || *clock.lock().unwrap()),
                interval: INTERVAL,
            }
        }

        fn pass(&self, milliseconds: u64) {
            *self.clock.lock().unwrap() += Duration::from_millis(milliseconds);
        }

        fn lines(&self) -> Vec<String> {
            self.lines.lock().unwrap().clone()
        }
    }

    fn on_terminal(term: &InMemoryTerm, world: &World) -> TerminalProgress {
        let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
        TerminalProgress::with(Some(target), world.surroundings())
    }

    #[test]
    fn a_terminal_shows_a_bar_a_file_and_a_total_with_rate_and_time_left() {
        let (term, world) = (InMemoryTerm::new(10, 120), World::default());
        let progress = on_terminal(&term, &world);
        progress.plan(2, 4 * MIB);
        let (one, two) = (progress.file("paper/one", Some(MIB)), progress.file("paper/two", Some(3 * MIB)));
        one.position(MIB / 2);
        two.position(MIB);
        let shown = term.contents();
        let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines.len(), 3, "{shown}");
        for (line, (name, there, size)) in lines.iter().zip([
            ("paper/one", "512.00", "1.00"),
            ("paper/two", "1.00", "3.00"),
            ("total", "1.50", "4.00"),
        ]) {
            assert_eq!((line[0], line[2]), (name, there), "{shown}");
            assert_eq!((line[4], line[5]), ("of", size), "{shown}");
        }
        let total = shown.lines().last().unwrap();
        assert!(total.contains("B/s ") && total.ends_with(" left"), "{total}");
        drop(one);
        assert_eq!(term.contents().lines().count(), 2, "a finished file is gone: {}", term.contents());
        drop(two);
        drop(progress);
        assert_eq!(term.contents(), "", "nothing stays behind");
        assert_eq!(world.lines(), Vec::<String>::new(), "no plain lines beside bars");
    }

    #[test]
    fn a_file_that_is_started_over_goes_back_in_the_total_too() {
        let (term, world) = (InMemoryTerm::new(10, 120), World::default());
        let progress = on_terminal(&term, &world);
        progress.plan(1, 2 * MIB);
        let file = progress.file("paper/one", Some(2 * MIB));
        file.position(MIB);
        file.position(0);
        assert!(term.contents().lines().all(|line| line.contains(" 0 B of ")), "{}", term.contents());
    }

    #[test]
    fn a_file_of_unknown_size_claims_none() {
        let (term, world) = (InMemoryTerm::new(10, 120), World::default());
        let progress = on_terminal(&term, &world);
        progress.plan(1, 0);
        let file = progress.file("paper/one", None);
        file.position(MIB);
        let shown = term.contents();
        let line = shown.lines().next().unwrap();
        assert!(line.starts_with("paper/one") && line.ends_with("1.00 MiB"), "{shown}");
    }

    #[test]
    fn a_note_does_not_run_into_the_bars() {
        let (term, world) = (InMemoryTerm::new(10, 120), World::default());
        let (screen, seen) = (term.clone(), Arc::new(Mutex::new(None)));
        let witness = seen.clone();
        let line = Box::new(move |text: &str| {
            *witness.lock().unwrap() = Some((text.to_owned(), screen.contents()));
        });
        let surroundings = Surroundings { line, ..world.surroundings() };
        let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
        let progress = TerminalProgress::with(Some(target), surroundings);
        progress.plan(1, MIB);
        let file = progress.file("paper/one", Some(MIB));
        file.position(1);
        assert_eq!(term.contents().lines().count(), 2);
        progress.note("warning: look");
        let seen = seen.lock().unwrap().clone();
        assert_eq!(seen, Some(("warning: look".to_owned(), String::new())), "bars make room");
        assert_eq!(term.contents().lines().count(), 2, "and come back");
    }

    #[test]
    fn elsewhere_a_plain_line_comes_every_five_seconds_and_no_more() {
        let world = World::default();
        world.pass(60_000);
        let progress = TerminalProgress::with(None, world.surroundings());
        // Listing takes its time, too, and is no part of the rate.
        world.pass(2000);
        progress.plan(2, 5 * MIB);
        // What an earlier run had left is no part of it either.
        let (one, two) = (progress.file("paper/one", Some(4 * MIB)), progress.file("paper/two", Some(MIB)));
        one.position(MIB);
        two.position(0);
        for step in 1..=100 {
            world.pass(100);
            one.position(MIB + step * MIB / 50);
        }
        assert_eq!(
            world.lines(),
            [
                "received 1.6 MiB of 5.0 MiB, 204.8 KiB/s, 17 s left",
                "received 2.6 MiB of 5.0 MiB, 204.8 KiB/s, 12 s left",
            ]
        );
        // Nothing moves, nothing is said; a total that was passed is not named.
        world.pass(60_000);
        assert_eq!(world.lines().len(), 2);
        two.position(9 * MIB);
        assert_eq!(world.lines()[2], "received 12.0 MiB, 160.9 KiB/s");
        progress.note("first contact");
        assert_eq!(world.lines()[3], "first contact");
    }
}
