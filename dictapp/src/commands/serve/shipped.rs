//! Imports the dictionaries that ship with the program. Each is imported once, and again when the
//! program has a newer edition. A book that an administrator replaced is never imported again. A
//! book that was removed is imported again only if the store has no book at all.
//!
//! The kind of a shipped book in the store is `shipped EDITION`. A book of the same name that an
//! administrator imported has another kind.

use std::io::Write;

use anyhow::Context;

use crate::books;
use crate::store::{Book, BookHeader, ImportStart, Store};

/// A book as a text file in this project's own book format, compressed with gzip by `build.rs`.
struct ShippedBook {
    name: &'static str,
    /// The date in its header. A later edition replaces an earlier one, never the reverse.
    edition: &'static str,
    /// The digest of its text: books of one edition with different texts differ in it.
    digest: &'static str,
    /// The compressed file.
    gz: &'static [u8],
}

/// The shipped books in the order of display.
const BOOKS: &[ShippedBook] = &include!(env!("BOOKS_OF_DICTAPP"));

/// The name of the setting in the store that lists the shipped books of the latest start. If one of
/// them is missing in the store, it was removed on purpose.
const OFFERED: &str = "shipped_books";

/// The beginning of the kind of a shipped book; the edition follows.
const KIND: &str = "shipped ";

/// Imports the shipped books that are new or have a newer edition.
pub(super) fn install(store: &Store) -> anyhow::Result<()> {
    let stored = store.books()?;
    let offered = store.setting(OFFERED)?;
    for book in BOOKS {
        if is_wanted(book, &stored, offered.as_deref()) {
            import(store, book, &stored)?;
        }
    }
    let names = BOOKS.iter().map(|book| book.name).collect::<Vec<_>>().join(" ");
    if offered.as_deref() != Some(&names) {
        store.put_setting(OFFERED, &names)?;
    }
    Ok(())
}

/// Whether a shipped book must be imported: it is new, or the store has another text of the same or
/// an earlier edition. `stored` are the books of the store, `offered` is the setting [`OFFERED`].
fn is_wanted(shipped: &ShippedBook, stored: &[Book], offered: Option<&str>) -> bool {
    let Some(book) = stored.iter().find(|book| book.name == shipped.name) else {
        let mut offered = offered.unwrap_or_default().split(' ');
        return stored.is_empty() || !offered.any(|name| name == shipped.name);
    };
    let edition = book.kind.strip_prefix(KIND);
    edition.is_some_and(|edition| book.digest != shipped.digest && edition <= shipped.edition)
}

/// Imports a shipped book in place of an earlier edition. Keeps the title of that edition: an
/// administrator may have changed it.
fn import(store: &Store, shipped: &ShippedBook, stored: &[Book]) -> anyhow::Result<()> {
    // The readers of books need a file.
    let mut file = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    file.write_all(shipped.gz).and_then(|()| file.flush()).context("a temporary file")?;
    let mut book = books::Book::open(books::BookKind::Plain, file.path(), |_| {})?;
    let replaced = stored.iter().find(|book| book.name == shipped.name);
    let title = match (replaced, book.metadata().title) {
        (Some(replaced), _) => replaced.title.clone(),
        (None, title) => title.unwrap_or_else(|| shipped.name.to_owned()),
    };
    let header = BookHeader {
        name: shipped.name.to_owned(),
        title,
        kind: format!("{KIND}{}", shipped.edition),
        digest: shipped.digest.to_owned(),
        languages: book.metadata().languages,
    };
    // If the import does not start, another instance has imported the same book.
    let ImportStart::Started(mut import) = store.begin_import(&header)? else { return Ok(()) };
    while let Some(entry) = book.next()? {
        import.add(&entry)?;
    }
    let book = import.commit()?;
    log::info!("the dictionary {} has {} entries", book.name, book.entries);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DatabaseConfig, DatabaseUrl};

    fn store(folder: &tempfile::TempDir) -> Store {
        let url = DatabaseUrl::Sqlite(folder.path().join("x.db"));
        Store::open(&DatabaseConfig { url, ..DatabaseConfig::default() }).unwrap()
    }

    #[test]
    fn only_the_first_start_imports_the_shipped_books() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        install(&store).unwrap();
        let (books, version) = (store.books().unwrap(), store.lexicon_version().unwrap());
        let names: Vec<&str> = books.iter().map(|book| book.name.as_str()).collect();
        assert_eq!(names, ["en-zh", "en-en"]);
        assert!(books.iter().all(|book| book.entries > 5000 && book.kind.starts_with(KIND)));
        install(&store).unwrap();
        assert_eq!((store.books().unwrap(), store.lexicon_version().unwrap()), (books, version));
    }

    #[test]
    fn a_removed_book_is_not_imported_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        install(&store).unwrap();
        let imported = BookHeader {
            name: "own".to_owned(),
            title: "Own".to_owned(),
            kind: "book".to_owned(),
            digest: "1".to_owned(),
            languages: None,
        };
        let ImportStart::Started(import) = store.begin_import(&imported).unwrap() else {
            panic!("new")
        };
        import.commit().unwrap();
        for book in store.books().unwrap().iter().filter(|book| book.name != "own") {
            store.remove_book(book.id).unwrap();
        }
        install(&store).unwrap();
        assert_eq!(store.books().unwrap().len(), 1);
    }

    #[test]
    fn only_an_unmodified_earlier_edition_is_replaced() {
        let shipped = ShippedBook { name: "a", edition: "2026-02-01", digest: "new", gz: &[] };
        let stored = |kind: &str, digest: &str| {
            let folder = tempfile::tempdir().unwrap();
            let store = store(&folder);
            let header = BookHeader {
                name: "a".to_owned(),
                title: "A".to_owned(),
                kind: kind.to_owned(),
                digest: digest.to_owned(),
                languages: None,
            };
            let ImportStart::Started(import) = store.begin_import(&header).unwrap() else {
                panic!("new")
            };
            vec![import.commit().unwrap()]
        };
        for (kind, digest, wanted) in [
            ("shipped 2026-01-01", "old", true),
            ("shipped 2026-02-01", "old", true),
            ("shipped 2026-02-01", "new", false),
            ("shipped 2026-03-01", "newer", false),
            ("book", "own", false),
        ] {
            assert_eq!(is_wanted(&shipped, &stored(kind, digest), Some("a")), wanted, "{kind}");
        }
        assert!(is_wanted(&shipped, &[], Some("a")));
        let other = ShippedBook { name: "b", ..shipped };
        for (offered, wanted) in [(None, true), (Some("a"), true), (Some("a b"), false)] {
            assert_eq!(is_wanted(&other, &stored("book", "own"), offered), wanted, "{offered:?}");
        }
    }
}
