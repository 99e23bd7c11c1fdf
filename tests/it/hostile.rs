//! What lies in place of a file: named pipes, sockets, folders, devices, links that leave the project and files of another
//! size are refused at once, by every verb that would open them.

#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use repro::digest::sha256;

use super::score::{expression, write};
use super::support::Project;

const RUNS: &str = "model,task,score\nA,one,0.50\nA,two,0.60\nB,one,0.70\nB,two,0.80\n";
const CLAIMS: &str = "model,task,value\nA,one,0.50\nB,two,0.80\n";

const PAPER: &str = r##"schema = 1
[paper]
id = "paper"
title = "A paper"
[[source]]
id = "here"
kind = "local"
[[source]]
id = "stages"
kind = "stage"
[[artifact]]
id = "runs"
source = "here"
path = "runs.csv"
sha256 = "RUNS"
size = SIZE
evidence = "printed"
[[artifact]]
id = "published"
source = "here"
path = "published.csv"
sha256 = "CLAIMS"
evidence = "printed"
[[artifact]]
id = "scores"
source = "stages"
path = "stages/pair/scores.csv"
evidence = "recomputed"
[[artifact]]
id = "true"
source = "here"
path = "true.h5ad"
sha256 = "TRUE"
evidence = "printed"
[[stage]]
id = "pair"
kind = "score"
true = "true"
pred = "true"
[[dataset]]
id = "runs"
any_of = [{ artifact = "runs" }]
[[figure]]
id = "fig1"
kind = "line"
title = "Scores"
size = [4.0, 3.0]
data = "runs"
series_column = "model"
series = [{ value = "A", colour = "#000000" }, { value = "B", colour = "#aa0000" }]
x = { column = "task", categories = ["one", "two"], title = "Task" }
y = { column = "score", title = "Score" }
panel = [{ title = "Scores" }]
[[claims]]
id = "fig1/values"
place = "Figure 1"
artifact = "published"
value = "value"
rule = "printed"
key = ["model", "task"]
expected = 2
ours = [{ figure = "fig1", column = "y", match = { mark = "point", series = "{model}", key = "{task}" } }]
"##;

fn project() -> Project {
    let project = Project::empty();
    project.write("frozen/paper/runs.csv", RUNS);
    project.write("frozen/paper/published.csv", CLAIMS);
    let names = |prefix: &str, n: usize| (0..n).map(|at| format!("{prefix}{at}")).collect();
    write(&project, "frozen/paper/true.h5ad", names("G", 12), names("c", 30), expression(1, 0.0));
    let truth = std::fs::read(project.path().join("frozen/paper/true.h5ad")).unwrap();
    let manifest = PAPER
        .replace("RUNS", &sha256(RUNS.as_bytes()).to_string())
        .replace("SIZE", &RUNS.len().to_string())
        .replace("CLAIMS", &sha256(CLAIMS.as_bytes()).to_string())
        .replace("TRUE", &sha256(&truth).to_string());
    project.write("manifests/paper/paper.toml", &manifest);
    project
}

/// Runs the binary; a run that hangs is ended and fails the test.
fn run(project: &Project, arguments: &[&str]) -> (i32, String, String) {
    let log = |name: &str| std::fs::File::create(project.path().join(name)).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_repro"))
        .args(arguments)
        .current_dir(project.path())
        .env_clear()
        .env("HOME", project.path())
        .stdin(Stdio::null())
        .stdout(log("stdout.log"))
        .stderr(log("stderr.log"))
        .spawn()
        .unwrap();
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("{arguments:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    (status.code().unwrap_or(-1), project.read("stdout.log"), project.read("stderr.log"))
}

/// Asserts how a run ends and that its output contains a text, line breaks of the output aside.
fn expect(project: &Project, arguments: &[&str], status: i32, text: &str) {
    let (found, stdout, stderr) = run(project, arguments);
    let context = format!("{arguments:?}: {found}\n--- stdout\n{stdout}--- stderr\n{stderr}");
    assert_eq!(found, status, "{context}");
    assert!(stdout.contains(text) || stderr.contains(text), "`{text}` is not in\n{context}");
}

/// What lies in place of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bad {
    Pipe,
    Socket,
    Folder,
    Zero,
    Leaving,
    Dangling,
}

