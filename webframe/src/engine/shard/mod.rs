//! A shard is an event loop: one poll, its connections, their deadlines, and an inbox for messages
//! from other threads. The thread that runs a shard owns it, so connections need no lock. Before
//! this thread calls a handler, it parks the shard: if the handler takes long, another worker may
//! steal the shard and run it.

mod deadlines;
mod dispatch;
mod draining;
pub(crate) mod inbox;
pub(crate) mod message;
mod polling;
pub(crate) mod scratch;
pub(crate) mod slots;
pub(crate) mod wheel;
#[cfg(test)]
mod stepped_tests;

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Weak, atomic::Ordering::Relaxed},
    time::Instant,
};

use inbox::Inbox;
use message::Message;
use mio::{Events, Poll, Waker};
use polling::POLLS_BEFORE_SLEEP_MAX;
use scratch::Scratch;
use slots::{Slots, Token};
use wheel::{Tick, Wheel};

use super::{
    Engine,
    connection::{Readiness, phase::Phase},
    pool::{Task, scheduling::ShardLoad},
    sockets::listener::Listener,
    watch::watchdog::Neighbour,
};
use crate::{
    Presence,
    engine::live::Groups,
    live::{
        CallReason,
        outlet::{Deliver, Delivery, Slot},
    },
    request::Peer,
    wire::encode::Prelude,
};

const WAKER: mio::Token = mio::Token(usize::MAX);
/// Tokens of listeners: from here up to the waker's token.
const FIRST_LISTENER: usize = usize::MAX - 1024;
/// Maximum number of events of one poll.
pub(crate) const EVENTS_AT_ONCE: usize = 256;

/// One shard of the engine.
pub(crate) struct Shard {
    pub(crate) number: usize,
    pub(crate) engine: Arc<Engine>,
    pub(crate) connections: Slots,
    pub(crate) todo: VecDeque<Todo>,
    /// The deadlines of the connections.
    pub(crate) wheel: Wheel,
    /// The current tick of the wheel.
    pub(crate) now: Tick,
    /// The time when the shard last read the clock: after each wait for events.
    pub(crate) clock: Instant,
    /// The first two lines of most answers: the status line of a 200, and `Date`.
    pub(crate) prelude: Prelude,
    /// The connection whose requests are answered while the shard is parked, or were answered when
    /// it was last parked.
    pub(crate) parked_for: Option<Token>,
    /// A thread runs the shard or is about to: it must not end before it has drained.
    pub(crate) must_drain: bool,
    /// Each answer is the last of its connection, since the server stops soon.
    pub(crate) retiring: bool,
    /// The server stops: nothing is accepted, and idle connections close.
    pub(crate) draining: bool,
    /// The shard closes all its connections and ends after the current round.
    pub(crate) leaving: bool,
    pub(crate) poll: Poll,
    events: Events,
    pub(crate) listeners: Vec<Listener>,
    /// Messages from the inbox that are not handled yet.
    pub(crate) messages: VecDeque<Message>,
    /// Tasks for workers, handed over at the end of the round.
    pub(crate) jobs: Vec<Box<dyn Task>>,
    /// When to accept again after a shortage of descriptors or memory.
    pub(crate) accept_again: Option<Instant>,
    /// Connections to close when room is needed, in reverse order: the last one closes first.
    pub(crate) evictable: Vec<Token>,
    /// The network that needed room most recently, and which of its connections to close, in
    /// reverse order.
    pub(crate) evictable_of: (Option<IpAddr>, Vec<Token>),
    /// The instant until which the date in `prelude` is current.
    date_until: Instant,
    /// The instant until which the tick in `now` is current.
    tick_until: Instant,
    /// When the shard lets other threads run if it has not paused by then.
    yield_at: Instant,
    neighbour: Neighbour,
    /// Number of polls without waiting before the next sleep. It rises if such polls find events,
    /// and falls otherwise.
    polls_before_sleep: u32,
    pub(crate) load: ShardLoad,
    /// Messages to live connections, held until the output of a running call is written: the shard
    /// was stolen during that call.
    pub(crate) held: Vec<Delivery>,
    /// Connections whose deadlines have passed; empty between two visits.
    due: Vec<Token>,
    /// Connections that were answered 503 while their handlers run on.
    pub(crate) abandoned: Vec<Token>,
    /// The readers of feeds, a group for each feed.
    pub(crate) groups: Groups,
    /// The engine, as the receiver of messages from other threads for live connections.
    pub(crate) receiver: Weak<dyn Deliver>,
}

/// Work of the next round, in order of arrival.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Todo {
    /// Accept connections from the listener with this index.
    Accept(usize),
    /// Read for the first time, then register the connection with the poll if it stays open.
    FirstRead(Token),
    /// The connection is readable, as this readiness event reports.
    Read(Token, Readiness),
    Write(Token),
    /// Call the conversation of a live connection.
    ConversationCall(Token, CallReason),
    /// Send the new blocks of a feed to the group with this index, which consists of the feed's
    /// readers in this shard, from the reader at the position `from` on.
    Publish {
        group: usize,
        from: usize,
    },
}

