//! Puts the id of a request into a field of its response, so that the log lines of the request can
//! be found when a user reports a problem.

use http::{HeaderName, HeaderValue};

use crate::{Next, Request, Response};

/// A layer that adds `X-Request-Id` to every response, including errors.
///
/// ```
/// use webframe::{App, Response, TestClient, Urls, middleware::request_id};
///
/// let app = App::new(()).wrap(request_id).urls(Urls::new());
/// let answer = TestClient::new(&app).get("/nothing").send();
/// assert_eq!(answer.field("X-Request-Id").map(str::len), Some(12));
/// ```
pub fn request_id<S>(_: &S, request: &Request, next: Next<'_, S>) -> Response
where
    S: Send + Sync + 'static,
{
    let mut response = next.run(request);
    if let Ok(id) = HeaderValue::from_bytes(&request.id().digits()) {
        response.set(HeaderName::from_static("x-request-id"), id);
    }
    response
}
