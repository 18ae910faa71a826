//! The command `dictapp books`: lists and changes the dictionaries of a database. Servers of the
//! same database load the changes within seconds. `export` has its own file.

use std::fmt::Write as _;
use std::io::{self, Write};

use anyhow::{Context, Result, bail, ensure};

use super::Output;
use super::export::{self, Export};
use crate::store::{Book, BookId, Store, Visibility, put_first};

/// What to do with the dictionaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BooksCommand {
    /// List the books.
    List(Output),
    /// Put the books with these names first, in this order; the others follow in their present
    /// order.
    Order(Vec<String>),
    /// Hide a book from look-ups.
    Hide(String),
    /// Show a hidden book again.
    Show(String),
    /// Change the title of a book.
    Rename {
        /// The name of the book, which does not change.
        name: String,
        /// The title that readers see.
        title: String,
    },
    /// Delete a book with its words.
    Remove(String),
    /// Write a book to a file of another program's format.
    Export(Export),
}

/// Runs the command. Except for an export, prints the list of books as it is afterwards. `first`
/// names the books that the settings put first, even if the order in the store differs.
///
/// # Errors
/// If a book does not exist, a title is empty or too long, or the store is unavailable: nothing is
/// changed then. If an export cannot be written, or standard output is closed.
pub fn run(store: &Store, first: &[String], command: &BooksCommand) -> Result<()> {
    if let BooksCommand::Export(export) = command {
        return export::run(store, export);
    }
    let text = apply(store, first, command)?;
    io::stdout().write_all(text.as_bytes()).context("cannot write to standard output")
}

/// Changes the books and returns their list as text. An export is not handled here.
fn apply(store: &Store, first: &[String], command: &BooksCommand) -> Result<String> {
    let books = store.books()?;
    let changed = match command {
        BooksCommand::List(_) | BooksCommand::Export(_) => true,
        BooksCommand::Order(names) => store.order_books(&distinct(&books, names)?)?,
        BooksCommand::Hide(name) => {
            store.set_book_visibility(find(&books, name)?, Visibility::Hidden)?
        }
        BooksCommand::Show(name) => {
            store.set_book_visibility(find(&books, name)?, Visibility::Shown)?
        }
        BooksCommand::Rename { name, title } => store.rename_book(find(&books, name)?, title)?,
        BooksCommand::Remove(name) => store.remove_book(find(&books, name)?)?,
    };
    ensure!(changed, "another program has just removed the dictionary");
    let mut books = store.books()?;
    put_first(&mut books, first);
    if let BooksCommand::List(Output::Json) = command {
        return json(&books);
    }
    let mut text = table(&books);
    // Explains why the list does not have the requested order.
    if let BooksCommand::Order(names) = command
        && names.iter().any(|name| !first.contains(name))
        && books.iter().any(|book| first.contains(&book.name))
    {
        let first = first.join(", ");
        writeln!(text, "the setting [dictionary] books puts {first} before the others")?;
    }
    Ok(text)
}

/// The ids of the books with these names. Each book must exist and be named once.
fn distinct(books: &[Book], names: &[String]) -> Result<Vec<BookId>> {
    let mut ids = Vec::new();
    for name in names {
        let id = find(books, name)?;
        ensure!(!ids.contains(&id), "the dictionary {name} is named twice");
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
        [] => bail!("there is no dictionary {name:?}; there are no dictionaries"),
        known => bail!("there is no dictionary {name:?}; there are: {}", known.join(", ")),
    }
}

/// The books as a list of JSON objects.
fn json(books: &[Book]) -> Result<String> {
    let rows = books.iter().map(|book| {
        serde_json::json!({
            "name": book.name,
            "title": book.title,
            "entries": book.entries,
            "shown": !book.hidden,
            "kind": book.kind,
            "imported": book.imported.to_string(),
        })
    });
    Ok(serde_json::to_string_pretty(&rows.collect::<Vec<_>>())? + "\n")
}

/// A table with one line for each book. The title is last: it may have characters of double width,
/// which would shift the columns after it.
fn table(books: &[Book]) -> String {
    if books.is_empty() {
        return "there are no dictionaries yet; the first start of the server imports the shipped ones\n"
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

/// A line of the table: each cell is padded to its width, except the last one.
fn line(row: &[String; 7], widths: [usize; 6]) -> String {
    let mut line = String::new();
    for (column, width) in widths.into_iter().enumerate() {
        let cell = row[column].as_str();
        let pad = " ".repeat(width - cell.chars().count());
        match column {
            // The columns of numbers are right-aligned.
            0 | 2 => line.extend([pad.as_str(), cell, "  "]),
            _ => line.extend([cell, pad.as_str(), "  "]),
        }
    }
    line + &row[6] + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(name: &str, entries: u64) -> Book {
        Book {
            id: BookId::new(1),
            name: name.to_owned(),
            title: "标题".to_owned(),
            kind: "course".to_owned(),
            position: 1,
            hidden: false,
            entries,
            digest: String::new(),
            imported: jiff::Timestamp::UNIX_EPOCH,
            languages: None,
        }
    }

    #[test]
    fn the_columns_of_the_table_are_in_line() {
        let hidden = Book { hidden: true, ..book("中文-b", 12345) };
        let shown = table(&[book("a", 5), hidden]);
        assert_eq!(
            shown,
            "   name  entries  shown   kind    imported          title\n\
             1  a           5  shown   course  1970-01-01 00:00  标题\n\
             2  中文-b    12345  hidden  course  1970-01-01 00:00  标题\n"
        );
    }

    #[test]
    fn an_unknown_book_is_named_with_the_known_ones() {
        let books = [book("a", 1), book("b", 1)];
        let error = find(&books, "c").unwrap_err().to_string();
        assert_eq!(error, "there is no dictionary \"c\"; there are: a, b");
        let error = find(&[], "c").unwrap_err().to_string();
        assert_eq!(error, "there is no dictionary \"c\"; there are no dictionaries");
    }
}
