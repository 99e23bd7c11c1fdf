//! A model as a process of its own.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::Failed;
use crate::{TaskError, files};

/// Lines of a failed model that are shown.
const TAIL: usize = 20;

/// Bytes in which they are looked for.
const TAIL_BYTES: u64 = 1 << 16;

/// Time between looks at a model that may take only so long.
const PAUSE: Duration = Duration::from_millis(20);

/// What is started, and where.
pub(super) struct Process<'a> {
    pub program: &'a str,
    pub arguments: &'a [String],
    /// Where it works; here, for `None`.
    pub folder: Option<&'a Path>,
    /// Where what it says is kept.
    pub logs: &'a Path,
    /// How long it may take.
    pub timeout: Option<Duration>,
}

impl Process<'_> {
    /// Runs it to its end; an error where it cannot be started, fails or takes too long.
    pub fn run(&self) -> Result<(), Failed> {
        let (out, errors) = (self.logs.join("stdout.log"), self.logs.join("stderr.log"));
        let log = |path: &PathBuf| {
            // Never through a link, nor into a named pipe that an earlier run or somebody else left.
            let file = files::remove(path)
                .and_then(|()| File::create_new(path).map_err(TaskError::file("write", path)));
            file.map(Stdio::from).map_err(|error| Failed::from(&error))
        };
        let mut command = Command::new(self.program);
        command.args(self.arguments).stdin(Stdio::null()).stdout(log(&out)?).stderr(log(&errors)?);
        if let Some(folder) = self.folder {
            command.current_dir(folder);
        }
        #[cfg(unix)]
        if self.timeout.is_some() {
            // Whatever it starts ends with it. Only then: a group of its own does not hear of Ctrl-C.
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        let started = command.spawn();
        let mut child =
            started.map_err(|error| Failed::new(format!("`{}` cannot be started: {error}", self.program)))?;
        let waited = self.wait(&mut child);
        let waited = waited.map_err(|error| Failed::new(format!("it cannot be waited for: {error}")))?;
        match waited {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Failed { why: ended(status), stderr: tail(&errors) }),
            None => {
                let seconds = self.timeout.map_or(0.0, |timeout| timeout.as_secs_f64());
                Err(Failed { why: format!("it took longer than {seconds} s"), stderr: tail(&errors) })
            }
        }
    }

    /// How it ended; `None` where it took too long and was ended.
    fn wait(&self, child: &mut Child) -> std::io::Result<Option<ExitStatus>> {
        let Some(timeout) = self.timeout else { return child.wait().map(Some) };
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(Some(status));
            }
            if start.elapsed() >= timeout {
                end(child);
                child.wait()?;
                return Ok(None);
            }
            std::thread::sleep(PAUSE.min(timeout));
        }
    }
}

/// Ends a process and, where groups exist, what it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        let group = format!("-{}", child.id());
        let mut kill = Command::new("kill");
        // Without `kill` the process itself ends below.
        let _ = kill.args(["-KILL", "--", &group]).stdin(Stdio::null()).stderr(Stdio::null()).status();
    }
    let _ = child.kill();
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("it ended with status {code}"),
        None => format!("it was ended: {status}"),
    }
}

/// The last lines of a file.
fn tail(path: &Path) -> Vec<String> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = repro_digest::file::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let text = String::from_utf8_lossy(&read().unwrap_or_default()).into_owned();
    // A progress bar writes one line again and again; its last state is shown.
    let lines = text.lines().map(|line| line.trim_end().rsplit('\r').next().unwrap_or_default().to_owned());
    let lines: Vec<String> = lines.collect();
    lines[lines.len().saturating_sub(TAIL)..].to_vec()
}
