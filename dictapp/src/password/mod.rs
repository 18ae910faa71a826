//! Passwords: what a visitor typed and what is stored to a verdict, and new passwords to what is
//! stored. Argon2id in PHC strings; the course's md5 hashes are verified once more and replaced.
//! A password is never stored, logged or printed here.
//!
//! What time tells: every verdict that is not a right password costs one Argon2id computation of
//! the standard size, whether the name is unknown, its hash is the course's, weaker or unreadable.
//! Only hashes stronger than the standard take longer than an unknown name.

mod permits;
mod stored;

use std::fmt;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use unicode_normalization::UnicodeNormalization;

use crate::settings::Accounts;
use permits::{Permit, Permits};
pub use stored::UnreadableHash;
use stored::{CourseHash, Stored};

/// More bytes than any password that may be registered has (1024 characters of 4): what is
/// longer is wrong without a computation, whoever's it is.
const PASSWORD_BYTES_MAX: usize = 4096;

/// 128 bits, as RFC 9106 §3.1 recommends.
const SALT_BYTES: usize = 16;

/// Hashes and verifies passwords, a few at the same time.
#[derive(Debug)]
pub struct Passwords {
    permits: Permits,
    standard: Params,
    course_salt: CourseSalt,
}

/// What a visitor's password is worth.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not the password, or no such user.
    Wrong,
    /// The password.
    Right,
    /// The password, and this is to be stored in place of the old hash: it was the course's, or
    /// weaker than new ones.
    RightReplace(String),
    /// The stored text is no hash that can be verified: wrong for the visitor, and a line in the
    /// log for the operator.
    Unreadable(UnreadableHash),
}

/// Why there is no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordError {
    /// Too many wait already, or waiting took too long: 503, try again.
    Busy,
    /// The operating system gave no random bytes, or there is no memory.
    System,
}

/// The salt of the course's hashes; kept out of `Debug`.
struct CourseSalt(String);

impl Passwords {
    /// Takes the hashing limits and the course's salt. The memory of a permit, 19 MiB, is taken at
    /// its first use and kept.
    pub fn new(accounts: &Accounts) -> Passwords {
        let Accounts { hash_permits, hash_queue_max, hash_wait_max, .. } = *accounts;
        Passwords::with_limits(hash_permits, hash_queue_max, hash_wait_max, &accounts.course_salt)
    }

    fn with_limits(permits: usize, queue_max: usize, wait_max: Duration, salt: &str) -> Passwords {
        Passwords {
            permits: Permits::new(permits, queue_max, wait_max),
            standard: Params::DEFAULT,
            course_salt: CourseSalt(salt.to_owned()),
        }
    }

