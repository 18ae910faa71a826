//! The error of a handler: a status, a text for the client and a cause for the log; or a response
//! that ends the handler early.

use std::{any::Any, borrow::Cow, error::Error as StdError, fmt, io, sync::Mutex, time::Duration};

use http::StatusCode;

use super::Response;
use crate::lock::unpoisoned;

/// The result of handlers and of most of webframe's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reason why a handler returns no response.
///
/// The client sees the status and the public text. The cause is logged once, with the request's
/// id, when the error becomes a response.
///
/// With `?` every `std::error::Error` becomes a 500 with that error as its cause. There are two
/// exceptions: the app may [map](crate::App::on_error) the type of the error to another status, and
/// the read error of a [streamed](crate::StreamedPart) form that is cut off becomes a 400. Because
/// of this conversion, this type does not implement `std::error::Error`; it converts into a
/// `Box<dyn std::error::Error + Send + Sync>`.
///
/// `?` does not convert a text: `.map_err(Error::internal)` makes it the cause of a 500, and
/// `.map_err(Error::bad_request)` the public text of a 400.
///
/// ```
/// use webframe::{Error, Request, Response, Result};
///
/// struct User;
///
/// /// The user, or an early answer: the page to log in at.
/// fn logged_in(request: &Request) -> Result<&User> {
///     match request.get::<User>() {
///         Some(user) => Ok(user),
///         None => Err(Error::response(Response::see_other("/login")?)),
///     }
/// }
///
/// fn page(_: &(), request: &Request) -> Result<Response> {
///     let _user = logged_in(request)?;
///     Ok(Response::text(std::fs::read_to_string("page.txt")?))
/// }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    status: StatusCode,
    public: Cow<'static, str>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
    retry_after: Option<Duration>,
    /// The response of an error that [`Error::response`] made. A response is not `Sync`. The mutex
    /// makes the error `Sync`, so that an error type of the app may contain it.
    response: Mutex<Option<Response>>,
    origin: Origin,
}

#[derive(PartialEq)]
enum Origin {
    /// The app chose the status.
    Chosen,
    /// Made by `?` from another error.
    Converted,
}

impl Error {
    /// An error with this status and this text for the client. The text is empty if the status is
    /// enough.
    pub fn new(status: StatusCode, public: impl Into<Cow<'static, str>>) -> Error {
        Error(Box::new(Inner {
            status,
            public: public.into(),
            cause: None,
            retry_after: None,
            response: Mutex::default(),
            origin: Origin::Chosen,
        }))
    }

