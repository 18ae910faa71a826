//! Bytes of libFuzzer to what `src/multipart` says must hold of any.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webframe_fuzz::multipart::check(data));
