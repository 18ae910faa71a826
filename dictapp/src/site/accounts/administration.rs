//! Administration of users, for pages and commands: adds, finds, disables, enables and deletes
//! users, sets their passwords and roles, and brings outdated rows up to date.
//!
//! Changes are written to the audit log. There, `actor` is the user who made the change, and
//! `client` their browser; both are `None` if a command made it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use webframe::Error;

use super::{Client, CurrentUser};
use crate::model::{Role, Username};
use crate::password::{PasswordError, PasswordProblem};
use crate::site::Site;
use crate::store::{AuditEvent, NewUser, StoreError, User, UserId};

/// The number of passwords that are hashed at once is limited for each client address. Hashing in
/// this file counts for this address instead of an administrator's.
const HASHING_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Why a user was not added or changed.
#[derive(Debug)]
pub enum AdminError {
    /// Another user has the name.
    Taken,
    /// Another user has a name that looks the same.
    LooksLike(String),
    /// The password breaks a rule.
    Password(PasswordProblem),
    /// The only administrator who is not disabled would be disabled, be deleted or lose the role.
    LastAdmin,
    /// The database or password hashing is unavailable.
    Failed(Error),
}

impl Site {
    /// Adds a user with a plain-text password, which must satisfy the rules.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub fn add_user(
        &self,
        name: &Username,
        password: &str,
        role: Role,
        actor: Option<UserId>,
    ) -> Result<User, AdminError> {
        let problem = PasswordProblem::of(password, name.as_str(), &self.settings.accounts);
        if let Some(problem) = problem {
            return Err(AdminError::Password(problem));
        }
        let passwd = || self.passwords.hash(password, HASHING_ADDRESS);
        self.add_hashed(name, passwd, role, actor)
    }

    /// Adds a user from the database of a programming course (see the command `import_course`).
    /// `passwd` is plain text, which need not satisfy the rules, or the course's MD5 hash. Only an
    /// Argon2id hash of it is stored.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub fn import_user(&self, name: &Username, passwd: &str) -> Result<User, AdminError> {
        let hash = || match self.passwords.wrap_course_hash(passwd)? {
            Some(wrapped) => Ok(wrapped),
            None => self.passwords.hash(passwd, HASHING_ADDRESS),
        };
        self.add_hashed(name, hash, Role::User, None)
    }

    /// Adds a user if the name is free. Calls `hash`, which is expensive, only if it is.
    fn add_hashed(
        &self,
        name: &Username,
        hash: impl FnOnce() -> Result<String, PasswordError>,
        role: Role,
        actor: Option<UserId>,
    ) -> Result<User, AdminError> {
        if self.store.user_by_name(name)?.is_some() {
            return Err(AdminError::Taken);
        }
        if let Some(other) = self.store.name_that_looks_like(name)? {
            return Err(AdminError::LooksLike(other));
        }
        let passwd = hash().map_err(Error::from)?;
        let name = name.clone();
        let created = Timestamp::now();
        let new = NewUser { name, passwd, created, role, sign_up: None };
        match self.store.insert_user(&new) {
            Ok(user) => {
                self.audit(AuditEvent::Registered, Some(user.id), actor, None);
                Ok(user)
            }
            Err(error) if error.is_conflict() => Err(AdminError::Taken),
            Err(error) => Err(error.into()),
        }
    }

    /// The user with this name.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn user(&self, name: &Username) -> Result<Option<User>, StoreError> {
        self.store.user_by_name(name)
    }

    /// The user with this id.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn user_by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.store.user_by_id(id)
    }

    /// Up to `limit` users in the order of their ids, after `after`.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn users_after(&self, after: UserId, limit: u32) -> Result<Vec<User>, StoreError> {
        self.store.users_after(after, limit)
    }

    /// Up to `limit` users in the order of their names, which begin with `beginning` and follow
    /// `after`.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn users_named(
        &self,
        beginning: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<User>, StoreError> {
        self.store.users_named(beginning, after, limit)
    }

    /// Sets a user's password, ends all their sessions, and revokes their API tokens and reset
    /// codes.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub fn set_password(
        &self,
        user: &User,
        password: &str,
        actor: Option<UserId>,
    ) -> Result<(), AdminError> {
        let problem = PasswordProblem::of(password, user.name.as_str(), &self.settings.accounts);
        if let Some(problem) = problem {
            return Err(AdminError::Password(problem));
        }
        let passwd = self.passwords.hash(password, HASHING_ADDRESS).map_err(Error::from)?;
        self.store.set_passwd(user.id, &passwd)?;
        self.store.delete_all_sessions(user.id)?;
        self.store.delete_api_tokens_of(user.id)?;
        self.store.delete_reset_codes_of(user.id)?;
        self.audit(AuditEvent::PasswordSet, Some(user.id), actor, None);
        Ok(())
    }

    /// Blocks a user from logging in and ends their sessions.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub fn disable_user(
        &self,
        user: &User,
        actor: Option<UserId>,
        client: Option<&Client>,
    ) -> Result<(), AdminError> {
        self.check_is_not_last_admin(user)?;
        self.store.set_disabled(user.id, Some(Timestamp::now()))?;
        self.store.delete_all_sessions(user.id)?;
        self.audit(AuditEvent::Disabled, Some(user.id), actor, client);
        Ok(())
    }

    /// Lets a blocked user log in again.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn enable_user(
        &self,
        user: &User,
        actor: Option<UserId>,
        client: Option<&Client>,
    ) -> Result<(), StoreError> {
        self.store.set_disabled(user.id, None)?;
        self.audit(AuditEvent::Enabled, Some(user.id), actor, client);
        Ok(())
    }

    /// Gives a user a role. A role with fewer rights applies to existing sessions at once. A role
    /// with more rights ends all sessions and invalidates reset codes: another person who has a
    /// session or code of this user must not get the new rights.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub fn set_role(
        &self,
        user: &User,
        role: Role,
        actor: Option<UserId>,
        client: Option<&Client>,
    ) -> Result<(), AdminError> {
        if role != Role::Admin {
            self.check_is_not_last_admin(user)?;
        }
        if role > user.role {
            self.store.delete_reset_codes_of(user.id)?;
            self.store.delete_all_sessions(user.id)?;
        }
        self.store.set_role(user.id, role)?;
        let detail = Some(role.name().to_owned());
        self.audit_with_detail(AuditEvent::RoleChanged, detail, Some(user.id), actor, client);
        Ok(())
    }

    /// Deletes a user and all data about them. The audit log keeps the id of the user and the time
    /// of the deletion.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub fn delete_user(
        &self,
        user: &User,
        actor: Option<UserId>,
        client: Option<&Client>,
    ) -> Result<(), AdminError> {
        self.check_is_not_last_admin(user)?;
        self.store.delete_user(user.id)?;
        // The address of users who delete their own account is data about them, so it is left out.
        let client = client.filter(|_| actor != Some(user.id));
        self.audit(AuditEvent::Deleted, Some(user.id), actor, client);
        Ok(())
    }

    /// Deletes the visitor's own account.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub fn delete_own_account(&self, current_user: &CurrentUser) -> Result<(), AdminError> {
        match self.store.user_by_id(current_user.id)? {
            Some(user) => self.delete_user(&user, Some(user.id), None),
            None => Ok(()),
        }
    }

    /// Updates the rows of a few users whose ids follow `after`. An MD5 hash from a course database
    /// is wrapped in Argon2id. The hash that finds look-alike names is stored if it is missing.
    /// Returns the last of these users, to be passed as `after` to the next call; `None`: there was
    /// no such user.
    ///
    /// # Errors
    /// The database or password hashing is unavailable; the users done so far are stored.
    pub fn bring_users_up_to_date(&self, after: UserId) -> Result<Option<UserId>, Error> {
        // Each hash takes about 30 ms, so one call takes about 1.5 s at most.
        const USERS_AT_ONCE: u32 = 50;
        let users = self.store.outdated_users_after(after, USERS_AT_ONCE)?;
        for user in &users {
            if let Some(new) = self.passwords.wrap_course_hash(&user.passwd)? {
                self.store.replace_passwd(user.id, &user.passwd, &new)?;
                log::info!("wrapped the course's password hash of user {} in Argon2id", user.id);
            }
            if !self.store.set_skeleton_hash(user)? {
                log::warn!("the name of user {} looks like another user's name", user.id);
            }
        }
        Ok(users.last().map(|user| user.id))
    }

    /// Fails if the user is the only administrator who is not disabled.
    fn check_is_not_last_admin(&self, user: &User) -> Result<(), AdminError> {
        let is_enabled_admin = user.role == Role::Admin && user.disabled.is_none();
        if is_enabled_admin && self.store.count_enabled(Role::Admin)? <= 1 {
            return Err(AdminError::LastAdmin);
        }
        Ok(())
    }
}

impl std::error::Error for AdminError {}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> AdminError {
        AdminError::Failed(error.into())
    }
}

impl From<Error> for AdminError {
    fn from(error: Error) -> AdminError {
        AdminError::Failed(error)
    }
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AdminError::Taken => f.write_str("another user has this name"),
            AdminError::LooksLike(other) => write!(f, "the name looks like the name {other}"),
            AdminError::Password(problem) => problem.fmt(f),
            AdminError::LastAdmin => f.write_str("the only administrator must stay one"),
            AdminError::Failed(error) => error.fmt(f),
        }
    }
}
