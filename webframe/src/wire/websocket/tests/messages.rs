//! Messages of every length encoding, in fragments, with and without a mask.

use super::*;

#[test]
fn text_and_binary_messages_are_read_at_the_short_length_encodings() {
    for length in [0, 125, 126, 127, 999] {
        let letters = "x".repeat(length);
        assert_reads(&[frame(0x81, letters.as_bytes())], &[text(&letters)]);
        assert_reads(&[frame(0x82, letters.as_bytes())], &[Event::Binary(letters.into_bytes())]);
    }
}

/// The writer makes these frames, since `frame` cannot encode a length in 64 bits.
#[test]
fn messages_are_read_at_the_longest_length_encoding() {
    let limits = MessageLimits { frame_bytes_max: 1 << 20, message_bytes_max: 1 << 20, ..LIMITS };
    for length in [0xFFFF, 0x1_0000, 1 << 20] {
        let payload = vec![b'x'; length];
        let sent = Writer::new(Role::Client, None).encode_message(Kind::Binary, &payload);
        let mut server = Reader::new(Role::Server, None, limits);
        let mut events = Vec::new();
        for mut piece in sent.chunks(1_000) {
            while !piece.is_empty() {
                events.extend(server.read(&mut piece).expect("no fault"));
            }
        }
        assert_eq!(events, [Event::Binary(payload)], "{length} bytes");
    }
}

#[test]
fn a_fragmented_message_is_one_event_and_control_frames_in_between_are_reported_at_once() {
    assert_reads(
        &[frame(0x01, b"a"), frame(0x89, b"p"), frame(0x00, b""), frame(0x80, b"b")],
        &[Event::Ping(b"p".to_vec()), text("ab")],
    );
}

#[test]
fn a_character_may_be_cut_between_fragments() {
    let smile = "\u{1F600}".as_bytes();
    assert_reads(&[frame(0x01, &smile[..1]), frame(0x80, &smile[1..])], &[text("\u{1F600}")]);
}

#[test]
fn the_reader_reads_the_frames_of_the_writer() {
    let long = "a message that is long enough ".repeat(30);
    let writer = Writer::new(Role::Client, Some(Deflate::with_default_parameters()));
    let mut pong = Vec::new();
    writer.append_pong(b"q", &mut pong);
    let sent = [writer.encode_message(Kind::Text, long.as_bytes()), pong];
    assert!(sent[0].len() < long.len() / 2, "it is compressed");
    assert_reads(&sent, &[text(&long), Event::Pong(b"q".to_vec())]);
}

#[test]
fn a_server_does_not_mask() {
    let hello = Writer::new(Role::Server, None).encode_message(Kind::Text, b"Hello");
    assert_eq!(hello, b"\x81\x05Hello");
    let mut client = Reader::new(Role::Client, None, LIMITS);
    assert_eq!(client.read(&mut &hello[..]), Ok(Some(text("Hello"))));
    let masked = frame(0x81, b"a");
    assert_eq!(client.read(&mut &masked[..]), Err(Fault::Masked));
}

#[test]
fn the_writer_uses_the_shortest_length_encoding() {
    let writer = Writer::new(Role::Server, None);
    for (length, head) in [
        (125, &[0x82, 125][..]),
        (126, &[0x82, 126, 0, 126]),
        (0xFFFF, &[0x82, 126, 0xFF, 0xFF]),
        (0x1_0000, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let sent = writer.encode_message(Kind::Binary, &vec![0; length]);
        assert_eq!((&sent[..head.len()], sent.len()), (head, head.len() + length));
    }
}

#[test]
fn the_mask_continues_after_each_piece() {
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
