//! The conversation of a line protocol with one client: splits the input into lines, calls the app,
//! and sends its replies. A reply may have parts with pauses between them.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{LineProtocol, Replies, Service};
use crate::{
    live::{CallPlace, CallReason, Conversation, Next, Outcome, outlet::Outlet},
    pace::Pace,
    request::Peer,
};

/// Output of this size is written before the next line is handled.
const OUTPUT_BYTES_MAX: usize = 64 << 10;

/// The conversation with one client. There may be thousands of idle clients, so rarely used fields
/// are in boxes to save memory.
pub(super) struct Lines<P: LineProtocol> {
    service: Arc<Service<P>>,
    /// The peer, until its session is opened.
    peer: Option<Box<Peer>>,
    session: Option<P::Session>,
    /// The parts of replies that are not sent yet.
    parts: Option<Box<Parts>>,
    /// The deadline of an idle client, or of a line that has begun.
    ends_at: Instant,
    /// A line has begun.
    in_line: bool,
    /// The connection closes when all replies are sent.
    closes: bool,
    /// Sends from any thread, for the app.
    outlet: Option<Outlet>,
}

/// The parts of replies that are not sent yet; at least one. There is a pause before each.
struct Parts {
    queue: VecDeque<Vec<u8>>,
    /// The end of the pause before the first of these parts.
    next_at: Instant,
}

/// Whether the end of the input is the end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InputEnd {
    MayContinue,
    EndsLine,
}

/// The beginning of the input.
enum LineStart {
    /// A complete line.
    Line {
        /// The length without the line end.
        length: usize,
        /// The length with the line end.
        with_end: usize,
    },
    /// The beginning of a line.
    Part,
    TooLong,
}

impl<P: LineProtocol> Lines<P> {
    pub(super) fn new(service: Arc<Service<P>>, peer: Peer) -> Lines<P> {
        Lines {
            ends_at: Instant::now() + service.settings.idle,
            service,
            peer: Some(Box::new(peer)),
            session: None,
            parts: None,
            in_line: false,
            closes: false,
            outlet: None,
        }
    }

    /// Creates the session of a client that has just connected.
    fn open(&mut self, output: &mut Vec<u8>) {
        let Some(peer) = self.peer.take() else { return };
        let mut replies = Replies::new(self.service.settings.line_end, self.outlet.clone());
        self.session = Some(self.service.protocol.open(*peer, &mut replies));
        self.take_replies(replies, output);
    }

    /// Calls the app and sends its replies.
    fn call(&mut self, output: &mut Vec<u8>, act: impl FnOnce(&P, &mut P::Session, &mut Replies)) {
        let Some(session) = &mut self.session else { return };
        let mut replies = Replies::new(self.service.settings.line_end, self.outlet.clone());
        act(&self.service.protocol, session, &mut replies);
        self.take_replies(replies, output);
    }

    /// Appends the first part of the replies to the output and queues the other parts.
    fn take_replies(&mut self, replies: Replies, output: &mut Vec<u8>) {
        self.closes |= replies.closes;
        let mut parts = replies.parts.into_iter();
        output.extend_from_slice(&parts.next().unwrap_or_default());
        let waiting = self.parts.take().map(|parts| parts.queue).unwrap_or_default();
        let queue: VecDeque<Vec<u8>> = waiting.into_iter().chain(parts).collect();
        let next_at = Instant::now() + self.service.settings.pause;
        self.parts = (!queue.is_empty()).then(|| Box::new(Parts { queue, next_at }));
    }

    /// Sends the next part of a reply if its pause is over.
    fn send_part(&mut self, now: Instant, output: &mut Vec<u8>) {
        let Some(parts) = self.parts.as_mut().filter(|parts| now >= parts.next_at) else { return };
        output.extend_from_slice(&parts.queue.pop_front().unwrap_or_default());
        parts.next_at = now + self.service.settings.pause;
        if parts.queue.is_empty() {
            self.parts = None;
        }
    }

    /// Sends all parts of a reply: pauses are useless when the connection ends.
    fn send_parts(&mut self, output: &mut Vec<u8>) {
        if let Some(parts) = self.parts.take() {
            output.extend(parts.queue.into_iter().flatten());
        }
    }

    /// Finds the line at the beginning of the input.
    fn find_line(&self, input: &[u8], end: InputEnd) -> LineStart {
        let max = self.service.settings.line_bytes_max;
        match memchr::memchr(b'\n', input) {
            Some(at) => {
                let line = input[..at].strip_suffix(b"\r").unwrap_or(&input[..at]);
                if line.len() > max {
                    LineStart::TooLong
                } else {
                    LineStart::Line { length: line.len(), with_end: at + 1 }
                }
            }
            // One byte more than `max` may be the CR of the line end.
            None if input.len() > max + 1 => LineStart::TooLong,
            None if end == InputEnd::EndsLine && !input.is_empty() => {
                LineStart::Line { length: input.len(), with_end: input.len() }
            }
            None => LineStart::Part,
        }
    }

