//! Cookies (RFC 6265bis): parses the `Cookie` fields of a request, and encodes a [`Cookie`] as
//! `Set-Cookie`.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use http::HeaderValue;

/// A cookie to be set.
///
/// By default scripts cannot read it (`HttpOnly`), forms and frames of other sites do not send it
/// (`SameSite=Lax`), it is for the whole site (`Path=/`), and it ends when the browser is closed.
///
/// ```
/// use std::time::Duration;
/// use webframe::{Cookie, Response};
///
/// let cookie = Cookie::new("session", "8f14e45f")?.secure().max_age(Duration::from_secs(3600));
/// assert_eq!(
///     cookie.to_string(),
///     "session=8f14e45f; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax"
/// );
/// let page = Response::text("welcome").with_cookie(&cookie);
/// let bye = Response::text("bye").with_cookie(&Cookie::removal("session")?);
/// # Ok::<(), webframe::CookieError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    name: String,
    value: String,
    path: String,
    domain: Option<String>,
    expires: Option<SystemTime>,
    max_age: Option<Duration>,
    secure: bool,
    http_only: bool,
    same_site: SameSite,
    partitioned: bool,
}

/// When a browser sends a cookie with a request that another site caused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// Never, not even when a link is followed.
    Strict,
    /// When a link is followed; not with forms, frames, images or scripts.
    #[default]
    Lax,
    /// Always. The cookie becomes [`Cookie::secure`], as browsers require.
    None,
}

/// Why a cookie is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieError {
    /// The name is not a token (RFC 9110 §5.6.2).
    Name,
    /// The value contains white space, a quote, comma, semicolon, backslash, control character or
    /// non-ASCII character.
    Value,
    /// The path does not begin with `/`, contains a semicolon, control character or non-ASCII
    /// character, or is not `/` although the name begins with `__Host-`.
    Path,
    /// The domain is not a host name, or the name begins with `__Host-`, which forbids one.
    Domain,
    /// Name and value together are longer than 4,096 bytes: browsers drop such a cookie.
    TooLong,
}

/// Maximum length of name and value together, in bytes (RFC 6265bis §5.6).
const PAIR_BYTES_MAX: usize = 4096;

/// The time from 1970 to the last second of the year 9999.
const LATEST: Duration = Duration::from_secs(253_402_300_799);

