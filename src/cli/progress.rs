//! Progress on standard error: bars on a terminal, a plain line every few seconds elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Printer;
use crate::fetch::{FileProgress, Progress};
use crate::store::human_bytes;

/// Redraws a second.
const REDRAWS: u8 = 10;
/// Time between plain lines.
const INTERVAL: Duration = Duration::from_secs(5);

const FILE: &str = "{prefix:28!} {bar:24} {bytes:>10} of {total_bytes:<10}";
const TOTAL: &str =
    "{prefix:28!} {bar:24} {bytes:>10} of {total_bytes:<10} {binary_bytes_per_sec} {eta} left";

/// Shows a fetch to a person.
pub struct TerminalProgress {
    out: Printer,
    bars: Option<MultiProgress>,
    total: std::sync::Arc<Total>,
}

/// The sum over all files.
struct Total {
    out: Printer,
    bar: Option<ProgressBar>,
    files: AtomicU64,
    size: AtomicU64,
    received: AtomicU64,
    last_line: Mutex<Instant>,
    begun: Instant,
}

/// One file.
struct FileBar {
    bar: Option<ProgressBar>,
    total: std::sync::Arc<Total>,
    position: AtomicU64,
}

impl TerminalProgress {
    /// Bars if standard error is a terminal, plain lines if not, nothing if quiet.
    pub fn new(out: Printer) -> Self {
        let on_terminal = !out.quiet && std::io::stderr().is_terminal();
        let bars =
            on_terminal.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(REDRAWS)));
        let total = Total {
            out,
            bar: bars.as_ref().map(|bars| bars.add(styled(TOTAL, "total"))),
            files: AtomicU64::new(0),
            size: AtomicU64::new(0),
            received: AtomicU64::new(0),
            last_line: Mutex::new(Instant::now()),
            begun: Instant::now(),
        };
        Self { out, bars, total: total.into() }
    }
}

impl Progress for TerminalProgress {
    fn plan(&self, files: usize, bytes: u64) {
        self.total.files.fetch_add(files as u64, Ordering::Relaxed);
        let size = self.total.size.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(bar) = &self.total.bar {
            bar.set_length(size);
            bar.reset_eta();
        }
    }

    fn file(&self, name: &str, size: Option<u64>) -> Box<dyn FileProgress> {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.insert_from_back(1, styled(FILE, name));
            bar.set_length(size.unwrap_or(0));
            bar
        });
        Box::new(FileBar { bar, total: self.total.clone(), position: AtomicU64::new(0) })
    }

    fn note(&self, text: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| self.out.note(text)),
            None => self.out.note(text),
        }
    }
}

impl FileProgress for FileBar {
    fn position(&self, bytes: u64) {
        let before = self.position.swap(bytes, Ordering::Relaxed);
        let received = match bytes.checked_sub(before) {
            Some(more) => self.total.received.fetch_add(more, Ordering::Relaxed) + more,
            None => self.total.received.fetch_sub(before - bytes, Ordering::Relaxed) - (before - bytes),
        };
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
        self.total.show(received);
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
    fn show(&self, received: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(received);
            return;
        }
        let Ok(mut last) = self.last_line.try_lock() else { return };
        if last.elapsed() < INTERVAL {
            return;
        }
        *last = Instant::now();
        let size = self.size.load(Ordering::Relaxed);
        let rate = received as f64 / self.begun.elapsed().as_secs_f64();
        let left = size.saturating_sub(received) as f64 / rate.max(1.0);
        self.out.note(format!(
            "received {} of {}, {}/s, {left:.0} s left",
            human_bytes(received),
            human_bytes(size),
            human_bytes(rate as u64),
        ));
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