    /// Handles complete lines. Returns the number of consumed bytes.
    fn handle_lines(&mut self, input: &[u8], end: InputEnd, output: &mut Vec<u8>) -> usize {
        let mut consumed = 0;
        while !self.closes && self.parts.is_none() && output.len() < OUTPUT_BYTES_MAX {
            match self.find_line(&input[consumed..], end) {
                LineStart::Part => break,
                LineStart::TooLong => {
                    self.call(output, |protocol, session, replies| {
                        protocol.too_long(session, replies);
                    });
                    self.closes = true;
                    return input.len();
                }
                LineStart::Line { length, with_end } => {
                    let line = &input[consumed..consumed + length];
                    consumed += with_end;
                    self.ends_at = Instant::now() + self.service.settings.idle;
                    self.in_line = false;
                    self.call(output, |protocol, session, replies| {
                        protocol.line(session, line, replies);
                    });
                }
            }
        }
        consumed
    }

    /// Sets the deadline of a line that has begun. `rest` is the number of bytes after the last
    /// complete line.
    fn note_rest(&mut self, rest: usize, now: Instant) {
        if rest > 0 && !self.in_line {
            self.ends_at = self.ends_at.min(now + self.service.settings.line);
        }
        self.in_line = rest > 0;
    }

    /// The step after a call. `rest` is the number of bytes after the last complete line.
    fn next(&self, rest: usize, output: &[u8]) -> Next {
        let now = Instant::now();
        if let Some(parts) = &self.parts {
            return Next::Wait(Some(parts.next_at.saturating_duration_since(now)));
        }
        if self.closes {
            return Next::Close;
        }
        if rest > 0 && output.len() >= OUTPUT_BYTES_MAX {
            return Next::Again;
        }
        let left = self.ends_at.saturating_duration_since(now);
        match self.service.settings.pause_ends_line.filter(|_| rest > 0) {
            Some(pause) => Next::Wait(Some(pause.min(left))),
            None => Next::Wait(Some(left.max(Duration::from_millis(1)))),
        }
    }
}

impl<P: LineProtocol> Conversation for Lines<P> {
    fn attach(&mut self, outlet: Outlet) {
        self.outlet = Some(outlet);
    }

    fn proceed(
        &mut self,
        reason: CallReason,
        _: CallPlace,
        input: &[u8],
        output: &mut Vec<u8>,
    ) -> Outcome {
        let now = Instant::now();
        let timed_out = reason == CallReason::TimedOut;
        let mut end = InputEnd::MayContinue;
        match reason {
            CallReason::Opened => self.open(output),
            CallReason::Closed => {
                if let Some(session) = self.session.take() {
                    self.service.protocol.closed(session);
                }
                return Outcome { consumed: input.len(), next: Next::Close };
            }
            CallReason::TimedOut if self.parts.is_some() => self.send_part(now, output),
            CallReason::TimedOut if self.service.settings.pause_ends_line.is_some() => {
                end = InputEnd::EndsLine;
            }
            CallReason::Ended => end = InputEnd::EndsLine,
            CallReason::Stopping => self.send_parts(output),
            CallReason::Input | CallReason::TimedOut => {}
        }
        let consumed = self.handle_lines(input, end, output);
        if reason == CallReason::Ended {
            self.send_parts(output);
        }
        let rest = input.len() - consumed;
        self.note_rest(rest, now);
        let is_overdue = timed_out && self.parts.is_none() && now >= self.ends_at;
        if (is_overdue || reason == CallReason::Stopping) && !self.closes {
            self.call(output, |protocol, session, replies| protocol.closing(session, replies));
            self.closes = true;
        }
        Outcome { consumed, next: self.next(rest, output) }
    }

    fn pace(&self) -> &Arc<Pace> {
        &self.service.pace
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{LineEnd, LineSettings},
        *,
    };

    /// Repeats each line; `rows` gets three parts, `quit` closes.
    struct Echo;

    impl LineProtocol for Echo {
        type Session = ();

        fn open(&self, _: Peer, replies: &mut Replies) {
            replies.line("hello");
        }

        fn line(&self, (): &mut (), line: &[u8], replies: &mut Replies) {
            match line {
                b"quit" => replies.close(),
                b"rows" => ["a", "b", "c"].into_iter().for_each(|row| {
                    replies.line(row);
                    replies.pause();
                }),
                line => replies.line(&String::from_utf8_lossy(line)),
            }
        }

