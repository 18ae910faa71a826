//! Parses the text in the column `user.passwd` into a hash, or returns why it cannot be verified.
//! Also computes the md5 hashes of "the course", a programming course with a dictionary server from
//! which users can be imported.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Params, Version};
use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use crate::hex;

/// Maximum memory of a stored hash in KiB: a row must not exhaust the machine.
const MEMORY_KIB_MAX: u32 = 64 * 1024;

/// Maximum number of passes over the memory.
const PASSES_MAX: u32 = 16;

/// Maximum number of lanes: parts of the memory that Argon2 could fill in parallel. Here they are
/// computed one after the other.
const LANES_MAX: u32 = 8;

/// The width of the column `user.passwd`; a longer text is not parsed.
const STORED_BYTES_MAX: usize = 128;

/// A hash as stored.
pub(super) enum Stored {
    /// 32 hexadecimal digits: the md5 hash of the course, not wrapped.
    Course(CourseHash),
    /// [`WRAPPED_COURSE`] followed by the PHC string of an Argon2 hash of the 32 digits.
    WrappedCourse(Argon2Hash),
    /// A PHC string of Argon2.
    Argon2(Argon2Hash),
}

/// The prefix that marks an Argon2id hash of a course hash.
pub(super) const WRAPPED_COURSE: &str = "course";

/// md5(name + salt + password), as the course's server stored it.
pub(super) struct CourseHash([u8; 16]);

/// A parsed PHC string.
pub(super) struct Argon2Hash {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) params: Params,
    pub(super) salt: Vec<u8>,
    pub(super) output: Vec<u8>,
}

/// The reason why a stored text cannot be verified. Does not contain the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadableHash {
    /// Neither 32 hexadecimal digits nor a PHC string of Argon2.
    Unknown,
    /// An Argon2 hash with more memory, passes or lanes than a log-in may take.
    TooCostly,
}

impl Stored {
    pub(super) fn parse(text: &str) -> Result<Stored, UnreadableHash> {
        if let Some(hash) = CourseHash::parse(text) {
            return Ok(Stored::Course(hash));
        }
        if text.len() > STORED_BYTES_MAX {
            return Err(UnreadableHash::Unknown);
        }
        let (text, kind): (_, fn(Argon2Hash) -> Stored) = match text.strip_prefix(WRAPPED_COURSE) {
            Some(wrapped) => (wrapped, Stored::WrappedCourse),
            None => (text, Stored::Argon2),
        };
        let phc = PasswordHash::new(text).map_err(|_| UnreadableHash::Unknown)?;
        Argon2Hash::from_phc(&phc).map(kind)
    }
}

impl CourseHash {
    /// Parses 32 hexadecimal digits, in upper or lower case, since servers of the course write
    /// both. `None`: the text is not a course hash.
    fn parse(text: &str) -> Option<CourseHash> {
        hex::parse(&text.to_ascii_lowercase()).map(CourseHash)
    }

    /// The md5 of the three texts, as the course's server computed it.
    pub(super) fn compute(name: &str, salt: &str, password: &str) -> CourseHash {
        let hash = Md5::new().chain_update(name).chain_update(salt).chain_update(password);
        CourseHash(hash.finalize().into())
    }

    /// Whether the two hashes are equal. The comparison takes constant time.
    pub(super) fn matches(&self, other: &CourseHash) -> bool {
        bool::from(self.0.ct_eq(&other.0))
    }

    /// 32 lower-case hexadecimal digits.
    pub(super) fn to_text(&self) -> String {
        hex::encode(&self.0)
    }
}

impl Argon2Hash {
    /// Checks the algorithm and the costs of a PHC string. A string without salt or hash is
    /// unknown.
    fn from_phc(phc: &PasswordHash) -> Result<Argon2Hash, UnreadableHash> {
        let unknown = UnreadableHash::Unknown;
        let algorithm = Algorithm::try_from(phc.algorithm.as_str()).map_err(|_| unknown)?;
        // The reference code reads a string without a version as version 1.0.
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

    /// Whether this output equals the stored one. The comparison takes constant time.
    pub(super) fn matches(&self, output: &[u8]) -> bool {
        bool::from(output.ct_eq(&self.output))
    }

    /// Whether the algorithm or the version is not that of a new hash, or the memory or the output
    /// is smaller. The caller checks the cost, which is the product of memory and passes.
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
                "the stored Argon2 hash needs more than {MEMORY_KIB_MAX} KiB, {PASSES_MAX} \
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
        let matches =
            |name, password| hash.matches(&CourseHash::compute(name, "the-sat", password));
        assert!(matches("Levi", "123456"));
        assert!(!matches("levi", "123456"));
        assert!(!matches("Levi", "1234567"));
        let upper = CourseHash::parse("18C397028B3E18311B980EFB9272F4B2").unwrap();
        assert!(upper.matches(&hash));
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
        for (parameters, is_too_costly) in [
            ("m=65536,t=16,p=8", false),
            ("m=65537,t=1,p=1", true),
            ("m=4294967295,t=1,p=1", true),
            ("m=19456,t=17,p=1", true),
            ("m=19456,t=4294967295,p=1", true),
            ("m=19456,t=1,p=9", true),
        ] {
            let phc = format!("$argon2id$v=19${parameters}${SALT_AND_HASH}");
            let refused = matches!(Stored::parse(&phc), Err(UnreadableHash::TooCostly));
            assert_eq!(refused, is_too_costly, "{parameters}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_hash_is_refused() {
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
            assert!(matches!(Stored::parse(text), Err(UnreadableHash::Unknown)), "{text}");
        }
        assert!(Stored::parse(&format!("$argon2id${}", "a".repeat(1 << 20))).is_err());
    }
}
