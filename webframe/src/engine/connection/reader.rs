//! Reads the next request from the input of a connection: its head, then its body, or a refusal.
//! The input and the request are in the scratch, the buffers of the thread that runs the shard
//! (event loop).

use std::io;

use http::Method;

use super::{
    phase::{Phase, Receiving, Remaining},
    turn::Turn,
};
use crate::{
    Request, Response,
    contract::service::Endpoint,
    engine::{
        Engine,
        shard::scratch::Scratch,
        sockets::{accepted::Purpose, admission::network_of},
    },
    live::outlet::Slot,
    request::{body::Allowance, forwarded},
    wire::{Framing, Head, Progress, WireError, chunked::ChunkDecoder, encode, host},
};

/// The next item in the input.
#[derive(Debug)]
pub(crate) enum Step {
    /// A complete request; it is in the scratch.
    Request(Endpoint),
    /// A head that is answered without the app; it is in the scratch.
    Answer(Box<Response>),
    /// An incomplete request.
    NeedMore,
    /// The input is not an acceptable request.
    Refuse(WireError),
    /// The body cannot be stored: a fault of the server.
    Fail(io::Error),
}

/// Takes the next request from the input, or the part of it that has arrived.
pub(crate) fn next(turn: &mut Turn, scratch: &mut Scratch, engine: &Engine) -> Step {
    match turn.phase {
        Phase::Body(_) => next_body(turn, scratch, engine),
        _ => next_head(turn, scratch, engine),
    }
}

fn next_head(turn: &mut Turn, scratch: &mut Scratch, engine: &Engine) -> Step {
    if scratch.unread_start == scratch.unread_end {
        turn.phase = Phase::Idle;
        return Step::NeedMore;
    }
    let limits = &engine.settings.limits;
    let input = &scratch.input[scratch.unread_start..scratch.unread_end];
    match scratch.request.head.read(input, &limits.head()) {
        Err(error) => Step::Refuse(error),
        Ok(Progress::NeedMore) => {
            if !matches!(turn.phase, Phase::Head(_)) {
                turn.phase = Phase::Head(turn.now);
            }
            Step::NeedMore
        }
        Ok(Progress::Complete(bytes)) => {
            match answer_without_app(turn.purpose, &mut scratch.request, engine) {
                // The head stays unread, so that the refusal can be logged with its request line.
                Some(Step::Refuse(error)) => Step::Refuse(error),
                step => {
                    scratch.unread_start += bytes;
                    step.unwrap_or_else(|| after_head(turn, scratch, engine))
                }
            }
        }
    }
}

/// Called when a head for the app is complete: finds the endpoint of the request, and begins to
/// read the body as the head frames it.
fn after_head(turn: &mut Turn, scratch: &mut Scratch, engine: &Engine) -> Step {
    let request = &mut *scratch.request;
    request.peer = turn.peer;
    request.presence.set_slot(Slot { shard: turn.shard, token: turn.token.to_number() });
    if !engine.settings.trusted_proxies.is_empty() {
        let trusted = &engine.settings.trusted_proxies;
        request.peer = forwarded::client(request.peer, &request.head, trusted);
    }
    request.body.clear();
    request.body_unread = false;
    let endpoint = engine.service.find(request); // it may run the app's check of the head
    let framing = request.head.framing();
    if matches!(framing, Framing::None | Framing::Length(0)) {
        return Step::Request(endpoint);
    }
    let is_kept = keeps_body(endpoint, &request.head, engine);
    let rest = match framing {
        Framing::None => return Step::Request(endpoint),
        Framing::Length(length) if !is_kept && length > DISCARDED_BYTES_MAX => {
            if matches!(endpoint, Endpoint::Route(_)) {
                return Step::Refuse(WireError::BodyTooLarge);
            }
            request.body_unread = true;
            return Step::Request(endpoint);
        }
        Framing::Length(length) if length > body_bytes_max(endpoint, engine) => {
            return Step::Refuse(WireError::BodyTooLarge);
        }
        Framing::Length(length) if is_kept => match take_whole(scratch, length, engine) {
            Some(Ok(())) => return Step::Request(endpoint),
            Some(Err(error)) => return Step::Fail(error),
            None => Remaining::Length(length),
        },
        Framing::Length(length) => Remaining::Length(length),
        Framing::Chunked if endpoint == Endpoint::Refused => {
            request.body_unread = true;
            return Step::Request(endpoint);
        }
        Framing::Chunked => {
            Remaining::Chunks(ChunkDecoder::new(engine.settings.limits.chunk_overhead_max))
        }
    };
    let no_body_yet = scratch.unread_start == scratch.unread_end;
    if scratch.request.head.expects_continue() && no_body_yet {
        if !matches!(endpoint, Endpoint::Route(_)) {
            scratch.request.body_unread = true; // the final answer replaces the 100
            return Step::Request(endpoint);
        }
        scratch.output.extend_from_slice(encode::CONTINUE);
    }
    let request = scratch.take_request(engine);
    let since = turn.now;
    let receiving = Receiving { request, endpoint, rest, received: 0, is_kept, since };
    turn.phase = Phase::Body(Box::new(receiving));
    next_body(turn, scratch, engine)
}

