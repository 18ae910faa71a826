//! Random secrets. The browser gets a secret as text; the store gets only its hash, as a key.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::Result;

/// 256 random bits as 43 characters of URL-safe base64, for links in mail, API keys and names that
/// cannot be guessed. Store the hash of a token, not the token.
///
/// ```
/// let token = webframe::session::random_token()?;
/// assert_eq!(token.len(), 43);
/// # Ok::<(), webframe::Error>(())
/// ```
///
/// # Errors
/// 500: the operating system has no random bytes.
pub fn random_token() -> Result<String> {
    Ok(Secret::random()?.to_text())
}

/// 256 random bits that only one browser knows.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret([u8; Secret::BYTES]);

impl Secret {
    const BYTES: usize = 32;
    pub(crate) const TEXT_BYTES: usize = 43;

    pub(crate) fn random() -> Result<Secret> {
        let mut bytes = [0; Secret::BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Secret(bytes))
    }

    /// Parses the output of [`Secret::to_text`]; `None` for any other text.
    pub(crate) fn parse(text: &str) -> Option<Secret> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Secret)
    }

    pub(crate) fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// A hash for one purpose. It reveals neither the secret nor its hash for another purpose.
    pub(crate) fn hash(&self, purpose: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(purpose)
            .chain_update(b"\0")
            .chain_update(self.0)
            .finalize()
            .into()
    }

    /// The key of the session in its store, if this is the secret of a session.
    pub(crate) fn key(&self) -> SessionKey {
        SessionKey(self.hash("webframe session"))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The key of a session in its store: a hash of the secret in the browser's cookie. An attacker
/// who reads the store cannot take over a session with it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for SessionKey {
    /// 43 characters of URL-safe base64.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for SessionKey {
    /// The first characters, enough to find the row.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKey({:.8}..)", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_has_one_spelling() {
        let secret = Secret([0xab; 32]);
        let text = secret.to_text();
        assert_eq!(Secret::parse(&text), Some(secret));
        let last_bits = format!("{}t", &text[..42]);
        for other in ["", &text[1..], &format!("{text}="), &format!(" {text}"), &last_bits] {
            assert_eq!(Secret::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn hashes_of_two_purposes_differ_and_debug_shows_no_secret() {
        let secret = Secret([0; 32]);
        assert_ne!(secret.hash("a"), secret.hash("b"));
        assert_ne!(Secret::random().unwrap(), Secret::random().unwrap());
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        let key = secret.key();
        assert_eq!(format!("{key:?}"), format!("SessionKey({}..)", &key.to_string()[..8]));
    }
}
