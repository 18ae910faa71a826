//! Calls conversations, the protocols of live connections (WebSocket, line protocol): in the shard
//! (event loop) while their calls are quick, otherwise on a worker. The [`Pace`] of a protocol
//! learns from the durations of calls whether they are quick. While a call runs in the shard, the
//! shard is parked: another worker may steal it, that is, take it over and run it.

use std::{fmt, sync::Arc, time::Instant};

use super::LiveConnection;
use crate::{
    engine::{
        Engine,
        connection::phase::Phase,
        pool::scheduling::Class,
        shard::{Shard, message::Message, scratch::Scratch, slots::Token},
    },
    live::{CallPlace, CallReason, Conversation, Next, Outcome},
    pace::Pace,
    panics, report,
};

/// The number that a parking spot gets in place of an endpoint's number while a conversation is
/// called. Nothing reads it: [`Shard::stalled_by`] recognises a conversation by the phase of its
/// connection.
const CONVERSATION: u32 = u32::MAX - 4;

/// The result of a conversation's call that ran on a worker, or during which another worker stole
/// the shard.
pub(crate) struct FinishedCall {
    token: Token,
    conversation: Box<dyn Conversation>,
    reason: CallReason,
    result: Result<Outcome, String>,
    /// Input that the call did not consume.
    rest: Vec<u8>,
    output: Vec<u8>,
}

impl fmt::Debug for FinishedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FinishedCall({:?})", self.reason)
    }
}

impl Shard {
    /// Calls a conversation with the input in the scratch (the buffers of this thread). If another
    /// call runs, this one is postponed. Returns `None` if the shard was stolen.
    pub(crate) fn call_conversation(
        mut self: Box<Self>,
        token: Token,
        reason: CallReason,
        scratch: &mut Scratch,
    ) -> Option<Box<Self>> {
        let engine = Arc::clone(&self.engine);
        let Some(connection) = self.connections.get(token) else { return Some(self) };
        let Phase::Live(live) = &mut connection.phase else { return Some(self) };
        let (Some(pace), Some(mut conversation)) = (live.pace.clone(), live.conversation.take())
        else {
            live.postpone(reason);
            connection.input.extend_from_slice(scratch.unread());
            return Some(self);
        };
        let place = if pace.blocks() { CallPlace::Worker } else { CallPlace::Shard };
        live.call_place = place;
        if scratch.unread_end == 0 {
            connection.load(scratch); // nothing was read in this turn
        }
        if place == CallPlace::Worker {
            self.call_on_worker(token, conversation, reason, scratch, pace);
            return Some(self);
        }
        let number = self.number;
        let spot = &engine.parking[number];
        self.parked_for = Some(token);
        spot.begin_call(CONVERSATION);
        let ticket = spot.park(self);
        let buffers = scratch.unread_and_output();
        let result = call(&mut *conversation, reason, place, buffers, &pace);
        let shard = if spot.was_stolen(ticket) { None } else { spot.reclaim() };
        let Some(mut shard) = shard else {
            let call = FinishedCall::new(token, conversation, reason, result, scratch);
            engine.workers.schedule(Class::Batch); // this thread no longer runs a shard
            engine.inboxes[number].put(Message::ConversationCalled(Box::new(call)));
            return None;
        };
        shard.finish_conversation_call(token, conversation, reason, result, scratch);
        Some(shard)
    }

    /// Hands the call to a worker, with a copy of the input.
    fn call_on_worker(
        &mut self,
        token: Token,
        mut conversation: Box<dyn Conversation>,
        reason: CallReason,
        scratch: &mut Scratch,
        pace: Arc<Pace>,
    ) {
        let engine: Arc<Engine> = Arc::clone(&self.engine);
        let number = self.number;
        let input = scratch.unread().to_vec();
        scratch.unread_start = scratch.unread_end;
        self.set_deadline_in(token, engine.clocks.handler);
        self.run_on_worker(move || {
            let mut output = Vec::new();
            let place = CallPlace::Worker;
            let result = call(&mut *conversation, reason, place, (&input, &mut output), &pace);
            let consumed = result.as_ref().map_or(0, |outcome| outcome.consumed.min(input.len()));
            let rest = input[consumed..].to_vec();
            let call = FinishedCall { token, conversation, reason, result, rest, output };
            engine.inboxes[number].put(Message::ConversationCalled(Box::new(call)));
        });
    }

