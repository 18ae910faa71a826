//! Every answer to one that tells browsers to trust nothing but this site.

use std::time::Duration;

use http::{HeaderName, HeaderValue, header};

use crate::{Middleware, Next, Request, Response};

/// Fields against what other sites could do with our pages. What a handler sets itself stays.
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
#[derive(Debug)]
pub struct SecurityHeaders {
    fields: Vec<(HeaderName, HeaderValue)>,
    transport: Option<HeaderValue>,
}

impl SecurityHeaders {
    /// No script, style, frame or form but of this site; no frame around it; no word to others
    /// where a visitor comes from; no guessing of types; no camera, microphone or place.
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
        SecurityHeaders { fields: fields.into(), transport: None }
    }

    /// Sets one field to another value, or one more.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> SecurityHeaders {
        self.fields.retain(|field| field.0 != name);
        self.fields.push((name, value));
        self
    }

    /// The fields on a response that no layer comes around, as a page of
    /// [`App::refusal_page`](crate::App::refusal_page).
    #[must_use]
    pub fn on(&self, mut response: Response) -> Response {
        for (name, value) in &self.fields {
            if response.field(name).is_none() {
                response.set(name.clone(), value.clone());
            }
        }
        response
    }

    /// Has browsers come back encrypted only for so long (RFC 6797); told on encrypted
    /// connections alone.
    #[must_use]
    pub fn with_strict_transport(mut self, max_age: Duration) -> SecurityHeaders {
        let value = format!("max-age={}", max_age.as_secs());
        self.transport = HeaderValue::try_from(value).ok();
        self
    }
}

impl Default for SecurityHeaders {
    fn default() -> SecurityHeaders {
        SecurityHeaders::new()
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for SecurityHeaders {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let mut response = self.on(next.run(request));
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
    fn errors_have_them_too_and_a_handlers_own_value_stays() {
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
    fn strict_transport_is_told_on_encrypted_connections_alone() {
        let app = app();
        let client = TestClient::new(&app);
        assert_eq!(client.get("/").send().field("strict-transport-security"), None);
        let address = ([127, 0, 0, 1], 1).into();
        let client = TestClient::new(&app).with_peer(Peer { address, encrypted: true });
        let answer = client.get("/").send();
        assert_eq!(answer.field("strict-transport-security"), Some("max-age=60"));
    }
}
