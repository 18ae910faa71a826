//! Assembles a message from the payloads of its frames. Checks the limits, inflates a compressed
//! message, and checks while a text arrives that it is UTF-8.

use super::{Fault, Kind, deflate::Inflater};

/// An incomplete message.
#[derive(Debug)]
pub(super) struct PartialMessage {
    kind: Kind,
    bytes: Vec<u8>,
    /// Length of the part of a text that is valid UTF-8.
    checked: usize,
    /// `None`: the message is not compressed.
    inflater: Option<Inflater>,
    /// Number of frames so far.
    fragments: u32,
    bytes_max: usize,
}

impl PartialMessage {
    pub(super) fn new(kind: Kind, inflater: Option<Inflater>, bytes_max: usize) -> PartialMessage {
        PartialMessage { kind, bytes: Vec::new(), checked: 0, inflater, fragments: 0, bytes_max }
    }

    /// Checks the next frame, of this length, against the limits.
    pub(super) fn begin_frame(&mut self, length: u64, fragments_max: u32) -> Result<(), Fault> {
        self.fragments = self.fragments.saturating_add(1);
        if self.fragments > fragments_max {
            return Err(Fault::TooManyFragments);
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let plain = self.inflater.is_none();
        if plain && self.bytes.len().saturating_add(length) > self.bytes_max {
            return Err(Fault::MessageTooLarge);
        }
        Ok(())
    }

    /// Appends the next bytes of a payload after unmasking them with `unmask`.
    pub(super) fn append(
        &mut self,
        piece: &[u8],
        unmask: impl FnOnce(&mut [u8]),
    ) -> Result<(), Fault> {
        match &mut self.inflater {
            None => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(piece);
                unmask(self.bytes.get_mut(start..).unwrap_or_default());
            }
            Some(inflater) => {
                let mut coded = piece.to_vec();
                unmask(&mut coded);
                inflater.inflate(&coded, &mut self.bytes, self.bytes_max)?;
            }
        }
        self.check_text()
    }

    /// Ends the message and returns it.
    pub(super) fn finish(mut self) -> Result<(Kind, Vec<u8>), Fault> {
        if let Some(inflater) = self.inflater.take() {
            inflater.finish(&mut self.bytes, self.bytes_max)?;
            self.check_text()?;
        }
        match self.kind {
            Kind::Text if self.checked < self.bytes.len() => Err(Fault::Utf8),
            kind => Ok((kind, self.bytes)),
        }
    }

    /// Refuses a text at the first byte that cannot be UTF-8. The last character may be incomplete.
    fn check_text(&mut self) -> Result<(), Fault> {
        if self.kind == Kind::Binary {
            return Ok(());
        }
        let fresh = self.bytes.get(self.checked..).unwrap_or_default();
        let valid = match std::str::from_utf8(fresh) {
            Ok(_) => fresh.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Err(Fault::Utf8),
        };
        self.checked = self.checked.saturating_add(valid);
        Ok(())
    }
}
