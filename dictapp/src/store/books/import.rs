//! Imports a book (one dictionary) entry by entry, completely or not at all.
//!
//! Entries are collected in a temporary table, which needs no lock. Then one transaction replaces
//! the book's words by these entries. Until then readers see the old words, and other writers wait
//! only for this transaction. An interrupted import leaves nothing behind, since the temporary
//! table ends with the connection.

use std::fmt;

use jiff::Timestamp;

use crate::model::{Entry, Languages};
use crate::store::{
    Book, BookId, Store,
    books::{DELETE_WORDS, TITLE_CHARS_MAX, check_text, list},
    db::{Access, Engine, Session, Value, long_transaction},
    error::{Doing, Result, StoreError, StoreErrorKind},
    settings::BUMP_LEXICON,
};

const STAGING_SQLITE: &str = include_str!("../../../migrations/sqlite/staging.sql");
const STAGING_MYSQL: &str = include_str!("../../../migrations/mysql/staging.sql");
const STAGE: &str =
    "insert into import_words (word, mean, phonetic, `rank`, forms) values (?, ?, ?, ?, ?)";
const NEXT_ROW: &str = ", (?, ?, ?, ?, ?)";
const COLUMNS: usize = 5;

/// Locks the book: concurrent imports of it wait.
const LOCK_BOOK: &str = "update book set imported = imported where name = ?";
const INSERT_BOOK: &str = "insert into book (name, title, kind, position, hidden, entries, digest, imported) \
     select ?, '', '', coalesce(max(position), 0) + 1, 0, 0, '', 0 from book";
const UPDATE_BOOK: &str = "update book set title = ?, kind = ?, entries = ?, digest = ?, imported = ?, \
     languages = ? where id = ?";
const COPY_STAGED: &str = "insert into words (book, word, mean, phonetic, `rank`, forms) \
     select ?, word, mean, phonetic, `rank`, forms from import_words order by word";

/// Maximum number of rows of a statement: more rows save little time.
const ROWS_MAX: usize = 100;
/// Maximum size of a statement in bytes: far below the 16 MiB that servers accept by default
/// (`max_allowed_packet`).
const STATEMENT_BYTES_MAX: usize = 1 << 20;
/// Maximum length of an explanation in bytes. The longest article of Webster 1913 has about 30 KiB.
const EXPLANATION_BYTES_MAX: usize = 1 << 20;
/// Maximum length in bytes of a phonetic, and of a list of inflected forms: the size of a `text`
/// column.
const TEXT_BYTES_MAX: usize = 65_535;
/// Maximum length of the name of a book, in characters.
const NAME_CHARS_MAX: usize = 64;

/// The properties of a book to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookHeader {
    /// The name by which a later import finds it again: 1 to 64 characters.
    pub name: String,
    /// The title for readers: 1 to 255 characters.
    pub title: String,
    /// The format that it is read from: 1 to 64 characters.
    pub kind: String,
    /// The digest of everything that determines the entries: 1 to 128 characters.
    pub digest: String,
    /// The languages, if they are known.
    pub languages: Option<Languages>,
}

/// The result of beginning an import.
#[derive(Debug)]
pub enum ImportStart {
    /// The book of this name was imported from the same digest: nothing needs to be done.
    Unchanged(Book),
    /// The import has begun.
    Started(Import),
}

/// A running import. Without [`commit`](Import::commit) it changes nothing.
pub struct Import {
    session: Box<dyn Session + Send>,
    header: BookHeader,
    /// The parameters of the next statement.
    values: Vec<Value>,
    /// The size of their texts.
    bytes: usize,
    /// The number of entries so far.
    entries: u64,
}

impl Store {
    /// Begins to import a book, or to replace the one of the same name.
    ///
    /// # Errors
    /// The header breaks one of its limits; the database is unavailable.
    pub fn begin_import(&self, header: &BookHeader) -> Result<ImportStart> {
        let begin = || {
            header.check()?;
            let same = |book: &Book| book.name == header.name && book.digest == header.digest;
            if let Some(book) = self.books()?.into_iter().find(same) {
                return Ok(ImportStart::Unchanged(book));
            }
            let mut session = self.db.session(Access::Write)?;
            session.migrate(match session.engine() {
                Engine::Sqlite => STAGING_SQLITE,
                Engine::Mysql => STAGING_MYSQL,
            })?;
            let values = Vec::with_capacity(ROWS_MAX * COLUMNS);
            let header = header.clone();
            Ok(ImportStart::Started(Import { session, header, values, bytes: 0, entries: 0 }))
        };
        begin().doing(|| format!("import the dictionary {}", header.name))
    }
}

