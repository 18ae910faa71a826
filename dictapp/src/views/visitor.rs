//! Identifies the visitor by cookies and header fields: language, user or guest, and the token that
//! protects forms. Sets the cookies: session, form token of a guest, known device, language,
//! appearance and time zone.

use std::cell::OnceCell;
use std::sync::Arc;

use webframe::http::{HeaderName, Method, header};
use webframe::{Cookie, Error, Request, Response, Result};

use super::appearance::{APPEARANCE_COOKIE, Appearance, ZONE_COOKIE, ZONES};
use super::cookies::{
    CHOICES_KEPT, CookieTransport, DEVICE_COOKIE, DEVICE_COOKIE_KEPT, GUEST_COOKIE,
    LANGUAGE_COOKIE, SESSION_COOKIE, SecretCookie,
};
use super::forwarding;
use crate::form_token::{form_token, is_form_token};
use crate::model::{Lifetime, device_label};
use crate::session::Token;
use crate::site::{Client, CurrentUser, DeviceProof, SignedIn, Site};
use crate::store::StoreError;
use crate::texts::Language;

/// Maximum number of session cookies of a request that are looked up. There may be several: a site
/// on a sibling domain may have set others of the same name.
const SESSION_COOKIES_TRIED_MAX: usize = 4;

/// The visitor, and the language of their pages.
pub(super) struct Visitor<'r> {
    pub(super) request: &'r Request,
    pub(super) language: Language,
    pub(super) who: &'r Who,
    /// The session, if there is one and it may be valid.
    session: Option<&'r Session>,
    /// The guest's token, from which the tokens of their forms are derived: from the cookie, or
    /// made for this response.
    guest: OnceCell<GuestToken>,
    transport: CookieTransport,
}

/// The token that a guest's forms are bound to, and whether the browser does not have it yet.
struct GuestToken {
    token: Token,
    is_new: bool,
}

/// Who may have chosen text that a page contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextAuthor {
    /// Only the visitor and this site. The text of the URL is checked separately
    /// (`has_only_own_text`).
    Visitor,
    /// Other people too.
    Anybody,
}

/// Who the visitor is.
pub(super) enum Who {
    /// A user who is logged in.
    User(CurrentUser),
    /// A visitor without a valid session.
    Guest,
    /// There is a session cookie, and the database is unavailable.
    Unknown(StoreError),
}

/// The token of a session, and the token for its forms.
struct Session {
    token: Token,
    form_token: Arc<str>,
}

/// The result of looking the session up. It is stored in the request, so that the middleware, the
/// view and the error page of one request query the database only once.
struct Identity {
    session: Option<Session>,
    who: Who,
}

static GUEST: Identity = Identity { session: None, who: Who::Guest };

/// Whether a request has the cookie of a session, which may be invalid.
pub(crate) fn may_be_user(request: &Request) -> bool {
    [SESSION_COOKIE.any_transport, SESSION_COOKIE.only_tls]
        .iter()
        .any(|name| request.cookie(name).is_some())
}

