//! Checks of heads: an app can refuse a request by its head (the request line and the fields),
//! before the body is read.

use std::sync::Mutex;

use super::{App, Urls, answers::drop_values};
use crate::{Error, Request, Result, contract::service::Endpoint, lock::lock, panics};

/// Checks a request after its head and before its body has been read.
pub(crate) type HeadCheck<S> = dyn Fn(&S, &Request) -> Result<()> + Send + Sync;

/// The error that a check returned. The request keeps it until the request is answered.
struct HeadRefusal(Mutex<Option<Error>>);

impl<S> Urls<S> {
    /// Adds a check of the head of each request to the route that was added last. The check runs
    /// before the body is read, and before a client that sends `Expect: 100-continue` is asked for
    /// the body. If the check returns an error, the client gets this error, and the handler is not
    /// called. A body that is larger than 64 KiB or of unknown length is not read then: the
    /// connection closes after the response.
    ///
    /// The check runs in the event loop of the connection, so it must not block. It runs before all
    /// layers, so there is no session yet. The layers of the app see the refusal, those of groups
    /// and routes do not. Values that a check stores in the request are dropped when it returns.
    ///
    /// ```
    /// use webframe::{App, Error, Request, Response, Result, TestClient, Urls, http::header};
    ///
    /// fn may_upload(key: &String, request: &Request) -> Result<()> {
    ///     let field = request.field(&header::AUTHORIZATION);
    ///     match field.and_then(|text| text.strip_prefix("Bearer ")) {
    ///         Some(given) if given == key => Ok(()),
    ///         _ => Err(Error::forbidden("a key is needed")),
    ///     }
    /// }
    ///
    /// fn upload(_: &String, request: &Request) -> Result<Response> {
    ///     Ok(Response::text(format!("{} bytes", request.body()?.len())))
    /// }
    ///
    /// let urls = Urls::new().put("/film", upload).body_limit(1 << 30).check_head(may_upload);
    /// let app = App::new("s3cret".to_owned()).urls(urls);
    /// let client = TestClient::new(&app);
    /// let put = || client.put("/film").with_body("a long film");
    /// assert_eq!(put().send().status().as_u16(), 403);
    /// let answer = put().with_field("Authorization", "Bearer s3cret").send();
    /// assert_eq!(answer.text(), "11 bytes");
    /// ```
    pub fn check_head(
        self,
        check: impl Fn(&S, &Request) -> Result<()> + Send + Sync + 'static,
    ) -> Urls<S> {
        self.change_last("check_head", |route| route.head_check = Some(Box::new(check)))
    }
}

impl<S: Send + Sync + 'static> App<S> {
    /// Runs the check of the head, if the route has one. Returns [`Endpoint::Refused`] if the check
    /// returns an error, otherwise the same endpoint. A panic counts as an error.
    pub(super) fn run_head_check(&self, endpoint: Endpoint, request: &mut Request) -> Endpoint {
        let check = self.route(endpoint).and_then(|route| route.head_check.as_ref());
        let Some(check) = check else { return endpoint };
        let result = panics::catch(|| check(&self.state, request))
            .unwrap_or_else(|panic| Err(Error::internal(panic)));
        // Usually the values in a request are dropped after the app has answered. If the server
        // itself refuses the request later (its body is too large), the app never answers. So the
        // values that the check stored are dropped now.
        drop_values(request);
        match result {
            Ok(()) => endpoint,
            Err(error) => {
                request.put(HeadRefusal(Mutex::new(Some(error))));
                Endpoint::Refused
            }
        }
    }
}

/// Takes the error of the check that refused the request; 403 if it was taken already.
pub(super) fn refusal_of(request: &Request) -> Error {
    let refusal = request.get::<HeadRefusal>().and_then(|refusal| lock(&refusal.0).take());
    refusal.unwrap_or_else(|| Error::forbidden(""))
}
