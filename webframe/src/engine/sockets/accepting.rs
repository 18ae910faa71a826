//! Accepts connections: counts them, gives each to the shard (event loop) with the fewest
//! connections, and closes another one if there are too many.

use std::{
    io::{Read, Write},
    net::{IpAddr, SocketAddr},
    sync::Arc,
    sync::atomic::Ordering::Relaxed,
    time::Duration,
};

use super::{
    accepted::{Accepted, Opening, Purpose},
    admission::{ExceededLimit, network_of},
    listener::AcceptFailure,
    transport::Transport,
};
use crate::{
    engine::{
        connection::{Connection, phase::Phase},
        shard::{Shard, Todo, message::Message, slots::Token, wheel::Tick},
    },
    report,
    wire::encode,
};

/// Number of connections that are accepted in a row, before the shard serves others.
const ACCEPTS_AT_ONCE: usize = 64;
/// A shard passes a new connection on to the emptiest shard if it has more connections than that
/// shard by more than a quarter, or by more than this number. Passing a connection on wakes the
/// other shard, so smaller differences are kept. The quarter matters for few connections: without
/// it one of two shards could have eight busy connections while the other sleeps.
const IMBALANCE_MAX: usize = 8;
/// The input that is read from a connection before it is turned away: the size of a usual request.
const TURNED_AWAY_INPUT: usize = 4 << 10;
/// Back-off when there is no room and no connection to close.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

impl Shard {
    /// Accepts connections from the listener with this index, until none is waiting or
    /// [`ACCEPTS_AT_ONCE`] are accepted.
    pub(crate) fn accept(&mut self, index: usize) {
        for _ in 0..ACCEPTS_AT_ONCE {
            let Some(listener) = self.listeners.get(index) else { return };
            match listener.accept() {
                Ok((socket, peer)) => self.admit(index, socket, peer),
                Err(AcceptFailure::Empty) => return,
                Err(AcceptFailure::Gone) => {}
                Err(AcceptFailure::NoRoom) => {
                    self.report_shortage();
                    if !self.evict() {
                        self.accept_again = Some(self.clock + ACCEPT_BACKOFF);
                        return;
                    }
                }
            }
        }
        // More connections may be waiting, and no further event reports them.
        self.todo.push_back(Todo::Accept(index));
    }

    /// Logs that descriptors or memory are short, at most once a second.
    fn report_shortage(&self) {
        let time_up = self.clock.saturating_duration_since(self.engine.started);
        if self.engine.admission.shortages.is_due(time_up) {
            report::warn(format_args!(
                "no open files or memory are left for a new connection; the one that has been \
                 idle longest is closed"
            ));
        }
    }

    /// Counts an accepted connection and keeps it or gives it to another shard.
    pub(crate) fn admit(&mut self, listener: usize, socket: Transport, peer: SocketAddr) {
        self.engine.admission.enter(peer.ip());
        let accepted = Accepted::new(listener, socket, peer, &self.engine);
        let shard = if self.draining { self.number } else { self.shard_for_next() };
        self.engine.loads[shard].fetch_add(1, Relaxed);
        if shard == self.number {
            self.adopt(accepted, 0); // 0: no shard has refused it yet
        } else {
            self.engine.inboxes[shard].put(Message::Adopt(Box::new(accepted), 0));
        }
    }

    /// The number of the shard for the next connection: this shard, or one with clearly fewer
    /// connections.
    fn shard_for_next(&self) -> usize {
        let loads = self.engine.loads.iter().map(|load| load.load(Relaxed));
        let mine = self.engine.loads[self.number].load(Relaxed);
        match loads.enumerate().min_by_key(|load| load.1) {
            Some((emptiest, load)) if mine > load + IMBALANCE_MAX.min(load / 4) => emptiest,
            _ => self.number,
        }
    }

    /// Takes a connection that is already counted. If there are too many connections, closes
    /// another one of this shard. If this shard has none to close, passes the new connection to the
    /// next shard. If all shards have refused it, closes it. `refused_by` is the number of shards
    /// that have refused it already.
    pub(crate) fn adopt(&mut self, accepted: Accepted, refused_by: usize) {
        let engine = Arc::clone(&self.engine);
        let address = accepted.peer.ip();
        if !self.make_room_for(address) {
            let next = (self.number + 1) % engine.inboxes.len();
            engine.loads[self.number].fetch_sub(1, Relaxed);
            if refused_by + 1 < engine.inboxes.len() && !self.draining {
                let accepted = Box::new(accepted);
                engine.loads[next].fetch_add(1, Relaxed);
                engine.inboxes[next].put(Message::Adopt(accepted, refused_by + 1));
            } else {
                engine.admission.leave(address);
                self.turn_away(accepted);
            }
            return;
        }
        self.load.count_connection();
        let token = self.connections.next_token();
        self.connections.insert(Connection::new(accepted, self.now));
        engine.presence.enter(self.slot_of(token));
        self.await_first_request(token);
        if !self.open_lines(token) {
            self.todo.push_back(Todo::FirstRead(token));
        }
    }

