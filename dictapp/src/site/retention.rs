//! Deletes rows that are older than the settings allow, in small steps, so that other writers do
//! not wait long.

use jiff::Timestamp;

use super::Site;
use crate::store::{StoreError, UserId};

/// Maximum number of rows of one kind that a step deletes.
const ROWS_AT_ONCE: u32 = 200;

impl Site {
    /// One step: deletes ended sessions, expired reset codes, old entries of the audit log, and old
    /// look-ups of the next users after `after`. Returns the `after` of the next step; `None`:
    /// nothing is left.
    ///
    /// # Errors
    /// The database is unavailable; some rows may be deleted already.
    pub fn remove_outdated(&self, after: UserId) -> Result<Option<UserId>, StoreError> {
        let now = Timestamp::now();
        let before = |kept| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let sessions = self.store.delete_expired_sessions(now, ROWS_AT_ONCE)?;
        self.store.delete_expired_reset_codes(now)?;
        let oldest = before(self.settings.accounts.audit_kept);
        let audit = self.store.delete_audit_before(oldest, ROWS_AT_ONCE)?;
        let oldest = before(self.settings.dictionary.history_kept);
        let users = self.store.delete_lookups_before(oldest, after, ROWS_AT_ONCE)?;
        let is_more = sessions.max(audit) >= u64::from(ROWS_AT_ONCE);
        Ok(users.or(is_more.then_some(UserId::AFTER_ALL)))
    }
}
