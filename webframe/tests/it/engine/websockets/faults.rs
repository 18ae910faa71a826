//! Tests on real sockets: violations of RFC 6455 §5 to §7 by a peer, each with its name, and valid
//! but unusual frames.

use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};
use webframe::websocket::SocketSettings;

use super::{Call, Talk, close_code, masked_frame, read_frame, text_frame, upgrade};
use crate::engine::site::Client;

/// Checks that the server answers these bytes with a close of this code, disconnects, and calls the
/// handler.
#[track_caller]
fn breaks(talk: &Talk, fault: &str, sent: &[u8], code: u16) {
    let mut client = talk.echo();
    assert_eq!(talk.called(), Call::Open);
    client.send_bytes(sent);
    assert_eq!(close_code(&mut client), code, "{fault}");
    assert_eq!(talk.called(), Call::Close(code), "{fault}");
}

#[test]
fn each_frame_that_the_rfc_forbids_ends_the_connection() {
    let talk = Talk::start();
    for (bit, fault) in [(0x40, "RSV1 without compression"), (0x20, "RSV2"), (0x10, "RSV3")] {
        breaks(&talk, fault, &masked_frame(0x81 | bit, b"a"), 1002);
        breaks(&talk, fault, &masked_frame(0x89 | bit, b"a"), 1002);
    }
    for opcode in (0x3..=0x7).chain(0xB..=0xF) {
        breaks(&talk, "reserved opcode", &masked_frame(0x80 | opcode, b""), 1002);
    }
    for opcode in [0x8, 0x9, 0xA] {
        breaks(&talk, "fragmented control frame", &masked_frame(opcode, b""), 1002);
        breaks(&talk, "long control frame", &masked_frame(0x80 | opcode, &[0; 126]), 1002);
    }
    for (fault, sent) in [
        ("text without a mask", &b"\x81\x01a"[..]),
        ("ping without a mask", b"\x89\x00"),
        ("close without a mask", b"\x88\x02\x03\xE8"),
        ("16 bits for a short length", b"\x81\xFE\x00\x7D\0\0\0\0"),
        ("64 bits for a short length", b"\x81\xFF\0\0\0\0\0\0\xFF\xFF\0\0\0\0"),
        ("length with the top bit", b"\x81\xFF\x80\0\0\0\0\x01\0\0\0\0\0\0"),
    ] {
        breaks(&talk, fault, sent, 1002);
    }
}

#[test]
fn each_wrong_order_of_fragments_ends_the_connection() {
    let talk = Talk::start();
    for (fault, first, then) in [
        ("continuation of nothing", 0x89, 0x80),
        ("text inside a text", 0x01, 0x81),
        ("text inside a binary message", 0x02, 0x01),
        ("binary message inside a text", 0x01, 0x82),
    ] {
        let mut client = talk.echo();
        assert_eq!(talk.called(), Call::Open);
        client.send_bytes(&[masked_frame(first, b"a"), masked_frame(then, b"b")].concat());
        if first == 0x89 {
            assert_eq!(read_frame(&mut client), (0x8A, b"a".to_vec()));
        }
        assert_eq!(close_code(&mut client), 1002, "{fault}");
        assert_eq!(talk.called(), Call::Close(1002), "{fault}");
    }
}

#[test]
fn each_wrong_text_and_close_frame_ends_the_connection() {
    let talk = Talk::start();
    for (fault, sent) in [
        ("overlong character", &b"\xC0\xAF"[..]),
        ("surrogate", b"\xED\xA0\x80"),
        ("beyond Unicode", b"\xF4\x90\x80\x80"),
        ("text that ends inside a character", b"\xE4\xBD"),
    ] {
        breaks(&talk, fault, &masked_frame(0x81, sent), 1007);
    }
    // The server does not wait for the end of the message.
    breaks(&talk, "first fragment that is not UTF-8", &masked_frame(0x01, b"\xFF"), 1007);
    breaks(&talk, "reason that is not UTF-8", &masked_frame(0x88, b"\x03\xE8\xFF"), 1007);
    breaks(&talk, "close of one byte", &masked_frame(0x88, b"\x03"), 1002);
    for code in [0_u16, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535] {
        breaks(
            &talk,
            "close code that may not be sent",
            &masked_frame(0x88, &code.to_be_bytes()),
            1002,
        );
    }
}

/// A connection with compression.
fn compressed(talk: &Talk) -> Client {
    let mut client = talk.site.client();
    client.send(&upgrade("/", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    let answer = client.answer().expect("an answer");
    assert_eq!(answer.status, 101);
    assert!(answer.field("Sec-Websocket-Extensions").is_some(), "{}", answer.head);
    read_frame(&mut client); // the greeting
    assert_eq!(talk.called(), Call::Open);
    client
}

fn deflated(message: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(message).and_then(|()| encoder.flush()).expect("memory");
    let mut bytes = encoder.get_ref().clone();
    bytes.truncate(bytes.len() - 4); // RFC 7692 §7.2.1: without the tail 00 00 FF FF
    bytes
}

#[test]
fn a_message_that_is_too_large_inflated_or_not_deflate_ends_the_connection() {
    let settings = SocketSettings { message_bytes_max: 10_000, ..SocketSettings::default() };
    let talk = Talk::start_with(settings);
    let bomb = deflated(&vec![b'a'; 4 << 20]);
    assert!(bomb.len() < 5_000);
    for (fault, sent, code) in [
        ("decompression bomb", masked_frame(0xC1, &bomb), 1009),
        ("one byte too much", masked_frame(0xC1, &deflated(&[b'a'; 10_001])), 1009),
        ("not DEFLATE", masked_frame(0xC1, b"\xFF\xFF\xFF"), 1007),
        (
            "RSV1 on a continuation",
            [masked_frame(0x01, b"a"), masked_frame(0xC0, b"b")].concat(),
            1002,
        ),
        ("RSV1 on a ping", masked_frame(0xC9, b""), 1002),
    ] {
        let mut client = compressed(&talk);
        client.send_bytes(&sent);
        assert_eq!(close_code(&mut client), code, "{fault}");
        assert_eq!(talk.called(), Call::Close(code), "{fault}");
    }
    let mut client = compressed(&talk);
    client.send_bytes(&masked_frame(0xC1, &deflated(&[b'a'; 10_000])));
    assert_eq!(talk.called(), Call::Message("a".repeat(10_000)));
}

#[test]
fn an_unsolicited_pong_is_ignored_and_a_ping_between_fragments_is_answered_at_once() {
    let talk = Talk::start();
    let mut client = talk.echo();
    client.send_bytes(&masked_frame(0x8A, b"nobody asked"));
    client.send_bytes(
        &[masked_frame(0x01, b"on"), masked_frame(0x89, b"?"), masked_frame(0x80, b"e")].concat(),
    );
    assert_eq!(read_frame(&mut client), (0x8A, b"?".to_vec()));
    assert_eq!(read_frame(&mut client), (0x81, b"one".to_vec()));
}

#[test]
fn a_close_without_a_code_is_answered_without_one_and_nothing_behind_it_is_read() {
    let talk = Talk::start();
    let mut client = talk.echo();
    client.send_bytes(
        &[masked_frame(0x88, b""), text_frame("behind"), masked_frame(0x89, b"behind")].concat(),
    );
    assert_eq!(read_frame(&mut client), (0x88, Vec::new()));
    assert!(client.is_closed());
    assert_eq!([talk.called(), talk.called()], [Call::Open, Call::Close(1005)]);
}
