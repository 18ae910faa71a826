//! A response with one file on disk that the app chooses, and the name under which browsers save a
//! response.

use std::{fs, io, path::Path};

use http::{HeaderValue, header};

use super::{
    entry::{Bytes, Caching, Entry},
    failed, respond,
    stamp::Stamp,
};
use crate::{
    Error, Request, Response, Result, request::condition::Conditions, response::coding::Coding,
    url::encode_segment,
};

/// Maximum number of attempts to send a file that another program keeps replacing.
const CHANGES_MAX: usize = 3;

impl Response {
    /// A file on disk, which is read while the client takes it. Media type, validators, conditions
    /// and ranges are those of [`StaticFiles`](crate::StaticFiles). The path is not checked: an app
    /// that makes it from text of a client must check it first.
    ///
    /// ```
    /// use webframe::{App, Request, Response, Result, TestClient, Urls};
    ///
    /// fn manifest(_: &(), request: &Request) -> Result<Response> {
    ///     Ok(Response::file("Cargo.toml", request)?.with_download_name("manifest of 字典.toml"))
    /// }
    ///
    /// let app = App::new(()).urls(Urls::new().get("/", manifest));
    /// let answer = TestClient::new(&app).get("/").with_field("Range", "bytes=0-8").send();
    /// assert_eq!((answer.status().as_u16(), answer.text()), (206, "[package]"));
    /// ```
    ///
    /// # Errors
    /// 404: there is no regular file at this path. 500: it cannot be read. 503: it changes all the
    /// time, or too many files are open.
    pub fn file(path: impl AsRef<Path>, request: &Request) -> Result<Response> {
        let path = path.as_ref();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        for _ in 0..CHANGES_MAX {
            let entry = entry_of(path, name).map_err(|cause| missing_or_failed(path, &cause))?;
            let response = respond(&entry, &Conditions::from_request(request), request);
            if let Some(response) = response.map_err(|cause| missing_or_failed(path, &cause))? {
                return Ok(response);
            }
        }
        Err(Error::unavailable("the file is being changed", std::time::Duration::from_secs(1)))
    }

    /// The same response, which browsers save as a file of this name instead of showing it
    /// (`Content-Disposition`, RFC 6266). Separators of paths and control characters become `_`.
    #[must_use]
    pub fn with_download_name(self, name: &str) -> Response {
        let is_forbidden = |c: char| c.is_control() || matches!(c, '/' | '\\');
        let name = name.replace(is_forbidden, "_");
        // Old programs read only `filename`. A quote would end the value, and some programs decode
        // `%41` in it.
        let plain = name.replace(|c: char| !c.is_ascii() || matches!(c, '"' | '%'), "_");
        let mut value = format!("attachment; filename=\"{plain}\"");
        if plain != name {
            value.push_str(&format!("; filename*=UTF-8''{}", encode_segment(&name)));
        }
        let value = HeaderValue::try_from(value).expect("printable ASCII is a field value");
        self.with_field(header::CONTENT_DISPOSITION, value)
    }
}

/// The entry of a file, made from its metadata. The bytes are read when they are sent.
fn entry_of(path: &Path, name: &str) -> io::Result<Entry> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let bytes = Bytes::File(path.to_owned(), Stamp::from_metadata(&metadata));
    let coded = vec![(Coding::Identity, bytes)];
    Ok(Entry::new(name, metadata.modified().ok(), coded, &Caching::default()))
}

/// 404 if there is no file, otherwise the error of a file that cannot be read.
fn missing_or_failed(path: &Path, cause: &io::Error) -> Error {
    match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Error::not_found(""),
        _ => failed(&path.to_string_lossy(), cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, TestClient, Urls};

    #[test]
    fn a_file_has_ranges_validators_and_a_type_and_a_missing_one_is_a_404() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "0123456789").unwrap();
        let urls = Urls::new()
            .get("/file", |path: &std::path::PathBuf, request| Response::file(path, request))
            .get("/folder", |path: &std::path::PathBuf, request| {
                Response::file(path.parent().unwrap(), request)
            });
        let app = App::new(path.clone()).urls(urls);
        let client = TestClient::new(&app);
        let whole = client.get("/file").send();
        assert_eq!(whole.text(), "0123456789");
        assert_eq!(whole.field("content-type"), Some("text/plain; charset=utf-8"));
        let tag = whole.field("etag").expect("a tag").to_owned();
        let part = client.get("/file").with_field("Range", "bytes=-3").with_field("If-Range", &tag);
        assert_eq!(part.send().text(), "789");
        let again = client.get("/file").with_field("If-None-Match", &tag).send();
        assert_eq!((again.status().as_u16(), again.bytes()), (304, &b""[..]));
        assert_eq!(client.get("/folder").send().status().as_u16(), 404);
        fs::remove_file(path).unwrap();
        assert_eq!(client.get("/file").send().status().as_u16(), 404);
    }

    #[test]
    fn a_download_name_is_plain_if_it_can_be_and_never_leaves_its_quotes() {
        let field = |name: &str| {
            let response = Response::text("").with_download_name(name);
            response.field(&header::CONTENT_DISPOSITION).unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(field("a b.txt"), "attachment; filename=\"a b.txt\"");
        assert_eq!(
            field("字\".txt"),
            "attachment; filename=\"__.txt\"; filename*=UTF-8''%E5%AD%97%22.txt"
        );
        assert_eq!(field("../a\\b\r\nX: y"), "attachment; filename=\".._a_b__X: y\"");
        assert_eq!(
            field("50%.txt"),
            "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"
        );
    }
}
