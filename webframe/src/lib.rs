//! A threaded HTTP/1.1 server framework: plain blocking handlers, a small pool, and no client
//! that can hold a thread.
//!
//! ```no_run
//! use webframe::{App, Request, Response, Result, Server, ServerSettings, Urls};
//!
//! fn greet(_: &(), request: &Request) -> Result<Response> {
//!     Ok(Response::text(format!("hello, {}\n", request.param("name")?)))
//! }
//!
//! let app = App::new(()).urls(Urls::new().get("/hello/{name}", greet));
//! Server::bind(&ServerSettings::default())?.stop_on_signals()?.serve(app)?;
//! # Ok::<(), std::io::Error>(())
//! ```

#![forbid(unsafe_code)]

mod app;
mod router;
mod pattern;
mod handler;
mod pace;
mod service;
mod request;
mod form;
mod multipart;
mod cookie;
mod body;
mod response;
mod source;
mod panics;
mod lock;
pub mod accept;
mod coding;
mod media;
mod condition;
mod files;
mod template;
pub mod url;
mod error;
mod refusal;
mod log_file;
pub mod middleware;
mod limits;
mod network;
mod forwarded;
pub mod wire;
mod engine;
mod test_client;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
// The fuzz targets call us by our name, in our own tests too.
#[cfg(test)]
extern crate self as webframe;

pub use app::{App, Next};
pub use cookie::{Cookie, CookieError, SameSite};
pub use engine::{
    Address, Gauges, GaugesHandle, ReloadHandle, Server, ServerSettings, StopHandle, Stopped,
    TlsSettings,
};
pub use error::{Error, OrNotFound, Result};
pub use files::StaticFiles;
pub use handler::{Handler, Marked, blocking, quick};
pub use http;
pub use limits::{Limits, Timeouts};
pub use log_file::LogFile;
pub use middleware::Middleware;
pub use minijinja;
pub use multipart::{Multipart, Part};
pub use network::Network;
pub use pace::Pace;
pub use refusal::Refusal;
pub use request::{Peer, Request, RequestId};
pub use response::{Body, Response};
pub use router::Urls;
pub use source::Source;
pub use template::{BrokenTemplates, Templates};
pub use test_client::{TestClient, TestRequest, TestResponse};
