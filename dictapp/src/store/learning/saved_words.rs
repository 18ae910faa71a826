//! The word book of a user: saved words with the user's notes, and for each word the state of
//! memory, an estimate of how well the user remembers the word.

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::{LEARNT_DAYS, Memory, Phase, Word};
use crate::store::{
    Store, UserId,
    db::{Row, Value, count_in},
    error::{Doing, Result},
    history::Questions,
};

/// A saved word.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedWord {
    /// The word as it was saved.
    pub word: String,
    /// When it was saved.
    pub created: Timestamp,
    /// The list, the tags and the notes of the user.
    pub text: SavedWordText,
    /// Whether it is excluded from reviews.
    pub suspended: bool,
    /// The number of its reviews.
    pub reviews: u64,
    /// The state of memory; `None` before the first review.
    pub memory: Option<Memory>,
    /// When it is to be reviewed.
    pub due: Timestamp,
}

/// The texts that a user writes about a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SavedWordText {
    /// The name of the list that it belongs to; empty: none.
    pub list: String,
    /// Tags, separated by spaces.
    pub tags: String,
    /// A note.
    pub note: String,
    /// The sentence that the user found it in.
    pub sentence: String,
}

/// A filter of saved words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedFilter {
    /// The list; `None`: all.
    pub list: Option<String>,
}

/// The start of a page of the word book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordListStart {
    /// The word that was saved last.
    Newest,
    /// The words that were saved before this time.
    OlderThan(Timestamp),
}

/// The counts of a word book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SavedWordCounts {
    /// Saved words.
    pub words: u64,
    /// Words that are due now, including new ones.
    pub due: u64,
    /// Words that were never reviewed.
    pub new: u64,
}

const COLUMNS: &str = "word, created, list, tags, note, sentence, suspended, reviews, last, due, \
     phase, step, stability, difficulty";
const BY_WORD: &str = "select word, created, list, tags, note, sentence, suspended, reviews, \
     last, due, phase, step, stability, difficulty from saved_word where user = ? and word = ?";
const INSERT: &str = "insert into saved_word (user, word, created, list, tags, note, sentence, \
     due) values (?, ?, ?, ?, ?, ?, ?, ?)";
const REMOVE: &str = "delete from saved_word where user = ? and word = ?";
const UPDATE: &str = "update saved_word set list = ?, tags = ?, note = ?, sentence = ? \
     where user = ? and word = ?";
const SUSPEND: &str = "update saved_word set suspended = ? where user = ? and word = ?";
pub(crate) const LIST: &str = "select word, created, list, tags, note, sentence, suspended, \
     reviews, last, due, phase, step, stability, difficulty from saved_word \
     where user = ? and created < ? order by created desc limit ?";
pub(crate) const DUE: &str = "select word, created, list, tags, note, sentence, suspended, \
     reviews, last, due, phase, step, stability, difficulty from saved_word \
     where user = ? and suspended = 0 and due <= ? and reviews > 0 order by due limit ?";
const NEW: &str = "select word, created, list, tags, note, sentence, suspended, \
     reviews, last, due, phase, step, stability, difficulty from saved_word \
     where user = ? and suspended = 0 and reviews = 0 order by created limit ?";
/// Three counts, each by an index, in one round trip.
pub(crate) const COUNTS: &str = "select \
     (select count(*) from saved_word where user = ?), \
     (select count(*) from saved_word where user = ? and suspended = 0 and due <= ?), \
     (select count(*) from saved_word where user = ? and suspended = 0 and reviews = 0)";
pub(crate) const COUNT_LEARNT: &str =
    "select count(*) from saved_word where user = ? and stability >= ?";
const LISTS: &str = "select distinct list from saved_word where user = ? and list <> '' \
     order by list limit 200";

