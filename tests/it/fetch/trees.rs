//! Artifacts that are a folder of files: zarr stores, model weights.

use std::process::Stdio;

use super::{Run, Site, noise, walk, write};
use crate::hub::{Action, Host, RepoFile, World};

const STORE: &str = r#"
[[artifact]]
id = "store"
source = "hub"
tree = true
path = "**/store.zarr"
to = "deep/store.zarr"
evidence = "cached"
"#;

/// A store: metadata that git keeps (two files of them equal) and chunks that the storage keeps.
fn store() -> Vec<RepoFile> {
    vec![
        RepoFile::new("README.md", b"# Results\n".to_vec(), false),
        RepoFile::new("analysis/store.zarr/.zgroup", b"{\"zarr_format\": 2}".to_vec(), false),
        RepoFile::new("analysis/store.zarr/X/.zattrs", b"{\"zarr_format\": 2}".to_vec(), false),
        RepoFile::new("analysis/store.zarr/X/0.0", noise(100_000, 1), true),
        RepoFile::new("analysis/store.zarr/X/0.1", noise(100_000, 2), true),
        RepoFile::new("analysis/store.zarr/X/1.0", noise(100_000, 1), true),
        RepoFile::new("analysis/store.zarr2/0.0", noise(10, 3), false),
    ]
}

const FOLDER: &str = "analysis/store.zarr";
const FILES: [&str; 5] = [".zgroup", "X/.zattrs", "X/0.0", "X/0.1", "X/1.0"];

fn site() -> Site {
    Site::new(World::new(store()), STORE)
}

/// The address of the blob of `X/0.1`, which no other file shares.
fn blob(site: &Site) -> String {
    format!("/blob/{}", site.hub.world().files[4].sha256)
}

fn fetch(site: &Site) -> Run {
    site.run(&["fetch", "paper/store"])
}

#[track_caller]
fn assert_complete(site: &Site) {
    let files: Vec<_> =
        FILES.map(|name| (format!("deep/store.zarr/{name}"), format!("{FOLDER}/{name}"))).into();
    let files: Vec<_> = files.iter().map(|(to, path)| (to.as_str(), path.as_str())).collect();
    site.assert_complete(&files);
}

