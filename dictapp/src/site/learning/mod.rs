//! A user's word book (the words that the user has saved), its reviews, and classes, for pages and
//! the API.

mod classes;
mod lists;
mod progress;

pub use classes::{
    CLASS_LIST_WORDS_MAX, ClassChange, NewList, TEACHERS_ONLY, TaughtClass, TaughtList,
};
pub use lists::ListToReview;

use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;
use webframe::Error;

use super::{CurrentUser, Site};
use crate::bidi::is_bidi_control;
use crate::model::{Grade, Memory, Word};
use crate::store::{
    ANKI_PACKAGE_BYTES_MAX, NewReview, Recorded, SavedFilter, SavedMany, SavedWord,
    SavedWordCounts, SavedWordText, StoreError, WordListStart,
};
use crate::throttle::Action;

/// Maximum number of words that a user may save.
pub const SAVED_WORDS_MAX: u64 = 20_000;

/// Maximum size of a file of words that is imported, in bytes.
pub const IMPORT_BYTES_MAX: u64 = ANKI_PACKAGE_BYTES_MAX;

/// Maximum size of a form with words that were typed or pasted, in bytes.
pub const TYPED_BYTES_MAX: u64 = 1 << 20;

/// Maximum number of characters of a note and of a sentence.
const NOTE_CHARS_MAX: usize = 1000;

/// Maximum number of characters of the name of a list.
const LIST_CHARS_MAX: usize = 64;

/// Maximum number of characters of all tags of a word.
const TAGS_CHARS_MAX: usize = 255;

/// The number of new words that a user reviews a day, unless the user chose another number.
const NEW_A_DAY: u64 = 20;

/// Maximum number of new words a day that a user may choose.
pub const NEW_A_DAY_MAX: u64 = 500;

/// The result of saving a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// The word is saved now.
    Saved,
    /// The word was saved before.
    Known,
    /// The word book is full.
    Full,
}

/// A saved word, as the API and exports write it. Times are RFC 3339.
#[derive(Debug, Serialize)]
pub struct SavedWordRow {
    /// The word.
    pub word: String,
    /// When it was saved.
    pub created: String,
    /// The name of its list; empty: none.
    pub list: String,
    /// Tags, separated by spaces.
    pub tags: String,
    /// The user's note.
    pub note: String,
    /// The sentence that the user found it in.
    pub sentence: String,
    /// Whether it is excluded from reviews.
    pub suspended: bool,
    /// The number of reviews.
    pub reviews: u64,
    /// The time of the next review.
    pub due: String,
}

impl From<SavedWord> for SavedWordRow {
    fn from(saved: SavedWord) -> SavedWordRow {
        let SavedWordText { list, tags, note, sentence } = saved.text;
        SavedWordRow {
            word: saved.word,
            created: saved.created.to_string(),
            list,
            tags,
            note,
            sentence,
            suspended: saved.suspended,
            reviews: saved.reviews,
            due: saved.due.to_string(),
        }
    }
}

/// What a card of a review shows and what it asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CardKind {
    /// The word is shown, its meaning is asked.
    #[default]
    Meaning,
    /// The meaning is shown, the word is asked.
    Word,
    /// The word is heard, its meaning is asked.
    Listening,
    /// The meaning is shown, the word is typed.
    Spelling,
}

impl CardKind {
    /// All kinds, the default first.
    pub const ALL: [CardKind; 4] =
        [CardKind::Meaning, CardKind::Word, CardKind::Listening, CardKind::Spelling];

    /// The value in forms and in the database.
    pub fn value(self) -> &'static str {
        match self {
            CardKind::Meaning => "meaning",
            CardKind::Word => "word",
            CardKind::Listening => "ear",
            CardKind::Spelling => "spelling",
        }
    }

    /// The kind with this value; `None` if there is none.
    pub fn from_value(value: &str) -> Option<CardKind> {
        CardKind::ALL.into_iter().find(|kind| kind.value() == value)
    }
}

