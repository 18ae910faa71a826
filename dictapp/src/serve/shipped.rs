//! The word books that ship with the program to rows of the store: all of them at the first start,
//! later what is new in a newer edition. What people changed or removed stays so.
//!
//! A book in the store is known as a shipped one by its kind, `shipped EDITION`; an import of
//! somebody's own under the same name has another kind.

use std::borrow::Cow;
use std::io::{Read, Write};

use anyhow::Context;
use flate2::read::MultiGzDecoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::books;
use crate::session::encode_hex;
use crate::store::{Book, BookHeader, ImportStart, Store};

/// `NAME.book`, or `NAME.book.gz`, in the house's notation with a line `# edition: DATE`.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/books"]
struct Files;

/// Where it is noted which shipped books this store has been offered: what is missing of these
/// somebody removed.
const OFFERED: &str = "shipped_books";

const KIND: &str = "shipped ";

/// A book that ships.
struct Shipped {
    name: String,
    text: Vec<u8>,
    /// The date in its header; later ones replace earlier ones, never the other way.
    edition: String,
    digest: String,
}

/// Brings the shipped books up to date.
pub(super) fn install(store: &Store) -> anyhow::Result<()> {
    let there = store.books()?;
    let offered = store.setting(OFFERED)?;
    let shipped = all()?;
    for book in &shipped {
        if is_wanted(book, &there, offered.as_deref()) {
            import(store, book, &there)?;
        }
    }
    let names: Vec<&str> = shipped.iter().map(|book| book.name.as_str()).collect();
    let names = names.join(" ");
    if offered.as_deref() != Some(&names) {
        store.put_setting(OFFERED, &names)?;
    }
    Ok(())
}

fn is_wanted(shipped: &Shipped, there: &[Book], offered: Option<&str>) -> bool {
    let Some(book) = there.iter().find(|book| book.name == shipped.name) else {
        let was_offered = |names: &str| names.split(' ').any(|name| name == shipped.name);
        // A store with other books and no note was filled by hand before its first start.
        return there.is_empty() || offered.is_some_and(|names| !was_offered(names));
    };
    let edition = book.kind.strip_prefix(KIND);
    edition
        .is_some_and(|edition| book.digest != shipped.digest && edition <= shipped.edition.as_str())
}

fn all() -> anyhow::Result<Vec<Shipped>> {
    let is_book = |name: &Cow<'static, str>| name.ends_with(".book") || name.ends_with(".book.gz");
    let mut names: Vec<Cow<'static, str>> = Files::iter().filter(is_book).collect();
    names.sort();
    names.iter().map(|file| shipped(file)).collect()
}

fn shipped(file: &str) -> anyhow::Result<Shipped> {
    let bytes = Files::get(file).with_context(|| format!("{file} is not there"))?.data;
    let text = match bytes.starts_with(&[0x1f, 0x8b]) {
        true => {
            let mut text = Vec::new();
            MultiGzDecoder::new(&*bytes).read_to_end(&mut text).with_context(|| file.to_owned())?;
            text
        }
        false => bytes.into_owned(),
    };
    let edition = edition(&text).with_context(|| format!("{file} says no edition"))?;
    let name = file.split('.').next().unwrap_or(file).to_owned();
    let digest = encode_hex(&Sha256::digest(&text).into());
    Ok(Shipped { name, text, edition, digest })
}

/// The date in the header.
fn edition(text: &[u8]) -> Option<String> {
    let head = text.split(|byte| *byte == b'\n').take_while(|line| line.starts_with(b"#"));
    let mut lines = head.filter_map(|line| std::str::from_utf8(line).ok());
    lines.find_map(|line| line.strip_prefix("# edition:")).map(|date| date.trim().to_owned())
}

fn import(store: &Store, shipped: &Shipped, there: &[Book]) -> anyhow::Result<()> {
    // The readers of books read files.
    let mut file = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    file.write_all(&shipped.text).and_then(|()| file.flush()).context("a temporary file")?;
    let mut book = books::Book::open(books::Kind::Plain, file.path(), |_| {})?;
    let known = there.iter().find(|book| book.name == shipped.name);
    let title = match (known, book.about().title) {
        (Some(known), _) => known.title.clone(),
        (None, title) => title.unwrap_or_else(|| shipped.name.clone()),
    };
    let header = BookHeader {
        name: shipped.name.clone(),
        title,
        kind: format!("{KIND}{}", shipped.edition),
        digest: shipped.digest.clone(),
    };
    let ImportStart::Started(mut import) = store.begin_import(&header)? else { return Ok(()) };
    while let Some(entry) = book.next()? {
        import.add(&entry)?;
    }
    let book = import.commit()?;
    log::info!("the word book {} has {} entries", book.name, book.entries);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::DatabaseConfig;

    fn store(folder: &tempfile::TempDir) -> Store {
        let url = vec![folder.path().join("x.db").display().to_string()];
        Store::open(&DatabaseConfig { url, ..DatabaseConfig::default() }).unwrap()
    }

    #[test]
    fn the_first_start_brings_every_shipped_book_and_the_second_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        install(&store).unwrap();
        let (books, version) = (store.books().unwrap(), store.lexicon_version().unwrap());
        assert_eq!(books.len(), all().unwrap().len());
        assert!(books.iter().all(|book| book.entries > 500 && book.kind.starts_with(KIND)));
        install(&store).unwrap();
        assert_eq!((store.books().unwrap(), store.lexicon_version().unwrap()), (books, version));
    }

    #[test]
    fn a_book_that_was_removed_stays_away() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        install(&store).unwrap();
        let own = BookHeader {
            name: "own".to_owned(),
            title: "Own".to_owned(),
            kind: "book".to_owned(),
            digest: "1".to_owned(),
        };
        let ImportStart::Started(import) = store.begin_import(&own).unwrap() else { panic!("new") };
        import.commit().unwrap();
        for book in store.books().unwrap().iter().filter(|book| book.name != "own") {
            store.remove_book(book.id).unwrap();
        }
        install(&store).unwrap();
        assert_eq!(store.books().unwrap().len(), 1);
    }

    #[test]
    fn only_an_earlier_edition_that_nobody_replaced_is_replaced() {
        let shipped = Shipped {
            name: "a".to_owned(),
            text: Vec::new(),
            edition: "2026-02-01".to_owned(),
            digest: "new".to_owned(),
        };
        let there = |kind: &str, digest: &str| {
            let folder = tempfile::tempdir().unwrap();
            let store = store(&folder);
            let header = BookHeader {
                name: "a".to_owned(),
                title: "A".to_owned(),
                kind: kind.to_owned(),
                digest: digest.to_owned(),
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
            assert_eq!(is_wanted(&shipped, &there(kind, digest), Some("a")), wanted, "{kind}");
        }
        assert!(is_wanted(&shipped, &[], None));
        assert!(is_wanted(&shipped, &there("book", "x")[..0], Some("a")));
    }
}
