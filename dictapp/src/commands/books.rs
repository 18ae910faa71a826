//! The command `dictapp books`: what is asked to what is done to the word books of a store, and
//! the books that there are to a table. Servers of the same store notice within seconds.

use std::fmt::Write as _;
use std::io::{self, Write};

use anyhow::{Context, Result, bail, ensure};

use super::export::{self, Export};
use crate::store::{Book, BookId, Store, Visibility, put_first};

/// What is done to the word books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BooksCommand {
    /// They are listed.
    List,
    /// Those named come first, in this order; the others follow as they were.
    Order(Vec<String>),
    /// Look-ups pass it over from now on.
    Hide(String),
    /// Look-ups find it again.
    Show(String),
    /// Readers see another title.
    Rename {
        /// The name of the book, which stays.
        name: String,
        /// The title that readers see.
        title: String,
    },
    /// It is deleted with its words.
    Remove(String),
    /// It is written to a file for other programs.
    Export(Export),
}

/// Does it, and says on standard output how the books are then. `first` are the books that the
/// settings put first, whatever the store's order.
///
/// # Errors
/// A book that is not there; an empty or too long title; the store cannot serve. Nothing is
/// changed then.
pub fn run(store: &Store, first: &[String], command: &BooksCommand) -> Result<()> {
    if let BooksCommand::Export(export) = command {
        return export::run(store, export);
    }
    let text = apply(store, first, command)?;
    io::stdout().write_all(text.as_bytes()).context("cannot write to standard output")
}

fn apply(store: &Store, first: &[String], command: &BooksCommand) -> Result<String> {
    let books = store.books()?;
    let changed = match command {
        BooksCommand::List | BooksCommand::Export(_) => true,
        BooksCommand::Order(names) => store.order_books(&distinct(&books, names)?)?,
        BooksCommand::Hide(name) => store.hide_book(find(&books, name)?, Visibility::Hidden)?,
        BooksCommand::Show(name) => store.hide_book(find(&books, name)?, Visibility::Shown)?,
        BooksCommand::Rename { name, title } => store.rename_book(find(&books, name)?, title)?,
        BooksCommand::Remove(name) => store.remove_book(find(&books, name)?)?,
    };
    ensure!(changed, "another program removed the word book in this moment");
    let mut books = store.books()?;
    put_first(&mut books, first);
    let mut text = table(&books);
    if let BooksCommand::Order(names) = command
        && names.iter().any(|name| !first.contains(name))
        && books.iter().any(|book| first.contains(&book.name))
    {
        let first = first.join(", ");
        writeln!(text, "the setting [dictionary] books puts {first} before the others")?;
    }
    Ok(text)
}

/// The books of these names, each of which is there and named once.
fn distinct(books: &[Book], names: &[String]) -> Result<Vec<BookId>> {
    let mut ids = Vec::new();
    for name in names {
        let id = find(books, name)?;
        ensure!(!ids.contains(&id), "the word book {name} is named twice");
        ids.push(id);
    }
    Ok(ids)
}

fn find(books: &[Book], name: &str) -> Result<BookId> {
    if let Some(book) = books.iter().find(|book| book.name == name) {
        return Ok(book.id);
    }
    let known: Vec<&str> = books.iter().map(|book| book.name.as_str()).collect();
    match known.as_slice() {
        [] => bail!("there is no word book {name:?}, and no other one"),
        known => bail!("there is no word book {name:?}; there are: {}", known.join(", ")),
    }
}

/// One line a book. The title comes last: nobody knows how wide its characters are shown.
fn table(books: &[Book]) -> String {
    if books.is_empty() {
        return "there is no word book yet; the first start of the server brings the shipped ones\n"
            .to_owned();
    }
    let head = ["", "name", "entries", "shown", "kind", "imported", "title"].map(str::to_owned);
    let rows = books.iter().zip(1_u32..).map(|(book, number)| {
        [
            number.to_string(),
            book.name.clone(),
            book.entries.to_string(),
            if book.hidden { "hidden" } else { "shown" }.to_owned(),
            book.kind.clone(),
            book.imported.strftime("%Y-%m-%d %H:%M").to_string(),
            book.title.clone(),
        ]
    });
    let rows: Vec<[String; 7]> = std::iter::once(head).chain(rows).collect();
    let widths: [usize; 6] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    });
    rows.iter().map(|row| line(row, widths)).collect()
}

fn line(row: &[String; 7], widths: [usize; 6]) -> String {
    let mut line = String::new();
    for (column, width) in widths.into_iter().enumerate() {
        let cell = row[column].as_str();
        let pad = " ".repeat(width - cell.chars().count());
        // Numbers stand at the right.
        match column {
            0 | 2 => line.extend([pad.as_str(), cell, "  "]),
            _ => line.extend([cell, pad.as_str(), "  "]),
        }
    }
    line + &row[6] + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(name: &str, hidden: bool, entries: u64) -> Book {
        Book {
            id: BookId::new(1),
            name: name.to_owned(),
            title: "标题".to_owned(),
            kind: "course".to_owned(),
            position: 1,
            hidden,
            entries,
            digest: String::new(),
            imported: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_columns_of_the_table_are_in_line() {
        let shown = table(&[book("a", false, 5), book("中文-b", true, 12345)]);
        assert_eq!(
            shown,
            "   name  entries  shown   kind    imported          title\n\
             1  a           5  shown   course  1970-01-01 00:00  标题\n\
             2  中文-b    12345  hidden  course  1970-01-01 00:00  标题\n"
        );
    }

    #[test]
    fn an_unknown_book_is_named_with_the_known_ones() {
        let books = [book("a", false, 1), book("b", false, 1)];
        let said = find(&books, "c").unwrap_err().to_string();
        assert_eq!(said, "there is no word book \"c\"; there are: a, b");
        let said = find(&[], "c").unwrap_err().to_string();
        assert_eq!(said, "there is no word book \"c\", and no other one");
    }
}