#[test]
fn a_tree_comes_by_its_name_only_and_is_pinned_file_by_file() {
    let site = site();
    site.run(&["fetch"]).expect(0, "1 skipped").says("skipped      paper/store  taken only when its own id");
    assert!(site.hub.log().is_empty() && !site.frozen("deep").exists());
    site.run(&["verify"])
        .expect(4, "1 missing")
        .says("missing     paper/store  frozen/paper/deep/store.zarr");

    let run = fetch(&site).expect(0, "first contact with `lab/results`: trusting commit");
    assert_eq!(run.stdout, "fetched      paper/store  frozen/paper/deep/store.zarr  5 files, 293.0 KiB\n");
    assert!(!run.stderr.contains("waiting"), "equal files take turns: {}", run.stderr);
    assert_complete(&site);
    let received = site.hub.log().iter().filter(|request| request.host == Host::Storage).count();
    assert_eq!(received, 2, "equal files are received once");
    insta::with_settings!({ filters => vec![("[0-9a-f]{64}", "<sha256>"), ("git_sha1 = \"[0-9a-f]{40}", "git_sha1 = \"<sha1>")] }, {
        insta::assert_snapshot!(site.lock(), @r#"
        # Written by `repro lock` and `repro fetch`. Commit this file: it pins what was resolved.
        version = 1

        [[source]]
        id = "hub"
        repo = "lab/results"
        revision = "main"
        commit = "1111111111222222222233333333334444444444"

        [[tree]]
        id = "store"
        path = "analysis/store.zarr"
        files = [
          { path = ".zgroup", size = 18, sha256 = "<sha256>", git_sha1 = "<sha1>" },
          { path = "X/.zattrs", size = 18, sha256 = "<sha256>", git_sha1 = "<sha1>" },
          { path = "X/0.0", size = 100000, sha256 = "<sha256>" },
          { path = "X/0.1", size = 100000, sha256 = "<sha256>" },
          { path = "X/1.0", size = 100000, sha256 = "<sha256>" },
        ]
        "#);
    });

    site.hub.clear_log();
    site.run(&["fetch", "--locked", "paper/store"]).expect(0, "1 present").says("5 files, 293.0 KiB");
    site.run(&["verify"])
        .expect(0, "5 ok")
        .says("ok          paper/store  frozen/paper/deep/store.zarr/X/0.1");
    site.run(&["list", "paper/store"]).expect(0, "").says("present   cached      tree, 5 files, 293.0 KiB");
    let list: serde_json::Value = serde_json::from_str(&site.run(&["list", "--json"]).stdout).unwrap();
    assert_eq!((&list["items"][0]["files"], &list["items"][0]["bytes"]), (&5.into(), &300_036.into()));
    // Nothing is compared or drawn: the report is written, and that is no success.
    site.run(&["report"]).expect(4, "");
    let report = std::fs::read_to_string(site.project("reports/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let row = &report["papers"][0]["artifacts"][0];
    assert_eq!((&row["state"], &row["files"], &row["size"]), (&"ok".into(), &5.into(), &300_036.into()));
    assert_eq!((&report["artifacts_verified"], &report["artifacts_declared"]), (&1.into(), &1.into()));
    assert!(site.hub.log().is_empty(), "all of that works without a network");
}

#[test]
fn offline_a_locked_tree_comes_from_the_cache_and_an_unlocked_one_does_not() {
    let site = site();
    fetch(&site).expect(0, "");
    std::fs::remove_dir_all(site.project("frozen")).unwrap();
    site.hub.clear_log();
    site.run(&["--offline", "fetch", "--locked", "paper/store"]).expect(0, "1 fetched");
    assert_complete(&site);
    std::fs::remove_dir_all(site.project("frozen")).unwrap();
    let chunk = site.hub.world().files[4].sha256.clone();
    std::fs::remove_file(site.cache(&format!("blobs/{chunk}"))).unwrap();
    site.run(&["--offline", "fetch", "paper/store"])
        .expect(5, "")
        .says("the Hub cache lacks 1 of its 5 files");
    // A snapshot may hold a part of the tree, so it does not say what the tree is.
    std::fs::remove_file(site.project("manifests/paper/repro.lock")).unwrap();
    site.run(&["--offline", "fetch", "paper/store"]).expect(5, "").says("the lock does not list its files");
    assert!(site.hub.log().is_empty() && site.lock().is_empty());
}

#[test]
fn a_line_that_breaks_leaves_what_came_and_the_next_run_continues() {
    let site = site();
    site.fault(&blob(&site), u32::MAX, Action::Cut(40_000));
    fetch(&site).expect(6, "paper/store: 1 of 5 files failed, `X/0.1` with: the answer from http://HUB/");
    site.assert_only_right_bytes();
    assert_eq!(walk(&site.project("frozen")).len(), 4);
    assert!(site.lock().is_empty(), "a tree is locked whole or not at all: {}", site.lock());
    site.hub.world().faults.clear();
    site.hub.clear_log();
    fetch(&site).expect(0, "1 fetched");
    assert_complete(&site);
    let log = site.hub.log();
    let received: Vec<_> = log.iter().filter(|request| request.host == Host::Storage).collect();
    assert_eq!(received.len(), 1, "what is in its place is not asked for");
    assert_eq!(received[0].header("range"), Some("bytes=40000-"));
}

#[test]
fn a_killed_fetch_of_a_tree_is_continued() {
    let site = site();
    site.fault(&blob(&site), 1, Action::Stall(40_000));
    let mut child = site
        .command(&["fetch", "--jobs", "2", "paper/store"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let partial = site.cache(&format!("blobs/{}.incomplete", site.hub.world().files[4].sha256));
    super::processes::wait_for("all but the stalled file", || {
        let part = std::fs::metadata(&partial).is_ok_and(|metadata| metadata.len() == 40_000);
        part && FILES.iter().filter(|name| site.frozen("deep/store.zarr").join(name).exists()).count() == 4
    });
    child.kill().unwrap();
    child.wait().unwrap();
    site.assert_only_right_bytes();
    site.hub.clear_log();
    fetch(&site).expect(0, "1 fetched");
    assert_complete(&site);
    let received = site.hub.log().into_iter().filter(|request| request.host == Host::Storage);
    assert_eq!(
        received.filter_map(|r| r.header("range").map(str::to_owned)).collect::<Vec<_>>(),
        ["bytes=40000-"]
    );
}

#[test]
fn a_flipped_byte_in_one_file_fails_the_tree() {
    let site = site();
    site.fault(&blob(&site), 1, Action::Flip(12_345));
    let run = fetch(&site).expect(3, "1 of 5 files failed, `X/0.1` with: http://HUB/");
    assert!(run.stderr.contains("  Expected: ") && run.stderr.contains("hint: the file was damaged"));
    assert!(run.stdout.is_empty() || run.stdout.starts_with("failed"), "{}", run.stdout);
    site.assert_only_right_bytes();
    assert!(!site.frozen("deep/store.zarr/X/0.1").exists() && site.lock().is_empty());
    fetch(&site).expect(0, "1 fetched");
    assert_complete(&site);
}

#[test]
fn verify_names_every_file_of_a_tree_that_is_not_right() {
    let site = site();
    fetch(&site).expect(0, "");
    let place = |name: &str| site.frozen("deep/store.zarr").join(name);
    let mut bytes = std::fs::read(place("X/0.0")).unwrap();
    bytes[77] ^= 1;
    std::fs::write(place("X/0.0"), bytes).unwrap();
    std::fs::remove_file(place("X/.zattrs")).unwrap();
    write(&place("X/2.0"), b"planted");
    site.hub.clear_log();
    let run = site.run(&["verify", "paper/store"]).expect(3, "3 ok, 1 mismatched, 1 missing, 1 extra");
    insta::with_settings!({ filters => vec![("[0-9a-f]{64}", "<sha256>")] }, {
        insta::assert_snapshot!(run.stdout, @r"
        ok          paper/store  frozen/paper/deep/store.zarr/.zgroup
        missing     paper/store  frozen/paper/deep/store.zarr/X/.zattrs
        mismatched  paper/store  frozen/paper/deep/store.zarr/X/0.0

          Expected: <sha256>
          Computed: <sha256>

        ok          paper/store  frozen/paper/deep/store.zarr/X/0.1
        ok          paper/store  frozen/paper/deep/store.zarr/X/1.0
        extra       paper/store  frozen/paper/deep/store.zarr/X/2.0  the lock does not hold it
        ");
    });
    site.run(&["list", "paper/store"]).expect(0, "").says("missing");
    site.run(&["report"]).expect(3, "");
    assert!(site.hub.log().is_empty());
    // Damage is repaired from the cache; what does not belong to the tree is left for its owner to judge.
    fetch(&site).expect(0, "`frozen/paper/deep/store.zarr/X/0.0` is not the pinned file, fetching it again");
    site.run(&["verify"]).expect(3, "5 ok, 1 extra").says("store.zarr/X/2.0  the lock does not hold it");
    std::fs::remove_file(place("X/2.0")).unwrap();
    site.run(&["verify"]).expect(0, "5 ok");
    // A tree that was never locked has no pins.
    std::fs::remove_file(site.project("manifests/paper/repro.lock")).unwrap();
    site.run(&["verify"]).expect(4, "5 unpinned");
}

#[test]
fn locked_refuses_a_tree_that_changed() {
    type Change = fn(&mut Vec<RepoFile>);
    let changes: [(&str, i32, Change); 3] = [
        ("`X/0.1` has changed", 3, |files| {
            files[4] = RepoFile::new("analysis/store.zarr/X/0.1", noise(100_000, 9), true);
        }),
        ("`X/2.0` is new", 2, |files| {
            files.push(RepoFile::new("analysis/store.zarr/X/2.0", noise(10, 9), true));
        }),
        ("`X/.zattrs` has vanished", 2, |files| drop(files.remove(2))),
    ];
    for (difference, status, change) in changes {
        let site = site();
        site.run(&["fetch", "--locked", "paper/store"]).expect(
            2,
            "`manifests/paper/repro.lock` holds nothing current for `store`, and `--locked` was given",
        );
        site.run(&["lock"])
            .expect(0, "")
            .says("added    paper/store  analysis/store.zarr/ 5 files 300036 bytes");
        let before = site.lock();
        change(&mut site.hub.world().files);
        let message =
            format!("the tree `store` is not the locked one, and `--locked` was given: {difference}\n");
        site.run(&["fetch", "--locked", "paper/store"]).expect(status, &message);
        assert!(walk(&site.project("frozen")).is_empty());
        assert_eq!(site.lock(), before);
    }
}

#[test]
fn an_update_of_the_lock_tells_how_a_tree_changed() {
    let site = site();
    fetch(&site).expect(0, "");
    site.run(&["lock"]).expect(0, "the lock is current");
    site.run(&["lock", "--update"]).expect(0, "the lock is current");
    {
        let mut world = site.hub.world();
        world.commit = "5555555555666666666677777777778888888888".into();
        world.files[4] = RepoFile::new("analysis/store.zarr/X/0.1", noise(200_000, 9), true);
        world.files.remove(2);
        world.files.push(RepoFile::new("analysis/store.zarr/X/2.0", noise(10, 9), true));
    }
    // Until somebody asks, the locked commit and its files are what is meant.
    fetch(&site).expect(0, "1 present");
    let run = site.run(&["lock", "--update"]).expect(0, "");
    assert!(
        run.stdout.contains("  before: analysis/store.zarr/ 5 files 300036 bytes\n")
            && run.stdout.contains("5 files 400028 bytes (1 new, 1 changed, 1 vanished)"),
        "{}",
        run.stdout
    );
    assert!(site.lock().contains("path = \".zgroup\", size = 18, sha256"), "what was seen once stays known");
    site.run(&["verify"]).expect(3, "3 ok, 1 mismatched, 1 missing, 1 extra");
    fetch(&site).expect(0, "1 fetched");
    // Another choice of files is another tree.
    site.declare(&STORE.replace("evidence", "glob = \"X/*.0\"\nevidence"));
    site.run(&["fetch", "--locked", "paper/store"]).expect(2, "holds nothing current");
    fetch(&site).expect(0, "").says("3 files, 195.3 KiB");
}

#[test]
fn hostile_names_in_a_tree_reach_nothing() {
    let names =
        ["../../evil", "/etc/evil", "X/../../../evil", "X//evil", "a\0b", "C:\\evil", "..\\evil", "./evil"];
    for name in names {
        let site = site();
        site.hub.world().files.push(RepoFile::new(&format!("{FOLDER}/{name}"), b"evil".to_vec(), false));
        fetch(&site).expect(6, "`lab/results` lists a file that cannot be stored");
        assert!(walk(&site.project("frozen")).is_empty() && walk(&site.cache("")).is_empty(), "{name:?}");
        assert!(site.lock().is_empty());
        site.run(&["lock"]).expect(6, "lists a file that cannot be stored");
        assert!(!site.lock().contains("evil"));
    }
    // The lock is a file that people share, too.
    let site = site();
    fetch(&site).expect(0, "");
    let hostile = site.lock().replace("\"X/0.1\"", "\"../../../../evil\"");
    write(&site.project("manifests/paper/repro.lock"), hostile.as_bytes());
    fetch(&site).expect(2, "path `deep/store.zarr/../../../../evil` leaves its folder");
    site.run(&["verify"]).expect(3, "").says("leaves its folder");
    assert!(!site.folder.path().join("evil").exists());
}

#[cfg(unix)]
#[test]
fn a_tree_does_not_leave_through_a_link() {
    let site = site();
    let elsewhere = site.folder.path().join("elsewhere");
    std::fs::create_dir_all(&elsewhere).unwrap();
    std::fs::create_dir_all(site.frozen("deep/store.zarr")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, site.frozen("deep/store.zarr/X")).unwrap();
    fetch(&site).expect(2, "is a symbolic link that leaves");
    assert!(walk(&elsewhere).is_empty());
}

#[test]
fn a_tree_without_files_is_an_error_unless_it_may_be_absent() {
    let cases = [
        (
            STORE.replace("**/store.zarr", "**/stor.zarr"),
            "no file of `lab/results` lies below `**/stor.zarr`",
        ),
        (STORE.replace("**/store.zarr", "README.md"), "no file of `lab/results` lies below `README.md`"),
        (
            STORE.replace("evidence", "glob = \"*.pt\"\nevidence"),
            "no file of `lab/results` lies below `**/store.zarr` and matches `*.pt`",
        ),
    ];
    for (artifact, message) in cases {
        let site = Site::new(World::new(store()), &artifact);
        let run = fetch(&site).expect(6, &format!("error: paper/store: {message}\n"));
        assert!(run.stderr.contains("hint: check `path` and `glob` in the manifest"), "{}", run.stderr);
        site.declare(&format!("{artifact}optional = true\n"));
        fetch(&site).expect(5, "1 missing").says(&format!("not_shared: {message}"));
        site.run(&["lock"]).expect(0, "open: paper/store has no pin yet");
        assert!(walk(&site.project("frozen")).is_empty());
    }
    let site = Site::new(World::new(store()), &STORE.replace("store.zarr\"\nto", "store.zarr*\"\nto"));
    fetch(&site)
        .expect(2, "matches 2 folders of `lab/results`: `analysis/store.zarr`, `analysis/store.zarr2`");
}

#[test]
fn the_whole_of_a_repository_can_be_a_tree_and_a_glob_chooses() {
    let artifact = r#"
[[artifact]]
id = "weights"
source = "hub"
tree = true
glob = "**/*.{pt,ckpt}"
to = "weights"
fetch = "default"
evidence = "cached"
"#;
    let mut world = World::new(store());
    world.files.push(RepoFile::new("best model.pt", noise(3000, 1), true));
    world.files.push(RepoFile::new("a/b/epoch=1/loss=0.5.ckpt", noise(4000, 2), true));
    let site = Site::new(world, artifact);
    site.run(&["fetch", "--dry-run"])
        .expect(5, "")
        .says("would fetch  paper/weights  frozen/paper/weights  2 files");
    assert!(!site.project("frozen").exists());
    site.run(&["fetch", "--max-size", "5kB"]).expect(5, "").says("6.8 KiB is more than `--max-size`");
    site.run(&["fetch"]).expect(0, "").says("2 files, 6.8 KiB");
    let path = "a/b/epoch=1/loss=0.5.ckpt";
    site.assert_complete(&[("weights/best model.pt", "best model.pt"), (&format!("weights/{path}"), path)]);
    site.run(&["fetch", "--dry-run"]).expect(0, "1 present");
}

#[test]
fn thousands_of_files_are_handled() {
    let count = 2000;
    let mut world = World::new(Vec::new());
    // Most chunks of a sparse store are equal, and many small files are what makes a tree slow.
    for i in 0..count {
        let name = format!("s.zarr/X/{}.{}", i / 50, i % 50);
        world.files.push(RepoFile::new(&name, noise(40, i % 500), false));
    }
    let site = Site::new(world, &STORE.replace("**/store.zarr", "s.zarr"));
    site.run(&["lock"]).expect(0, "").says("2000 files 80000 bytes");
    let run = site.run(&["--jobs", "8", "fetch", "paper/store"]).expect(0, "1 fetched");
    assert!(!run.stderr.contains("waiting"), "{}", run.stderr);
    let asked = site.hub.log().iter().filter(|request| request.target.contains("/resolve/")).count();
    assert_eq!(asked, 500, "equal files are received once");
    site.run(&["verify"]).expect(0, "2000 ok");
    assert_eq!(site.lock().lines().filter(|line| line.contains("sha256 = ")).count(), 2000);
}

#[test]
fn a_source_that_is_away_fails_its_trees_once() {
    let site = site();
    site.run(&["lock"]).expect(0, "");
    let run = site.finish(site.command(&["fetch", "paper/store"]).env("HF_ENDPOINT", "http://127.0.0.1:9"));
    let run = run.expect(6, "cannot reach http://127.0.0.1:9/").says("failed       paper/store  its source");
    assert_eq!(run.stderr.matches("error: paper").count(), 1, "{}", run.stderr);
}

#[test]
fn manifests_say_what_a_tree_may_be() {
    let other = STORE.replace("\"store\"", "\"other\"");
    let cases = [
        (STORE.replace("\"hub\"", "\"web\""), "only a Hub lists its files"),
        (
            format!("{STORE}sha256 = \"{}\"\n", "a".repeat(64)),
            "`sha256`, `size` and `derived_rows` are about a file",
        ),
        (
            STORE.replace("tree = true", "glob = \"*\""),
            "`glob` chooses files of a tree, which needs `tree = true`",
        ),
        (STORE.replace("to = \"deep/store.zarr\"\n", ""), "artifact `store` needs `to`"),
        (format!("{STORE}{other}"), "two artifacts would lie at `deep/store.zarr`"),
        (
            format!("{}{STORE}", other.replace("deep/store.zarr", "deep/store.zarr/X")),
            "artifact `other` would lie inside the tree `store`",
        ),
        (
            format!("{STORE}[[dataset]]\nid = \"d\"\nany_of = [{{ artifact = \"store\" }}]\n"),
            "`store` is a tree of files, not a table",
        ),
    ];
    for (artifacts, message) in cases {
        let site = Site::new(World::new(store()), &artifacts);
        site.run(&["list"]).expect(2, message);
    }
}
