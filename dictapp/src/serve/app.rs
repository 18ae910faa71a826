//! Builds the app of a site from its settings: the table of URLs, the middleware around it, and the
//! pages of errors and refusals.

use std::time::Instant;

use webframe::middleware::{
    self, AccessLog, LoggedTarget, SameOrigin, SecurityHeaders, compression, request_id,
};
use webframe::{App, LogQueue, Next, Request, Response};

use crate::settings::{Log, LogFormat, Settings};
use crate::site::{Site, password_error, store_error};
use crate::urls;
use crate::views::{error, refusal};

/// The app of a site, with the middleware that the settings enable.
pub(super) fn app(site: Site, settings: &Settings, log: LogQueue) -> App<Site> {
    let mut headers = SecurityHeaders::new();
    if !settings.tls.hsts.is_zero() {
        headers = headers.with_strict_transport(settings.tls.hsts);
    }
    let app = App::new(site)
        .refusal_page(|site, why| refusal::page(site, why).map(|page| headers.on(page)));
    let mut app = app.wrap(count);
    if settings.log.access {
        app = app.wrap(access_log(&settings.log, log));
    }
    let own_pages = match &settings.server.public_url {
        Some(url) => SameOrigin::new().with_public_url(url),
        None => SameOrigin::new(),
    };
    let app = app.wrap(request_id).wrap(compression).wrap(headers).wrap(own_pages);
    app.urls(urls::table()).on_error(store_error).on_error(password_error).error_page(error::page)
}

/// Counts each answer for `/metrics`.
fn count(site: &Site, request: &Request, next: Next<'_, Site>) -> Response {
    let start = Instant::now();
    let response = next.run(request);
    site.metrics().count(request.pattern(), response.status().as_u16(), start.elapsed());
    response
}

/// The access log. Its lines go to the same queue as all other log lines.
fn access_log(settings: &Log, log: LogQueue) -> AccessLog {
    let targets = if settings.lookups { LoggedTarget::Whole } else { LoggedTarget::Pattern };
    AccessLog::queue(log).with_targets(targets).with_format(match settings.format {
        LogFormat::Text => middleware::LogFormat::Common,
        LogFormat::Json => middleware::LogFormat::Json,
    })
}
