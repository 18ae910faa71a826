//! What every reader keeps while it reads: the place of the last entry, how far it is, and what
//! was odd.

use crate::model::Entry;

use super::Progress;
use super::error::Place;
use super::input::source::Meter;
use super::oddity::{Oddities, OddityKind};
use super::readers::draft::Draft;

/// The state of a reading.
#[derive(Debug)]
pub struct ReadState {
    /// The entry last given, or the place that is being read.
    pub(super) place: Place,
    meter: Meter,
    oddities: Oddities,
}

impl ReadState {
    pub(super) fn new(place: Place, meter: Meter) -> ReadState {
        ReadState { place, meter, oddities: Oddities::default() }
    }

    /// The place of the entry last given.
    pub fn place(&self) -> Place {
        self.place
    }

    /// How much of the file is read.
    pub fn progress(&self) -> Progress {
        self.meter.progress()
    }

    /// What was odd so far.
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

    /// The entry of a draft; if it is none, the reason is reported.
    pub(super) fn finish(&mut self, draft: Draft<'_>) -> Option<Entry> {
        let headword = draft.headword;
        draft.finish().map_err(|kind| self.note(kind, headword)).ok()
    }
}
