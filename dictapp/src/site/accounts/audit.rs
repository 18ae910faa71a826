//! Writes and reads the audit log: the events of accounts.

use std::time::Instant;

use jiff::Timestamp;

use super::Client;
use crate::site::Site;
use crate::store::{AuditEntry, AuditEvent, StoreError, UserId};
use crate::throttle::Action;

impl Site {
    /// Writes an entry about `user`, with the user who acted and the address of the client. If the
    /// entry cannot be stored, this is only logged: the event itself has already happened. An event
    /// that repeats too often for a user is left out, so that nobody can fill the database with it.
    pub fn note(
        &self,
        event: AuditEvent,
        user: Option<UserId>,
        actor: Option<UserId>,
        client: Option<&Client>,
    ) {
        self.note_about(event, None, user, actor, client);
    }

    /// Like [`note`](Site::note), with a detail of the event, such as the title of a book: see
    /// [`AuditEntry::detail`].
    pub fn note_about(
        &self,
        event: AuditEvent,
        detail: Option<String>,
        user: Option<UserId>,
        actor: Option<UserId>,
        client: Option<&Client>,
    ) {
        let action = Action::Audited(event.name());
        let number = user.map(UserId::number);
        match self.throttle.begin_action(action, number, Instant::now()) {
            Ok(permit) => permit.keep_counted(),
            Err(_) => {
                return log::debug!("the audit log leaves out {} of {number:?}", event.name());
            }
        }
        // The key of an entry is its time in microseconds and this random number.
        let mut tie = [0; 4];
        // Without random bytes the number is 0, so two entries in one microsecond may collide.
        getrandom::fill(&mut tie).unwrap_or_default();
        let network = client.map(|client| client.address.to_canonical().to_string());
        let entry = AuditEntry { at: Timestamp::now(), event, user, actor, network, detail };
        if let Err(error) = self.store.insert_audit(&entry, u32::from_be_bytes(tie)) {
            log::error!("{error}");
        }
    }

    /// The newest entries, newest first: of all users, or about one user.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn audit_log(
        &self,
        user: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.store.audit_before(user, Timestamp::MAX, limit)
    }

    /// The newest entries before a time, newest first: of all users, or about one user.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn audit_log_before(
        &self,
        user: Option<UserId>,
        time: Timestamp,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.store.audit_before(user, time, limit)
    }
}
