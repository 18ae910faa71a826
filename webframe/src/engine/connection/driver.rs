//! Moves a connection from phase to phase: its shard (event loop) reads what has arrived, takes
//! requests from it, answers them or hands them to workers, and writes the answers.
//!
//! A connection never leaves its shard. Only the *request* goes to a worker, and the response
//! returns by the shard's inbox. If another worker steals the shard while a handler runs, the
//! worker gets all connections of the shard. The scratch has the buffers of the thread that runs
//! the shard.

use std::sync::Arc;

use super::{
    Connection, ReadOutcome, Readiness, Written,
    phase::{CloseMode, Phase},
    turn::TurnEnd,
};
use crate::{
    contract::service::Endpoint,
    engine::{
        self, Engine,
        shard::{Shard, Todo, scratch::Scratch, slots::Token},
    },
    live::outlet::Slot,
};

impl Shard {
    /// Reads the bytes that have arrived and answers the requests in them. Returns `None` if
    /// another worker has stolen the shard.
    pub(crate) fn read(
        mut self: Box<Self>,
        token: Token,
        arrived: Readiness,
        scratch: &mut Scratch,
        engine: &Arc<Engine>,
    ) -> Option<Box<Self>> {
        let Some(connection) = self.connections.get(token) else { return Some(self) };
        match connection.phase {
            Phase::Idle | Phase::Head(_) | Phase::Body(_) if !connection.has_output() => {}
            Phase::Preamble(..) if !connection.has_output() => {
                self.read_preamble(token, arrived, scratch);
                return Some(self);
            }
            Phase::Live(_) => return self.read_live(token, arrived, scratch),
            Phase::Lingering(_) => {
                self.drop_input(token, scratch);
                return Some(self);
            }
            _ => {
                connection.missed = connection.missed.max(arrived);
                match arrived {
                    Readiness::Reset => self.close(token),
                    Readiness::End => self.note_client_gone(token),
                    Readiness::Nothing | Readiness::Input => {}
                }
                return Some(self);
            }
        }
        let kept = connection.load(scratch);
        let room = scratch.input.len() - kept;
        let outcome = connection.read(&mut scratch.input[kept..]);
        let has_more_input = connection.transport.has_more_input();
        match outcome {
            ReadOutcome::Bytes(n) => {
                scratch.unread_end += n;
                // No further event reports the rest of the input, or its end.
                if n == room || arrived >= Readiness::End || has_more_input {
                    self.todo.push_back(Todo::Read(token, arrived));
                }
            }
            ReadOutcome::Nothing if has_more_input => {
                self.todo.push_back(Todo::Read(token, arrived))
            }
            // An incomplete TLS record must not move the deadline of an idle connection.
            ReadOutcome::Nothing if kept == 0 && connection.is_idle() && !self.draining => {
                return Some(self);
            }
            ReadOutcome::Nothing => {}
            ReadOutcome::End => {
                connection.input_ended = true;
                engine.presence.leave(Slot { shard: self.number, token: token.to_number() });
            }
            ReadOutcome::Broken => {
                self.close(token);
                return Some(self);
            }
        }
        if still_lacks_line_end(connection, scratch, kept, engine) {
            self.store_and_write(token, scratch);
            return Some(self);
        }
        self.answer_input(token, scratch, engine)
    }

    /// Answers the requests in the input. The shard is parked while handlers run. If another worker
    /// steals the shard, the rest of the turn is sent to the inbox of the shard.
    fn answer_input(
        mut self: Box<Self>,
        token: Token,
        scratch: &mut Scratch,
        engine: &Arc<Engine>,
    ) -> Option<Box<Self>> {
        let number = self.number;
        let Some(mut turn) = self.begin_turn(token) else { return Some(self) };
        let mut shard = Some(self);
        let end = turn.run(&mut shard, scratch, engine, number);
        if shard.is_none() && !matches!(end, TurnEnd::ShardStolen(_)) {
            shard = engine.parking[number].reclaim();
        }
        let Some(mut shard) = shard else {
            turn.detach(end, scratch, engine, number);
            return None;
        };
        if let TurnEnd::Blocks(endpoint) = end {
            shard.hand_to_worker(&mut turn, endpoint, scratch, engine);
        }
        shard.end_turn(turn, scratch);
        Some(shard)
    }

