//! The state that the reader of a book keeps: the place of the last entry, the progress, and the
//! oddities (faults that do not stop an import).

use crate::model::Entry;

use super::Progress;
use super::error::Place;
use super::input::source::Meter;
use super::oddity::{Oddities, OddityKind};
use super::readers::draft::Draft;

/// The state of a reader.
#[derive(Debug)]
pub struct ReadState {
    /// The place of the last entry, or the place that is being read.
    pub(super) place: Place,
    meter: Meter,
    oddities: Oddities,
}

impl ReadState {
    pub(super) fn new(place: Place, meter: Meter) -> ReadState {
        ReadState { place, meter, oddities: Oddities::default() }
    }

    /// The place of the last entry.
    pub fn place(&self) -> Place {
        self.place
    }

    /// How far the file has been read.
    pub fn progress(&self) -> Progress {
        self.meter.progress()
    }

    /// The oddities so far.
    pub fn oddities(&self) -> &Oddities {
        &self.oddities
    }

    /// Reports an oddity at the current place.
    pub(super) fn note(&mut self, kind: OddityKind, about: &str) {
        self.oddities.note(kind, self.place, about);
    }

    /// Reports an oddity at another place.
    pub(super) fn note_at(&mut self, kind: OddityKind, place: Place, about: &str) {
        self.oddities.note(kind, place, about);
    }

    /// Reports the quotes of a table that were left out, each with its line.
    pub(super) fn note_open_quotes(&mut self, quotes: Vec<(u64, String)>) {
        for (line, text) in quotes {
            self.note_at(OddityKind::BadDetail, Place::Line(line), &text);
        }
    }

    /// Checks a draft (the parts of an entry as found in the file) and makes an entry of it.
    /// `None`: it is invalid; the reason is reported as an oddity.
    pub(super) fn finish(&mut self, draft: Draft<'_>) -> Option<Entry> {
        let headword = draft.headword;
        let (entry, lost) = draft.finish().map_err(|kind| self.note(kind, headword)).ok()?;
        lost.into_iter().for_each(|kind| self.note(kind, headword));
        Some(entry)
    }
}
