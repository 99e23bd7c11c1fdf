#![no_main]

#[path = "../inputs/h5ad.rs"]
mod h5ad;
#[path = "../inputs/store.rs"]
mod store;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    h5ad::run(bytes);
});
