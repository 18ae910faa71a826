//! The delimiter of a form, from the boundary of a `Content-Type` (RFC 2046 §5.1.1), and splitting
//! bytes at it.

use memchr::memmem::Finder;

use super::{Fault, Refusal, parameters};

/// Maximum length of a boundary (RFC 2046 §5.1.1).
const BOUNDARY_BYTES_MAX: usize = 70;

/// The bytes between two parts: a line end, two dashes and the boundary.
#[derive(Clone, Debug)]
pub(crate) struct Delimiter {
    /// Searches for the delimiter. Built once for all searches; each takes linear time for any
    /// input.
    finder: Finder<'static>,
}

/// What follows a delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail<'b> {
    /// A part. Its bytes begin with the line end of the delimiter's line.
    Part(&'b [u8]),
    /// The end of the form: it was the last delimiter.
    End,
}

impl Delimiter {
    /// The delimiter of a form with this `Content-Type`.
    ///
    /// # Errors
    /// If the media type is different, or the boundary is missing or invalid.
    pub(crate) fn from_content_type(content_type: &[u8]) -> Result<Delimiter, Refusal> {
        let (media_type, parameters) = parameters::split(content_type);
        if !media_type.eq_ignore_ascii_case(b"multipart/form-data") {
            return Err(Fault::NotMultipart.of_form());
        }
        let mut boundary = None;
        for parameter in parameters {
            let parameter = parameter.ok_or(Fault::Boundary.of_form())?;
            if parameter.name.eq_ignore_ascii_case(b"boundary")
                && boundary.replace(parameter.value.bytes()).is_some()
            {
                return Err(Fault::TwoBoundaries.of_form());
            }
        }
        let boundary = boundary.ok_or(Fault::NoBoundary.of_form())?;
        if !is_boundary(boundary) {
            return Err(Fault::Boundary.of_form());
        }
        let delimiter = [b"\r\n--", boundary].concat();
        Ok(Delimiter { finder: Finder::new(&delimiter).into_owned() })
    }

    /// The bytes after the first delimiter of a form. A delimiter at the very beginning of the form
    /// has no line end before it.
    pub(super) fn after_first<'b>(&self, form: &'b [u8]) -> Option<&'b [u8]> {
        let without_line_end = self.finder.needle().strip_prefix(b"\r\n").unwrap_or_default();
        form.strip_prefix(without_line_end).or_else(|| self.split(form).map(|split| split.1))
    }

    /// The position of the next delimiter.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<usize> {
        self.finder.find(bytes)
    }

    /// The length of the delimiter in bytes, including the line end before it.
    pub(crate) fn length(&self) -> usize {
        self.finder.needle().len()
    }

    /// The bytes before and after the next delimiter.
    pub(super) fn split<'b>(&self, bytes: &'b [u8]) -> Option<(&'b [u8], &'b [u8])> {
        let (before, found) = bytes.split_at_checked(self.finder.find(bytes)?)?;
        Some((before, found.get(self.finder.needle().len()..)?))
    }
}

/// Parses the bytes after a boundary. Two dashes end the form. White space is allowed before the
/// line end or the end of the form. Anything else is refused: readers could disagree whether it is
/// a delimiter or content.
pub(super) fn tail(after: &[u8]) -> Option<Tail<'_>> {
    let (dashes, padded) = match after.strip_prefix(b"--") {
        Some(padded) => (true, padded),
        None => (false, after),
    };
    let padding = padded.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    match (dashes, padded.get(padding..)?) {
        (false, line_end @ [b'\r', b'\n', ..]) => Some(Tail::Part(line_end)),
        (true, [] | [b'\r', b'\n', ..]) => Some(Tail::End),
        _ => None,
    }
}

/// Whether this is a valid boundary: `0*69<bchars> bcharsnospace` (RFC 2046 §5.1.1).
fn is_boundary(boundary: &[u8]) -> bool {
    (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len())
        && !boundary.ends_with(b" ")
        && boundary
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte))
}
