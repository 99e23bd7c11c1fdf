//! Lines that break and bytes that lie. Whatever happens, only right bytes get a name.

use super::{BIG, SMALL, Site, noise, walk, world};
use crate::hub::{Action, Fault};

const COMPLETE: [(&str, &str); 1] = [("big.bin", "figs/big.bin")];
const SIZE: u64 = 300_000;

#[test]
fn a_connection_cut_anywhere_is_continued() {
    let mut offsets: Vec<u64> = noise(50 * 3, 7)
        .chunks(3)
        .map(|bytes| bytes.iter().fold(0, |sum, byte| sum * 256 + u64::from(*byte)) % SIZE)
        .collect();
    offsets.extend([0, 1, SIZE - 1]);
    let site = Site::new(world(), BIG);
    for offset in offsets {
        site.fault("/blob/", 1, Action::Cut(offset));
        site.hub.clear_log();
        site.run(&["fetch"]).expect(0, "");
        site.assert_complete(&COMPLETE);
        let ranges: Vec<_> =
            site.hub.log().iter().filter_map(|request| request.header("range").map(str::to_owned)).collect();
        let continued = ranges.iter().any(|range| *range == format!("bytes={offset}-"));
        assert!(offset == 0 || continued, "{offset}: {ranges:?}");
        std::fs::remove_dir_all(site.project("frozen")).unwrap();
        std::fs::remove_dir_all(site.cache("")).unwrap();
    }
}

#[test]
fn a_line_that_breaks_for_ever_leaves_a_part_and_the_next_run_continues_it() {
    let site = Site::new(world(), BIG);
    site.fault("/blob/", u32::MAX, Action::Cut(100_000));
    site.run(&["fetch"]).expect(6, "broke off after 100000 bytes");
    site.assert_only_right_bytes();
    assert!(walk(&site.project("frozen")).is_empty());
    site.hub.world().faults.clear();
    site.hub.clear_log();
    site.run(&["fetch"]).expect(0, "");
    assert!(site.hub.log().iter().any(|request| request.header("range") == Some("bytes=100000-")));
    site.assert_complete(&COMPLETE);
}

#[test]
fn a_stalled_line_is_dropped_and_continued() {
    let site = Site::new(world(), BIG);
    site.fault("/blob/", 1, Action::Stall(150_000));
    site.finish(site.command(&["fetch"]).env("HF_HUB_DOWNLOAD_TIMEOUT", "0.4")).expect(0, "");
    site.assert_complete(&COMPLETE);
    let ranges: Vec<_> = site.hub.log().iter().filter_map(|r| r.header("range").map(str::to_owned)).collect();
    assert!(ranges.contains(&"bytes=150000-".to_owned()), "{ranges:?}");
}

#[test]
fn a_server_that_ignores_ranges_is_read_from_the_start() {
    let site = Site::new(world(), BIG);
    site.fault("/blob/", 1, Action::Cut(100_000));
    site.fault("/blob/", 1, Action::IgnoreRange);
    site.run(&["fetch"]).expect(0, "");
    site.assert_complete(&COMPLETE);
}

#[test]
fn a_server_that_refuses_the_range_is_read_from_the_start() {
    let site = Site::new(world(), BIG);
    site.fault("/blob/", 1, Action::Cut(100_000));
    site.fault("/blob/", 1, Action::RefuseRange);
    site.run(&["fetch"]).expect(0, "");
    site.assert_complete(&COMPLETE);
}

#[test]
fn a_part_longer_than_the_file_is_of_no_use() {
    let site = Site::new(world(), BIG);
    site.run(&["lock"]).expect(0, "");
    let name = site.hub.world().files[1].sha256.clone();
    super::write(&site.cache(&format!("blobs/{name}.incomplete")), &noise(400_000, 2));
    site.run(&["fetch"]).expect(0, "");
    site.assert_complete(&COMPLETE);
}

