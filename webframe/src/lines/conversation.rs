//! The conversation of a line protocol: splits the input into lines, calls the app, and sends its
//! replies.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{LineProtocol, LineSettings, Replies};
use crate::{
    live::{Conversation, Next, Occasion, Outcome, outlet::Outlet},
    pace::Pace,
    request::Peer,
};

/// Output of this size is written before the next line is handled.
const OUTPUT_BYTES_MAX: usize = 64 << 10;

/// The conversation with one client.
pub(super) struct Lines<P: LineProtocol> {
    protocol: Arc<P>,
    settings: Arc<LineSettings>,
    pace: Arc<Pace>,
    peer: Peer,
    session: Option<P::Session>,
    /// Parts of the last reply that wait for their pause.
    parts: VecDeque<Vec<u8>>,
    next_part_at: Instant,
    /// When the last complete line arrived.
    idle_since: Instant,
    /// When the incomplete line began.
    line_since: Option<Instant>,
    closes: bool,
    outlet: Option<Outlet>,
}

/// The beginning of the input.
enum LineStart {
    /// A line: its length, and its length with the line end.
    Line(usize, usize),
    /// The beginning of a line.
    Part,
    TooLong,
}

impl<P: LineProtocol> Lines<P> {
    pub(super) fn new(
        protocol: Arc<P>,
        settings: Arc<LineSettings>,
        pace: Arc<Pace>,
        peer: Peer,
    ) -> Lines<P> {
        let now = Instant::now();
        Lines {
            protocol,
            settings,
            pace,
            peer,
            session: None,
            parts: VecDeque::new(),
            next_part_at: now,
            idle_since: now,
            line_since: None,
            closes: false,
            outlet: None,
        }
    }

    /// Calls the app and sends its replies: the first part at once, the others after pauses.
    fn call(&mut self, output: &mut Vec<u8>, act: impl FnOnce(&P, &mut P::Session, &mut Replies)) {
        let Some(session) = &mut self.session else { return };
        let mut replies = Replies::new(self.settings.line_end, self.outlet.clone());
        act(&self.protocol, session, &mut replies);
        self.take(replies, output);
    }

    fn take(&mut self, replies: Replies, output: &mut Vec<u8>) {
        self.closes |= replies.closes;
        let mut parts = replies.parts.into_iter();
        output.extend_from_slice(&parts.next().unwrap_or_default());
        self.parts.extend(parts);
        self.next_part_at = Instant::now() + self.settings.pause;
    }

    fn find(&self, input: &[u8], ends_here: bool) -> LineStart {
        let max = self.settings.line_bytes_max;
        match memchr::memchr(b'\n', input) {
            Some(at) => {
                let line = input[..at].strip_suffix(b"\r").unwrap_or(&input[..at]);
                if line.len() > max {
                    LineStart::TooLong
                } else {
                    LineStart::Line(line.len(), at + 1)
                }
            }
            None if input.len() > max + 1 => LineStart::TooLong,
            None if ends_here && !input.is_empty() => LineStart::Line(input.len(), input.len()),
            None => LineStart::Part,
        }
    }

    /// Handles complete lines. Returns the number of consumed bytes.
    fn lines(&mut self, input: &[u8], mut ends_here: bool, output: &mut Vec<u8>) -> usize {
        let mut consumed = 0;
        while !self.closes && self.parts.is_empty() && output.len() < OUTPUT_BYTES_MAX {
            match self.find(&input[consumed..], ends_here) {
                LineStart::Part => break,
                LineStart::TooLong => {
                    self.call(output, |protocol, session, replies| {
                        protocol.too_long(session, replies);
                    });
                    self.closes = true;
                    return input.len();
                }
                LineStart::Line(length, with_end) => {
                    let line = &input[consumed..consumed + length];
                    consumed += with_end;
                    ends_here &= consumed < input.len();
                    self.idle_since = Instant::now();
                    self.line_since = None;
                    self.call(output, |protocol, session, replies| {
                        protocol.line(session, line, replies);
                    });
                }
            }
        }
        consumed
    }

    /// Whether a deadline of the client has passed.
    fn is_overdue(&self, now: Instant) -> bool {
        let line = self.line_since.is_some_and(|since| now >= since + self.settings.line);
        line || now >= self.idle_since + self.settings.idle
    }

    fn next(&self, rest: usize, output: &[u8]) -> Next {
        let now = Instant::now();
        if !self.parts.is_empty() {
            return Next::Wait(Some(self.next_part_at.saturating_duration_since(now)));
        }
        if self.closes {
            return Next::Close;
        }
        if rest > 0 && output.len() >= OUTPUT_BYTES_MAX {
            return Next::Again;
        }
        let idle = self.idle_since + self.settings.idle;
        let line = self.line_since.map(|since| since + self.settings.line);
        let ends = line.map_or(idle, |line| line.min(idle));
        let left = ends.saturating_duration_since(now);
        match self.settings.pause_ends_line.filter(|_| rest > 0) {
            Some(pause) => Next::Wait(Some(pause.min(left))),
            None => Next::Wait(Some(left.max(Duration::from_millis(1)))),
        }
    }
}

