//! Handlers that a supervisor or balancer asks: does the process answer, and can it serve.

use http::{HeaderValue, StatusCode, header};

use crate::{Handler, Request, Response, Result};

/// The handler of `/healthz`: 200, since the process answers. A supervisor restarts one that does not.
///
/// # Errors
/// None.
pub fn alive<S>(_: &S, _: &Request) -> Result<Response> {
    Ok(uncached(Response::text("ok\n")))
}

/// The handler of `/readyz`: 200 if there are no obstacles, else 503 with one a line. A balancer then sends requests
/// elsewhere. Clients read the texts: they name no hosts and no files.
pub fn ready<S, T>(obstacles: impl Fn(&S) -> Vec<T> + Send + Sync + 'static) -> impl Handler<S>
where
    S: 'static,
    T: Into<String>,
{
    move |state: &S, _: &Request| {
        let lines: Vec<String> =
            obstacles(state).into_iter().map(|text| text.into() + "\n").collect();
        Ok(uncached(match lines.is_empty() {
            true => Response::text("ready\n"),
            false => Response::text(lines.concat()).with_status(StatusCode::SERVICE_UNAVAILABLE),
        }))
    }
}

fn uncached(response: Response) -> Response {
    response.with_field(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
