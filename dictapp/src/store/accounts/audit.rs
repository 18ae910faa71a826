//! The audit log: log-ins, failed log-ins, changes of accounts, and changes of the dictionary's
//! books.

use jiff::Timestamp;

use crate::store::{
    Store, UserId,
    db::{Row, Value},
    error::{Doing, Result, StoreError},
};

const INSERT: &str = "insert into audit (time, tie, event, user, actor, network, detail) \
     values (?, ?, ?, ?, ?, ?, ?)";
pub(crate) const BEFORE: &str = "select time, event, user, actor, network, detail from audit \
     where time < ? order by time desc, tie desc limit ?";
pub(crate) const OF_USER: &str = "select time, event, user, actor, network, detail from audit \
     where user = ? and time < ? order by time desc limit ?";
pub(crate) const OLDEST: &str =
    "select time, tie from audit where time < ? order by time, tie limit ?";
const DELETE: &str = "delete from audit where time = ? and tie = ?";

/// Maximum number of entries that one query returns.
pub const AUDIT_ROWS_MAX: u32 = 10_000;

/// Maximum number of characters of a detail; longer ones are cut. Two titles of books fit.
const DETAIL_CHARS_MAX: usize = 600;

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditEvent {
    /// A user registered or was added.
    Registered,
    /// A log-in succeeded.
    LoggedIn,
    /// A log-in failed: the name or the password was wrong, or the user is disabled.
    LogInFailed,
    /// A user ended their session.
    LoggedOut,
    /// A user ended one of their sessions, or all except the current one.
    SessionsEnded,
    /// A user changed their password.
    PasswordChanged,
    /// An administrator set a password by command.
    PasswordSet,
    /// A reset code was made.
    ResetCodeMade,
    /// A reset code was used.
    PasswordReset,
    /// A user was blocked from logging in.
    Disabled,
    /// A blocked user may log in again.
    Enabled,
    /// A user has another role.
    RoleChanged,
    /// A user made a token for the API.
    TokenMade,
    /// A token for the API was revoked.
    TokenRevoked,
    /// A user's data was exported.
    Exported,
    /// A part of a user's history or all of it was deleted.
    HistoryDeleted,
    /// A user was deleted.
    Deleted,
    /// Books were changed. Only entries of earlier versions of this program have this event.
    BooksChanged,
    /// The import of a book began.
    BookImported,
    /// A book has another place in the order.
    BookMoved,
    /// A book was hidden.
    BookHidden,
    /// A hidden book is shown again.
    BookShown,
    /// A book has another title.
    BookRenamed,
    /// A book was removed.
    BookRemoved,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The time.
    pub at: Timestamp,
    /// The event.
    pub event: AuditEvent,
    /// The user concerned; `None` for an unknown name.
    pub user: Option<UserId>,
    /// The user who caused it; `None` for guests and commands.
    pub actor: Option<UserId>,
    /// The address of the client; `None` for commands.
    pub network: Option<String>,
    /// A detail of the event: the title of a book, both titles of a renamed book, or the name of
    /// a role.
    pub detail: Option<String>,
}

impl AuditEvent {
    /// All events.
    pub const ALL: [AuditEvent; 24] = [
        AuditEvent::Registered,
        AuditEvent::LoggedIn,
        AuditEvent::LogInFailed,
        AuditEvent::LoggedOut,
        AuditEvent::SessionsEnded,
        AuditEvent::PasswordChanged,
        AuditEvent::PasswordSet,
        AuditEvent::ResetCodeMade,
        AuditEvent::PasswordReset,
        AuditEvent::Disabled,
        AuditEvent::Enabled,
        AuditEvent::RoleChanged,
        AuditEvent::TokenMade,
        AuditEvent::TokenRevoked,
        AuditEvent::Exported,
        AuditEvent::HistoryDeleted,
        AuditEvent::Deleted,
        AuditEvent::BooksChanged,
        AuditEvent::BookImported,
        AuditEvent::BookMoved,
        AuditEvent::BookHidden,
        AuditEvent::BookShown,
        AuditEvent::BookRenamed,
        AuditEvent::BookRemoved,
    ];

