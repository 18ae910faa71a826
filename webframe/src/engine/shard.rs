//! A shard: one poll, its connections, their clocks, and an inbox. Whoever runs it owns it.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::Arc,
    sync::atomic::Ordering::Relaxed,
    time::{Duration, Instant, SystemTime},
};

use mio::{Events, Interest, Poll, Waker};

use super::{
    Engine,
    connection::{Message, Phase, Watched},
    inbox::Inbox,
    listener::Listener,
    reader::Scratch,
    scheduling::Busyness,
    slots::{Slots, Token},
    timers::{NEVER, TICK_MS, Tick, Wheel},
    watchdog::Neighbour,
    workers::Task,
};
use crate::{Body, request::Peer, wire::encode::Prelude};

const BELL: mio::Token = mio::Token(usize::MAX);
/// The listeners' tokens lie from here on up to the bell's.
const FIRST_LISTENER: usize = usize::MAX - 1024;
/// What one poll tells of at most.
pub(super) const EVENTS_AT_ONCE: usize = 256;
/// Polls without waiting before the shard goes to sleep, at most: an event loop that sleeps after
/// each request loses 10 % at few connections.
const PATIENCE_MAX: u32 = 4;

/// One shard of the engine.
pub(super) struct Shard {
    pub(super) number: usize,
    pub(super) engine: Arc<Engine>,
    pub(super) connections: Slots,
    pub(super) todo: VecDeque<Todo>,
    pub(super) wheel: Wheel,
    pub(super) now: Tick,
    pub(super) clock: Instant,
    pub(super) prelude: Prelude,
    /// Whose requests are answered while the shard lies on the table.
    pub(super) serves: Option<Token>,
    /// Somebody runs it or is about to: it must not end before it has drained.
    pub(super) must_drain: bool,
    pub(super) draining: bool,
    pub(super) leaving: bool,
    pub(super) poll: Poll,
    events: Events,
    pub(super) listeners: Vec<Listener>,
    /// What came by the inbox and waits its turn.
    pub(super) messages: VecDeque<Message>,
    /// What workers are to do, from the end of this round on.
    pub(super) errands: Vec<Box<dyn Task>>,
    pub(super) accept_again: Option<Instant>,
    /// Idle connections chosen to be closed when room is needed, the longest idle one last.
    pub(super) victims: Vec<Token>,
    date_until: Instant,
    /// Until when the tick may be taken for the current one.
    tick_until: Instant,
    neighbour: Neighbour,
    /// Polls without waiting that may pay: they do at many requests, and not at few.
    patience: u32,
    pub(super) busyness: Busyness,
    due: Vec<Token>,
}

/// Something to be done, in the order it came.
#[derive(Clone, Copy, Debug)]
pub(super) enum Todo {
    Accept(usize),
    /// Reading for the first time, and watching what is not over then.
    Welcome(Token),
    /// Reading may bring something; whether the peer has ended its side.
    Read(Token, bool),
    Write(Token),
}

impl Shard {
    pub(super) fn new(
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
        let neighbour = Neighbour::of(number, engine.tables.len());
        let mut shard = Shard {
            number,
            engine,
            connections: Slots::default(),
            todo: VecDeque::new(),
            wheel: Wheel::new(),
            now: 0,
            clock: Instant::now(),
            prelude: Prelude::dated(&[b' '; 29]),
            serves: None,
            must_drain: false,
            draining: false,
            leaving: false,
            poll,
            events: Events::with_capacity(EVENTS_AT_ONCE),
            listeners,
            messages: VecDeque::new(),
            errands: Vec::new(),
            accept_again: None,
            victims: Vec::new(),
            date_until: Instant::now(),
            tick_until: Instant::now(),
            neighbour,
            patience: PATIENCE_MAX,
            busyness: Busyness::new(Instant::now()),
            due: Vec::new(),
        };
        shard.look_at_clock();
        Ok(shard)
    }

    /// The poll of a shard and the inbox that wakes it.
    pub(super) fn poll_and_inbox() -> io::Result<(Poll, Inbox<Message>)> {
        let poll = Poll::new()?;
        let bell = Waker::new(poll.registry(), BELL)?;
        Ok((poll, Inbox::new(bell)))
    }

