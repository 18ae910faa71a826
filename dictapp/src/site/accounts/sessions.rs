//! Lists the sessions of a user, and ends one of them or all except the current one.

use jiff::Timestamp;

use super::{Client, CurrentUser};
use crate::session::Token;
use crate::site::Site;
use crate::store::{AuditEvent, OwnSession, StoreError, UserId};

impl Site {
    /// The user's sessions that have not ended, the newest first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn sessions_of(&self, user: UserId) -> Result<Vec<OwnSession>, StoreError> {
        let now = Timestamp::now();
        let mut sessions = self.store.sessions_of(user)?;
        sessions.retain(|session| session.expires > now);
        Ok(sessions)
    }

    /// Ends a session: its token becomes invalid.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn sign_out(&self, token: &Token) -> Result<(), StoreError> {
        self.derived.forget(token);
        self.store.delete_session(token.hash().as_bytes())
    }

    /// Ends one session of the user. A session of another user is not touched.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn end_session(
        &self,
        user: &CurrentUser,
        token_hash: &[u8; 32],
        client: &Client,
    ) -> Result<(), StoreError> {
        if self.store.delete_own_session(user.id, token_hash)? {
            self.audit_own(AuditEvent::SessionsEnded, user.id, client);
        }
        Ok(())
    }

    /// Ends all sessions of the user except the one with the token `current`.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn end_other_sessions(
        &self,
        user: &CurrentUser,
        current: &Token,
        client: &Client,
    ) -> Result<(), StoreError> {
        self.store.delete_other_sessions(user.id, current.hash().as_bytes())?;
        self.audit_own(AuditEvent::SessionsEnded, user.id, client);
        Ok(())
    }
}
