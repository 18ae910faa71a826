//! Tests of the rules of RFC 6455 §4 to §7 and RFC 7692, with bytes that violate them.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test that panics has failed"
)]

use http::Method;

use super::{deflate, frame, *};
use crate::wire::Version;

const LIMITS: MessageLimits =
    MessageLimits { frame_bytes_max: 1000, message_bytes_max: 2000, fragments_max: 5 };

fn reader() -> Reader {
    Reader::new(Role::Server, Some(Deflate::plain()), LIMITS)
}

/// A masked frame: first byte, payload.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [1, 2, 3, 4];
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(0x80 | length as u8),
        length => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// All events of the pieces, up to the first fault.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Event>, Option<Fault>) {
    let (mut reader, mut events) = (reader(), Vec::new());
    for mut piece in pieces {
        while !piece.is_empty() {
            match reader.read(&mut piece) {
                Ok(Some(event)) => events.push(event),
                Ok(None) => assert!(piece.is_empty(), "bytes are left unread"),
                Err(fault) => return (events, Some(fault)),
            }
        }
    }
    (events, None)
}

#[track_caller]
fn reads(frames: &[Vec<u8>], events: &[Event]) {
    let bytes = frames.concat();
    assert_eq!(read([&bytes[..]]), (events.to_vec(), None), "whole");
    assert_eq!(read(bytes.chunks(1)), (events.to_vec(), None), "one byte at a time");
    assert_eq!(read(bytes.chunks(7)), (events.to_vec(), None), "seven bytes at a time");
}

#[track_caller]
fn breaks(frames: &[Vec<u8>], fault: Fault) {
    let bytes = frames.concat();
    assert_eq!(read([&bytes[..]]).1, Some(fault), "whole");
    assert_eq!(read(bytes.chunks(1)).1, Some(fault), "one byte at a time");
}

fn text(text: &str) -> Event {
    Event::Text(text.to_owned())
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let next = |n: &u32| Some(n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(1), next).map(|n| n.to_be_bytes()[0]).take(length).collect()
}

/// The payload of a compressed message.
fn deflated(message: &[u8]) -> Vec<u8> {
    deflate::deflate(message, 15).expect("it becomes smaller")
}

mod messages {
    use super::*;

    #[test]
    fn a_text_and_a_binary_message_of_each_form_of_length_come_whole() {
        for length in [0, 1, 125, 126, 127, 999] {
            let letters = "x".repeat(length);
            reads(&[frame(0x81, letters.as_bytes())], &[text(&letters)]);
            reads(&[frame(0x82, letters.as_bytes())], &[Event::Binary(letters.into_bytes())]);
        }
    }

    #[test]
    fn a_message_in_fragments_comes_once_and_control_frames_between_them_come_at_once() {
        reads(
            &[frame(0x01, b"a"), frame(0x89, b"p"), frame(0x00, b""), frame(0x80, b"b")],
            &[Event::Ping(b"p".to_vec()), text("ab")],
        );
    }

    #[test]
    fn a_character_may_be_cut_between_fragments() {
        let smile = "\u{1F600}".as_bytes();
        reads(&[frame(0x01, &smile[..1]), frame(0x80, &smile[1..])], &[text("\u{1F600}")]);
    }

    #[test]
    fn what_the_writer_makes_for_a_client_the_reader_of_a_server_reads() {
        let long = "a message that is long enough ".repeat(30);
        let writer = Writer::new(Role::Client, Some(Deflate::plain()));
        let mut pong = Vec::new();
        writer.append_pong(b"q", &mut pong);
        let sent = [writer.message(Kind::Text, long.as_bytes()), pong];
        assert!(sent[0].len() < long.len() / 2, "it is compressed");
        reads(&sent, &[text(&long), Event::Pong(b"q".to_vec())]);
    }

    #[test]
    fn a_server_does_not_mask() {
        let hello = Writer::new(Role::Server, None).message(Kind::Text, b"Hello");
        assert_eq!(hello, b"\x81\x05Hello");
        let mut client = Reader::new(Role::Client, None, LIMITS);
        assert_eq!(client.read(&mut &hello[..]), Ok(Some(text("Hello"))));
        let masked = frame(0x81, b"a");
        assert_eq!(client.read(&mut &masked[..]), Err(Fault::Masked));
    }

    #[test]
    fn each_form_of_length_is_the_shortest() {
        let writer = Writer::new(Role::Server, None);
        for (length, head) in [
            (125, &[0x82, 125][..]),
            (126, &[0x82, 126, 0, 126]),
            (0xFFFF, &[0x82, 126, 0xFF, 0xFF]),
            (0x1_0000, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let sent = writer.message(Kind::Binary, &vec![0; length]);
            assert_eq!((&sent[..head.len()], sent.len()), (head, head.len() + length));
        }
    }

    #[test]
    fn the_mask_goes_on_where_the_last_piece_ended() {
        let mask = [1, 2, 4, 8];
        let whole: Vec<u8> = mask.iter().copied().cycle().take(37).collect();
        for cut in 0..37 {
            let mut bytes = vec![0; 37];
            let (front, back) = bytes.split_at_mut(cut);
            let rest = frame::apply_mask(front, mask);
            frame::apply_mask(back, rest);
            assert_eq!(bytes, whole, "cut at {cut}");
        }
    }
}

mod frames {
    use super::*;

