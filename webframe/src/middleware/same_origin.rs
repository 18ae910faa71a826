//! Protects against cross-site requests: refuses unsafe methods from pages of other sites.

use http::{HeaderName, Method, header};

use crate::{Error, Middleware, Next, Request, Response};

/// Refuses requests with unsafe methods (RFC 9110 §9.2.1) that pages of other sites send.
///
/// A request from a [trusted](SameOrigin::with_origin) `Origin` passes. If any other request has
/// the field `Sec-Fetch-Site`, this field decides. Browsers send it to encrypted and local sites.
/// Otherwise `Origin` is compared with the host of the request. A request with neither field is
/// passed on: it does not come from a current browser. A request that repeats one of them is
/// refused.
///
/// ```
/// use webframe::{App, http::Method, middleware::SameOrigin, TestClient, Urls};
///
/// let app = App::new(()).wrap(SameOrigin::new()).urls(Urls::new());
/// let client = TestClient::new(&app);
/// let refused = client.request(Method::POST, "/").with_field("Origin", "http://evil.example");
/// assert_eq!(refused.send().status().as_u16(), 403);
/// ```
#[derive(Debug, Default)]
pub struct SameOrigin {
    /// The origin of the site itself. `None`: the `Host` of each request.
    public: Option<String>,
    /// Other origins whose pages are accepted.
    trusted: Vec<String>,
}

impl SameOrigin {
    /// Accepts requests only from pages of the site itself. A proxy must pass `Host` on unchanged.
    pub fn new() -> SameOrigin {
        SameOrigin::default()
    }

    /// Sets the origin of the site itself, such as `https://dict.example.org`. The `Host` of
    /// requests is then ignored, since a proxy may change it.
    #[must_use]
    pub fn with_public_url(mut self, origin: impl Into<String>) -> SameOrigin {
        self.public = Some(origin.into());
        self
    }

    /// Accepts requests from pages of this other origin too, such as `https://www.example.org`.
    #[must_use]
    pub fn with_origin(mut self, origin: impl Into<String>) -> SameOrigin {
        self.trusted.push(origin.into());
        self
    }

    /// Whether the request may pass: a page of the site itself or of a trusted origin sent it, or
    /// nothing shows that a page of another site did.
    pub(crate) fn is_own(&self, request: &Request) -> bool {
        let origin = request.single_field(&header::ORIGIN);
        let (Ok(origin), Ok(site)) = (origin, request.single_field(&SEC_FETCH_SITE)) else {
            return false;
        };
        if origin.is_some_and(|origin| self.trusted.iter().any(|trusted| trusted == origin)) {
            return true;
        }
        match (site, origin) {
            // `none`: the visitor typed the address or chose a bookmark. `same-site`: another host
            // of the same registered domain, which may belong to someone else.
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => {
                let own = self.public.as_deref().or(request.head.host());
                own.is_some_and(|own| is_same_origin(origin, own))
            }
            (None, None) => true,
        }
    }
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl<S: Send + Sync + 'static> Middleware<S> for SameOrigin {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
        if safe.contains(request.method()) || self.is_own(request) {
            next.run(request)
        } else {
            next.refuse(request, Error::forbidden("the request comes from another site"))
        }
    }
}

/// Whether an `Origin` is that of the site. `own` is `host[:port]` of the site, with `http://` or
/// `https://` before it if the scheme is known.
fn is_same_origin(origin: &str, own: &str) -> bool {
    let Some((scheme, authority)) = split_origin(origin) else { return false };
    let (own_scheme, own_authority) = split_origin(own).unwrap_or((scheme, own));
    scheme.eq_ignore_ascii_case(own_scheme)
        && without_default_port(scheme, authority)
            .eq_ignore_ascii_case(without_default_port(scheme, own_authority))
}

/// Splits an origin into `http` or `https`, and host with port. `None` for other schemes.
fn split_origin(origin: &str) -> Option<(&str, &str)> {
    let (scheme, authority) = origin.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (is_web && !authority.is_empty()).then_some((scheme, authority))
}

