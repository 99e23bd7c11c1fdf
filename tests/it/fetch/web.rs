//! Plain web servers: no listing, no hash, at best a validator.

use super::{Site, noise, walk, world};
use crate::hub::{Action, Host, WebFile};

const WEB: &str = r#"
[[artifact]]
id = "table"
source = "web"
path = "data/a table.csv"
to = "table.csv"
evidence = "cached"
"#;
const SIZE: usize = 200_000;

fn site(etag: Option<&str>, more: &str) -> Site {
    let site = Site::new(world(), &format!("{WEB}{more}"));
    let mut file = WebFile::new(noise(SIZE, 5));
    file.etag = etag.map(str::to_owned);
    site.hub.world().web.insert("data/a table.csv".into(), file);
    site
}

fn assert_complete(site: &Site) {
    site.assert_only_right_bytes();
    assert_eq!(walk(&site.project("frozen")), [site.frozen("table.csv")]);
}

#[test]
fn first_contact_pins_and_the_pin_rules_afterwards() {
    let site = site(None, "");
    site.finish(site.command(&["fetch"]).env("HF_TOKEN", "hush"))
        .expect(0, "first contact with `table`: trusting sha256");
    assert!(site.hub.log().iter().all(|r| r.host == Host::Storage && r.header("authorization").is_none()));
    assert_complete(&site);
    site.run(&["verify"]).expect(0, "1 ok");

    std::fs::remove_file(site.frozen("table.csv")).unwrap();
    site.hub.world().web.insert("data/a table.csv".into(), WebFile::new(noise(SIZE, 6)));
    site.run(&["fetch"]).expect(3, "http://STORAGE/web/data/a%20table.csv sent other bytes");
    assert!(walk(&site.project("frozen")).is_empty());
    site.run(&["lock", "--update"]).expect(0, "").says("dropped  paper/table");
    site.run(&["fetch", "--locked"]).expect(2, "holds nothing current for `table`");
    site.run(&["fetch"]).expect(0, "first contact");
    assert_complete(&site);
}

#[test]
fn an_unpinned_file_is_continued_only_if_the_server_vouches_for_it() {
    for (etag, expected) in [(Some("\"v1\""), true), (Some("W/\"v1\""), false), (None, false)] {
        let site = site(etag, "");
        site.fault("/web/", 1, Action::Cut(50_000));
        site.run(&["fetch"]).expect(0, "");
        assert_complete(&site);
        let continued = site.hub.log().iter().any(|r| r.header("if-range") == Some("\"v1\""));
        assert_eq!(continued, expected, "{etag:?}");
    }
}

#[test]
fn a_file_that_changed_between_two_parts_is_read_from_the_start() {
    let site = site(Some("\"v1\""), "");
    site.fault("/web/", u32::MAX, Action::Cut(50_000));
    site.run(&["fetch"]).expect(6, "broke off");
    site.hub.world().faults.clear();
    let mut changed = WebFile::new(noise(SIZE, 6));
    changed.etag = Some("\"v2\"".into());
    site.hub.world().web.insert("data/a table.csv".into(), changed);
    site.run(&["fetch"]).expect(0, "");
    assert_complete(&site);
}

#[test]
fn a_pinned_file_is_continued_without_a_validator_and_judged_by_its_hash() {
    let pin = repro::digest::sha256(&noise(SIZE, 5));
    let site = site(None, &format!("sha256 = \"{pin}\"\n"));
    site.fault("/web/", 1, Action::Cut(50_000));
    site.run(&["fetch", "--locked"]).expect(0, "");
    assert!(site.hub.log().iter().any(|r| r.header("range") == Some("bytes=50000-")));
    assert_complete(&site);
}

#[test]
fn a_login_page_is_not_trusted_at_first_contact() {
    let site = site(None, "");
    let headers = vec![("Content-Type", "text/html".to_owned())];
    site.fault("/web/", 1, Action::Reply { status: 200, headers, body: "<html>log in</html>" });
    site.run(&["fetch"]).expect(6, "sent a web page, not the file");
    assert!(walk(&site.project("frozen")).is_empty() && site.lock().is_empty());
}

#[test]
fn a_body_that_may_be_cut_unnoticed_is_not_trusted_at_first_contact() {
    let site = site(None, "");
    site.fault("/web/", u32::MAX, Action::Unsized(SIZE as u64));
    site.run(&["fetch"]).expect(6, "does not say how long the file is, and nothing pins it");
    assert!(walk(&site.project("frozen")).is_empty() && site.lock().is_empty());
}

#[test]
fn a_missing_page_and_a_large_one_are_told() {
    let site = site(None, "");
    site.run(&["fetch", "--max-size", "100KB"]).expect(5, "").says("195.3 KiB is more than `--max-size`");
    site.hub.world().web.clear();
    site.run(&["fetch"]).expect(6, "answered 404 Not Found");
    assert!(walk(&site.project("frozen")).is_empty());
    let run = site.run(&["--offline", "fetch"]).expect(5, "");
    assert!(run.stdout.starts_with("missing      paper/table"));
}
