//! The administration of the dictionary's books: their order, title and visibility, their removal,
//! and imports of uploaded files. Look-ups skip a hidden or removed book at once. Any other change
//! becomes visible when the words are loaded again.

pub(super) mod import;
pub(super) mod preview;
mod uploads;

use webframe::Error;

use super::{Client, CurrentUser, Site};
use crate::store::{AuditEvent, Book, BookId, StoreError, Visibility, put_first};

pub use uploads::{
    BOOK_NAME_CHARS_MAX, BookNaming, UPLOAD_BYTES_MAX, Upload, UploadState, UploadedFile, Uploads,
};

/// A change of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookChange {
    /// The book moves one place towards the first.
    Up,
    /// The book moves one place towards the last.
    Down,
    /// Look-ups skip the book from now on.
    Hide,
    /// Look-ups find the book again.
    Show,
    /// The title changes.
    Rename(String),
    /// The book is deleted with its words.
    Remove,
}

impl Site {
    /// All books in the order in which they are shown, hidden ones too.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn all_books(&self) -> Result<Vec<Book>, StoreError> {
        let mut books = self.store.books()?;
        put_first(&mut books, &self.settings.dictionary.books);
        Ok(books)
    }

    /// Changes a book.
    ///
    /// # Errors
    /// 400 for a title that is empty or too long; 404 if there is no such book; the database is
    /// unavailable.
    pub fn change_book(
        &self,
        book: BookId,
        change: &BookChange,
        user: &CurrentUser,
        client: &Client,
    ) -> Result<(), Error> {
        let known = self.store.books()?.into_iter().find(|one| one.id == book);
        let title = known.ok_or_else(|| Error::not_found(""))?.title;
        match change {
            BookChange::Up => self.move_book(book, |index| index.saturating_sub(1))?,
            BookChange::Down => self.move_book(book, |index| index + 1)?,
            BookChange::Hide => drop(self.store.set_book_visibility(book, Visibility::Hidden)?),
            BookChange::Show => drop(self.store.set_book_visibility(book, Visibility::Shown)?),
            BookChange::Remove => drop(self.store.remove_book(book)?),
            BookChange::Rename(title) => match self.store.rename_book(book, title.trim()) {
                Err(error) if error.is_refused() => {
                    return Err(Error::bad_request(error.to_string()));
                }
                renamed => drop(renamed?),
            },
        }
        self.shelf().skip_hidden_or_removed(&self.store)?;
        let (event, detail) = audit_event(change, title);
        self.audit_with_detail(event, Some(detail), None, Some(user.id), Some(client));
        Ok(())
    }

    /// Makes look-ups skip hidden and removed books from now on, also before the words have been
    /// loaded again without them, which takes seconds.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn skip_hidden_or_removed_books(&self) -> Result<(), StoreError> {
        self.shelf().skip_hidden_or_removed(&self.store)
    }

    /// Moves a book in the order of all books. `to` converts its index to the new one.
    fn move_book(&self, book: BookId, to: impl Fn(usize) -> usize) -> Result<(), StoreError> {
        let mut order: Vec<BookId> = self.all_books()?.iter().map(|book| book.id).collect();
        let Some(index) = order.iter().position(|id| *id == book) else { return Ok(()) };
        let last = order.len() - 1;
        order.swap(index, to(index).min(last));
        self.store.order_books(&order).map(drop)
    }
}

/// The event and the detail of a change in the audit log. `title` is the title before the change.
fn audit_event(change: &BookChange, title: String) -> (AuditEvent, String) {
    match change {
        BookChange::Up | BookChange::Down => (AuditEvent::BookMoved, title),
        BookChange::Hide => (AuditEvent::BookHidden, title),
        BookChange::Show => (AuditEvent::BookShown, title),
        BookChange::Rename(new) => (AuditEvent::BookRenamed, format!("{title} → {}", new.trim())),
        BookChange::Remove => (AuditEvent::BookRemoved, title),
    }
}