impl<'r> Visitor<'r> {
    /// Reads the cookies, and queries the database if there is a session cookie.
    pub(super) fn from_request(site: &Site, request: &'r Request) -> Visitor<'r> {
        let transport = CookieTransport::from_request(site, request);
        let Identity { session, who } =
            Identity::resolve(site, request, SESSION_COOKIE.name(transport));
        let session = session.as_ref();
        let language = language(request);
        Visitor { request, language, session, who, guest: OnceCell::new(), transport }
    }

    /// The user; `None` for a guest.
    ///
    /// # Errors
    /// 503: there is a session cookie, and the database is unavailable.
    pub(super) fn user(&self) -> Result<Option<&CurrentUser>> {
        match self.who {
            Who::User(user) => Ok(Some(user)),
            Who::Guest => Ok(None),
            Who::Unknown(error) => Err(error.clone().into()),
        }
    }

    /// The token for a form on a page of this visitor. For a new guest this makes a cookie, which
    /// [`Visitor::complete_page`] adds to the response.
    pub(super) fn form_token(&self) -> Result<String> {
        match self.session_form_token() {
            Some(token) => Ok(token.to_owned()),
            None => Ok(form_token(self.form_binding()?)),
        }
    }

    /// The token of the session; `None` without one.
    pub(super) fn session_token(&self) -> Option<&Token> {
        self.session.map(|session| &session.token)
    }

    /// The token for forms of the session; `None` without one.
    pub(super) fn session_form_token(&self) -> Option<&str> {
        self.session.map(|session| &*session.form_token)
    }

    /// Refuses a form that does not come from a page sent to this visitor.
    ///
    /// # Errors
    /// 403: the token is wrong. 503: there is a session cookie, and the database is unavailable.
    pub(super) fn check_form(&self, given: &str) -> Result<()> {
        self.user()?;
        if is_form_token(self.form_binding()?, given) { Ok(()) } else { Err(Error::forbidden("")) }
    }

    /// Completes the response of a page: adds a new guest's cookie, which the forms of the page are
    /// bound to, and forbids compression if it could reveal the form token.
    pub(super) fn complete_page(&self, response: Response, text: TextAuthor) -> Result<Response> {
        // The attack BREACH: if an attacker can choose text of the page, the compressed length
        // reveals the token letter by letter.
        let response = if self.has_no_form_token() || self.has_only_own_text(text) {
            response
        } else {
            response.without_compression()
        };
        match self.guest.get() {
            Some(GuestToken { token, is_new: true }) => {
                Ok(response.with_cookie(&self.secret_cookie(GUEST_COOKIE, &token.to_text())?))
            }
            _ => Ok(response),
        }
    }

    /// Completes the response to a user who has just logged in: ends an old session, sets the
    /// cookies of the new session and of the known device, and removes the guest's cookie.
    pub(super) fn begin_session(
        &self,
        site: &Site,
        signed_in: &SignedIn,
        lifetime: Lifetime,
        response: Response,
    ) -> Result<Response> {
        if let Some(old) = self.session_token() {
            site.sign_out(old)?;
        }
        let session = self.secret_cookie(SESSION_COOKIE, &signed_in.token.to_text())?;
        let session = match lifetime {
            Lifetime::Browser => session,
            Lifetime::Kept => session.max_age(site.settings().accounts.session_absolute),
        };
        let response = response.with_cookie(&session);
        let response = self.remember_device(&signed_in.device, response)?;
        Ok(response.with_cookie(&Cookie::removal(self.cookie_name(GUEST_COOKIE))?))
    }

    /// Adds the cookie that makes this browser a known device of its user.
    pub(super) fn remember_device(
        &self,
        proof: &DeviceProof,
        response: Response,
    ) -> Result<Response> {
        let device = self.secret_cookie(DEVICE_COOKIE, proof.as_str())?.max_age(DEVICE_COOKIE_KEPT);
        Ok(response.with_cookie(&device))
    }

    /// The browser and its address, for the list of sessions and the audit log.
    pub(super) fn client(&self) -> Client {
        let user_agent = self.request.field(&header::USER_AGENT).unwrap_or_default();
        let address = self.request.peer().address.ip();
        forwarding::warn_of_unknown_proxy(self.request, address);
        Client { address, device: device_label(user_agent) }
    }

    /// The name of this cookie: with the prefix `__Host-` if it is sent only over TLS.
    pub(super) fn cookie_name(&self, secret: SecretCookie) -> &'static str {
        secret.name(self.transport)
    }

    /// The proof that a user has logged in with this browser before, from the cookie; not verified
    /// here.
    pub(super) fn device(&self) -> Option<&str> {
        self.request.cookie(self.cookie_name(DEVICE_COOKIE))
    }

    /// Deletes the session and its cookie.
    pub(super) fn end_session(&self, site: &Site, response: Response) -> Result<Response> {
        if let Some(token) = self.session_token() {
            site.sign_out(token)?;
        }
        Ok(response.with_cookie(&Cookie::removal(self.cookie_name(SESSION_COOKIE))?))
    }

    /// Stores the language in a cookie.
    pub(super) fn remember_language(
        &self,
        language: Language,
        response: Response,
    ) -> Result<Response> {
        let cookie = self.cookie(LANGUAGE_COOKIE, language.tag())?.max_age(CHOICES_KEPT);
        Ok(response.with_cookie(&cookie))
    }

    /// Stores the appearance in a cookie.
    pub(super) fn remember_appearance(
        &self,
        appearance: Appearance,
        response: Response,
    ) -> Result<Response> {
        let cookie = self.cookie(APPEARANCE_COOKIE, &appearance.to_text())?.max_age(CHOICES_KEPT);
        Ok(response.with_cookie(&cookie))
    }

    /// Stores the time zone in a cookie if it is one of [`ZONES`]. With any other name, such as the
    /// empty one, removes the cookie, so that the browser's zone applies.
    pub(super) fn remember_zone(&self, name: &str, response: Response) -> Result<Response> {
        let cookie = match ZONES.into_iter().find(|zone| *zone == name) {
            Some(zone) => self.cookie(ZONE_COOKIE, zone)?.max_age(CHOICES_KEPT),
            None => Cookie::removal(ZONE_COOKIE)?,
        };
        Ok(response.with_cookie(&cookie))
    }

