//! Changes passwords, confirms a user's password, and makes and uses reset codes. A user who has
//! forgotten the password sets a new one with a reset code, which is valid once.

use std::fmt;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use webframe::Error;

use super::codes::{ALPHABET, random_code};
use super::log_in::device_proof_text;
use super::{Client, CurrentUser, DeviceProof, SignedIn};
use crate::model::Lifetime;
use crate::password::PasswordProblem;
use crate::session::Token;
use crate::site::Site;
use crate::store::{AuditEvent, HashChange, TokensThen, User, UserId};
use crate::throttle::{Attempt, Device, LogInFrom, Throttled};

/// The length of a reset code. A character has 5 random bits, so a code has 60.
const CODE_CHARS: usize = 12;

/// A reset code. It is shown once; the database stores only its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct ResetCode([u8; CODE_CHARS]);

/// A new password, and what proves that the user may set it.
#[derive(Clone, Copy)]
pub struct NewPassword<'a> {
    /// The old password, or a reset code.
    pub proof: &'a str,
    /// The new password.
    pub password: &'a str,
}

/// The result of setting a new password, or of confirming the old one.
#[derive(Debug)]
pub enum PasswordChange<T> {
    /// The new password is set.
    Done(T),
    /// The old password or the code is wrong, or the code has expired.
    Wrong,
    /// The new password breaks a rule.
    Problem(PasswordProblem),
    /// Too many attempts have failed, so neither password nor code was checked. Try again after
    /// this time.
    Later(Duration),
}

impl ResetCode {
    fn random() -> Result<ResetCode, Error> {
        random_code().map(ResetCode)
    }

    /// Parses a code as it was typed: in upper or lower case, with or without hyphens and spaces.
    /// `None` if it is not a code.
    pub fn parse(text: &str) -> Option<ResetCode> {
        let chars = text.bytes().take(64).filter(|byte| !matches!(byte, b'-' | b' '));
        let chars: Vec<u8> = chars.map(|byte| byte.to_ascii_uppercase()).collect();
        let code: [u8; CODE_CHARS] = chars.try_into().ok()?;
        code.iter().all(|char| ALPHABET.contains(char)).then_some(ResetCode(code))
    }

    /// The code in groups of four, as in "7KQM-2XWB-9TGD".
    pub fn to_text(&self) -> String {
        let groups = self.0.chunks(4).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::new().chain_update("dictapp reset code\0").chain_update(self.0).finalize().into()
    }
}

impl fmt::Debug for NewPassword<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(..)")
    }
}

impl fmt::Debug for ResetCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResetCode(..)")
    }
}

