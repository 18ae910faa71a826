//! A file, ready to be sent: its bytes in each content coding, with header fields that are computed
//! once.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom},
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::{HeaderName, HeaderValue, header};

use super::stamp::Stamp;
use crate::{
    Body,
    request::{
        accept::best_coding,
        condition::{Validators, tag_of},
    },
    response::{
        coding::{self, COMPRESSED_BYTES_MIN, Coding, Effort},
        media,
    },
};

/// A file in all its codings.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) media_type: HeaderValue,
    /// The time of the last change, in whole seconds. `Last-Modified` may be earlier.
    modified: Option<SystemTime>,
    /// The uncompressed variant comes first.
    variants: Vec<Variant>,
}

/// A file in one coding.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) coding: Coding,
    pub(super) length: u64,
    etag: HeaderValue,
    /// All header fields of a 200 response.
    pub(super) fields: Vec<(HeaderName, HeaderValue)>,
    bytes: Bytes,
}

/// The location of the bytes of a variant.
#[derive(Clone, Debug)]
pub(super) enum Bytes {
    /// In the program.
    Static(&'static [u8]),
    /// In memory.
    Shared(Arc<[u8]>),
    /// On disk; valid while the file has this stamp.
    File(PathBuf, Stamp),
}

impl Entry {
    /// An entry of the file `name` with these bytes in each coding.
    pub(super) fn new(
        name: &str,
        modified: Option<SystemTime>,
        coded: Vec<(Coding, Bytes)>,
        caching: &Caching,
    ) -> Entry {
        let media_type = media::type_of(name);
        let last_modified = modified.and_then(|time| whole_seconds(time.min(latest_date())));
        let modified = modified.and_then(whole_seconds);
        let mut shared = vec![(header::CONTENT_TYPE, media_type.clone())];
        if let Some(last_modified) = last_modified {
            let date = HeaderValue::try_from(httpdate::fmt_http_date(last_modified));
            shared.push((header::LAST_MODIFIED, date.expect("a date is a field value")));
        }
        shared.push((header::CACHE_CONTROL, caching.field(name)));
        if has_extension(name, "svgz") {
            shared.push((header::CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        }
        shared.push((header::ACCEPT_RANGES, HeaderValue::from_static("bytes")));
        shared.push((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
        if coded.len() > 1 {
            shared.push((header::VARY, HeaderValue::from_static("accept-encoding")));
        }
        let variants =
            coded.into_iter().map(|(coding, bytes)| Variant::new(coding, bytes, &shared));
        Entry { media_type, modified, variants: variants.collect() }
    }

    /// Sets `Cache-Control`.
    pub(super) fn set_caching(&mut self, name: &str, caching: &Caching) {
        let value = caching.field(name);
        let fields = self.variants.iter_mut().flat_map(|variant| &mut variant.fields);
        for field in fields.filter(|field| field.0 == header::CACHE_CONTROL) {
            field.1 = value.clone();
        }
    }

    /// The variant that `Accept-Encoding` prefers, otherwise the uncompressed one.
    pub(super) fn variant(&self, accept_encoding: Option<&str>) -> Option<&Variant> {
        let coding = match (&*self.variants, accept_encoding) {
            ([_], _) | (_, None) => Coding::Identity,
            (variants, field) => {
                // The uncompressed variant is only the fallback, so it is not in the list: it must
                // not win a tie.
                let coded = variants.iter().map(|variant| variant.coding);
                let offered: Vec<Coding> = coded.filter(|&c| c != Coding::Identity).collect();
                best_coding(field, &offered)
            }
        };
        self.variants.iter().find(|variant| variant.coding == coding)
    }

    /// The validators for the conditions of a request.
    pub(super) fn validators<'e>(&self, variant: &'e Variant) -> Validators<'e> {
        Validators { etag: variant.etag.to_str().unwrap_or_default(), modified: self.modified }
    }

    /// The approximate size of the entry in memory.
    pub(super) fn memory(&self) -> usize {
        const OVERHEAD_BYTES: usize = 1 << 10;
        let held =
            self.variants.iter().map(|variant| variant.bytes.in_memory().map_or(0, <[u8]>::len));
        OVERHEAD_BYTES + held.sum::<usize>()
    }
}

impl Variant {
    fn new(coding: Coding, bytes: Bytes, shared: &[(HeaderName, HeaderValue)]) -> Variant {
        let etag = HeaderValue::try_from(bytes.etag(coding)).expect("hex digits are a field value");
        let mut fields = shared.to_vec();
        fields.push((header::ETAG, etag.clone()));
        if coding != Coding::Identity {
            let token = HeaderValue::from_static(coding.token());
            fields.push((header::CONTENT_ENCODING, token));
        }
        Variant { coding, length: bytes.length(), etag, fields, bytes }
    }

    /// The bytes from `piece.start` to `piece.end`; `None` if the file has changed.
    pub(super) fn body(&self, piece: Range<u64>) -> io::Result<Option<Body>> {
        let whole = piece == (0..self.length);
        let in_memory =
            |bytes: &[u8]| bytes.get(index(piece.start)..index(piece.end)).map(<[u8]>::to_vec);
        Ok(match &self.bytes {
            Bytes::Static(bytes) => {
                bytes.get(index(piece.start)..index(piece.end)).map(Body::Static)
            }
            Bytes::Shared(bytes) if whole => Some(Body::Shared(Arc::clone(bytes))),
            Bytes::Shared(bytes) => in_memory(bytes).map(Body::Bytes),
            Bytes::File(..) => match self.open()? {
                Some(mut file) => {
                    file.seek(SeekFrom::Start(piece.start))?;
                    Some(Body::File { file, length: piece.end - piece.start })
                }
                None => None,
            },
        })
    }

    /// The bytes, if they are in memory.
    pub(super) fn in_memory(&self) -> Option<&[u8]> {
        self.bytes.in_memory()
    }

    /// The file, if it has not changed.
    pub(super) fn open(&self) -> io::Result<Option<File>> {
        let Bytes::File(path, stamp) = &self.bytes else { return Ok(None) };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let same = Stamp::from_metadata(&file.metadata()?) == *stamp;
        Ok(same.then_some(file))
    }
}

impl Bytes {
    fn in_memory(&self) -> Option<&[u8]> {
        match self {
            Bytes::Static(bytes) => Some(bytes),
            Bytes::Shared(bytes) => Some(bytes),
            Bytes::File(..) => None,
        }
    }

    fn length(&self) -> u64 {
        match self {
            Bytes::File(_, stamp) => stamp.length(),
            bytes => bytes.in_memory().map_or(0, <[u8]>::len) as u64,
        }
    }

    /// An entity tag: a hash of the content if it is in memory, otherwise length and times.
    fn etag(&self, coding: Coding) -> String {
        match (self.in_memory(), self) {
            (Some(bytes), _) => tag_of(bytes),
            (None, Bytes::File(_, stamp)) => format!("\"{}-{}\"", stamp.tag(), coding.token()),
            (None, _) => unreachable!("only a file is not in memory"),
        }
    }
}

/// The bytes in every coding that makes them smaller, for a file in memory.
pub(super) fn with_codings(name: &str, plain: &Bytes) -> Vec<(Coding, Bytes)> {
    let mut coded = vec![(Coding::Identity, plain.clone())];
    let media_type = media::type_of(name);
    if let Some(bytes) = plain.in_memory()
        && bytes.len() >= COMPRESSED_BYTES_MIN
        && media::is_compressible(media_type.to_str().unwrap_or_default())
    {
        for coding in [Coding::Brotli, Coding::Gzip] {
            if let Some(bytes) = coding::encode(coding, Effort::ForCache, bytes) {
                coded.push((coding, Bytes::Shared(bytes.into())));
            }
        }
    }
    coded
}

/// How long clients may keep the files of a handler.
#[derive(Clone, Debug, Default)]
pub(super) struct Caching {
    /// For files without a hash in their name; `None`: clients revalidate each time.
    pub(super) cache_control: Option<HeaderValue>,
    pub(super) names: Names,
}

/// Whether the names of files may contain a hash of their content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Names {
    #[default]
    Plain,
    Hashed,
}

impl Caching {
    fn field(&self, name: &str) -> HeaderValue {
        if self.names == Names::Hashed && is_hashed(name) {
            return HeaderValue::from_static("public, max-age=31536000, immutable");
        }
        self.cache_control.clone().unwrap_or(HeaderValue::from_static("no-cache"))
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.').is_some_and(|split| split.1.eq_ignore_ascii_case(extension))
}

/// Whether a name contains a hash of the file's content: `name.1a2b3c4d.ext`, with at least eight
/// hexadecimal digits. They must include a letter (a date has none) and a digit (a word has
/// none).
fn is_hashed(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    let mut parts = file.rsplit('.').skip(1);
    let Some(hash) = parts.next().filter(|_| parts.next().is_some()) else { return false };
    hash.len() >= 8
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        && hash.bytes().any(|byte| byte.is_ascii_digit())
        && hash.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// The latest possible value of `Last-Modified`: a second ago. The field must not be later than the
/// response's `Date` (RFC 9110 §8.8.2.1), which may be a second old. A later change of the file is
/// always in a later second than this value, so `If-Modified-Since` detects it.
pub(super) fn latest_date() -> SystemTime {
    SystemTime::now() - Duration::from_secs(1)
}

/// The time in whole seconds. `None` for years that an HTTP date cannot express.
fn whole_seconds(time: SystemTime) -> Option<SystemTime> {
    const YEAR_10000: u64 = 253_402_300_800;
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    (seconds < YEAR_10000).then(|| UNIX_EPOCH + Duration::from_secs(seconds))
}

/// A position as an index. A position that is too large becomes an index beyond every slice.
fn index(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_in_a_name_is_not_a_word_or_a_date() {
        for yes in ["app.1a2b3c4d.js", "a/b.min.0123456789abcdef.css"] {
            assert!(is_hashed(yes), "{yes}");
        }
        for no in [
            "app.js",
            "1a2b3c4d.js",
            "report.20240101.pdf",
            "a.deadbeef.js",
            "a.1a2b3c4.js",
            "x.1a2b3c4d/y",
            "a.1a2b3c4g.js",
        ] {
            assert!(!is_hashed(no), "{no}");
        }
    }

    #[test]
    fn each_coding_has_its_own_tag_and_a_vary_field() {
        let text: &'static [u8] = "many words, many words; ".repeat(200).leak().as_bytes();
        let coded = with_codings("a.css", &Bytes::Static(text));
        let entry = Entry::new("a.css", None, coded, &Caching::default());
        let tags: Vec<_> = [None, Some("gzip"), Some("br")]
            .map(|field| entry.variant(field).unwrap())
            .map(|variant| (variant.coding, entry.validators(variant).etag))
            .into();
        assert_eq!(
            tags.iter().map(|tag| tag.0).collect::<Vec<_>>(),
            [Coding::Identity, Coding::Gzip, Coding::Brotli]
        );
        assert!(tags[0].1 != tags[1].1 && tags[1].1 != tags[2].1);
        // With the same weight the compressed variant wins, since it is shorter.
        for (field, wanted) in
            [("*", Coding::Brotli), ("gzip, identity", Coding::Gzip), ("deflate", Coding::Identity)]
        {
            assert_eq!(
                entry.variant(Some(field)).map(|found| found.coding),
                Some(wanted),
                "{field}"
            );
        }
        assert!(entry.variants.iter().all(|v| v.fields.iter().any(|f| f.0 == header::VARY)));
        let picture = with_codings("a.png", &Bytes::Static(text));
        assert_eq!(picture.len(), 1);
    }

    #[test]
    fn a_time_outside_of_the_range_of_dates_is_omitted() {
        assert_eq!(whole_seconds(UNIX_EPOCH - Duration::from_secs(1)), None);
        assert_eq!(whole_seconds(UNIX_EPOCH + Duration::from_secs(253_402_300_800)), None);
    }

    /// `Last-Modified` of a file that changed a moment ago is a second earlier than the change. A
    /// client with an earlier version may send this date: it must receive the new version.
    #[test]
    fn a_file_that_has_just_changed_is_newer_than_its_last_modified_field() {
        let now = SystemTime::now();
        for changed in [now, now + Duration::from_secs(86_400)] {
            let bytes = vec![(Coding::Identity, Bytes::Static(b"x"))];
            let entry = Entry::new("a.txt", Some(changed), bytes, &Caching::default());
            let variant = entry.variant(None).unwrap();
            let field = variant.fields.iter().find(|field| field.0 == header::LAST_MODIFIED);
            let date = httpdate::parse_http_date(field.unwrap().1.to_str().unwrap()).unwrap();
            assert!(date <= now - Duration::from_millis(900), "{date:?} {now:?}");
            assert!(entry.validators(variant).modified.is_some_and(|modified| modified > date));
        }
    }
}
