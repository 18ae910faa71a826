//! A TCP proxy with a fault switch: the network between the application and its database. The tests
//! and `cargo xtask faults` share it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

/// A fault of the network between the application and its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Each piece is delayed by this time, or until the fault ends.
    Delay(Duration),
    /// Connections stay open and bytes are dropped, as with a broken switch.
    Blackhole,
    /// Connections break and new ones are closed at once, as when the server crashed.
    Cut,
}

/// Forwards connections to its port, unless a fault is set.
pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    inner: Mutex<Inner>,
    changed: Condvar,
}

struct Inner {
    fault: Fault,
    accepted: usize,
    passed: usize,
    open: Vec<TcpStream>,
}

/// Maximum wait of a test for an event.
const EVENT_WAIT_MAX: Duration = Duration::from_secs(120);

impl Proxy {
    pub(crate) fn to(server: u16) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Inner { fault: Fault::None, accepted: 0, passed: 0, open: Vec::new() };
        let state = Arc::new(State { inner: Mutex::new(inner), changed: Condvar::new() });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                shared.accept(client, server);
            }
        });
        Proxy { port, state }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The URL with this proxy's port instead of the server's.
    pub(crate) fn instead_of(&self, server: u16, url: &str) -> String {
        url.replace(&format!(":{server}/"), &format!(":{}/", self.port()))
    }

    pub(crate) fn set(&self, fault: Fault) {
        let mut inner = self.state.inner.lock().unwrap();
        inner.fault = fault;
        self.state.changed.notify_all();
        if fault == Fault::Cut {
            for connection in inner.open.drain(..) {
                connection.shutdown(Shutdown::Both).ok();
            }
        }
    }

    /// The number of connections so far.
    pub(crate) fn accepted(&self) -> usize {
        self.state.inner.lock().unwrap().accepted
    }

    /// The number of pieces of data so far, from both sides.
    pub(crate) fn passed(&self) -> usize {
        self.state.inner.lock().unwrap().passed
    }

    /// Waits until there were more connections than this.
    #[track_caller]
    pub(crate) fn wait_for_more_than(&self, accepted: usize) {
        let inner = self.state.inner.lock().unwrap();
        let (inner, _) = self
            .state
            .changed
            .wait_timeout_while(inner, EVENT_WAIT_MAX, |inner| inner.accepted <= accepted)
            .unwrap();
        assert!(inner.accepted > accepted, "no connection came to port {}", self.port);
    }
}

impl State {
    fn accept(self: &Arc<Self>, client: TcpStream, server: u16) {
        let mut inner = self.inner.lock().unwrap();
        inner.accepted += 1;
        self.changed.notify_all();
        if inner.fault == Fault::Cut {
            return;
        }
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)) else { return };
        inner.open.push(client.try_clone().unwrap());
        for (from, to) in
            [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
        {
            to.set_nodelay(true).unwrap();
            let state = Arc::clone(self);
            thread::spawn(move || state.pump(from, to));
        }
    }

    fn pump(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 16384];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            let mut inner = self.inner.lock().unwrap();
            inner.passed += 1;
            match inner.fault {
                Fault::Cut => break,
                Fault::Blackhole => continue,
                Fault::Delay(delay) => {
                    let is_slow = |inner: &mut Inner| matches!(inner.fault, Fault::Delay(_));
                    inner = self.changed.wait_timeout_while(inner, delay, is_slow).unwrap().0;
                }
                Fault::None => (),
            }
            drop(inner);
            if to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        from.shutdown(Shutdown::Both).ok();
        to.shutdown(Shutdown::Both).ok();
    }
}
