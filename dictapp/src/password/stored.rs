//! What stands in `user.passwd`: a text to a hash that can be verified, or why it cannot.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Params, Version};
use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

/// The most memory that a stored hash may ask for, in KiB: a row must not take the machine.
const MEMORY_KIB_MAX: u32 = 64 * 1024;

/// The most passes over the memory.
const PASSES_MAX: u32 = 16;

/// The most lanes; they are computed one after the other.
const LANES_MAX: u32 = 8;

/// The longest course name or PHC string that is looked at: the column's width.
const STORED_BYTES_MAX: usize = 128;

/// A hash as stored.
pub(super) enum Stored {
    /// 32 hexadecimal digits.
    Course(CourseHash),
    /// A PHC string of an Argon2.
    Argon2(Argon2Hash),
}

/// md5(name + salt + password), as the course's server stored it.
#[derive(Clone, Copy)]
pub(super) struct CourseHash([u8; 16]);

/// A PHC string, taken apart.
pub(super) struct Argon2Hash {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) params: Params,
    pub(super) salt: Vec<u8>,
    pub(super) output: Vec<u8>,
}

/// Why a stored text cannot be verified. Does not hold the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadableHash {
    /// Neither 32 hexadecimal digits nor a PHC string of an Argon2.
    Unknown,
    /// An Argon2 that asks for more memory, passes or lanes than one log-in may take.
    TooCostly,
}

impl Stored {
    pub(super) fn read(text: &str) -> Result<Stored, UnreadableHash> {
        if let Some(hash) = CourseHash::parse(text) {
            return Ok(Stored::Course(hash));
        }
        if text.len() > STORED_BYTES_MAX {
            return Err(UnreadableHash::Unknown);
        }
        let phc = PasswordHash::new(text).map_err(|_| UnreadableHash::Unknown)?;
        Argon2Hash::from_phc(&phc).map(Stored::Argon2)
    }
}

impl CourseHash {
    fn parse(text: &str) -> Option<CourseHash> {
        let mut hash = [0; 16];
        if text.len() != 2 * hash.len() {
            return None;
        }
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digit =
                |b: u8| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            *byte = (digit(digits[0])? << 4) | digit(digits[1])?;
        }
        Some(CourseHash(hash))
    }

    /// Whether these three were hashed, told in a time that does not depend on how nearly.
    pub(super) fn matches(self, name: &str, salt: &str, password: &str) -> bool {
        let hash = Md5::new().chain_update(name).chain_update(salt).chain_update(password);
        bool::from(hash.finalize().as_slice().ct_eq(&self.0))
    }
}

impl Argon2Hash {
    fn from_phc(phc: &PasswordHash) -> Result<Argon2Hash, UnreadableHash> {
        let unknown = UnreadableHash::Unknown;
        let algorithm = Algorithm::try_from(phc.algorithm.as_str()).map_err(|_| unknown)?;
        // A string without a version is of the first one, as the reference code reads it.
        let version = Version::try_from(phc.version.unwrap_or(0x10)).map_err(|_| unknown)?;
        let params = Params::try_from(phc).map_err(|_| unknown)?;
        let too_costly = params.m_cost() > MEMORY_KIB_MAX
            || params.t_cost() > PASSES_MAX
            || params.p_cost() > LANES_MAX;
        if too_costly {
            return Err(UnreadableHash::TooCostly);
        }
        Ok(Argon2Hash {
            algorithm,
            version,
            params,
            salt: phc.salt.as_ref().ok_or(unknown)?.to_vec(),
            output: phc.hash.as_ref().ok_or(unknown)?.as_bytes().to_vec(),
        })
    }

    /// Whether this is what was stored, told in a time that does not depend on how nearly.
    pub(super) fn matches(&self, output: &[u8]) -> bool {
        bool::from(output.ct_eq(&self.output))
    }

    /// Whether a new hash would be a better one, cost aside.
    pub(super) fn is_outdated(&self, standard: &Params) -> bool {
        self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.params.m_cost() < standard.m_cost()
            || self.output.len() < Params::DEFAULT_OUTPUT_LEN
    }
}

impl fmt::Display for UnreadableHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnreadableHash::Unknown => {
                f.write_str("the stored password is neither an Argon2 PHC string nor a course hash")
            }
            UnreadableHash::TooCostly => write!(
                f,
                "the stored Argon2 hash asks for more than {MEMORY_KIB_MAX} KiB, {PASSES_MAX} \
                passes or {LANES_MAX} lanes"
            ),
        }
    }
}

impl std::error::Error for UnreadableHash {}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT_AND_HASH: &str =
        "c29tZXNhbHQxMjM0NTY3OA$0NLI+xTe9rh1lCUCxlCxTGBVnwXlnY6mXT7dfR8wO2E";

    #[test]
    fn the_course_hash_is_md5_of_name_salt_and_password() {
        let hash = CourseHash::parse("18c397028b3e18311b980efb9272f4b2").unwrap();
        assert!(hash.matches("Levi", "the-sat", "123456"));
        assert!(!hash.matches("levi", "the-sat", "123456"));
        assert!(!hash.matches("Levi", "the-sat", "1234567"));
        let upper = CourseHash::parse("18C397028B3E18311B980EFB9272F4B2").unwrap();
        assert!(upper.matches("Levi", "the-sat", "123456"));
    }

    #[test]
    fn only_32_hexadecimal_digits_are_a_course_hash() {
        for text in ["", "18c397028b3e18311b980efb9272f4b", "18c397028b3e18311b980efb9272f4b21"] {
            assert!(CourseHash::parse(text).is_none(), "{text}");
        }
        assert!(CourseHash::parse("+8c397028b3e18311b980efb9272f4b2").is_none());
        assert!(CourseHash::parse(&"é".repeat(16)).is_none());
    }

    #[test]
    fn a_row_cannot_ask_for_more_than_a_login_may_take() {
        for (parameters, costly) in [
            ("m=65536,t=16,p=8", false),
            ("m=65537,t=1,p=1", true),
            ("m=4294967295,t=1,p=1", true),
            ("m=19456,t=17,p=1", true),
            ("m=19456,t=4294967295,p=1", true),
            ("m=19456,t=1,p=9", true),
        ] {
            let phc = format!("$argon2id$v=19${parameters}${SALT_AND_HASH}");
            let refused = matches!(Stored::read(&phc), Err(UnreadableHash::TooCostly));
            assert_eq!(refused, costly, "{parameters}");
        }
    }

    #[test]
    fn what_is_no_hash_is_told_without_showing_it() {
        for text in [
            "",
            "!",
            "123456",
            "$",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ",
            "$argon2id$v=18$m=19456,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$0NLI+xTe9rh1lCUCxlCxTA",
            "$argon2id$v=19$m=7,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$0NLI+xTe9rh1lCUCxlCxTA",
            "$argon2id$v=19$m=19456,t=2,p=1$YWJjZA$0NLI+xTe9rh1lCUCxlCxTA",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$YWJj",
            "$2b$12$abcdefghijklmnopqrstuuu",
        ] {
            assert!(matches!(Stored::read(text), Err(UnreadableHash::Unknown)), "{text}");
        }
        assert!(Stored::read(&format!("$argon2id${}", "a".repeat(1 << 20))).is_err());
    }
}
