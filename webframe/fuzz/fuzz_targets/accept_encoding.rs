//! Bytes of libFuzzer to what `src/accept_encoding` says must hold of any.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webframe_fuzz::accept_encoding::check(data));
