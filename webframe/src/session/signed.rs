//! Signed cookies: a value and its HMAC, which the browser cannot change.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{Cookie, CookieError, Request};

/// Minimum bytes of a secret, so that it cannot be guessed.
const SECRET_BYTES_MIN: usize = 32;

/// A secret of the app that signs cookies, so that the app accepts only values it has set. Browsers
/// can read the value, and can send an old cookie again: put a time into a value that expires, or
/// keep it in a [`Session`](super::Session).
///
/// ```
/// use webframe::{App, Request, Response, Result, TestClient, Urls, session::CookieKey};
///
/// fn cart(key: &CookieKey, request: &Request) -> Result<Response> {
///     let items: u32 = key.read(request, "items").and_then(|text| text.parse().ok()).unwrap_or(0);
///     let cookie = key.sign("items", &(items + 1).to_string())?;
///     Ok(Response::text(format!("{items} items")).with_cookie(&cookie))
/// }
///
/// let key = CookieKey::new(b"read from a file that only we can read")?;
/// let app = App::new(key).urls(Urls::new().get("/", cart));
/// let client = TestClient::new(&app);
/// client.get("/").send();
/// assert_eq!(client.get("/").send().text(), "1 items");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct CookieKey {
    current: Vec<u8>,
    former: Vec<Vec<u8>>,
}

/// The secret of a [`CookieKey`] is too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortSecret {
    bytes: usize,
}

impl CookieKey {
    /// A key with this secret.
    ///
    /// # Errors
    /// The secret has fewer than 32 bytes.
    pub fn new(secret: &[u8]) -> Result<CookieKey, ShortSecret> {
        if secret.len() < SECRET_BYTES_MIN {
            return Err(ShortSecret { bytes: secret.len() });
        }
        Ok(CookieKey { current: secret.to_vec(), former: Vec::new() })
    }

    /// Also accepts cookies signed with this older key. New cookies are not signed with it.
    #[must_use]
    pub fn with_former(mut self, former: CookieKey) -> CookieKey {
        self.former.push(former.current);
        self.former.extend(former.former);
        self
    }

    /// A cookie with this value and its signature. The signature is valid only for this name.
    ///
    /// # Errors
    /// As for [`Cookie::new`].
    pub fn sign(&self, name: &str, value: &str) -> Result<Cookie, CookieError> {
        let code = mac(&self.current, name, value).finalize().into_bytes();
        Cookie::new(name, format!("{value}.{}", URL_SAFE_NO_PAD.encode(code)))
    }

    /// The value of the first cookie of that name that has a valid signature.
    pub fn read<'r>(&self, request: &'r Request, name: &'r str) -> Option<&'r str> {
        request.cookies(name).find_map(|signed| self.verify(name, signed))
    }

    /// The value of a signed cookie. `None` if no key has made the signature.
    fn verify<'v>(&self, name: &str, signed: &'v str) -> Option<&'v str> {
        let (value, code) = signed.rsplit_once('.')?;
        let code = URL_SAFE_NO_PAD.decode(code).ok()?;
        let mut keys = std::iter::once(&self.current).chain(&self.former);
        // The comparison takes the same time for every code.
        keys.any(|key| mac(key, name, value).verify_slice(&code).is_ok()).then_some(value)
    }
}

/// The HMAC of a cookie. A NUL, which no name contains, separates name and value, so that no other
/// pair is signed as the same bytes.
fn mac(key: &[u8], name: &str, value: &str) -> Hmac<Sha256> {
    let mac = Hmac::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.chain_update(name).chain_update(b"\0").chain_update(value)
}

impl fmt::Display for ShortSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a key has at least {SECRET_BYTES_MIN} bytes, not {}", self.bytes)
    }
}

impl std::error::Error for ShortSecret {}

impl fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CookieKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> CookieKey {
        CookieKey::new(&[byte; 32]).unwrap()
    }

    fn signed(key: &CookieKey, name: &str, value: &str) -> String {
        let cookie = key.sign(name, value).unwrap().to_string();
        let pair = cookie.split(';').next().unwrap();
        pair.split_once('=').unwrap().1.to_owned()
    }

    #[test]
    fn only_the_name_and_the_value_that_were_signed_are_read() {
        let text = signed(&key(1), "user", "a.b=7");
        assert_eq!(key(1).verify("user", &text), Some("a.b=7"));
        let longer = format!("{text}A");
        for forged in ["", ".", "a.b=7", "a.b=7.", &text.replace('7', "8"), &longer, &text[1..]] {
            assert_eq!(key(1).verify("user", forged), None, "{forged:?}");
        }
        assert_eq!(key(1).verify("admin", &text), None, "another name");
        assert_eq!(key(2).verify("user", &text), None, "another key");
        assert_eq!(key(1).verify("use", &signed(&key(1), "user", "x")), None);
    }

    #[test]
    fn a_former_key_reads_and_does_not_sign() {
        let rotated = key(2).with_former(key(1));
        assert_eq!(rotated.verify("a", &signed(&key(1), "a", "x")), Some("x"));
        assert_eq!(key(1).verify("a", &signed(&rotated, "a", "x")), None);
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_shown() {
        let refused = CookieKey::new(&[1; 31]).unwrap_err();
        assert_eq!(refused.to_string(), "a key has at least 32 bytes, not 31");
        assert_eq!(format!("{:?}", key(1)), "CookieKey(..)");
    }

    #[test]
    fn the_signature_is_hmac_sha_256() {
        // printf 'a\0b' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101... -binary | basenc
        // --base64url
        let text = signed(&key(1), "a", "b");
        assert_eq!(text, "b.p33ru9bOIq3qGaEf5VaZzRwzUMrrltu-Y1EuoMZnOww");
    }
}
