//! Conditional requests (RFC 9110 §13): compares the conditions of a request, such as
//! `If-None-Match`, with the validators of a response (its entity tag and the time of its last
//! change).

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hasher},
    time::{Duration, SystemTime},
};

use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use crate::{Body, Request, Response, url::encode_query};

/// The header fields of a request that decide which bytes are sent: the conditions of RFC 9110 §13,
/// and `Accept-Encoding` and `Range`.
#[derive(Debug, Default)]
pub(crate) struct Conditions<'r> {
    pub(crate) accept_encoding: Option<Cow<'r, str>>,
    pub(crate) range: Option<Cow<'r, str>>,
    if_match: Option<Cow<'r, str>>,
    if_none_match: Option<Cow<'r, str>>,
    if_modified_since: Option<Cow<'r, str>>,
    if_unmodified_since: Option<Cow<'r, str>>,
    if_range: Option<Cow<'r, str>>,
}

/// The validators of a response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validators<'e> {
    /// The entity tag with its quotes; empty if there is none.
    pub(crate) etag: &'e str,
    /// The time of the last change, in whole seconds.
    pub(crate) modified: Option<SystemTime>,
}

/// A strong entity tag: a hash of the content. It is the same on all instances, and does not change
/// when only the time of a file changes.
pub(crate) fn tag_of(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    format!("\"{:016x}{:x}\"", hasher.finish(), content.len())
}

impl Response {
    /// The same response with an entity tag of this text, such as the number of a version.
    /// Characters that a tag cannot hold are percent-encoded.
    #[must_use]
    pub fn with_etag(self, version: &str) -> Response {
        let tag = HeaderValue::try_from(format!("\"{}\"", encode_query(version)));
        self.with_field(header::ETAG, tag.expect("percent-encoded text is a field value"))
    }

    /// The same response with the time of its last change, in whole seconds. A time that a date
    /// cannot express is left out.
    #[must_use]
    pub fn with_last_modified(self, time: SystemTime) -> Response {
        match http_date(time) {
            Some(date) => self.with_field(header::LAST_MODIFIED, date),
            None => self,
        }
    }

    /// Evaluates the conditions of the request (RFC 9110 §13). If the client already has this
    /// version, the response becomes a 304 without a body; if the request is about another version,
    /// it becomes a 412. A response with neither [`with_etag`](Response::with_etag) nor
    /// [`with_last_modified`](Response::with_last_modified) gets a hash of its content as its tag,
    /// which saves bandwidth, but not the work of making the content.
    ///
    /// ```
    /// use webframe::{App, Request, Response, Result, TestClient, Urls};
    ///
    /// fn page(_: &(), request: &Request) -> Result<Response> {
    ///     Ok(Response::text("as before").or_not_modified(request))
    /// }
    ///
    /// /// Compares the version first, so that an expensive page is only made if it is needed.
    /// fn report(version: &u32) -> impl Fn(&(), &Request) -> Result<Response> + use<> {
    ///     let version = version.to_string();
    ///     move |_, request| {
    ///         let known = Response::default().with_etag(&version).or_not_modified(request);
    ///         match known.status().as_u16() {
    ///             200 => Ok(Response::text("expensive").with_etag(&version)),
    ///             _ => Ok(known),
    ///         }
    ///     }
    /// }
    ///
    /// let app = App::new(()).urls(Urls::new().get("/", page).get("/report", report(&7)));
    /// let client = TestClient::new(&app);
    /// let tag = client.get("/").send().field("ETag").expect("a tag").to_owned();
    /// let again = client.get("/").with_field("If-None-Match", &tag).send();
    /// assert_eq!(again.status().as_u16(), 304);
    /// let known = client.get("/report").with_field("If-None-Match", "\"7\"").send();
    /// assert_eq!(known.status().as_u16(), 304);
    /// ```
    #[must_use]
    pub fn or_not_modified(mut self, request: &Request) -> Response {
        let safe = [Method::GET, Method::HEAD].contains(request.method());
        if !safe || self.status() != StatusCode::OK {
            return self;
        }
        let modified = self.text_of(&header::LAST_MODIFIED);
        let modified = modified.and_then(|date| httpdate::parse_http_date(date).ok());
        if modified.is_none()
            && self.field(&header::ETAG).is_none()
            && let Some(content) = self.body().as_bytes()
            && let Ok(tag) = HeaderValue::from_str(&tag_of(content))
        {
            self.set(header::ETAG, tag);
        }
        let etag = self.text_of(&header::ETAG).unwrap_or_default();
        let selection = Conditions::from_request(request)
            .evaluate(request.method(), Validators { etag, modified });
        let status = match selection {
            Selection::Whole | Selection::Ranges => return self,
            Selection::NotModified => StatusCode::NOT_MODIFIED,
            Selection::Failed => StatusCode::PRECONDITION_FAILED,
        };
        self.remove(&header::CONTENT_TYPE);
        self.with_status(status).with_body(Body::Empty)
    }

