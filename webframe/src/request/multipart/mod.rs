//! Forms with files: the parts of a `multipart/form-data` body (RFC 7578), as an app sees them.

pub(crate) mod reader;

use std::{borrow::Cow, fmt};

use http::header;
use serde::de::DeserializeOwned;

use reader::PartStream;

use crate::{
    Error, Limits, Request, Result,
    wire::multipart::{Delimiter, PartHead, PartLimits, RawPart, Refusal, parse_form},
};

/// A form with files: its parts in their order.
///
/// ```
/// use webframe::{App, Request, Response, Result, TestClient, Urls, http::Method};
///
/// fn import(_: &(), request: &Request) -> Result<Response> {
///     let form = request.multipart()?;
///     let title = form.part("title")?.text()?;
///     let book = form.part("book")?;
///     let name = book.file_name().unwrap_or("no file");
///     Ok(Response::text(format!("{title}: {name}, {} bytes", book.bytes().len())))
/// }
///
/// let app = App::new(()).urls(Urls::new().post("/import", import));
/// let client = TestClient::new(&app);
/// let body = "--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nCommon words\r\n\
///     --x\r\nContent-Disposition: form-data; name=\"book\"; filename=\"words.csv\"\r\n\
///     Content-Type: text/csv\r\n\r\nice,冰\r\n--x--\r\n";
/// let import = client.request(Method::POST, "/import");
/// let answer =
///     import.with_field("Content-Type", "multipart/form-data; boundary=x").with_body(body).send();
/// assert_eq!(answer.text(), "Common words: words.csv, 7 bytes");
/// ```
pub struct Multipart<'r> {
    content: Cow<'r, [u8]>,
    parts: Vec<RawPart>,
}

/// One part of a form: the value of a field, or a file.
#[derive(Clone, Copy)]
pub struct Part<'m> {
    head: &'m PartHead,
    bytes: &'m [u8],
}

impl<'r> Multipart<'r> {
    /// Parses a body.
    pub(crate) fn parse(
        content: Cow<'r, [u8]>,
        delimiter: &Delimiter,
        limits: &PartLimits,
    ) -> Result<Multipart<'r>> {
        let parts = parse_form(&content, delimiter, limits)?;
        Ok(Multipart { content, parts })
    }

    /// All parts in their order.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = Part<'_>> + ExactSizeIterator {
        self.parts.iter().map(|part| Part {
            head: &part.head,
            bytes: self.content.get(part.content.clone()).unwrap_or_default(),
        })
    }

    /// The first part of that name, if there is one.
    pub fn get(&self, name: &str) -> Option<Part<'_>> {
        self.parts().find(|part| part.name() == name)
    }

    /// All parts of that name in their order, as a field for several files sends them.
    pub fn all<'m>(&'m self, name: &'m str) -> impl Iterator<Item = Part<'m>> {
        self.parts().filter(move |part| part.name() == name)
    }

    /// The first part of that name.
    ///
    /// # Errors
    /// 400, which names the part: there is none.
    pub fn part(&self, name: &str) -> Result<Part<'_>> {
        self.get(name).ok_or_else(|| {
            Error::bad_request(format!(
                "the form has no part {}",
                crate::request::form::shown(name)
            ))
        })
    }
}

impl Multipart<'_> {
    /// Parses the parts that are not files as a `T`, as [`Request::form`](crate::Request::form)
    /// does.
    ///
    /// # Errors
    /// 400, which names the field: it is missing or invalid.
    pub fn fields<T: DeserializeOwned>(&self) -> Result<T> {
        let fields = self.parts().filter(|part| part.file_name().is_none());
        let pairs = fields.map(|part| Ok((part.name(), part.text()?)));
        let pairs = pairs.collect::<Result<Vec<_>>>()?;
        let encoded = serde_urlencoded::to_string(pairs).map_err(Error::internal)?;
        // `parse_form` has limited the number of parts.
        crate::request::form::parse(encoded.as_bytes(), usize::MAX, "form")
    }
}

