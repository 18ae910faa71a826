//! A threaded HTTP/1.1 server framework: handlers are plain blocking functions and run on a small
//! pool of threads. A client that is slow or idle holds no thread.
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
#![cfg_attr(docsrs, feature(doc_cfg))]

/// The guide: its examples are compiled and run as tests.
#[cfg(all(doctest, feature = "sessions", feature = "templates"))]
#[doc = include_str!("../README.md")]
struct Guide;

mod contract;
mod app;
pub mod url;
mod request;
mod response;
mod files;
#[cfg(feature = "templates")]
mod template;
pub mod middleware;
#[cfg(feature = "sessions")]
pub mod session;
pub mod monitoring;
mod logging;
mod limits;
mod pace;
mod live;
mod events;
mod lines;
#[cfg(feature = "websocket")]
pub mod websocket;
mod panics;
mod report;
mod lock;
#[doc(hidden)]
pub mod wire;
mod engine;
mod testing;
// The fuzz targets refer to the crate as `webframe`. They are compiled as its unit tests too.
#[cfg(test)]
extern crate self as webframe;

pub use app::{App, Slashes, Urls};
pub use contract::{
    handler::Handler,
    layer::{Middleware, Next},
    refusal::{Refusal, Refused},
};
pub use engine::{
    Address, Gauges, GaugesHandle, ReloadHandle, Server, ServerSettings, StopHandle, Stopped,
    TlsSettings,
};
pub use events::{Channel, ChannelCounts, ChannelSettings, Event, EventIds, SlowSubscriber};
pub use files::StaticFiles;
pub use http;
pub use limits::{Limits, Timeouts};
pub use lines::{LineEnd, LineProtocol, LineSender, LineSettings, Replies};
pub use live::{Live, presence::Presence};
pub use logging::{file::LogFile, queue::LogQueue};
#[cfg(feature = "templates")]
pub use minijinja;
pub use request::{
    Peer, Request, RequestId, accept,
    form::checked::CheckedForm,
    multipart::{
        Multipart, Part,
        reader::{PartStream, StreamedPart},
    },
    network::Network,
};
pub use response::{
    Response,
    body::{Body, IntoBody},
    cookie::{Cookie, CookieError, SameSite},
    error::{Error, OrNotFound, Result},
    source::Source,
};
#[cfg(feature = "templates")]
pub use template::{BrokenTemplates, Templates};
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub use testing::fuzzing;
#[cfg(feature = "websocket")]
pub use testing::test_socket::TestSocket;
pub use testing::{
    test_client::TestClient,
    test_events::{TestEvent, TestEvents},
    test_request::TestRequest,
    test_response::TestResponse,
};
pub use wire::WireError;