    /// The word in the database.
    pub fn name(self) -> &'static str {
        match self {
            AuditEvent::Registered => "registered",
            AuditEvent::LoggedIn => "logged_in",
            AuditEvent::LogInFailed => "log_in_failed",
            AuditEvent::LoggedOut => "logged_out",
            AuditEvent::SessionsEnded => "sessions_ended",
            AuditEvent::PasswordChanged => "password_changed",
            AuditEvent::PasswordSet => "password_set",
            AuditEvent::ResetCodeMade => "reset_code_made",
            AuditEvent::PasswordReset => "password_reset",
            AuditEvent::Disabled => "disabled",
            AuditEvent::Enabled => "enabled",
            AuditEvent::RoleChanged => "role_changed",
            AuditEvent::TokenMade => "token_made",
            AuditEvent::TokenRevoked => "token_revoked",
            AuditEvent::Exported => "exported",
            AuditEvent::HistoryDeleted => "history_deleted",
            AuditEvent::Deleted => "deleted",
            AuditEvent::BooksChanged => "books_changed",
            AuditEvent::BookImported => "book_imported",
            AuditEvent::BookMoved => "book_moved",
            AuditEvent::BookHidden => "book_hidden",
            AuditEvent::BookShown => "book_shown",
            AuditEvent::BookRenamed => "book_renamed",
            AuditEvent::BookRemoved => "book_removed",
        }
    }

    fn parse(name: &str) -> Option<AuditEvent> {
        AuditEvent::ALL.into_iter().find(|event| event.name() == name)
    }
}

impl Store {
    /// Adds an entry. `tie_breaker` is a random number that distinguishes entries in the same
    /// microsecond.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn insert_audit(&self, entry: &AuditEntry, tie_breaker: u32) -> Result<()> {
        let detail = entry.detail.as_ref();
        let detail = detail.map(|text| text.chars().take(DETAIL_CHARS_MAX).collect::<String>());
        let params = [
            entry.at.as_microsecond().into(),
            tie_breaker.into(),
            entry.event.name().into(),
            entry.user.map(UserId::number).into(),
            entry.actor.map(UserId::number).into(),
            entry.network.as_deref().into(),
            detail.as_deref().into(),
        ];
        match self.db.execute(INSERT, &params) {
            // After a lost connection the repeated statement conflicts with its own row.
            Err(error) if error.is_conflict() => Ok(()),
            result => result.map(drop),
        }
        .doing(|| format!("log the event {}", entry.event.name()))
    }

    /// The newest entries before a time, the newest first: all, or those about one user.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn audit_before(
        &self,
        user: Option<UserId>,
        time: Timestamp,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        let time = time.as_microsecond().into();
        let limit = limit.min(AUDIT_ROWS_MAX).into();
        let rows = match user {
            Some(user) => self.db.query(OF_USER, &[user.0.into(), time, limit]),
            None => self.db.query(BEFORE, &[time, limit]),
        };
        rows.and_then(|rows| rows.into_iter().map(entry).collect()).doing(|| "read the audit log")
    }

    /// Removes at most `limit` entries that are older than this; returns their number.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_audit_before(&self, time: Timestamp, limit: u32) -> Result<u64> {
        // One row at a time by its key: a statement for a range of times would also hold up the
        // insertions of other requests.
        let delete = || {
            let mut deleted = 0;
            let oldest = [time.as_microsecond().into(), limit.into()];
            let keys = self.db.query(OLDEST, &oldest)?.into_iter();
            let keys = keys.map(|mut row| Ok([row.int()?.into(), row.int()?.into()]));
            let keys = keys.collect::<Result<Vec<[Value; 2]>>>()?;
            if keys.is_empty() {
                return Ok(0);
            }
            self.db.transaction(&mut |session| {
                deleted = 0;
                for key in &keys {
                    deleted += session.execute(DELETE, key)?;
                }
                Ok(())
            })?;
            Ok(deleted)
        };
        delete().doing(|| "remove old entries of the audit log")
    }
}

fn entry(mut row: Row) -> Result<AuditEntry> {
    let at = row.time()?;
    let event = row.text()?;
    let event = AuditEvent::parse(&event)
        .ok_or_else(|| StoreError::internal(format!("unknown event of the audit log: {event}")))?;
    let user = row.optional_int()?.map(UserId);
    let actor = row.optional_int()?.map(UserId);
    let network = row.optional_text()?;
    Ok(AuditEntry { at, event, user, actor, network, detail: row.optional_text()? })
}
