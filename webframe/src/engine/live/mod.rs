//! Live connections in a shard (event loop): those that stay open after the head of a response, and
//! those of line protocols. A conversation calls the app (WebSocket, line protocol). A reader of a
//! feed (a ring of published blocks) receives each block (events). Other threads send through an
//! outlet.
//!
//! ```text
//!                answer's head written               bytes arrive
//!   Answering ----------------------> Live: idle --------------------> calling --+
//!                                       ^  |  ^                                  |
//!                   feed, outlet: write |  |  +------- output written -----------+
//!                                       +--+                    close | peer gone | stop
//!                                                                     v
//!                                                                  Closing
//! ```

mod groups;
mod calling;

pub(crate) use calling::FinishedCall;
pub(crate) use groups::Groups;

use std::{fmt, sync::Arc};

use crate::{
    engine::{
        connection::{
            ReadOutcome, Readiness,
            phase::{CloseMode, Phase},
        },
        shard::{
            Shard, Todo,
            scratch::Scratch,
            slots::Token,
            wheel::{NEVER, Tick},
        },
        sockets::accepted::Purpose,
        ticks,
    },
    live::{
        CallPlace, CallReason, Conversation, Live,
        feed::{Block, Subscription},
        outlet::{Delivery, Outlet},
    },
    pace::Pace,
    report,
    wire::encode::LAST_CHUNK,
};

/// The state of a connection in [`Phase::Live`].
pub(crate) struct LiveConnection {
    /// The conversation, while no call of it runs.
    conversation: Option<Box<dyn Conversation>>,
    /// Whether calls of the conversation are quick or may block; `None` if there is no
    /// conversation.
    pace: Option<Arc<Pace>>,
    subscription: Option<Box<Subscription>>,
    outlet: Option<Outlet>,
    framing: Framing,
    /// The head is written, and the conversation or subscription has begun.
    started: bool,
    /// The place of the current or last call.
    call_place: CallPlace,
    /// A call that has to wait until the current one has ended.
    pending: Option<CallReason>,
    /// Call the conversation again when the output is written.
    call_again: bool,
    /// Time to wait for input; then the conversation is called without input.
    input_wait: Tick,
}

/// How the body of a live connection is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// By chunks, as for HTTP/1.1.
    Chunked,
    /// By the end of the connection.
    Plain,
}

impl Framing {
    /// The bytes of a block as they are sent.
    fn bytes_of(self, block: &Block) -> &[u8] {
        match self {
            Framing::Chunked => block.as_chunk(),
            Framing::Plain => block.as_bytes(),
        }
    }
}

impl LiveConnection {
    pub(crate) fn new(live: Live, framing: Framing) -> LiveConnection {
        LiveConnection {
            pace: live.conversation.as_ref().map(|conversation| Arc::clone(conversation.pace())),
            conversation: live.conversation,
            subscription: live.subscription,
            outlet: None,
            framing,
            started: false,
            call_place: CallPlace::Shard,
            pending: None,
            call_again: false,
            input_wait: NEVER,
        }
    }

    /// Whether a call of the conversation runs; meanwhile the call has the conversation.
    fn is_calling(&self) -> bool {
        self.pace.is_some() && self.conversation.is_none()
    }

    /// Records that the shard was stolen during a call.
    pub(crate) fn learn_stall(&self) {
        if let Some(pace) = &self.pace {
            pace.learn_stall();
        }
    }
}

impl fmt::Debug for LiveConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LiveConnection(calling {})", self.is_calling())
    }
}

impl Shard {
    /// The live state of a connection.
    fn live(&mut self, token: Token) -> Option<&mut LiveConnection> {
        match &mut self.connections.get(token)?.phase {
            Phase::Live(live) => Some(live),
            _ => None,
        }
    }

    /// Called when all output of a live connection is written: starts the next step.
    pub(crate) fn advance_live(&mut self, token: Token) {
        let handler_ticks = self.engine.clocks.handler;
        let Some(connection) = self.connections.get(token) else { return };
        let missed = std::mem::replace(&mut connection.missed, Readiness::Nothing);
        let Phase::Live(live) = &mut connection.phase else { return };
        if !std::mem::replace(&mut live.started, true) {
            connection.missed = missed;
            return self.start_live(token);
        }
        if live.is_calling() {
            connection.missed = missed;
            return self.set_deadline_in(token, handler_ticks);
        }
        if let Some(reason) = live.pending.take() {
            self.todo.push_back(Todo::ConversationCall(token, reason));
        } else if std::mem::take(&mut live.call_again) {
            self.todo.push_back(Todo::ConversationCall(token, CallReason::Input));
        }
        if missed != Readiness::Nothing {
            self.todo.push_back(Todo::Read(token, missed));
        }
        self.send_published(token);
        self.wait_for_live(token);
    }

