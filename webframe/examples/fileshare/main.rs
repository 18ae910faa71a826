//! A place to share files (文件共享): `fileshare serve FOLDER [ADDRESS]`, and `fileshare connect
//! HOST:PORT` for the client in a terminal. Only regular files of the folder itself are shared, and
//! never hidden ones. A download can be resumed; an upload is stored completely or not at all.

mod client;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, fs, io, io::ErrorKind, path::PathBuf};

use webframe::{App, Error, OrNotFound, Request, Response, Result, Templates, Urls};
use webframe::{http::StatusCode, middleware::SameOrigin, minijinja::context};

/// The folder whose files are shared, and the page that lists them.
struct Share {
    folder: PathBuf,
    pages: Templates,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", folder] => app(folder.into())?.run_at("0.0.0.0:8000"),
        ["serve", folder, address] => app(folder.into())?.run_at(address),
        ["connect", server] => {
            client::run(server, ".".as_ref(), io::stdin().lock(), &mut io::stdout())
        }
        _ => Err(io::Error::other("usage: fileshare serve FOLDER [ADDRESS] | connect HOST:PORT")),
    }
}

fn app(folder: PathBuf) -> io::Result<App<Share>> {
    let pages = Templates::embedded([("page.html", include_str!("page.html"))]);
    let pages = pages.map_err(io::Error::other)?;
    let urls = Urls::new().get("/", page).get("/list", list).get("/files/{name}", download);
    let urls = urls.put("/files/{name}", upload).body_limit(1 << 30); // 1 GiB
    Ok(App::new(Share { folder, pages }).wrap(SameOrigin::new()).on_error(disk_error).urls(urls))
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
    fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file).or_404()?;
    Ok(Response::file(path, request)?.with_download_name(&name))
}

fn upload(share: &Share, request: &Request) -> Result<Response> {
    // A part must not be stored as the whole (RFC 9110 §14.5).
    let is_part = request.fields().any(|field| field.0.eq_ignore_ascii_case("Content-Range"));
    (!is_part).then_some(()).ok_or_else(|| Error::bad_request("send the whole file"))?;
    share.store(&request.param("name")?, request.reader()?)?;
    Ok(Response::new(StatusCode::CREATED))
}

fn disk_error(error: &io::Error) -> Error {
    let full = Error::new(StatusCode::INSUFFICIENT_STORAGE, "the disk is full");
    match error.kind() {
        ErrorKind::AlreadyExists => Error::conflict("the name is taken"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => full,
        _ => Error::new(StatusCode::INTERNAL_SERVER_ERROR, ""),
    }
}

impl Share {
    /// The visible regular files with their lengths, by name, without symbolic links.
    fn files(&self) -> io::Result<BTreeSet<(String, u64)>> {
        let shared = |entry: fs::DirEntry| {
            let (name, metadata) = (entry.file_name().into_string().ok()?, entry.metadata().ok()?);
            (metadata.is_file() && self.path(&name).is_ok()).then_some((name, metadata.len()))
        };
        Ok(fs::read_dir(&self.folder)?.flatten().filter_map(shared).collect())
    }

    /// The path of a name that may be shared: one visible part of a path. Characters that are
    /// invisible, or change the order of others, would let it look like another name.
    fn path(&self, name: &str) -> Result<PathBuf> {
        let hides = |c| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        let is_forbidden =
            |c: char| hides(c) || c.is_control() || "/\\:\u{200b}\u{200e}\u{200f}".contains(c);
        let fits = (1..=255).contains(&name.len()) && !name.starts_with('.') && name == name.trim();
        (fits && !name.contains(is_forbidden)).then(|| self.folder.join(name)).or_404()
    }

    /// Adds a file, under a hidden name until it is complete. If that fails, nothing is left.
    fn store(&self, name: &str, mut content: impl io::Read) -> Result<()> {
        let path = self.path(name)?;
        let create = |path: &std::path::Path| fs::File::create_new(path);
        let mut file = tempfile::Builder::new().prefix(".upload-").make_in(&self.folder, create)?;
        io::copy(&mut content, &mut file)?;
        file.as_file().sync_all()?;
        Ok(file.persist_noclobber(path).map(drop).map_err(|failed| failed.error)?)
    }
}
