//! Forms that only our own pages may send: the token in a visitor's cookie to the token in the
//! form. Where the browser says from which site a form comes, `webframe::middleware::SameOrigin`
//! has judged that before; both must agree, and pages in between know neither rule.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::hex;
use crate::session::Token;

/// The token for the forms of whoever holds this cookie: the session's, or for a guest the random
/// one of a visitor cookie. It follows from the cookie and does not lead back to it, so nothing is
/// stored; a new token at log-in makes old forms invalid.
pub fn form_token(cookie: &Token) -> String {
    let mut hash = Sha256::new();
    // Another text than the one hashed for the database: neither value can stand for the other.
    hash.update(b"dictapp form token\0");
    hash.update(cookie.to_text());
    hex::encode(&hash.finalize())
}

/// Whether the form came from one of the pages that this cookie's holder was sent, told in a time
/// that does not depend on how nearly.
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