impl Bad {
    /// Puts it in place of a file, with what must live as long as it.
    fn put(self, project: &Project, path: &str) -> Option<UnixListener> {
        let outside = project.path().with_extension("outside");
        let path = project.path().join(path);
        let _ = std::fs::remove_file(&path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match self {
            Self::Pipe => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
            Self::Socket => return Some(UnixListener::bind(&path).unwrap()),
            Self::Folder => std::fs::create_dir(&path).unwrap(),
            Self::Zero => symlink("/dev/zero", &path).unwrap(),
            Self::Leaving => {
                std::fs::write(&outside, RUNS).unwrap();
                symlink(&outside, &path).unwrap();
            }
            Self::Dangling => symlink(outside.join("nowhere"), &path).unwrap(),
        }
        None
    }

    /// What the message says of it in a project.
    fn message(self) -> &'static str {
        match self {
            Self::Pipe => "it is a named pipe, not a file",
            Self::Socket => "it is a socket, not a file",
            Self::Folder => "it is a folder, not a file",
            Self::Zero | Self::Leaving | Self::Dangling => "is a symbolic link that leaves",
        }
    }
}

const ALL: [Bad; 6] = [Bad::Pipe, Bad::Socket, Bad::Folder, Bad::Zero, Bad::Leaving, Bad::Dangling];

#[test]
fn what_is_no_file_below_frozen_is_refused_by_every_verb() {
    for bad in ALL {
        let project = project();
        let _alive = bad.put(&project, "frozen/paper/runs.csv");
        expect(&project, &["verify"], 3, bad.message());
        for arguments in [
            &["claims"][..],
            &["figures"],
            &["report"],
            &["status"],
            &["fetch"],
            &["reproduce"],
            &["claims", "--json"],
        ] {
            expect(&project, arguments, 2, bad.message());
        }
        let listed = project.run(&["list", "paper/runs"]);
        assert!(listed.stdout.contains("unreadable"), "{bad:?}: {}", listed.stdout);
        // A published file likewise.
        let project = self::project();
        let _alive = bad.put(&project, "frozen/paper/published.csv");
        expect(&project, &["claims"], 2, bad.message());
        // A stage's input likewise.
        let project = self::project();
        let _alive = bad.put(&project, "frozen/paper/true.h5ad");
        expect(&project, &["run"], 2, bad.message());
    }
}

#[test]
fn what_is_no_file_among_manifests_locks_and_receipts_is_refused_by_every_verb() {
    let receipt = "frozen/paper/stages/pair/receipt.json";
    for bad in ALL {
        for place in ["manifests/paper/more.toml", "manifests/paper/repro.lock", receipt] {
            let project = project();
            let _alive = bad.put(&project, place);
            for verb in ["verify", "claims", "figures", "report", "status", "list"] {
                expect(&project, &[verb], 2, bad.message());
            }
            if place != receipt {
                expect(&project, &["run"], 2, bad.message());
                continue;
            }
            // A stage without a receipt that counts runs again, and puts a file in its place.
            expect(&project, &["run"], 0, "is stale: its receipt cannot be used");
            let written = std::fs::symlink_metadata(project.path().join(receipt)).unwrap();
            assert!(written.is_file(), "{bad:?}");
            if bad == Bad::Leaving {
                let outside = project.path().with_extension("outside");
                assert_eq!(
                    std::fs::read_to_string(outside).unwrap(),
                    RUNS,
                    "it was written through the link"
                );
            }
            expect(&project, &["run"], 0, "up to date");
        }
        let project = project();
        let _alive = bad.put(&project, "manifests/paper/paper.toml");
        expect(&project, &["list"], 2, bad.message());
    }
}

#[test]
fn what_is_no_file_on_the_command_line_is_refused() {
    for bad in [Bad::Pipe, Bad::Socket, Bad::Folder, Bad::Zero] {
        let message = if bad == Bad::Zero { "it is a device, not a file" } else { bad.message() };
        let project = project();
        let _alive = bad.put(&project, "bad");
        let good = "frozen/paper/true.h5ad";
        expect(&project, &["rank", "bad"], 2, message);
        expect(&project, &["score", "--true", "bad", "--pred", good], 2, message);
        expect(&project, &["score", "--true", good, "--pred", "bad"], 2, message);
        expect(&project, &["score", "--true", good, "--pred", good, "--gene-sets", "bad"], 2, message);
        expect(&project, &["prepare-data", "--dataset", "own", "--input", "bad"], 2, message);
        project.write("scores.csv", "method,mse\na,1\nb,2\n");
        let message = if bad == Bad::Folder { "`bad` is a folder, `--output` needs a file" } else { message };
        expect(&project, &["rank", "scores.csv", "--output", "bad"], 2, message);
        expect(&project, &["score", "--true", good, "--pred", good, "--output", "bad"], 2, message);
        assert!(!project.path().join("bad").is_file(), "{bad:?} was replaced");
        // A mask's record and the masked file.
        expect(&project, &["prepare-data", "--dataset", "own", "--input", good], 0, "masked");
        let _alive = bad.put(&project, "data/own/masked/mask_15_seed_42.h5ad");
        expect(&project, &["evaluate", "--dataset", "own", "--model", "m"], 2, "mask_15_seed_42.h5ad");
        expect(&project, &["run-models", "--dataset", "own", "--baselines=zero"], 2, "mask_15_seed_42.h5ad");
    }
}