        fn too_long(&self, (): &mut (), replies: &mut Replies) {
            replies.line("too long");
        }
    }

    fn lines(settings: LineSettings) -> Lines<Echo> {
        let peer = Peer { address: ([127, 0, 0, 1], 1).into(), encrypted: false };
        let mut lines = Lines::new(Arc::new(Service::new(Echo, settings)), peer);
        lines.proceed(CallReason::Opened, CallPlace::Shard, b"", &mut Vec::new());
        lines
    }

    #[track_caller]
    fn check(lines: &mut Lines<Echo>, reason: CallReason, input: &[u8], reply: &str, rest: usize) {
        let mut output = Vec::new();
        let outcome = lines.proceed(reason, CallPlace::Shard, input, &mut output);
        assert_eq!(String::from_utf8(output).expect("text"), reply);
        assert_eq!(input.len() - outcome.consumed, rest);
    }

    #[test]
    fn complete_lines_are_answered_and_a_partial_line_waits() {
        let mut echo = lines(LineSettings::default());
        check(&mut echo, CallReason::Input, b"a\r\nb\nc", "a\r\nb\r\n", 1);
        check(&mut echo, CallReason::Input, b"cd\r", "", 3);
        check(&mut echo, CallReason::Ended, b"cd", "cd\r\n", 0);
    }

    #[test]
    fn a_pause_ends_a_line_only_if_the_protocol_allows_it() {
        let pause_ends_line = Some(Duration::from_millis(50));
        let mut lenient = lines(LineSettings { pause_ends_line, ..LineSettings::default() });
        check(&mut lenient, CallReason::Input, b"L a b", "", 5);
        check(&mut lenient, CallReason::TimedOut, b"L a b", "L a b\r\n", 0);
        check(&mut lines(LineSettings::default()), CallReason::TimedOut, b"L", "", 1);
    }

    #[test]
    fn the_parts_of_a_reply_are_sent_separately_and_in_a_row() {
        let settings = LineSettings { pause: Duration::ZERO, ..LineSettings::default() };
        let mut echo = lines(settings);
        check(&mut echo, CallReason::Input, b"rows\nx\n", "a\r\n", 2);
        check(&mut echo, CallReason::TimedOut, b"x\n", "b\r\n", 2);
        check(&mut echo, CallReason::TimedOut, b"x\n", "c\r\n", 2);
        check(&mut echo, CallReason::TimedOut, b"x\n", "x\r\n", 0);
    }

    #[test]
    fn a_line_that_is_too_long_closes_the_connection() {
        let mut echo = lines(LineSettings { line_bytes_max: 3, ..LineSettings::default() });
        check(&mut echo, CallReason::Input, b"abc\r\n", "abc\r\n", 0);
        let mut output = Vec::new();
        let outcome = echo.proceed(CallReason::Input, CallPlace::Shard, b"abcde", &mut output);
        assert_eq!((&output[..], outcome.next), (&b"too long\r\n"[..], Next::Close));
        let mut whole = lines(LineSettings { line_bytes_max: 3, ..LineSettings::default() });
        check(&mut whole, CallReason::Input, b"abcd\n", "too long\r\n", 0);
    }

    /// Each conversation is in a box of its own: with the allocator's header, 56 bytes become 64.
    #[test]
    fn an_idle_client_is_small() {
        assert!(size_of::<Lines<Echo>>() <= 56, "{} bytes", size_of::<Lines<Echo>>());
    }

    #[test]
    fn a_line_that_has_begun_ends_no_later_than_an_idle_client() {
        let second = Duration::from_secs(1);
        let settings = LineSettings { idle: 10 * second, line: 3 * second, ..Default::default() };
        let mut echo = lines(settings);
        let wait = |echo: &mut Lines<Echo>, input: &[u8]| match echo
            .proceed(CallReason::Input, CallPlace::Shard, input, &mut Vec::new())
            .next
        {
            Next::Wait(Some(time)) => time,
            next => panic!("{next:?}"),
        };
        assert!(wait(&mut echo, b"a\n") > 9 * second);
        let begun = wait(&mut echo, b"a");
        assert!(begun <= 3 * second);
        assert!(wait(&mut echo, b"ab") <= begun, "more of the line does not extend its time");
        assert!(wait(&mut echo, b"ab\n") > 9 * second);
    }

    #[test]
    fn a_reply_cannot_begin_another_line() {
        let mut replies = Replies::new(LineEnd::Lf, None);
        replies.line("a\r\nb");
        assert_eq!(replies.parts, [b"a  b\n"]);
    }
}
