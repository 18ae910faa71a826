//! An application that routes in the browser: `browser_app DIRECTORY` serves the output of a build tool, and its
//! `index.html` for every path that is not a file; below `/api` such a path is a 404.

use std::path::{Path, PathBuf};
use webframe::{App, Error, Request, Response, Result, StaticFiles, Urls, middleware::compression};

fn version(_: &PathBuf, _: &Request) -> Result<Response> {
    Ok(Response::text("1.0\n"))
}

fn nothing(_: &PathBuf, _: &Request) -> Result<Response> {
    Err(Error::not_found("the API has no such path"))
}

fn page(directory: &PathBuf, request: &Request) -> Result<Response> {
    Response::file(directory.join("index.html"), request)
}

pub(crate) fn app(directory: &Path) -> App<PathBuf> {
    let api = Urls::new().get("/version", version).fallback(nothing);
    let assets = StaticFiles::dir(directory.join("assets")).with_hashed_names();
    let urls = Urls::new().nest("/api", api).get("/assets/{*path}", assets).fallback(page);
    App::new(directory.to_owned()).wrap(compression).urls(urls)
}

fn main() -> std::io::Result<()> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    app(directory.as_ref()).run()
}