    /// Whether the page contains no form token: there is no session (its pages have the log-out
    /// form), and no token was made for a guest.
    pub(super) fn has_no_form_token(&self) -> bool {
        self.session.is_none() && self.guest.get().is_none()
    }

    /// Whether the page repeats no text that a stranger may choose. `text` is what the view says
    /// about the page. The paths of pages with [`TextAuthor::Visitor`] have no parameters, so only
    /// the query could contain other text.
    fn has_only_own_text(&self, text: TextAuthor) -> bool {
        let is_read = matches!(*self.request.method(), Method::GET | Method::HEAD);
        text == TextAuthor::Visitor && is_read && self.request.query_string().is_empty()
    }

    fn secret_cookie(&self, secret: SecretCookie, value: &str) -> Result<Cookie> {
        self.cookie(self.cookie_name(secret), value)
    }

    fn cookie(&self, name: &str, value: &str) -> Result<Cookie> {
        let cookie = Cookie::new(name, value)?;
        Ok(match self.transport {
            CookieTransport::OnlyTls => cookie.secure(),
            CookieTransport::Any => cookie,
        })
    }

    /// The token that the forms of this visitor are bound to: that of the session, or that of the
    /// guest, which is made if there is none.
    fn form_binding(&self) -> Result<&Token> {
        if let Some(session) = self.session_token() {
            return Ok(session);
        }
        if self.guest.get().is_none() {
            let name = self.cookie_name(GUEST_COOKIE);
            let known = self.request.cookie(name).and_then(Token::parse);
            let is_new = known.is_none();
            let token = match known {
                Some(token) => token,
                None => Token::random().map_err(|error| Error::internal(error.to_string()))?,
            };
            // Nothing else has filled the cell since the check above.
            drop(self.guest.set(GuestToken { token, is_new }));
        }
        Ok(&self.guest.get().expect("it was set above").token)
    }
}

impl Identity {
    /// The identity of this request, looked up at the first call. `name` is the name of the session
    /// cookie.
    fn resolve<'r>(site: &Site, request: &'r Request, name: &str) -> &'r Identity {
        if let Some(known) = request.get() {
            return known;
        }
        let mut cookies = request.cookies(name).peekable();
        if cookies.peek().is_none() {
            return &GUEST;
        }
        request.put(Identity::look_up(site, cookies));
        request.get().expect("it was put above")
    }

    /// Looks the session up. If there are several session cookies, exactly one must be valid:
    /// otherwise it is unknown which one this site has set, and all are ignored.
    fn look_up<'r>(site: &Site, cookies: impl Iterator<Item = &'r str>) -> Identity {
        let mut found = None;
        for token in cookies.filter_map(Token::parse).take(SESSION_COOKIES_TRIED_MAX) {
            match site.user_of_session(&token) {
                Ok(None) => {}
                Ok(Some(user)) if found.is_none() => found = Some((token, user)),
                Ok(Some(_)) => return Identity { session: None, who: Who::Guest },
                Err(error) => return Identity::of_session(site, token, Who::Unknown(error)),
            }
        }
        match found {
            Some((token, user)) => Identity::of_session(site, token, Who::User(user)),
            None => Identity { session: None, who: Who::Guest },
        }
    }

    fn of_session(site: &Site, token: Token, who: Who) -> Identity {
        let form_token = site.form_token(&token);
        Identity { session: Some(Session { token, form_token }), who }
    }
}

/// Whether another site caused the browser to send this request. Such a request must change
/// nothing. A sibling domain counts as another site. Browsers send `Sec-Fetch-Site` only over TLS
/// and to `localhost`; without it the site of `Referer` decides, if there is one.
pub(super) fn is_from_another_site(site: &Site, request: &Request) -> bool {
    if let Some(from) = request.field(&HeaderName::from_static("sec-fetch-site")) {
        return !matches!(from, "same-origin" | "none");
    }
    let public = site.settings().server.engine.public_url.as_deref().map(authority);
    let own_host = public.or_else(|| request.field(&header::HOST));
    match (request.field(&header::REFERER), own_host) {
        (Some(from), Some(own_host)) => !authority(from).eq_ignore_ascii_case(own_host),
        _ => false,
    }
}

/// The host and the port of a URL. The scheme is not compared, since a proxy may have changed it.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The language that the visitor chose, else the one that the browser prefers, else English.
fn language(request: &Request) -> Language {
    let chosen = request.cookie(LANGUAGE_COOKIE).and_then(Language::parse);
    let asked = || Language::best(request.field(&header::ACCEPT_LANGUAGE)?);
    chosen.or_else(asked).unwrap_or(Language::English)
}
