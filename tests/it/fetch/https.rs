//! The same over https: who is trusted, who is not, and where nothing is sent.

use super::{BOTH, Run, SMALL, Site, walk, world, write};
use crate::hub::tls::Authority;
use crate::hub::{Action, Host, Hub};

const COMPLETE: [(&str, &str); 2] = [("small.csv", "figs/small.csv"), ("deep/big.bin", "figs/big.bin")];

/// A Hub that shows a certificate of this name and last year, and an authority that vouches for it.
fn site(artifacts: &str, name: &str, last_year: i32) -> (Site, Authority) {
    let authority = Authority::new("the authority");
    let hub = Hub::start_secure(world(), authority.server(name, last_year));
    (Site::with_hub(hub, artifacts), authority)
}

/// Runs with these authorities alone.
fn run(site: &Site, authority: &Authority, arguments: &[&str]) -> Run {
    let file = site.folder.path().join("authorities.pem");
    write(&file, authority.pem.as_bytes());
    let mut command = site.command(arguments);
    site.finish(command.env("SSL_CERT_FILE", file).env("HF_TOKEN", "hush"))
}

#[test]
fn a_trusted_hub_is_fetched_from_and_a_broken_line_continued() {
    let (site, authority) = site(BOTH, "127.0.0.1", 2999);
    site.hub.world().token = Some("hush".into());
    site.fault("/blob/", 1, Action::Cut(100_000));
    run(&site, &authority, &["fetch"]).expect(0, "2 fetched");
    site.assert_complete(&COMPLETE);
    let log = site.hub.log();
    assert!(log.iter().any(|request| request.header("range") == Some("bytes=100000-")));
    for request in log {
        let token = (request.host == Host::Hub).then_some("Bearer hush");
        assert_eq!(request.header("authorization"), token, "{}", request.target);
    }
    run(&site, &authority, &["verify"]).expect(0, "2 ok");
}

#[test]
fn a_certificate_that_is_not_trusted_is_refused_before_anything_is_sent() {
    let (stranger, impostor) = (Authority::new("a stranger"), Authority::new("the authority"));
    let cases = [
        ("127.0.0.1", 2999, Some(&stranger), "UnknownIssuer"),
        ("127.0.0.1", 2999, Some(&impostor), "BadSignature"),
        ("hub.example", 2999, None, "not valid for name"),
        ("127.0.0.1", 2001, None, "expired"),
    ];
    for (name, last_year, trusted, why) in cases {
        let (site, authority) = site(BOTH, name, last_year);
        let run = run(&site, trusted.unwrap_or(&authority), &["fetch"]);
        let run = run.expect(6, "error: paper, source `hub`: https://HUB/");
        let message = "shows a certificate that is not trusted: invalid peer certificate: ";
        assert!(run.stderr.contains(message) && run.stderr.contains(why), "{}", run.stderr);
        assert!(run.stderr.contains("hint: if your network or Hub has a certificate authority of its own"));
        assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
        assert!(site.hub.log().is_empty() && walk(&site.project("frozen")).is_empty());
    }
}

#[test]
fn https_is_never_left_for_http() {
    let open = Hub::start(world());
    let (site, authority) = site(SMALL, "127.0.0.1", 2999);
    for target in ["/revision/", "/tree/", "/resolve/"] {
        site.hub.world().faults.clear();
        let headers = vec![("Location", format!("{}/{target}?X-Signature=secret", open.endpoint()))];
        site.fault(target, 1, Action::Reply { status: 302, headers, body: "" });
        let run = run(&site, &authority, &["fetch"]).expect(6, "which gives up encryption");
        assert!(!run.stderr.contains("secret") && !run.stderr.contains("hush"), "{}", run.stderr);
    }
    assert!(open.log().is_empty(), "neither the token nor the question");
    assert!(walk(&site.project("frozen")).is_empty());
}

#[test]
fn http_may_be_left_for_https_and_the_token_stays_behind() {
    let authority = Authority::new("the authority");
    let storage = Hub::start_secure(world(), authority.server("127.0.0.1", 2999));
    let site = Site::new(world(), SMALL);
    let file = storage.world().files[2].clone();
    storage.world().web.insert("x".into(), crate::hub::WebFile::new(file.bytes.to_vec()));
    let headers = vec![("Location", storage.web("x"))];
    site.fault("/resolve/", 1, Action::Reply { status: 302, headers, body: "" });
    run(&site, &authority, &["fetch"]).expect(0, "1 fetched");
    site.assert_complete(&COMPLETE[..1]);
    assert_eq!(storage.log().len(), 1);
    assert_eq!(storage.log()[0].header("authorization"), None);
}

#[cfg(target_os = "linux")]
#[test]
fn without_any_authority_the_error_says_what_to_install_and_offline_work_goes_on() {
    let (site, authority) = site(SMALL, "127.0.0.1", 2999);
    let nobody = |arguments: &[&str]| {
        site.finish(site.command(arguments).env("SSL_CERT_FILE", site.folder.path().join("absent.pem")))
    };
    let stderr = nobody(&["fetch"]).expect(6, "error: paper, source `hub`: cannot set up requests: ").stderr;
    assert!(stderr.contains("hint: ") && stderr.contains("`ca-certificates`"), "{stderr}");
    run(&site, &authority, &["fetch"]).expect(0, "");
    std::fs::remove_dir_all(site.project("frozen")).unwrap();
    nobody(&["--offline", "fetch"]).expect(0, "1 fetched");
    site.assert_complete(&COMPLETE[..1]);
}