#[test]
fn a_file_of_another_size_is_not_read() {
    // So many bytes of a hole would take minutes to read.
    let huge = 1_u64 << 42;
    let project = project();
    let file =
        std::fs::File::options().write(true).open(project.path().join("frozen/paper/runs.csv")).unwrap();
    file.set_len(huge).unwrap();
    let sizes = format!("Expected: {} bytes\n  Computed: {huge} bytes", RUNS.len());
    for verb in ["verify", "claims", "figures", "report", "status", "fetch"] {
        expect(&project, &[verb], 3, &sizes);
    }
    let (_, json, _) = run(&project, &["verify", "paper/runs", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let file = &json["files"][0];
    assert_eq!((&file["state"], &file["computed"]), (&"mismatched".into(), &serde_json::Value::Null));
    assert_eq!((&file["expected_size"], &file["found_size"]), (&RUNS.len().into(), &huge.into()));
    // A pinned size of the lock, and of a receipt.
    let project = self::project();
    project.replace("manifests/paper/paper.toml", &format!("size = {}\n", RUNS.len()), "");
    let lock = format!(
        "version = 1\n[[artifact]]\nid = \"runs\"\npath = \"runs.csv\"\nsize = {}\nsha256 = \"{}\"\n",
        RUNS.len(),
        sha256(RUNS.as_bytes())
    );
    project.write("manifests/paper/repro.lock", &lock);
    project.write("frozen/paper/runs.csv", &RUNS[1..]);
    let sizes = format!("Expected: {} bytes\n  Computed: {} bytes", RUNS.len(), RUNS.len() - 1);
    for verb in ["verify", "claims", "figures"] {
        expect(&project, &[verb], 3, &sizes);
    }
    expect(&project, &["run"], 0, "pair");
    let scores = "frozen/paper/stages/pair/scores.csv";
    let shorter = project.read(scores).len() - 1;
    project.write(scores, &project.read(scores)[1..]);
    expect(&project, &["verify", "paper/scores"], 3, &format!("Computed: {shorter} bytes"));
}

/// Moves a folder out of the project, or makes an empty one there, and links it.
fn link_outside(project: &Project, path: &str, outside: &Path) {
    let (path, target) = (project.path().join(path), outside.join(path.replace('/', "-")));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    if path.exists() {
        std::fs::rename(&path, &target).unwrap();
    } else {
        std::fs::create_dir_all(&target).unwrap();
    }
    symlink(target, path).unwrap();
}

#[test]
fn folders_that_are_links_out_of_the_project_are_refused() {
    let refused = "is a symbolic link that leaves";
    let outside = tempfile::tempdir().unwrap();
    for (folder, verbs) in [
        (
            "frozen",
            &["verify", "claims", "figures", "report", "status", "list", "fetch", "run", "reproduce"][..],
        ),
        (
            "frozen/paper",
            &["verify", "claims", "figures", "report", "status", "list", "fetch", "run", "reproduce"],
        ),
        ("manifests", &["verify", "claims", "list", "lock", "fetch"]),
        ("manifests/paper", &["verify", "claims", "list", "lock", "fetch"]),
        ("figures", &["figures", "reproduce"]),
        ("figures/paper", &["figures", "reproduce"]),
        ("reports", &["report", "reproduce"]),
        ("frozen/paper/stages", &["run"]),
        ("frozen/paper/stages/pair", &["run"]),
    ] {
        let project = project();
        let outside = outside.path().join(folder.replace('/', "_"));
        std::fs::create_dir(&outside).unwrap();
        link_outside(&project, folder, &outside);
        let before = listed(&outside);
        for verb in verbs {
            expect(&project, &[verb], 2, refused);
        }
        assert_eq!(listed(&outside), before, "{folder}");
    }
}

fn listed(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.push(path.display().to_string());
        if path.is_dir() {
            found.extend(listed(&path));
        }
    }
    found.sort();
    found
}

#[test]
fn files_that_are_links_out_of_the_project_are_not_written() {
    let project = project();
    let outside = tempfile::tempdir().unwrap();
    let precious = outside.path().join("bashrc");
    std::fs::write(&precious, "precious").unwrap();
    for (path, verb) in [
        ("reports/report.html", "report"),
        ("reports/environment.json", "report"),
        ("figures/paper/fig1.svg", "figures"),
        ("figures/paper/fig1.csv", "figures"),
    ] {
        let path = project.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(&precious, &path).unwrap();
        expect(&project, &[verb], 2, "is a symbolic link that leaves");
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious");
        std::fs::remove_file(path).unwrap();
    }
    // What the user names may lie anywhere, and the project itself may be a link.
    let anywhere = outside.path().join("figures");
    expect(&project, &["figures", "--out", anywhere.to_str().unwrap()], 0, "fig1");
    assert!(anywhere.join("paper/fig1.svg").is_file());
    let link = outside.path().join("project");
    symlink(project.path(), &link).unwrap();
    expect(&project, &["-C", link.to_str().unwrap(), "figures"], 0, "fig1");
    // A link that stays in the project is followed.
    std::fs::rename(project.path().join("figures"), project.path().join("drawn")).unwrap();
    symlink("drawn", project.path().join("figures")).unwrap();
    expect(&project, &["figures"], 0, "fig1");
}

#[test]
fn the_next_run_removes_what_killed_runs_left() {
    let project = project();
    expect(&project, &["run"], 0, "pair");
    let scores = project.read("frozen/paper/stages/pair/scores.csv");
    for left in [
        "figures/paper/.repro-unfinished-Ab12Cd34Ef56.part",
        "reports/.repro-unfinished-Ab12Cd34Ef56.part",
        "frozen/paper/stages/pair.incomplete/scores.csv",
        "frozen/paper/stages/pair.old/scores.csv",
        "data/own/masked/.repro-unfinished-Ab12Cd34Ef56.part",
        "manifests/paper/.repro-unfinished-Ab12Cd34Ef56.part",
        "frozen/paper/runs.csv.incomplete",
    ] {
        project.write(left, "half");
    }
    for other in ["figures/paper/notes.part", "figures/paper/.hidden"] {
        project.write(other, "somebody else's");
    }
    expect(&project, &["run"], 0, "up to date");
    expect(&project, &["figures"], 0, "fig1");
    // All that is compared repeats the published numbers, which is no evidence.
    expect(&project, &["report"], 4, "report.html");
    expect(&project, &["fetch"], 0, "");
    let input = "frozen/paper/true.h5ad";
    expect(&project, &["prepare-data", "--dataset", "own", "--input", input], 0, "masked");
    let left: Vec<String> = listed(project.path())
        .into_iter()
        .filter(|path| [".repro-", ".incomplete", ".old", ".part"].iter().any(|part| path.contains(part)))
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].ends_with("notes.part"));
    assert!(project.path().join("figures/paper/.hidden").is_file());
    assert_eq!(project.read("frozen/paper/stages/pair/scores.csv"), scores);
    // Killed between two renames: the earlier outputs are put back.
    let folder = project.path().join("frozen/paper/stages");
    std::fs::rename(folder.join("pair"), folder.join("pair.old")).unwrap();
    project.write("frozen/paper/stages/pair.incomplete/scores.csv", "half");
    expect(&project, &["run"], 0, "up to date");
    assert_eq!(project.read("frozen/paper/stages/pair/scores.csv"), scores);
    assert!(!folder.join("pair.old").exists() && !folder.join("pair.incomplete").exists());
}

