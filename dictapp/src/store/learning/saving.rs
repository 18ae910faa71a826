//! Saves many words in a user's word book in one transaction: those of an import, or of the word
//! list of a class.

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

const COUNT: &str = "select count(*) from saved_word where user = ?";
/// Counts the words that a call has saved, by their times.
const COUNT_NEW: &str =
    "select count(*) from saved_word where user = ? and created > ? and created <= ?";
const KNOWN: &str = "select word from saved_word where user = ? and word in (?";
const ONE_MORE: &str = ", ?";
const INSERT: &str = "insert into saved_word (user, word, created, list, tags, note, sentence, \
     due) values (?, ?, ?, ?, ?, ?, ?, ?)";
const ONE_MORE_ROW: &str = ", (?, ?, ?, ?, ?, ?, ?, ?)";

/// The result of saving many words. Words that were saved before are in neither number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SavedMany {
    /// Words that are saved now and were not before.
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

/// Saves the words within a transaction. Each gets a time of its own, in microseconds back from
/// `at`.
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
        seen.extend(known(session, user, words)?);
        // A row has 8 parameters.
        let mut params: Vec<Value> = Vec::with_capacity(8 * ROWS_MAX);
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
            let rows = params.len() / 8;
            session.execute(&format!("{INSERT}{}", ONE_MORE_ROW.repeat(rows - 1)), &params)?;
        }
    }
    // New words are counted in the database: a transaction that is sent again after a lost
    // connection may find its own rows already saved.
    Ok(SavedMany { new: count_in(session.query(COUNT_NEW, &new)?)?, refused })
}

/// Those of these words that are saved already.
fn known(
    session: &mut dyn Session,
    user: UserId,
    words: &[(Word, SavedWordText)],
) -> Result<Vec<String>> {
    let sql = format!("{KNOWN}{})", ONE_MORE.repeat(words.len() - 1));
    let mut params = vec![user.number().into()];
    params.extend(words.iter().map(|(word, _)| Value::from(word.as_str())));
    session.query(&sql, &params)?.into_iter().map(|mut row| row.text()).collect()
}

/// The columns of a new row. Each row has a time of its own, since a page of a word book begins at
/// a time.
fn row(user: UserId, (word, text): (&Word, &SavedWordText), created: i64) -> [Value; 8] {
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
