//! The conversation on a WebSocket: parses the bytes of the peer, calls the app, and encodes its
//! messages.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{Close, CloseCode, Message, Socket, SocketHandler, call};
use crate::{
    Result,
    live::{CallPlace, CallReason, Conversation, Next, Outcome, outlet::Outlet},
    lock::lock,
    pace::Pace,
    panics, report,
    wire::websocket::{Event, Reader},
};

/// Output beyond this size is written before the next message is read. Equals the default of
/// `Limits::output_bytes_max`.
const OUTPUT_BYTES_MAX: usize = 256 << 10;

/// The conversation with one peer.
pub(super) struct SocketConversation<H> {
    handler: H,
    socket: Socket,
    reader: Reader,
    /// The time without a byte from the peer after which the connection closes.
    idle: Duration,
    /// Whether calls of the handler are quick or may block.
    pace: Arc<Pace>,
    /// The handler's `open` was called.
    opened: bool,
    /// A ping was sent, and nothing has arrived since then.
    pinged: bool,
    /// How the connection was closed; `None` while it is open.
    ended: Option<Close>,
    /// The place of the current call.
    place: CallPlace,
}

impl<H: SocketHandler> SocketConversation<H> {
    pub(super) fn new(
        handler: H,
        socket: Socket,
        reader: Reader,
        idle: Duration,
    ) -> SocketConversation<H> {
        let opened = false;
        let pinged = false;
        let ended = None;
        let pace = pace_of::<H>();
        let place = CallPlace::Worker;
        SocketConversation { handler, socket, reader, idle, pace, opened, pinged, ended, place }
    }

    /// Handles the messages in the input. Returns the next step and the number of bytes left.
    fn read(&mut self, mut input: &[u8], output: &mut Vec<u8>) -> (Next, usize) {
        self.pinged &= input.is_empty();
        loop {
            if output.len() > OUTPUT_BYTES_MAX {
                return (Next::Again, input.len());
            }
            let event = match self.reader.read(&mut input) {
                Ok(Some(event)) => event,
                Ok(None) => return (self.wait(), 0),
                Err(fault) => {
                    log::debug!("a WebSocket is closed: {fault}");
                    let close = Close::new(fault.code(), &fault.to_string());
                    return (self.finish(close, output), 0);
                }
            };
            if let Some(next) = self.handle(event, output) {
                return (next, 0);
            }
        }
    }

    /// Handles an event. Returns the next step if reading must stop.
    fn handle(&mut self, event: Event, output: &mut Vec<u8>) -> Option<Next> {
        let message = match event {
            Event::Text(text) => Message::Text(text),
            Event::Binary(bytes) => Message::Binary(bytes),
            Event::Ping(payload) => {
                self.socket.writer().append_pong(&payload, output);
                return None;
            }
            Event::Pong(_) => return None,
            Event::Close(close) => {
                let next = self.reply_to_close(&close, output);
                self.end(close);
                return Some(next);
            }
        };
        self.call(output, |handler, socket| handler.message(socket, message))
    }

    /// Answers a close with the same code (RFC 6455 §5.5.1).
    fn reply_to_close(&mut self, close: &Close, output: &mut Vec<u8>) -> Next {
        self.close_with(&Close { code: close.code, reason: String::new() }, output)
    }

    /// Sends a close frame, unless this end has sent one. Returns the step that closes the
    /// connection after all messages that were sent before.
    fn close_with(&self, close: &Close, output: &mut Vec<u8>) -> Next {
        let frame = match self.socket.closed_with() {
            Some(_) => Vec::new(),
            None => self.socket.writer().encode_close(close),
        };
        if self.place == CallPlace::Shard && self.socket.has_messages_in_flight() {
            self.socket.close_through_outlet(frame);
            return Next::Wait(Some(self.idle));
        }
        output.extend_from_slice(&frame);
        Next::Close
    }