impl Cookie {
    /// A cookie with this name and value. A name that begins with `__Host-` or `__Secure-` makes it
    /// [`secure`](Cookie::secure): browsers drop such a cookie otherwise.
    ///
    /// # Errors
    /// The name is not a token, the value contains a character that is not allowed, or both
    /// together are too long.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Result<Cookie, CookieError> {
        let name = name.into();
        let value = value.into();
        if name.is_empty() || !name.bytes().all(is_token_byte) {
            return Err(CookieError::Name);
        }
        if !value.bytes().all(is_cookie_octet) {
            return Err(CookieError::Value);
        }
        if name.len() + value.len() > PAIR_BYTES_MAX {
            return Err(CookieError::TooLong);
        }
        Ok(Cookie {
            secure: has_prefix(&name, HOST_PREFIX) || has_prefix(&name, "__Secure-"),
            name,
            value,
            path: "/".to_owned(),
            domain: None,
            expires: None,
            max_age: None,
            http_only: true,
            same_site: SameSite::Lax,
            partitioned: false,
        })
    }

    /// A cookie that makes the browser delete the cookie of that name. Path and domain must be
    /// those that it was set with.
    ///
    /// # Errors
    /// The name is not a token.
    pub fn removal(name: impl Into<String>) -> Result<Cookie, CookieError> {
        Ok(Cookie::new(name, "")?.max_age(Duration::ZERO))
    }

    /// Sends the cookie only for this path and those below it.
    ///
    /// # Errors
    /// The path does not begin with `/`, contains a character that is not allowed, or the name
    /// begins with `__Host-` and the path is not `/`.
    pub fn path(mut self, path: impl Into<String>) -> Result<Cookie, CookieError> {
        self.path = path.into();
        let holds = |byte: u8| matches!(byte, b' '..=b'~') && byte != b';';
        let is_path = self.path.starts_with('/') && self.path.bytes().all(holds);
        if is_path && (self.path == "/" || !has_prefix(&self.name, HOST_PREFIX)) {
            return Ok(self);
        }
        Err(CookieError::Path)
    }

    /// Sends the cookie to this domain and all its subdomains: each of their hosts can read and set
    /// it. Without a domain, the cookie belongs only to the host that sets it.
    ///
    /// # Errors
    /// The domain is not a host name, or the name begins with `__Host-`.
    pub fn domain(mut self, domain: impl Into<String>) -> Result<Cookie, CookieError> {
        let domain = domain.into();
        let is_name = domain.split('.').all(|label| {
            let ends = label.starts_with('-') || label.ends_with('-');
            let holds = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !label.is_empty() && !ends && label.bytes().all(holds)
        });
        if !is_name || has_prefix(&self.name, HOST_PREFIX) {
            return Err(CookieError::Domain);
        }
        self.domain = Some(domain);
        Ok(self)
    }

    /// Keeps the cookie until this time, by the clock of the browser. If both are set,
    /// [`Cookie::max_age`] applies. The time is moved into the years 1970 to 9999, which a date can
    /// express.
    #[must_use]
    pub fn expires(mut self, time: SystemTime) -> Cookie {
        self.expires = Some(time.clamp(SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + LATEST));
        self
    }

    /// Keeps the cookie for this time, in whole seconds, even after the browser is closed.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Cookie {
        self.max_age = Some(max_age);
        self
    }

    /// Sends the cookie over encrypted connections only.
    #[must_use]
    pub fn secure(mut self) -> Cookie {
        self.secure = true;
        self
    }

    /// Lets scripts read the cookie.
    #[must_use]
    pub fn seen_by_scripts(mut self) -> Cookie {
        self.http_only = false;
        self
    }

    /// Sets when the cookie is sent with requests that other sites caused.
    #[must_use]
    pub fn same_site(mut self, same_site: SameSite) -> Cookie {
        self.same_site = same_site;
        self.secure |= same_site == SameSite::None;
        self
    }

    /// Stores the cookie separately for each site that embeds ours (`Partitioned`, CHIPS), for
    /// frames in pages of other sites. The cookie becomes [`Cookie::secure`], as browsers require;
    /// it usually needs `SameSite=None` too.
    #[must_use]
    pub fn partitioned(mut self) -> Cookie {
        self.partitioned = true;
        self.secure = true;
        self
    }

    /// The value of the field `Set-Cookie`.
    pub fn to_field(&self) -> HeaderValue {
        HeaderValue::try_from(self.to_string()).expect("name, value and path were checked")
    }
}

impl fmt::Display for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}; Path={}", self.name, self.value, self.path)?;
        if let Some(domain) = &self.domain {
            write!(f, "; Domain={domain}")?;
        }
        if let Some(time) = self.expires {
            write!(f, "; Expires={}", httpdate::fmt_http_date(time))?;
        }
        if let Some(max_age) = self.max_age {
            write!(f, "; Max-Age={}", max_age.as_secs())?;
        }
        if self.secure {
            f.write_str("; Secure")?;
        }
        if self.http_only {
            f.write_str("; HttpOnly")?;
        }
        f.write_str(match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
        })?;
        f.write_str(if self.partitioned { "; Partitioned" } else { "" })
    }
}

impl fmt::Display for CookieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CookieError::Name => "the name of a cookie is not a token",
            CookieError::Value => "the value of a cookie contains a character that is not allowed",
            CookieError::Path => "the path of a cookie is not a path",
            CookieError::Domain => "the domain of a cookie is not a host name",
            CookieError::TooLong => "name and value of a cookie are longer than 4096 bytes",
        })
    }
}

impl std::error::Error for CookieError {}

/// The cookies of a request in their order; only tests and fuzz targets need all of them. A cookie
/// that is not `name=value` in UTF-8 is skipped: an invalid cookie of a sibling domain must not
/// invalidate the session's cookie.
#[cfg(any(test, fuzzing))]
pub(crate) fn pairs<'r>(
    fields: impl Iterator<Item = (&'r str, &'r [u8])>,
) -> impl Iterator<Item = (&'r str, &'r str)> {
    let text = |bytes| std::str::from_utf8(bytes).ok();
    raw_pairs(fields).filter_map(move |(name, value)| Some((text(name)?, text(value)?)))
}

