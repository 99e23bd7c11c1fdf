#![no_main]

#[path = "../inputs/pickle.rs"]
mod pickle;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    pickle::run(bytes);
});
