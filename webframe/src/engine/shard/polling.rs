//! How a shard waits for readiness events, and registers its connections for them.

use std::{
    io,
    time::{Duration, Instant},
};

use mio::Interest;

use super::{FIRST_LISTENER, Shard, Todo, WAKER, scratch::Scratch, slots::Token};
use crate::{
    engine::connection::{Readiness, Registration},
    report,
};

/// Maximum number of polls without waiting before the shard sleeps. An event loop that sleeps after
/// each request serves 10 % fewer requests when it has few connections.
pub(super) const POLLS_BEFORE_SLEEP_MAX: u32 = 4;
/// A shard that has run for this long without a pause lets other threads run. Otherwise a client on
/// the same processor waits for a time slice of the kernel, about 3 ms: the 99th percentile of a
/// page at 64 connections is 1.9 instead of 5.8 ms (axum: 3.8 ms). Beside two programs that compute
/// without end, pages are served up to a fifth less often than without these pauses.
const RUN_MAX: Duration = Duration::from_micros(100);

impl Shard {
    /// Waits for readiness events, messages and deadlines, and turns them into work.
    pub(crate) fn wait(&mut self, scratch: &mut Scratch) {
        let has_paused = self.poll_events(scratch);
        self.update_clock();
        if has_paused {
            self.yield_at = self.clock + RUN_MAX;
        }
        scratch.calls.next_round(self.clock, &self.engine);
        self.neighbour.scan(self.clock, &self.engine);
        let mut has_messages = false;
        for event in &self.events {
            match event.token() {
                WAKER => has_messages = true,
                listener if listener.0 >= FIRST_LISTENER => {
                    self.todo.push_back(Todo::Accept(listener.0 - FIRST_LISTENER));
                }
                token => {
                    let token = Token::from_mio(token);
                    if event.is_writable() {
                        self.todo.push_back(Todo::Write(token));
                    }
                    if event.is_readable() || event.is_read_closed() || event.is_error() {
                        let arrived = Readiness::from_event(event);
                        self.todo.push_back(Todo::Read(token, arrived));
                    }
                }
            }
        }
        if has_messages {
            self.engine.inboxes[self.number].empty_into(&mut self.messages);
        }
        self.visit_deadlines(scratch);
        if self.accept_again.is_some_and(|again| again <= self.clock) {
            self.accept_again = None;
            (0..self.listeners.len()).for_each(|index| self.todo.push_back(Todo::Accept(index)));
        }
    }

    /// Polls once without waiting if there is work. Otherwise polls a few times without waiting,
    /// then sleeps until an event or the next deadline. Returns whether it has let other threads
    /// run.
    fn poll_events(&mut self, scratch: &mut Scratch) -> bool {
        let must_yield = self.clock >= self.yield_at;
        if must_yield {
            self.end_round(scratch);
            std::thread::yield_now();
        }
        if !self.todo.is_empty() || !self.messages.is_empty() {
            drop(self.poll.poll(&mut self.events, Some(Duration::ZERO)));
            return must_yield;
        }
        for poll in 0..self.polls_before_sleep {
            let polled = self.poll.poll(&mut self.events, Some(Duration::ZERO));
            if polled.is_err() || !self.events.is_empty() {
                self.polls_before_sleep = POLLS_BEFORE_SLEEP_MAX.min(self.polls_before_sleep + 1);
                return must_yield || poll > 0;
            }
            std::thread::yield_now();
        }
        self.polls_before_sleep = (self.polls_before_sleep - 1).max(1);
        self.end_round(scratch);
        let timeout = self.sleep_max();
        self.engine.watchdog.shard_sleeps();
        let polled = self.poll.poll(&mut self.events, timeout);
        self.engine.watchdog.shard_wakes();
        if let Err(error) = polled
            && error.kind() != io::ErrorKind::Interrupted
        {
            report::error(format_args!("shard {}: poll: {error}", self.number));
        }
        true
    }

    /// Ends the time measurement of this round's calls. The pause that follows must not count as
    /// time of a call.
    fn end_round(&mut self, scratch: &mut Scratch) {
        self.clock = Instant::now();
        scratch.calls.next_round(self.clock, &self.engine);
    }

    /// Registers the connection with the poll for reading.
    pub(crate) fn watch(&mut self, token: Token) {
        if self.connections.get(token).is_some_and(|it| it.registration == Registration::Not) {
            self.register(token, Registration::Reading);
        }
    }

    /// Registers the connection with the poll for reading and writing.
    pub(crate) fn watch_for_writing(&mut self, token: Token) {
        if self
            .connections
            .get(token)
            .is_some_and(|it| it.registration != Registration::ReadingAndWriting)
        {
            self.register(token, Registration::ReadingAndWriting);
        }
    }

    fn register(&mut self, token: Token, wanted: Registration) {
        let Some(connection) = self.connections.get(token) else { return };
        let interest = match wanted {
            Registration::ReadingAndWriting => Interest::READABLE | Interest::WRITABLE,
            Registration::Not | Registration::Reading => Interest::READABLE,
        };
        let poll = self.poll.registry();
        let source = &mut connection.transport;
        let outcome = match std::mem::replace(&mut connection.registration, wanted) {
            Registration::Not => poll.register(source, token.to_mio(), interest),
            _ => poll.reregister(source, token.to_mio(), interest),
        };
        if let Err(error) = outcome {
            report::error(format_args!("a connection cannot be registered: {error}"));
            self.close(token);
        }
    }
}