/// Output that did not arrive is no success, whatever was computed.
#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_fails() {
    let project = project();
    project.write("scores.csv", "method,mse\nA,1\nB,2\n");
    for arguments in [
        &["claims"][..],
        &["claims", "--json"],
        &["list"],
        &["check"],
        &["status"],
        &["verify"],
        &["rank", "scores.csv"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_repro"))
            .args(arguments)
            .current_dir(project.path())
            .stdout(full)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(6), "{arguments:?}: {stderr}");
        assert_eq!(stderr.matches("error: cannot write to standard output").count(), 1, "{stderr}");
    }
}

#[test]
fn what_only_looks_like_an_unfinished_file_of_ours_stays() {
    let project = project();
    project.write("scores.csv", "method,mse\nA,1\nB,2\n");
    let others = [
        "out/.repro-cache/sub/data",
        "out/.repro-settings.toml",
        "out/.repro-Ab12Cd",
        "reports/.repro-notes",
    ];
    others.iter().for_each(|path| project.write(path, "mine"));
    project.write("out/.repro-unfinished-Ab12Cd34Ef56.part", "half");
    assert_eq!(project.run(&["rank", "scores.csv", "--output", "out/ranks.csv"]).status, 0);
    project.run(&["report"]);
    for path in others {
        assert_eq!(project.read(path), "mine", "{path}");
    }
    assert!(!project.path().join("out/.repro-unfinished-Ab12Cd34Ef56.part").exists());
}
