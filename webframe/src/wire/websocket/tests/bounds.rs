//! Limits of frames, messages and fragments.

use super::*;

#[test]
fn refuses_a_frame_that_is_too_large_before_its_payload_has_arrived() {
    let mut reader = reader();
    let sent = frame(0x82, &[0; 1001]);
    assert_eq!(reader.read(&mut &sent[..8]), Err(Fault::FrameTooLarge));
}

#[test]
fn refuses_a_message_that_grows_too_large_over_its_fragments() {
    let part = frame(0x00, &[0; 1000]);
    let first = frame(0x02, &[0; 1000]);
    assert_reads(&[first.clone(), frame(0x80, &[0; 1000])], &[Event::Binary(vec![0; 2000])]);
    breaks(&[first, part, frame(0x80, b"x")], Fault::MessageTooLarge);
}

#[test]
fn refuses_a_message_of_too_many_fragments() {
    let mut frames = vec![frame(0x02, b"")];
    frames.resize(5, frame(0x00, b""));
    frames.push(frame(0x80, b""));
    breaks(&frames, Fault::TooManyFragments);
    frames.remove(1);
    assert_reads(&frames, &[Event::Binary(Vec::new())]);
}

#[test]
fn a_decompression_bomb_is_refused_at_the_limit() {
    let bomb = deflated(&vec![0; 200_000]);
    assert!(bomb.len() < 1000);
    breaks(&[frame(0xC2, &bomb)], Fault::MessageTooLarge);
    let exact = deflated(&[0; 2000]);
    assert_reads(&[frame(0xC2, &exact)], &[Event::Binary(vec![0; 2000])]);
    breaks(&[frame(0xC2, &deflated(&[0; 2001]))], Fault::MessageTooLarge);
}