    fn text_of(&self, name: &HeaderName) -> Option<&str> {
        self.field(name).and_then(|value| value.to_str().ok())
    }
}

/// The time as a date of a header field. `None` for years that such a date cannot express.
fn http_date(time: SystemTime) -> Option<HeaderValue> {
    const YEAR_10000: u64 = 253_402_300_800;
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    (seconds < YEAR_10000).then(|| HeaderValue::try_from(httpdate::fmt_http_date(time)).ok())?
}

/// The result of evaluating the conditions of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// 200 with the whole content.
    Whole,
    /// 206 with the ranges that `Range` requests.
    Ranges,
    /// 304: the client has the content.
    NotModified,
    /// 412: the request requires another version.
    Failed,
}

impl<'r> Conditions<'r> {
    /// Collects the fields in one pass. Repeated fields are joined to one list. Two dates therefore
    /// become an invalid date, which is ignored.
    pub(crate) fn from_request(request: &'r Request) -> Conditions<'r> {
        let mut conditions = Conditions::default();
        for (name, value) in request.fields() {
            if let Some(slot) = conditions.slot(name) {
                let value = String::from_utf8_lossy(value);
                *slot = Some(match slot.take() {
                    Some(before) => Cow::Owned(format!("{before}, {value}")),
                    None => value,
                });
            }
        }
        conditions
    }

    /// The field of `self` for the header field of this name. The length distinguishes most names.
    fn slot(&mut self, name: &str) -> Option<&mut Option<Cow<'r, str>>> {
        let (slot, slot_name) = match name.len() {
            5 => (&mut self.range, "range"),
            8 if name.as_bytes()[3].eq_ignore_ascii_case(&b'm') => (&mut self.if_match, "if-match"),
            8 => (&mut self.if_range, "if-range"),
            13 => (&mut self.if_none_match, "if-none-match"),
            15 => (&mut self.accept_encoding, "accept-encoding"),
            17 => (&mut self.if_modified_since, "if-modified-since"),
            19 => (&mut self.if_unmodified_since, "if-unmodified-since"),
            _ => return None,
        };
        name.eq_ignore_ascii_case(slot_name).then_some(slot)
    }

    /// Evaluates the conditions in the order of RFC 9110 §13.2.2.
    pub(crate) fn evaluate(&self, method: &Method, file: Validators<'_>) -> Selection {
        match (&self.if_match, &self.if_unmodified_since) {
            (Some(tags), _) if !has_tag(tags, file.etag, Comparison::Strong) => {
                return Selection::Failed;
            }
            (None, Some(date)) if changed_since(date, file.modified) == Some(true) => {
                return Selection::Failed;
            }
            _ => {}
        }
        match (&self.if_none_match, &self.if_modified_since) {
            (Some(tags), _) if has_tag(tags, file.etag, Comparison::Weak) => {
                return Selection::NotModified;
            }
            (None, Some(date)) if changed_since(date, file.modified) == Some(false) => {
                return Selection::NotModified;
            }
            _ => {}
        }
        let has_range = *method == Method::GET && self.range.is_some();
        if has_range && self.if_range.as_ref().is_none_or(|tag| is_same_version(tag, file.etag)) {
            Selection::Ranges
        } else {
            Selection::Whole
        }
    }
}

/// How two entity tags are compared (RFC 9110 §8.8.3.2).
#[derive(Clone, Copy, PartialEq)]
enum Comparison {
    /// A weak tag never matches.
    Strong,
    /// Weak tags match too.
    Weak,
}

