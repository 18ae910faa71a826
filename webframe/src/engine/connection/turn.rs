//! A turn of a connection: the requests that have arrived, answered one by one.
//!
//! Quick handlers run here, in the thread of the shard (the event loop that owns the connection).
//! While one runs, the shard is parked: another worker may steal it and serve its other
//! connections. So the turn has a copy of the fields that it needs, and the shard stays parked from
//! the first call until all input is answered. If the shard was stolen, the turn is sent to its
//! inbox. Input, output and the current request are in the scratch: the buffers of this thread.

use std::sync::atomic::Ordering::Relaxed;

use http::Method;

use super::{
    answer,
    phase::Phase,
    reader::{self, Step},
};
use crate::{
    Refusal, Refused, Request, Response,
    contract::{refusal::target_of, service::Endpoint},
    engine::{
        Engine,
        pool::scheduling::Class,
        shard::{Shard, message::Message, scratch::Scratch, slots::Token, wheel::Tick},
        sockets::accepted::Purpose,
        watch::parking::Ticket,
    },
    report,
    request::{Peer, body::StoreFailure},
    wire::{Head, WireError, encode::Prelude, head::request_line},
};

/// The part of a connection that its turn needs. Meanwhile the connection in the shard is in
/// [`Phase::Answering`].
#[derive(Debug)]
pub(crate) struct Turn {
    /// The number of the connection's shard.
    pub(crate) shard: usize,
    pub(crate) token: Token,
    pub(crate) phase: Phase,
    pub(crate) purpose: Purpose,
    pub(crate) peer: Peer,
    /// Number of requests answered on the connection.
    pub(crate) served: u32,
    /// The connection closes after this number of requests.
    pub(crate) served_max: u32,
    /// The first two lines of most answers: the status line of a 200, and `Date`.
    pub(crate) prelude: Prelude,
    pub(crate) now: Tick,
}

/// How a turn ended.
#[derive(Debug)]
pub(crate) enum TurnEnd {
    /// All complete requests are answered, or the output is full.
    Done,
    /// The handler of the request in the scratch may block: a worker has to call it.
    Blocks(Endpoint),
    /// The shard was stolen while a handler made this response.
    ShardStolen(Response),
}

/// A turn whose shard was stolen, on its way to the shard.
pub(crate) struct DetachedTurn {
    pub(crate) turn: Turn,
    /// The last request and its response, which is not encoded yet.
    pub(crate) last: Option<(Box<Request>, Response)>,
    /// The encoded answers before that response.
    pub(crate) output: Vec<u8>,
    /// The input that is not consumed.
    pub(crate) rest: Vec<u8>,
}

impl Shard {
    /// Begins the turn of a connection. Returns `None` if it is closed.
    pub(crate) fn begin_turn(&mut self, token: Token) -> Option<Turn> {
        let limit = self.engine.settings.limits.requests_per_connection_max;
        let served_max = if self.retiring { 0 } else { limit };
        let shard = self.number;
        let connection = self.connections.get(token)?;
        Some(Turn {
            shard,
            token,
            phase: std::mem::replace(&mut connection.phase, Phase::Answering(Endpoint::Nothing)),
            purpose: connection.purpose,
            peer: connection.peer(),
            served: connection.served,
            served_max,
            prelude: self.prelude,
            now: self.now,
        })
    }

    /// Stores the result of a turn in its connection and writes the answers.
    pub(crate) fn end_turn(&mut self, turn: Turn, scratch: &mut Scratch) {
        let Some(connection) = self.connections.get(turn.token) else { return };
        connection.phase = turn.phase;
        if turn.served > connection.served {
            connection.last_request = self.now;
        }
        connection.served = turn.served;
        if std::mem::take(&mut connection.overdue) {
            self.engine.handlers_overdue.fetch_sub(1, Relaxed);
        }
        self.store_and_write(turn.token, scratch);
    }

    /// Ends a turn whose shard was stolen, when its result has arrived in the inbox.
    pub(crate) fn reattach(&mut self, detached: DetachedTurn, scratch: &mut Scratch) {
        let DetachedTurn { mut turn, last, output, rest } = detached;
        let Some(connection) = self.connections.get(turn.token) else {
            return last
                .into_iter()
                .for_each(|(_, mut answer)| self.drop_on_worker(answer.take_body()));
        };
        connection.input = rest;
        scratch.output.extend_from_slice(&output);
        if self.retiring {
            turn.served_max = 0;
        }
        if let Some((request, response)) = last {
            scratch.request = request;
            turn.answer(response, scratch);
        }
        let token = turn.token;
        self.end_turn(turn, scratch);
        self.watch(token); // the shard may have been stolen before the connection was registered
    }
}

