//! Saves many words in a user's word book in one transaction: the words of an import or of a class's
//! word list.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::model::Word;
use crate::store::{
    SavedWordText, Store, UserId,
    db::{Session, Value, count_in},
    error::{Doing, Result},
};

/// Maximum number of rows of a statement: more rows save little time.
const ROWS_MAX: usize = 100;

/// The number of columns of a row, and so of its parameters.
const COLUMNS: usize = 8;

const COUNT: &str = "select count(*) from saved_word where user = ?";
/// Counts the words that a call has saved, by their times.
const COUNT_NEW: &str =
    "select count(*) from saved_word where user = ? and created > ? and created <= ?";
const ALREADY_SAVED: &str = "select word from saved_word where user = ? and word in (?";
const NEXT_WORD: &str = ", ?";
const INSERT: &str = "insert into saved_word (user, word, created, list, tags, note, sentence, \
     due) values (?, ?, ?, ?, ?, ?, ?, ?)";
const NEXT_ROW: &str = ", (?, ?, ?, ?, ?, ?, ?, ?)";

/// The result of saving many words. Words that were saved before are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SavedMany {
    /// Words that were saved by this call.
    pub new: u64,
    /// Words for which the word book has no room.
    pub refused: u64,
}

impl Store {
    /// Saves words in one transaction, until the word book has `words_max`. Words that are saved
    /// already stay as they are. The first word counts as the one that was saved last.
    ///
    /// # Errors
    /// The database is unavailable; nothing is saved then.
    pub fn save_words(
        &self,
        user: UserId,
        words: &[(Word, SavedWordText)],
        words_max: u64,
        at: Timestamp,
    ) -> Result<SavedMany> {
        let mut saved = SavedMany::default();
        let done = self.db.transaction(&mut |session| {
            saved = save(session, user, (words, words_max), at)?;
            Ok(())
        });
        self.saved.forget_all();
        done.map(|()| saved).doing(|| format!("save {} words of user {user}", words.len()))
    }
}

/// Saves the words within a transaction. The first word gets the time `at`, and each further word a
/// time that is a microsecond earlier.
fn save(
    session: &mut dyn Session,
    user: UserId,
    (words, words_max): (&[(Word, SavedWordText)], u64),
    at: Timestamp,
) -> Result<SavedMany> {
    let count = count_in(session.query(COUNT, &[user.number().into()])?)?;
    let earliest = at - SignedDuration::from_micros(words.len() as i64);
    let new = [user.number().into(), earliest.as_microsecond().into(), at.as_microsecond().into()];
    let mut room = words_max.saturating_sub(count);
    let mut seen = HashSet::new();
    let mut refused = 0;
    let mut position = 0;
    for words in words.chunks(ROWS_MAX) {
        seen.extend(already_saved(session, user, words)?);
        let mut params: Vec<Value> = Vec::with_capacity(COLUMNS * ROWS_MAX);
        for (word, text) in words {
            position += 1;
            if !seen.insert(word.as_str().to_owned()) {
                continue;
            }
            if room == 0 {
                refused += 1;
                continue;
            }
            room -= 1;
            let created = at.as_microsecond() - (position - 1);
            params.extend(row(user, (word, text), created));
        }
        if !params.is_empty() {
            let rows = params.len() / COLUMNS;
            session.execute(&format!("{INSERT}{}", NEXT_ROW.repeat(rows - 1)), &params)?;
        }
    }
    // New words are counted in the database: a transaction that is sent again after a lost
    // connection may find its own rows already saved.
    Ok(SavedMany { new: count_in(session.query(COUNT_NEW, &new)?)?, refused })
}

/// The words among these that are saved already.
fn already_saved(
    session: &mut dyn Session,
    user: UserId,
    words: &[(Word, SavedWordText)],
) -> Result<Vec<String>> {
    let sql = format!("{ALREADY_SAVED}{})", NEXT_WORD.repeat(words.len() - 1));
    let mut params = vec![user.number().into()];
    params.extend(words.iter().map(|(word, _)| Value::from(word.as_str())));
    session.query(&sql, &params)?.into_iter().map(|mut row| row.text()).collect()
}

/// The columns of a new row. The times of a user's rows differ, since a page of the word book begins
/// at a time.
fn row(user: UserId, (word, text): (&Word, &SavedWordText), created: i64) -> [Value; COLUMNS] {
    [
        user.number().into(),
        word.as_str().into(),
        created.into(),
        text.list.as_str().into(),
        text.tags.as_str().into(),
        text.note.as_str().into(),
        text.sentence.as_str().into(),
        created.into(),
    ]
}