#[test]
fn a_part_with_wrong_bytes_costs_one_fresh_start() {
    let site = Site::new(world(), BIG);
    site.run(&["lock"]).expect(0, "");
    let name = site.hub.world().files[1].sha256.clone();
    for length in [1000, SIZE as usize] {
        super::write(&site.cache(&format!("blobs/{name}.incomplete")), &noise(length, 2));
        site.run(&["fetch"]).expect(0, "");
        site.assert_complete(&COMPLETE);
        std::fs::remove_dir_all(site.project("frozen")).unwrap();
        std::fs::remove_dir_all(site.cache("")).unwrap();
    }
}

#[test]
fn a_flipped_byte_is_found_and_not_tried_again() {
    let site = Site::new(world(), BIG);
    site.fault("/blob/", 1, Action::Flip(123_456));
    let run = site.run(&["fetch"]).expect(3, "sent other bytes than the expected ones\n\n  Expected: ");
    assert!(run.stderr.contains("\n  Computed: ") && run.stderr.contains("hint: the file was damaged"));
    assert!(!run.stderr.contains("secret"), "signatures are not for messages");
    let asked = site.hub.log().iter().filter(|request| request.target.contains("/blob/")).count();
    assert_eq!(asked, 1);
    assert!(walk(&site.project("frozen")).is_empty() && walk(&site.cache("blobs")).is_empty());
    assert!(site.lock().is_empty(), "nothing that failed is trusted: {}", site.lock());
    site.run(&["fetch"]).expect(0, "");
    site.assert_complete(&COMPLETE);
}

#[test]
fn a_byte_flipped_after_a_break_costs_one_fresh_start() {
    let site = Site::new(world(), BIG);
    site.fault("/blob/", 1, Action::Cut(100_000));
    site.fault("/blob/", 1, Action::Flip(200_000));
    site.run(&["fetch"]).expect(0, "");
    site.assert_complete(&COMPLETE);

    let site = Site::new(world(), BIG);
    site.fault("/blob/", 1, Action::Cut(100_000));
    site.fault("/blob/", u32::MAX, Action::Flip(200_000));
    site.run(&["fetch"]).expect(3, "  Computed: ");
    let asked = site.hub.log().iter().filter(|request| request.target.contains("/blob/")).count();
    assert_eq!(asked, 3);
    assert!(walk(&site.frozen("")).is_empty() && walk(&site.cache("blobs")).is_empty());
}

#[test]
fn a_flipped_byte_of_a_small_file_is_found_by_the_hash_of_git() {
    let site = Site::new(world(), SMALL);
    site.fault("/resolve-cache/", u32::MAX, Action::Flip(7));
    site.run(&["fetch"]).expect(3, "  Expected: git sha1 ");
    assert!(walk(&site.frozen("")).is_empty() && walk(&site.cache("blobs")).is_empty());
}

#[test]
fn a_short_body_with_a_matching_length_is_a_wrong_file() {
    let site = Site::new(world(), BIG);
    site.fault("/blob/", u32::MAX, Action::Short(60));
    site.run(&["fetch"]).expect(3, "  Expected: 300000 bytes\n  Computed: 60 bytes");
    assert!(walk(&site.frozen("")).is_empty() && walk(&site.cache("blobs")).is_empty());
}

#[test]
fn a_body_without_length_that_ends_early_is_continued() {
    let site = Site::new(world(), BIG);
    site.fault("/blob/", 1, Action::Unsized(1234));
    site.run(&["fetch"]).expect(0, "");
    site.assert_complete(&COMPLETE);
}

#[test]
fn a_web_page_is_not_a_data_file() {
    let page = |status| Action::Reply {
        status,
        headers: vec![("Content-Type", "text/html; charset=utf-8".into())],
        body: "<html>Please log in</html>",
    };
    let site = Site::new(world(), BIG);
    site.fault("/blob/", u32::MAX, page(200));
    site.run(&["fetch"]).expect(3, "hint: the server sent a web page");
    let site = Site::new(world(), BIG);
    site.fault("/blob/", u32::MAX, page(403));
    site.run(&["fetch"]).expect(6, "answered 403 Forbidden");
    assert!(walk(&site.frozen("")).is_empty() && walk(&site.cache("blobs")).is_empty());
    // A signed address that has expired: the Hub gives a new one.
    let site = Site::new(world(), BIG);
    site.fault("/blob/", 1, page(403));
    site.run(&["fetch"]).expect(0, "");
    site.assert_complete(&COMPLETE);
}