impl Shard {
    pub(crate) fn new(
        number: usize,
        engine: Arc<Engine>,
        poll: Poll,
        listeners: &[Listener],
    ) -> io::Result<Shard> {
        let mut listeners: Vec<Listener> =
            listeners.iter().map(Listener::try_clone).collect::<io::Result<_>>()?;
        for (index, listener) in listeners.iter_mut().enumerate() {
            listener.register(poll.registry(), mio::Token(FIRST_LISTENER + index))?;
        }
        let neighbour = Neighbour::new(number, engine.parking.len());
        let receiver: Weak<dyn Deliver> = Arc::<Engine>::downgrade(&engine);
        // Connections are given to the shard with the fewest, so the shares differ little.
        let share = engine.settings.limits.connections_max / engine.parking.len().max(1);
        let capacity = share + share / 4;
        let mut shard = Shard {
            number,
            engine,
            connections: Slots::with_capacity(capacity),
            todo: VecDeque::new(),
            abandoned: Vec::new(),
            wheel: Wheel::new(),
            now: 0,
            clock: Instant::now(),
            prelude: Prelude::dated(&[b' '; 29]),
            parked_for: None,
            must_drain: false,
            retiring: false,
            draining: false,
            leaving: false,
            poll,
            events: Events::with_capacity(EVENTS_AT_ONCE),
            listeners,
            messages: VecDeque::new(),
            jobs: Vec::new(),
            accept_again: None,
            evictable: Vec::new(),
            evictable_of: (None, Vec::new()),
            date_until: Instant::now(),
            tick_until: Instant::now(),
            yield_at: Instant::now(),
            neighbour,
            polls_before_sleep: POLLS_BEFORE_SLEEP_MAX,
            load: ShardLoad::new(Instant::now()),
            held: Vec::new(),
            due: Vec::new(),
            groups: Groups::default(),
            receiver,
        };
        shard.update_clock();
        Ok(shard)
    }

    /// Creates the poll of a shard, and the inbox that wakes it.
    pub(crate) fn poll_and_inbox() -> io::Result<(Poll, Inbox<Message>)> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        Ok((poll, Inbox::new(waker)))
    }

    /// Runs the shard until it has drained or another worker has stolen it.
    pub(crate) fn run(self: Box<Self>) {
        let mut shard = self;
        let engine = Arc::clone(&shard.engine);
        engine.workers.schedule(shard.load.class());
        let nobody = Peer { address: SocketAddr::from(([0, 0, 0, 0], 0)), encrypted: false };
        let mut scratch = Scratch::new(&engine.settings.limits, nobody);
        scratch.request.presence = Presence::new(Arc::clone(&engine.presence));
        loop {
            // Work that is added during a round waits for the next round: a peer that keeps sending
            // must not delay the others.
            let round = shard.todo.len();
            for _ in 0..round {
                let Some(todo) = shard.todo.pop_front() else { break };
                scratch.begin_turn();
                shard = match todo {
                    Todo::Read(token, arrived) => {
                        match shard.read(token, arrived, &mut scratch, &engine) {
                            Some(shard) => shard,
                            None => return,
                        }
                    }
                    Todo::FirstRead(token) => {
                        match shard.read(token, Readiness::Input, &mut scratch, &engine) {
                            Some(mut shard) => {
                                shard.watch(token);
                                shard
                            }
                            None => return,
                        }
                    }
                    Todo::Write(token) => {
                        shard.write(token);
                        shard
                    }
                    Todo::ConversationCall(token, reason) => {
                        match shard.call_conversation(token, reason, &mut scratch) {
                            Some(shard) => shard,
                            None => return,
                        }
                    }
                    Todo::Publish { group, from } => {
                        shard.publish_from(group, from);
                        shard
                    }
                    Todo::Accept(index) => {
                        shard.accept(index);
                        shard
                    }
                };
            }
            shard.take_messages(round, &mut scratch);
            shard.dispatch_jobs();
            if shard.draining && (shard.leaving || shard.can_end()) {
                return shard.end();
            }
            shard.wait(&mut scratch);
        }
    }

    /// The address of a connection for other threads.
    pub(crate) fn slot_of(&self, token: Token) -> Slot {
        Slot { shard: self.number, token: token.to_number() }
    }

    /// Closes a connection. Dropping the socket removes it from the poll.
    pub(crate) fn close(&mut self, token: Token) {
        if let Some(mut connection) = self.connections.remove(token) {
            if matches!(connection.phase, Phase::Live(_))
                && let Phase::Live(live) = std::mem::replace(&mut connection.phase, Phase::Idle)
            {
                self.end_live(*live);
            }
            if let Phase::Streaming(streaming) = &mut connection.phase {
                self.abandon_stream(streaming);
            }
            let is_complete = matches!(connection.phase, Phase::Idle | Phase::Closing(_));
            if is_complete && !connection.has_output() {
                connection.transport.send_close_notify();
            }
            self.engine.handlers_overdue.fetch_sub(usize::from(connection.overdue), Relaxed);
            self.engine.admission.leave(connection.peer.ip());
            self.engine.presence.close(self.slot_of(token));
            self.engine.loads[self.number].fetch_sub(1, Relaxed);
        }
    }
}

impl std::fmt::Debug for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shard({}, {} connections)", self.number, self.connections.len())
    }
}
