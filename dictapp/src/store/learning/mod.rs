//! Learning: saved words and their reviews, preferences, classes with their word lists, and Anki
//! packages.

mod anki;
pub(crate) mod classes;
mod export;
mod lists;
mod preferences;
mod reviews;
mod saved_words;
mod saving;

pub use anki::{
    ANKI_PACKAGE_BYTES_MAX, AnkiFault, AnkiNote, AnkiNoteType, AnkiPart, AnkiRow, anki_package,
    read_anki,
};
pub use classes::lists::LISTS_OF_CLASS_MAX;
pub use classes::{
    CLASS_MEMBERS_MAX, CLASSES_OF_PUPIL_MAX, CLASSES_OF_TEACHER_MAX, Class, ClassId, ClassList,
    Member, Membership, NewClass, NewClassList, PupilList,
};
pub use export::{StoredPreference, StoredReview, StoredWord};
pub use lists::OwnListCounts;
pub use reviews::{Counted, DayCount, NewReview, Recorded};
pub use saved_words::{SavedFilter, SavedWord, SavedWordCounts, SavedWordText, WordListStart};
pub use saving::SavedMany;

#[cfg(test)]
pub(crate) use export::{PREFERENCES, REVIEWS, WORDS};
#[cfg(test)]
pub(crate) use lists::{
    DUE_IN_CLASS_LIST, DUE_IN_OWN_LIST, OWN_LIST_COUNTS, UNSAVED_OF_CLASS_LIST,
};
#[cfg(test)]
pub(crate) use reviews::DUE_DAYS;
#[cfg(test)]
pub(crate) use saved_words::{COUNT_LEARNT, COUNTS, DUE, LIST};
