//! Hashes new passwords, and verifies typed ones against stored hashes. Hashes are Argon2id in PHC
//! strings (text with the algorithm, its parameters, the salt and the hash). A password is never
//! stored, logged or printed here.
//!
//! Users can be imported from the dictionary server of a programming course ("the course"), which
//! stores md5 hashes. Such a hash is wrapped: Argon2id hashes its hexadecimal digits. When the user
//! logs in, it is replaced by a hash of the password.
//!
//! Timing: each wrong password costs one Argon2id computation of the standard size. So the time
//! does not reveal whether the name is unknown, the password is too long, or the stored hash is one
//! of the course, weaker than the standard or unreadable. Only hashes stronger than the standard
//! take longer.

mod permits;
mod rules;
mod stored;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use unicode_normalization::UnicodeNormalization;

use crate::model::largest_network;
use crate::settings::Accounts;
pub use permits::HashLoad;
use permits::{Permit, Permits};
pub use rules::PasswordProblem;
pub use stored::UnreadableHash;
use stored::{CourseHash, Stored, WRAPPED_COURSE};

/// Maximum bytes of a registered password: 1,024 characters of 4 bytes. A longer one is wrong
/// without being hashed, but costs the same computation as any wrong password.
const PASSWORD_BYTES_MAX: usize = 4096;

/// Length of the random salt of a hash: 128 bits, as RFC 9106 §3.1 recommends.
const SALT_BYTES: usize = 16;

/// Permits are shared fairly between the networks of clients. Hashing that no client asked for
/// counts as hashing for this address.
const NO_CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// Hashes and verifies passwords. Each computation needs one of a few permits, which limit how many
/// run at the same time.
#[derive(Debug)]
pub struct Passwords {
    permits: Permits,
    standard: Params,
    course_salt: CourseSalt,
}

/// The name and the password of a log-in.
#[derive(Clone, Copy)]
pub struct NameAndPassword<'a> {
    /// The name as registered; the hashes of the course depend on it.
    pub name: &'a str,
    /// The password as typed.
    pub password: &'a str,
}

/// The result of a comparison of a typed password with a stored hash.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The password is wrong, or there is no such user.
    Wrong,
    /// The password is right.
    Right,
    /// The password is right. The stored hash is the course's or weaker than the standard: replace
    /// it by this one.
    RightReplace(String),
    /// The stored text is not a hash: log it, and treat the password as wrong.
    Unreadable(UnreadableHash),
}

/// The reason why a password cannot be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordError {
    /// The queue is full, or the wait was too long: 503, try again.
    Busy,
    /// The operating system has no random bytes or no memory.
    System,
}

/// The salt of the course's hashes. A type of its own, so that `Debug` does not print the salt.
struct CourseSalt(String);

impl Passwords {
    /// Takes the limits of hashing and the course's salt from the settings. Each permit allocates
    /// 19 MiB at its first use and keeps it.
    pub fn new(accounts: &Accounts) -> Passwords {
        let Accounts { hash_permits, hash_queue_max, hash_wait_max, .. } = *accounts;
        Passwords::with_limits(hash_permits, hash_queue_max, hash_wait_max, &accounts.course_salt)
    }

    /// How busy the computation of hashes is.
    pub fn load(&self) -> HashLoad {
        self.permits.load()
    }

    fn with_limits(permits: usize, queue_max: usize, wait_max: Duration, salt: &str) -> Passwords {
        Passwords {
            permits: Permits::new(permits, queue_max, wait_max),
            standard: Params::DEFAULT,
            course_salt: CourseSalt(salt.to_owned()),
        }
    }

    /// The hash of a new password for a client: a PHC string of 97 characters.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] beyond the limits; [`PasswordError::System`] without random bytes.
    pub fn hash(&self, password: &str, client: IpAddr) -> Result<String, PasswordError> {
        let mut permit = self.permits.take(largest_network(client))?;
        self.hash_with(&mut permit, password)
    }

    /// Compares a typed password with the stored hash of the user. `stored` is `None` if the user
    /// does not exist.
    ///
    /// # Errors
    /// Those of [`Passwords::hash`].
    pub fn verify(
        &self,
        typed: NameAndPassword<'_>,
        stored: Option<&str>,
        client: IpAddr,
    ) -> Result<Verdict, PasswordError> {
        let password = typed.password;
        let mut permit = self.permits.take(largest_network(client))?;
        let stored = stored.filter(|_| password.len() <= PASSWORD_BYTES_MAX);
        match stored.map(Stored::parse) {
            None => self.hash_nothing(&mut permit, cost(&self.standard)).map(|()| Verdict::Wrong),
            Some(Err(unreadable)) => {
                self.hash_nothing(&mut permit, cost(&self.standard))?;
                Ok(Verdict::Unreadable(unreadable))
            }
            Some(Ok(Stored::Course(hash))) => self.verify_course(&mut permit, typed, &hash),
            Some(Ok(Stored::WrappedCourse(hash))) => {
                let digits = self.course_hash(typed).to_text();
                match self.verify_argon2(&mut permit, &digits, &hash)? {
                    Verdict::Right | Verdict::RightReplace(_) => {
                        self.hash_with(&mut permit, password).map(Verdict::RightReplace)
                    }
                    wrong => Ok(wrong),
                }
            }
            Some(Ok(Stored::Argon2(hash))) => self.verify_argon2(&mut permit, password, &hash),
        }
    }

