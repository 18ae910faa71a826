//! A place to share files (文件共享): `fileshare serve FOLDER [PORT]`, and `fileshare connect
//! HOST:PORT` for the client in a terminal. Only regular files of the folder itself are shared, and
//! never hidden ones. A download can be resumed; an upload is stored completely or not at all.

mod client;
#[cfg(test)]
mod tests;

use std::{fs, io, path::PathBuf};

use webframe::http::StatusCode;
use webframe::middleware::SameOrigin;
use webframe::minijinja::context;
use webframe::{Address, App, Error, Request, Response, Result, Server};
use webframe::{ServerSettings, Templates, Urls};

const USAGE: &str = "usage: fileshare serve FOLDER [PORT] | fileshare connect HOST:PORT";
/// Maximum size of an uploaded file: 1 GiB.
const UPLOAD_BYTES_MAX: u64 = 1 << 30;

/// The folder whose files are shared, and the page that lists them.
struct Share {
    folder: PathBuf,
    pages: Templates,
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", folder] => serve(folder.into(), 8000),
        ["serve", folder, port] => serve(folder.into(), port.parse()?),
        ["connect", server] => {
            let home = std::env::current_dir()?;
            Ok(client::talk(server, &home, io::stdin().lock(), &mut io::stdout())?)
        }
        _ => Err(io::Error::other(USAGE).into()),
    }
}

fn serve(folder: PathBuf, port: u16) -> Result<()> {
    let addresses = vec![Address::Tcp(([0, 0, 0, 0], port).into())];
    let settings = ServerSettings { addresses, ..ServerSettings::default() };
    Ok(Server::bind(&settings)?.stop_on_signals()?.serve(app(folder)?).map(drop)?)
}

fn app(folder: PathBuf) -> Result<App<Share>> {
    let pages = Templates::embedded([("page.html", include_str!("page.html"))])?;
    let urls = Urls::new().get("/", page).get("/list", list).get("/files/{name}", download);
    let urls = urls.put("/files/{name}", upload).body_limit(UPLOAD_BYTES_MAX);
    let app = App::new(Share { folder, pages }).wrap(SameOrigin::new());
    Ok(app.on_error(disk_error).urls(urls))
}

fn page(share: &Share, _: &Request) -> Result<Response> {
    share.pages.render("page.html", context!(files => share.files()?))
}

/// A line for each file: its length in bytes, a blank, its name.
fn list(share: &Share, _: &Request) -> Result<Response> {
    let lines = share.files()?.into_iter().map(|(name, bytes)| format!("{bytes} {name}\n"));
    Ok(Response::text(lines.collect::<String>()))
}

/// Makes browsers save the file: an uploaded file must not become a page of this site.
fn download(share: &Share, request: &Request) -> Result<Response> {
    let name = request.param("name")?;
    let path = share.path(&name)?;
    if !fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
        return Err(Error::not_found("no file has such a name here"));
    }
    Ok(Response::file(path, request)?.with_download_name(&name))
}

fn upload(share: &Share, request: &Request) -> Result<Response> {
    share.store(&request.param("name")?, request.reader()?)?;
    Ok(Response::new(StatusCode::CREATED))
}

fn disk_error(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists => Error::conflict("the name is taken"),
        io::ErrorKind::StorageFull => {
            Error::new(StatusCode::INSUFFICIENT_STORAGE, "the disk is full")
        }
        _ => Error::new(StatusCode::INTERNAL_SERVER_ERROR, ""),
    }
}

impl Share {
    /// The visible regular files with their lengths, by name, without symbolic links.
    fn files(&self) -> io::Result<Vec<(String, u64)>> {
        let shared = |entry: fs::DirEntry| {
            let (name, metadata) = (entry.file_name().into_string().ok()?, entry.metadata().ok()?);
            (metadata.is_file() && self.path(&name).is_ok()).then_some((name, metadata.len()))
        };
        let mut files: Vec<_> = fs::read_dir(&self.folder)?.flatten().filter_map(shared).collect();
        files.sort();
        Ok(files)
    }

    /// The path of a name that may be shared: one visible part of a path.
    fn path(&self, name: &str) -> Result<PathBuf> {
        let is_odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
        let is_good = (1..=255).contains(&name.len()) && !name.starts_with('.');
        if !is_good || name.contains(is_odd) {
            return Err(Error::not_found("no file has such a name here"));
        }
        Ok(self.folder.join(name))
    }

    /// Adds a file, under a hidden name until it is complete. If that fails, as on a full disk, the
    /// hidden file is removed.
    fn store(&self, name: &str, mut content: impl io::Read) -> Result<()> {
        let path = self.path(name)?;
        let mut file = tempfile::Builder::new().prefix(".upload-").tempfile_in(&self.folder)?;
        io::copy(&mut content, &mut file)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|failed| failed.error)?;
        Ok(())
    }
}