    /// What to store for a new password: a PHC string of 97 characters.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] beyond the limits; [`PasswordError::System`] without random bytes.
    pub fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let mut permit = self.permits.take()?;
        self.hash_with(&mut permit, password)
    }

    /// Compares what a visitor typed with what is stored for that name; `None`: nothing is.
    ///
    /// # Errors
    /// As [`Passwords::hash`].
    pub fn verify(
        &self,
        name: &str,
        password: &str,
        stored: Option<&str>,
    ) -> Result<Verdict, PasswordError> {
        if password.len() > PASSWORD_BYTES_MAX {
            return Ok(Verdict::Wrong);
        }
        let mut permit = self.permits.take()?;
        match stored.map(Stored::read) {
            None => self.burn(&mut permit, cost(&self.standard)).map(|()| Verdict::Wrong),
            Some(Err(unreadable)) => {
                self.burn(&mut permit, cost(&self.standard))?;
                Ok(Verdict::Unreadable(unreadable))
            }
            Some(Ok(Stored::Course(hash))) => self.verify_course(&mut permit, name, password, hash),
            Some(Ok(Stored::Argon2(hash))) => self.verify_argon2(&mut permit, password, &hash),
        }
    }

    /// The new hash is made before it is known whether it is wanted: right or wrong, it takes as
    /// long as any other.
    fn verify_course(
        &self,
        permit: &mut Permit<'_>,
        name: &str,
        password: &str,
        hash: CourseHash,
    ) -> Result<Verdict, PasswordError> {
        let replacement = self.hash_with(permit, password)?;
        let right = hash.matches(name, &self.course_salt.0, password);
        Ok(if right { Verdict::RightReplace(replacement) } else { Verdict::Wrong })
    }

    fn verify_argon2(
        &self,
        permit: &mut Permit<'_>,
        password: &str,
        hash: &stored::Argon2Hash,
    ) -> Result<Verdict, PasswordError> {
        let mut output = vec![0; hash.output.len()];
        let typed = normal(password);
        compute(
            permit,
            hash.algorithm,
            hash.version,
            &hash.params,
            (&typed, &hash.salt),
            &mut output,
        )?;
        let right = hash.matches(&output);
        let weaker = cost(&self.standard).saturating_sub(cost(&hash.params));
        match right {
            true if weaker > 0 || hash.is_outdated(&self.standard) => {
                self.hash_with(permit, password).map(Verdict::RightReplace)
            }
            true => Ok(Verdict::Right),
            false => self.burn(permit, weaker).map(|()| Verdict::Wrong),
        }
    }

    fn hash_with(&self, permit: &mut Permit<'_>, password: &str) -> Result<String, PasswordError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|_| PasswordError::System)?;
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
        let typed = normal(password);
        compute(permit, algorithm, version, &self.standard, (&typed, &salt), &mut output)?;
        let phc = PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&self.standard).map_err(|_| PasswordError::System)?,
            salt: Some(Salt::new(&salt).map_err(|_| PasswordError::System)?),
            hash: Some(Output::new(&output).map_err(|_| PasswordError::System)?),
        };
        Ok(phc.to_string())
    }

    /// Computes as long as a hash of this cost would take, for nothing.
    fn burn(&self, permit: &mut Permit<'_>, cost: u64) -> Result<(), PasswordError> {
        let passes = u64::from(self.standard.t_cost());
        let memory = u32::try_from(cost / passes).unwrap_or(self.standard.m_cost());
        // Less than the least that Argon2 can do is less than anybody can measure.
        let Ok(params) = Params::new(memory, self.standard.t_cost(), 1, None) else {
            return Ok(());
        };
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
        compute(permit, algorithm, version, &params, ("", &[0; SALT_BYTES]), &mut output)
    }
}

/// The blocks that are written: what the time of a computation is proportional to.
fn cost(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

/// One spelling for what looks the same, whichever keyboard it was typed on (RFC 8265 §4.2.2).
fn normal(password: &str) -> String {
    password.nfc().collect()
}

fn compute(
    permit: &mut Permit<'_>,
    algorithm: Algorithm,
    version: Version,
    params: &Params,
    (password, salt): (&str, &[u8]),
    output: &mut [u8],
) -> Result<(), PasswordError> {
    #[cfg(test)]
    permit.note_cost(cost(params));
    let memory: &mut [Block] = permit.memory(params.block_count()).ok_or(PasswordError::System)?;
    Argon2::new(algorithm, version, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, output, memory)
        .map_err(|_| PasswordError::System)
}

impl fmt::Debug for Verdict {
    /// All but the new hash, which is for the database alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Wrong => f.write_str("Wrong"),
            Verdict::Right => f.write_str("Right"),
            Verdict::RightReplace(_) => f.write_str("RightReplace(..)"),
            Verdict::Unreadable(why) => write!(f, "Unreadable({why:?})"),
        }
    }
}

impl fmt::Debug for CourseSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CourseSalt(..)")
    }
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PasswordError::Busy => "too many passwords are being checked",
            PasswordError::System => "no random bytes or no memory to hash a password",
        })
    }
}

impl std::error::Error for PasswordError {}

#[cfg(test)]
mod tests;
