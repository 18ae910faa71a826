//! Builds the app of a site from its settings: the table of URLs, the middleware around it, and the
//! pages for errors of handlers and for refusals (responses to requests that reach no handler).

use std::time::Duration;

use webframe::http::{HeaderValue, header};
use webframe::middleware::{
    self, AccessLog, Cors, LoggedTarget, RateLimit, SameOrigin, SecurityHeaders, compression,
    request_id,
};
use webframe::{App, LogQueue, Middleware, Next, Request, Response};

use crate::paths;
use crate::settings::{ANY_ORIGIN, Api, Log, LogFormat, Settings};
use crate::site::{Site, password_error, store_error};
use crate::urls;
use crate::views::{api, error, refusal};

/// `Content-Disposition` of all answers of the API; see [`attachment`].
const ATTACHMENT: HeaderValue = HeaderValue::from_static("attachment; filename=\"api.json\"");

/// The header fields of the API that scripts of other sites may read.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("ETag, RateLimit, RateLimit-Policy, Retry-After");

/// The app of a site, with the middleware that the settings enable.
pub(super) fn app(site: Site, settings: &Settings, log: LogQueue) -> App<Site> {
    let mut headers = SecurityHeaders::new();
    if !settings.tls.hsts.is_zero() {
        headers = headers.with_strict_transport(settings.tls.hsts);
    }
    let metrics = site.metrics().clone();
    // Refusal pages are rendered once, now, and no middleware wraps them: the security headers are
    // added here.
    let app = App::new(site)
        .logged_targets(targets(&settings.log))
        .refusal_page(|site, why| refusal::page(site, why).map(|page| headers.on(page)))
        .refusal_page_below(paths::API, |_, why| api::refusal(why).map(|page| headers.on(page)));
    let mut app = app.wrap(metrics);
    if settings.log.access {
        app = app.wrap(access_log(&settings.log, log));
    }
    let same_origin = match &settings.server.engine.public_url {
        Some(url) => SameOrigin::new().with_public_url(url),
        None => SameOrigin::new(),
    };
    // Middleware that is added later is closer to the handler.
    let app = app.wrap(request_id).wrap(compression).wrap(headers).wrap(ExceptApi(same_origin));
    let app = app.wrap(OnlyApi(attachment)).wrap(OnlyApi(cors(&settings.api)));
    let app = app.wrap(OnlyApi(rate_limit(&settings.api)));
    app.urls(urls::table()).on_error(store_error).on_error(password_error).error_page(error::page)
}

/// Applies a middleware to all paths except those of the API. It wraps [`SameOrigin`], which
/// refuses forms of other sites. The API does not need that: to change something, a request needs a
/// bearer token, or a password in a JSON body, and no browser sends these for another site.
struct ExceptApi<M>(M);

/// Applies a middleware only to the paths of the API, which is for programs.
struct OnlyApi<M>(M);

impl<M: Middleware<Site>> Middleware<Site> for ExceptApi<M> {
    fn handle(&self, site: &Site, request: &Request, next: Next<'_, Site>) -> Response {
        if request.path().starts_with(paths::API) {
            next.run(request)
        } else {
            self.0.handle(site, request, next)
        }
    }
}

impl<M: Middleware<Site>> Middleware<Site> for OnlyApi<M> {
    fn handle(&self, site: &Site, request: &Request, next: Next<'_, Site>) -> Response {
        if request.path().starts_with(paths::API) {
            self.0.handle(site, request, next)
        } else {
            next.run(request)
        }
    }
}

/// Marks answers of the API as attachments, so that browsers do not show them as pages (OWASP ASVS
/// 14.4.2).
fn attachment(_: &Site, request: &Request, next: Next<'_, Site>) -> Response {
    let mut response = next.run(request);
    response.set(header::CONTENT_DISPOSITION, ATTACHMENT);
    response
}

/// Lets scripts of other sites read the API, if the settings name those sites.
fn cors(api: &Api) -> Cors {
    let cors = if api.cors_origins.iter().any(|origin| origin == ANY_ORIGIN) {
        Cors::any()
    } else {
        Cors::origins(api.cors_origins.iter().cloned())
    };
    cors.with_exposed_fields(EXPOSED)
}

/// Limits each client to `requests_per_minute_max` API requests a minute. A client may send all of
/// them at once.
fn rate_limit(api: &Api) -> RateLimit {
    let burst = u32::try_from(api.requests_per_minute_max).unwrap_or(u32::MAX);
    RateLimit::new(burst, Duration::from_secs(60) / burst.max(1))
}

/// Whether logs contain the whole target of a request, or only the pattern of its route, such as
/// `/word/{word}`. The words that visitors look up are in no log unless the settings allow it.
fn targets(settings: &Log) -> LoggedTarget {
    if settings.lookups { LoggedTarget::Whole } else { LoggedTarget::Pattern }
}

/// The access log. Its lines go to the same queue as all other log lines.
fn access_log(settings: &Log, log: LogQueue) -> AccessLog {
    AccessLog::queue(log).with_targets(targets(settings)).with_format(match settings.format {
        LogFormat::Text => middleware::LogFormat::Common,
        LogFormat::Json => middleware::LogFormat::Json,
    })
}
