//! An application that routes in the browser: `browser_app DIRECTORY` serves the output of a build
//! tool, and its `index.html` for every path that is not a file; below `/api` such a path is a 404.

use std::path::Path;
use webframe::{App, Error, Request, Response, Result, StaticFiles, Urls, middleware::compression};

fn version(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::text("1.0\n"))
}

fn nothing(_: &(), _: &Request) -> Result<Response> {
    Err(Error::not_found("the API has no such path"))
}

pub(crate) fn app(directory: &Path) -> App<()> {
    let index = directory.join("index.html");
    let page = move |_: &(), request: &Request| Response::file(&index, request);
    let api = Urls::new().get("/version", version).fallback(nothing);
    let assets = StaticFiles::dir(directory.join("assets")).with_hashed_names();
    let urls = Urls::new().nest("/api", api).files("/assets", assets).fallback(page);
    App::new(()).wrap(compression).urls(urls)
}

fn main() -> std::io::Result<()> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    app(directory.as_ref()).run()
}
