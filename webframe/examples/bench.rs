//! The server that the benchmarks measure: `bench PORT`.
//!
//! Written as any app would be; the router, limits, timeouts and the panic guard are on, only the
//! access log is off, as in the peers.

use std::{error::Error, time::Duration};

use serde::{Deserialize, Serialize};
use webframe::{
    App, Request, Response, Result, Server, ServerSettings, StaticFiles, Urls, http::HeaderValue,
};

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

#[derive(Deserialize)]
struct Echo {
    name: String,
    msg: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("usage: bench PORT")?.parse()?;
    let settings = ServerSettings {
        addresses: vec![webframe::Address::Tcp(([127, 0, 0, 1], port).into())],
        ..ServerSettings::default()
    };
    let urls = Urls::new()
        .get("/plaintext", plaintext)
        .get("/json", json)
        .get("/sleep", sleep)
        .post("/echo", echo)
        .get("/static/{*path}", StaticFiles::dir("www"));
    Server::bind(&settings)?.stop_on_signals()?.serve(App::new(()).urls(urls))?;
    Ok(())
}

fn plaintext(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::typed(HeaderValue::from_static("text/plain"), "Hello, World!".into()))
}

fn json(_: &(), _: &Request) -> Result<Response> {
    Response::json(&Message { message: "Hello, World!" })
}

/// Stands for a call of a database: it blocks its thread.
fn sleep(_: &(), _: &Request) -> Result<Response> {
    std::thread::sleep(Duration::from_millis(10));
    Ok(Response::text("slept"))
}

fn echo(_: &(), request: &Request) -> Result<Response> {
    let echo: Echo = request.form()?;
    Ok(Response::text(format!("{}:{}", echo.name, echo.msg)))
}
