//! What a handler gives back instead of a response: a status, a text for the visitor, and a cause
//! that only the log sees.

use std::{borrow::Cow, error::Error as StdError, fmt, time::Duration};

use http::StatusCode;

/// The result of a handler and of most of what it calls.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request could not be answered as asked.
///
/// The visitor sees the status and the public text; the cause is logged once, with the request's
/// id, where the error becomes a response.
pub struct Error(Box<Inner>);

struct Inner {
    status: StatusCode,
    public: Cow<'static, str>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
    retry_after: Option<Duration>,
}

impl Error {
    /// An error with this status and this text for the visitor.
    pub fn new(status: StatusCode, public: impl Into<Cow<'static, str>>) -> Error {
        Error(Box::new(Inner { status, public: public.into(), cause: None, retry_after: None }))
    }

    /// 400: the request asks for something that cannot be, as the text says.
    pub fn bad_request(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::BAD_REQUEST, public)
    }

    /// 403: the visitor may not do this.
    pub fn forbidden(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::FORBIDDEN, public)
    }

    /// 404: nothing lies there.
    pub fn not_found(public: impl Into<Cow<'static, str>>) -> Error {
        Error::new(StatusCode::NOT_FOUND, public)
    }

    /// 503: something that the request needs does not serve now. The client may try again after the
    /// given time. Without a [cause](Error::with_cause) the log gets no line: an outage that the app
    /// logs by itself would be one a request.
    pub fn unavailable(public: impl Into<Cow<'static, str>>, retry_after: Duration) -> Error {
        let mut error = Error::new(StatusCode::SERVICE_UNAVAILABLE, public);
        error.0.retry_after = Some(retry_after);
        error
    }

    /// 500: a fault of ours; the visitor is not told which.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error::new(StatusCode::INTERNAL_SERVER_ERROR, "").with_cause(cause)
    }

    /// The same error with a cause for the log.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        self.0.cause = Some(cause.into());
        self
    }

    /// Whether there is a cause, which the log shows.
    pub(crate) fn has_cause(&self) -> bool {
        self.0.cause.is_some()
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The text for the visitor; empty where the status says all.
    pub fn public(&self) -> &str {
        &self.0.public
    }

    /// After what time the visitor may try again, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether nothing lies at the place asked for.
    pub fn is_not_found(&self) -> bool {
        self.0.status == StatusCode::NOT_FOUND
    }
}

impl fmt::Display for Error {
    /// The text of the log: status, public text, and every cause.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.status.as_u16())?;
        if !self.0.public.is_empty() {
            write!(f, " {}", self.0.public)?;
        }
        let mut cause = self.source();
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

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

impl From<std::io::Error> for Error {
    fn from(cause: std::io::Error) -> Error {
        Error::internal(cause)
    }
}

impl From<minijinja::Error> for Error {
    fn from(cause: minijinja::Error) -> Error {
        Error::internal(cause)
    }
}

/// Turns "nothing there" into a 404.
pub trait OrNotFound<T> {
    /// The value, or a 404 without further text.
    ///
    /// # Errors
    /// [`Error::not_found`] where there is no value.
    fn or_404(self) -> Result<T>;
}

impl<T> OrNotFound<T> for Option<T> {
    fn or_404(self) -> Result<T> {
        self.ok_or_else(|| Error::not_found(""))
    }
}
