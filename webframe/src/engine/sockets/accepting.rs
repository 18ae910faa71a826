//! New connections to a shard: accepted, counted, given to the shard that has fewest; and room made
//! for them where there is none, by closing the longest idle ones.

use std::{net::SocketAddr, sync::Arc, sync::atomic::Ordering::Relaxed, time::Duration};

use super::{accepted::Accepted, listener::AcceptFailure, transport::Transport};
use crate::engine::{
    connection::{Connection, phase::Phase},
    shard::{Shard, Todo, message::Message, slots::Token, wheel::Tick},
};

/// Accepts in a row before other connections have their turn.
const ACCEPTS_AT_ONCE: usize = 64;
/// A shard keeps a new connection while it has no more above the emptiest one than a quarter of what
/// that one has, and at most this: to give one away wakes the other shard, and eight busy ones in one
/// of two shards leave the other asleep.
const IMBALANCE_MAX: usize = 8;
/// How long the accepting rests when there is no room and nobody idle.
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

    /// A connection was accepted here: it stays, or goes to a shard that has fewer.
    pub(crate) fn admit(&mut self, listener: usize, socket: Transport, peer: SocketAddr) {
        if !self.engine.admission.enter(peer.ip()) {
            return; // closed by being dropped
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

    /// The shard that is to have the next connection: this one, or one that has fewer.
    fn host_of_next(&self) -> usize {
        let loads = self.engine.loads.iter().map(|load| load.load(Relaxed));
        let mine = self.engine.loads[self.number].load(Relaxed);
        match loads.enumerate().min_by_key(|load| load.1) {
            Some((emptiest, load)) if mine > load + IMBALANCE_MAX.min(load / 4) => emptiest,
            _ => self.number,
        }
    }

    /// Takes a connection that is counted already; where there are too many an idle one goes, here
    /// or in the next shard.
    pub(crate) fn adopt(&mut self, accepted: Accepted, refused_by: usize) {
        let (engine, peer) = (Arc::clone(&self.engine), accepted.peer);
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
        self.todo.push_back(Todo::FirstRead(token));
    }

    /// Sets the deadline of a connection that has sent nothing yet. A server that stops waits less:
    /// the first request is most often on its way.
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

    /// Makes room: closes the connection that has been idle longest; not one of this very moment,
    /// whose request may be on its way.
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

    /// Chooses the longest idle 1.5 % at once, so that a flood at the limit does not look at every
    /// connection for each new one.
    fn choose_victims(&mut self) {
        let idle = self.connections.iter().filter(|(_, c)| c.is_idle() && c.idle_since < self.now);
        let mut idle: Vec<(Tick, Token)> = idle.map(|(token, c)| (c.idle_since, token)).collect();
        idle.sort_unstable_by_key(|idle| idle.0);
        idle.truncate(idle.len() / 64 + 1);
        self.victims.extend(idle.into_iter().rev().map(|idle| idle.1));
    }
}