/// The values of the cookies of this name. `lists` are the values of `Cookie` fields. A value that
/// is not UTF-8 is skipped. Most pages ask for several names, so cookies of other names are passed
/// over quickly.
pub(crate) fn values<'r>(
    lists: impl Iterator<Item = &'r [u8]>,
    name: &str,
) -> impl Iterator<Item = &'r str> {
    lists.flat_map(move |list| {
        let mut rest = Some(list);
        std::iter::from_fn(move || {
            while let Some(list) = rest {
                let end = memchr::memchr(b';', list);
                rest = end.map(|end| &list[end + 1..]);
                let value = value_of(&list[..end.unwrap_or(list.len())], name.as_bytes());
                if value.is_some() {
                    return value;
                }
            }
            None
        })
    })
}

/// The value of a cookie if it has this name.
fn value_of<'r>(cookie: &'r [u8], name: &[u8]) -> Option<&'r str> {
    let value = trimmed(trimmed(cookie).strip_prefix(name)?).strip_prefix(b"=")?;
    std::str::from_utf8(trimmed(value)).ok()
}

#[cfg(any(test, fuzzing))]
fn raw_pairs<'r>(
    fields: impl Iterator<Item = (&'r str, &'r [u8])>,
) -> impl Iterator<Item = (&'r [u8], &'r [u8])> {
    fields
        .filter(|field| field.0.eq_ignore_ascii_case("cookie"))
        .flat_map(|field| between_semicolons(field.1))
        .filter_map(|pair| {
            let place = memchr::memchr(b'=', pair)?;
            Some((trimmed(&pair[..place]), trimmed(&pair[place + 1..])))
        })
}

/// Splits the value of a `Cookie` field.
#[cfg(any(test, fuzzing))]
fn between_semicolons(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr::memchr_iter(b';', list).chain([list.len()]).map(move |end| {
        let piece = &list[start..end];
        start = end + 1;
        piece
    })
}

/// Removes the white space of HTTP (OWS) on either side.
fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// A browser accepts a cookie with this prefix in its name only from the host itself, and only for
/// all paths.
const HOST_PREFIX: &str = "__Host-";

