//! What the lock remembers, and what `--locked`, `lock` and `verify` make of it.

use super::{BOTH, SMALL, Site, noise, world, write};
use crate::hub::RepoFile;

const LOCAL: &str = r#"
[[artifact]]
id = "kept"
source = "local"
path = "kept.csv"
evidence = "digitised"
"#;

#[test]
fn a_lock_without_bytes_pins_what_the_listing_tells() {
    let site = Site::new(world(), BOTH);
    site.run(&["lock"]).expect(0, "").says("added    paper/big  figs/big.bin 300000 bytes sha256");
    let lock = site.lock();
    insta::with_settings!({ filters => vec![("[0-9a-f]{64}", "<sha256>"), ("git_sha1 = \"[0-9a-f]{40}", "git_sha1 = \"<sha1>")] }, {
        insta::assert_snapshot!(lock, @r#"
        # Written by `repro lock` and `repro fetch`. Commit this file: it pins what was resolved.
        version = 1

        [[source]]
        id = "hub"
        repo = "lab/results"
        revision = "main"
        commit = "1111111111222222222233333333334444444444"

        [[artifact]]
        id = "big"
        path = "figs/big.bin"
        size = 300000
        sha256 = "<sha256>"

        [[artifact]]
        id = "small"
        path = "figs/small.csv"
        size = 2200
        git_sha1 = "<sha1>"
        "#);
    });
    site.run(&["lock"]).expect(0, "the lock is current");
    let run = site.run(&["fetch"]).expect(0, "2 fetched");
    assert!(!run.stderr.contains("first contact"), "{}", run.stderr);
    assert_eq!(site.lock().matches("sha256").count(), 2, "the fetch adds what only the bytes tell");
}

#[test]
fn locked_refuses_what_the_lock_does_not_hold() {
    let site = Site::new(world(), SMALL);
    let run = site
        .run(&["fetch", "--locked"])
        .expect(2, "holds nothing current for `small`, and `--locked` was given");
    assert!(run.stderr.contains("hint: run `repro lock`"));
    assert!(site.hub.log().is_empty());
    site.run(&["lock"]).expect(0, "");
    let before = site.lock();
    site.run(&["fetch", "--locked"]).expect(0, "1 fetched");
    assert_eq!(site.lock(), before);

    // Another path or another revision in the manifest: the entry is about something else.
    site.declare(&SMALL.replace("figs/small", "figs/other"));
    site.run(&["fetch", "--locked"]).expect(2, "holds nothing current");
}

#[test]
fn locked_leaves_an_optional_file_that_appeared_since() {
    let site = Site::new(world(), &format!("{BOTH}optional = true\n"));
    let big = site.hub.world().files.remove(1);
    site.run(&["lock"]).expect(0, "open: paper/big has no pin yet");
    site.hub.world().files.push(big);
    site.run(&["fetch", "--locked"])
        .expect(5, "1 fetched, 1 missing")
        .says("missing      paper/big  not_fetched: the lock does not hold it, and `--locked` was given");
    assert!(!site.frozen("deep").exists());
    site.run(&["fetch"]).expect(0, "1 fetched, 1 present");
}

#[test]
fn a_moved_revision_is_not_followed_until_asked() {
    let site = Site::new(world(), SMALL);
    site.run(&["fetch"]).expect(0, "");
    let next = "5555555555666666666677777777778888888888";
    {
        let mut world = site.hub.world();
        world.commit = next.into();
        world.files[2] = RepoFile::new("figs/small.csv", b"method,score\nours,0.9\n".to_vec(), false);
    }
    site.run(&["fetch"]).expect(0, "1 present");
    site.run(&["lock"]).expect(0, "the lock is current");
    let run = site.run(&["lock", "--update"]).expect(0, "");
    assert!(run.stdout.contains(&format!("after:  commit {next}")), "{}", run.stdout);
    site.run(&["verify"]).expect(5, "1 unpinned");
    site.run(&["fetch"]).expect(0, "1 fetched");
    site.assert_complete_but_for_the_cache("small.csv", "figs/small.csv");
    site.run(&["verify"]).expect(0, "1 ok");
}

#[test]
fn a_pin_in_the_manifest_that_the_listing_contradicts_is_an_error() {
    let site = Site::new(world(), &format!("{SMALL}size = 7\n"));
    site.run(&["fetch"])
        .expect(3, "is not what is pinned for `small`\n\n  Expected: 7 bytes\n  Computed: 2200 bytes");
    let site = Site::new(world(), &format!("{SMALL}sha256 = \"{}\"\n", "a".repeat(64)));
    site.run(&["fetch"]).expect(3, &format!("  Expected: {}", "a".repeat(64)));
    site.assert_only_right_bytes();
}

#[test]
fn local_files_are_pinned_at_first_contact_and_verified_afterwards() {
    let site = Site::new(world(), LOCAL);
    site.run(&["fetch"])
        .expect(5, "")
        .says("missing      paper/kept  not_fetched: `frozen/paper/kept.csv` is not there");
    write(&site.frozen("kept.csv"), b"x\n1\n");
    site.run(&["verify"]).expect(5, "1 unpinned");
    site.run(&["fetch"]).expect(0, "first contact with `kept`: trusting sha256");
    site.run(&["verify"]).expect(0, "1 ok");
    write(&site.frozen("kept.csv"), b"x\n2\n");
    site.run(&["verify"]).expect(3, "1 mismatched");
    site.run(&["fetch"])
        .expect(3, "paper/kept: `frozen/paper/kept.csv` is not the pinned file\n\n  Expected: ");
    site.run(&["lock", "--update"]).expect(0, "open: paper/kept has no pin yet").says("dropped  paper/kept");
    site.run(&["fetch"]).expect(0, "first contact");
}

#[test]
fn verify_lists_every_state_offline() {
    let pin = repro::digest::sha256(b"right\n");
    let pinned = |id: &str, more: &str| {
        format!(
            "[[artifact]]\nid = \"{id}\"\nsource = \"local\"\npath = \"{id}.csv\"\nevidence = \"printed\"\nsha256 = \"{pin}\"\n{more}"
        )
    };
    let artifacts =
        [pinned("good", ""), pinned("bad", ""), pinned("gone", ""), pinned("may", "optional = true\n")];
    let site = Site::new(world(), &artifacts.concat());
    for (name, bytes) in [("good", &b"right\n"[..]), ("bad", b"wrong\n"), ("stray/x", b"?")] {
        write(&site.frozen(&format!("{name}.csv")), bytes);
    }
    let run = site.run(&["verify"]).expect(3, "1 ok, 1 mismatched, 2 missing, 1 extra");
    insta::assert_snapshot!(run.stdout, @r"
    ok          paper/good  frozen/paper/good.csv
    mismatched  paper/bad  frozen/paper/bad.csv

      Expected: 55c97802b397ef4da0d8e2ecf4a8fa33c1f4755da0eacec54c62cacbbcfd9713
      Computed: 543df89fec85b1c280e5be7bc6a33e31203503cd6edb3084312de4db5a9b436c

    missing     paper/gone  frozen/paper/gone.csv
    missing     paper/may  frozen/paper/may.csv  (optional)
    extra       frozen/paper/stray/x.csv
    ");
    site.run(&["verify", "paper/good"]).expect(0, "1 ok");
    site.run(&["verify", "paper/good", "paper/may"]).expect(5, "1 ok, 1 missing");
    site.run(&["verify", "paper/gone"]).expect(4, "1 missing");
    site.run(&["verify", "paper/goood"]).expect(2, "did you mean `paper/good`?");
    assert!(site.hub.log().is_empty());
}

#[test]
fn a_manifest_and_a_lock_that_disagree_are_told_apart_from_damage() {
    let site = Site::new(world(), LOCAL);
    write(&site.frozen("kept.csv"), b"x\n1\n");
    site.run(&["fetch"]).expect(0, "");
    site.declare(&format!("{LOCAL}sha256 = \"{}\"\n", "b".repeat(64)));
    site.run(&["fetch"]).expect(3, "the manifest and `repro.lock` disagree about `kept`");
}

#[test]
fn a_broken_lock_is_a_usage_error() {
    let site = Site::new(world(), SMALL);
    write(&site.project("manifests/paper/repro.lock"), &noise(100, 1));
    site.run(&["fetch"]).expect(6, "cannot read");
    write(&site.project("manifests/paper/repro.lock"), b"version = 9\n");
    site.run(&["fetch"]).expect(2, "has version 9");
    site.run(&["lock", "nobody"]).expect(2, "there is no paper `nobody`");
}
