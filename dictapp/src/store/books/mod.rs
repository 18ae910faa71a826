//! The books (dictionaries): their order, titles and visibility, and their removal. Each change
//! increases the version of the lexicon, so that all instances load the words again.

mod import;
pub(crate) mod lexicon;
pub(crate) mod reports;

use std::fmt;

pub use import::{BookHeader, Import, ImportStart};
pub use reports::{REPORT_CHARS_MAX, REPORTS_MAX, Report, ReportId};

use jiff::Timestamp;

use crate::bidi::is_control;
use crate::model::Languages;
use crate::store::{
    Store,
    db::{Access, Row, Session, Value, long_transaction},
    error::{Doing, Result, StoreError},
    settings::BUMP_LEXICON,
};

const ALL: &str = "select id, name, title, kind, position, hidden, entries, digest, imported, languages \
     from book order by position, id";
const SET_POSITION: &str = "update book set position = ? where id = ?";
const SET_HIDDEN: &str = "update book set hidden = ? where id = ?";
const SET_TITLE: &str = "update book set title = ? where id = ?";
const DELETE: &str = "delete from book where id = ?";
pub(crate) const DELETE_WORDS: &str = "delete from words where book = ?";

/// Maximum length of the title of a book, in characters.
pub const TITLE_CHARS_MAX: usize = 255;

/// The key of a book. It does not change when the book is imported again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BookId(pub(crate) i64);

impl BookId {
    /// The key with this number, as a form sends it back. The book need not exist.
    pub fn new(number: i64) -> BookId {
        BookId(number)
    }

    /// The number, for a form.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for BookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A book as stored, without its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// The key.
    pub id: BookId,
    /// The name by which an import finds it again.
    pub name: String,
    /// The title for readers.
    pub title: String,
    /// The format that it was read from.
    pub kind: String,
    /// The position in the order of display.
    pub position: i64,
    /// Whether it is hidden from look-ups.
    pub hidden: bool,
    /// How many entries it has.
    pub entries: u64,
    /// The digest of the imported files.
    pub digest: String,
    /// When it was imported.
    pub imported: Timestamp,
    /// The languages, if they are known.
    pub languages: Option<Languages>,
}

/// The visibility of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Look-ups find its entries.
    Shown,
    /// The book is hidden from look-ups.
    Hidden,
}

/// Moves the books with these names to the front, in this order. The others keep their order.
pub fn put_first(books: &mut [Book], names: &[String]) {
    let index = |book: &Book| names.iter().position(|name| *name == book.name);
    books.sort_by_key(|book| index(book).unwrap_or(usize::MAX));
}

impl Store {
    /// All books in order, including hidden ones.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn books(&self) -> Result<Vec<Book>> {
        let rows = self.db.query(ALL, &[]);
        rows.and_then(|rows| rows.into_iter().map(book).collect()).doing(|| "list the dictionaries")
    }

    /// Moves these books to the front, in this order. The others keep their order. `false`: one of
    /// them does not exist, and nothing is changed.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn order_books(&self, order: &[BookId]) -> Result<bool> {
        let mut all_exist = false;
        let ordered = self.db.transaction(&mut |session| {
            let existing: Vec<BookId> = list(session)?.iter().map(|book| book.id).collect();
            all_exist = order.iter().all(|id| existing.contains(id));
            if !all_exist {
                return Ok(());
            }
            let others = existing.iter().filter(|id| !order.contains(id));
            for (position, id) in (1_i64..).zip(order.iter().chain(others)) {
                session.execute(SET_POSITION, &[position.into(), id.0.into()])?;
            }
            session.execute(BUMP_LEXICON, &[]).map(drop)
        });
        ordered.doing(|| "order the dictionaries")?;
        Ok(all_exist)
    }

    /// Shows or hides a book. `false`: it does not exist.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn set_book_visibility(&self, book: BookId, visibility: Visibility) -> Result<bool> {
        let hidden = visibility == Visibility::Hidden;
        self.change_book(SET_HIDDEN, &[hidden.into(), book.0.into()])
            .doing(|| format!("hide or show the dictionary {book}"))
    }

    /// Changes the title of a book (1 to 255 characters). `false`: it does not exist.
    ///
    /// # Errors
    /// A title that is empty, too long or has control characters; the database is unavailable.
    pub fn rename_book(&self, book: BookId, title: &str) -> Result<bool> {
        check_text("title", title, TITLE_CHARS_MAX)
            .and_then(|()| self.change_book(SET_TITLE, &[title.into(), book.0.into()]))
            .doing(|| format!("rename the dictionary {book}"))
    }

    /// Removes a book with its words. `false`: it does not exist.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn remove_book(&self, book: BookId) -> Result<bool> {
        let remove = || {
            let mut session = self.db.session(Access::Write)?;
            long_transaction(&mut *session, |session| {
                let removed = session.execute(DELETE, &[book.0.into()])? > 0;
                session.execute(DELETE_WORDS, &[book.0.into()])?;
                session.execute(BUMP_LEXICON, &[])?;
                Ok(removed)
            })
        };
        let removed = remove();
        self.books_off.forget_all();
        removed.doing(|| format!("remove the dictionary {book}"))
    }

    /// Runs a statement that changes a book. `false`: it matched no row.
    fn change_book(&self, sql: &str, params: &[Value]) -> Result<bool> {
        let mut changed = false;
        self.db.transaction(&mut |session| {
            changed = session.execute(sql, params)? > 0;
            if changed { session.execute(BUMP_LEXICON, &[]).map(drop) } else { Ok(()) }
        })?;
        Ok(changed)
    }
}

/// All books in order, within the transaction of this session.
pub(crate) fn list(session: &mut dyn Session) -> Result<Vec<Book>> {
    session.query(ALL, &[])?.into_iter().map(book).collect()
}

fn book(mut row: Row) -> Result<Book> {
    Ok(Book {
        id: BookId(row.int()?),
        name: row.text()?,
        title: row.text()?,
        kind: row.text()?,
        position: row.int()?,
        hidden: row.flag()?,
        entries: row.count()?,
        digest: row.text()?,
        imported: row.time()?,
        languages: Languages::parse(&row.text()?),
    })
}

/// Refuses a text that is empty or longer than `chars_max`, or contains control characters. `what`
/// names it in the error.
pub(crate) fn check_text(what: &str, text: &str, chars_max: usize) -> Result<()> {
    let chars = text.chars().count();
    if text.trim().is_empty() {
        return Err(StoreError::invalid(format!("the {what} is empty")));
    }
    if chars > chars_max {
        let text = format!("the {what} is {chars} characters, longer than {chars_max}");
        return Err(StoreError::invalid(text));
    }
    match text.chars().find(|c| is_control(*c)) {
        Some(c) => Err(StoreError::invalid(format!("the {what} contains the character {c:?}"))),
        None => Ok(()),
    }
}
