//! Adds header fields to responses that make browsers load content only from this site, and run
//! inline scripts only if they have the page's nonce.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, header};

use crate::{Error, Middleware, Next, Request, Response, Result};

/// Header fields that protect an app's pages from other sites. A field that a handler sets itself
/// stays.
///
/// ```
/// use webframe::{App, http::{HeaderValue, header}, middleware::SecurityHeaders};
///
/// let layer = SecurityHeaders::new().with(
///     header::CONTENT_SECURITY_POLICY,
///     HeaderValue::from_static("default-src 'self'; img-src 'self' data:"),
/// );
/// let app = App::new(()).wrap(layer);
/// ```
///
/// A script or style inside a page needs the page's nonce:
///
/// ```
/// use webframe::{App, Request, Response, Result, TestClient, Urls, middleware::SecurityHeaders};
///
/// fn page(_: &(), request: &Request) -> Result<Response> {
///     let nonce = SecurityHeaders::nonce(request)?;
///     Ok(Response::html(format!("<script nonce=\"{nonce}\">start()</script>")))
/// }
///
/// let app = App::new(()).wrap(SecurityHeaders::with_nonces()).urls(Urls::new().get("/", page));
/// let answer = TestClient::new(&app).get("/").send();
/// assert!(answer.field("Content-Security-Policy").unwrap().contains("script-src 'self' 'nonce-"));
/// ```
#[derive(Debug)]
pub struct SecurityHeaders {
    fields: Vec<(HeaderName, HeaderValue)>,
    /// Whether one of the fields contains the placeholder of a nonce.
    has_nonces: bool,
    /// The value of `Strict-Transport-Security`, if it is sent.
    transport: Option<HeaderValue>,
}

impl SecurityHeaders {
    /// The default fields: scripts, styles, images, frames and form targets only of this site; no
    /// page in a frame; `Referrer-Policy: same-origin`; no MIME sniffing; no camera, microphone or
    /// location.
    pub fn new() -> SecurityHeaders {
        let fields = [
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'self'; base-uri 'none'; form-action 'self'; \
                 frame-ancestors 'none'; object-src 'none'",
            ),
            (header::REFERRER_POLICY, "same-origin"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                HeaderName::from_static("permissions-policy"),
                "camera=(), geolocation=(), microphone=()",
            ),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ];
        let fields = fields.map(|(name, value)| (name, HeaderValue::from_static(value)));
        SecurityHeaders { fields: fields.into(), has_nonces: false, transport: None }
    }

    /// The same fields, with a nonce for the inline scripts and styles of each page. If the app
    /// sets its own policy, it writes `{nonce}` into it: `script-src 'nonce-{nonce}'`.
    pub fn with_nonces() -> SecurityHeaders {
        let policy = "default-src 'self'; script-src 'self' 'nonce-{nonce}'; \
            style-src 'self' 'nonce-{nonce}'; base-uri 'none'; form-action 'self'; \
            frame-ancestors 'none'; object-src 'none'";
        SecurityHeaders::new()
            .with(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy))
    }

    /// The nonce for the response to this request, for `<script nonce=..>` and `<style nonce=..>`.
    ///
    /// # Errors
    /// 500: no layer with a `{nonce}` in its policy is around this route.
    pub fn nonce(request: &Request) -> Result<&str> {
        let nonce = request.get::<Nonce>().map(|nonce| nonce.0.as_str());
        nonce.ok_or_else(|| Error::internal("no layer with nonces is around this route"))
    }

    /// Sets a field: another value for one of the fields, or an additional field.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> SecurityHeaders {
        self.fields.retain(|field| field.0 != name);
        self.fields.push((name, value));
        let has_nonce =
            |value: &HeaderValue| memchr::memmem::find(value.as_bytes(), NONCE.as_bytes());
        self.has_nonces = self.fields.iter().any(|(_, value)| has_nonce(value).is_some());
        self
    }

    /// Adds the fields to a response that passes no layers, such as a page of
    /// [`App::refusal_page`](crate::App::refusal_page). No nonce is added.
    #[must_use]
    pub fn on(&self, response: Response) -> Response {
        self.apply(response, None)
    }

    /// Adds the fields that the response does not have yet.
    fn apply(&self, mut response: Response, nonce: Option<&Nonce>) -> Response {
        for (name, value) in &self.fields {
            if response.field(name).is_none() {
                let filled = self.has_nonces.then(|| filled(value, nonce)).flatten();
                response.add(name.clone(), filled.unwrap_or_else(|| value.clone()));
            }
        }
        response
    }

    /// Makes browsers use only HTTPS for this time (`Strict-Transport-Security`, RFC 6797). The
    /// field is sent only on encrypted connections.
    #[must_use]
    pub fn with_strict_transport(mut self, max_age: Duration) -> SecurityHeaders {
        let value = format!("max-age={}", max_age.as_secs());
        self.transport = HeaderValue::try_from(value).ok();
        self
    }
}

