//! Requests that change something and come from another site's page: to 403.

use http::{HeaderName, Method, header};

use super::Middleware;
use crate::{Error, Request, Response, app::Next};

/// Refuses unsafe methods that a browser sends for another site.
///
/// `Sec-Fetch-Site` decides where there is one (browsers send it to encrypted and local sites),
/// else `Origin` held against the host that was asked. What sends neither is no browser of the
/// last years, and holds no cookies by accident. A proxy must hand `Host` on as it came.
#[derive(Debug, Default)]
pub struct SameOrigin {
    trusted: Vec<String>,
}

impl SameOrigin {
    /// Only the site's own pages.
    pub fn new() -> SameOrigin {
        SameOrigin::default()
    }

    /// And pages of this origin, such as `https://www.example.org`.
    #[must_use]
    pub fn with_origin(mut self, origin: impl Into<String>) -> SameOrigin {
        self.trusted.push(origin.into());
        self
    }

    fn is_own(&self, request: &Request) -> bool {
        let origin = request.field(&header::ORIGIN);
        if origin.is_some_and(|origin| self.trusted.iter().any(|trusted| trusted == origin)) {
            return true;
        }
        // `none` is the visitor, who typed the address or chose a bookmark.
        match (request.field(&SEC_FETCH_SITE), origin) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => {
                let host = origin.split_once("://").map(|split| split.1);
                host.zip(request.head.host()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
            }
            (None, None) => true,
        }
    }
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl<S: Send + Sync + 'static> Middleware<S> for SameOrigin {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
        match safe.contains(request.method()) || self.is_own(request) {
            true => next.run(request),
            false => next.refuse(request, &Error::forbidden("the request comes from another site")),
        }
    }
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
        let layer = SameOrigin::new().with_origin("https://www.example.org");
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
    fn the_sites_own_forms_trusted_ones_and_programs_pass() {
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
    fn a_link_from_anywhere_is_followed() {
        status(Method::GET, &[("Sec-Fetch-Site", "cross-site")], 200);
        status(Method::HEAD, &[("Origin", "http://evil.example")], 200);
    }
}