impl Store {
    /// Saves a word. A word that is already saved does not change. Returns `false` for such a word.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn save_word(
        &self,
        user: UserId,
        word: &Word,
        text: &SavedWordText,
        at: Timestamp,
    ) -> Result<bool> {
        let params: [Value; 8] = [
            user.number().into(),
            word.as_str().into(),
            at.as_microsecond().into(),
            text.list.as_str().into(),
            text.tags.as_str().into(),
            text.note.as_str().into(),
            text.sentence.as_str().into(),
            at.as_microsecond().into(),
        ];
        let inserted = self.db.execute(INSERT, &params);
        self.saved.forget(&(user, word.as_str().to_owned()));
        match inserted {
            Ok(_) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error).doing(|| format!("save a word of user {user}")),
        }
    }

    /// Removes a word and its notes; it may not be saved. Its reviews stay in the log.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn remove_saved_word(&self, user: UserId, word: &str) -> Result<()> {
        let removed = self.db.execute(REMOVE, &[user.number().into(), word.into()]);
        self.saved.forget(&(user, word.to_owned()));
        removed.map(drop).doing(|| format!("remove a word of user {user}"))
    }

    /// Changes the texts of a saved word. Returns `false` if the word is not saved.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn update_saved_word(
        &self,
        user: UserId,
        word: &str,
        text: &SavedWordText,
    ) -> Result<bool> {
        let params: [Value; 6] = [
            text.list.as_str().into(),
            text.tags.as_str().into(),
            text.note.as_str().into(),
            text.sentence.as_str().into(),
            user.number().into(),
            word.into(),
        ];
        let updated = self.db.execute(UPDATE, &params);
        updated.map(|rows| rows > 0).doing(|| format!("change a word of user {user}"))
    }

    /// Excludes a word from reviews.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn suspend_saved_word(&self, user: UserId, word: &str) -> Result<()> {
        self.set_suspended(user, word, 1)
    }

    /// Includes a word in reviews again.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn resume_saved_word(&self, user: UserId, word: &str) -> Result<()> {
        self.set_suspended(user, word, 0)
    }

    /// Sets the column `suspended`: 1 if the word is excluded from reviews, otherwise 0.
    fn set_suspended(&self, user: UserId, word: &str, value: i64) -> Result<()> {
        let params = [value.into(), user.number().into(), word.into()];
        let set = self.db.execute(SUSPEND, &params);
        set.map(drop).doing(|| format!("change a word of user {user}"))
    }

    /// A saved word; `None` if the user has not saved it.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn saved_word(&self, user: UserId, word: &str) -> Result<Option<SavedWord>> {
        let rows = self.db.query(BY_WORD, &[user.number().into(), word.into()]);
        rows.and_then(|mut rows| rows.first_mut().map(saved_word).transpose())
            .doing(|| format!("read a word of user {user}"))
    }

    /// Whether a user has saved a word. This is cached for a moment, so changes by other instances
    /// within the last two seconds may be missing.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn is_saved(&self, user: UserId, word: &str) -> Result<bool> {
        let load = || {
            Ok(Some(match self.history.questions() {
                Questions::Alone => self.saved_word(user, word)?.is_some(),
                Questions::WithBatch => {
                    let saved = self.history.is_saved(user, word);
                    saved.doing(|| format!("read a word of user {user}"))?
                }
            }))
        };
        Ok(self.saved.read((user, word.to_owned()), load)?.unwrap_or(false))
    }

    /// Up to `limit` saved words, the latest first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn saved_words(
        &self,
        user: UserId,
        start: WordListStart,
        filter: &SavedFilter,
        limit: u32,
    ) -> Result<Vec<SavedWord>> {
        let before = match start {
            WordListStart::Newest => i64::MAX,
            WordListStart::OlderThan(time) => time.as_microsecond(),
        };
        let user_number = user.number();
        let rows = match &filter.list {
            None => self.db.query(LIST, &[user_number.into(), before.into(), limit.into()]),
            Some(list) => {
                let sql = format!(
                    "select {COLUMNS} from saved_word where user = ? and created < ? and list = ? \
                     order by created desc limit ?"
                );
                let params =
                    [user_number.into(), before.into(), list.as_str().into(), limit.into()];
                self.db.query(&sql, &params)
            }
        };
        rows.and_then(|rows| rows.into_iter().map(|mut row| saved_word(&mut row)).collect())
            .doing(|| format!("read the word book of user {user}"))
    }

    /// Up to `limit` words that were never reviewed, the first saved first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn new_words(&self, user: UserId, limit: u32) -> Result<Vec<SavedWord>> {
        let rows = self.db.query(NEW, &[user.number().into(), limit.into()]);
        rows.and_then(|rows| rows.into_iter().map(|mut row| saved_word(&mut row)).collect())
            .doing(|| format!("read the new words of user {user}"))
    }

    /// Up to `limit` reviewed words that are due at this time, the longest overdue first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn due_words(&self, user: UserId, at: Timestamp, limit: u32) -> Result<Vec<SavedWord>> {
        let params = [user.number().into(), at.as_microsecond().into(), limit.into()];
        let rows = self.db.query(DUE, &params);
        rows.and_then(|rows| rows.into_iter().map(|mut row| saved_word(&mut row)).collect())
            .doing(|| format!("read the due words of user {user}"))
    }

    /// The counts of a word book at this time.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn saved_word_counts(&self, user: UserId, at: Timestamp) -> Result<SavedWordCounts> {
        let number = user.number();
        let params = [number.into(), number.into(), at.as_microsecond().into(), number.into()];
        let counts = |row: &mut Row| {
            Ok(SavedWordCounts { words: row.count()?, due: row.count()?, new: row.count()? })
        };
        let rows = self.db.query(COUNTS, &params);
        rows.and_then(|mut rows| rows.first_mut().map(counts).transpose())
            .map(Option::unwrap_or_default)
            .doing(|| format!("count the words of user {user}"))
    }

    /// The number of words that the user has learnt, see [`LEARNT_DAYS`].
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn learnt_words(&self, user: UserId) -> Result<u64> {
        let params = [user.number().into(), learnt_stability().into()];
        let rows = self.db.query(COUNT_LEARNT, &params);
        rows.and_then(count_in).doing(|| format!("count the learnt words of user {user}"))
    }

    /// The names of a user's lists, at most 200.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn word_lists(&self, user: UserId) -> Result<Vec<String>> {
        let rows = self.db.query(LISTS, &[user.number().into()]);
        rows.and_then(|rows| rows.into_iter().map(|mut row| row.text()).collect())
            .doing(|| format!("read the lists of user {user}"))
    }
}

