//! Runs the properties of `src/range` with the bytes of libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webframe_fuzz::range::check(data));
