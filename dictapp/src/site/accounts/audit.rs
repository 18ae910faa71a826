//! What happens to accounts to entries of the audit log.

use jiff::Timestamp;

use super::Client;
use crate::site::Site;
use crate::store::{AuditEntry, AuditEvent, StoreError, UserId};

/// Entries that one statement removes, so that other writers do not wait long.
const REMOVED_AT_ONCE: u32 = 500;

impl Site {
    /// Writes an entry about a user, with the user who did it and the browser. What happened is
    /// done even if this fails; then the server's log has the failure.
    pub fn note(
        &self,
        event: AuditEvent,
        user: Option<UserId>,
        actor: Option<UserId>,
        client: Option<&Client>,
    ) {
        let mut tie = [0; 4];
        // Without random bytes two entries of one microsecond may become one.
        getrandom::fill(&mut tie).unwrap_or_default();
        let network = client.map(|client| client.address.to_canonical().to_string());
        let entry = AuditEntry { at: Timestamp::now(), event, user, actor, network };
        if let Err(error) = self.store.insert_audit(&entry, u32::from_be_bytes(tie)) {
            log::error!("{error}");
        }
    }

    /// The newest entries, the newest first: all, or those about one user.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn audit_log(
        &self,
        user: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.store.audit_before(user, Timestamp::MAX, limit)
    }

    /// The newest entries before a time, the newest first: all, or those about one user.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn audit_log_before(
        &self,
        user: Option<UserId>,
        time: Timestamp,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.store.audit_before(user, time, limit)
    }

    /// Removes what the settings say is old: entries of the audit log and reset codes that have
    /// expired.
    ///
    /// # Errors
    /// The database cannot serve; some may be removed already.
    pub fn remove_old_account_data(&self) -> Result<(), StoreError> {
        let now = Timestamp::now();
        self.store.delete_expired_reset_codes(now)?;
        let kept = self.settings.accounts.audit_kept;
        let oldest = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let at_once = u64::from(REMOVED_AT_ONCE);
        while self.store.delete_audit_before(oldest, REMOVED_AT_ONCE)? == at_once {}
        Ok(())
    }
}