impl Request {
    /// Parses the body as a form with files. The body is read into memory as a whole; for large
    /// files use [`part_stream`](Request::part_stream).
    ///
    /// # Errors
    /// 415: the body is not `multipart/form-data`, or it is compressed. 400, which names the part
    /// and its mistake, or the limit: the form is invalid or exceeds a limit.
    pub fn multipart(&self) -> Result<Multipart<'_>> {
        let delimiter = self.delimiter()?;
        Multipart::parse(self.body.bytes()?, &delimiter, &self.part_limits)
    }

    /// The delimiter of a form with files.
    fn delimiter(&self) -> Result<Delimiter> {
        self.check_coding()?;
        let mut types = self.head.values(header::CONTENT_TYPE.as_str());
        let delimiter = Delimiter::from_content_type(types.next().unwrap_or_default())?;
        if types.next().is_some() {
            return Err(Error::bad_request("the form has two Content-Type fields"));
        }
        Ok(delimiter)
    }

    /// Reads the parts of a form with files one after the other, as streams. If the form is large
    /// and in a temporary file, only pieces of it are in memory at a time. Use one stream at a
    /// time, as with [`reader`](Request::reader).
    ///
    /// ```
    /// use webframe::{App, Request, Response, Result, Urls};
    ///
    /// fn receive(_: &(), request: &Request) -> Result<Response> {
    ///     let mut parts = request.part_stream()?;
    ///     let mut bytes = 0;
    ///     while let Some(mut part) = parts.next_part()? {
    ///         if part.file_name().is_some() {
    ///             bytes += std::io::copy(&mut part, &mut std::io::sink())?; // or a file
    ///         }
    ///     }
    ///     Ok(Response::text(format!("{bytes} bytes")))
    /// }
    ///
    /// let app = App::new(()).urls(Urls::new().post("/", receive).body_limit(1 << 30));
    /// # let client = webframe::TestClient::new(&app);
    /// # let head = "Content-Disposition: form-data; name=f; filename=a";
    /// # let body = format!("--x\r\n{head}\r\n\r\nabc\r\n--x--");
    /// # let request = client.request(webframe::http::Method::POST, "/").with_body(body);
    /// # let request = request.with_field("Content-Type", "multipart/form-data; boundary=x");
    /// # assert_eq!(request.send().text(), "3 bytes");
    /// ```
    ///
    /// # Errors
    /// As [`multipart`](Request::multipart) for the form as a whole.
    pub fn part_stream(&self) -> Result<PartStream<'_>> {
        let delimiter = self.delimiter()?;
        Ok(PartStream::new(Box::new(self.body.reader()?), delimiter, self.part_limits))
    }
}

impl<'m> Part<'m> {
    /// The name of the form's field; several parts may have the same name.
    pub fn name(&self) -> &'m str {
        &self.head.name
    }

    /// The name of the file on the client; `None` if the part is not a file.
    ///
    /// It is never a path: only the last component is kept, and `_` if all are `.` or `..`. It is
    /// empty if no file was chosen. Bytes that are not UTF-8 are replaced by U+FFFD. Show it, but
    /// do not store a file under it: the sender chooses it, and it may contain control characters.
    pub fn file_name(&self) -> Option<&'m str> {
        self.head.file_name.as_deref()
    }

    /// The media type that the sender gives, with its parameters, unchecked; `text/plain` if none
    /// is given (RFC 7578 §4.4).
    pub fn media_type(&self) -> &'m str {
        self.head.media_type.as_deref().unwrap_or("text/plain")
    }

    /// The content.
    pub fn bytes(&self) -> &'m [u8] {
        self.bytes
    }

    /// The content as UTF-8 text. The media type is not checked: browsers send the fields of a
    /// UTF-8 page in UTF-8.
    ///
    /// # Errors
    /// 400, which names the part: it is not UTF-8.
    pub fn text(&self) -> Result<&'m str> {
        std::str::from_utf8(self.bytes).map_err(|_| {
            let name = crate::request::form::shown(self.name());
            Error::bad_request(format!("the form is not UTF-8 in the part {name}"))
        })
    }
}