    /// Runs the shard until it has drained or another worker has it.
    pub(super) fn run(self: Box<Self>) {
        let mut shard = self;
        let engine = Arc::clone(&shard.engine);
        engine.workers.schedule(shard.busyness.class());
        let nobody = Peer { address: SocketAddr::from(([0, 0, 0, 0], 0)), encrypted: false };
        let mut scratch = Scratch::new(&engine.settings.limits, nobody);
        loop {
            // One round of what there was: a peer that always has more keeps nobody waiting.
            let round = shard.todo.len();
            shard.busyness.count_turns(round);
            for _ in 0..round {
                let Some(todo) = shard.todo.pop_front() else { break };
                scratch.begin_turn();
                shard = match todo {
                    Todo::Read(token, ended) => {
                        match shard.read(token, ended, &mut scratch, &engine) {
                            Some(shard) => shard,
                            None => return,
                        }
                    }
                    Todo::Welcome(token) => match shard.read(token, false, &mut scratch, &engine) {
                        Some(mut shard) => {
                            shard.watch(token);
                            shard
                        }
                        None => return,
                    },
                    Todo::Write(token) => {
                        shard.write(token);
                        shard
                    }
                    Todo::Accept(index) => {
                        shard.accept(index);
                        shard
                    }
                };
            }
            shard.take_messages(round, &mut scratch);
            shard.hand_on_errands();
            if shard.draining && (shard.leaving || shard.is_left_alone()) {
                return shard.finish_draining();
            }
            shard.wait(&mut scratch);
        }
    }

    /// Waits for something to do: readiness, messages, deadlines.
    pub(super) fn wait(&mut self, scratch: &mut Scratch) {
        self.poll_events(scratch);
        self.look_at_clock();
        scratch.calls.next_round(self.clock, &self.engine);
        self.neighbour.look(self.clock, &self.engine);
        let mut bell = false;
        for event in &self.events {
            match event.token() {
                BELL => bell = true,
                listener if listener.0 >= FIRST_LISTENER => {
                    self.todo.push_back(Todo::Accept(listener.0 - FIRST_LISTENER));
                }
                token => {
                    let token = Token::from_poll(token);
                    if event.is_writable() {
                        self.todo.push_back(Todo::Write(token));
                    }
                    if event.is_readable() || event.is_read_closed() || event.is_error() {
                        self.todo.push_back(Todo::Read(token, event.is_read_closed()));
                    }
                }
            }
        }
        if bell {
            self.engine.inboxes[self.number].empty_into(&mut self.messages);
        }
        self.visit_deadlines(scratch);
        if self.accept_again.is_some_and(|again| again <= self.clock) {
            self.accept_again = None;
            (0..self.listeners.len()).for_each(|index| self.todo.push_back(Todo::Accept(index)));
        }
    }

    fn poll_events(&mut self, scratch: &mut Scratch) {
        if !self.todo.is_empty() || !self.messages.is_empty() {
            drop(self.poll.poll(&mut self.events, Some(Duration::ZERO)));
            return;
        }
        for _ in 0..self.patience {
            let polled = self.poll.poll(&mut self.events, Some(Duration::ZERO));
            if polled.is_err() || !self.events.is_empty() {
                self.patience = PATIENCE_MAX.min(self.patience + 1);
                return;
            }
            std::thread::yield_now();
        }
        self.patience = (self.patience - 1).max(1);
        self.clock = Instant::now();
        scratch.calls.next_round(self.clock, &self.engine); // sleeping is no part of a call
        let timeout = self.sleep_max();
        self.busyness.count_sleep();
        self.engine.watchdog.rest();
        let polled = self.poll.poll(&mut self.events, timeout);
        self.engine.watchdog.wake();
        if let Err(error) = polled
            && error.kind() != io::ErrorKind::Interrupted
        {
            log::error!("shard {}: poll: {error}", self.number);
        }
    }

    /// How long until the next deadline. Up to a tick late, which deadlines may be; so the clock need
    /// not be asked again.
    pub(super) fn sleep_max(&mut self) -> Option<Duration> {
        let due = self.wheel.next_due().map(|tick| {
            Duration::from_millis((u64::from(tick.saturating_sub(self.now)) + 1) * TICK_MS)
        });
        let again = self.accept_again.map(|at| at.saturating_duration_since(self.clock));
        [due, again, self.busyness.sleep_max()].into_iter().flatten().min()
    }

