//! The layer (middleware) that gives each request its session, and sets the cookie in the response
//! if the session began, was renewed or ended.

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderValue, header};

use super::{CookieChange, MemorySessions, Session, SessionStore, Stored, secret::Secret};
use crate::{Cookie, CookieError, Middleware, Next, Request, Response, lock::lock};

/// Gives each request a [`Session`].
///
/// The cookie is called `session`. Over TLS it is called `__Host-session`: other subdomains cannot
/// set a cookie of this name. Scripts cannot read the cookie, and forms of other sites do not send
/// it. The response of a handler that used the session has `Cache-Control: no-store`, unless the
/// handler sets the field itself.
///
/// ```
/// use std::time::Duration;
/// use webframe::{App, session::{MemorySessions, Sessions}};
///
/// let store = MemorySessions::new().with_sessions_max(1_000);
/// let sessions = Sessions::in_store(store).with_idle(Duration::from_secs(20 * 60));
/// let app = App::new(()).wrap(sessions);
/// ```
#[derive(Debug)]
pub struct Sessions {
    rules: Arc<Rules>,
}

/// Settings for all sessions of an app.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) store: Arc<dyn SessionStore>,
    pub(super) idle: Duration,
    pub(super) lifetime: Duration,
    pub(super) record_bytes_max: usize,
    /// The name of the cookie, without the prefix that it has over TLS.
    name: String,
}

impl Sessions {
    /// Sessions in memory, which end with the process.
    pub fn in_memory() -> Sessions {
        Sessions::in_store(MemorySessions::new())
    }

    /// Sessions in a store. They end after two hours without use, and one day after they began. A
    /// record has at most 4 KiB.
    pub fn in_store(store: impl SessionStore) -> Sessions {
        Sessions {
            rules: Arc::new(Rules {
                store: Arc::new(store),
                idle: Duration::from_secs(2 * 3600),
                lifetime: Duration::from_secs(24 * 3600),
                record_bytes_max: 4 << 10,
                name: "session".to_owned(),
            }),
        }
    }

    /// Ends sessions that were not used for this time.
    #[must_use]
    pub fn with_idle(self, idle: Duration) -> Sessions {
        self.with(|rules| rules.idle = idle)
    }

    /// Ends sessions this time after they began, even if they are used. Browsers keep the cookie
    /// for the same time.
    #[must_use]
    pub fn with_lifetime(self, lifetime: Duration) -> Sessions {
        self.with(|rules| rules.lifetime = lifetime)
    }

    /// Limits the size of a session's record. A change that would make the record larger is
    /// refused.
    #[must_use]
    pub fn with_record_bytes_max(self, record_bytes_max: usize) -> Sessions {
        self.with(|rules| rules.record_bytes_max = record_bytes_max)
    }

    /// Names the cookie, for several apps on one host.
    ///
    /// # Errors
    /// The name is not a token, or it is too long.
    pub fn with_cookie_name(self, name: impl Into<String>) -> Result<Sessions, CookieError> {
        let name = name.into();
        Cookie::new(format!("__Host-{name}"), "x".repeat(Secret::TEXT_BYTES))?;
        Ok(self.with(|rules| rules.name = name))
    }

    fn with(mut self, set: impl FnOnce(&mut Rules)) -> Sessions {
        set(Arc::make_mut(&mut self.rules));
        self
    }
}

/// The name of a cookie for this request: with the prefix `__Host-` over TLS.
pub(super) fn cookie_name(name: &str, request: &Request) -> String {
    if request.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
}

/// Forbids caches to store a response that is for one browser only, unless the handler has set
/// `Cache-Control`.
pub(super) fn forbid_caching(response: &mut Response) {
    if response.field(&header::CACHE_CONTROL).is_none() {
        response.set(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The cookie that makes a browser store or delete the session's token. `None` if nothing changes.
fn cookie_of(session: &Session, name: String) -> Option<Cookie> {
    let state = lock(&session.state);
    match (state.cookie, &state.secret) {
        (CookieChange::Set, Some(secret)) => {
            let cookie = Cookie::new(name, secret.to_text()).ok()?; // the name was checked
            Some(cookie.max_age(session.rules.lifetime))
        }
        (CookieChange::Remove, _) => Cookie::removal(name).ok(),
        (CookieChange::Set, None) | (CookieChange::Keep, _) => None,
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for Sessions {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let name = cookie_name(&self.rules.name, request);
        let secret = request.cookies(&name).find_map(Secret::parse);
        request.put(Session::new(Arc::clone(&self.rules), secret));
        let mut response = next.run(request);
        let Some(session) = request.get::<Session>() else { return response };
        if !matches!(lock(&session.state).stored, Stored::Unknown) {
            forbid_caching(&mut response);
        }
        if let Some(cookie) = cookie_of(session, name) {
            response.add(header::SET_COOKIE, cookie.to_field());
        }
        response
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("name", &self.name).finish_non_exhaustive()
    }
}