    /// Opens the conversation of a connection to a line protocol, after a PROXY header if one is
    /// expected. Returns `false` for other connections.
    pub(crate) fn open_lines(&mut self, token: Token) -> bool {
        let engine = Arc::clone(&self.engine);
        let Some(connection) = self.connections.get(token) else { return false };
        let Purpose::Lines(index) = connection.purpose else { return false };
        let Some(service) = engine.line_services.get(index) else { return false };
        if !matches!(connection.phase, Phase::Idle) {
            return false;
        }
        let live = Arc::clone(service).live(connection.peer());
        connection.phase = Phase::Live(Box::new(LiveConnection::new(live, Framing::Plain)));
        self.advance_live(token);
        true
    }

    /// Called when the head of a live connection is written: opens it.
    fn start_live(&mut self, token: Token) {
        let slot = self.slot_of(token);
        let outlet = Outlet::new(self.receiver.clone(), slot);
        let Some(live) = self.live(token) else { return };
        if let Some(conversation) = &mut live.conversation {
            conversation.attach(outlet.clone());
            live.outlet = Some(outlet);
            self.todo.push_back(Todo::ConversationCall(token, CallReason::Opened));
        }
        self.join_feed(token);
        self.watch(token);
        if self.draining {
            return self.stop_live(token);
        }
        self.advance_live(token);
    }

    /// Sets the deadline of a live connection that waits for its peer or for bytes to send: the end
    /// of the conversation's wait for input, or the next heartbeat of the feed.
    fn wait_for_live(&mut self, token: Token) {
        let draining = self.draining;
        let Some(live) = self.live(token) else { return };
        if live.conversation.is_some() {
            return match live.input_wait {
                NEVER => self.set_deadline(token, NEVER),
                ticks => self.set_deadline_in(token, ticks),
            };
        }
        let heartbeat =
            live.subscription.as_ref().and_then(|it| it.feed.rules().heartbeat.as_ref());
        match heartbeat.map(|heartbeat| ticks(heartbeat.0)) {
            Some(ticks) if !draining => self.set_deadline_in(token, ticks),
            _ => self.set_deadline(token, NEVER),
        }
    }

    /// Reads from a live connection and calls its conversation. Returns `None` if the shard was
    /// stolen.
    pub(crate) fn read_live(
        mut self: Box<Self>,
        token: Token,
        arrived: Readiness,
        scratch: &mut Scratch,
    ) -> Option<Box<Self>> {
        let Some(connection) = self.connections.get(token) else { return Some(self) };
        let Phase::Live(live) = &connection.phase else { return Some(self) };
        let is_busy =
            live.is_calling() || !live.started || live.call_again || live.pending.is_some();
        let only_listens = live.conversation.is_none();
        if is_busy || connection.has_output() {
            connection.missed = connection.missed.max(arrived);
            return Some(self);
        }
        if only_listens {
            self.discard_from_listener(token, scratch);
            return Some(self);
        }
        let kept = connection.load(scratch);
        let room = scratch.input.len() - kept;
        match connection.read(&mut scratch.input[kept..]) {
            ReadOutcome::Bytes(n) => {
                scratch.unread_end += n;
                if n == room || arrived >= Readiness::End || connection.transport.has_more_input() {
                    connection.missed = arrived;
                }
                self.call_conversation(token, CallReason::Input, scratch)
            }
            ReadOutcome::End if room > 0 => {
                connection.input_ended = true;
                self.call_conversation(token, CallReason::Ended, scratch)
            }
            ReadOutcome::Nothing => {
                connection.input.extend_from_slice(scratch.unread());
                Some(self)
            }
            // `End` without room: the conversation has not consumed a full buffer.
            ReadOutcome::Broken | ReadOutcome::End => {
                self.close(token);
                Some(self)
            }
        }
    }