/// Cuts the texts that a user wrote about a word to their limits, replaces control characters by
/// spaces, and removes those that control the direction of text.
fn bounded_text(text: &SavedWordText) -> SavedWordText {
    let bound = |text: &str, chars_max: usize| {
        let shown = text.trim().chars().filter(|c| !is_bidi_control(*c));
        let clean = shown.map(|c| if c.is_control() { ' ' } else { c });
        clean.take(chars_max).collect::<String>().trim().to_owned()
    };
    SavedWordText {
        list: bound(&text.list, LIST_CHARS_MAX),
        tags: bound(&text.tags, TAGS_CHARS_MAX),
        note: bound(&text.note, NOTE_CHARS_MAX),
        sentence: bound(&text.sentence, NOTE_CHARS_MAX),
    }
}

impl Site {
    /// Saves a word in the user's word book.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn save_word(
        &self,
        user: &CurrentUser,
        word: &Word,
        text: &SavedWordText,
    ) -> Result<Saving, StoreError> {
        let now = Timestamp::now();
        if self.store.saved_word_counts(user.id, now)?.words >= SAVED_WORDS_MAX {
            return Ok(Saving::Full);
        }
        let is_new = self.store.save_word(user.id, word, &bounded_text(text), now)?;
        Ok(if is_new { Saving::Saved } else { Saving::Known })
    }

    /// Saves words in the user's word book in one transaction, as far as there is room. The first
    /// word gets the latest time, so that the word book shows them in this order.
    ///
    /// # Errors
    /// The database is unavailable; nothing is saved then.
    pub fn save_words(
        &self,
        user: &CurrentUser,
        mut words: Vec<(Word, SavedWordText)>,
    ) -> Result<SavedMany, StoreError> {
        for (_, text) in &mut words {
            *text = bounded_text(text);
        }
        self.store.save_words(user.id, &words, SAVED_WORDS_MAX, Timestamp::now())
    }

    /// Removes a word from the user's word book.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn remove_saved_word(&self, user: &CurrentUser, word: &str) -> Result<(), StoreError> {
        self.store.remove_saved_word(user.id, word)
    }

    /// Changes the user's texts about a saved word. Returns `false` if the word is not saved.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn update_saved_word(
        &self,
        user: &CurrentUser,
        word: &str,
        text: &SavedWordText,
    ) -> Result<bool, StoreError> {
        self.store.update_saved_word(user.id, word, &bounded_text(text))
    }

    /// Excludes a word from reviews.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn suspend_saved_word(&self, user: &CurrentUser, word: &str) -> Result<(), StoreError> {
        self.store.suspend_saved_word(user.id, word)
    }

    /// Includes a word in reviews again.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn resume_saved_word(&self, user: &CurrentUser, word: &str) -> Result<(), StoreError> {
        self.store.resume_saved_word(user.id, word)
    }

    /// A saved word; `None` if the user has not saved it.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn saved_word(
        &self,
        user: &CurrentUser,
        word: &str,
    ) -> Result<Option<SavedWord>, StoreError> {
        self.store.saved_word(user.id, word)
    }

    /// Whether the user has saved a word.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn is_saved(&self, user: &CurrentUser, word: &str) -> Result<bool, StoreError> {
        self.store.is_saved(user.id, word)
    }

    /// Up to `limit` saved words, the latest first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn saved_words(
        &self,
        user: &CurrentUser,
        start: WordListStart,
        filter: &SavedFilter,
        limit: u32,
    ) -> Result<Vec<SavedWord>, StoreError> {
        self.store.saved_words(user.id, start, filter, limit)
    }

    /// The names of the user's lists.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn word_lists(&self, user: &CurrentUser) -> Result<Vec<String>, StoreError> {
        self.store.word_lists(user.id)
    }

    /// The counts of the user's word book.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn saved_word_counts(&self, user: &CurrentUser) -> Result<SavedWordCounts, StoreError> {
        self.store.saved_word_counts(user.id, Timestamp::now())
    }

    /// Up to `limit` words to review now, in the order of review: words that are due, then new
    /// words. The user chooses how many new words are begun a day. The day begins at midnight in
    /// the server's time zone.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn next_due_words(
        &self,
        user: &CurrentUser,
        limit: u32,
    ) -> Result<Vec<SavedWord>, StoreError> {
        let now = Timestamp::now();
        let mut words = self.store.due_words(user.id, now, limit)?;
        let room = u64::from(limit).saturating_sub(words.len() as u64);
        if room == 0 {
            return Ok(words);
        }
        let midnight = now.to_zoned(self.zone.clone()).start_of_day();
        let today = midnight.map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp());
        let begun_today = self.store.new_words_since(user.id, today)?;
        let new = self.new_a_day(user)?.saturating_sub(begun_today).min(room);
        if new > 0 {
            words.extend(self.store.new_words(user.id, u32::try_from(new).unwrap_or(limit))?);
        }
        Ok(words)
    }

    /// The number of new words that a user wants a day.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn new_a_day(&self, user: &CurrentUser) -> Result<u64, StoreError> {
        let value = self.store.preference(user.id, "new_a_day")?;
        Ok(value.and_then(|value| value.parse().ok()).unwrap_or(NEW_A_DAY))
    }

    /// Chooses the number of new words a day, at most [`NEW_A_DAY_MAX`].
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn choose_new_a_day(&self, user: &CurrentUser, words: u64) -> Result<(), StoreError> {
        let words = words.min(NEW_A_DAY_MAX).to_string();
        self.store.set_preference(user.id, "new_a_day", &words)
    }

    /// Records the answer of a review. `seen` is the number of reviews that the word had when it
    /// was shown: with it, an answer that is sent twice is recorded once. Returns
    /// [`Recorded::Stale`] if the word is not saved.
    ///
    /// # Errors
    /// 429 after more reviews than a person makes; the database is unavailable. Nothing is recorded
    /// then.
    pub fn review(
        &self,
        current_user: &CurrentUser,
        word: &str,
        seen: u64,
        grade: Grade,
    ) -> Result<Recorded, Error> {
        let attempt = self.throttle.begin_action(
            Action::Review,
            Some(current_user.id.number()),
            Instant::now(),
        );
        let attempt = attempt.map_err(|wait| Error::too_many_requests("", wait))?;
        let Some(saved) = self.store.saved_word(current_user.id, word)? else {
            return Ok(Recorded::Stale);
        };
        // The key of a review contains its time: the second of two reviews in the same microsecond
        // fails.
        let now = Timestamp::now();
        let memory = Memory::after(saved.memory.as_ref(), grade, now);
        let user = current_user.id;
        let new = NewReview { user, word: &saved.word, seen, grade, memory };
        let recorded = self.store.record_review(&new)?;
        if recorded == Recorded::New {
            attempt.keep_counted();
        }
        Ok(recorded)
    }

    /// Undoes the user's latest review; returns its word.
    ///
    /// # Errors
    /// The database is unavailable; nothing is changed then.
    pub fn undo_review(&self, user: &CurrentUser) -> Result<Option<String>, StoreError> {
        self.store.undo_review(user.id)
    }

    /// The kind of question on the user's cards.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn card_kind(&self, user: &CurrentUser) -> Result<CardKind, StoreError> {
        let value = self.store.preference(user.id, "card")?;
        Ok(value.and_then(|value| CardKind::from_value(&value)).unwrap_or_default())
    }

    /// Chooses the kind of question on the user's cards.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn choose_card_kind(&self, user: &CurrentUser, kind: CardKind) -> Result<(), StoreError> {
        self.store.set_preference(user.id, "card", kind.value())
    }
}
