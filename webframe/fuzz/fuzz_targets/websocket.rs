//! Bytes of libFuzzer to what `src/websocket` says must hold of any.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webframe_fuzz::websocket::check(data));
