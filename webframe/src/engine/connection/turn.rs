//! One turn of a connection: what has come to answers, request by request.
//!
//! Handlers run here, and while one runs the shard may be given to another worker. So a
//! turn takes along what it needs of its connection, and the shard lies on the table from the first
//! call on until all that has come is answered. A turn that finds its shard gone then goes after it
//! through the inbox.

use std::sync::atomic::Ordering::Relaxed;

use http::Method;

use super::{
    answer,
    phase::Phase,
    reader::{self, Step},
};
use crate::{
    Refusal, Request, Response,
    app::service::Endpoint,
    engine::{
        Engine,
        pool::scheduling::Class,
        shard::{Shard, message::Message, scratch::Scratch, slots::Token, wheel::Tick},
        sockets::accepted::Purpose,
        watch::parking::Ticket,
    },
    request::Peer,
    wire::{Head, encode::Prelude},
};

/// A connection's part in its turn; what stays of it in the shard stands at [`Phase::Answering`].
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) token: Token,
    pub(crate) phase: Phase,
    pub(crate) purpose: Purpose,
    pub(crate) peer: Peer,
    /// Requests answered on the connection.
    pub(crate) served: u32,
    /// With so many it is closed.
    pub(crate) served_max: u32,
    pub(crate) prelude: Prelude,
    pub(crate) now: Tick,
}

/// How far a turn went.
#[derive(Debug)]
pub(crate) enum End {
    /// What has come is answered as far as it goes, or it was enough for once.
    Done,
    /// The request in the scratch may block: it is for a worker.
    Blocks(Endpoint),
    /// The shard was given away while a handler made this response.
    ShardStolen(Response),
}

/// A turn that ended without its shard, on its way back to it.
pub(crate) struct DetachedTurn {
    pub(crate) turn: Turn,
    /// The last request and its response, not encoded yet.
    pub(crate) last: Option<(Box<Request>, Response)>,
    /// Answers before it.
    pub(crate) output: Vec<u8>,
    /// Input behind it.
    pub(crate) rest: Vec<u8>,
}

impl Shard {
    /// Begins the turn of a connection, if that is still there.
    pub(crate) fn begin_turn(&mut self, token: Token) -> Option<Turn> {
        let served_max = match self.draining {
            true => 0,
            false => self.engine.settings.limits.requests_per_connection_max,
        };
        let connection = self.connections.get(token)?;
        Some(Turn {
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

    /// Gives a connection back what its turn has made of it, and the peer the answers.
    pub(crate) fn end_turn(&mut self, turn: Turn, scratch: &mut Scratch) {
        let Some(connection) = self.connections.get(turn.token) else { return };
        connection.phase = turn.phase;
        connection.served = turn.served;
        if std::mem::take(&mut connection.overdue) {
            self.engine.handlers_overdue.fetch_sub(1, Relaxed);
        }
        self.store_and_write(turn.token, scratch);
    }

    /// A turn comes back that had lost the shard.
    pub(crate) fn reattach(&mut self, detach: DetachedTurn, scratch: &mut Scratch) {
        let DetachedTurn { mut turn, last, output, rest } = detach;
        let Some(connection) = self.connections.get(turn.token) else {
            return last
                .into_iter()
                .for_each(|(_, mut answer)| self.drop_on_worker(answer.take_body()));
        };
        connection.input = rest;
        scratch.output.extend_from_slice(&output);
        if self.draining {
            turn.served_max = 0;
        }
        if let Some((request, response)) = last {
            scratch.request = request;
            turn.answer(response, scratch);
        }
        let token = turn.token;
        self.end_turn(turn, scratch);
        self.watch(token); // whoever welcomed it may have lost the shard before it was watched
    }
}

impl Turn {
    /// Answers every request in the scratch's input, as far as it goes. Where a handler is called
    /// the shard lies on its table afterwards.
    pub(crate) fn run(
        &mut self,
        shard: &mut Option<Box<Shard>>,
        scratch: &mut Scratch,
        engine: &Engine,
        number: usize,
    ) -> End {
        let spot = &engine.parking[number];
        let mut ticket = Ticket::default();
        while scratch.output.len() < engine.settings.limits.output_bytes_max {
            match reader::next(self, scratch, engine) {
                Step::NeedMore => break,
                Step::Refuse(error) => self.refuse(error.into(), scratch, engine),
                Step::Fail(error) => {
                    log::error!("a request's content cannot be kept: {error}");
                    self.refuse(Refusal::Fault, scratch, engine);
                }
                Step::Answer(response) => self.answer(*response, scratch),
                Step::Request(endpoint) => {
                    scratch.number_request(engine);
                    let pace = engine.service.pace(endpoint);
                    if pace.blocks() {
                        return End::Blocks(endpoint);
                    }
                    spot.begin_call(endpoint.to_number());
                    if let Some(mut shard) = shard.take() {
                        shard.serves = Some(self.token);
                        ticket = spot.park(shard);
                    }
                    let began = scratch.calls.begin(endpoint, pace);
                    let response = engine.service.answer(endpoint, &scratch.request);
                    if spot.was_stolen(ticket) {
                        return End::ShardStolen(response);
                    }
                    scratch.calls.end(began, pace);
                    self.answer(response, scratch);
                }
            }
            if !matches!(self.phase, Phase::Idle) || scratch.at == scratch.have {
                break;
            }
        }
        End::Done
    }

    /// Appends the answer to the request in the scratch.
    pub(crate) fn answer(&mut self, mut response: Response, scratch: &mut Scratch) {
        answer::encode(self, scratch, &mut response);
        response.recycle();
    }

    /// Appends the answer to what is no request; nothing behind it is looked at.
    pub(crate) fn refuse(&mut self, refusal: Refusal, scratch: &mut Scratch, engine: &Engine) {
        let method = self.refused_method(scratch);
        self.refuse_method(&method, refusal, scratch, engine);
    }

    pub(crate) fn refuse_method(
        &mut self,
        method: &Method,
        refusal: Refusal,
        scratch: &mut Scratch,
        engine: &Engine,
    ) {
        scratch.request.head = Head::refused(method);
        scratch.request.content_unread = true;
        scratch.at = scratch.have;
        self.answer(engine.service.refuse(refusal), scratch);
    }

    /// The method of what is refused now: of its answer's content nothing is sent to HEAD.
    pub(crate) fn refused_method(&self, scratch: &Scratch) -> Method {
        match &self.phase {
            Phase::Body(receiving) => receiving.request.head.method().clone(),
            _ => scratch.request.head.method().clone(),
        }
    }

    /// Goes after the shard that another worker has by now. This thread may block, for no
    /// connection waits for it any more.
    pub(crate) fn detach(self, end: End, scratch: &mut Scratch, engine: &Engine, number: usize) {
        engine.workers.schedule(Class::Batch); // it runs no shard any more
        let response = match end {
            End::Done => None,
            End::Blocks(endpoint) => Some(engine.service.answer(endpoint, &scratch.request)),
            End::ShardStolen(response) => Some(response),
        };
        let last = response.map(|response| (scratch.take_request(engine), response));
        let output = std::mem::take(&mut scratch.output);
        let rest = scratch.unread().to_vec();
        let detach = DetachedTurn { turn: self, last, output, rest };
        engine.inboxes[number].put(Message::DetachedTurn(Box::new(detach)));
    }
}
