//! What came on a connection to the next request: head, then content, or a refusal.

use std::{
    ops::Range,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use super::{
    Endpoint, Engine,
    calls::Calls,
    connection::{Phase, Receiving, Rest, Step},
    errands::{Call, Errand},
    greeting::Purpose,
    shard::EVENTS_AT_ONCE,
    turn::Turn,
};
use crate::{
    Limits, Request, RequestId, cookie, forwarded,
    request::Peer,
    wire::{Framing, Progress, WireError, chunked::ChunkDecoder, encode, host},
};

/// Room for one read; a head, or what is left of one, always fits.
pub(super) const INPUT_BYTES: usize = 64 << 10;

/// A batch of answers that grew larger than this gives its memory back.
const OUTPUT_KEPT_MAX: usize = 1 << 20;

/// So many errands are kept that are done, for their buffers: as many as one poll may begin.
const SPARE_ERRANDS_MAX: usize = EVENTS_AT_ONCE;

/// So many requests are numbered before the engine is asked for more numbers.
const NUMBERS_AT_ONCE: u64 = 1 << 10;

/// The buffers of whoever runs a shard; they stay with the thread, not with the shard. They serve
/// one connection at a time, from [`Scratch::begin_turn`] on.
#[derive(Debug)]
pub(super) struct Scratch {
    pub(super) input: Vec<u8>,
    /// Where the unread part of `input` begins.
    pub(super) at: usize,
    /// Where it ends.
    pub(super) have: usize,
    /// Answers of this batch, to be written together.
    pub(super) output: Vec<u8>,
    /// The request that was read last.
    pub(super) request: Box<Request>,
    /// Errands that are done.
    #[expect(clippy::vec_box, reason = "errands travel in their boxes")]
    spare: Vec<Box<Errand>>,
    /// Decoded chunks on their way into the content.
    piece: Vec<u8>,
    /// What was called since the shard last waited.
    pub(super) calls: Calls,
    /// Numbers for the next requests.
    numbers: Range<u64>,
}

impl Scratch {
    pub(super) fn new(limits: &Limits, peer: Peer) -> Scratch {
        Scratch {
            input: vec![0; INPUT_BYTES.max(2 * limits.head_bytes_max)],
            at: 0,
            have: 0,
            output: Vec::with_capacity(16 << 10),
            request: Box::new(Request::empty(limits, peer)),
            spare: Vec::new(),
            piece: Vec::new(),
            calls: Calls::new(),
            numbers: 0..0,
        }
    }

    /// Forgets what the last turn left, whatever way it ended: no byte of one connection may meet
    /// another.
    pub(super) fn begin_turn(&mut self) {
        (self.at, self.have) = (0, 0);
        self.output.clear();
        self.output.shrink_to(OUTPUT_KEPT_MAX);
    }

    /// Takes the request out, for somebody who has more to do with it; another one is in its place.
    pub(super) fn take_request(&mut self, engine: &Engine) -> Box<Request> {
        let next = Request::empty(&engine.settings.limits, self.request.peer);
        std::mem::replace(&mut self.request, Box::new(next))
    }

    /// An errand with the request, which a worker is to answer.
    pub(super) fn take_errand(&mut self, call: Call, engine: &Arc<Engine>) -> Box<Errand> {
        let peer = self.request.peer;
        let new = || Box::new(Errand::new(engine, peer, call));
        let mut errand = self.spare.pop().unwrap_or_else(new);
        errand.begin(call, engine);
        std::mem::swap(&mut self.request, &mut errand.request);
        errand
    }

    /// Keeps an errand that is done, and with it the request that it has in exchange for its own.
    pub(super) fn keep_errand(&mut self, mut errand: Box<Errand>) {
        if self.spare.len() < SPARE_ERRANDS_MAX {
            errand.clear();
            self.spare.push(errand);
        }
    }

    /// Gives the request a number that no other one has.
    pub(super) fn number_request(&mut self, engine: &Engine) {
        if self.numbers.is_empty() {
            let first = 1 + engine.request_numbers.fetch_add(NUMBERS_AT_ONCE, Relaxed);
            self.numbers = first..first + NUMBERS_AT_ONCE;
        }
        self.request.id = RequestId(self.numbers.start);
        self.numbers.start += 1;
    }

    /// What has come and is not used up.
    pub(super) fn unread(&self) -> &[u8] {
        &self.input[self.at..self.have]
    }
}

/// Takes the next request, or as much of it as has come, out of the scratch's input.
pub(super) fn next(turn: &mut Turn, scratch: &mut Scratch, engine: &Engine) -> Step {
    match turn.phase {
        Phase::Body(_) => next_content(turn, scratch, engine),
        _ => next_head(turn, scratch, engine),
    }
}

fn next_head(turn: &mut Turn, scratch: &mut Scratch, engine: &Engine) -> Step {
    if scratch.at == scratch.have {
        turn.phase = Phase::Idle;
        return Step::NeedMore;
    }
    let limits = &engine.settings.limits;
    let input = &scratch.input[scratch.at..scratch.have];
    match scratch.request.head.read(input, &limits.head()) {
        Err(error) => Step::Refuse(error),
        Ok(Progress::NeedMore) => {
            if !matches!(turn.phase, Phase::Head(_)) {
                turn.phase = Phase::Head(turn.now);
            }
            Step::NeedMore
        }
        Ok(Progress::Complete(bytes)) => {
            scratch.at += bytes;
            begin(turn, scratch, engine)
        }
    }
}

/// A head is whole: finds its endpoint and what content follows.
fn begin(turn: &mut Turn, scratch: &mut Scratch, engine: &Engine) -> Step {
    let request = &mut *scratch.request;
    if let Some(step) = turn_away(turn.purpose, request, engine) {
        return step;
    }
    let endpoint = engine.service.find(request);
    request.peer = turn.peer;
    if !engine.settings.trusted_proxies.is_empty() {
        let trusted = &engine.settings.trusted_proxies;
        request.peer = forwarded::client(request.peer, &request.head, trusted);
    }
    request.content.clear();
    request.content_unread = false;
    let rest = match request.head.framing() {
        Framing::None | Framing::Length(0) => return Step::Request(endpoint),
        Framing::Length(length) if length > engine.settings.limits.body_bytes_max => {
            return Step::Refuse(WireError::BodyTooLarge);
        }
        Framing::Length(length) => match take_whole(scratch, length, &engine.settings.limits) {
            Some(Ok(())) => return Step::Request(endpoint),
            Some(Err(error)) => return Step::Fail(error),
            None => Rest::Length(length),
        },
        Framing::Chunked => {
            Rest::Chunks(ChunkDecoder::new(engine.settings.limits.chunk_overhead_max))
        }
    };
    let nothing_came = scratch.at == scratch.have;
    if scratch.request.head.expects_continue() && nothing_came {
        if !matches!(endpoint, Endpoint::Route(_)) {
            scratch.request.content_unread = true; // nobody wants it: the answer comes instead of a 100
            return Step::Request(endpoint);
        }
        scratch.output.extend_from_slice(encode::CONTINUE);
    }
    let request = scratch.take_request(engine);
    turn.phase = Phase::Body(Box::new(Receiving { request, endpoint, rest, since: turn.now }));
    next_content(turn, scratch, engine)
}

/// What becomes of a head that is no question to the app.
fn turn_away(purpose: Purpose, request: &mut Request, engine: &Engine) -> Option<Step> {
    let (head, settings) = (&request.head, &engine.settings);
    let strange = |host| !host::is_one_of(host, &settings.allowed_hosts);
    let strange = !settings.allowed_hosts.is_empty() && head.host().is_some_and(strange);
    let cookies_max = settings.limits.cookies_max;
    let error = match purpose {
        Purpose::Unencrypted => WireError::Unencrypted,
        Purpose::Redirect => match engine.destination.response(head).filter(|_| !strange) {
            Some(response) => {
                let framing = head.framing();
                request.content_unread = !matches!(framing, Framing::None | Framing::Length(0));
                return Some(Step::Answer(Box::new(response)));
            }
            None => WireError::Host,
        },
        Purpose::Site if strange => WireError::HostNotServed,
        Purpose::Site
            if head.has_cookies() && cookie::pairs(head.fields()).count() > cookies_max =>
        {
            WireError::TooManyCookies
        }
        Purpose::Site => return None,
    };
    Some(Step::Refuse(error))
}

/// Takes a content that has come whole with its head, as most forms do, without a detour.
fn take_whole(scratch: &mut Scratch, length: u64, limits: &Limits) -> Option<std::io::Result<()>> {
    let length = usize::try_from(length).ok()?;
    let content = scratch.input[scratch.at..scratch.have].get(..length)?;
    scratch.at += length;
    Some(scratch.request.content.append(content, limits.body_memory_max))
}

/// Takes what has come of a content; a whole request moves into the scratch.
fn next_content(turn: &mut Turn, scratch: &mut Scratch, engine: &Engine) -> Step {
    let Phase::Body(receiving) = &mut turn.phase else { return Step::NeedMore };
    match take_content(receiving, scratch, &engine.settings.limits) {
        Err(step) => step,
        Ok(false) => Step::NeedMore,
        Ok(true) => {
            let endpoint = receiving.endpoint;
            std::mem::swap(&mut scratch.request, &mut receiving.request);
            turn.phase = Phase::Idle;
            Step::Request(endpoint)
        }
    }
}

/// Whether the content is whole now.
fn take_content(
    receiving: &mut Receiving,
    scratch: &mut Scratch,
    limits: &Limits,
) -> Result<bool, Step> {
    let content = &mut receiving.request.content;
    let input = &scratch.input[scratch.at..scratch.have];
    let (piece, consumed, complete) = match &mut receiving.rest {
        Rest::Length(left) => {
            let n = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
            *left -= n as u64;
            (&input[..n], n, *left == 0)
        }
        Rest::Chunks(decoder) => {
            scratch.piece.clear();
            let room = limits.body_bytes_max - content.length();
            let decoded = decoder.decode(input, &mut scratch.piece, room).map_err(Step::Refuse)?;
            (&scratch.piece[..], decoded.consumed, decoded.complete)
        }
    };
    content.append(piece, limits.body_memory_max).map_err(Step::Fail)?;
    scratch.at += consumed;
    Ok(complete)
}
