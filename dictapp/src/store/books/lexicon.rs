//! Reads entries: all of them in order, for the lexicon (the index of all words in memory), those
//! of one book, or those of one headword.

use std::ops::ControlFlow;

use crate::model::{Entry, Word};
use crate::store::{
    Book, BookId, Store,
    books::list,
    db::{Access, Row, count_in},
    error::{Doing, Result, StoreError},
    settings::LEXICON_VERSION,
};

pub(crate) const OF_BOOK: &str =
    "select word, mean, phonetic, `rank`, forms from words where book = ? order by word";
/// `cross join` makes SQLite start with the books. Otherwise it would scan all words.
pub(crate) const OF_WORD: &str = "select w.word, w.mean, w.phonetic, w.`rank`, w.forms, b.id \
     from book b cross join words w on w.book = b.id \
     where w.word = ? and b.hidden = 0 order by b.position, b.id";

impl Store {
    /// Visits all entries of the books that are not hidden, sorted by book and then by the bytes of
    /// the headword, in one snapshot, until `visit` breaks. Returns the version of the words in
    /// that snapshot (see [`Store::lexicon_version`]). Rows are streamed.
    ///
    /// # Errors
    /// The database is unavailable, perhaps after some entries were visited.
    pub fn each_entry(
        &self,
        mut visit: impl FnMut(&Book, Entry) -> ControlFlow<()>,
    ) -> Result<u64> {
        let mut read = || {
            let mut session = self.db.session(Access::Read)?;
            session.begin(Access::Read)?;
            let version = count_in(session.query(LEXICON_VERSION, &[])?)?;
            for book in list(&mut *session)?.iter().filter(|book| !book.hidden) {
                let mut flow = ControlFlow::Continue(());
                session.for_each_row(OF_BOOK, &[book.id.0.into()], &mut |mut row| {
                    flow = visit(book, entry(&mut row)?);
                    Ok(flow)
                })?;
                if flow.is_break() {
                    break;
                }
            }
            session.rollback()?;
            Ok(version)
        };
        read().doing(|| "read the dictionaries")
    }

    /// Visits the entries of a book, sorted by the bytes of the headword, until `visit` breaks.
    ///
    /// # Errors
    /// The database is unavailable, perhaps after some entries were visited.
    pub fn each_entry_of(
        &self,
        book: BookId,
        mut visit: impl FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut read = || {
            let mut session = self.db.session(Access::Read)?;
            session.begin(Access::Read)?;
            session.for_each_row(OF_BOOK, &[book.0.into()], &mut |mut row| {
                Ok(visit(entry(&mut row)?))
            })?;
            session.rollback()
        };
        read().doing(|| "read a dictionary")
    }

    /// The entries with exactly this headword in the books that are not hidden, in the order of the
    /// books.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn entries_of(&self, word: &Word) -> Result<Vec<(BookId, Entry)>> {
        let rows = self.db.query(OF_WORD, &[word.as_str().into()]);
        let entries = rows.and_then(|rows| {
            let one = |mut row: Row| {
                let entry = entry(&mut row)?;
                Ok((BookId(row.int()?), entry))
            };
            rows.into_iter().map(one).collect()
        });
        entries.doing(|| "look a word up")
    }
}

fn entry(row: &mut Row) -> Result<Entry> {
    let word = row.text()?;
    let word = Word::parse(&word)
        .map_err(|error| StoreError::internal(format!("{word:?} in `words`: {error}")))?;
    Ok(Entry {
        word,
        explanation: row.text()?,
        phonetic: row.optional_text()?,
        rank: row.optional_int()?.and_then(|rank| rank.try_into().ok()),
        forms: row.text()?.lines().map(str::to_owned).collect(),
    })
}
