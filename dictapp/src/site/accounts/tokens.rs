//! The tokens that let a user's programs use the API: make, list, check and revoke them.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use webframe::Error;

use super::{Client, CurrentUser};
use crate::bidi::is_control;
use crate::model::{Scope, Scopes};
use crate::session::{Token, TokenHash};
use crate::site::Site;
use crate::store::{
    API_TOKEN_NAME_CHARS_MAX, AuditEvent, NewApiToken, OwnApiToken, StoreError, UserId,
};

/// The prefix of every token, so that a leaked token is recognised as one of dictapp.
const PREFIX: &str = "dictapp_";

/// How far the stored time of a token's last use may be behind the real one: not every use is
/// stored.
const SEEN_BEHIND_MAX: SignedDuration = SignedDuration::from_mins(10);

/// A token for the API. Only the user and their program know it. (A [`Token`] without this type is
/// that of a session.)
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Token);

/// The result of making a token.
#[derive(Debug)]
pub enum TokenMaking {
    /// The token, which is shown once.
    Done(ApiKey),
    /// The name is empty, too long or has control characters, there is no scope, or the user may
    /// not have the scope [`Scope::Admin`].
    Incomplete,
    /// The user has the maximum number of tokens.
    Full,
}

impl ApiKey {
    /// Parses a token, exactly as [`ApiKey::to_text`] writes it; `None` for any other text.
    pub fn parse(text: &str) -> Option<ApiKey> {
        Token::parse(text.strip_prefix(PREFIX)?).map(ApiKey)
    }

    /// The text for the user.
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}", self.0.to_text())
    }

    /// The hash, which the database stores.
    pub fn hash(&self) -> TokenHash {
        self.0.hash()
    }
}

impl Site {
    /// Makes a token. Only administrators get the scope [`Scope::Admin`].
    ///
    /// # Errors
    /// The database is unavailable; the system has no random bytes.
    pub fn make_api_token(
        &self,
        user: &CurrentUser,
        name: &str,
        scopes: Scopes,
        client: &Client,
    ) -> Result<TokenMaking, Error> {
        let name = name.trim();
        let is_named = !name.is_empty()
            && name.chars().count() <= API_TOKEN_NAME_CHARS_MAX
            && !name.contains(is_control);
        let is_allowed = !scopes.has(Scope::Admin) || user.role == crate::model::Role::Admin;
        if !is_named || !is_allowed || scopes == Scopes::default() {
            return Ok(TokenMaking::Incomplete);
        }
        let key = ApiKey(Token::random().map_err(|error| Error::internal(error.to_string()))?);
        let is_stored = self.store.insert_api_token(&NewApiToken {
            token_hash: *key.hash().as_bytes(),
            user: user.id,
            name: name.to_owned(),
            scopes,
            created: Timestamp::now(),
        })?;
        if !is_stored {
            return Ok(TokenMaking::Full);
        }
        self.audit_own(AuditEvent::TokenMade, user.id, client);
        Ok(TokenMaking::Done(key))
    }

    /// The user's tokens, the newest first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn api_tokens_of(&self, user: UserId) -> Result<Vec<OwnApiToken>, StoreError> {
        self.store.api_tokens_of(user)
    }

    /// Revokes a token of the user. A token of another user is not touched.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn revoke_api_token(
        &self,
        user: &CurrentUser,
        token_hash: &[u8; 32],
        client: &Client,
    ) -> Result<(), StoreError> {
        if self.store.delete_api_token_of(user.id, token_hash)? {
            self.audit_own(AuditEvent::TokenRevoked, user.id, client);
        }
        Ok(())
    }

    /// The user of a token and its scopes; `None` if it is not valid.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn user_of_api_token(
        &self,
        key: &ApiKey,
    ) -> Result<Option<(CurrentUser, Scopes)>, StoreError> {
        let hash = key.hash();
        let Some(token) = self.store.api_token_by_hash(hash.as_bytes())? else { return Ok(None) };
        let now = Timestamp::now();
        let is_recent = token.seen.is_some_and(|seen| now.duration_since(seen) < SEEN_BEHIND_MAX);
        // The token is valid even if its use cannot be recorded.
        if !is_recent && let Err(error) = self.store.touch_api_token(hash.as_bytes(), now) {
            log::warn!("{error}");
        }
        let current_user = CurrentUser { id: token.user, name: token.name, role: token.role };
        Ok(Some((current_user, token.scopes)))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_by_its_prefix_and_never_shown_in_debug() {
        let key = ApiKey(Token::random().unwrap());
        let text = key.to_text();
        assert_eq!(ApiKey::parse(&text), Some(key.clone()));
        assert_eq!(ApiKey::parse(&text["dictapp_".len()..]), None);
        assert_eq!(Token::parse(&text), None, "it does not open a session");
        assert_eq!(format!("{key:?}"), "ApiKey(..)");
    }
}
