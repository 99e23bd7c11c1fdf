#![no_main]

#[path = "../inputs/store.rs"]
mod store;
#[path = "../inputs/zarr.rs"]
mod zarr;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    zarr::run(bytes);
});
