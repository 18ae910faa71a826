//! Bytes of libFuzzer to what `src/chunked` says must hold of any.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webframe_fuzz::chunked::check(data));
