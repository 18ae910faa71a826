//! Saves many words in a user's word book in one transaction: the words of an import or of a
//! class's word list.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::model::Word;
use crate::store::{
    SavedWordText, Store, UserId,
    db::{Row, Session, Value, count_in},
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
const ALREADY_SAVED: &str =
    "select word, note, sentence from saved_word where user = ? and word in (?";
const NEXT_WORD: &str = ", ?";
const INSERT: &str = "insert into saved_word (user, word, created, list, tags, note, sentence, \
     due) values (?, ?, ?, ?, ?, ?, ?, ?)";
const NEXT_ROW: &str = ", (?, ?, ?, ?, ?, ?, ?, ?)";
/// Sets the texts of several words: `FILL_NOTE`, a `WHEN` for each word, `FILL_SENTENCE`, a `WHEN`
/// for each, `FILL_WHERE`, [`NEXT_WORD`] for each but the first, and a closing parenthesis.
const FILL_NOTE: &str = "update saved_word set note = case word";
const FILL_SENTENCE: &str = " end, sentence = case word";
const WHEN: &str = " when ? then ?";
const FILL_WHERE: &str = " end where user = ? and word in (?";

/// The result of saving many words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SavedMany {
    /// Words that were saved by this call.
    pub new: u64,
    /// Words for which the word book has no room.
    pub refused: u64,
    /// Words that were saved before and got a note or a sentence, which they did not have.
    pub filled: u64,
    /// Words that were saved before and kept another note or sentence than the given one.
    pub kept: u64,
}

/// The texts of a word that can be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Texts {
    note: String,
    sentence: String,
}

impl Store {
    /// Saves words in one transaction, until the word book has `words_max`. Words that are saved
    /// already stay as they are, but an empty note or sentence takes the given one. The same holds
    /// for a word that is given again. The first word gets the latest time, so that the word book,
    /// which begins with the latest word, shows the words in the given order.
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
            saved = save(session, user, words, words_max, at)?;
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
    words: &[(Word, SavedWordText)],
    words_max: u64,
    at: Timestamp,
) -> Result<SavedMany> {
    let count = count_in(session.query(COUNT, &[user.number().into()])?)?;
    let earliest = at - SignedDuration::from_micros(words.len() as i64);
    let count_new_params =
        [user.number().into(), earliest.as_microsecond().into(), at.as_microsecond().into()];
    let mut room = words_max.saturating_sub(count);
    let mut seen: HashMap<String, Option<Texts>> = HashMap::new();
    let mut saved = SavedMany::default();
    let mut position = 0;
    for words in words.chunks(ROWS_MAX) {
        seen.extend(already_saved(session, user, words)?);
        let mut params: Vec<Value> = Vec::with_capacity(COLUMNS * ROWS_MAX);
        let mut filled: BTreeMap<&str, Texts> = BTreeMap::new();
        for (word, text) in words {
            position += 1;
            match seen.get_mut(word.as_str()) {
                Some(None) => {} // refused before
                Some(Some(texts)) => {
                    let (is_filled, is_kept) = (texts.fill(text), texts.differ(text));
                    saved.filled += u64::from(is_filled);
                    saved.kept += u64::from(is_kept);
                    if is_filled {
                        filled.insert(word.as_str(), texts.clone());
                    }
                }
                None if room == 0 => {
                    seen.insert(word.as_str().to_owned(), None);
                    saved.refused += 1;
                }
                None => {
                    seen.insert(word.as_str().to_owned(), Some(Texts::from_saved(text)));
                    room -= 1;
                    let created = at.as_microsecond() - (position - 1);
                    params.extend(row(user, word, text, created));
                }
            }
        }
        if !params.is_empty() {
            let rows = params.len() / COLUMNS;
            session.execute(&format!("{INSERT}{}", NEXT_ROW.repeat(rows - 1)), &params)?;
        }
        fill(session, user, &filled)?;
    }
    // New words are counted in the database: a transaction that is sent again after a lost
    // connection may find its own rows already saved.
    saved.new = count_in(session.query(COUNT_NEW, &count_new_params)?)?;
    Ok(saved)
}

/// Stores these texts of saved words.
fn fill(session: &mut dyn Session, user: UserId, texts: &BTreeMap<&str, Texts>) -> Result<()> {
    let Some(others) = texts.len().checked_sub(1) else { return Ok(()) };
    let [whens, others] = [WHEN.repeat(texts.len()), NEXT_WORD.repeat(others)];
    let sql = format!("{FILL_NOTE}{whens}{FILL_SENTENCE}{whens}{FILL_WHERE}{others})");
    let mut params: Vec<Value> = Vec::with_capacity(5 * texts.len() + 1);
    for (word, text) in texts {
        params.extend([Value::from(*word), text.note.as_str().into()]);
    }
    for (word, text) in texts {
        params.extend([Value::from(*word), text.sentence.as_str().into()]);
    }
    params.push(user.number().into());
    params.extend(texts.keys().map(|word| Value::from(*word)));
    session.execute(&sql, &params).map(drop)
}

impl Texts {
    fn from_saved(text: &SavedWordText) -> Texts {
        Texts { note: text.note.clone(), sentence: text.sentence.clone() }
    }

    /// Replaces empty texts by the given ones. Returns whether a text has changed.
    fn fill(&mut self, given: &SavedWordText) -> bool {
        let before = self.clone();
        for (own, given) in [(&mut self.note, &given.note), (&mut self.sentence, &given.sentence)] {
            if own.is_empty() {
                own.clone_from(given);
            }
        }
        *self != before
    }

    /// Whether a given text, unless it is empty, differs from this one.
    fn differ(&self, given: &SavedWordText) -> bool {
        let differ = |own: &str, given: &str| !given.is_empty() && own != given;
        differ(&self.note, &given.note) || differ(&self.sentence, &given.sentence)
    }
}

/// Those of these words that are saved already, and their texts.
fn already_saved(
    session: &mut dyn Session,
    user: UserId,
    words: &[(Word, SavedWordText)],
) -> Result<Vec<(String, Option<Texts>)>> {
    let sql = format!("{ALREADY_SAVED}{})", NEXT_WORD.repeat(words.len() - 1));
    let mut params = vec![user.number().into()];
    params.extend(words.iter().map(|(word, _)| Value::from(word.as_str())));
    let known =
        |mut row: Row| Ok((row.text()?, Some(Texts { note: row.text()?, sentence: row.text()? })));
    session.query(&sql, &params)?.into_iter().map(known).collect()
}

/// The columns of a new row. Each row of a user has its own time, because the time is the cursor of
/// the word book's pages.
fn row(user: UserId, word: &Word, text: &SavedWordText, created: i64) -> [Value; COLUMNS] {
    [
        user.number().into(),
        word.as_str().into(),
        created.into(),
        text.list.as_str().into(),
        text.tags.as_str().into(),
        text.note.as_str().into(),
        text.sentence.as_str().into(),
        created.into(), // due: a new word is due at once
    ]
}
