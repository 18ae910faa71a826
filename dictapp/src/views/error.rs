//! Errors to pages in the look of the site, in the visitor's language.

use webframe::http::{StatusCode, header};
use webframe::minijinja::context;
use webframe::{Error, Request, Response};

use super::page;
use super::visitor::Visitor;
use crate::site::Site;

/// The page of an error; plain text where even that fails.
pub(crate) fn page(site: &Site, request: &Request, error: &Error) -> Response {
    let status = error.status();
    let visitor = Visitor::of(site, request);
    let values = context! {
        status => status.as_u16(),
        kind => kind(status),
        // Texts of the framework are for those who build requests by hand.
        detail => match status { StatusCode::BAD_REQUEST => error.public(), _ => "" },
        id => match status { StatusCode::INTERNAL_SERVER_ERROR => request.id().to_string(), _ => String::new() },
    };
    page::render_as(status, site, &visitor, "error.html", values)
        .unwrap_or_else(|fault| {
            log::error!("{}: the error page: {fault}", request.id());
            let reason = status.canonical_reason().unwrap_or_default();
            Response::text(format!("{} {reason}\n", status.as_u16())).with_status(status)
        })
        .with_field(header::CACHE_CONTROL, page::NO_STORE)
}

/// The middle of the keys of its texts: `error_400_title`.
pub(super) fn kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "400",
        403 => "403",
        404 => "404",
        405 => "405",
        408 => "408",
        413 => "413",
        414 | 431 => "431",
        415 => "415",
        501 | 505 => "other", // no fault of ours
        503 => "503",
        500..=599 => "500",
        _ => "other",
    }
}