    /// 400: the request is invalid, as the text says.
    pub fn bad_request(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::BAD_REQUEST, public)
    }

    /// 401: the client must authenticate first.
    pub fn unauthorized(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::UNAUTHORIZED, public)
    }

    /// 403: the client may not do this.
    pub fn forbidden(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::FORBIDDEN, public)
    }

    /// 404: the resource does not exist.
    pub fn not_found(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::NOT_FOUND, public)
    }

    /// 409: the request conflicts with the state of the resource.
    pub fn conflict(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::CONFLICT, public)
    }

    /// 415: the media type of the request's body is not supported.
    pub fn unsupported_media_type(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, public)
    }

    /// 422: the body is well-formed, but its values are invalid.
    pub fn unprocessable(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::UNPROCESSABLE_ENTITY, public)
    }

    /// 429: the client sends too many requests; `Retry-After` gives the time.
    pub fn too_many_requests(public: impl Into<Cow<'static, str>>, retry_after: Duration) -> Error {
        Error::new(StatusCode::TOO_MANY_REQUESTS, public).with_retry_after(retry_after)
    }

    /// 503: something that the request needs is unavailable; `Retry-After` gives the time. Without
    /// a [cause](Error::with_cause) nothing is logged, so that an outage which the app logs itself
    /// does not add a line for each request.
    pub fn unavailable(public: impl Into<Cow<'static, str>>, retry_after: Duration) -> Error {
        Error::new(StatusCode::SERVICE_UNAVAILABLE, public).with_retry_after(retry_after)
    }

    /// 500 with a cause for the log. The client does not see the cause.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error::new(StatusCode::INTERNAL_SERVER_ERROR, "").with_cause(cause)
    }

    /// Not a failure: ends the handler early with this response. There is no error page, and
    /// nothing is logged.
    pub fn response(response: Response) -> Error {
        let mut error = Error::new(response.status(), "");
        error.0.response = Mutex::new(Some(response));
        error
    }

    /// The same error with a cause for the log.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same error with the field `Retry-After`.
    #[must_use]
    pub fn with_retry_after(mut self, time: Duration) -> Error {
        self.0.retry_after = Some(time);
        self
    }

    /// The status of the response that the error becomes.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The text for the client; empty if the status is enough.
    pub fn public(&self) -> &str {
        &self.0.public
    }

    /// The time after which the client may try again, if it is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the status is 404.
    pub fn is_not_found(&self) -> bool {
        self.0.status == StatusCode::NOT_FOUND
    }

    /// The cause for the log.
    pub fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }

    /// Takes the response of an error that [`Error::response`] made.
    pub(crate) fn take_response(&mut self) -> Option<Response> {
        unpoisoned(self.0.response.get_mut()).take()
    }

    /// The error that `?` converted to this one, if it is of the type `E`.
    pub(crate) fn converted_from<E: StdError + Any>(&self) -> Option<&E> {
        let cause = self.0.cause.as_deref().filter(|_| self.0.origin == Origin::Converted)?;
        cause.downcast_ref()
    }

    /// The error `other`, with the cause of this error if it has none. A 503 does not get it: each
    /// request of an outage would be logged.
    pub(crate) fn mapped_to(self, mut other: Error) -> Error {
        if other.0.status != StatusCode::SERVICE_UNAVAILABLE {
            other.0.cause = other.0.cause.or(self.0.cause);
        }
        other
    }
}

impl fmt::Display for Error {
    /// Writes the text for the log: status, public text and every cause.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.status.as_u16())?;
        if !self.0.public.is_empty() {
            write!(f, " {}", self.0.public)?;
        }
        let mut cause = self.cause();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Error").field(&self.to_string()).finish()
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(cause: E) -> Error {
        if let Some(fault) = ClientFault::find_in(&cause) {
            return fault;
        }
        let mut error = Error::internal(cause);
        error.0.origin = Origin::Converted;
        error
    }
}

/// An error that the client caused, within an [`io::Error`]: reading the body of a request can fail
/// only with that type.
#[derive(Debug)]
pub(crate) struct ClientFault {
    status: StatusCode,
    public: String,
}

impl ClientFault {
    /// The fault with this status and this text for the client.
    pub(crate) fn new(status: StatusCode, public: String) -> ClientFault {
        ClientFault { status, public }
    }

    /// The error for the client in the cause of an `io::Error`, if it is a client's fault.
    fn find_in(error: &(dyn StdError + 'static)) -> Option<Error> {
        let fault: &ClientFault = error.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref()?;
        Some(Error::new(fault.status, fault.public.clone()))
    }
}

impl fmt::Display for ClientFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.public)
    }
}

impl StdError for ClientFault {}

impl From<Error> for Box<dyn StdError + Send + Sync> {
    fn from(error: Error) -> Box<dyn StdError + Send + Sync> {
        error.to_string().into()
    }
}

impl From<Error> for Box<dyn StdError> {
    fn from(error: Error) -> Box<dyn StdError> {
        error.to_string().into()
    }
}

/// Converts `None` to a 404.
pub trait OrNotFound<T> {
    /// The value.
    ///
    /// # Errors
    /// 404 without a text if it is `None`.
    fn or_404(self) -> Result<T>;
}

impl<T> OrNotFound<T> for Option<T> {
    fn or_404(self) -> Result<T> {
        self.ok_or_else(|| Error::not_found(""))
    }
}
