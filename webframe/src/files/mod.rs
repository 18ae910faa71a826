//! Static files: finds the file for the path of a request, and evaluates conditions and ranges.
//!
//! The modules, in the order in which a request passes them: `name` converts the path to a name
//! below the root, `disk` or `embedded` finds the file, [`Conditions`] and `range` select bytes of
//! it, and `entry` supplies these bytes and the header fields.

mod name;
mod disk;
mod embedded;
mod cache;
mod stamp;
mod entry;
pub(crate) mod range;
mod pieces;
mod download;
#[cfg(feature = "templates")]
mod listing;

use std::{
    borrow::Cow,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{
    Body, Error, OrNotFound, Request, Response, Result,
    request::condition::{Conditions, Selection},
    response::coding::Coding,
};
use cache::Cache;
use disk::Directory;
use embedded::Embedded;
use entry::{Caching, Entry, Names, Variant};
use name::Name;
use pieces::{Boundary, content_range};
use range::{Ranges, parse_ranges};

/// Files up to this size are kept in memory; larger files are read in pieces. 64 KiB: most files of
/// a page are smaller, and an event loop may write this much at once.
const SMALL_FILE_BYTES_MAX: u64 = 64 << 10;

/// Maximum size in bytes of all files that a handler keeps in memory. 16 MiB.
const CACHE_BYTES_MAX: usize = 16 << 20;

/// Minimum time between two comparisons of a file in memory with the disk: a `stat` for each
/// request would take a tenth of the request's time, and nobody reloads a page faster.
const RECHECK: Duration = Duration::from_millis(100);

/// Files to serve, for [`Urls::files`](crate::Urls::files).
///
/// It sets the media type by the file's name and implements validators, conditions, ranges, content
/// codings (`.br` and `.gz` beside the file, or made in memory for small files) and caching of RFC
/// 9110 and 9111. Only regular files below the directory are served, and no hidden ones. A change
/// of a file takes effect within a tenth of a second. A `.br` or `.gz` file is used unless it is
/// older than its file: if a version with an older time replaces the file (`mv`, `rsync -t`),
/// replace them too. Clients revalidate files each time, unless
/// [`with_cache_control`](StaticFiles::with_cache_control) or
/// [`with_hashed_names`](StaticFiles::with_hashed_names) says otherwise.
///
/// ```
/// use webframe::{StaticFiles, Urls};
///
/// const ICONS: [(&str, &[u8]); 1] = [("dot.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")];
/// let urls: Urls<()> = Urls::new()
///     .files("/static", StaticFiles::dir("static"))
///     .files("/icons", StaticFiles::embedded(ICONS));
/// ```
#[derive(Debug)]
pub struct StaticFiles {
    place: Place,
    caching: Caching,
    #[cfg_attr(not(feature = "templates"), expect(dead_code, reason = "nothing is listed"))]
    listing: Listing,
}

/// The location of the files.
#[derive(Debug)]
enum Place {
    Disk(Directory),
    Embedded(Embedded),
}

/// The answer for a directory without `index.html`: 404, or a list of its files.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Listing {
    Refused,
    #[cfg(feature = "templates")]
    Shown,
}

/// The file or directory that a name refers to.
#[derive(Debug)]
enum Resolved {
    File(Arc<Entry>),
    Directory,
    Nothing,
}

impl StaticFiles {
    /// The files of a directory. It must exist when the route is added, otherwise the server does
    /// not start.
    pub fn dir(root: impl AsRef<Path>) -> StaticFiles {
        let root = root.as_ref();
        // Absolute: the program may change its working directory.
        let root = std::path::absolute(root).unwrap_or(PathBuf::from(root));
        let cache = Cache::new(CACHE_BYTES_MAX, RECHECK);
        StaticFiles::new(Place::Disk(Directory { root, cache }))
    }

    /// Files compiled into the program: names with `/` between segments, and bytes. Compressible
    /// files are compressed once, here.
    pub fn embedded<N, B>(files: impl IntoIterator<Item = (N, B)>) -> StaticFiles
    where
        N: AsRef<str>,
        B: Into<Cow<'static, [u8]>>,
    {
        let mut embedded = Embedded::default();
        for (name, bytes) in files {
            embedded.insert(name.as_ref(), bytes.into());
        }
        StaticFiles::new(Place::Embedded(embedded))
    }

    /// Lists the files of a directory on disk that has no `index.html`.
    ///
    /// Needs the feature `templates`.
    #[cfg(feature = "templates")]
    #[must_use]
    pub fn with_listing(mut self) -> StaticFiles {
        self.listing = Listing::Shown;
        self
    }