impl Site {
    /// Sets a new password for a user who knows the old one. All other sessions of the user end,
    /// and the API tokens are revoked unless the user keeps them.
    ///
    /// # Errors
    /// The database or password hashing is unavailable; nothing is changed then.
    pub fn change_password(
        &self,
        current_user: &CurrentUser,
        new: NewPassword<'_>,
        tokens: TokensThen,
        session: &Token,
        client: &Client,
    ) -> Result<PasswordChange<DeviceProof>, Error> {
        let name = current_user.name.as_str();
        if let Some(problem) = PasswordProblem::of(new.password, name, &self.settings.accounts) {
            return Ok(PasswordChange::Problem(problem));
        }
        let attempt = match self.begin_confirmation(current_user, client) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(PasswordChange::Later(wait)),
        };
        let user = self.store.user_by_id(current_user.id)?;
        let Some(mut user) = self.verified(user, new.proof, client)? else {
            attempt.keep_counted();
            return Ok(PasswordChange::Wrong);
        };
        let passwd = self.passwords.hash(new.password, client.address)?;
        // If a concurrent change was quicker, the old password is wrong now.
        let change = HashChange { old: &user.passwd, new: &passwd };
        if !self.store.change_passwd(user.id, change, session.hash().as_bytes(), tokens)? {
            return Ok(PasswordChange::Wrong);
        }
        attempt.succeeded();
        user.passwd = passwd;
        self.audit_own(AuditEvent::PasswordChanged, user.id, client);
        Ok(PasswordChange::Done(device_proof_text(&user)))
    }

    /// Checks that this is the user's password. Failures count as failed log-ins.
    ///
    /// # Errors
    /// The database or password hashing is unavailable.
    pub fn confirm_password(
        &self,
        current_user: &CurrentUser,
        password: &str,
        client: &Client,
    ) -> Result<PasswordChange<()>, Error> {
        let attempt = match self.begin_confirmation(current_user, client) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(PasswordChange::Later(wait)),
        };
        let user = self.store.user_by_id(current_user.id)?;
        if self.verified(user, password, client)?.is_none() {
            attempt.keep_counted();
            return Ok(PasswordChange::Wrong);
        }
        attempt.succeeded();
        Ok(PasswordChange::Done(()))
    }

    /// Begins a check of the password of a user who is logged in. The error is the time to wait
    /// after too many failures.
    fn begin_confirmation(
        &self,
        user: &CurrentUser,
        client: &Client,
    ) -> Result<Attempt<'_>, Duration> {
        let name = user.name.as_str();
        // The session proves that the user has logged in from this device. A form that confirms a
        // password has no ticket for a delayed attempt, so a delay is a time to wait.
        let from = LogInFrom { name, client: client.address, ticket: "", device: Device::Known };
        self.throttle.begin_log_in(from, Instant::now()).map_err(|refusal| match refusal {
            Throttled::Wait(wait) | Throttled::Delay { delay: wait, .. } => wait,
        })
    }

    /// Makes a reset code for a user. It replaces earlier codes and is valid for the time in the
    /// setting `reset_code_valid`.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn make_reset_code(
        &self,
        user: UserId,
        actor: Option<UserId>,
        client: Option<&Client>,
    ) -> Result<ResetCode, Error> {
        let code = ResetCode::random()?;
        let now = Timestamp::now();
        let valid = self.settings.accounts.reset_code_valid;
        let expires = now.checked_add(valid).unwrap_or(Timestamp::MAX);
        self.store.put_reset_code(user, &code.hash(), now, expires)?;
        self.audit(AuditEvent::ResetCodeMade, Some(user), actor, client);
        Ok(code)
    }

    /// Sets a new password for the user of a reset code, ends all their sessions and begins a new
    /// one. The code cannot be used again, unless the new password was refused.
    ///
    /// # Errors
    /// The database or password hashing is unavailable.
    pub fn reset_password(
        &self,
        new: NewPassword<'_>,
        client: &Client,
    ) -> Result<PasswordChange<SignedIn>, Error> {
        let attempt = match self.throttle.begin_reset(client.address, Instant::now()) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(PasswordChange::Later(wait)),
        };
        let Some((user, hash)) = self.user_of_code(new.proof)? else {
            attempt.keep_counted();
            return Ok(PasswordChange::Wrong);
        };
        let rules = &self.settings.accounts;
        if let Some(problem) = PasswordProblem::of(new.password, user.name.as_str(), rules) {
            return Ok(PasswordChange::Problem(problem));
        }
        let passwd = self.passwords.hash(new.password, client.address)?;
        if !self.store.reset_passwd(user.id, &hash, &passwd, Timestamp::now())? {
            return Ok(PasswordChange::Wrong);
        }
        let user = User { passwd, ..user };
        self.audit_own(AuditEvent::PasswordReset, user.id, client);
        let signed_in = self.begin_session(&user, Lifetime::Browser, client)?;
        Ok(PasswordChange::Done(signed_in))
    }

    /// The user of a valid code, with the hash of the code. `None` if the code is wrong or has
    /// expired, or if the user is disabled.
    fn user_of_code(&self, code: &str) -> Result<Option<(User, [u8; 32])>, Error> {
        let Some(hash) = ResetCode::parse(code).map(|code| code.hash()) else { return Ok(None) };
        let Some(id) = self.store.user_of_reset_code(&hash, Timestamp::now())? else {
            return Ok(None);
        };
        let user = self.store.user_by_id(id)?.filter(|user| user.disabled.is_none());
        Ok(user.map(|user| (user, hash)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_any_case_with_any_separators_and_debug_does_not_show_it() {
        let code = ResetCode::random().unwrap();
        let text = code.to_text();
        assert_eq!(text.len(), 14);
        for typed in [text.clone(), text.to_lowercase(), text.replace('-', " ")] {
            assert_eq!(ResetCode::parse(&typed), Some(code.clone()), "{typed}");
        }
        for wrong in ["", &text[1..], "7KQM-2XWB-9TG0", &format!("{text}2"), "七KQM-2XWB-9TGD"] {
            assert_eq!(ResetCode::parse(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "ResetCode(..)");
        assert_ne!(ResetCode::random().unwrap(), code);
    }
}
