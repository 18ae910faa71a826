//! The client end of a WebSocket for tests: it exchanges messages with an app's handler without a
//! socket.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Condvar, Mutex},
    time::Instant,
};

use http::{StatusCode, header};

use super::{TIMEOUT, test_request::TestRequest, test_response::shown};
use crate::{
    Body,
    live::{
        CallPlace, CallReason, Conversation, Next,
        outlet::{Deliver, Delivery, Outlet, Slot},
    },
    lock::lock,
    websocket::{Close, CloseCode, Message},
    wire::websocket::{Deflate, Event, MessageLimits, Reader, Role, Writer},
};

/// The client end of a WebSocket; made by [`TestRequest::connect`].
///
/// Needs the feature `websocket`.
///
/// The handler runs in the thread of the test: [`TestSocket::send`] returns after it. Mistakes
/// panic, and so does waiting for more than ten seconds.
///
/// ```
/// use webframe::{App, Request, Response, Result, TestClient, Urls, websocket::{Message, Socket}};
///
/// fn shout(_: &(), request: &Request) -> Result<Response> {
///     Response::websocket(request, |socket: &Socket, message: Message| {
///         socket.send(message.as_text().unwrap_or_default().to_uppercase())?;
///         Ok(())
///     })
/// }
///
/// let app = App::new(()).urls(Urls::new().get("/shout", shout));
/// let client = TestClient::new(&app);
/// let mut socket = client.get("/shout").connect();
/// socket.send("hello");
/// assert_eq!(socket.receive().as_text(), Some("HELLO"));
/// ```
pub struct TestSocket {
    conversation: Box<dyn Conversation>,
    outlet: Outlet,
    receiver: Arc<Receiver>,
    writer: Writer,
    reader: Reader,
    received: VecDeque<Message>,
    protocol: Option<String>,
    close: Option<Close>,
    ended: bool,
}

/// Receives the bytes that the handler sends outside of its calls, in place of the engine.
#[derive(Default)]
struct Receiver {
    sent: Mutex<Sent>,
    /// Notified at each change of `sent`.
    changed: Condvar,
}

#[derive(Default)]
struct Sent {
    bytes: Vec<u8>,
    closed: bool,
}

impl Deliver for Receiver {
    fn deliver(&self, delivery: Delivery) {
        let mut sent = lock(&self.sent);
        match delivery {
            Delivery::Bytes(_, bytes) => sent.bytes.extend_from_slice(&bytes),
            Delivery::Close(_) => sent.closed = true,
            Delivery::Published { .. } => {}
        }
        self.changed.notify_all();
    }
}

