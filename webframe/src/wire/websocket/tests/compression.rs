//! Compressed messages, with the examples of RFC 7692.

use super::*;

#[test]
fn the_examples_of_the_rfc_are_read() {
    let hello = b"\xf2\x48\xcd\xc9\xc9\x07\x00";
    assert_reads(&[frame(0xC1, hello)], &[text("Hello")]);
    assert_reads(&[frame(0x41, &hello[..3]), frame(0x80, &hello[3..])], &[text("Hello")]);
    let stored = b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00";
    assert_reads(&[frame(0xC1, stored)], &[text("Hello")]);
    let two_blocks = b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00";
    assert_reads(&[frame(0xC1, two_blocks)], &[text("Hello")]);
    assert_reads(&[frame(0xC1, b"\x00")], &[text("")]);
}

#[test]
fn a_final_block_may_end_before_its_message_does() {
    assert_reads(&[frame(0xC1, b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00")], &[text("Hello")]);
}

#[test]
fn refuses_an_invalid_deflate_stream() {
    breaks(&[frame(0xC1, b"\xFF\xFF\xFF\xFF")], Fault::Deflate);
}

/// The beginning of a message is itself a valid message only if it ends with the header of an empty
/// block (RFC 7692 §7.2.1).
#[test]
fn a_message_that_is_cut_inside_a_block_is_refused() {
    let letter = |byte: u8| b"aaaaaabbbccdefgh"[usize::from(byte % 16)];
    let dynamic = deflated(&noise(1500).into_iter().map(letter).collect::<Vec<_>>());
    assert_eq!(dynamic[0] & 7, 4, "a block with its own codes");
    let fixed = b"\xf2\x48\xcd\xc9\xc9\x07\x00";
    let end = b"\xf3\x48\xcd\xc9\xc9\x07\x00";
    let stored = b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00";
    let empty_stored = b"\x00\x00\x00\xff\xff\x00";
    let two_blocks = b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00";
    for (coded, whole) in [
        (&dynamic[..], &[][..]),
        (fixed, &[]),
        (end, &[]),
        (stored, &[1]),
        (empty_stored, &[1]),
        (two_blocks, &[4]),
    ] {
        for length in 1..coded.len() {
            let cut = [frame(0xC2, &coded[..length])];
            let (events, fault) = read([&cut.concat()[..]]);
            let expected = (!whole.contains(&length)).then_some(Fault::Deflate);
            assert_eq!(fault, expected, "{length} of {coded:?}: {events:?}");
        }
        assert_eq!(read([&frame(0xC2, coded)[..]]).1, None, "{coded:?}");
    }
    assert_reads(&[frame(0xC1, b"")], &[text("")]);
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
    let sent = Writer::new(Role::Server, Some(Deflate::with_default_parameters()))
        .encode_message(Kind::Binary, &noise);
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
