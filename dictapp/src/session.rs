//! Session tokens and the rules for the end of a session. The cookie contains the token, the
//! database its hash. This file uses neither a database nor a clock: callers pass the times.

use std::fmt;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::hex;
use crate::model::Lifetime;

/// 256 random bits that identify a session. Only the visitor's browser knows them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Token([u8; 32]);

/// The SHA-256 of a token, which the database stores: a stolen table opens no session.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

/// When sessions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Every session ends when it was not used for this time.
    pub idle: Duration,
    /// A kept session ("keep me logged in") ends this time after the log-in, even if it is used.
    pub absolute: Duration,
    /// Any other session, which also ends with the browser, ends this time after the log-in.
    pub browser: Duration,
}

/// The stored time of a session's last use is at most this far behind the real one.
const SEEN_BEHIND_MAX: Duration = Duration::from_secs(60 * 60);

impl Token {
    /// A new token from the operating system's random bytes.
    ///
    /// # Errors
    /// The operating system has no random bytes.
    pub fn random() -> Result<Token, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Token(bytes))
    }

    /// Parses the value of a cookie. `None`: it is not what [`Token::to_text`] writes.
    pub fn parse(text: &str) -> Option<Token> {
        hex::parse(text).map(Token)
    }

    /// 64 lower-case hexadecimal digits for the cookie. There is no `Display`, so that a token
    /// does not get into a log or a page by accident.
    pub fn to_text(&self) -> String {
        hex::encode(&self.0)
    }

    /// The 32 bytes.
    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash, to store and to look up.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

impl TokenHash {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash as 64 lower-case hexadecimal digits.
    pub fn to_text(&self) -> String {
        hex::encode(&self.0)
    }
}

impl Expiry {
    /// Whether a session is alive at `now`, if it was created and last used (`seen`) at these
    /// times. Times in the future count as now: the clocks of two instances differ a little.
    pub fn is_alive(
        &self,
        lifetime: Lifetime,
        created: SystemTime,
        seen: SystemTime,
        now: SystemTime,
    ) -> bool {
        let (idle, absolute) = self.limits(lifetime);
        age(created, now) < absolute && age(seen, now) < idle
    }

    /// The idle and the absolute limit of sessions of this lifetime.
    pub fn limits(&self, lifetime: Lifetime) -> (Duration, Duration) {
        match lifetime {
            Lifetime::Browser => (self.browser.min(self.idle), self.browser),
            Lifetime::Kept => (self.idle, self.absolute),
        }
    }

    /// Whether the time of the last use (`seen`) must be stored again. It is not stored for every
    /// page, but often enough that a session ends too early by at most a twentieth of its idle
    /// limit, and at most an hour.
    pub fn must_write_seen(&self, seen: SystemTime, now: SystemTime) -> bool {
        age(seen, now) >= (self.idle / 20).min(SEEN_BEHIND_MAX)
    }
}

/// The time from `then` to `now`; zero if `then` is in the future.
fn age(then: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(then).unwrap_or_default()
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl fmt::Debug for TokenHash {
    /// Shows the first eight digits, enough to find the row in the database.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({:.8}..)", self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPIRY: Expiry = Expiry {
        idle: Duration::from_secs(7 * 86_400),
        absolute: Duration::from_secs(30 * 86_400),
        browser: Duration::from_secs(43_200),
    };

    fn day(day: f64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs_f64(day * 86_400.0)
    }

    #[test]
    fn a_token_is_64_digits_and_reads_back() {
        let token = Token::random().unwrap();
        let text = token.to_text();
        assert_eq!(text.len(), 64);
        assert_eq!(Token::parse(&text), Some(token.clone()));
        assert_ne!(Token::random().unwrap(), token);
    }

    #[test]
    fn every_token_has_one_spelling() {
        let text = Token([0xab; 32]).to_text();
        assert_eq!(text, "ab".repeat(32));
        for other in [
            text.to_uppercase(),
            format!(" {text}"),
            format!("{text}\n"),
            format!("\"{text}\""),
            text[1..].to_owned(),
            text.replace('a', "g"),
            text.replacen("ab", "é", 1),
            text.replacen('a', "+", 1),
            String::new(),
        ] {
            assert_eq!(Token::parse(&other), None, "{other:?}");
        }
    }

    #[test]
    fn the_database_gets_the_sha_256_of_the_token() {
        // printf '\0%.0s' $(seq 32) | sha256sum
        let expected = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";
        let hash = Token([0; 32]).hash();
        assert_eq!(hash.to_text(), expected);
        assert_eq!(hash.as_bytes()[..2], [0x66, 0x68]);
    }

    #[test]
    fn debug_shows_no_token() {
        let token = Token([0xab; 32]);
        assert_eq!(format!("{token:?}"), "Token(..)");
        assert_eq!(format!("{:?}", Token([0; 32]).hash()), "TokenHash(66687aad..)");
    }

    #[test]
    fn a_session_ends_by_idling_or_by_age() {
        for (created, seen, now, alive) in [
            (0.0, 0.0, 0.0, true),
            (0.0, 0.0, 6.999, true),
            (0.0, 0.0, 7.0, false),
            (0.0, 29.0, 29.999, true),
            (0.0, 29.999, 30.0, false),
            (1.0, 1.0, 0.5, true),
            (0.0, 40.0, 29.0, true),
        ] {
            let (created, seen, now) = (day(created), day(seen), day(now));
            assert_eq!(
                EXPIRY.is_alive(Lifetime::Kept, created, seen, now),
                alive,
                "{created:?} {seen:?} {now:?}"
            );
        }
    }

    #[test]
    fn reading_pages_writes_the_last_use_once_an_hour_or_a_twentieth() {
        let hour = 1.0 / 24.0;
        assert!(!EXPIRY.must_write_seen(day(1.0), day(1.0 + 0.9 * hour)));
        assert!(EXPIRY.must_write_seen(day(1.0), day(1.0 + 1.1 * hour)));
        assert!(!EXPIRY.must_write_seen(day(1.0), day(0.0)));
        let short = Expiry { idle: Duration::from_secs(1200), ..EXPIRY };
        assert!(!short.must_write_seen(day(1.0), day(1.0) + Duration::from_secs(59)));
        assert!(short.must_write_seen(day(1.0), day(1.0) + Duration::from_secs(60)));
    }

    #[test]
    fn a_session_that_is_not_kept_ends_after_half_a_day_of_use() {
        let is_alive = |now| EXPIRY.is_alive(Lifetime::Browser, day(0.0), day(now), day(now));
        assert!(is_alive(0.49) && !is_alive(0.5));
    }
}
