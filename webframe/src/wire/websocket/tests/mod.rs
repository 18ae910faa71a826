//! Tests of the WebSocket reader and writer by the rules of RFC 6455 §4 to §7 and RFC 7692, many
//! with bytes that violate a rule. This file has what the tests share.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test that panics has failed"
)]

mod bounds;
mod closing;
mod compression;
mod frames;
mod messages;
mod opening;
mod texts;

use http::Method;

use super::{deflate, frame, *};
use crate::wire::Version;

const LIMITS: MessageLimits =
    MessageLimits { frame_bytes_max: 1000, message_bytes_max: 2000, fragments_max: 5 };

fn reader() -> Reader {
    Reader::new(Role::Server, Some(Deflate::with_default_parameters()), LIMITS)
}

/// A masked frame with this first byte (flags and opcode) and this payload.
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

/// Checks that these frames are read as these events, however the bytes are split.
#[track_caller]
fn assert_reads(frames: &[Vec<u8>], events: &[Event]) {
    let bytes = frames.concat();
    assert_eq!(read([&bytes[..]]), (events.to_vec(), None), "whole");
    assert_eq!(read(bytes.chunks(1)), (events.to_vec(), None), "one byte at a time");
    assert_eq!(read(bytes.chunks(7)), (events.to_vec(), None), "seven bytes at a time");
}

/// Checks that reading these frames ends with this fault, however the bytes are split.
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