/// Removes the default port of the scheme: browsers omit it in `Origin`, and other clients may send
/// it in `Host`.
fn without_default_port<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    authority.strip_suffix(port).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Result, TestClient, Urls};

    fn ok(_: &(), _: &Request) -> Result<Response> {
        Ok(Response::text("done"))
    }

    #[track_caller]
    fn status(method: Method, fields: &[(&str, &str)], wanted: u16) {
        status_of(SameOrigin::new().with_origin("https://www.example.org"), method, fields, wanted);
    }

    #[track_caller]
    fn status_of(layer: SameOrigin, method: Method, fields: &[(&str, &str)], wanted: u16) {
        let app = App::new(()).wrap(layer).urls(Urls::new().get("/", ok).post("/", ok));
        let client = TestClient::new(&app);
        let start = client.request(method, "/").without_field("Host").with_field("Host", "dict:80");
        let request =
            fields.iter().fold(start, |request, (name, value)| request.with_field(name, value));
        assert_eq!(request.send().status().as_u16(), wanted, "{fields:?}");
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        for fields in [
            &[("Sec-Fetch-Site", "cross-site")][..],
            &[("Sec-Fetch-Site", "same-site")],
            &[("Sec-Fetch-Site", "")],
            &[("Sec-Fetch-Site", "cross-site"), ("Origin", "http://dict:80")],
            &[("Origin", "http://evil.example")],
            &[("Origin", "http://dict:81")],
            &[("Origin", "http://dict:80.evil.example")],
            &[("Origin", "null")],
            &[("Origin", "dict:80")],
        ] {
            status(Method::POST, fields, 403);
        }
    }

    #[test]
    fn a_form_with_two_origins_or_two_sites_is_refused() {
        let (own, other) = (("Origin", "http://dict:80"), ("Origin", "http://evil"));
        let site = |site| ("Sec-Fetch-Site", site);
        for fields in [
            &[own, other][..],
            &[other, own],
            &[own, own],
            &[("Origin", "https://www.example.org"), other],
            &[site("same-origin"), site("cross-site")],
            &[site("none"), site("none"), own],
        ] {
            status(Method::POST, fields, 403);
        }
    }

    #[test]
    fn forms_of_the_site_forms_of_trusted_origins_and_programs_pass() {
        for fields in [
            &[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://dict:80")][..],
            &[("Sec-Fetch-Site", "none")],
            &[("Origin", "http://DICT:80")],
            &[("Origin", "https://www.example.org"), ("Sec-Fetch-Site", "same-site")],
            &[],
        ] {
            status(Method::POST, fields, 200);
        }
    }

    #[test]
    fn behind_a_proxy_the_public_url_counts_and_not_the_host() {
        let layer = || SameOrigin::new().with_public_url("https://dict.example.org");
        let origin = |origin| [("Origin", origin)];
        status_of(layer(), Method::POST, &origin("https://dict.example.org"), 200);
        status_of(layer(), Method::POST, &origin("http://dict.example.org"), 403);
        status_of(layer(), Method::POST, &origin("http://dict:80"), 403);
    }

    #[test]
    fn similar_origins_are_distinguished() {
        for (origin, own, same) in [
            ("http://dict.example.org", "dict.example.org", true),
            ("https://dict.example.org", "dict.example.org", true),
            ("http://Dict.example.org", "dict.EXAMPLE.org", true),
            ("http://127.0.0.1:8000", "127.0.0.1:8000", true),
            ("http://[::1]:8000", "[::1]:8000", true),
            ("http://[::1]", "[::1]:80", true),
            ("http://dict", "dict:80", true),
            ("https://dict", "dict:443", true),
            ("https://dict", "https://dict", true),
            ("https://dict", "dict:80", false),
            ("http://dict", "https://dict", false),
            ("http://dict", "dict:8000", false),
            ("http://dict:8001", "dict:8000", false),
            ("http://evil.dict", "dict", false),
            ("http://dict.evil", "dict", false),
            ("http://dict@evil", "dict", false),
            ("http://dict/", "dict", false),
            ("null", "dict", false),
            ("", "dict", false),
            ("dict", "dict", false),
            ("http://", "", false),
            ("ftp://dict", "dict", false),
            ("chrome-extension://dict", "dict", false),
        ] {
            assert_eq!(is_same_origin(origin, own), same, "{origin} on {own}");
        }
    }

    #[test]
    fn links_from_other_sites_are_followed() {
        status(Method::GET, &[("Sec-Fetch-Site", "cross-site")], 200);
        status(Method::HEAD, &[("Origin", "http://evil.example")], 200);
    }
}
