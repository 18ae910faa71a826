//! Ends a shard (event loop) when the server stops: it accepts no new connections, finishes answers
//! in flight, and closes idle connections.

use std::{mem, sync::atomic::Ordering::SeqCst, time::Duration};

use super::{Shard, Todo, message::Message, slots::Token};
use crate::{
    engine::{
        connection::{Readiness, phase::Phase},
        ticks,
    },
    report,
};

/// Maximum time that a stop waits for the next request of an idle connection. If
/// [`Timeouts::linger`](crate::Timeouts::linger) is shorter, it applies instead.
const IDLE_CLIENT_WAIT: Duration = Duration::from_millis(500);

impl Shard {
    /// Accepts the connections that are already waiting, stops accepting, and reads once more from
    /// each idle connection: a request may be on its way.
    pub(crate) fn begin_draining(&mut self) {
        if self.draining {
            return;
        }
        (self.retiring, self.draining) = (true, true);
        for index in 0..self.listeners.len() {
            while let Ok((socket, peer)) = self.listeners[index].accept() {
                self.admit(index, socket, peer);
            }
        }
        for mut listener in self.listeners.drain(..) {
            drop(self.poll.registry().deregister(listener.source()));
        }
        for token in self.connections.tokens() {
            let Some(connection) = self.connections.get(token) else { continue };
            let is_written = !connection.has_output();
            match &connection.phase {
                Phase::Preamble(..) => self.await_first_request(token),
                Phase::Idle => {
                    if is_written && connection.served == 0 {
                        self.await_first_request(token);
                    }
                    self.todo.push_back(Todo::Read(token, Readiness::Input));
                }
                // The answer does not wait for the worker that drops its source.
                Phase::Streaming(streaming) if streaming.waits_for_drop() => {
                    self.messages.push_back(Message::SourceDropped(token));
                }
                Phase::Lingering(_) => self.close(token),
                Phase::Live(_) => self.stop_live(token),
                _ => {}
            }
        }
        self.engine.count_draining_shard();
    }

    /// Leaves an idle connection open for a moment: the client does not know yet that the server
    /// stops, and the next request may be on its way. That request is answered with `Connection:
    /// close`.
    pub(crate) fn wait_while_draining(&mut self, token: Token) {
        let moment = self.engine.clocks.linger.min(ticks(IDLE_CLIENT_WAIT));
        let limit = self.now.saturating_add(moment);
        if self.connections.get(token).is_some_and(|connection| connection.deadline > limit) {
            self.set_deadline_in(token, moment);
        }
    }

    /// Whether the shard may end: it has no connection, and no other shard can send it one.
    pub(crate) fn can_end(&self) -> bool {
        let engine = &self.engine;
        let number = self.number;
        self.connections.len() == 0
            && engine.draining.load(SeqCst) == engine.inboxes.len()
            && self.messages.is_empty()
            && engine.inboxes[number].is_empty()
    }

    /// Closes the remaining connections, and lets a worker drop the messages that nobody reads.
    pub(crate) fn end(mut self: Box<Self>) {
        let cut = self.connections.len();
        for token in self.connections.tokens() {
            self.close(token);
        }
        let mut rest = mem::take(&mut self.messages);
        rest.extend(self.engine.inboxes[self.number].close());
        if !rest.is_empty() {
            self.run_on_worker(move || drop(rest));
        }
        self.dispatch_jobs();
        self.must_drain = false;
        self.engine.count_ended_shard(cut);
    }
}

impl Drop for Shard {
    /// A shard that is dropped before it has drained has panicked. The server must not go on while
    /// part of its connections is not served.
    fn drop(&mut self) {
        if self.must_drain {
            report::error(format_args!("shard {} panicked", self.number));
            self.engine.failed.store(true, SeqCst);
            let rest = self.engine.inboxes[self.number].close();
            if !self.draining {
                self.engine.count_draining_shard();
            }
            self.engine.count_ended_shard(self.connections.len());
            drop(rest); // last, since it may block
        }
    }
}
