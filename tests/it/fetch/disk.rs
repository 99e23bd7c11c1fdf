//! Full disks. They need a file system of their own, which only root can mount.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BIG, Site, noise, walk, world, write};

/// A small file system that is gone at the end of the test.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts a memory file system; none where that is not allowed.
    fn mount(at: &Path, kibibytes: u32) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let options = format!("size={kibibytes}k");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "repro-test"]).arg(at).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            _ => {
                eprintln!("SKIPPED: no small file system could be mounted, full disks were NOT tested");
                None
            }
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn a_disk_too_small_is_told_before_the_first_byte() {
    let site = Site::new(world(), BIG);
    let Some(_disk) = SmallDisk::mount(&site.folder.path().join("hf"), 200) else { return };
    let run =
        site.run(&["fetch"]).expect(6, "not enough space below `TEMP/hf/hub/datasets--lab--results/blobs`");
    assert!(run.stderr.contains("293.0 KiB needed"), "{}", run.stderr);
    assert!(walk(&site.cache("blobs")).is_empty() && walk(&site.project("frozen")).is_empty());
}

#[test]
fn a_disk_that_fills_up_on_the_way_leaves_what_can_be_continued() {
    let pin = format!("sha256 = \"{}\"\n", repro::digest::sha256(&noise(300_000, 1)));
    let site = Site::new(world(), &(BIG.replace("source = \"hub\"", "source = \"web\"") + &pin));
    let Some(_disk) = SmallDisk::mount(&site.project("frozen"), 200) else { return };
    site.hub.world().web.insert("figs/big.bin".into(), crate::hub::WebFile::new(noise(300_000, 1)));
    // A body without length: nothing says beforehand that it will not fit.
    site.fault("/web/", u32::MAX, crate::hub::Action::Unsized(300_000));
    site.run(&["fetch"]).expect(6, "cannot write").expect(6, "No space left on device");
    let partial = std::fs::read(site.frozen("big.bin.incomplete")).unwrap();
    assert!(!partial.is_empty() && noise(300_000, 1).starts_with(&partial));
    assert!(!site.frozen("big.bin").exists());
}

#[test]
fn a_copy_to_another_file_system_is_whole_or_absent() {
    let site = Site::new(world(), BIG);
    let Some(_disk) = SmallDisk::mount(&site.project("frozen"), 200) else { return };
    site.run(&["fetch"]).expect(6, "No space left on device");
    assert!(walk(&site.project("frozen")).is_empty());
    site.assert_only_right_bytes();
    drop(_disk);
    let Some(_disk) = SmallDisk::mount(&site.project("frozen"), 2000) else { return };
    site.run(&["fetch"]).expect(0, "");
    site.assert_complete(&[("big.bin", "figs/big.bin")]);
    write(&site.frozen("big.bin"), b"edited");
    let blob = site.cache("blobs").join(&site.hub.world().files[1].sha256);
    assert_eq!(std::fs::read(blob).unwrap().len(), 300_000, "a copy can be edited without harm to the cache");
}