/// The placeholder for a nonce in a policy.
const NONCE: &str = "{nonce}";

/// A random text for the page of one response.
struct Nonce(String);

impl Nonce {
    fn random() -> Result<Nonce> {
        let mut bytes = [0; 18]; // 24 characters without padding
        getrandom::fill(&mut bytes)?;
        Ok(Nonce(STANDARD.encode(bytes)))
    }
}

/// Replaces the placeholder in a policy by the nonce. If there is no nonce, removes the source
/// `'nonce-{nonce}'`. `None` if the value has no placeholder.
fn filled(value: &HeaderValue, nonce: Option<&Nonce>) -> Option<HeaderValue> {
    let text = value.to_str().ok().filter(|text| text.contains(NONCE))?;
    let text = match nonce {
        Some(nonce) => text.replace(NONCE, &nonce.0),
        None => text.replace(" 'nonce-{nonce}'", ""),
    };
    HeaderValue::try_from(text).ok()
}

impl Default for SecurityHeaders {
    fn default() -> SecurityHeaders {
        SecurityHeaders::new()
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for SecurityHeaders {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let mut response = if self.has_nonces {
            match Nonce::random() {
                Ok(nonce) => {
                    request.put(nonce);
                    let response = next.run(request);
                    self.apply(response, request.get())
                }
                Err(error) => self.on(next.refuse(request, error)),
            }
        } else {
            self.on(next.run(request))
        };
        if let Some(value) = self.transport.as_ref().filter(|_| request.peer().encrypted) {
            response.set(header::STRICT_TRANSPORT_SECURITY, value.clone());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Peer, Result, TestClient, Urls};

    fn framed(_: &(), _: &Request) -> Result<Response> {
        let policy = HeaderValue::from_static("frame-ancestors 'self'");
        Ok(Response::text("x").with_field(header::CONTENT_SECURITY_POLICY, policy))
    }

    fn app() -> App<()> {
        let layer = SecurityHeaders::new()
            .with(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
            .with_strict_transport(Duration::from_secs(60));
        App::new(()).wrap(layer).urls(Urls::new().get("/framed", framed))
    }

    #[test]
    fn errors_have_the_fields_and_a_handlers_own_value_stays() {
        let app = app();
        let client = TestClient::new(&app);
        let missing = client.get("/nothing").send();
        let policy = missing.field("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(missing.field("referrer-policy"), Some("no-referrer"));
        assert_eq!(missing.field("x-content-type-options"), Some("nosniff"));
        let framed = client.get("/framed").send();
        assert_eq!(framed.field("content-security-policy"), Some("frame-ancestors 'self'"));
    }

    #[test]
    fn each_page_has_its_own_nonce_if_there_is_a_layer() {
        let show = |_: &(), request: &Request| {
            Ok(Response::text(SecurityHeaders::nonce(request)?.to_owned()))
        };
        let app =
            App::new(()).wrap(SecurityHeaders::with_nonces()).urls(Urls::new().get("/", show));
        let client = TestClient::new(&app);
        let (one, two) = (client.get("/").send(), client.get("/").send());
        assert_ne!(one.text(), two.text());
        for answer in [&one, &two] {
            let policy = answer.field("content-security-policy").unwrap();
            let source = format!("'nonce-{}'", answer.text());
            assert_eq!(policy.matches(&source).count(), 2, "{policy}");
            assert!(!policy.contains('{') && answer.text().len() == 24);
        }
        let refused = SecurityHeaders::with_nonces().on(Response::text("x"));
        let policy = refused.field(&header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.contains("script-src 'self'; style-src 'self';"), "{policy}");
        let bare = App::new(()).wrap(SecurityHeaders::new()).urls(Urls::new().get("/", show));
        assert_eq!(TestClient::new(&bare).get("/").send().status().as_u16(), 500);
    }

    #[test]
    fn strict_transport_is_sent_only_on_encrypted_connections() {
        let app = app();
        let client = TestClient::new(&app);
        assert_eq!(client.get("/").send().field("strict-transport-security"), None);
        let address = ([127, 0, 0, 1], 1).into();
        let client = TestClient::new(&app).with_peer(Peer { address, encrypted: true });
        let answer = client.get("/").send();
        assert_eq!(answer.field("strict-transport-security"), Some("max-age=60"));
    }
}
