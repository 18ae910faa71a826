//! Deletes rows that are older than the settings allow, in small steps, so that other writers do
//! not wait long.

use jiff::Timestamp;

use super::Site;
use crate::store::{StoreError, UserId};

/// Maximum number of rows of one kind that a step deletes.
const ROWS_AT_ONCE: u32 = 200;

impl Site {
    /// One step: deletes ended sessions, expired reset codes, old entries of the audit log, and the
    /// old look-ups of some users whose ids follow `after`. Returns the argument of the next step;
    /// `None`: no old row is left.
    ///
    /// # Errors
    /// The database is unavailable; some rows may be deleted already.
    pub fn remove_outdated(&self, after: UserId) -> Result<Option<UserId>, StoreError> {
        let now = Timestamp::now();
        let oldest_kept = |age_max| now.checked_sub(age_max).unwrap_or(Timestamp::MIN);
        let sessions = self.store.delete_expired_sessions(now, ROWS_AT_ONCE)?;
        self.store.delete_expired_reset_codes(now)?;
        let oldest = oldest_kept(self.settings.accounts.audit_kept);
        let audit = self.store.delete_audit_before(oldest, ROWS_AT_ONCE)?;
        let oldest = oldest_kept(self.settings.dictionary.history_kept);
        let users = self.store.delete_lookups_before(oldest, after, ROWS_AT_ONCE)?;
        // A step that reached its maximum has probably left rows.
        let may_have_more = sessions.max(audit) >= u64::from(ROWS_AT_ONCE);
        Ok(users.or(may_have_more.then_some(UserId::AFTER_ALL)))
    }
}
