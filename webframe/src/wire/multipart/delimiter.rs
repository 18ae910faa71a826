//! The boundary of a `Content-Type` (RFC 2046 §5.1.1) to the delimiter, and bytes to what stands
//! before and behind one.

use memchr::memmem::Finder;

use super::{Fault, Refusal, parameters};

/// The longest boundary (RFC 2046 §5.1.1).
const BOUNDARY_BYTES_MAX: usize = 70;

/// What stands between two parts: a line end, two dashes and the boundary.
#[derive(Clone, Debug)]
pub(crate) struct Delimiter {
    /// Made once for all its searches, each of which is linear whatever the bytes are.
    finder: Finder<'static>,
}

/// What follows a delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail<'b> {
    /// A part: the bytes from the line end of the delimiter's line on.
    Part(&'b [u8]),
    /// Nothing more: it was the last one.
    End,
}

impl Delimiter {
    /// The delimiter of a content of this `Content-Type`.
    ///
    /// # Errors
    /// Another media type, or no boundary that is one.
    pub(crate) fn of(content_type: &[u8]) -> Result<Delimiter, Refusal> {
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

    /// What follows the first delimiter of a form, which needs no line end where nothing stands
    /// before it.
    pub(super) fn first<'b>(&self, form: &'b [u8]) -> Option<&'b [u8]> {
        let at_once = self.finder.needle().strip_prefix(b"\r\n").unwrap_or_default();
        form.strip_prefix(at_once).or_else(|| self.split(form).map(|split| split.1))
    }

    /// What stands before the next delimiter, and what follows it.
    pub(super) fn split<'b>(&self, bytes: &'b [u8]) -> Option<(&'b [u8], &'b [u8])> {
        let (before, found) = bytes.split_at_checked(self.finder.find(bytes)?)?;
        Some((before, found.get(self.finder.needle().len()..)?))
    }
}

/// Bytes behind a boundary to what they begin: two dashes end the form; before the line end, or
/// the end of all, may be white space. Anything else would make this the delimiter of a form for
/// one reader and the content of a part for the next.
pub(super) fn tail(behind: &[u8]) -> Option<Tail<'_>> {
    let (dashes, padded) = match behind.strip_prefix(b"--") {
        Some(padded) => (true, padded),
        None => (false, behind),
    };
    let padding = padded.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    match (dashes, padded.get(padding..)?) {
        (false, line_end @ [b'\r', b'\n', ..]) => Some(Tail::Part(line_end)),
        (true, [] | [b'\r', b'\n', ..]) => Some(Tail::End),
        _ => None,
    }
}

/// `0*69<bchars> bcharsnospace` (RFC 2046 §5.1.1).
fn is_boundary(boundary: &[u8]) -> bool {
    (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len())
        && !boundary.ends_with(b" ")
        && boundary
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte))
}