    /// Discards input from a client that only listens. If it shuts down its side, it is gone.
    fn discard_from_listener(&mut self, token: Token, scratch: &mut Scratch) {
        let Some(connection) = self.connections.get(token) else { return };
        match connection.read(&mut scratch.input) {
            ReadOutcome::Bytes(_) => self.todo.push_back(Todo::Read(token, Readiness::Input)),
            ReadOutcome::Nothing => {}
            ReadOutcome::End | ReadOutcome::Broken => self.close(token),
        }
    }

    /// Called when the deadline of a live connection has passed: calls the conversation, or sends
    /// the heartbeat of the feed.
    pub(crate) fn live_deadline_passed(&mut self, token: Token) {
        let Some(live) = self.live(token) else { return };
        if live.is_calling() {
            return report::warn(format_args!(
                "a call of a live connection has run for longer than the limit"
            ));
        }
        if live.conversation.is_some() {
            return self.todo.push_back(Todo::ConversationCall(token, CallReason::TimedOut));
        }
        let framing = live.framing;
        let Some(subscription) = &live.subscription else { return };
        let Some((_, beat)) = subscription.feed.rules().heartbeat.clone() else { return };
        self.write_live(token, framing.bytes_of(&beat));
    }

    /// Writes bytes on a live connection, after the waiting output.
    fn write_live(&mut self, token: Token, bytes: &[u8]) {
        let Some(connection) = self.connections.get(token) else { return };
        let outcome = connection.write(bytes);
        self.after_write(token, outcome);
    }

    /// Handles a message from another thread for live connections. If the shard was stolen from a
    /// call of the connection, the message is held until the output of the call is written.
    pub(crate) fn deliver(&mut self, delivery: Delivery) {
        let token = delivery.token().map(Token::from_number);
        if let Some(live) = token.and_then(|token| self.live(token))
            && live.is_calling()
            && live.call_place == CallPlace::Shard
        {
            return self.held.push(delivery);
        }
        match delivery {
            Delivery::Published { group, .. } => self.publish(group),
            Delivery::Close(slot) => self.finish_live(Token::from_number(slot.token)),
            Delivery::Bytes(slot, bytes) => {
                let token = Token::from_number(slot.token);
                if self.live(token).is_none() {
                    return;
                }
                self.write_live(token, &bytes);
                self.note_progress(token, bytes.len());
            }
        }
    }

    /// Reports to the senders on a live connection how many of their bytes the shard has taken just
    /// now, and how many bytes are not written to the socket.
    pub(crate) fn note_progress(&mut self, token: Token, taken: usize) {
        let Some(connection) = self.connections.get(token) else { return };
        if let Phase::Live(live) = &connection.phase
            && let Some(outlet) = &live.outlet
        {
            outlet.note_progress(taken, connection.output.len() - connection.written);
        }
    }

    /// Called when the server stops: lets a live connection send a last message.
    pub(crate) fn stop_live(&mut self, token: Token) {
        let Some(live) = self.live(token) else { return };
        if !live.started {
            return; // it is stopped when it starts
        }
        if live.is_calling() {
            live.pending = Some(CallReason::Stopping);
        } else if live.conversation.is_some() {
            self.todo.push_back(Todo::ConversationCall(token, CallReason::Stopping));
        } else {
            self.finish_live(token);
        }
    }

    /// Closes a live connection after its output is written.
    pub(crate) fn finish_live(&mut self, token: Token) {
        let Some(connection) = self.connections.get(token) else { return };
        if !matches!(connection.phase, Phase::Live(_)) {
            return;
        }
        let closing = Phase::Closing(CloseMode::Lingering);
        let Phase::Live(live) = std::mem::replace(&mut connection.phase, closing) else { return };
        let last: &[u8] = match live.framing {
            Framing::Chunked if live.pace.is_none() => LAST_CHUNK,
            Framing::Chunked | Framing::Plain => &[],
        };
        self.end_live(*live);
        self.write_live(token, last);
    }

    /// Ends the live part of a connection. A worker informs the app.
    pub(crate) fn end_live(&mut self, mut live: LiveConnection) {
        if let Some(outlet) = &live.outlet {
            outlet.note_closed();
        }
        self.leave_feed(&mut live);
        if let Some(conversation) = live.conversation.take() {
            self.close_conversation(conversation);
        }
        if let Some(on_leave) = live.subscription.as_mut().and_then(|it| it.take_on_leave()) {
            self.run_on_worker(on_leave);
        }
    }
}
