//! Forms that only our own pages may send: the token in a visitor's cookie to the token in the
//! form, and what the browser says about where a request comes from to a yes or no. Both must
//! agree before a POST is acted on; pages in between know neither rule.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::session::{Token, encode_hex};

/// The token for the forms of whoever holds this cookie: the session's, or for a guest the random
/// one of a visitor cookie. It follows from the cookie and does not lead back to it, so nothing is
/// stored; a new token at log-in makes old forms invalid.
pub fn form_token(cookie: &Token) -> String {
    let mut hash = Sha256::new();
    // Another text than the one hashed for the database: neither value can stand for the other.
    hash.update(b"dictapp form token\0");
    hash.update(cookie.to_text());
    encode_hex(&hash.finalize().into())
}

/// Whether the form came from one of the pages that this cookie's holder was sent, told in a time
/// that does not depend on how nearly.
pub fn is_form_token(cookie: &Token, given: &str) -> bool {
    bool::from(form_token(cookie).as_bytes().ct_eq(given.as_bytes()))
}

/// Whether a request that changes something was made by another site, as far as the browser says:
/// `Sec-Fetch-Site` where there is one (browsers send it over TLS and to localhost), else `Origin`.
/// `own` is this site, `host[:port]` as in the `Host` field, or with `http://` or `https://` before
/// it where the scheme is known. A request without either field is from no browser of this decade,
/// and the form's token decides alone.
pub fn is_cross_site(sec_fetch_site: Option<&str>, origin: Option<&str>, own: &str) -> bool {
    match (sec_fetch_site, origin) {
        // `none`: typed or bookmarked. `same-site` is another host under the same registered
        // domain, somebody else's as likely as not.
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => !is_same_origin(origin, own),
        (None, None) => false,
    }
}

fn is_same_origin(origin: &str, own: &str) -> bool {
    let Some((scheme, authority)) = split_origin(origin) else { return false };
    let (own_scheme, own_authority) = split_origin(own).unwrap_or((scheme, own));
    scheme.eq_ignore_ascii_case(own_scheme)
        && without_default_port(scheme, authority)
            .eq_ignore_ascii_case(without_default_port(scheme, own_authority))
}

/// `http` or `https`, and what follows.
fn split_origin(origin: &str) -> Option<(&str, &str)> {
    let (scheme, authority) = origin.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (is_web && !authority.is_empty()).then_some((scheme, authority))
}

/// Browsers leave the default port out of `Origin`; others may have it in `Host`.
fn without_default_port<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    authority.strip_suffix(port).unwrap_or(authority)
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

    #[test]
    fn the_browsers_own_word_decides_before_the_origin() {
        for (site, cross) in [
            ("same-origin", false),
            ("none", false),
            ("same-site", true),
            ("cross-site", true),
            ("", true),
            ("Same-Origin", true),
        ] {
            for origin in [None, Some("http://dict"), Some("http://evil")] {
                assert_eq!(is_cross_site(Some(site), origin, "dict"), cross, "{site} {origin:?}");
            }
        }
    }

    #[test]
    fn else_the_origin_must_be_this_one() {
        for (origin, own, cross) in [
            ("http://dict.example.org", "dict.example.org", false),
            ("https://dict.example.org", "dict.example.org", false),
            ("http://Dict.example.org", "dict.EXAMPLE.org", false),
            ("http://127.0.0.1:8000", "127.0.0.1:8000", false),
            ("http://[::1]:8000", "[::1]:8000", false),
            ("http://[::1]", "[::1]:80", false),
            ("http://dict", "dict:80", false),
            ("https://dict", "dict:443", false),
            ("https://dict", "https://dict", false),
            ("https://dict", "dict:80", true),
            ("http://dict", "https://dict", true),
            ("http://dict", "dict:8000", true),
            ("http://dict:8001", "dict:8000", true),
            ("http://evil.dict", "dict", true),
            ("http://dict.evil", "dict", true),
            ("http://dict@evil", "dict", true),
            ("http://dict/", "dict", true),
            ("null", "dict", true),
            ("", "dict", true),
            ("dict", "dict", true),
            ("http://", "", true),
            ("ftp://dict", "dict", true),
            ("chrome-extension://dict", "dict", true),
        ] {
            assert_eq!(is_cross_site(None, Some(origin), own), cross, "{origin} on {own}");
        }
    }

    #[test]
    fn without_either_field_the_form_token_decides_alone() {
        assert!(!is_cross_site(None, None, "dict"));
    }
}
