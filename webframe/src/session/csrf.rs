//! Protection against cross-site request forgery (CSRF): forms carry a token that other sites do
//! not know.

use std::sync::OnceLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderName, Method, StatusCode, header};
use subtle::ConstantTimeEq;

use super::{
    layer::{cookie_name, forbid_caching},
    secret::Secret,
};
use crate::{Cookie, Error, Middleware, Next, Request, Response, Result};

/// Answers 403 to POST, PUT, PATCH and DELETE if the request has no valid token. A token is valid
/// only for the browser that got it.
///
/// A form sends the token in the field `csrf_token`, a script in the header `X-CSRF-Token`. Prefer
/// the header for large uploads, since the layer reads the whole form to find the field. The
/// browser's secret is in a cookie of its own, so a form for guests needs no session. The token of
/// each page has a new random mask, so pages may be compressed. Routes for programs that send no
/// cookies need no token: do not wrap them in this layer.
/// [`SameOrigin`](crate::middleware::SameOrigin) is a second protection.
///
/// ```
/// use webframe::{App, Request, Response, Result, TestClient, Urls, session::Csrf};
///
/// fn form(_: &(), request: &Request) -> Result<Response> {
///     Ok(Response::text(Csrf::token(request)?)) // a page puts it into a hidden field
/// }
///
/// fn submit(_: &(), _: &Request) -> Result<Response> {
///     Ok(Response::text("saved"))
/// }
///
/// let app = App::new(()).wrap(Csrf::new()).urls(Urls::new().get("/", form).post("/", submit));
/// let client = TestClient::new(&app);
/// assert_eq!(client.post("/", &[("a", "b")]).send().status().as_u16(), 403);
/// let token = client.get("/").send().text().to_owned();
/// assert_eq!(client.post("/", &[("csrf_token", &token)]).send().text(), "saved");
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Csrf;

/// The name of the field in a form.
const FIELD: &str = "csrf_token";
/// The name of the header field that a script sends.
const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// The name of the cookie, without the prefix that it has over TLS.
const COOKIE: &str = "csrf";
/// Size in bytes of a proof (a hash of the secret), and of its mask.
const BYTES: usize = 32;

/// The secret behind the tokens of a browser, for one request.
#[derive(Debug)]
struct RequestSecret {
    /// The secret that the browser sent in its cookie.
    sent: Option<Secret>,
    /// A new secret for a browser that sent none, generated when a page needs it.
    fresh: OnceLock<Secret>,
    /// Set when a token was made for the page, so that the response must not be cached.
    used: OnceLock<()>,
}

impl Csrf {
    /// The layer.
    pub fn new() -> Csrf {
        Csrf
    }

    /// A token for a form on the page that answers this request.
    ///
    /// # Errors
    /// 500: no layer `Csrf` is around this route.
    pub fn token(request: &Request) -> Result<String> {
        let of_request = request.get::<RequestSecret>();
        let of_request =
            of_request.ok_or_else(|| Error::internal("no layer `Csrf` is around this route"))?;
        let secret = match (&of_request.sent, of_request.fresh.get()) {
            (Some(secret), _) | (None, Some(secret)) => secret,
            (None, None) => {
                let secret = Secret::random()?;
                of_request.fresh.get_or_init(|| secret)
            }
        };
        of_request.used.get_or_init(|| ());
        masked(&proof(secret))
    }
}

/// The hash that tokens contain instead of the secret, so that a page does not reveal the secret.
fn proof(secret: &Secret) -> [u8; BYTES] {
    secret.hash("webframe csrf")
}

/// Makes a token: a random mask and the masked proof. Two tokens have nothing in common, so the
/// compressed length of a page reveals nothing about them (BREACH).
fn masked(proof: &[u8; BYTES]) -> Result<String> {
    let mut bytes = [0; 2 * BYTES];
    let (mask, hidden) = bytes.split_at_mut(BYTES);
    getrandom::fill(mask)?;
    for ((hidden, mask), byte) in hidden.iter_mut().zip(&*mask).zip(proof) {
        *hidden = byte ^ mask;
    }
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a token contains this proof. The comparison takes the same time for every token.
fn proves(token: &str, proof: &[u8; BYTES]) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == 2 * BYTES);
    bytes.is_some_and(|bytes| {
        let (mask, hidden) = bytes.split_at(BYTES);
        let shown: Vec<u8> = hidden.iter().zip(mask).map(|(hidden, mask)| hidden ^ mask).collect();
        shown.ct_eq(proof).into()
    })
}

/// The token that a request sent, in its header or its form.
fn sent_token(request: &Request) -> Result<Option<String>> {
    if let Some(token) = request.field(&HEADER) {
        return Ok(Some(token.to_owned()));
    }
    let media_type = request.field(&header::CONTENT_TYPE).unwrap_or_default();
    if media_type.to_ascii_lowercase().starts_with("multipart/form-data") {
        let form = request.multipart()?;
        let field = form.get(FIELD).map(|part| part.text().map(str::to_owned));
        return field.transpose();
    }
    let pairs: Vec<(String, String)> = match request.form() {
        Ok(pairs) => pairs,
        Err(error) if error.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(pairs.into_iter().find(|pair| pair.0 == FIELD).map(|pair| pair.1))
}

/// Returns 403 if the method is unsafe and the request has no token that matches the secret in its
/// cookie.
fn check(request: &Request, sent: Option<&Secret>) -> Result<()> {
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
    if safe.contains(request.method()) {
        return Ok(());
    }
    match (sent, sent_token(request)?) {
        (Some(secret), Some(token)) if proves(&token, &proof(secret)) => Ok(()),
        _ => Err(Error::forbidden("the form is out of date: load its page again")),
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for Csrf {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let name = cookie_name(COOKIE, request);
        let sent = request.cookies(&name).find_map(Secret::parse);
        let checked = check(request, sent.as_ref());
        request.put(RequestSecret { sent, fresh: OnceLock::new(), used: OnceLock::new() });
        let mut response = match checked {
            Ok(()) => next.run(request),
            Err(error) => next.refuse(request, error),
        };
        let Some(secret) = request.get::<RequestSecret>() else { return response };
        if secret.used.get().is_some() {
            forbid_caching(&mut response);
        }
        if let Some(fresh) = secret.fresh.get()
            && let Ok(cookie) = Cookie::new(name, fresh.to_text())
        {
            response.add(header::SET_COOKIE, cookie.to_field());
        }
        response
    }
}