    #[test]
    fn refuses_a_reserved_bit_that_nothing_defines() {
        for bit in [0x10, 0x20, 0x30, 0x70] {
            breaks(&[frame(0x81 | bit, b"a")], Fault::ReservedBit);
            breaks(&[frame(0x89 | bit, b"a")], Fault::ReservedBit);
        }
    }

    #[test]
    fn refuses_the_bit_of_compression_if_it_was_not_agreed() {
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
}

mod texts {
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
}

mod closing {
    use super::*;

    fn close_frame(number: u16, reason: &[u8]) -> Vec<u8> {
        frame(0x88, &[&number.to_be_bytes(), reason].concat())
    }

    #[test]
    fn a_close_has_a_code_and_a_reason_or_neither() {
        reads(&[frame(0x88, b"")], &[Event::Close(Close::new(CloseCode::NONE, ""))]);
        let bye = Event::Close(Close::new(CloseCode::NORMAL, "bye"));
        reads(&[close_frame(1000, b"bye")], &[bye]);
        assert_eq!(
            Writer::new(Role::Server, None).close(&Close::new(CloseCode::NONE, "")),
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
            reads(&[close_frame(number, b"")], &[Event::Close(close)]);
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
    fn what_comes_behind_a_close_is_dropped() {
        let close = Event::Close(Close::new(CloseCode::NORMAL, ""));
        reads(&[close_frame(1000, b""), frame(0x83, b"x")], &[close]);
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let sent = Writer::new(Role::Server, None)
            .close(&Close::new(CloseCode::NORMAL, &"\u{4F60}".repeat(60)));
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
}

mod bounds {
    use super::*;

    #[test]
    fn refuses_a_frame_by_its_length_before_its_payload_has_come() {
        let mut reader = reader();
        let sent = frame(0x82, &[0; 1001]);
        assert_eq!(reader.read(&mut &sent[..8]), Err(Fault::FrameTooLarge));
    }

    #[test]
    fn refuses_a_message_that_grows_too_large_over_its_fragments() {
        let part = frame(0x00, &[0; 1000]);
        let first = frame(0x02, &[0; 1000]);
        reads(&[first.clone(), frame(0x80, &[0; 1000])], &[Event::Binary(vec![0; 2000])]);
        breaks(&[first, part, frame(0x80, b"x")], Fault::MessageTooLarge);
    }

    #[test]
    fn refuses_a_message_of_too_many_fragments() {
        let mut frames = vec![frame(0x02, b"")];
        frames.resize(5, frame(0x00, b""));
        frames.push(frame(0x80, b""));
        breaks(&frames, Fault::TooManyFragments);
        frames.remove(1);
        reads(&frames, &[Event::Binary(Vec::new())]);
    }

    #[test]
    fn a_decompression_bomb_is_refused_at_the_limit() {
        let bomb = deflated(&vec![0; 200_000]);
        assert!(bomb.len() < 1000);
        breaks(&[frame(0xC2, &bomb)], Fault::MessageTooLarge);
        let exact = deflated(&[0; 2000]);
        reads(&[frame(0xC2, &exact)], &[Event::Binary(vec![0; 2000])]);
        breaks(&[frame(0xC2, &deflated(&[0; 2001]))], Fault::MessageTooLarge);
    }
}

mod compression {
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
    fn a_message_that_does_not_become_smaller_is_sent_as_it_is() {
        let noise = noise(200);
        let sent = Writer::new(Role::Server, Some(Deflate::plain())).message(Kind::Binary, &noise);
        assert_eq!(sent[0], 0x82);
        assert_eq!(&sent[4..], noise);
    }

    #[test]
    fn a_small_window_is_kept_to() {
        // A repeat 600 bytes back is beyond a window of 512 and within one of 32768.
        let noise = noise(600);
        let twice = [&noise[..], &noise[..]].concat();
        assert!(deflate::deflate(&twice, 15).is_some_and(|coded| coded.len() < 800));
        assert!(deflate::deflate(&twice, 9).is_none_or(|coded| coded.len() > 1000));
    }
}

mod opening {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
    const GOOD: [(&str, &str); 4] = [
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", KEY),
    ];

    /// Checks the good request with some fields changed, or left out if the value is empty.
    fn check(
        changes: &[(&'static str, &'static str)],
    ) -> Result<Handshake<'static>, HandshakeFault> {
        let kept =
            GOOD.into_iter().filter(|field| changes.iter().all(|change| change.0 != field.0));
        let mut fields: Vec<_> = kept.collect();
        fields.extend(changes.iter().filter(|change| !change.1.is_empty()));
        Handshake::check(&Method::GET, Version::Http11, |name: &'static str| {
            fields
                .clone()
                .into_iter()
                .filter(move |field| field.0 == name)
                .map(|field| field.1.as_bytes())
        })
    }

    #[test]
    fn the_key_of_the_rfc_has_the_answer_of_the_rfc() {
        let handshake = check(&[]).expect("a handshake");
        assert_eq!(handshake.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!((handshake.protocols, handshake.deflate), (Vec::new(), None));
    }

    #[test]
    fn refuses_a_request_that_asks_for_no_websocket() {
        for field in ["connection", "upgrade"] {
            assert_eq!(check(&[(field, "")]), Err(HandshakeFault::NotAsked));
            assert_eq!(check(&[(field, "h2c, close")]), Err(HandshakeFault::NotAsked));
        }
        assert_eq!(HandshakeFault::NotAsked.status(), 426);
    }

    #[test]
    fn refuses_another_method_and_another_version_of_http() {
        let values = |name: &'static str| {
            GOOD.into_iter().filter(move |field| field.0 == name).map(|field| field.1.as_bytes())
        };
        let post = Handshake::check(&Method::POST, Version::Http11, values);
        assert_eq!(post, Err(HandshakeFault::Method));
        let old = Handshake::check(&Method::GET, Version::Http10, values);
        assert_eq!(old, Err(HandshakeFault::HttpVersion));
    }

    #[test]
    fn refuses_another_version_and_a_version_that_is_repeated() {
        for version in ["", "8", "013", "13, 8"] {
            let asked = check(&[("sec-websocket-version", version)]);
            assert_eq!(asked, Err(HandshakeFault::Version), "{version:?}");
        }
        let twice = check(&[("sec-websocket-version", "13"), ("sec-websocket-version", "13")]);
        assert_eq!(twice, Err(HandshakeFault::Version));
    }

    #[test]
    fn refuses_a_key_that_is_not_sixteen_bytes() {
        for key in [
            "",
            "abc",
            "dGhlIHNhbXBsZSBub25j",
            "dGhlIHNhbXBsZSBub25jZQ",
            "AAAAAAAAAAAAAAAAAAAAAAA=",
        ] {
            assert_eq!(check(&[("sec-websocket-key", key)]), Err(HandshakeFault::Key), "{key:?}");
        }
        let twice = check(&[("sec-websocket-key", KEY), ("sec-websocket-key", KEY)]);
        assert_eq!(twice, Err(HandshakeFault::Key));
    }

    #[test]
    fn subprotocols_are_a_list_of_different_tokens() {
        let field = "sec-websocket-protocol";
        let asked = check(&[(field, "chat, superchat"), (field, "v2")]).expect("a handshake");
        assert_eq!(asked.protocols, ["chat", "superchat", "v2"]);
        for bad in ["chat, chat", "a b", "chat,", "\"chat\""] {
            assert_eq!(check(&[(field, bad)]), Err(HandshakeFault::Protocols), "{bad:?}");
        }
    }

    fn answer(offer: &'static str) -> Option<String> {
        let handshake = check(&[("sec-websocket-extensions", offer)]).expect("a handshake");
        handshake.deflate.map(Deflate::to_field)
    }

    #[test]
    fn the_first_offer_of_compression_that_can_be_kept_is_taken() {
        let plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        let nine = format!("{plain}; server_max_window_bits=9");
        for offer in [
            "permessage-deflate",
            "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits",
            "permessage-deflate; server_max_window_bits=16, permessage-deflate",
            "permessage-deflate; server_max_window_bits=8, permessage-deflate",
            "permessage-deflate; client_max_window_bits=\"10\"; server_no_context_takeover",
        ] {
            assert_eq!(answer(offer).as_deref(), Some(plain), "{offer}");
        }
        assert_eq!(answer("permessage-deflate; server_max_window_bits=9"), Some(nine));
    }

    #[test]
    fn an_offer_with_a_parameter_that_is_unknown_repeated_or_out_of_range_is_passed_over() {
        for offer in [
            "deflate-frame",
            "permessage-deflate; a",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=09",
            "permessage-deflate; server_max_window_bits=+9",
            "permessage-deflate; client_max_window_bits=16",
        ] {
            assert_eq!(answer(offer), None, "{offer}");
        }
    }

    #[test]
    fn refuses_extensions_that_break_their_grammar() {
        for bad in
            ["permessage-deflate;", "a b", "permessage-deflate; x=", "; x", "a, ,b", "a; b=\"c d\""]
        {
            let asked = check(&[("sec-websocket-extensions", bad)]);
            assert_eq!(asked, Err(HandshakeFault::Extensions), "{bad:?}");
        }
    }
}
