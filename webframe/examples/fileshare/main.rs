//! A place to share files (文件共享): `fileshare serve FOLDER [PORT]`, and `fileshare connect HOST:PORT`
//! for the client in a terminal, which knows `list`, `get` and `put`.
//!
//! Only regular files of the folder itself are shared, and never hidden ones. A download can be
//! resumed; an upload is whole or not there.

mod client;
mod share;
#[cfg(test)]
mod tests;

use std::{io, path::PathBuf};

use share::{Share, SharedFile};
use webframe::{
    Address, App, Error, Handler, Limits, Request, Response, Result, Server, ServerSettings,
    StaticFiles, Urls, blocking,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::SameOrigin,
    minijinja::{Environment, context},
    url::encode_segment,
};

const USAGE: &str = "usage: fileshare serve FOLDER [PORT] | fileshare connect HOST:PORT";
const PAGE: &str = include_str!("page.html");

/// Bytes of one file that is uploaded: 1 GiB.
const UPLOAD_BYTES_MAX: u64 = 1 << 30;

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", folder] => serve(folder.into(), 8000)?,
        ["serve", folder, port] => serve(folder.into(), port.parse().map_err(|_| USAGE)?)?,
        ["connect", server] => {
            let folder = std::env::current_dir()?;
            client::converse(server, &folder, io::stdin().lock(), io::stdout())?;
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn serve(folder: PathBuf, port: u16) -> io::Result<()> {
    Server::bind(&settings(([0, 0, 0, 0], port).into()))?.stop_on_signals()?.serve(app(folder))?;
    Ok(())
}

fn settings(address: std::net::SocketAddr) -> ServerSettings {
    ServerSettings {
        addresses: vec![Address::Tcp(address)],
        limits: Limits { body_bytes_max: UPLOAD_BYTES_MAX, ..Limits::default() },
        ..ServerSettings::default()
    }
}

fn app(folder: PathBuf) -> App<Share> {
    let urls = Urls::new()
        .get("/", page)
        .get("/list", list)
        .get("/files/{*path}", Download(StaticFiles::dir(&folder)))
        .on(&Method::PUT, "/files/{*path}", blocking(upload));
    App::new(Share::new(folder)).wrap(SameOrigin::new()).urls(urls)
}

fn page(share: &Share, _: &Request) -> Result<Response> {
    let row = |SharedFile { name, bytes }| context!(link => format!("files/{}", encode_segment(&name)), name, bytes);
    let files: Vec<_> = share.files()?.into_iter().map(row).collect();
    let page = Environment::new().render_named_str("page.html", PAGE, context!(files))?;
    Ok(Response::html(page))
}

/// A line for each file: its length in bytes, a blank, its name.
fn list(share: &Share, _: &Request) -> Result<Response> {
    let files = share.files()?;
    let lines: Vec<_> =
        files.iter().map(|file| format!("{} {}\n", file.bytes, file.name)).collect();
    Ok(Response::text(lines.concat()))
}

/// Files with ranges and validators. A browser saves them: what somebody uploads must not become
/// a page of this site.
struct Download(StaticFiles);

impl Handler<Share> for Download {
    fn call(&self, share: &Share, request: &Request) -> Result<Response> {
        share.find(&request.param("path")?)?;
        let attachment = HeaderValue::from_static("attachment");
        let response = self.0.call(share, request)?;
        Ok(response.with_field(header::CONTENT_DISPOSITION, attachment))
    }

    fn mistake(&self) -> Option<String> {
        Handler::<Share>::mistake(&self.0)
    }
}

fn upload(share: &Share, request: &Request) -> Result<Response> {
    let name = request.param("path")?;
    share::check_name(&name)?;
    share.store(&name, request.reader()?)?;
    Ok(Response::new(StatusCode::CREATED))
}

/// The answer to what the disk says.
fn disk_error(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists => Error::new(StatusCode::CONFLICT, "the name is taken"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::new(StatusCode::INSUFFICIENT_STORAGE, "the disk is full")
        }
        _ => Error::internal(error),
    }
}