    /// Sets `Cache-Control`. Without it the field is `no-cache`: clients cache a file and
    /// revalidate it each time.
    #[must_use]
    pub fn with_cache_control(mut self, value: HeaderValue) -> StaticFiles {
        self.caching.cache_control = Some(value);
        self.apply_caching()
    }

    /// Lets clients cache files for a year without revalidation if their name contains a hash of
    /// the content: `app.1a2b3c4d.js`, at least eight hexadecimal digits, a letter and a decimal
    /// digit among them, between two dots. Use it only if a build tool names files like this.
    #[must_use]
    pub fn with_hashed_names(mut self) -> StaticFiles {
        self.caching.names = Names::Hashed;
        self.apply_caching()
    }

    fn apply_caching(mut self) -> StaticFiles {
        if let Place::Embedded(embedded) = &mut self.place {
            embedded.set_caching(&self.caching);
        }
        self
    }

    fn new(place: Place) -> StaticFiles {
        StaticFiles { place, caching: Caching::default(), listing: Listing::Refused }
    }

    /// The reason why no file can be served; `None` if the directory can be read.
    pub(crate) fn mistake(&self) -> Option<String> {
        let Place::Disk(Directory { root, .. }) = &self.place else { return None };
        let Err(problem) = std::fs::read_dir(root) else { return None };
        Some(format!("the directory {} cannot be read: {problem}", root.display()))
    }

    /// Answers a request for a file or a directory. The path of a directory must end with a slash;
    /// if it does not, the request is redirected.
    pub(crate) fn answer(&self, request: &Request) -> Result<Response> {
        let name = Name::from_request(request).or_404()?;
        match self.find(&name.text)? {
            Resolved::File(_) if name.ends_in_slash => Err(Error::not_found("")),
            Resolved::File(entry) => self.send(&name.text, entry, request),
            Resolved::Directory if !name.ends_in_slash => {
                self.answer_directory(&name.text, request)?; // no redirect to a 404
                add_slash(request)
            }
            Resolved::Directory => self.answer_directory(&name.text, request),
            Resolved::Nothing => Err(Error::not_found("")),
        }
    }

    /// The `index.html` of a directory, otherwise its listing if listings are allowed.
    fn answer_directory(&self, name: &str, request: &Request) -> Result<Response> {
        let index = match name {
            "" => Cow::Borrowed("index.html"),
            _ => Cow::Owned(format!("{name}/index.html")),
        };
        match (self.find(&index)?, &self.place) {
            (Resolved::File(entry), _) => self.send(&index, entry, request),
            #[cfg(feature = "templates")]
            (_, Place::Disk(directory)) if self.listing == Listing::Shown => {
                listing::page(directory, name)
            }
            _ => Err(Error::not_found("")),
        }
    }

    /// Sends the entry. If its file was replaced meanwhile, the new file is sent.
    fn send(&self, name: &str, mut entry: Arc<Entry>, request: &Request) -> Result<Response> {
        let conditions = Conditions::from_request(request);
        const CHANGES_MAX: usize = 3;
        for _ in 0..CHANGES_MAX {
            if let Some(response) =
                respond(&entry, &conditions, request).map_err(|cause| failed(name, &cause))?
            {
                return Ok(response);
            }
            if let Place::Disk(directory) = &self.place {
                directory.cache.forget(name);
            }
            match self.find(name)? {
                Resolved::File(current) => entry = current,
                _ => return Err(Error::not_found("")),
            }
        }
        Err(Error::unavailable("the file is being changed", Duration::from_secs(1)))
    }

    /// The file or directory that a name refers to.
    fn find(&self, name: &str) -> Result<Resolved> {
        match &self.place {
            Place::Embedded(embedded) => Ok(embedded.find(name)),
            Place::Disk(directory) => {
                directory.find(name, &self.caching).map_err(|cause| failed(name, &cause))
            }
        }
    }
}

/// The error of a file that cannot be read: 503 if no descriptor is left, otherwise 500.
fn failed(name: &str, cause: &io::Error) -> Error {
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    let text = format!("the file {name}: {cause}");
    match cause.raw_os_error() {
        // ENFILE and EMFILE are temporary: other descriptors will be closed.
        Some(number) if TOO_MANY_FILES.contains(&number) => {
            Error::unavailable("", Duration::from_secs(1)).with_cause(text)
        }
        _ => Error::internal(text),
    }
}