    /// Called by the thread that stole the shard during a long call: marks the route or the live
    /// connection as slow and gives the call a deadline. `call` is the number of its endpoint.
    pub(crate) fn stalled_by(&mut self, call: u32) {
        if let Some(token) = self.parked_for
            && let Some(connection) = self.connections.get(token)
            && let Phase::Live(live) = &connection.phase
        {
            live.learn_stall();
            self.watch(token);
            return self.set_deadline_in(token, self.engine.clocks.handler);
        }
        let endpoint = Endpoint::from_number(call);
        self.engine.service.pace(endpoint).learn_stall();
        let Some(token) = self.parked_for else { return };
        if let Some(connection) = self.connections.get(token) {
            connection.phase = Phase::Answering(endpoint);
        }
        self.watch(token);
        self.set_deadline_in(token, self.engine.clocks.handler);
    }

    /// Writes the scratch's output to the peer and keeps its unconsumed input in the connection.
    pub(crate) fn store_and_write(&mut self, token: Token, scratch: &mut Scratch) {
        let Some(connection) = self.connections.get(token) else { return };
        match connection.phase {
            Phase::Closing(_) | Phase::Lingering(_) => connection.input = Vec::new(),
            _ => connection.input.extend_from_slice(scratch.unread()),
        }
        let waits_for_peer = match connection.phase {
            Phase::Idle => connection.input.is_empty(),
            Phase::Head(_) | Phase::Body(_) => true,
            _ => false,
        };
        if connection.input_ended && waits_for_peer {
            // No further request can arrive.
            connection.phase = Phase::Closing(CloseMode::Immediate);
        }
        let outcome = if scratch.output.is_empty() && !connection.has_output() {
            Written::All
        } else {
            connection.write(&scratch.output)
        };
        self.after_write(token, outcome);
    }

    /// Continues to write when the socket is writable again.
    pub(crate) fn write(&mut self, token: Token) {
        let Some(connection) = self.connections.get(token) else { return };
        if connection.has_output() {
            let outcome = connection.write_waiting();
            self.note_progress(token, 0);
            self.after_write(token, outcome);
        }
    }

    /// Continues after a write with this result.
    pub(crate) fn after_write(&mut self, token: Token, outcome: Written) {
        match outcome {
            Written::Broken => self.close(token),
            Written::Part => {
                self.watch_for_writing(token);
                self.check_before_closing(token);
                self.set_deadline_in(token, self.engine.clocks.write);
            }
            Written::All => self.advance(token),
        }
    }

    /// Called when all output is written: sets the deadline of the phase, or starts its work.
    fn advance(&mut self, token: Token) {
        let draining = self.draining;
        let Some(connection) = self.connections.get(token) else { return };
        let clocks = self.engine.clocks;
        let can_be_read = matches!(
            connection.phase,
            Phase::Preamble(..) | Phase::Idle | Phase::Head(_) | Phase::Body(_)
        );
        if can_be_read && connection.missed != Readiness::Nothing {
            let missed = std::mem::replace(&mut connection.missed, Readiness::Nothing);
            self.todo.push_back(Todo::Read(token, missed));
        }
        match &mut connection.phase {
            Phase::Idle if !connection.input.is_empty() => {
                self.todo.push_back(Todo::Read(token, Readiness::Input));
            }
            Phase::Idle if draining => self.wait_while_draining(token),
            Phase::Idle => {
                self.set_deadline_in(token, clocks.idle);
            }
            Phase::Preamble(..) if draining => {}
            Phase::Preamble(_, since) | Phase::Head(since) => {
                let deadline = since.saturating_add(clocks.head);
                self.set_deadline(token, deadline);
            }
            Phase::Body(receiving) => {
                let deadline = receiving.deadline(&self.engine);
                self.set_deadline(token, deadline);
            }
            Phase::Answering(..) => self.set_deadline_in(token, clocks.handler),
            Phase::Limited(limited) => {
                let limit = engine::ticks(limited.limit);
                self.set_deadline_in(token, limit);
            }
            Phase::Streaming(_) => self.read_next_piece(token),
            Phase::Live(_) => self.advance_live(token),
            Phase::Closing(close_mode) => {
                let close_mode = *close_mode;
                self.finish_closing(token, close_mode);
            }
            Phase::Lingering(_) => {}
        }
    }
}

/// Whether the new bytes of an incomplete head contain no line end. If so, the head is not parsed
/// again: a peer that sends single bytes must not cause a scan of the whole head for each byte. A
/// head that may exceed a limit is always parsed, so that it is refused. The first `kept` bytes of
/// the input are those of earlier reads.
fn still_lacks_line_end(
    connection: &Connection,
    scratch: &Scratch,
    kept: usize,
    engine: &Engine,
) -> bool {
    let limits = &engine.settings.limits;
    matches!(connection.phase, Phase::Head(_))
        && kept > 0
        && scratch.unread_end <= limits.target_bytes_max.min(limits.head_bytes_max)
        && memchr::memchr(b'\n', &scratch.input[kept..scratch.unread_end]).is_none()
}