    /// Calls the app, in the shard (event loop) or on a worker. Returns the next step if the
    /// connection closes.
    fn call(
        &mut self,
        output: &mut Vec<u8>,
        callback: impl FnOnce(&mut H, &Socket) -> Result<()>,
    ) -> Option<Next> {
        let handler = &mut self.handler;
        let socket = &self.socket;
        let callback = || panics::catch(|| callback(handler, socket));
        let result = match self.place {
            CallPlace::Shard => call::with_output(self.socket.address(), output, callback),
            CallPlace::Worker => callback(),
        };
        match result {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                let code = if error.status().is_client_error() {
                    CloseCode::POLICY
                } else {
                    CloseCode::INTERNAL_ERROR
                };
                report::error(format_args!("a WebSocket's handler: {error}"));
                return Some(self.finish(Close::new(code, error.public()), output));
            }
            Err(panic) => {
                report::error(format_args!("a WebSocket's handler: {panic}"));
                return Some(self.finish(Close::new(CloseCode::INTERNAL_ERROR, ""), output));
            }
        }
        let close = self.socket.closed_with().cloned()?;
        let next = match self.place {
            CallPlace::Shard => self.close_with(&close, output),
            // `Socket::close` has sent the frame and closes the connection.
            CallPlace::Worker => Next::Wait(Some(self.idle)),
        };
        self.end(close);
        Some(next)
    }

    /// Closes from this end, unless the app has closed already.
    fn finish(&mut self, close: Close, output: &mut Vec<u8>) -> Next {
        let next = self.close_with(&close, output);
        self.end(close);
        next
    }

    /// Records the close of the connection; the first one counts.
    fn end(&mut self, close: Close) {
        self.socket.note_end();
        let close = self.socket.closed_with().cloned().unwrap_or(close);
        self.ended.get_or_insert(close);
    }

    /// Waits for half of the idle time, after which a ping is due.
    fn wait(&self) -> Next {
        Next::Wait(Some(self.idle / 2))
    }

    /// Called when half of the idle time has passed: sends a ping, or closes if the last ping was
    /// not answered.
    fn time_out(&mut self, output: &mut Vec<u8>) -> Next {
        if self.pinged {
            self.end(Close::new(CloseCode::ABNORMAL, "idle"));
            return Next::Close;
        }
        self.pinged = true;
        self.socket.writer().append_ping(b"", output);
        self.wait()
    }

    /// Called when the connection is closed: informs the handler, if it was opened.
    fn closed(&mut self) {
        self.end(Close::new(CloseCode::ABNORMAL, ""));
        let Some(close) = self.ended.as_ref().filter(|_| self.opened) else { return };
        let handler = &mut self.handler;
        let socket = &self.socket;
        if let Err(panic) = panics::catch(|| handler.close(socket, close)) {
            report::error(format_args!("a WebSocket's handler, at its close: {panic}"));
        }
    }
}

impl<H: SocketHandler> Conversation for SocketConversation<H> {
    fn attach(&mut self, outlet: Outlet) {
        self.socket.attach(outlet);
    }

    fn proceed(
        &mut self,
        reason: CallReason,
        place: CallPlace,
        input: &[u8],
        output: &mut Vec<u8>,
    ) -> Outcome {
        self.place = place;
        let mut rest = 0; // bytes of the input that are not consumed
        let next = match reason {
            CallReason::Closed => {
                self.closed();
                Next::Close
            }
            _ if self.ended.is_some() => Next::Close,
            CallReason::Opened => {
                self.opened = true;
                rest = input.len();
                let next = self.call(output, |handler, socket| handler.open(socket));
                // Input may have arrived with the handshake.
                next.unwrap_or(if rest > 0 { Next::Again } else { self.wait() })
            }
            CallReason::Input => {
                let (next, left) = self.read(input, output);
                rest = left;
                next
            }
            CallReason::Ended => match self.read(input, output) {
                (Next::Again, left) => {
                    rest = left;
                    Next::Again
                }
                _ => {
                    self.end(Close::new(CloseCode::ABNORMAL, ""));
                    Next::Close
                }
            },
            CallReason::TimedOut => {
                rest = input.len();
                self.time_out(output)
            }
            CallReason::Stopping => {
                self.finish(Close::new(CloseCode::GOING_AWAY, "the server stops"), output)
            }
        };
        Outcome { consumed: input.len().saturating_sub(rest), next }
    }

    fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }
}

/// The pace of a type of handler, shared by its connections.
fn pace_of<H: 'static>() -> Arc<Pace> {
    static PACES: Mutex<Option<HashMap<TypeId, Arc<Pace>>>> = Mutex::new(None);
    let mut paces = lock(&PACES);
    let paces = paces.get_or_insert_default();
    Arc::clone(paces.entry(TypeId::of::<H>()).or_insert_with(|| Arc::new(Pace::learned())))
}
