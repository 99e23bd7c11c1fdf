//! Members of zip and tar.gz archives, friendly and hostile ones.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Site, noise, walk, world};
use crate::hub::{RepoFile, WebFile};

const MEMBER: &str = r#"
[[artifact]]
id = "archive"
source = "web"
path = "results"
evidence = "cached"

[[artifact]]
id = "member"
archive = "archive"
member = "inside/table.csv"
to = "table.csv"
evidence = "cached"
"#;

fn tar_gz(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::new(6)));
    for (name, kind, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        if !kind.is_file() {
            header.set_size(0);
            header.set_link_name("/etc/passwd").unwrap();
        }
        // `append_data` refuses hostile names, a hostile archive does not.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, if kind.is_file() { *bytes } else { &[] }).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options.compression_method(zip::CompressionMethod::Deflated)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn site(archive: Vec<u8>, more: &str) -> Site {
    let site = Site::new(world(), &format!("{MEMBER}{more}"));
    site.hub.world().web.insert("results".into(), WebFile::new(archive));
    site
}

/// The archive came, the member did not, and nothing else is there.
fn assert_only_the_archive(site: &Site) {
    assert_eq!(walk(&site.project("frozen")), [site.frozen("results")]);
}

#[test]
fn a_member_of_either_format_is_taken_out_and_pinned() {
    let table = noise(100_000, 4);
    let file = tar::EntryType::Regular;
    let archives = [
        zip(&[("other", b"x"), ("inside/table.csv", &table)]),
        tar_gz(&[("./other", file, b"x"), ("./inside/table.csv", file, &table)]),
    ];
    for archive in archives {
        let site = site(archive, "");
        site.run(&["fetch", "paper/member"]).expect(0, "2 fetched");
        assert_eq!(std::fs::read(site.frozen("table.csv")).unwrap(), table);
        assert_eq!(walk(&site.project("frozen")).len(), 2);
        site.run(&["verify"]).expect(0, "2 ok");
        // The archive is not asked for when only the member is gone.
        std::fs::remove_file(site.frozen("table.csv")).unwrap();
        site.hub.clear_log();
        site.run(&["fetch", "--locked"]).expect(0, "1 fetched, 1 present");
        assert!(site.hub.log().is_empty());
        assert_eq!(std::fs::read(site.frozen("table.csv")).unwrap(), table);
    }
}

#[test]
fn a_member_that_is_not_the_pinned_one_is_not_kept() {
    let pin = format!("sha256 = \"{}\"\n", "c".repeat(64));
    let site = site(zip(&[("inside/table.csv", b"1\n")]), &pin);
    site.run(&["fetch"]).expect(3, "member `inside/table.csv` is not the pinned file\n\n  Expected: cccc");
    assert_only_the_archive(&site);
}

#[test]
fn links_and_devices_are_refused() {
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Char, tar::EntryType::Fifo] {
        let site = site(tar_gz(&[("inside/table.csv", kind, b"")]), "");
        site.run(&["fetch"]).expect(6, "is not a regular file");
        assert_only_the_archive(&site);
    }
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.add_symlink("inside/table.csv", "/etc/passwd", zip::write::SimpleFileOptions::default()).unwrap();
    let site = site(writer.finish().unwrap().into_inner(), "");
    site.run(&["fetch"]).expect(6, "is not a regular file");
    assert_only_the_archive(&site);
}

#[test]
fn hostile_names_reach_nothing() {
    let file = tar::EntryType::Regular;
    let site = site(tar_gz(&[("../../evil", file, b"x"), ("/tmp/evil", file, b"x")]), "");
    site.run(&["fetch"]).expect(6, "holds no member `inside/table.csv`");
    assert_only_the_archive(&site);
    assert!(!site.folder.path().join("evil").exists() && !site.project("evil").exists());
}

#[test]
fn bombs_are_not_set_off() {
    let zeros = vec![0; 80 << 20];
    let file = tar::EntryType::Regular;
    for archive in [zip(&[("inside/table.csv", &zeros)]), tar_gz(&[("inside/table.csv", file, &zeros)])] {
        assert!(archive.len() < 1 << 20);
        let site = site(archive, "");
        site.run(&["fetch"]).expect(6, "unpacks to more than 67108864 bytes");
        assert_only_the_archive(&site);
    }
    // A declared size is a promise that holds in both directions.
    let site = site(zip(&[("inside/table.csv", b"12345")]), "size = 4\n");
    site.run(&["fetch"]).expect(6, "unpacks to more than 4 bytes");
    assert_only_the_archive(&site);
}

#[test]
fn damaged_archives_are_told() {
    let whole = tar_gz(&[("inside/table.csv", tar::EntryType::Regular, &noise(50_000, 3))]);
    for archive in [whole[..20_000].to_vec(), b"PK\x03\x04nonsense".to_vec(), b"neither".to_vec(), Vec::new()]
    {
        let site = site(archive, "");
        let run = site.run(&["fetch"]).expect(6, "paper/member: ");
        assert!(run.stderr.contains("cannot unpack") || run.stderr.contains("is neither"), "{}", run.stderr);
        assert_only_the_archive(&site);
    }
}

#[test]
fn archives_may_lie_at_the_hub() {
    let archive = zip(&[("inside/table.csv", b"1\n")]);
    let mut world = world();
    world.files.push(RepoFile::new("data/results.zip", archive, true));
    let artifacts =
        MEMBER.replace("\"web\"", "\"hub\"").replace("\"results\"", "\"**/results.zip\"\nto = \"results\"");
    let site = Site::new(world, &artifacts);
    site.run(&["fetch", "--dry-run"]).expect(5, "2 would fetch");
    site.run(&["fetch"]).expect(0, "2 fetched");
    assert_eq!(std::fs::read(site.frozen("table.csv")).unwrap(), b"1\n");
}

#[test]
fn a_member_whose_archive_does_not_come_is_missing() {
    let site = Site::new(world(), MEMBER);
    site.run(&["fetch"])
        .expect(6, "404")
        .says("missing      paper/member  not_fetched: its archive `archive` is not there");
}
