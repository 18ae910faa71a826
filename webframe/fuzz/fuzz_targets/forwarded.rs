//! Runs the properties of `src/forwarded` with the bytes of libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webframe_fuzz::forwarded::check(data));