/// The response that the conditions and ranges of the request select. `None`, here and in the
/// functions below, if the file has changed since the entry was made.
fn respond(
    entry: &Entry,
    conditions: &Conditions<'_>,
    request: &Request,
) -> io::Result<Option<Response>> {
    let accept_encoding = conditions.accept_encoding.as_deref();
    let Some(variant) = entry.variant(accept_encoding) else { return Ok(None) };
    let range = conditions.range.as_deref().unwrap_or_default();
    match conditions.evaluate(request.method(), entry.validators(variant)) {
        Selection::NotModified => Ok(Some(not_modified(variant))),
        Selection::Failed => Ok(Some(
            Response::text("412 Precondition Failed\n")
                .with_status(StatusCode::PRECONDITION_FAILED),
        )),
        Selection::Whole => whole_file(variant),
        Selection::Ranges => match parse_ranges(range, variant.length) {
            Ranges::Whole => whole_file(variant),
            Ranges::Unsatisfiable => Ok(Some(unsatisfiable(variant))),
            Ranges::One(piece) => one_piece(variant, piece),
            // No RFC defines `multipart/byteranges` of an encoded representation.
            Ranges::Several(_) if variant.coding != Coding::Identity => whole_file(variant),
            Ranges::Several(pieces) => several_pieces(entry, variant, &pieces),
        },
    }
}

/// 200 with the whole file.
fn whole_file(variant: &Variant) -> io::Result<Option<Response>> {
    let body = variant.body(0..variant.length)?;
    Ok(body.map(|body| Response::assembled(StatusCode::OK, &variant.fields, body)))
}

/// 206 with one piece of the file.
fn one_piece(variant: &Variant, piece: std::ops::Range<u64>) -> io::Result<Option<Response>> {
    let range = field_value(content_range(&piece, variant.length));
    let Some(body) = variant.body(piece)? else { return Ok(None) };
    let response = Response::assembled(StatusCode::PARTIAL_CONTENT, &variant.fields, body);
    Ok(Some(response.with_added(header::CONTENT_RANGE, range)))
}

/// 206 with several pieces of the file, as `multipart/byteranges`.
fn several_pieces(
    entry: &Entry,
    variant: &Variant,
    pieces: &[std::ops::Range<u64>],
) -> io::Result<Option<Response>> {
    let boundary = Boundary::new()?;
    let body = match variant.in_memory() {
        Some(bytes) => pieces::of_bytes(&boundary, &entry.media_type, pieces, bytes),
        None => match variant.open()? {
            Some(file) => {
                pieces::of_file(&boundary, &entry.media_type, pieces, file, variant.length)
            }
            None => return Ok(None),
        },
    };
    Ok(Some(
        Response::assembled(StatusCode::PARTIAL_CONTENT, &variant.fields, body)
            .with_field(header::CONTENT_TYPE, boundary.media_type()),
    ))
}

/// 304 with the fields that a cache may have to update (RFC 9110 §15.4.5).
fn not_modified(variant: &Variant) -> Response {
    const RENEWED: [HeaderName; 4] =
        [header::ETAG, header::CACHE_CONTROL, header::VARY, header::LAST_MODIFIED];
    let fields = variant.fields.iter().filter(|field| RENEWED.contains(&field.0));
    Response::assembled(StatusCode::NOT_MODIFIED, fields, Body::Empty)
}

/// 416 with the length of the file.
fn unsatisfiable(variant: &Variant) -> Response {
    Response::text("416 Range Not Satisfiable\n")
        .with_status(StatusCode::RANGE_NOT_SATISFIABLE)
        .with_field(header::CONTENT_RANGE, field_value(format!("bytes */{}", variant.length)))
}

/// Redirects to the same path with a slash at its end. The result never names a host: a path that
/// begins with two slashes, which a browser would read as a host, is not a directory.
fn add_slash(request: &Request) -> Result<Response> {
    let location = match request.query_string() {
        "" => format!("{}/", request.path()),
        query => format!("{}/?{query}", request.path()),
    };
    let location = HeaderValue::try_from(location).map_err(|_| Error::not_found(""))?;
    Ok(Response::new(StatusCode::PERMANENT_REDIRECT).with_field(header::LOCATION, location))
}

fn field_value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("numbers are a field value")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Urls;

    #[test]
    fn a_missing_directory_is_reported_when_the_app_is_bound() {
        let urls = Urls::<()>::new().files("/s", StaticFiles::dir("/no/such/place"));
        let app = crate::App::new(()).urls(urls);
        let mistake = app.mistakes().next().expect("a mistake");
        assert!(
            mistake.starts_with("files /s: the directory /no/such/place cannot be read: "),
            "{mistake}"
        );
    }
}
