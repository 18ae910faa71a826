//! The end of a connection, in its shard (event loop): the last answer, a lingering close, or a
//! missed deadline.

use std::sync::atomic::Ordering::Relaxed;

use super::{
    ReadOutcome, Readiness,
    phase::{CloseMode, Limited, Phase},
};
use crate::{
    Refusal,
    engine::shard::{Shard, Todo, scratch::Scratch, slots::Token},
    report,
    wire::{WireError, head},
};

impl Shard {
    /// Called when the last answer cannot be written at once. More input may arrive until it is
    /// written, so the close must check for input.
    pub(super) fn check_before_closing(&mut self, token: Token) {
        if let Some(connection) = self.connections.get(token)
            && let Phase::Closing(close_mode @ CloseMode::Immediate) = &mut connection.phase
        {
            *close_mode = CloseMode::IfDrained;
        }
    }

    /// Called when the last answer is written: closes the connection, or lingers until the peer has
    /// read the answer.
    pub(super) fn finish_closing(&mut self, token: Token, close_mode: CloseMode) {
        let Some(connection) = self.connections.get(token) else { return };
        let may_close = match close_mode {
            CloseMode::Immediate => true,
            CloseMode::IfDrained => !connection.has_unread(),
            CloseMode::Lingering => false,
        };
        if may_close {
            return self.close(token);
        }
        connection.transport.shut_down_writing();
        connection.phase = Phase::Lingering(self.engine.settings.limits.linger_bytes_max);
        self.set_deadline_in(token, self.engine.clocks.linger);
        // It is not known yet whether the peer has ended its input.
        self.todo.push_back(Todo::Read(token, Readiness::Input));
    }

    /// Discards input that follows the last answer, up to a limit.
    pub(super) fn drop_input(&mut self, token: Token, scratch: &mut Scratch) {
        let Some(connection) = self.connections.get(token) else { return };
        let Phase::Lingering(left) = connection.phase else { return };
        match connection.read(&mut scratch.input) {
            ReadOutcome::Bytes(n) if n < left => {
                connection.phase = Phase::Lingering(left - n);
                self.todo.push_back(Todo::Read(token, Readiness::Input));
            }
            ReadOutcome::Nothing => {}
            ReadOutcome::Bytes(_) | ReadOutcome::End | ReadOutcome::Broken => self.close(token),
        }
    }

    /// Handles a deadline that has passed.
    pub(crate) fn deadline_passed(&mut self, token: Token, scratch: &mut Scratch) {
        let Some(connection) = self.connections.get(token) else { return };
        if connection.has_output() {
            return self.close(token); // the peer reads nothing
        }
        match &connection.phase {
            Phase::Preamble(..) | Phase::Idle | Phase::Closing(_) | Phase::Lingering(_) => {
                self.close(token);
            }
            Phase::Head(_) => self.time_out(token, scratch),
            Phase::Body(receiving) => {
                let deadline = receiving.deadline(&self.engine);
                if deadline > self.now {
                    self.set_deadline(token, deadline);
                } else {
                    self.time_out(token, scratch);
                }
            }
            &Phase::Answering(endpoint) => {
                connection.overdue = true;
                self.engine.handlers_overdue.fetch_add(1, Relaxed);
                let pattern = self.engine.service.pattern(endpoint);
                let limit = self.engine.settings.timeouts.handler;
                report::warn(format_args!(
                    "the handler of {pattern:?} has run for more than {limit:?}"
                ));
            }
            Phase::Limited(_) => self.abandon_handler(token, scratch),
            Phase::Live(_) => self.live_deadline_passed(token),
            Phase::Streaming(_) => self.read_next_piece(token),
        }
    }

    /// Answers 503 in place of a handler that exceeded the time limit of its route. The response of
    /// the handler is dropped when it arrives.
    fn abandon_handler(&mut self, token: Token, scratch: &mut Scratch) {
        let Some(mut turn) = self.begin_turn(token) else { return };
        let Phase::Limited(limited) = std::mem::replace(&mut turn.phase, Phase::Idle) else {
            return;
        };
        let Limited { endpoint, method, limit } = *limited;
        let pattern = self.engine.service.pattern(endpoint);
        report::warn(format_args!(
            "the handler of {pattern:?} exceeded its time limit of {limit:?}"
        ));
        turn.refuse_as(&method, Refusal::Overdue, scratch, &self.engine);
        self.abandoned.push(token);
        self.engine.handlers_abandoned.fetch_add(1, Relaxed);
        self.engine.presence.close(self.slot_of(token));
        self.end_turn(turn, scratch);
    }

    /// Answers 408: the head or the body of a request has not arrived in time.
    fn time_out(&mut self, token: Token, scratch: &mut Scratch) {
        let head =
            self.connections.get(token).map(|connection| head::refused_method(&connection.input));
        if let Some(connection) = self.connections.get(token) {
            connection.load(scratch); // for the target of the refused request
        }
        let (Some(head), Some(mut turn)) = (head, self.begin_turn(token)) else { return };
        let method = match turn.phase {
            Phase::Head(_) => head,
            _ => turn.refused_method(scratch),
        };
        turn.refuse_as(&method, WireError::Timeout.into(), scratch, &self.engine);
        self.end_turn(turn, scratch);
    }
}
