//! Handlers that report to a supervisor or load balancer whether the server is alive (liveness) and
//! ready for requests (readiness).

use http::{HeaderValue, StatusCode, header};

use crate::{Handler, Request, Response, Result};

/// The handler of `/healthz`: always 200. A supervisor restarts a process that does not answer.
///
/// # Errors
/// None.
pub fn alive<S>(_: &S, _: &Request) -> Result<Response> {
    Ok(uncached(Response::text("ok\n")))
}

/// The handler of `/readyz`: 200 if there are no obstacles, else 503 with one obstacle on each
/// line. A load balancer then sends requests elsewhere. The texts are public: they must not name
/// hosts or files.
pub fn ready<S, T>(obstacles: impl Fn(&S) -> Vec<T> + Send + Sync + 'static) -> impl Handler<S>
where
    S: 'static,
    T: Into<String>,
{
    move |state: &S, _: &Request| {
        let lines: Vec<String> =
            obstacles(state).into_iter().map(|text| text.into() + "\n").collect();
        Ok(uncached(if lines.is_empty() {
            Response::text("ready\n")
        } else {
            Response::text(lines.concat()).with_status(StatusCode::SERVICE_UNAVAILABLE)
        }))
    }
}

/// The response with `Cache-Control: no-store`.
fn uncached(response: Response) -> Response {
    response.with_field(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