impl Import {
    /// Adds an entry. Headwords must be distinct: the caller joins repeated ones.
    ///
    /// # Errors
    /// A conflict if a headword is repeated, which may be found some entries later; a text longer
    /// than its limit; the database is unavailable. The import cannot continue then.
    pub fn add(&mut self, entry: &Entry) -> Result<()> {
        let forms = entry.forms.join("\n");
        let phonetic = entry.phonetic.as_deref();
        let bytes = entry.explanation.len() + phonetic.map_or(0, str::len) + forms.len();
        check_entry(entry, &forms).doing(|| self.doing())?;
        if self.bytes + bytes > STATEMENT_BYTES_MAX {
            self.flush()?;
        }
        self.values.extend([
            entry.word.as_str().into(),
            entry.explanation.as_str().into(),
            phonetic.into(),
            entry.rank.into(),
            Value::Text(forms),
        ]);
        self.bytes += bytes;
        self.entries += 1;
        if self.values.len() >= ROWS_MAX * COLUMNS { self.flush() } else { Ok(()) }
    }

    /// Number of entries so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Replaces the book's earlier entries. Returns the new state of the book.
    ///
    /// # Errors
    /// The database is unavailable. Then nothing is changed, unless the connection broke during the
    /// commit: in that case the book may be imported. Importing again is safe.
    pub fn commit(mut self) -> Result<Book> {
        self.flush()?;
        let header = &self.header;
        let entries = self.entries;
        let committed =
            long_transaction(&mut *self.session, |session| replace(session, header, entries));
        committed.doing(|| self.doing())
    }

    /// Inserts the collected entries into the temporary table.
    fn flush(&mut self) -> Result<()> {
        let values = std::mem::take(&mut self.values);
        self.bytes = 0;
        let staged = match stage(&mut *self.session, &values) {
            Err(error) if error.is_conflict() => Err(self.repeated_headword(&values, error)),
            result => result,
        };
        staged.doing(|| self.doing())
    }

    /// Inserts the rows one by one to find the repeated headword. Returns an error that names it,
    /// or `error` if none is found.
    fn repeated_headword(&mut self, values: &[Value], error: StoreError) -> StoreError {
        for row in values.chunks(COLUMNS) {
            if let (Err(_), [Value::Text(word), ..]) = (stage(&mut *self.session, row), row) {
                return StoreError::conflict(format!("the headword {word:?} is repeated"));
            }
        }
        error
    }

    /// The action for error messages.
    fn doing(&self) -> String {
        format!("import the dictionary {}", self.header.name)
    }
}

/// Inserts rows into the temporary table.
fn stage(session: &mut dyn Session, values: &[Value]) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let sql = format!("{STAGE}{}", NEXT_ROW.repeat(values.len() / COLUMNS - 1));
    session.execute(&sql, values).map(drop)
}

/// Replaces the words of the book by those in the temporary table, within a transaction.
fn replace(session: &mut dyn Session, header: &BookHeader, entries: u64) -> Result<Book> {
    let name = || [Value::from(header.name.as_str())];
    if session.execute(LOCK_BOOK, &name())? == 0 {
        session.execute(INSERT_BOOK, &name()).map_err(|error| {
            // Another import has just created the book: retry and replace it.
            if error.is_conflict() {
                StoreError::new(StoreErrorKind::TransactionConflict, error.to_string())
            } else {
                error
            }
        })?;
    }
    let book = find(session, header)?;
    if book.digest == header.digest {
        // Another import of the same file was faster.
        return Ok(book);
    }
    let BookId(id) = book.id;
    session.execute(DELETE_WORDS, &[id.into()])?;
    session.execute(COPY_STAGED, &[id.into()])?;
    let entries = i64::try_from(entries).expect("fewer entries than memory addresses");
    let params = [
        header.title.as_str().into(),
        header.kind.as_str().into(),
        entries.into(),
        header.digest.as_str().into(),
        Timestamp::now().as_microsecond().into(),
        Value::Text(header.languages.map_or(String::new(), |languages| languages.to_string())),
        id.into(),
    ];
    session.execute(UPDATE_BOOK, &params)?;
    session.execute(BUMP_LEXICON, &[])?;
    find(session, header)
}

fn find(session: &mut dyn Session, header: &BookHeader) -> Result<Book> {
    let book = list(session)?.into_iter().find(|book| book.name == header.name);
    book.ok_or_else(|| StoreError::internal("the row of the book is not there"))
}

impl BookHeader {
    fn check(&self) -> Result<()> {
        check_text("name of the book", &self.name, NAME_CHARS_MAX)?;
        check_text("title of the book", &self.title, TITLE_CHARS_MAX)?;
        // The widths of the columns.
        check_text("kind of the book", &self.kind, 64)?;
        check_text("digest of the book", &self.digest, 128)
    }
}

fn check_entry(entry: &Entry, forms: &str) -> Result<()> {
    let phonetic = entry.phonetic.as_deref().unwrap_or_default();
    for (what, text, bytes_max) in [
        ("explanation", entry.explanation.as_str(), EXPLANATION_BYTES_MAX),
        ("phonetic", phonetic, TEXT_BYTES_MAX),
        ("list of forms", forms, TEXT_BYTES_MAX),
    ] {
        if text.len() > bytes_max {
            let word = &entry.word;
            let bytes = text.len();
            let text = format!("the {what} of {word} is {bytes} bytes, longer than {bytes_max}");
            return Err(StoreError::invalid(text));
        }
    }
    Ok(())
}

impl fmt::Debug for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Import({:?}, {} entries)", self.header, self.entries)
    }
}
