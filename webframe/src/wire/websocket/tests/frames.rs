//! Frames that RFC 6455 §5 forbids.

use super::*;

#[test]
fn refuses_a_reserved_bit_that_nothing_defines() {
    for bit in [0x10, 0x20, 0x30, 0x70] {
        breaks(&[frame(0x81 | bit, b"a")], Fault::ReservedBit);
        breaks(&[frame(0x89 | bit, b"a")], Fault::ReservedBit);
    }
}

#[test]
fn refuses_the_bit_of_compression_if_none_was_negotiated() {
    let mut plain = Reader::new(Role::Server, None, LIMITS);
    let sent = frame(0xC1, b"a");
    assert_eq!(plain.read(&mut &sent[..]), Err(Fault::ReservedBit));
}

#[test]
fn refuses_the_bit_of_compression_on_a_continuation_and_on_a_control_frame() {
    breaks(&[frame(0x41, b""), frame(0xC0, b"")], Fault::ReservedBit);
    breaks(&[frame(0xC9, b"")], Fault::ReservedBit);
}

#[test]
fn refuses_each_opcode_that_is_reserved() {
    for opcode in (0x3..=0x7).chain(0xB..=0xF) {
        breaks(&[frame(0x80 | opcode, b"")], Fault::UnknownOpcode);
    }
}

#[test]
fn refuses_a_frame_of_a_client_that_is_not_masked() {
    breaks(&[b"\x81\x01a".to_vec()], Fault::Unmasked);
    breaks(&[b"\x89\x00".to_vec()], Fault::Unmasked);
}

#[test]
fn refuses_a_length_that_is_longer_than_its_shortest_form() {
    breaks(&[b"\x81\xFE\x00\x7D\x01\x02\x03\x04".to_vec()], Fault::LengthForm);
    breaks(&[b"\x81\xFF\0\0\0\0\0\0\xFF\xFF\x01\x02\x03\x04".to_vec()], Fault::LengthForm);
}

#[test]
fn refuses_a_length_with_the_top_bit_set() {
    breaks(&[b"\x81\xFF\x80\0\0\0\0\x01\0\0\x01\x02\x03\x04".to_vec()], Fault::LengthForm);
}

#[test]
fn refuses_a_control_frame_that_is_fragmented_or_long() {
    for opcode in [0x8, 0x9, 0xA] {
        breaks(&[frame(opcode, b"")], Fault::ControlFragmented);
        breaks(&[frame(0x80 | opcode, &[0; 126])], Fault::ControlTooLong);
    }
}

#[test]
fn refuses_a_continuation_of_nothing_and_a_message_inside_another() {
    breaks(&[frame(0x80, b"a")], Fault::NothingToContinue);
    breaks(&[frame(0x81, b"a"), frame(0x00, b"a")], Fault::NothingToContinue);
    breaks(&[frame(0x01, b"a"), frame(0x81, b"b")], Fault::MessageUnfinished);
    breaks(&[frame(0x02, b"a"), frame(0x02, b"b")], Fault::MessageUnfinished);
}

#[test]
fn after_a_fault_nothing_is_read_any_more() {
    let mut reader = reader();
    let sent = [frame(0x83, b""), frame(0x81, b"a")].concat();
    let mut input = &sent[..];
    assert_eq!(reader.read(&mut input), Err(Fault::UnknownOpcode));
    assert_eq!((reader.read(&mut input), input), (Ok(None), &[][..]));
}