#[test]
fn an_announced_size_that_differs_from_the_listing_stops_before_the_first_byte() {
    let site = Site::new(world(), BIG);
    site.fault("/resolve/", u32::MAX, Action::LinkedSize(299_999));
    site.run(&["fetch"]).expect(3, "announces another file").expect(3, "  Computed: 299999 bytes");
    assert!(walk(&site.frozen("")).is_empty() && walk(&site.cache("blobs")).is_empty());
}

#[test]
fn a_damaged_cache_is_found_out_and_replaced() {
    let site = Site::new(world(), BIG);
    site.run(&["fetch"]).expect(0, "");
    let blob = site.cache("blobs").join(&site.hub.world().files[1].sha256);
    // The frozen file may be the same inode, so both go and a wrong one comes.
    std::fs::remove_dir_all(site.project("frozen")).unwrap();
    std::fs::remove_file(&blob).unwrap();
    std::fs::write(&blob, noise(SIZE as usize, 9)).unwrap();
    site.run(&["fetch"]).expect(0, "warning: `figs/big.bin` in the Hub cache is damaged and was removed");
    site.assert_complete(&COMPLETE);
    // With right bytes in the cache nothing is received.
    std::fs::remove_dir_all(site.project("frozen")).unwrap();
    site.hub.clear_log();
    site.run(&["fetch"]).expect(0, "1 fetched");
    assert!(site.hub.log().is_empty());
}

#[test]
fn a_frozen_file_that_was_changed_is_named_and_replaced() {
    let site = Site::new(world(), BIG);
    site.run(&["fetch"]).expect(0, "");
    std::fs::remove_file(site.frozen("big.bin")).unwrap();
    std::fs::write(site.frozen("big.bin"), b"edited").unwrap();
    let run = site.run(&["verify"]).expect(3, "1 mismatched");
    assert!(run.stdout.starts_with("mismatched  paper/big  frozen/paper/big.bin\n\n  Expected: "));
    site.run(&["fetch"]).expect(0, "is not the pinned file, fetching it again");
    site.assert_complete(&COMPLETE);
}

#[test]
fn what_leaves_through_a_link_is_refused() {
    let site = Site::new(world(), BIG);
    std::fs::create_dir_all(site.folder.path().join("elsewhere")).unwrap();
    site.declare(&BIG.replace("to = \"", "to = \"out/"));
    std::fs::create_dir_all(site.frozen("")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(site.folder.path().join("elsewhere"), site.frozen("out")).unwrap();
    site.run(&["fetch"]).expect(2, "is a symbolic link that leaves");
    assert!(walk(&site.folder.path().join("elsewhere")).is_empty());
    site.run(&["verify"]).expect(3, "1 mismatched");
}

#[test]
fn the_lock_rules_over_a_server_that_changed_its_mind() {
    let site = Site::new(world(), BIG);
    site.run(&["fetch"]).expect(0, "");
    let before = site.lock();
    std::fs::remove_dir_all(site.project("frozen")).unwrap();
    std::fs::remove_dir_all(site.cache("")).unwrap();
    let other = crate::hub::RepoFile::new("figs/big.bin", noise(SIZE as usize, 3), true);
    site.hub.world().files[1] = other;
    site.run(&["fetch"]).expect(3, "announces another file than the expected one");
    assert_eq!(site.lock(), before);
    assert!(walk(&site.frozen("")).is_empty());
    site.run(&["lock", "--update"]).expect(0, "").says("changed  paper/big");
    assert_ne!(site.lock(), before);
    site.run(&["fetch"]).expect(0, "1 fetched");
    site.assert_complete(&COMPLETE);
}

#[test]
fn faults_leave_other_requests_alone() {
    let site = Site::new(world(), BIG);
    let action = Action::Flip(1);
    site.hub.world().faults.push(Fault { target: "/blob/".into(), after: 9, times: 1, action });
    site.run(&["fetch"]).expect(0, "");
}