impl<S: Send + Sync + 'static> TestRequest<'_, S> {
    /// The same request as the handshake of a WebSocket.
    ///
    /// Needs the feature `websocket`.
    pub fn as_websocket(self) -> Self {
        self.with_field("Connection", "Upgrade")
            .with_field("Upgrade", "websocket")
            .with_field("Sec-WebSocket-Version", "13")
            .with_field("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    /// Opens a WebSocket. Panics if the app refuses it.
    ///
    /// Needs the feature `websocket`.
    #[track_caller]
    pub fn connect(self) -> TestSocket {
        let (status, fields, body) = self.as_websocket().answer();
        let live = match body {
            Body::Live(live) if status == StatusCode::SWITCHING_PROTOCOLS => live,
            body => panic!("the answer is not a WebSocket: {}", shown(status, body)),
        };
        let conversation = live.conversation.expect("a WebSocket is a conversation");
        let field = |name| {
            let field = fields.iter().find(|field| field.0 == name);
            field.and_then(|field| field.1.to_str().ok()).map(str::to_owned)
        };
        let deflate =
            field(header::SEC_WEBSOCKET_EXTENSIONS).map(|_| Deflate::with_default_parameters());
        TestSocket::open(conversation, deflate, field(header::SEC_WEBSOCKET_PROTOCOL))
    }
}

impl TestSocket {
    #[track_caller]
    fn open(
        mut conversation: Box<dyn Conversation>,
        deflate: Option<Deflate>,
        protocol: Option<String>,
    ) -> TestSocket {
        let receiver = Arc::new(Receiver::default());
        let deliver: Arc<dyn Deliver> = receiver.clone();
        // The receiver has only one connection, so it ignores the slot.
        let outlet = Outlet::new(Arc::downgrade(&deliver), Slot { shard: 0, token: 0 });
        conversation.attach(outlet.clone());
        let limits = MessageLimits {
            frame_bytes_max: usize::MAX,
            message_bytes_max: usize::MAX - 1,
            fragments_max: u32::MAX,
        };
        let mut socket = TestSocket {
            conversation,
            outlet,
            receiver,
            writer: Writer::new(Role::Client, deflate),
            reader: Reader::new(Role::Client, deflate, limits),
            received: VecDeque::new(),
            protocol,
            close: None,
            ended: false,
        };
        socket.proceed(CallReason::Opened, &[]);
        socket
    }

    /// The negotiated subprotocol.
    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    /// Sends a message.
    #[track_caller]
    pub fn send(&mut self, message: impl Into<Message>) {
        assert!(!self.ended, "the WebSocket is closed");
        let message = message.into();
        let kind = match message {
            Message::Text(_) => crate::wire::websocket::Kind::Text,
            Message::Binary(_) => crate::wire::websocket::Kind::Binary,
        };
        let frame = self.writer.encode_message(kind, message.as_bytes());
        self.proceed(CallReason::Input, &frame);
    }

    /// Waits for the next message and returns it.
    #[track_caller]
    pub fn receive(&mut self) -> Message {
        let until = Instant::now() + TIMEOUT;
        loop {
            self.take_sent();
            if let Some(message) = self.received.pop_front() {
                return message;
            }
            assert!(!self.ended, "the WebSocket is closed: {:?}", self.close);
            self.wait(until);
        }
    }

    /// Closes from this end. The handler has been called when this returns.
    #[track_caller]
    pub fn close(&mut self, code: CloseCode, reason: &str) {
        let frame = self.writer.encode_close(&Close::new(code, reason));
        self.proceed(CallReason::Input, &frame);
    }

    /// Waits until the app closes the WebSocket, and returns the code and reason of the close.
    #[track_caller]
    pub fn closed(&mut self) -> Close {
        let until = Instant::now() + TIMEOUT;
        loop {
            self.take_sent();
            if let Some(close) = &self.close {
                return close.clone();
            }
            assert!(!self.ended, "the WebSocket ended without a close");
            self.wait(until);
        }
    }

    /// Calls the conversation (the server's end) with these bytes and reads its output, until the
    /// conversation waits for input.
    #[track_caller]
    fn proceed(&mut self, reason: CallReason, input: &[u8]) {
        let mut rest = input;
        let mut reason = reason;
        while !self.ended {
            let mut output = Vec::new();
            let outcome = self.conversation.proceed(reason, CallPlace::Worker, rest, &mut output);
            rest = rest.get(outcome.consumed..).unwrap_or_default();
            self.take_sent();
            self.read(&output);
            match outcome.next {
                Next::Again => reason = CallReason::Input,
                Next::Wait(_) => return,
                Next::Close => self.end(),
            }
        }
    }

    /// Reads the bytes that were sent outside of calls.
    #[track_caller]
    fn take_sent(&mut self) {
        let sent = std::mem::take(&mut *lock(&self.receiver.sent));
        self.outlet.note_progress(sent.bytes.len(), 0); // 0: no bytes wait for a socket
        self.read(&sent.bytes);
        if sent.closed {
            self.end();
        }
    }

    #[track_caller]
    fn wait(&self, until: Instant) {
        let left = until.saturating_duration_since(Instant::now());
        assert!(!left.is_zero(), "nothing arrived within {TIMEOUT:?}");
        let nothing = |sent: &mut Sent| sent.bytes.is_empty() && !sent.closed;
        let sent = lock(&self.receiver.sent);
        drop(self.receiver.changed.wait_timeout_while(sent, left, nothing));
    }

    /// Decodes bytes that the server's end sent.
    #[track_caller]
    fn read(&mut self, mut bytes: &[u8]) {
        while let Some(event) = self.reader.read(&mut bytes).expect("the app keeps to RFC 6455") {
            match event {
                Event::Text(text) => self.received.push_back(Message::Text(text)),
                Event::Binary(bytes) => self.received.push_back(Message::Binary(bytes)),
                Event::Ping(_) | Event::Pong(_) => {}
                Event::Close(close) => self.close = Some(close),
            }
        }
    }

    /// Ends the connection, if it has not ended: calls the handler's `close`.
    #[track_caller]
    fn end(&mut self) {
        if !std::mem::replace(&mut self.ended, true) {
            self.outlet.note_closed();
            self.conversation.proceed(CallReason::Closed, CallPlace::Worker, &[], &mut Vec::new());
        }
    }
}

impl Drop for TestSocket {
    /// Simulates a lost connection.
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for TestSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestSocket({} messages wait)", self.received.len())
    }
}
