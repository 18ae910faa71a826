//! The names of the cookies and how long browsers keep them, and the connections on which browsers
//! send them.

use std::time::Duration;

use webframe::Request;

use crate::settings::CookieSecure;
use crate::site::Site;

pub(super) const SESSION_COOKIE: SecretCookie =
    SecretCookie { any_transport: "session", only_tls: "__Host-session" };
pub(super) const GUEST_COOKIE: SecretCookie =
    SecretCookie { any_transport: "visitor", only_tls: "__Host-visitor" };
pub(super) const DEVICE_COOKIE: SecretCookie =
    SecretCookie { any_transport: "device", only_tls: "__Host-device" };
/// The cookie of the chosen language.
pub(super) const LANGUAGE_COOKIE: &str = "language";

/// How long a browser keeps the chosen language, appearance and time zone.
pub(super) const CHOICES_KEPT: Duration = Duration::from_secs(365 * 24 * 3600);

/// How long a browser counts as a known device of a user who logged in with it.
pub(super) const DEVICE_COOKIE_KEPT: Duration = Duration::from_secs(180 * 24 * 3600);

/// The names of a cookie that holds a secret. If it is sent only over TLS, its name has the prefix
/// `__Host-`, so that a site on a sibling domain cannot set it.
#[derive(Clone, Copy)]
pub(super) struct SecretCookie {
    pub(super) any_transport: &'static str,
    pub(super) only_tls: &'static str,
}

/// The connections on which a browser sends the cookies of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CookieTransport {
    OnlyTls,
    Any,
}

impl SecretCookie {
    /// The name of the cookie with this transport.
    pub(super) fn name(self, transport: CookieTransport) -> &'static str {
        match transport {
            CookieTransport::OnlyTls => self.only_tls,
            CookieTransport::Any => self.any_transport,
        }
    }
}

impl CookieTransport {
    /// Decides by the settings, and for `auto` by the connection and the public URL.
    pub(super) fn from_request(site: &Site, request: &Request) -> CookieTransport {
        let settings = site.settings();
        let public = settings.server.engine.public_url.as_deref();
        let is_https = public.is_some_and(|url| url.starts_with("https:"));
        match settings.accounts.cookie_secure {
            CookieSecure::Always => CookieTransport::OnlyTls,
            CookieSecure::Auto if request.peer().encrypted || is_https => CookieTransport::OnlyTls,
            CookieSecure::Auto | CookieSecure::Never => CookieTransport::Any,
        }
    }
}
