//! Writes and reads the audit log: the events of accounts.

use std::time::Instant;

use jiff::Timestamp;

use super::Client;
use crate::site::Site;
use crate::store::{AuditEntry, AuditEvent, StoreError, UserId};
use crate::throttle::Action;

impl Site {
    /// Writes an entry about `user`, with the user who acted (`actor`) and the address of the
    /// client. If the entry cannot be stored, the error is only logged: the event itself has
    /// already happened. An event that repeats too often for a user is left out, so that nobody can
    /// fill the database with it.
    pub fn audit(
        &self,
        event: AuditEvent,
        user: Option<UserId>,
        actor: Option<UserId>,
        client: Option<&Client>,
    ) {
        self.audit_with_detail(event, None, user, actor, client);
    }

    /// Like [`audit`](Site::audit), for users who act on their own account.
    pub(crate) fn audit_own(&self, event: AuditEvent, user: UserId, client: &Client) {
        self.audit(event, Some(user), Some(user), Some(client));
    }

    /// Like [`audit`](Site::audit), with a detail of the event, such as the title of a book: see
    /// [`AuditEntry::detail`].
    pub fn audit_with_detail(
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
            Ok(entry) => entry.keep_counted(),
            Err(_) => {
                return log::debug!("the audit log leaves out {} of {number:?}", event.name());
            }
        }
        // The key of an entry is its time in microseconds and this random number. If the system has
        // no random bytes, the number is 0, and two entries in one microsecond may collide.
        let mut random = [0; 4];
        getrandom::fill(&mut random).unwrap_or_default();
        let network = client.map(|client| client.address.to_canonical().to_string());
        let entry = AuditEntry { at: Timestamp::now(), event, user, actor, network, detail };
        if let Err(error) = self.store.insert_audit(&entry, u32::from_be_bytes(random)) {
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
