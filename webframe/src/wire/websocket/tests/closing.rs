//! Close frames: codes and reasons.

use super::*;

fn close_frame(number: u16, reason: &[u8]) -> Vec<u8> {
    frame(0x88, &[&number.to_be_bytes(), reason].concat())
}

#[test]
fn a_close_has_a_code_and_a_reason_or_neither() {
    assert_reads(&[frame(0x88, b"")], &[Event::Close(Close::new(CloseCode::NONE, ""))]);
    let bye = Event::Close(Close::new(CloseCode::NORMAL, "bye"));
    assert_reads(&[close_frame(1000, b"bye")], &[bye]);
    assert_eq!(
        Writer::new(Role::Server, None).encode_close(&Close::new(CloseCode::NONE, "")),
        [0x88, 0]
    );
}

#[test]
fn refuses_a_close_of_one_byte() {
    breaks(&[frame(0x88, b"\x03")], Fault::CloseTruncated);
}

#[test]
fn takes_the_codes_that_may_be_sent_and_refuses_the_others() {
    for number in [1000, 1003, 1007, 1014, 3000, 3999, 4000, 4999] {
        let close = Close::new(CloseCode::new(number).expect("it may be sent"), "");
        assert_reads(&[close_frame(number, b"")], &[Event::Close(close)]);
    }
    for number in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535] {
        breaks(&[close_frame(number, b"")], Fault::CloseCode);
    }
}

#[test]
fn refuses_a_reason_that_is_not_utf_8() {
    breaks(&[close_frame(1000, b"\xFF")], Fault::CloseReason);
}

#[test]
fn bytes_after_a_close_are_dropped() {
    let close = Event::Close(Close::new(CloseCode::NORMAL, ""));
    assert_reads(&[close_frame(1000, b""), frame(0x83, b"x")], &[close]);
}

#[test]
fn a_long_reason_is_cut_between_characters() {
    let sent = Writer::new(Role::Server, None)
        .encode_close(&Close::new(CloseCode::NORMAL, &"\u{4F60}".repeat(60)));
    assert_eq!(&sent[..4], [0x88, 2 + 123, 3, 0xE8]);
    assert_eq!(&sent[4..], "\u{4F60}".repeat(41).as_bytes());
}

#[test]
fn each_fault_has_a_code_that_may_be_sent() {
    assert_eq!(Fault::Unmasked.code(), CloseCode::PROTOCOL_ERROR);
    assert_eq!(Fault::Utf8.code(), CloseCode::INVALID_DATA);
    assert_eq!(Fault::MessageTooLarge.code(), CloseCode::TOO_LARGE);
    assert_eq!(Fault::TooManyFragments.code(), CloseCode::POLICY);
}
