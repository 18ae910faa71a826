//! Text messages that are not UTF-8.

use super::*;

#[test]
fn refuses_a_text_at_the_first_byte_that_cannot_be_utf_8() {
    for (bytes, refused_at) in [
        (&b"\xCE\xBA\xED\xA0\x80edited"[..], 3),
        (b"\xF4\x90\x80\x80", 1),
        (b"\xC0\x80", 0),
        (b"a\x80", 1),
        (b"\xE0\x80\x80", 1),
        (b"\xFF", 0),
    ] {
        let sent = frame(0x81, bytes);
        let head = sent.len() - bytes.len();
        let (before, from) = sent.split_at(head + refused_at);
        let mut reader = reader();
        assert_eq!(reader.read(&mut &*before), Ok(None), "{bytes:x?} too early");
        assert_eq!(reader.read(&mut &from[..1]), Err(Fault::Utf8), "{bytes:x?} too late");
    }
}

#[test]
fn refuses_a_text_that_ends_inside_a_character() {
    breaks(&[frame(0x81, b"a\xE4\xBD")], Fault::Utf8);
    breaks(&[frame(0x01, b"\xE4"), frame(0x80, b"\xBD")], Fault::Utf8);
}

#[test]
fn a_compressed_text_is_checked_too() {
    let bad = deflated(&[b'a', 0xFF].repeat(50));
    breaks(&[frame(0xC1, &bad)], Fault::Utf8);
}
