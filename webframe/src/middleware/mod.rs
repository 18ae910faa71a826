//! What stands around every handler: from the request in to the response out, 404 and 500 too.

mod access_log;
mod log_line;
mod request_id;
mod same_origin;
mod security_headers;
mod compression;

pub use access_log::{AccessLog, LogFormat};
pub use compression::compression;
pub use request_id::request_id;
pub use same_origin::SameOrigin;
pub use security_headers::SecurityHeaders;

use crate::{Request, Response, app::Next};

/// A layer around every handler of an app. Any `Fn(&S, &Request, Next<S>) -> Response` is one.
pub trait Middleware<S>: Send + Sync + 'static {
    /// Answers the request, most often by way of `next`.
    fn handle(&self, state: &S, request: &Request, next: Next<'_, S>) -> Response;
}

impl<S, F> Middleware<S> for F
where
    F: Fn(&S, &Request, Next<'_, S>) -> Response + Send + Sync + 'static,
{
    fn handle(&self, state: &S, request: &Request, next: Next<'_, S>) -> Response {
        self(state, request, next)
    }
}
