//! Protection against forged forms (CSRF): each form contains a token, which is derived from the
//! visitor's cookie. Another site knows neither. `webframe::middleware::SameOrigin` also checks
//! `Sec-Fetch-Site` and `Origin`; both checks must accept a form.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::hex;
use crate::session::Token;

/// The form token of a session cookie, or of a guest's visitor cookie. It is a hash of the cookie,
/// so the server stores nothing and the form does not reveal the cookie. A log-in sets a new
/// cookie, which invalidates older forms.
pub fn form_token(cookie: &Token) -> String {
    let mut hash = Sha256::new();
    // The prefix makes this hash differ from the cookie's hash in the session table. With it and
    // the 32 bytes of the cookie, the hashed bytes fit into one block of SHA-256.
    hash.update(b"dictapp form token\0");
    hash.update(cookie.as_bytes());
    hex::encode(&hash.finalize())
}

/// Whether `given` is the form token of this cookie. The comparison takes constant time.
pub fn is_form_token(cookie: &Token, given: &str) -> bool {
    bool::from(form_token(cookie).as_bytes().ct_eq(given.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_token_belongs_to_one_cookie() {
        let (one, two) = (Token::random().unwrap(), Token::random().unwrap());
        let token = form_token(&one);
        assert_eq!(token.len(), 64);
        assert!(is_form_token(&one, &token));
        assert!(!is_form_token(&two, &token));
        for given in
            ["", &token[1..], &format!("{token}0"), &token.to_uppercase().replace('0', "1")]
        {
            assert!(!is_form_token(&one, given), "{given}");
        }
    }

    #[test]
    fn a_form_token_shows_neither_the_cookie_nor_the_row_of_the_session() {
        let cookie = Token::random().unwrap();
        let token = form_token(&cookie);
        assert_ne!(token, cookie.to_text());
        assert_ne!(token, cookie.hash().to_text());
    }
}
