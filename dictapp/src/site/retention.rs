//! Removes what is older than the settings allow, in steps so small that no other writer waits long.

use jiff::Timestamp;

use super::Site;
use crate::store::{StoreError, UserId};

/// Rows of one kind that a step removes.
const ROWS_AT_ONCE: u32 = 200;

impl Site {
    /// One step: ended sessions, expired reset codes, old entries of the audit log, and old look-ups
    /// of a few users after this one. Returns the user after whom the next step goes on; `None`:
    /// nothing is left.
    ///
    /// # Errors
    /// The database cannot serve; some may be removed already.
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