impl<P: LineProtocol> Conversation for Lines<P> {
    fn attach(&mut self, outlet: Outlet) {
        self.outlet = Some(outlet);
    }

    fn proceed(&mut self, occasion: Occasion, input: &[u8], output: &mut Vec<u8>) -> Outcome {
        let now = Instant::now();
        let timed_out = occasion == Occasion::TimedOut;
        let mut ends_here = occasion == Occasion::Ended;
        match occasion {
            Occasion::Opened => {
                let mut replies = Replies::new(self.settings.line_end, self.outlet.clone());
                self.session = Some(self.protocol.open(self.peer, &mut replies));
                self.take(replies, output);
            }
            Occasion::Closed => {
                if let Some(session) = self.session.take() {
                    self.protocol.closed(session);
                }
                return Outcome { consumed: input.len(), next: Next::Close };
            }
            Occasion::TimedOut if !self.parts.is_empty() => {
                if now >= self.next_part_at {
                    output.extend_from_slice(&self.parts.pop_front().unwrap_or_default());
                    self.next_part_at = now + self.settings.pause;
                }
            }
            Occasion::TimedOut => ends_here = self.settings.pause_ends_line.is_some(),
            Occasion::Stopping => {
                output.extend(self.parts.drain(..).flatten());
            }
            Occasion::Input | Occasion::Ended => {}
        }
        let consumed = self.lines(input, ends_here, output);
        if occasion == Occasion::Ended {
            output.extend(self.parts.drain(..).flatten()); // pauses are useless after the end
        }
        let rest = input.len() - consumed;
        self.line_since = (rest > 0).then(|| self.line_since.unwrap_or(now));
        let overdue = timed_out && self.parts.is_empty() && self.is_overdue(now);
        if (overdue || occasion == Occasion::Stopping) && !self.closes {
            self.call(output, |protocol, session, replies| protocol.closing(session, replies));
            self.closes = true;
        }
        Outcome { consumed, next: self.next(rest, output) }
    }

    fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }
}

#[cfg(test)]
mod tests {
    use super::{super::LineEnd, *};

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
        let pace = Arc::new(Pace::quick());
        let mut lines = Lines::new(Arc::new(Echo), Arc::new(settings), pace, peer);
        lines.proceed(Occasion::Opened, b"", &mut Vec::new());
        lines
    }

    #[track_caller]
    fn check(lines: &mut Lines<Echo>, occasion: Occasion, input: &[u8], reply: &str, rest: usize) {
        let mut output = Vec::new();
        let outcome = lines.proceed(occasion, input, &mut output);
        assert_eq!(String::from_utf8(output).expect("text"), reply);
        assert_eq!(input.len() - outcome.consumed, rest);
    }

    #[test]
    fn complete_lines_are_answered_and_a_partial_line_waits() {
        let mut echo = lines(LineSettings::default());
        check(&mut echo, Occasion::Input, b"a\r\nb\nc", "a\r\nb\r\n", 1);
        check(&mut echo, Occasion::Input, b"cd\r", "", 3);
        check(&mut echo, Occasion::Ended, b"cd", "cd\r\n", 0);
    }

    #[test]
    fn a_pause_ends_a_line_only_if_the_protocol_allows_it() {
        let pause_ends_line = Some(Duration::from_millis(50));
        let mut course = lines(LineSettings { pause_ends_line, ..LineSettings::default() });
        check(&mut course, Occasion::Input, b"L a b", "", 5);
        check(&mut course, Occasion::TimedOut, b"L a b", "L a b\r\n", 0);
        check(&mut lines(LineSettings::default()), Occasion::TimedOut, b"L", "", 1);
    }

    #[test]
    fn the_parts_of_a_reply_are_sent_separately_and_in_a_row() {
        let settings = LineSettings { pause: Duration::ZERO, ..LineSettings::default() };
        let mut echo = lines(settings);
        check(&mut echo, Occasion::Input, b"rows\nx\n", "a\r\n", 2);
        check(&mut echo, Occasion::TimedOut, b"x\n", "b\r\n", 2);
        check(&mut echo, Occasion::TimedOut, b"x\n", "c\r\n", 2);
        check(&mut echo, Occasion::TimedOut, b"x\n", "x\r\n", 0);
    }

    #[test]
    fn a_line_that_is_too_long_closes_the_connection() {
        let mut echo = lines(LineSettings { line_bytes_max: 3, ..LineSettings::default() });
        check(&mut echo, Occasion::Input, b"abc\r\n", "abc\r\n", 0);
        let mut output = Vec::new();
        let outcome = echo.proceed(Occasion::Input, b"abcde", &mut output);
        assert_eq!((&output[..], outcome.next), (&b"too long\r\n"[..], Next::Close));
        let mut whole = lines(LineSettings { line_bytes_max: 3, ..LineSettings::default() });
        check(&mut whole, Occasion::Input, b"abcd\n", "too long\r\n", 0);
    }

    #[test]
    fn a_reply_cannot_begin_another_line() {
        let mut replies = Replies::new(LineEnd::Lf, None);
        replies.line("a\r\nb");
        assert_eq!(replies.parts, [b"a  b\n"]);
    }
}