/// A body that no handler uses is read up to this size, so that the connection can be kept alive.
/// 64 KiB, as much as a connection may hold in memory.
const DISCARDED_BYTES_MAX: u64 = 64 << 10;

/// Whether the body is kept for the handler. A limit of the route decides; without one, the bodies
/// of GET and HEAD are not kept, since they have no meaning (RFC 9110 §9.3.1).
fn keeps_body(endpoint: Endpoint, head: &Head, engine: &Engine) -> bool {
    let is_read_only = matches!(*head.method(), Method::GET | Method::HEAD);
    let is_kept_by_default = matches!(endpoint, Endpoint::Route(_)) && !is_read_only;
    engine.service.body_bytes_max(endpoint).map_or(is_kept_by_default, |limit| limit > 0)
}

/// The step for a request that never reaches the app. It is redirected to the encrypted site, or it
/// is refused because its host is not served or its port expects encryption. `None`: the app
/// answers the request.
fn answer_without_app(purpose: Purpose, request: &mut Request, engine: &Engine) -> Option<Step> {
    let head = &request.head;
    let settings = &engine.settings;
    let is_other = |host| !host::is_one_of(host, &settings.allowed_hosts);
    let is_other_host = !settings.allowed_hosts.is_empty() && head.host().is_some_and(is_other);
    let error = match purpose {
        Purpose::Unencrypted => WireError::Unencrypted,
        Purpose::Redirect => match engine.destination.response(head).filter(|_| !is_other_host) {
            Some(response) => {
                let framing = head.framing();
                request.body_unread = !matches!(framing, Framing::None | Framing::Length(0));
                return Some(Step::Answer(Box::new(response)));
            }
            None => WireError::Host,
        },
        Purpose::Site | Purpose::Lines(_) if is_other_host => WireError::HostNotServed,
        Purpose::Site | Purpose::Lines(_) => return None,
    };
    Some(Step::Refuse(error))
}

/// The maximum size of a body: the route's own limit, or the server's.
fn body_bytes_max(endpoint: Endpoint, engine: &Engine) -> u64 {
    let limit = engine.service.body_bytes_max(endpoint);
    limit.unwrap_or(engine.settings.limits.body_bytes_max)
}

/// Takes a body that has arrived together with its head, as most forms do. `None`: part of it is
/// missing.
fn take_whole(scratch: &mut Scratch, length: u64, engine: &Engine) -> Option<io::Result<()>> {
    let length = usize::try_from(length).ok()?;
    let content = scratch.input[scratch.unread_start..scratch.unread_end].get(..length)?;
    scratch.unread_start += length;
    let allowed = allowance(&scratch.request, engine);
    let body = &mut scratch.request.body;
    Some(body.append_within(content, engine.settings.limits.body_memory_max, allowed))
}

/// The disk space that the body of a request may take: a total for all clients, and the network of
/// this client, which may take a part of it.
fn allowance(request: &Request, engine: &Engine) -> Allowance {
    let network = network_of(request.peer.address.ip());
    Allowance { network, total_max: engine.settings.limits.spool_bytes_max }
}

/// Takes the part of a body that has arrived. When the body is complete, the request moves into the
/// scratch.
fn next_body(turn: &mut Turn, scratch: &mut Scratch, engine: &Engine) -> Step {
    let Phase::Body(receiving) = &mut turn.phase else { return Step::NeedMore };
    match take_body_part(receiving, scratch, engine) {
        Err(step) => step,
        Ok(BodyState::Incomplete) => Step::NeedMore,
        Ok(BodyState::Complete) => {
            let endpoint = receiving.endpoint;
            std::mem::swap(&mut scratch.request, &mut receiving.request);
            turn.phase = Phase::Idle;
            Step::Request(endpoint)
        }
    }
}

/// Whether a body has arrived completely.
enum BodyState {
    Incomplete,
    Complete,
}

/// Appends input to the body, or drops it if the body is not kept.
fn take_body_part(
    receiving: &mut Receiving,
    scratch: &mut Scratch,
    engine: &Engine,
) -> Result<BodyState, Step> {
    let input = &scratch.input[scratch.unread_start..scratch.unread_end];
    let (piece, consumed, complete) = match &mut receiving.rest {
        Remaining::Length(left) => {
            let n = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
            *left -= n as u64;
            (&input[..n], n, *left == 0)
        }
        Remaining::Chunks(decoder) => {
            scratch.piece.clear();
            let limit = body_bytes_max(receiving.endpoint, engine);
            let limit = if receiving.is_kept { limit } else { DISCARDED_BYTES_MAX.min(limit) };
            let room = limit.saturating_sub(receiving.received);
            let decoded = decoder.decode(input, &mut scratch.piece, room).map_err(Step::Refuse)?;
            (&scratch.piece[..], decoded.consumed, decoded.complete)
        }
    };
    receiving.received += piece.len() as u64;
    if receiving.is_kept {
        let allowed = allowance(&receiving.request, engine);
        let content = &mut receiving.request.body;
        let memory_max = engine.settings.limits.body_memory_max;
        content.append_within(piece, memory_max, allowed).map_err(Step::Fail)?;
    }
    scratch.unread_start += consumed;
    Ok(if complete { BodyState::Complete } else { BodyState::Incomplete })
}
