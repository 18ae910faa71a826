//! Runs the properties of `src/connection` with the bytes of libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webframe_fuzz::connection::check(data));
