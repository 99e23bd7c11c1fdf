//! Several processes at once, and processes that are killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{BIG, BOTH, Site, noise, walk, world};
use crate::hub::Action;

/// Waits until a condition holds, within reason.
pub fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} does not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn start(site: &Site) -> Child {
    site.command(&["fetch"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Kills a fetch that has received `offset` bytes, then fetches again.
fn kill_at(site: &Site, offset: u64) {
    site.hub.world().faults.clear();
    site.fault("/blob/", 1, Action::Stall(offset));
    let mut child = start(site);
    let name = site.hub.world().files[1].sha256.clone();
    let partial = site.cache(&format!("blobs/{name}.incomplete"));
    wait_for("the part", || std::fs::metadata(&partial).is_ok_and(|metadata| metadata.len() == offset));
    child.kill().unwrap();
    child.wait().unwrap();
    site.assert_only_right_bytes();
    assert!(walk(&site.project("frozen")).is_empty());
    site.hub.clear_log();
    site.run(&["fetch"]).expect(0, "");
    let wanted = format!("bytes={offset}-");
    assert!(offset == 0 || site.hub.log().iter().any(|request| request.header("range") == Some(&*wanted)));
    site.assert_complete(&[("big.bin", "figs/big.bin")]);
}

#[test]
fn a_killed_fetch_leaves_a_part_that_the_next_one_continues() {
    kill_at(&Site::new(world(), BIG), 123_456);
}

#[test]
#[ignore = "slow"]
fn a_fetch_may_be_killed_anywhere() {
    let site = Site::new(world(), BIG);
    for pair in noise(40, 11).chunks(2) {
        kill_at(&site, (u64::from(pair[0]) * 256 + u64::from(pair[1])) * 4);
        std::fs::remove_dir_all(site.project("frozen")).unwrap();
        std::fs::remove_dir_all(site.cache("")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_from_the_keyboard_is_like_a_kill() {
    let site = Site::new(world(), BIG);
    site.fault("/blob/", 1, Action::Stall(1000));
    let mut child =
        site.interruptible(&["fetch"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for("the request", || site.hub.log().iter().any(|request| request.target.contains("/blob/")));
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert!(!child.wait().unwrap().success());
    site.assert_only_right_bytes();
    site.run(&["fetch"]).expect(0, "");
    site.assert_complete(&[("big.bin", "figs/big.bin")]);
}

#[test]
fn two_fetches_of_one_project_take_turns() {
    let site = Site::new(world(), BOTH);
    site.fault("/blob/", 1, Action::Stall(1000));
    let mut first = start(&site);
    wait_for("the request", || site.hub.log().iter().any(|request| request.target.contains("/blob/")));
    let mut second = start(&site);
    // The first one hangs until it is killed; the second one waits for it, then does the work.
    let mut lines = BufReader::new(second.stderr.take().unwrap()).lines().map(Result::unwrap);
    let waiting = "waiting for another `repro fetch` of `paper` to finish";
    assert_eq!(lines.next().as_deref(), Some(waiting));
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(lines.last().as_deref(), Some("2 fetched"));
    assert!(second.wait().unwrap().success());
    site.assert_complete(&[("small.csv", "figs/small.csv"), ("deep/big.bin", "figs/big.bin")]);
}

#[test]
fn two_projects_share_a_cache_and_receive_a_file_once() {
    let site = Site::new(world(), BOTH);
    let other = site.folder.path().join("other");
    super::write(
        &other.join("manifests/paper/paper.toml"),
        &std::fs::read(site.project("manifests/paper/paper.toml")).unwrap(),
    );
    let mut children = vec![start(&site)];
    let mut command = site.command(&["fetch", "-C"]);
    children.push(command.arg(&other).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    site.assert_only_right_bytes();
    assert_eq!(walk(&other.join("frozen")).len(), 2);
    let received = site.hub.log().iter().filter(|request| request.target.contains("/blob/")).count();
    assert_eq!(received, 1);
}

#[test]
fn many_files_come_at_the_same_time_and_are_told_in_order() {
    let mut files = Vec::new();
    let mut artifacts = String::new();
    for i in 0..24 {
        files.push(crate::hub::RepoFile::new(&format!("d/{i}.csv"), noise(5000 + i, i as u64), i % 3 == 0));
        artifacts.push_str(&format!(
            "[[artifact]]\nid = \"f{i}\"\nsource = \"hub\"\npath = \"d/{i}.csv\"\nevidence = \"cached\"\n"
        ));
    }
    let site = Site::new(crate::hub::World::new(files), &artifacts);
    let run = site.run(&["--jobs", "8", "fetch"]).expect(0, "24 fetched");
    let order: Vec<_> = run.stdout.lines().map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    assert_eq!(order, (0..24).map(|i| format!("paper/f{i}")).collect::<Vec<_>>());
    site.assert_only_right_bytes();
}
