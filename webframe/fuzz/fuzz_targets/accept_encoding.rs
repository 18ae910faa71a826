//! Runs the properties of `src/accept_encoding` with the bytes of libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webframe_fuzz::accept_encoding::check(data));