impl Turn {
    /// Answers the complete requests of the input. If a handler was called, `shard` is `None`
    /// afterwards: the shard is parked or was stolen.
    pub(crate) fn run(
        &mut self,
        shard: &mut Option<Box<Shard>>,
        scratch: &mut Scratch,
        engine: &Engine,
        shard_number: usize,
    ) -> TurnEnd {
        let spot = &engine.parking[shard_number];
        let mut ticket = Ticket::default();
        while scratch.output.len() < engine.settings.limits.output_bytes_max {
            match reader::next(self, scratch, engine) {
                Step::NeedMore => break,
                Step::Refuse(error) => self.refuse(error.into(), scratch, engine),
                Step::Fail(error) => {
                    report::error(format_args!("the body of a request cannot be stored: {error}"));
                    let refusal = match StoreFailure::from_error(&error) {
                        StoreFailure::Busy => Refusal::Busy,
                        StoreFailure::NoSpace => Refusal::NoSpace,
                        StoreFailure::Fault => Refusal::Fault,
                    };
                    self.refuse(refusal, scratch, engine);
                }
                Step::Answer(response) => self.answer(*response, scratch),
                Step::Request(endpoint) => {
                    scratch.number_request(engine);
                    let pace = engine.service.pace(endpoint);
                    if pace.blocks()
                        || pace.is_conditional()
                            && engine.service.is_declared_blocking(endpoint, &scratch.request)
                    {
                        return TurnEnd::Blocks(endpoint);
                    }
                    spot.begin_call(endpoint.to_number());
                    if let Some(mut shard) = shard.take() {
                        shard.parked_for = Some(self.token);
                        ticket = spot.park(shard);
                    }
                    let began = scratch.calls.begin(endpoint, pace);
                    let response = engine.service.answer(endpoint, &mut scratch.request);
                    if spot.was_stolen(ticket) {
                        return TurnEnd::ShardStolen(response);
                    }
                    scratch.calls.end(began, pace);
                    self.answer(response, scratch);
                }
            }
            if !matches!(self.phase, Phase::Idle) || scratch.unread_start == scratch.unread_end {
                break;
            }
        }
        TurnEnd::Done
    }

    /// Whether the connection stays open after the current answer. Valid once the head of the
    /// answer is encoded.
    pub(crate) fn keeps_connection(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// Encodes a response as the answer to the current request and appends it to the output.
    pub(crate) fn answer(&mut self, mut response: Response, scratch: &mut Scratch) {
        answer::encode(self, scratch, &mut response);
        response.recycle();
    }

    /// Refuses the current request: appends the app's answer to a refusal to the output. The rest
    /// of the input is discarded, and the connection closes.
    pub(crate) fn refuse(&mut self, refusal: Refusal, scratch: &mut Scratch, engine: &Engine) {
        let method = self.refused_method(scratch);
        self.refuse_as(&method, refusal, scratch, engine);
    }

    /// Like [`Turn::refuse`], but the answer is that to a request with this method.
    pub(crate) fn refuse_as(
        &mut self,
        method: &Method,
        refusal: Refusal,
        scratch: &mut Scratch,
        engine: &Engine,
    ) {
        let response = engine.service.refuse(&self.refused(refusal, scratch, engine));
        scratch.request.head = Head::refused(method);
        scratch.request.body_unread = true;
        scratch.unread_start = scratch.unread_end;
        self.answer(response, scratch);
    }

    /// The known parts of the refused request. After an error in a head, the scratch may hold parts
    /// of an older request. Then only the target and the request line are known, from the input.
    fn refused<'s>(
        &'s self,
        refusal: Refusal,
        scratch: &'s Scratch,
        engine: &Engine,
    ) -> Refused<'s> {
        let request = match (&self.phase, refusal) {
            (Phase::Body(receiving), _) => Some(&*receiving.request),
            (_, Refusal::Busy | Refusal::NoSpace | Refusal::Fault)
            | (_, Refusal::Unacceptable(WireError::BodyTooLarge)) => Some(&*scratch.request),
            (_, Refusal::Unacceptable(_) | Refusal::Overdue) => None,
        };
        let target = target_of(scratch.unread());
        let request_line = match (request, refusal) {
            (None, Refusal::Unacceptable(_)) => {
                request_line::valid(scratch.unread(), &engine.settings.limits.head())
            }
            _ => None,
        };
        let peer = request.map_or(self.peer, Request::peer);
        Refused { refusal, peer, request, target, request_line }
    }

    /// The method of the refused request: the answer to HEAD has no body.
    pub(crate) fn refused_method(&self, scratch: &Scratch) -> Method {
        match &self.phase {
            Phase::Body(receiving) => receiving.request.head.method().clone(),
            _ => scratch.request.head.method().clone(),
        }
    }

    /// Called when another worker has stolen the shard: sends the result of the turn to the shard's
    /// inbox. If the turn ended at a request for a handler that may block, the handler is called
    /// here first: this thread has no other connections that would wait.
    pub(crate) fn detach(
        self,
        end: TurnEnd,
        scratch: &mut Scratch,
        engine: &Engine,
        shard_number: usize,
    ) {
        engine.workers.schedule(Class::Batch); // this thread no longer runs a shard
        let response = match end {
            TurnEnd::Done => None,
            TurnEnd::Blocks(endpoint) => {
                Some(engine.service.answer(endpoint, &mut scratch.request))
            }
            TurnEnd::ShardStolen(response) => Some(response),
        };
        let last = response.map(|response| (scratch.take_request(engine), response));
        let output = std::mem::take(&mut scratch.output);
        let rest = scratch.unread().to_vec();
        let detached = DetachedTurn { turn: self, last, output, rest };
        engine.inboxes[shard_number].put(Message::DetachedTurn(Box::new(detached)));
    }
}