/// Whether a list of tags contains the tag, or is `*`. The list is read up to the first invalid
/// tag.
fn has_tag(list: &str, etag: &str, comparison: Comparison) -> bool {
    let (own_weak, own) = match etag.strip_prefix("W/") {
        Some(opaque) => (true, opaque),
        None => (false, etag),
    };
    let mut rest = list.trim_start_matches(SEPARATORS);
    if rest.trim_end() == "*" {
        return true;
    }
    while !rest.is_empty() {
        let (weak, opaque) = match rest.strip_prefix("W/") {
            Some(opaque) => (true, opaque),
            None => (false, rest),
        };
        let Some(end) = opaque.strip_prefix('"').and_then(|inner| inner.find('"')) else {
            return false;
        };
        let (tag, after) = opaque.split_at(end + 2);
        if tag == own && (comparison == Comparison::Weak || !(weak || own_weak)) {
            return true;
        }
        rest = after.trim_start_matches(SEPARATORS);
    }
    false
}

/// The characters that may separate two tags of a list.
const SEPARATORS: [char; 3] = [' ', '\t', ','];

/// Whether the file changed after the date. `None` if the value is not a date in one of the three
/// formats, or if the file has no date: then the condition is ignored (RFC 9110 §13.1.3, §13.1.4).
fn changed_since(date: &str, modified: Option<SystemTime>) -> Option<bool> {
    let date = httpdate::parse_http_date(date.trim()).ok()?;
    Some(modified? > date)
}