    /// Wraps a course hash in Argon2id, so that the database does not contain the md5. `None`: this
    /// is not a course hash.
    ///
    /// # Errors
    /// Those of [`Passwords::hash`].
    pub fn wrap_course_hash(&self, stored: &str) -> Result<Option<String>, PasswordError> {
        let Ok(Stored::Course(hash)) = Stored::parse(stored) else { return Ok(None) };
        let mut permit = self.permits.take(NO_CLIENT)?;
        let wrapped = self.hash_with(&mut permit, &hash.to_text())?;
        Ok(Some(format!("{WRAPPED_COURSE}{wrapped}")))
    }

    /// Compares a password with a course hash that is not wrapped. Computes the new hash even for a
    /// wrong password, so that right and wrong ones take the same time.
    fn verify_course(
        &self,
        permit: &mut Permit<'_>,
        typed: NameAndPassword<'_>,
        hash: &CourseHash,
    ) -> Result<Verdict, PasswordError> {
        let replacement = self.hash_with(permit, typed.password)?;
        let right = hash.matches(&self.course_hash(typed));
        Ok(if right { Verdict::RightReplace(replacement) } else { Verdict::Wrong })
    }

    /// The hash that the course's server stores for this name and password.
    fn course_hash(&self, typed: NameAndPassword<'_>) -> CourseHash {
        CourseHash::compute(typed.name, &self.course_salt.0, typed.password)
    }

    /// Compares a password with an Argon2 hash. The verdict has a new hash if this one is weaker
    /// than the standard.
    fn verify_argon2(
        &self,
        permit: &mut Permit<'_>,
        password: &str,
        hash: &stored::Argon2Hash,
    ) -> Result<Verdict, PasswordError> {
        let mut output = vec![0; hash.output.len()];
        let password_nfc = normalize(password);
        compute(
            permit,
            hash.algorithm,
            hash.version,
            &hash.params,
            &password_nfc,
            &hash.salt,
            &mut output,
        )?;
        let right = hash.matches(&output);
        let missing_cost = cost(&self.standard).saturating_sub(cost(&hash.params));
        if !right {
            return self.hash_nothing(permit, missing_cost).map(|()| Verdict::Wrong);
        }
        if missing_cost > 0 || hash.is_outdated(&self.standard) {
            return self.hash_with(permit, password).map(Verdict::RightReplace);
        }
        Ok(Verdict::Right)
    }

    /// Hashes a password with the standard parameters and a new salt: the PHC string.
    fn hash_with(&self, permit: &mut Permit<'_>, password: &str) -> Result<String, PasswordError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|_| PasswordError::System)?;
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let algorithm = Algorithm::Argon2id;
        let version = Version::V0x13;
        let password_nfc = normalize(password);
        compute(permit, algorithm, version, &self.standard, &password_nfc, &salt, &mut output)?;
        let phc = PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&self.standard).map_err(|_| PasswordError::System)?,
            salt: Some(Salt::new(&salt).map_err(|_| PasswordError::System)?),
            hash: Some(Output::new(&output).map_err(|_| PasswordError::System)?),
        };
        Ok(phc.to_string())
    }

    /// Hashes an empty password at this cost and discards the result, so that the call takes as
    /// long as a real hash.
    fn hash_nothing(&self, permit: &mut Permit<'_>, cost: u64) -> Result<(), PasswordError> {
        let passes = u64::from(self.standard.t_cost());
        let memory = u32::try_from(cost / passes).unwrap_or(self.standard.m_cost());
        // Costs below Argon2's minimum are too small to be measured by a client.
        let Ok(params) = Params::new(memory, self.standard.t_cost(), 1, None) else {
            return Ok(());
        };
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let algorithm = Algorithm::Argon2id;
        let version = Version::V0x13;
        compute(permit, algorithm, version, &params, "", &[0; SALT_BYTES], &mut output)
    }
}

/// The number of blocks of memory (1 KiB) that a computation writes. The time of the computation is
/// proportional to it.
fn cost(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

/// Normalises the password (RFC 8265 §4.2.2), since keyboards encode the same text in different
/// ways.
fn normalize(password: &str) -> String {
    password.nfc().collect()
}

/// Writes the Argon2 hash of a password and a salt to `output`, with the memory of the permit.
fn compute(
    permit: &mut Permit<'_>,
    algorithm: Algorithm,
    version: Version,
    params: &Params,
    password: &str,
    salt: &[u8],
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
    /// Omits the new hash, which only the database may contain.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Wrong => f.write_str("Wrong"),
            Verdict::Right => f.write_str("Right"),
            Verdict::RightReplace(_) => f.write_str("RightReplace(..)"),
            Verdict::Unreadable(why) => write!(f, "Unreadable({why:?})"),
        }
    }
}

impl fmt::Debug for NameAndPassword<'_> {
    /// Omits both: some people type their password into the field of the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameAndPassword(..)")
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
