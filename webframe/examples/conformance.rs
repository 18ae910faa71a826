//! The server that external conformance suites for HTTP test: `conformance PORT DIR`.
//!
//! This is an ordinary app with the default settings, but shorter timeouts.

use std::{
    error::Error,
    io::{self, Read},
    path::PathBuf,
    time::Duration,
};

use serde::Deserialize;
use webframe::{
    Address, App, Body, Error as WebError, Request, Response, Result, Server, ServerSettings,
    StaticFiles, Timeouts, Urls,
    http::{HeaderName, HeaderValue, StatusCode},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: conformance PORT DIR";
    let port: u16 = arguments.next().ok_or(usage)?.parse()?;
    let root = PathBuf::from(arguments.next().ok_or(usage)?).join("www/static");
    let seconds = Duration::from_secs;
    let settings = ServerSettings {
        addresses: vec![Address::Tcp(([127, 0, 0, 1], port).into())],
        timeouts: Timeouts {
            head: seconds(5),
            body: seconds(5),
            idle: seconds(5),
            write: seconds(5),
            ..Timeouts::default()
        },
        ..ServerSettings::default()
    };
    let urls = Urls::new()
        .get("/", |_, _| Ok(Response::text("conformance\n")))
        .post("/echo", echo)
        .files("/static", StaticFiles::dir(root))
        .get("/nocontent", |_, _| Ok(Response::new(StatusCode::NO_CONTENT)))
        .get("/stream", |_, _| Ok(Response::stream(TEXT, Pieces(0))))
        .get("/dump", dump)
        .post("/dump", dump)
        .get("/reflect", reflect)
        .get("/panic", |_, _| panic!("asked for"));
    Server::bind(&settings)?.stop_on_signals()?.serve(App::new(()).urls(urls))?;
    Ok(())
}

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

fn echo(_: &(), request: &Request) -> Result<Response> {
    let body = request.body()?.into_owned();
    Ok(Response::typed(HeaderValue::from_static("application/octet-stream"), Body::Bytes(body)))
}

/// The request line and the fields that the app gets.
fn dump(_: &(), request: &Request) -> Result<Response> {
    let mut seen = match request.query_string() {
        "" => format!("{} {}\n", request.method(), request.path()),
        query => format!("{} {}?{query}\n", request.method(), request.path()),
    }
    .into_bytes();
    for (name, value) in request.fields() {
        seen.extend_from_slice(&[name.as_bytes(), b": ", value, b"\n"].concat());
    }
    Ok(Response::typed(TEXT, Body::Bytes(seen)))
}

#[derive(Deserialize)]
struct Reflect {
    v: String,
}

fn reflect(_: &(), request: &Request) -> Result<Response> {
    let value = HeaderValue::from_str(&request.query::<Reflect>()?.v)
        .map_err(|_| WebError::bad_request("v is not a field value"))?;
    Ok(Response::text("reflected\n").with_field(HeaderName::from_static("x-reflect"), value))
}

/// Ten lines, one for each read.
struct Pieces(u8);

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0 == 10 {
            return Ok(0);
        }
        let line = format!("stream-{}\n", self.0);
        self.0 += 1;
        into[..line.len()].copy_from_slice(line.as_bytes());
        Ok(line.len())
    }
}
