//! Reads the bytes of a peer: parses, unmasks and assembles frames into events. Every step is
//! limited.

use super::{
    Close, Deflate, Fault, Kind, MessageLimits, Role,
    deflate::Inflater,
    frame::{FrameHead, HEAD_BYTES_MAX, Opcode, apply_mask},
    message::PartialMessage,
};

/// A complete message or control frame of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A text.
    Text(String),
    /// Any bytes.
    Binary(Vec<u8>),
    /// A ping. The answer is a pong with the same payload.
    Ping(Vec<u8>),
    /// A pong.
    Pong(Vec<u8>),
    /// The peer closes and sends nothing after it.
    Close(Close),
}

/// Reads the bytes of a peer, which may arrive in any pieces.
#[derive(Debug)]
pub(crate) struct Reader {
    role: Role,
    deflate: Option<Deflate>,
    limits: MessageLimits,
    state: State,
    /// The bytes of an incomplete head.
    head: Vec<u8>,
    /// The incomplete message.
    message: Option<Box<PartialMessage>>,
}

#[derive(Debug)]
enum State {
    /// Expects a head.
    Head,
    /// Expects `left` more bytes of a payload. `control` has the bytes of a control frame so far.
    Payload { head: FrameHead, left: u64, control: Vec<u8> },
    /// The peer has closed or violated a rule: all further input is discarded.
    Closed,
}

impl Reader {
    pub(crate) fn new(role: Role, deflate: Option<Deflate>, limits: MessageLimits) -> Reader {
        let state = State::Head;
        let head = Vec::new();
        Reader { role, deflate, limits, state, head, message: None }
    }

    /// Reads up to the next event and advances `input`. `None`: all of `input` was consumed without
    /// completing an event.
    ///
    /// # Errors
    /// The rule that the peer violated. All further input is discarded.
    pub(crate) fn read(&mut self, input: &mut &[u8]) -> Result<Option<Event>, Fault> {
        let read = self.read_event(input);
        if matches!(read, Err(_) | Ok(Some(Event::Close(_)))) {
            (self.state, self.message, self.head) = (State::Closed, None, Vec::new());
        }
        read
    }

    /// Like [`Reader::read`], but does not enter the state [`State::Closed`].
    fn read_event(&mut self, input: &mut &[u8]) -> Result<Option<Event>, Fault> {
        loop {
            match &mut self.state {
                State::Closed => {
                    *input = &[];
                    return Ok(None);
                }
                State::Head => {
                    let Some(head) = self.read_head(input)? else { return Ok(None) };
                    self.begin_frame(&head)?;
                    let left = head.length;
                    let control = Vec::new();
                    self.state = State::Payload { head, left, control };
                }
                State::Payload { .. } => {
                    if !self.read_payload(input)? {
                        return Ok(None);
                    }
                    if let Some(event) = self.end_frame()? {
                        return Ok(Some(event));
                    }
                }
            }
        }
    }

    /// Reads the next head, from the bytes kept of the last piece and the input. `None`: it is
    /// incomplete, and its bytes are kept.
    fn read_head(&mut self, input: &mut &[u8]) -> Result<Option<FrameHead>, Fault> {
        let kept = self.head.len();
        let parsed = match kept {
            0 => FrameHead::parse(input, self.role)?,
            _ => {
                let wanted = HEAD_BYTES_MAX.saturating_sub(kept).min(input.len());
                self.head.extend_from_slice(input.get(..wanted).unwrap_or_default());
                FrameHead::parse(&self.head, self.role)?
            }
        };
        match parsed {
            Some((head, length)) => {
                *input = input.get(length.saturating_sub(kept)..).unwrap_or_default();
                self.head = Vec::new();
                Ok(Some(head))
            }
            None => {
                if kept == 0 {
                    self.head.extend_from_slice(input);
                }
                *input = &[];
                Ok(None)
            }
        }
    }

    /// Checks a frame against the frames before it.
    fn begin_frame(&mut self, head: &FrameHead) -> Result<(), Fault> {
        if head.opcode.is_control() {
            return Ok(());
        }
        let starts = head.opcode != Opcode::Continuation;
        if head.compressed && (self.deflate.is_none() || !starts) {
            return Err(Fault::ReservedBit);
        }
        if usize::try_from(head.length).unwrap_or(usize::MAX) > self.limits.frame_bytes_max {
            return Err(Fault::FrameTooLarge);
        }
        if starts {
            if self.message.is_some() {
                return Err(Fault::MessageUnfinished);
            }
            let kind = if head.opcode == Opcode::Text { Kind::Text } else { Kind::Binary };
            let inflater = head.compressed.then(Inflater::new);
            let message = PartialMessage::new(kind, inflater, self.limits.message_bytes_max);
            self.message = Some(Box::new(message));
        }
        let message = self.message.as_mut().ok_or(Fault::NothingToContinue)?;
        message.begin_frame(head.length, self.limits.fragments_max)
    }

    /// Consumes the available part of the payload. Returns whether the payload is complete.
    fn read_payload(&mut self, input: &mut &[u8]) -> Result<bool, Fault> {
        let State::Payload { head, left, control } = &mut self.state else { return Ok(true) };
        let wanted = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
        let (piece, rest) = input.split_at_checked(wanted).unwrap_or_default();
        *input = rest;
        *left = left.saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        let mut unmask = |bytes: &mut [u8]| {
            if let Some(mask) = &mut head.mask {
                *mask = apply_mask(bytes, *mask);
            }
        };
        let is_complete = *left == 0;
        match &mut self.message {
            Some(message) if !head.opcode.is_control() => message.append(piece, unmask)?,
            _ => {
                let start = control.len();
                control.extend_from_slice(piece);
                unmask(control.get_mut(start..).unwrap_or_default());
            }
        }
        Ok(is_complete)
    }

    /// Called when a frame is complete. Returns the event, if the frame completes one.
    fn end_frame(&mut self) -> Result<Option<Event>, Fault> {
        let state = std::mem::replace(&mut self.state, State::Head);
        let State::Payload { head, control, .. } = state else { return Ok(None) };
        match head.opcode {
            Opcode::Ping => Ok(Some(Event::Ping(control))),
            Opcode::Pong => Ok(Some(Event::Pong(control))),
            Opcode::Close => Close::parse(&control).map(|close| Some(Event::Close(close))),
            Opcode::Continuation | Opcode::Text | Opcode::Binary if head.fin => {
                let Some(message) = self.message.take() else { return Ok(None) };
                let event = match message.finish()? {
                    (Kind::Text, bytes) => {
                        Event::Text(String::from_utf8(bytes).map_err(|_| Fault::Utf8)?)
                    }
                    (Kind::Binary, bytes) => Event::Binary(bytes),
                };
                Ok(Some(event))
            }
            Opcode::Continuation | Opcode::Text | Opcode::Binary => Ok(None),
        }
    }
}
