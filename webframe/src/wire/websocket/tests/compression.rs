//! Compressed messages, with the examples of RFC 7692.

use super::*;

#[test]
fn the_examples_of_the_rfc_are_read() {
    let hello = b"\xf2\x48\xcd\xc9\xc9\x07\x00";
    reads(&[frame(0xC1, hello)], &[text("Hello")]);
    reads(&[frame(0x41, &hello[..3]), frame(0x80, &hello[3..])], &[text("Hello")]);
    let stored = b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00";
    reads(&[frame(0xC1, stored)], &[text("Hello")]);
    let two_blocks = b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00";
    reads(&[frame(0xC1, two_blocks)], &[text("Hello")]);
    reads(&[frame(0xC1, b"\x00")], &[text("")]);
}

#[test]
fn a_final_block_may_end_before_its_message_does() {
    reads(&[frame(0xC1, b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00")], &[text("Hello")]);
}

#[test]
fn refuses_an_invalid_deflate_stream() {
    breaks(&[frame(0xC1, b"\xFF\xFF\xFF\xFF")], Fault::Deflate);
}

#[test]
fn no_context_is_kept_between_messages() {
    // Refers to the five bytes of the message before.
    let again = b"\xf2\x00\x11\x00\x00";
    breaks(&[frame(0xC1, b"\xf2\x48\xcd\xc9\xc9\x07\x00"), frame(0xC1, again)], Fault::Deflate);
}

#[test]
fn a_message_that_does_not_shrink_is_sent_uncompressed() {
    let noise = noise(200);
    let sent = Writer::new(Role::Server, Some(Deflate::plain())).message(Kind::Binary, &noise);
    assert_eq!(sent[0], 0x82);
    assert_eq!(&sent[4..], noise);
}

#[test]
fn a_small_window_is_respected() {
    // A repeat 600 bytes back is beyond a window of 512 and within one of 32768.
    let noise = noise(600);
    let twice = [&noise[..], &noise[..]].concat();
    assert!(deflate::deflate(&twice, 15).is_some_and(|coded| coded.len() < 800));
    assert!(deflate::deflate(&twice, 9).is_none_or(|coded| coded.len() > 1000));
}