    /// Closes a new connection because no other one may be closed to make room. Sends a short 503
    /// first, unless the connection needs a handshake or is not for HTTP. No request is awaited, so
    /// the 503 may come before its request and may be lost.
    fn turn_away(&self, mut accepted: Accepted) {
        let time_up = self.clock.saturating_duration_since(self.engine.started);
        if self.engine.admission.turned_away.is_due(time_up) {
            report::warn(format_args!(
                "a new connection from {} is closed: the limit on connections, in total or of its \
                 network, is reached, and all of them have running handlers",
                accepted.peer.ip()
            ));
        }
        let speaks_http = matches!(accepted.purpose, Purpose::Site | Purpose::Redirect);
        if speaks_http && accepted.opening == Opening::Request {
            let transport = &mut accepted.transport;
            // Unread input would make the kernel reset the connection and discard the answer.
            drop(transport.read(&mut [0; TURNED_AWAY_INPUT]));
            // A new socket has room for it; an error means that the peer has gone.
            drop(transport.write(encode::NO_ROOM));
            transport.shut_down_writing();
        }
    }

    /// Sets the deadline of a connection that has sent nothing yet. It is short while the shard
    /// drains.
    pub(crate) fn await_first_request(&mut self, token: Token) {
        let clocks = self.engine.clocks;
        let Some(connection) = self.connections.get(token) else { return };
        let ticks = match connection.phase {
            _ if self.draining => clocks.linger,
            Phase::Preamble(..) => clocks.head,
            _ => clocks.idle,
        };
        self.set_deadline_in(token, ticks);
    }

    /// Closes a connection if there are too many. Returns whether a new connection from this
    /// address may stay.
    pub(crate) fn make_room_for(&mut self, address: IpAddr) -> bool {
        match self.engine.admission.exceeded_limit(address) {
            None => true,
            Some(ExceededLimit::Total) => self.evict(),
            Some(ExceededLimit::Network(network)) => self.evict_from(network),
        }
    }

    /// Closes the connection that has been longest without a complete request, in any phase. Spares
    /// connections with a running handler. Also spares those that opened or had a request in the
    /// current tick, since their next request may be arriving.
    fn evict(&mut self) -> bool {
        if self.evictable.is_empty() {
            self.evictable = self.choose_evictable(|_| true);
        }
        while let Some(token) = self.evictable.pop() {
            if self.close_if_evictable(token) {
                return true;
            }
        }
        false
    }

    /// Like [`Shard::evict`], within one network.
    fn evict_from(&mut self, network: IpAddr) -> bool {
        if self.evictable_of.0 != Some(network) || self.evictable_of.1.is_empty() {
            let chosen = self.choose_evictable(|it| network_of(it.peer.ip()) == network);
            self.evictable_of = (Some(network), chosen);
        }
        while let Some(token) = self.evictable_of.1.pop() {
            if self.close_if_evictable(token) {
                return true;
            }
        }
        false
    }

    fn close_if_evictable(&mut self, token: Token) -> bool {
        let now = self.now;
        let closes = self.connections.get(token).is_some_and(|it| it.is_evictable(now));
        if closes {
            self.close(token);
        }
        closes
    }

    /// Chooses among the candidates the 1.5 % (at least one) that have been longest without a
    /// complete request, the longest last. It chooses many at once, because in a flood of new
    /// connections a scan of all connections for each of them would take too long.
    fn choose_evictable(&self, is_candidate: impl Fn(&Connection) -> bool) -> Vec<Token> {
        let now = self.now;
        let chosen =
            self.connections.iter().filter(|(_, it)| it.is_evictable(now) && is_candidate(it));
        let mut chosen: Vec<(Tick, Token)> =
            chosen.map(|(token, it)| (it.last_request, token)).collect();
        chosen.sort_unstable_by_key(|chosen| chosen.0);
        chosen.truncate(chosen.len() / 64 + 1);
        chosen.into_iter().rev().map(|chosen| chosen.1).collect()
    }
}