impl PartLimits {
    pub(crate) fn from_limits(limits: &Limits) -> PartLimits {
        PartLimits { parts_max: limits.form_parts_max, head_bytes_max: limits.part_head_bytes_max }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::new(refusal.status(), refusal.to_string())
    }
}

impl fmt::Debug for Multipart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.parts()).finish()
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("name", &self.name())
            .field("file_name", &self.file_name())
            .field("media_type", &self.media_type())
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form with these parts: for each, the `Content-Disposition` from the name on, and the
    /// content.
    fn form(parts: &[(&str, &[u8])]) -> Multipart<'static> {
        let mut content = Vec::new();
        for (disposition, bytes) in parts {
            let head = format!("--b\r\nContent-Disposition: form-data; name={disposition}\r\n\r\n");
            content.extend([head.as_bytes(), bytes, b"\r\n"].concat());
        }
        content.extend(b"--b--");
        let delimiter = Delimiter::from_content_type(b"multipart/form-data; boundary=b").unwrap();
        let limits = PartLimits::from_limits(&Limits::default());
        Multipart::parse(content.into(), &delimiter, &limits).unwrap()
    }

    #[track_caller]
    fn refused<T: fmt::Debug>(result: Result<T>, text: &str) {
        let error = result.unwrap_err();
        assert_eq!((error.status().as_u16(), error.public()), (400, text));
    }

    #[test]
    fn parts_are_found_by_name_the_first_or_all() {
        let form = form(&[("a", b"1"), ("file; filename=x", b"2"), ("a", b"3")]);
        assert_eq!(form.part("a").unwrap().text().unwrap(), "1");
        assert_eq!(form.all("a").map(|part| part.bytes()).collect::<Vec<_>>(), [b"1", b"3"]);
        assert_eq!(form.get("file").unwrap().file_name(), Some("x"));
        assert_eq!((form.parts().len(), form.get("x").is_none()), (3, true));
        refused(form.part("x\n"), "the form has no part x");
    }

    #[test]
    fn a_part_that_is_not_text_is_available_as_bytes() {
        let form = form(&[("\"a%0Ab\"", b"\xff")]);
        let part = form.part("a\nb").unwrap();
        assert_eq!((part.bytes(), part.media_type()), (&b"\xff"[..], "text/plain"));
        refused(part.text(), "the form is not UTF-8 in the part ab");
        refused(form.fields::<Vec<(String, String)>>(), "the form is not UTF-8 in the part ab");
    }

    #[test]
    fn the_fields_besides_files_are_read_as_a_form() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Fields {
            title: String,
            pages: u8,
        }
        let file = ("title; filename=x", &b"\xff"[..]);
        let read: Result<Fields> =
            form(&[("title", "a&b=字\r\n".as_bytes()), ("pages", b"7"), file]).fields();
        assert_eq!(read.unwrap(), Fields { title: "a&b=字\r\n".to_owned(), pages: 7 });
        let refusal = form(&[("title", b""), ("pages", b"seven"), file]).fields::<Fields>();
        let text = "the form cannot be read in the field pages: invalid digit found in string";
        refused(refusal, text);
        let missing = form(&[file]).fields::<Fields>();
        refused(missing, "the form cannot be read: missing field `title`");
    }

    #[test]
    fn debug_output_of_a_form_has_no_content() {
        let shown = format!("{:?}", form(&[("a; filename=x", b"secret")]));
        let part =
            r#"Part { name: "a", file_name: Some("x"), media_type: "text/plain", bytes: 6 }"#;
        assert_eq!(shown, format!("[{part}]"));
    }
}
