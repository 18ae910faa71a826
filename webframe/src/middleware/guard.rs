//! Checks `Authorization` (RFC 7617, RFC 6750) with a function of the app, or answers 401.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, StatusCode, header};

use crate::{Error, Middleware, Next, Request, Response};

/// Passes requests on if the app accepts their `Authorization`; all others are answered 401.
///
/// The app's check should compare secrets in constant time, for instance by comparing their hashes.
/// Use TLS: a password sent over plain HTTP can be read by others.
///
/// ```
/// use webframe::{App, Request, Response, Result, TestClient, Urls, middleware::Guard};
///
/// fn admin(_: &(), _: &Request) -> Result<Response> {
///     Ok(Response::text("welcome"))
/// }
///
/// let guard = Guard::basic("admin", |_: &(), name, password| name == "ada" && password == "x");
/// let urls = Urls::new().nest("/admin", Urls::new().get("/", admin).wrap(guard));
/// let app = App::new(()).urls(urls);
/// let client = TestClient::new(&app);
/// assert_eq!(client.get("/admin").send().status().as_u16(), 401);
/// let known = client.get("/admin").with_field("Authorization", "Basic YWRhOng=");
/// assert_eq!(known.send().text(), "welcome");
/// ```
pub struct Guard<S> {
    /// The value of `WWW-Authenticate` in a 401.
    challenge: HeaderValue,
    check: Check<S>,
}

enum Check<S> {
    Basic(Box<BasicCheck<S>>),
    Bearer(Box<BearerCheck<S>>),
}

type BasicCheck<S> = dyn Fn(&S, &str, &str) -> bool + Send + Sync;
type BearerCheck<S> = dyn Fn(&S, &str) -> bool + Send + Sync;

impl<S> Guard<S> {
    /// Checks name and password. A browser asks its user for them and shows `realm`. Characters
    /// that are not allowed in a realm are dropped.
    pub fn basic(
        realm: &str,
        check: impl Fn(&S, &str, &str) -> bool + Send + Sync + 'static,
    ) -> Guard<S> {
        let realm: String =
            realm.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect();
        let challenge = format!("Basic realm=\"{realm}\", charset=\"UTF-8\"");
        let challenge = HeaderValue::try_from(challenge);
        Guard {
            challenge: challenge.unwrap_or(HeaderValue::from_static("Basic realm=\"\"")),
            check: Check::Basic(Box::new(check)),
        }
    }

    /// Checks a bearer token, as programs send it.
    pub fn bearer(check: impl Fn(&S, &str) -> bool + Send + Sync + 'static) -> Guard<S> {
        Guard {
            challenge: HeaderValue::from_static("Bearer"),
            check: Check::Bearer(Box::new(check)),
        }
    }

    /// Whether the request has credentials of the right kind and the app accepts them.
    fn admits(&self, state: &S, request: &Request) -> bool {
        let Some((scheme, credentials)) =
            request.field(&header::AUTHORIZATION).and_then(|field| field.split_once(' '))
        else {
            return false;
        };
        let credentials = credentials.trim_start_matches(' ');
        match &self.check {
            Check::Basic(check) if scheme.eq_ignore_ascii_case("basic") => {
                let decoded = STANDARD.decode(credentials).ok();
                let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
                let pair = text.as_deref().and_then(|text| text.split_once(':'));
                pair.is_some_and(|(name, password)| check(state, name, password))
            }
            Check::Bearer(check) if scheme.eq_ignore_ascii_case("bearer") => {
                check(state, credentials)
            }
            Check::Basic(_) | Check::Bearer(_) => false,
        }
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for Guard<S> {
    fn handle(&self, state: &S, request: &Request, next: Next<'_, S>) -> Response {
        if self.admits(state, request) {
            return next.run(request);
        }
        let refused = next.refuse(request, Error::new(StatusCode::UNAUTHORIZED, ""));
        refused.with_field(header::WWW_AUTHENTICATE, self.challenge.clone())
    }
}

impl<S> std::fmt::Debug for Guard<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("challenge", &self.challenge).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Result, TestClient, Urls};

    fn ok(_: &(), _: &Request) -> Result<Response> {
        Ok(Response::text("in"))
    }

    #[track_caller]
    fn admits(guard: fn() -> Guard<()>, field: &str, status: u16) {
        let app = App::new(()).urls(Urls::new().get("/", ok).wrap(guard()));
        let client = TestClient::new(&app);
        let answer = client.get("/").with_field("Authorization", field).send();
        assert_eq!(answer.status().as_u16(), status, "{field:?}");
        assert_eq!(answer.field("WWW-Authenticate").is_some(), status == 401);
    }

    #[test]
    fn only_the_right_scheme_with_the_right_secret_passes() {
        let basic =
            || Guard::basic("a \"b\"\n", |_: &(), name, word| (name, word) == ("ada", "x:y"));
        for (field, status) in [
            ("Basic YWRhOng6eQ==", 200),
            ("basic  YWRhOng6eQ==", 200),
            ("Basic YWRhOng=", 401),
            ("Basic YWRh", 401),
            ("Basic ///=", 401),
            ("Basic", 401),
            ("Bearer YWRhOng6eQ==", 401),
        ] {
            admits(basic, field, status);
        }
        let bearer = || Guard::bearer(|_: &(), token| token == "t0ken");
        for (field, status) in [("Bearer t0ken", 200), ("Bearer t0k", 401), ("Basic t0ken", 401)] {
            admits(bearer, field, status);
        }
    }
}