    fn look_at_clock(&mut self) {
        self.clock = Instant::now();
        if self.clock >= self.tick_until {
            self.now = self.engine.tick(self.clock);
            self.tick_until = self.clock + Duration::from_millis(TICK_MS / 4);
            if let Some(class) = self.busyness.review(self.clock) {
                self.engine.workers.schedule(class);
            }
            if self.clock >= self.date_until {
                self.set_date();
            }
        }
    }

    /// Makes the `Date` of the next answers, until the second is over.
    fn set_date(&mut self) {
        let wall = SystemTime::now();
        let since_epoch = wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.date_until = self.clock + Duration::from_secs(1)
            - Duration::from_nanos(u64::from(since_epoch.subsec_nanos()));
        if let Ok(date) = <[u8; 29]>::try_from(httpdate::fmt_http_date(wall).as_bytes()) {
            self.prelude = Prelude::dated(&date);
        }
    }

    fn visit_deadlines(&mut self, scratch: &mut Scratch) {
        let mut due = std::mem::take(&mut self.due);
        let connections = &mut self.connections;
        let mut again = Vec::new();
        let now = self.now;
        self.wheel.advance(now, |tick, index| {
            let Some((token, connection)) = connections.at(index) else { return };
            if connection.armed != tick {
                return; // it stands at another tick by now
            }
            connection.armed = NEVER;
            match connection.deadline {
                NEVER => {}
                deadline if deadline > now => again.push((token, deadline)),
                _ => due.push(token),
            }
        });
        again.into_iter().for_each(|(token, deadline)| self.set_deadline(token, deadline));
        for token in due.drain(..) {
            scratch.begin_turn();
            self.deadline_passed(token, scratch);
        }
        self.due = due;
    }

    /// Sets when to look at a connection whatever happens; touches the wheel only where the new
    /// deadline comes before the tick at which the connection stands there.
    pub(super) fn set_deadline(&mut self, token: Token, deadline: Tick) {
        let Some(connection) = self.connections.get(token) else { return };
        connection.deadline = deadline;
        if deadline < connection.armed {
            connection.armed = self.wheel.arm(token.index(), deadline);
        }
    }

    pub(super) fn set_deadline_in(&mut self, token: Token, ticks: Tick) {
        self.set_deadline(token, self.now.saturating_add(ticks).saturating_add(1).min(NEVER - 1));
    }

    /// Has the poll tell when something comes.
    pub(super) fn watch(&mut self, token: Token) {
        if self.connections.get(token).is_some_and(|it| it.watched == Watched::Not) {
            self.register(token, Watched::Reading);
        }
    }

    /// Has the poll tell when something can be written, too.
    pub(super) fn watch_writing(&mut self, token: Token) {
        if self.connections.get(token).is_some_and(|it| it.watched != Watched::ReadingAndWriting) {
            self.register(token, Watched::ReadingAndWriting);
        }
    }

    fn register(&mut self, token: Token, wanted: Watched) {
        let Some(connection) = self.connections.get(token) else { return };
        let interest = match wanted {
            Watched::ReadingAndWriting => Interest::READABLE | Interest::WRITABLE,
            Watched::Not | Watched::Reading => Interest::READABLE,
        };
        let (poll, source) = (self.poll.registry(), &mut connection.transport);
        let outcome = match std::mem::replace(&mut connection.watched, wanted) {
            Watched::Not => poll.register(source, token.to_poll(), interest),
            _ => poll.reregister(source, token.to_poll(), interest),
        };
        if let Err(error) = outcome {
            log::error!("a connection cannot be watched: {error}");
            self.close(token);
        }
    }

    /// Closes a connection: dropping the socket takes it out of the poll.
    pub(super) fn close(&mut self, token: Token) {
        if let Some(mut connection) = self.connections.remove(token) {
            if let Phase::Streaming(streaming) = &mut connection.phase
                && let Some(source) = streaming.source.take()
            {
                self.let_go(Body::Stream(source));
            }
            let whole = matches!(connection.phase, Phase::Idle | Phase::Closing(_));
            if whole && !connection.has_output() {
                connection.transport.say_goodbye();
            }
            self.engine.handlers_late.fetch_sub(usize::from(connection.late), Relaxed);
            self.engine.admission.leave(connection.peer.ip());
            self.engine.loads[self.number].fetch_sub(1, Relaxed);
        }
    }
}

impl std::fmt::Debug for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shard({}, {} connections)", self.number, self.connections.len())
    }
}
