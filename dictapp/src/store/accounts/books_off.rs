//! The books (dictionaries) that a user has switched off.

use crate::store::{
    BookId, Store, UserId,
    error::{Doing, Result},
};

pub(crate) const OF_USER: &str = "select book from book_off where user = ? order by book";
const SWITCH_ON: &str = "delete from book_off where user = ? and book = ?";
/// Inserts nothing if the book was removed or is off already.
const SWITCH_OFF: &str = "insert into book_off (user, book) select ?, b.id from book b \
     where b.id = ? and not exists (select 1 from book_off o where o.user = ? and o.book = b.id)";

impl Store {
    /// The books that this user switched off. They are cached for a moment, so changes by other
    /// instances within the last two seconds may be missing.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn books_off(&self, user: UserId) -> Result<Vec<BookId>> {
        let load = || {
            let rows = self.db.query(OF_USER, &[user.number().into()])?;
            rows.into_iter().map(|mut row| Ok(BookId(row.int()?))).collect::<Result<_>>().map(Some)
        };
        let off = self.books_off.read(user, load);
        off.map(Option::unwrap_or_default)
            .doing(|| format!("read the dictionaries that user {user} switched off"))
    }

    /// Switches the books in `on` on and those in `off` off for this user. Other books are
    /// unchanged; books that do not exist are ignored.
    ///
    /// # Errors
    /// The database is unavailable; nothing is changed then.
    pub fn switch_books(&self, user: UserId, on: &[BookId], off: &[BookId]) -> Result<()> {
        let user_number = user.number();
        let switched = self.db.transaction(&mut |session| {
            for book in on {
                session.execute(SWITCH_ON, &[user_number.into(), book.0.into()])?;
            }
            for book in off {
                let params = [user_number.into(), book.0.into(), user_number.into()];
                session.execute(SWITCH_OFF, &params)?;
            }
            Ok(())
        });
        self.books_off.forget(&user);
        switched.doing(|| format!("switch dictionaries of user {user}"))
    }
}