    /// Handles the result of a call that ran on a worker, or during which the shard was stolen.
    pub(crate) fn conversation_called(&mut self, call: FinishedCall, scratch: &mut Scratch) {
        let FinishedCall { token, conversation, reason, mut result, rest, output } = call;
        if let Some(connection) = self.connections.get(token) {
            connection.input = rest;
        }
        scratch.output.extend_from_slice(&output);
        if let Ok(outcome) = &mut result {
            outcome.consumed = 0; // `rest` is what the call did not consume
        }
        self.finish_conversation_call(token, conversation, reason, result, scratch);
        self.watch(token);
        let held = std::mem::take(&mut self.held);
        let (deliveries, others): (Vec<_>, Vec<_>) =
            held.into_iter().partition(|delivery| delivery.token() == Some(token.to_number()));
        self.held = others;
        deliveries.into_iter().for_each(|delivery| self.deliver(delivery));
    }

    /// Returns a conversation to its connection and performs its next step.
    fn finish_conversation_call(
        &mut self,
        token: Token,
        conversation: Box<dyn Conversation>,
        reason: CallReason,
        result: Result<Outcome, String>,
        scratch: &mut Scratch,
    ) {
        let Some(connection) = self.connections.get(token) else {
            return self.close_conversation(conversation);
        };
        let Phase::Live(live) = &mut connection.phase else {
            return self.close_conversation(conversation);
        };
        live.conversation = Some(conversation);
        if reason == CallReason::Input {
            connection.last_request = self.now;
        }
        let next = match result {
            Ok(outcome) => {
                scratch.unread_start +=
                    outcome.consumed.min(scratch.unread_end - scratch.unread_start);
                outcome.next
            }
            Err(panic) => {
                report::error(format_args!("a call of a live connection: {panic}"));
                scratch.output.clear();
                Next::Close
            }
        };
        let is_last = matches!(reason, CallReason::Ended | CallReason::Stopping);
        live.input_wait = match next {
            Next::Wait(Some(time)) => crate::engine::ticks(time),
            _ => crate::engine::shard::wheel::NEVER,
        };
        live.call_again = next == Next::Again;
        if next == Next::Close {
            scratch.unread_start = scratch.unread_end; // further input is discarded
            let output = std::mem::take(&mut scratch.output);
            self.finish_live_with(token, &output);
            scratch.output = output;
            return;
        }
        if is_last && next == Next::Again {
            live.pending = Some(reason); // the output was full: call it again with this reason
            live.call_again = false;
        } else if is_last && let Some(outlet) = &live.outlet {
            outlet.close(); // after the bytes that are in flight
        }
        self.store_and_write(token, scratch);
        self.note_progress(token, 0);
    }

    /// Writes the last output of a conversation and closes its connection.
    fn finish_live_with(&mut self, token: Token, output: &[u8]) {
        let Some(connection) = self.connections.get(token) else { return };
        if !output.is_empty() {
            connection.output.extend_from_slice(output);
        }
        self.finish_live(token);
    }

    /// Informs a conversation, on a worker, that its connection is closed.
    pub(super) fn close_conversation(&mut self, mut conversation: Box<dyn Conversation>) {
        let end = move || {
            let mut output = Vec::new();
            let (reason, place) = (CallReason::Closed, CallPlace::Worker);
            let closed = panics::catch(|| conversation.proceed(reason, place, &[], &mut output));
            if let Err(panic) = closed.and_then(|_| panics::catch(|| drop(conversation))) {
                report::error(format_args!("the end of a live connection: {panic}"));
            }
        };
        if self.draining {
            // The shard may end next, and then the pool drops the tasks in its queue.
            self.engine.workers.run_in_any_case(end);
        } else {
            self.run_on_worker(end);
        }
    }
}

impl LiveConnection {
    /// Remembers the reason of a call that must wait until another one has ended. Input need not be
    /// remembered, since it stays in the connection; nor a time-out, since the conversation waits
    /// again after each call.
    fn postpone(&mut self, reason: CallReason) {
        if self.pace.is_some() && reason != CallReason::Input && reason != CallReason::TimedOut {
            self.pending = Some(reason);
        }
    }
}

impl FinishedCall {
    fn new(
        token: Token,
        conversation: Box<dyn Conversation>,
        reason: CallReason,
        result: Result<Outcome, String>,
        scratch: &mut Scratch,
    ) -> FinishedCall {
        let consumed = result.as_ref().map_or(0, |outcome| outcome.consumed);
        let rest = scratch.unread().get(consumed..).unwrap_or_default().to_vec();
        let output = std::mem::take(&mut scratch.output);
        FinishedCall { token, conversation, reason, result, rest, output }
    }
}

/// Calls a conversation. Its pace learns from the duration whether calls are quick. A panic becomes
/// its text.
fn call(
    conversation: &mut dyn Conversation,
    reason: CallReason,
    place: CallPlace,
    (input, output): (&[u8], &mut Vec<u8>),
    pace: &Pace,
) -> Result<Outcome, String> {
    let began = Instant::now();
    let result = panics::catch(|| conversation.proceed(reason, place, input, output));
    pace.learn(began.elapsed());
    result
}
