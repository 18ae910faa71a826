//! Registers a user and logs them in, and recognises a form that is submitted twice.

use std::fmt;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use webframe::Error;

use super::{Client, SignedIn};
use crate::model::{Lifetime, Role, Username};
use crate::site::Site;
use crate::store::{AuditEvent, NewUser, User};

/// Within this time after a registration, the same form may be submitted again.
const SUBMITTED_TWICE_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// A valid sign-up form.
#[derive(Clone, Copy)]
pub struct SignUp<'a> {
    /// The name to register.
    pub name: &'a Username,
    /// The password, which satisfies the rules.
    pub password: &'a str,
    /// The form's token: two submissions with the same token are of the same form.
    pub form_token: &'a str,
    /// The browser.
    pub client: &'a Client,
}

// The output omits the password and the token.
impl fmt::Debug for SignUp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignUp({} from {})", self.name, self.client.address)
    }
}

/// The result of a registration.
#[derive(Debug)]
pub enum Registration {
    /// The user is registered and logged in.
    Done(SignedIn),
    /// Another user has the name, or one that looks the same.
    Taken,
    /// The name was not checked: this network has registered too many users, or tried too many
    /// names that are taken. Try again after this time.
    Later(Duration),
}

impl Site {
    /// Registers a user and logs them in.
    ///
    /// # Errors
    /// The database or password hashing is unavailable.
    pub fn register(&self, form: SignUp<'_>) -> Result<Registration, Error> {
        let SignUp { name, password, client, .. } = form;
        let attempt = match self.throttle.begin_registration(client.address, Instant::now()) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(Registration::Later(wait)),
        };
        let name_check = match self.throttle.begin_name_check(client.address, Instant::now()) {
            Ok(name_check) => name_check,
            Err(wait) => return Ok(Registration::Later(wait)),
        };
        // This check saves the expensive hashing if the name is taken. If another user takes the
        // name after it, the insertion fails.
        if let Some(user) = self.store.user_by_name(name)? {
            return self.name_is_registered(user, form, || name_check.keep_counted());
        }
        if self.store.name_that_looks_like(name)?.is_some() {
            name_check.keep_counted();
            return Ok(Registration::Taken);
        }
        let new = NewUser {
            name: name.clone(),
            passwd: self.passwords.hash(password, client.address)?,
            created: Timestamp::now(),
            role: Role::User,
            sign_up: Some(form_hash(form)),
        };
        attempt.keep_counted();
        match self.store.insert_user(&new) {
            Ok(user) => {
                self.audit_own(AuditEvent::Registered, user.id, client);
                let signed_in = self.begin_session(&user, Lifetime::Browser, client)?;
                Ok(Registration::Done(signed_in))
            }
            Err(error) if error.is_conflict() => match self.store.user_by_name(name)? {
                Some(user) => self.name_is_registered(user, form, || name_check.keep_counted()),
                None => Ok(Registration::Taken),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// The result of a form if `user` already has its name. A form may be submitted twice, or again
    /// because the response was lost: such a form logs in the user that it registered. Any other
    /// form is answered that the name is taken, and `taken` is called. The form's token shows
    /// whether it is the same form: two people may choose the same name and password at the same
    /// time, and must not share an account.
    fn name_is_registered(
        &self,
        user: User,
        form: SignUp<'_>,
        taken: impl FnOnce(),
    ) -> Result<Registration, Error> {
        let age = Timestamp::now().duration_since(user.created);
        let is_repeated = age < SUBMITTED_TWICE_WITHIN
            && self.store.is_signed_up_by(user.id, &form_hash(form))?;
        if !is_repeated {
            taken();
            return Ok(Registration::Taken);
        }
        match self.verified(Some(user), form.password, form.client)? {
            Some(user) => {
                let signed_in = self.begin_session(&user, Lifetime::Browser, form.client)?;
                Ok(Registration::Done(signed_in))
            }
            None => {
                taken();
                Ok(Registration::Taken)
            }
        }
    }
}

/// The hash by which the database identifies a submitted form. It reveals neither the form's token
/// nor the visitor's cookie.
fn form_hash(form: SignUp<'_>) -> [u8; 32] {
    Sha256::digest(format!("dictapp sign-up\0{}\0{}", form.form_token, form.name)).into()
}