pub(super) fn saved_word(row: &mut Row) -> Result<SavedWord> {
    let word = row.text()?;
    let created = row.time()?;
    let text = SavedWordText {
        list: row.text()?,
        tags: row.text()?,
        note: row.text()?,
        sentence: row.text()?,
    };
    let suspended = row.flag()?;
    let reviews = row.count()?;
    let last = row.time()?;
    let due = row.time()?;
    let phase = phase(row.int()?, row.int()?);
    let stability = from_millionths(row.int()?);
    let difficulty = from_millionths(row.int()?);
    let memory = (reviews > 0).then_some(Memory { stability, difficulty, phase, last, due });
    Ok(SavedWord { word, created, text, suspended, reviews, memory, due })
}

/// The phase of the columns `phase` and `step`.
fn phase(number: i64, step: i64) -> Phase {
    let step = usize::try_from(step).unwrap_or(0);
    match number {
        0 => Phase::Learning(step),
        1 => Phase::Review,
        _ => Phase::Relearning(step),
    }
}

/// The columns `phase` and `step` of a phase.
pub(super) fn phase_columns(phase: Phase) -> (i64, i64) {
    let (number, step) = match phase {
        Phase::Learning(step) => (0, step),
        Phase::Review => (1, 0),
        Phase::Relearning(step) => (2, step),
    };
    (number, i64::try_from(step).unwrap_or(0))
}

fn from_millionths(value: i64) -> f64 {
    value as f64 / 1e6
}

/// The minimum stability of a learnt word, in the unit of the column. Stability is about the number
/// of days for which the user remembers the word.
pub(super) fn learnt_stability() -> i64 {
    millionths(f64::from(LEARNT_DAYS))
}

/// Converts a number to millionths, the unit of the columns `stability` and `difficulty`.
pub(super) fn millionths(value: f64) -> i64 {
    (value * 1e6).round() as i64
}
