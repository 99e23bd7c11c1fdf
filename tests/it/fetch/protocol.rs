//! What is asked of whom: redirects, tokens, listings, refusals, waiting.

use std::time::Duration;

use super::{BIG, BOTH, SMALL, Site, walk, world};
use crate::hub::{Action, Fault, Host, RepoFile};

const COMPLETE: [(&str, &str); 2] = [("small.csv", "figs/small.csv"), ("deep/big.bin", "figs/big.bin")];

#[test]
fn first_contact_is_said_plainly_and_everything_lands_where_python_finds_it() {
    let site = Site::new(world(), BOTH);
    let run = site.run(&["fetch"]).expect(0, "first contact with `lab/results`: trusting commit 1111111111");
    insta::assert_snapshot!(run.stdout, @r"
    fetched      paper/small  frozen/paper/small.csv  2.1 KiB
    fetched      paper/big  frozen/paper/deep/big.bin  293.0 KiB
    ");
    site.assert_complete(&COMPLETE);
    let commit = site.hub.world().commit.clone();
    assert_eq!(std::fs::read_to_string(site.cache("refs/main")).unwrap(), commit);
    let link = std::fs::read_link(site.cache(&format!("snapshots/{commit}/figs/big.bin"))).unwrap();
    assert!(link.starts_with("../../../blobs"), "{link:?}");
    assert!(site.lock().contains("sha256") && site.lock().contains("git_sha1"), "{}", site.lock());

    site.hub.clear_log();
    site.run(&["fetch", "--locked"]).expect(0, "2 present");
    assert!(site.hub.log().is_empty(), "what is there is not asked for");
    site.run(&["verify"]).expect(0, "2 ok");
}

#[test]
fn the_token_reaches_the_hub_and_nobody_else() {
    let site = Site::new(world(), BOTH);
    site.hub.world().token = Some("hush".into());
    let run = site.finish(site.command(&["fetch"]).env("HF_TOKEN", "hush")).expect(0, "");
    assert!(!run.stderr.contains("hush"));
    for request in site.hub.log() {
        let sent = request.header("authorization");
        match request.host {
            Host::Hub => assert_eq!(sent, Some("Bearer hush"), "{}", request.target),
            Host::Storage => assert_eq!(sent, None, "{}", request.target),
        }
        assert_eq!(request.header("accept-encoding"), Some("identity"));
    }
    site.assert_complete(&COMPLETE);
}

#[test]
fn a_gated_repository_says_what_to_do() {
    let site = Site::new(world(), BOTH);
    site.hub.world().token = Some("hush".into());
    let run =
        site.run(&["fetch"]).expect(6, "answered 401 Unauthorized: GatedRepo: Access to this dataset is");
    assert!(run.stderr.contains("hint: accept the conditions"), "{}", run.stderr);
    let run =
        site.finish(site.command(&["fetch"]).env("HF_TOKEN", "wrong")).expect(6, "403 Forbidden: GatedRepo");
    assert!(!run.stderr.contains("wrong"));
    let implicit = [("HF_TOKEN", "hush"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")];
    site.finish(site.command(&["fetch"]).envs(implicit)).expect(6, "401 Unauthorized");
    assert!(walk(&site.project("frozen")).is_empty() && site.lock().is_empty());
}

#[test]
fn a_listing_of_several_pages_is_read_to_its_end() {
    let site = Site::new(world(), BOTH);
    site.hub.world().page_size = 1;
    site.run(&["fetch"]).expect(0, "");
    let pages = site.hub.log().iter().filter(|request| request.target.contains("/tree/")).count();
    assert_eq!(pages, 3);
    site.assert_complete(&COMPLETE);
}

#[test]
fn a_next_page_on_another_host_is_refused_and_gets_no_token() {
    let site = Site::new(world(), BOTH);
    let link = format!("<http://{}/api/tree>; rel=\"next\"", site.hub.storage);
    let headers = vec![("Link", link)];
    site.fault("/tree/", 1, Action::Reply { status: 200, headers, body: "[]" });
    site.finish(site.command(&["fetch"]).env("HF_TOKEN", "hush")).expect(6, "for the next page of a listing");
    assert!(site.hub.log().iter().all(|request| request.host == Host::Hub));
}

#[test]
fn a_listing_in_a_circle_ends() {
    let site = Site::new(world(), BOTH);
    let target = format!("/api/datasets/lab/results/tree/{}", site.hub.world().commit);
    let headers = vec![("Link", format!("<{target}?recursive=true&expand=false>; rel=\"next\""))];
    site.fault("/tree/", u32::MAX, Action::Reply { status: 200, headers, body: "[]" });
    site.run(&["fetch"]).expect(6, "pages");
}

#[test]
fn weak_validators_and_unwanted_compression_change_nothing() {
    for action in [Action::Weak, Action::Gzip] {
        let site = Site::new(world(), SMALL);
        site.fault("figs/small.csv", u32::MAX, action);
        site.run(&["fetch"]).expect(0, "");
        site.assert_complete(&COMPLETE[..1]);
    }
}

#[test]
fn redirects_are_bounded_and_stay_on_the_web() {
    let site = Site::new(world(), SMALL);
    site.fault("/resolve/", u32::MAX, Action::Loop);
    site.run(&["fetch"]).expect(6, "redirects more than 10 times");
    let requests = site.hub.log().iter().filter(|request| request.target.contains("/resolve/")).count();
    assert_eq!(requests, 11, "a loop is not tried again");

    let site = Site::new(world(), SMALL);
    let headers = vec![("Location", "file:///etc/passwd".to_owned())];
    site.fault("/resolve/", 1, Action::Reply { status: 302, headers, body: "" });
    site.run(&["fetch"]).expect(6, "redirects to `file:///etc/passwd`, which is not a web address");
    assert!(walk(&site.frozen("")).is_empty());
}

#[test]
fn missing_things_are_told_apart() {
    let site = Site::new(world(), &SMALL.replace("figs/small.csv", "figs/smal.csv"));
    site.run(&["fetch"]).expect(6, "paper/small: no file of `lab/results` matches `figs/smal.csv`");

    let site = Site::new(world(), SMALL);
    site.run(&["lock"]).expect(0, "");
    site.hub.world().files.retain(|file| file.path != "figs/small.csv");
    let run = site.run(&["fetch"]).expect(6, "404 Not Found: EntryNotFound");
    assert!(run.stderr.contains("hint: check `path` in the manifest"), "{}", run.stderr);

    let site = Site::new(world(), SMALL);
    site.hub.world().repo = "lab/moved".into();
    site.run(&["fetch"]).expect(6, "404 Not Found: RepoNotFound");
}

#[test]
fn an_optional_file_that_is_not_there_is_a_result() {
    let site = Site::new(world(), &format!("{}optional = true\n", SMALL.replace("figs/small", "**/nothing")));
    let run = site.run(&["fetch"]).expect(5, "1 missing");
    insta::assert_snapshot!(run.stdout, @"missing      paper/small  not_shared: no file of `lab/results` matches `**/nothing.csv`");
    site.run(&["verify"]).expect(4, "1 missing").says("(optional)");
}

#[test]
fn a_glob_that_matches_two_files_names_them() {
    let site = Site::new(world(), SMALL.replace("figs/small.csv", "figs/*").as_str());
    site.run(&["fetch"]).expect(2, "matches 2 files of `lab/results`: `figs/big.bin`, `figs/small.csv`");
}

#[test]
fn hostile_paths_in_a_listing_are_refused() {
    for path in ["../small.csv", "/etc/small.csv", "a\0/small.csv", "a/../../small.csv"] {
        let site = Site::new(world(), &SMALL.replace("figs/small.csv", "**/small.csv"));
        let bytes = b"evil".to_vec();
        site.hub.world().files = vec![RepoFile::new(path, bytes, false)];
        site.run(&["fetch"]).expect(6, "`lab/results` lists a file that cannot be stored");
        assert!(walk(&site.project("frozen")).is_empty());
        assert!(walk(&site.cache("")).is_empty());
    }
}

#[test]
fn a_busy_server_is_given_the_time_it_asks_for() {
    for header in [("Retry-After", "1"), ("RateLimit", "\"api\";r=0;t=1")] {
        let site = Site::new(world(), SMALL);
        let headers = vec![(header.0, header.1.to_owned())];
        site.fault("/revision/", 1, Action::Reply { status: 429, headers, body: "" });
        site.run(&["fetch"]).expect(0, "");
        let asked: Vec<_> =
            site.hub.log().into_iter().filter(|request| request.target.contains("/revision/")).collect();
        assert!(asked[1].at - asked[0].at >= Duration::from_millis(990), "{header:?}");
    }
}

#[test]
fn a_server_that_asks_for_more_patience_than_we_have_is_not_waited_for() {
    let site = Site::new(world(), SMALL);
    let headers = vec![("Retry-After", "86400".to_owned())];
    site.fault("/revision/", u32::MAX, Action::Reply { status: 429, headers, body: "" });
    let run = site.run(&["fetch"]).expect(6, "429 Too Many Requests");
    assert!(run.stderr.contains("hint: try again in 86400 seconds"), "{}", run.stderr);
}

#[test]
fn outages_are_sat_out_within_bounds() {
    let down = || Action::Reply { status: 503, headers: Vec::new(), body: "<html>down</html>" };
    for target in ["/revision/", "/tree/", "/resolve/", "/blob/"] {
        let site = Site::new(world(), BIG);
        site.fault(target, 3, down());
        site.run(&["fetch"]).expect(0, "");
        site.assert_complete(&[("big.bin", "figs/big.bin")]);

        let site = Site::new(world(), BIG);
        site.fault(target, u32::MAX, down());
        site.run(&["fetch"]).expect(6, "503 Service Unavailable");
        let asked = site.hub.log().iter().filter(|request| request.target.contains(target)).count();
        assert_eq!(asked, 5, "{target}");
        assert!(walk(&site.frozen("")).is_empty());
    }
}

#[test]
fn a_source_that_is_away_is_told_once_and_the_rest_goes_on() {
    let artifacts = format!(
        "{BOTH}\n[[artifact]]\nid = \"web\"\nsource = \"web\"\npath = \"x.csv\"\nevidence = \"cached\"\n"
    );
    let site = Site::new(world(), &artifacts);
    site.hub.world().web.insert("x.csv".into(), crate::hub::WebFile::new("1,2\n"));
    let run = site.finish(site.command(&["fetch"]).env("HF_ENDPOINT", "http://127.0.0.1:9"));
    let run = run
        .expect(6, "error: paper, source `hub`: cannot reach http://127.0.0.1:9/")
        .says("fetched      paper/web");
    assert_eq!(run.stderr.matches("error: paper").count(), 1, "{}", run.stderr);
    assert_eq!(run.stderr.matches("hint:").count(), 1, "{}", run.stderr);
}

#[test]
fn a_locked_source_that_is_away_is_told_once_too() {
    let site = Site::new(world(), BOTH);
    site.run(&["lock"]).expect(0, "");
    let run = site.finish(site.command(&["fetch", "--jobs", "1"]).env("HF_ENDPOINT", "http://127.0.0.1:9"));
    let run = run.expect(6, "cannot reach http://127.0.0.1:9/");
    assert_eq!(run.stderr.matches("error: paper").count(), 1, "{}", run.stderr);
}

#[test]
fn a_proxy_is_used() {
    let site = Site::new(world(), SMALL);
    let proxy = [("HF_ENDPOINT", "http://hub.invalid".to_owned()), ("HTTP_PROXY", site.hub.endpoint())];
    site.finish(site.command(&["fetch"]).envs(proxy)).expect(0, "");
    site.assert_complete(&COMPLETE[..1]);
}

#[test]
fn a_listing_that_stalls_times_out() {
    let site = Site::new(world(), SMALL);
    site.fault("/tree/", 1, Action::Stall(10));
    site.finish(site.command(&["fetch"]).env("HF_HUB_ETAG_TIMEOUT", "0.3")).expect(0, "");
    site.assert_complete(&COMPLETE[..1]);
}

#[test]
fn offline_asks_nobody_and_takes_what_the_cache_holds() {
    let site = Site::new(world(), BOTH);
    site.run(&["fetch", "paper/big"]).expect(0, "");
    std::fs::remove_dir_all(site.project("frozen")).unwrap();
    std::fs::remove_file(site.project("manifests/paper/repro.lock")).unwrap();
    site.hub.clear_log();
    for arguments in [&["fetch", "--offline"][..], &["fetch"]] {
        let run = site.finish(site.command(arguments).env("HF_HUB_OFFLINE", "yes"));
        run.expect(5, "").says("missing      paper/small  not_fetched: offline");
    }
    assert!(site.hub.log().is_empty());
    site.assert_complete(&[("deep/big.bin", "figs/big.bin")]);
    site.run(&["--offline", "fetch", "paper/big"]).expect(0, "");
    site.run(&["--offline", "lock"]).expect(2, "needs the network");
}

#[test]
fn a_plan_says_what_would_be_fetched_and_changes_nothing() {
    let site = Site::new(world(), BOTH);
    let run = site.run(&["fetch", "--dry-run"]).expect(5, "would trust commit");
    insta::assert_snapshot!(run.stdout, @r"
    would fetch  paper/small  frozen/paper/small.csv  2.1 KiB
    would fetch  paper/big  frozen/paper/deep/big.bin  293.0 KiB
    ");
    assert!(!site.project("frozen").exists() && site.lock().is_empty() && !site.cache("").exists());
    site.run(&["fetch"]).expect(0, "");
    site.run(&["fetch", "--dry-run"]).expect(0, "2 present");
}

#[test]
fn large_and_named_files_are_left_and_it_says_so() {
    let site = Site::new(world(), &format!("{BOTH}fetch = \"named\"\n"));
    site.run(&["fetch"]).expect(0, "1 fetched, 1 skipped").says("skipped      paper/big  taken only when");
    site.run(&["fetch", "paper/big", "--max-size", "100kB"]).expect(5, "").says("293.0 KiB is more than");
    site.run(&["fetch", "paper/big"]).expect(0, "1 fetched");
    site.run(&["fetch", "--max-size", "lots"]).expect(2, "`lots` is not a size");
    site.run(&["fetch", "paper/bug"]).expect(2, "did you mean `paper/big`?");
}

#[test]
fn models_and_caches_without_links_work_too() {
    let site = Site::new(world(), SMALL);
    let path = site.project("manifests/paper/paper.toml");
    let text = std::fs::read_to_string(&path).unwrap().replace("\"dataset\"", "\"model\"");
    std::fs::write(&path, text).unwrap();
    site.hub.world().kind = "models";
    site.finish(site.command(&["fetch"]).env("HF_HUB_DISABLE_SYMLINKS", "1")).expect(0, "");
    let commit = site.hub.world().commit.clone();
    let folder = site.folder.path().join("hf/hub/models--lab--results/snapshots").join(commit);
    let metadata = std::fs::symlink_metadata(folder.join("figs/small.csv")).unwrap();
    assert!(metadata.is_file());
}

#[test]
fn json_is_one_document() {
    let site = Site::new(world(), BOTH);
    for verb in [&["--json", "fetch"][..], &["--json", "verify"], &["--json", "lock", "--update"]] {
        let run = site.run(verb).expect(0, "");
        let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(document["schema"], 1);
    }
}

#[test]
fn faults_can_begin_later() {
    let site = Site::new(world(), BOTH);
    let action = Action::Reply { status: 404, headers: Vec::new(), body: "" };
    site.hub.world().faults.push(Fault { target: "/resolve/".into(), after: 1, times: 9, action });
    // One of the two comes, the other does not; what came stays and is locked.
    site.run(&["fetch", "--jobs", "1"]).expect(6, "404").says("fetched      paper/small");
    site.assert_only_right_bytes();
    assert!(site.lock().contains("figs/small.csv") && !site.lock().contains("big.bin"), "{}", site.lock());
}
