//! Accepting connections: they are counted, given to the shard with the fewest, and idle ones are
//! closed to make room.

use std::{net::SocketAddr, sync::Arc, sync::atomic::Ordering::Relaxed, time::Duration};

use super::{accepted::Accepted, listener::AcceptFailure, transport::Transport};
use crate::engine::{
    connection::{Connection, phase::Phase},
    shard::{Shard, Todo, message::Message, slots::Token, wheel::Tick},
};

/// Connections accepted in a row, before other connections get their turn.
const ACCEPTS_AT_ONCE: usize = 64;
/// A shard keeps a new connection while it has at most this many more than the emptiest shard (a
/// quarter of that one's connections, if less). Giving one away wakes the other shard; but eight
/// busy connections in one of two shards would leave the other asleep.
const IMBALANCE_MAX: usize = 8;
/// Back-off when there is no room and no connection to close.
const ACCEPT_REST: Duration = Duration::from_millis(50);

impl Shard {
    pub(crate) fn accept(&mut self, index: usize) {
        for _ in 0..ACCEPTS_AT_ONCE {
            let Some(listener) = self.listeners.get(index) else { return };
            match listener.accept() {
                Ok((socket, peer)) => self.admit(index, socket, peer),
                Err(AcceptFailure::Empty) => return,
                Err(AcceptFailure::Gone) => {}
                Err(AcceptFailure::NoRoom) => {
                    if !self.close_longest_idle() {
                        self.accept_again = Some(self.clock + ACCEPT_REST);
                        return;
                    }
                }
            }
        }
        self.todo.push_back(Todo::Accept(index));
    }

    /// Counts an accepted connection and keeps it or gives it to another shard.
    pub(crate) fn admit(&mut self, listener: usize, socket: Transport, peer: SocketAddr) {
        if !self.engine.admission.enter(peer.ip()) {
            return; // dropping the socket closes it
        }
        let accepted = Accepted::at(listener, socket, peer, &self.engine);
        let host = if self.draining { self.number } else { self.host_of_next() };
        self.engine.loads[host].fetch_add(1, Relaxed);
        if host == self.number {
            self.adopt(accepted, 0);
        } else {
            self.engine.inboxes[host].put(Message::Adopt(Box::new(accepted), 0));
        }
    }

    /// The shard for the next connection: this one, or one that has clearly fewer.
    fn host_of_next(&self) -> usize {
        let loads = self.engine.loads.iter().map(|load| load.load(Relaxed));
        let mine = self.engine.loads[self.number].load(Relaxed);
        match loads.enumerate().min_by_key(|load| load.1) {
            Some((emptiest, load)) if mine > load + IMBALANCE_MAX.min(load / 4) => emptiest,
            _ => self.number,
        }
    }

    /// Takes a connection that is already counted. If there are too many, an idle one is closed
    /// here, or the next shard is asked to take the new one.
    pub(crate) fn adopt(&mut self, accepted: Accepted, refused_by: usize) {
        let engine = Arc::clone(&self.engine);
        let peer = accepted.peer;
        if engine.admission.is_over() && !self.close_longest_idle() {
            let next = (self.number + 1) % engine.inboxes.len();
            engine.loads[self.number].fetch_sub(1, Relaxed);
            if refused_by + 1 < engine.inboxes.len() && !self.draining {
                let accepted = Box::new(accepted);
                engine.loads[next].fetch_add(1, Relaxed);
                engine.inboxes[next].put(Message::Adopt(accepted, refused_by + 1));
            } else {
                engine.admission.leave(peer.ip());
            }
            return;
        }
        let token = self.connections.next_token();
        self.connections.insert(Connection::new(accepted, self.now));
        self.await_first_request(token);
        if !self.open_lines(token) {
            self.todo.push_back(Todo::FirstRead(token));
        }
    }

    /// Sets the deadline of a connection that has sent nothing yet. It is short while the shard
    /// drains.
    pub(crate) fn await_first_request(&mut self, token: Token) {
        let clocks = self.engine.clocks;
        let Some(connection) = self.connections.get(token) else { return };
        let ticks = match connection.phase {
            _ if self.draining => clocks.linger,
            Phase::Greeting(..) => clocks.head,
            _ => clocks.idle,
        };
        self.set_deadline_in(token, ticks);
    }

    /// Closes the connection that has been idle longest. Spares those of the current tick, whose
    /// request may be on its way.
    fn close_longest_idle(&mut self) -> bool {
        if self.victims.is_empty() {
            self.choose_victims();
        }
        while let Some(token) = self.victims.pop() {
            let now = self.now;
            if self.connections.get(token).is_some_and(|c| c.is_idle() && c.idle_since < now) {
                self.close(token);
                return true;
            }
        }
        false
    }

    /// Collects the longest idle 1.5 % at once: a flood at the limit must not scan all connections
    /// for each new one.
    fn choose_victims(&mut self) {
        let idle = self.connections.iter().filter(|(_, c)| c.is_idle() && c.idle_since < self.now);
        let mut idle: Vec<(Tick, Token)> = idle.map(|(token, c)| (c.idle_since, token)).collect();
        idle.sort_unstable_by_key(|idle| idle.0);
        idle.truncate(idle.len() / 64 + 1);
        self.victims.extend(idle.into_iter().rev().map(|idle| idle.1));
    }
}
