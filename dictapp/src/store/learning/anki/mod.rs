//! Writes and reads packages (`.apkg`) of Anki, a program for flash cards, for exports and imports
//! of words.

mod fault;
mod package;
mod read;

pub use fault::{AnkiFault, AnkiPart};
pub use package::{AnkiNote, anki_package};
pub use read::{ANKI_PACKAGE_BYTES_MAX, AnkiNoteType, AnkiRow, read_anki};

/// The names of the fields of a note in packages of this program, in the order of
/// `AnkiNote::fields`.
const FIELDS: [&str; 6] = ["Word", "Pronunciation", "Meaning", "Example", "Sentence", "Note"];

/// Separates the fields of a note.
const SEPARATOR: &str = "\u{1f}";

/// Separates the name of a deck from that of the deck above it.
const DECK_SEPARATOR: &str = "::";
