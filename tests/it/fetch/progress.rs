//! What is seen of a fetch while it runs, by the real program.

use super::{BIG, Site, world};

/// Bytes that move a cursor or paint.
fn has_control(text: &str) -> bool {
    text.contains(['\x1b', '\r'])
}

#[test]
fn without_a_terminal_there_are_plain_lines_on_stderr_and_nothing_but_data_on_stdout() {
    let site = Site::new(world(), BIG);
    let run = site.finish(site.command(&["fetch"]).env("REPRO_PROGRESS_MS", "0")).expect(0, "1 fetched");
    assert_eq!(run.stdout, "fetched      paper/big  frozen/paper/big.bin  293.0 KiB\n");
    assert!(!has_control(&run.stderr), "{:?}", run.stderr);
    let lines: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("received ")).collect();
    let last = lines.last().unwrap();
    assert!(
        last.starts_with("received 293.0 KiB of 293.0 KiB, ") && last.ends_with("/s, 0 s left"),
        "{last}"
    );
}

#[test]
fn a_short_fetch_has_nothing_to_say_about_progress() {
    let site = Site::new(world(), BIG);
    let run = site.run(&["fetch"]).expect(0, "1 fetched");
    assert!(!run.stderr.contains("received") && !has_control(&run.stderr), "{:?}", run.stderr);
}

#[test]
fn quiet_is_quiet() {
    let site = Site::new(world(), BIG);
    let run = site.finish(site.command(&["--quiet", "fetch"]).env("REPRO_PROGRESS_MS", "0"));
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.starts_with("fetched "), "{}", run.stdout);
}

/// `script` of util-linux gives the program a terminal; its stdout stays a file.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_there_are_bars_on_stderr_and_nothing_but_data_on_stdout() {
    let Ok(version) = std::process::Command::new("script").arg("--version").output() else {
        eprintln!("SKIPPED: there is no `script`, bars on a real terminal were NOT tested");
        return;
    };
    assert!(version.status.success());
    for (flag, bars) in [("", true), ("--quiet", false)] {
        let site = Site::new(world(), BIG);
        let line = format!("'{}' {flag} fetch > stdout.txt", env!("CARGO_BIN_EXE_repro"));
        let mut command =
            site.wrapped("/usr/bin/env", &["script", "--quiet", "--return", "--command", &line, "/dev/null"]);
        let run =
            site.finish(command.env("TERM", "xterm").env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh"));
        assert_eq!(run.code, 0, "{run:#?}");
        let data = std::fs::read_to_string(site.project("stdout.txt")).unwrap();
        assert_eq!(data, "fetched      paper/big  frozen/paper/big.bin  293.0 KiB\n");
        let painted =
            run.stdout.contains("paper/big") && run.stdout.contains("total") && has_control(&run.stdout);
        assert_eq!(painted, bars, "{:?}", run.stdout);
        assert!(!run.stdout.contains("received"), "no plain lines on a terminal: {:?}", run.stdout);
        site.assert_complete(&[("big.bin", "figs/big.bin")]);
    }
}
