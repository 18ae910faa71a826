//! The state that every reader of a book keeps: the place of the last entry (`line 7`), the
//! progress, and the warnings (faults in the file that do not stop an import).

use crate::model::Entry;

use super::Progress;
use super::error::Place;
use super::input::rewritten_quotes::OpenQuote;
use super::input::source::Meter;
use super::readers::draft::Draft;
use super::warning::{WarningKind, Warnings};

/// The state of a reader.
#[derive(Debug)]
pub struct ReadState {
    /// The place of the last entry, or the place that is being read.
    pub(super) place: Place,
    meter: Meter,
    warnings: Warnings,
}

impl ReadState {
    pub(super) fn new(place: Place, meter: Meter) -> ReadState {
        ReadState { place, meter, warnings: Warnings::default() }
    }

    /// The place of the last entry.
    pub fn place(&self) -> Place {
        self.place
    }

    /// How far the file has been read.
    pub fn progress(&self) -> Progress {
        self.meter.progress()
    }

    /// The warnings so far.
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// Reports a warning at the current place.
    pub(super) fn warn(&mut self, kind: WarningKind, detail: &str) {
        self.warnings.add(kind, self.place, detail);
    }

    /// Reports a warning at another place.
    pub(super) fn warn_at(&mut self, kind: WarningKind, place: Place, detail: &str) {
        self.warnings.add(kind, place, detail);
    }

    /// Warns of the quotes of a table that were left out because they are not closed.
    pub(super) fn warn_of_open_quotes(&mut self, quotes: Vec<OpenQuote>) {
        for quote in quotes {
            self.warn_at(WarningKind::BadDetail, Place::Line(quote.line), &quote.text);
        }
    }

    /// Checks a draft (the parts of an entry as found in the file) and makes an entry of it.
    /// `None`: it is invalid; the reason is reported as a warning.
    pub(super) fn finish(&mut self, draft: Draft<'_>) -> Option<Entry> {
        let headword = draft.headword;
        let (entry, lost) = draft.finish().map_err(|kind| self.warn(kind, headword)).ok()?;
        lost.into_iter().for_each(|kind| self.warn(kind, headword));
        Some(entry)
    }
}