/// Whether `If-Range` names this version of a file. It requires identical bytes, which only a
/// strong tag promises. A date never counts, since it is a weak validator: a file may change twice
/// within its second, or be replaced by another one of the same date (RFC 9110 §13.1.5, §8.8.2.2).
/// Then the client is sent the whole file.
fn is_same_version(value: &str, etag: &str) -> bool {
    value.starts_with('"') && value.len() > 1 && value.ends_with('"') && value == etag
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    #[track_caller]
    fn selection(fields: &[(&str, &'static str)]) -> Selection {
        let mut conditions = Conditions::default();
        for (name, value) in fields {
            *conditions.slot(name).expect("a field that matters") = Some(Cow::Borrowed(value));
        }
        let modified = httpdate::parse_http_date(CHANGED).ok();
        conditions.evaluate(&Method::GET, Validators { etag: "\"a\"", modified })
    }

    #[test]
    fn if_none_match_compares_weakly_in_lists() {
        for list in ["\"a\"", "W/\"a\"", "*", " * ", "\"x\", W/\"b,c\",\"a\"", ",\"a\""] {
            assert_eq!(selection(&[("If-None-Match", list)]), Selection::NotModified, "{list}");
        }
        for list in ["\"b\"", "a", "\"a", "w/\"a\"", "", "\"x\" a", "**", "*, \"b\""] {
            assert_eq!(selection(&[("if-none-match", list)]), Selection::Whole, "{list}");
        }
    }

    #[test]
    fn if_match_compares_strongly() {
        for list in ["\"a\"", "*", "\"b\", \"a\""] {
            assert_eq!(selection(&[("If-Match", list)]), Selection::Whole, "{list}");
        }
        for list in ["\"b\"", "W/\"a\"", ""] {
            assert_eq!(selection(&[("If-Match", list)]), Selection::Failed, "{list}");
        }
    }

    #[test]
    fn dates_have_three_formats_and_invalid_ones_are_ignored() {
        for date in [
            CHANGED,
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Thu, 01 Jan 2099 00:00:00 GMT",
        ] {
            assert_eq!(selection(&[("If-Modified-Since", date)]), Selection::NotModified, "{date}");
            assert_eq!(selection(&[("If-Unmodified-Since", date)]), Selection::Whole, "{date}");
        }
        let before = "Sun, 06 Nov 1994 08:49:36 GMT";
        assert_eq!(selection(&[("If-Modified-Since", before)]), Selection::Whole);
        assert_eq!(selection(&[("If-Unmodified-Since", before)]), Selection::Failed);
        for date in ["yesterday", "", "Sun, 06 Nov 1994 08:49:37 EST", "1994-11-06T08:49:37Z"] {
            assert_eq!(selection(&[("If-Modified-Since", date)]), Selection::Whole, "{date}");
            assert_eq!(selection(&[("If-Unmodified-Since", date)]), Selection::Whole, "{date}");
        }
    }

    #[test]
    fn tags_come_before_dates_and_conditions_before_ranges() {
        let future = "Thu, 01 Jan 2099 00:00:00 GMT";
        let other = ("If-None-Match", "\"b\"");
        assert_eq!(selection(&[other, ("If-Modified-Since", future)]), Selection::Whole);
        let before = ("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT");
        assert_eq!(selection(&[("If-Match", "\"a\""), before]), Selection::Whole);
        let range = ("Range", "bytes=0-1");
        assert_eq!(selection(&[("If-None-Match", "\"a\""), range]), Selection::NotModified);
        assert_eq!(selection(&[("If-Match", "\"b\""), range]), Selection::Failed);
        let both = [("If-Match", "\"b\""), ("If-None-Match", "\"a\"")];
        assert_eq!(selection(&both), Selection::Failed);
    }

    #[test]
    fn if_range_requires_the_same_version() {
        let range = ("Range", "bytes=0-1");
        assert_eq!(selection(&[range]), Selection::Ranges);
        assert_eq!(selection(&[range, ("If-Range", "\"a\"")]), Selection::Ranges);
        for value in ["\"b\"", "W/\"a\"", "x", "", "\"", "\"a\", \"a\""] {
            assert_eq!(selection(&[range, ("If-Range", value)]), Selection::Whole, "{value}");
        }
        assert_eq!(selection(&[("If-Range", "\"a\"")]), Selection::Whole);
    }

    #[test]
    fn if_range_with_the_date_of_the_file_gives_no_part_because_a_date_is_weak() {
        let range = ("Range", "bytes=0-1");
        for date in [CHANGED, "Sun Nov  6 08:49:37 1994", "Thu, 01 Jan 2099 00:00:00 GMT"] {
            assert_eq!(selection(&[range, ("If-Range", date)]), Selection::Whole, "{date}");
        }
    }

    #[test]
    fn a_range_is_only_for_get() {
        let conditions = Conditions { range: Some("bytes=0-1".into()), ..Conditions::default() };
        let file = Validators { etag: "\"a\"", modified: None };
        assert_eq!(conditions.evaluate(&Method::HEAD, file), Selection::Whole);
    }

    #[test]
    fn an_app_gives_its_own_tag_and_time_and_both_decide() {
        use crate::{App, Result, TestClient, Urls};
        fn tagged(_: &(), request: &Request) -> Result<Response> {
            Ok(Response::text("x").with_etag("v \"1").or_not_modified(request))
        }
        fn dated(_: &(), request: &Request) -> Result<Response> {
            let time = httpdate::parse_http_date(CHANGED)? + Duration::from_millis(900);
            Ok(Response::text("x").with_last_modified(time).or_not_modified(request))
        }
        let app = App::new(()).urls(Urls::new().get("/tagged", tagged).get("/dated", dated));
        let client = TestClient::new(&app);
        let status = |path: &str, name: &str, value: &str| {
            client.get(path).with_field(name, value).send().status().as_u16()
        };
        assert_eq!(client.get("/tagged").send().field("etag"), Some("\"v%20%221\""));
        assert_eq!(status("/tagged", "If-None-Match", "\"v%20%221\""), 304);
        assert_eq!(status("/tagged", "If-None-Match", "\"v2\""), 200);
        assert_eq!(status("/tagged", "If-Match", "\"v2\""), 412);
        let dated = client.get("/dated").send();
        assert_eq!((dated.field("last-modified"), dated.field("etag")), (Some(CHANGED), None));
        assert_eq!(status("/dated", "If-Modified-Since", CHANGED), 304);
        assert_eq!(status("/dated", "If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"), 200);
        assert_eq!(status("/dated", "If-None-Match", "\"v1\""), 200);
        let weak = |request: &Request| {
            let tag = HeaderValue::from_static("W/\"x\"");
            Response::text("").with_field(header::ETAG, tag).or_not_modified(request).status()
        };
        let app = App::new(()).urls(
            Urls::new()
                .get("/", move |_, request| Ok(Response::text(weak(request).as_str().to_owned()))),
        );
        let client = TestClient::new(&app);
        let status = |name: &str, value: &str| {
            client.get("/").with_field(name, value).send().text().to_owned()
        };
        assert_eq!(status("If-None-Match", "\"x\""), "304");
        assert_eq!(status("If-Match", "\"x\""), "412");
        let late =
            Response::text("").with_last_modified(SystemTime::UNIX_EPOCH - Duration::from_secs(9));
        assert_eq!(late.field(&header::LAST_MODIFIED), None);
    }

    proptest::proptest! {
        #[test]
        fn any_list_is_parsed_and_the_last_tag_is_found(before in "(W/)?\"[a-z,é]{0,5}\"", junk in "\\PC*") {
            has_tag(&junk, "\"a\"", Comparison::Weak);
            assert!(has_tag(&format!("{before}, \"a\""), "\"a\"", Comparison::Strong));
        }
    }
}