/// Browsers compare the prefix without regard to case (RFC 6265bis §5.4).
fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether the byte may be in a value: visible ASCII except `"`, `,`, `;` and `\`.
fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_has_its_attributes_and_safe_defaults() {
        let cookie = Cookie::new("lang", "zh").unwrap();
        assert_eq!(cookie.to_string(), "lang=zh; Path=/; HttpOnly; SameSite=Lax");
        let open = cookie.seen_by_scripts().same_site(SameSite::None).secure();
        assert_eq!(open.path("/a").unwrap().to_field(), "lang=zh; Path=/a; Secure; SameSite=None");
    }

    #[test]
    fn cookies_that_browsers_accept_only_over_tls_are_secure() {
        for name in ["__Host-session", "__host-session", "__Secure-a"] {
            assert!(Cookie::new(name, "x").unwrap().to_string().contains("; Secure"), "{name}");
            assert!(Cookie::removal(name).unwrap().to_string().contains("; Secure"), "{name}");
        }
        let everywhere = Cookie::new("a", "x").unwrap().same_site(SameSite::None);
        assert!(everywhere.to_string().contains("; Secure"));
        assert!(!Cookie::new("a__Host-", "x").unwrap().to_string().contains("Secure"));
        let host = || Cookie::new("__Host-a", "x").unwrap();
        assert_eq!(host().path("/a"), Err(CookieError::Path));
        assert!(host().path("/").is_ok() && Cookie::new("a", "x").unwrap().path("/a").is_ok());
    }

    #[test]
    fn domain_expiry_and_partition_are_written_as_in_rfc_6265() {
        let time = std::time::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let cookie = Cookie::new("a", "x").unwrap().domain("example.org").unwrap().expires(time);
        assert_eq!(
            cookie.same_site(SameSite::None).partitioned().to_field(),
            "a=x; Path=/; Domain=example.org; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Secure; HttpOnly; \
             SameSite=None; Partitioned"
        );
        assert!(Cookie::new("a", "x").unwrap().partitioned().to_string().contains("; Secure"));
        for domain in ["", ".example.org", "a..b", "-a", "a-", "a;b", "a b", "é.org", "a\r\n"] {
            let cookie = Cookie::new("a", "x").unwrap();
            assert_eq!(cookie.domain(domain), Err(CookieError::Domain), "{domain:?}");
        }
        let host = Cookie::new("__Host-a", "x").unwrap();
        assert_eq!(host.domain("example.org"), Err(CookieError::Domain));
    }

    #[test]
    fn an_expiry_beyond_what_a_date_can_express_is_the_first_or_last_one() {
        let years = Duration::from_secs(10_000 * 366 * 86_400);
        let written = |time| Cookie::new("a", "x").unwrap().expires(time).to_string();
        let late = written(std::time::UNIX_EPOCH + years);
        assert!(late.contains("; Expires=Fri, 31 Dec 9999 23:59:59 GMT;"), "{late}");
        let early = written(std::time::UNIX_EPOCH - years);
        assert!(early.contains("; Expires=Thu, 01 Jan 1970 00:00:00 GMT;"), "{early}");
    }

    #[test]
    fn a_removal_is_empty_and_expired() {
        let gone = Cookie::removal("__Host-session").unwrap().same_site(SameSite::Strict);
        assert_eq!(
            gone.to_field(),
            "__Host-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict"
        );
    }

    #[test]
    fn characters_that_end_a_pair_or_a_line_are_refused() {
        for name in ["", "a b", "a=b", "a;b", "a\r\nb", "é", "a,b", "\"a\"", "a\0"] {
            assert_eq!(Cookie::new(name, "x"), Err(CookieError::Name), "{name:?}");
        }
        for value in
            ["a b", "a;b", "a,b", "a\"b", "a\\b", "a\r\nSet-Cookie: b=c", "é", "\0", "\x7f"]
        {
            assert_eq!(Cookie::new("n", value), Err(CookieError::Value), "{value:?}");
        }
        for path in ["", "a", "/;x", "/\r\n", "/é"] {
            let cookie = Cookie::new("n", "v").unwrap();
            assert_eq!(cookie.path(path), Err(CookieError::Path), "{path:?}");
        }
        assert_eq!(Cookie::new("n", "v".repeat(4096)), Err(CookieError::TooLong));
    }

    #[test]
    fn reads_the_pairs_of_all_fields_in_order() {
        let fields: [(&str, &[u8]); 3] =
            [("Cookie", b"a=1;b=2; c=x=y"), ("Host", b"d=4"), ("cookie", b"\t e = 5 ;; f;a=6")];
        let pairs: Vec<_> = pairs(fields.into_iter()).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "2"), ("c", "x=y"), ("e", "5"), ("a", "6")]);
    }

    #[test]
    fn the_values_of_a_name_are_those_of_its_pairs() {
        let fields: [(&str, &[u8]); 2] =
            [("Cookie", b"a=1;b=2; a = \xff;aa=4; a=x=y"), ("cookie", b"=5;a;a=")];
        let pairs: Vec<_> = pairs(fields.into_iter()).collect();
        for name in ["a", "b", "aa", "", "x"] {
            let named = pairs.iter().filter(|pair| pair.0 == name).map(|pair| pair.1);
            assert!(values(fields.iter().map(|field| field.1), name).eq(named), "{name}");
        }
        let lists = fields.iter().map(|field| field.1);
        assert_eq!(values(lists, "a").collect::<Vec<_>>(), ["1", "x=y", ""]);
    }

    #[test]
    fn only_a_cookie_that_is_not_text_is_skipped() {
        let fields: [(&str, &[u8]); 1] = [("cookie", b"stray=\xff\xfe; session=abc")];
        assert_eq!(pairs(fields.into_iter()).collect::<Vec<_>>(), [("session", "abc")]);
    }
}
