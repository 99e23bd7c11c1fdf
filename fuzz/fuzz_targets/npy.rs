#![no_main]

#[path = "../inputs/npy.rs"]
mod npy;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    npy::run(bytes);
});
