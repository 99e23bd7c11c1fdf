#![no_main]

#[path = "../inputs/manifest.rs"]
mod manifest;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    manifest::run(bytes);
});
