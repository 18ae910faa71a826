//! The reasons for which a form with files is refused: each has the number of the part, the status
//! of the response and a text.

use std::fmt;

use http::StatusCode;

/// The refusal of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) fault: Fault,
    /// The number of the part, from 1. 0: the form as a whole.
    pub(crate) part: usize,
}

/// The reason why a form is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The media type is not `multipart/form-data`.
    NotMultipart,
    /// The `Content-Type` has no boundary.
    NoBoundary,
    /// The `Content-Type` has two boundaries.
    TwoBoundaries,
    /// The boundary or another parameter is invalid.
    Boundary,
    /// The form has no delimiter.
    NoDelimiter,
    /// The form ends before its last delimiter.
    NoEnd,
    /// A delimiter does not end its line.
    Delimiter,
    /// More parts than this.
    TooManyParts(usize),
    /// A head of more bytes than this.
    HeadTooLong(usize),
    /// No empty line between head and content.
    HeadEnd,
    /// A line of a head is not `name: value`.
    Field,
    /// A field is repeated.
    TwoFields(&'static str),
    /// There is no `Content-Disposition`.
    NoDisposition,
    /// The `Content-Disposition` is not `form-data` and parameters.
    Disposition,
    /// The `Content-Disposition` has no name.
    NoName,
    /// The `Content-Disposition` has this parameter twice.
    TwoParameters(&'static str),
    /// The named text is not UTF-8: the name, the file name or the `Content-Type`.
    Text(&'static str),
    /// The content is encoded (RFC 7578 §4.7).
    TransferEncoding,
}

impl Fault {
    /// A refusal of the form as a whole.
    pub(crate) fn of_form(self) -> Refusal {
        self.in_part(0)
    }

    /// A refusal of the part with this number, from 1.
    pub(crate) fn in_part(self, part: usize) -> Refusal {
        Refusal { fault: self, part }
    }
}

impl Refusal {
    /// The status of the response.
    pub(crate) fn status(self) -> StatusCode {
        match self.fault {
            Fault::NotMultipart | Fault::TransferEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = self.part;
        match self.fault {
            Fault::NotMultipart => write!(f, "a form with files is sent as multipart/form-data"),
            Fault::NoBoundary => write!(f, "the Content-Type of the form has no boundary"),
            Fault::TwoBoundaries => write!(f, "the Content-Type of the form has two boundaries"),
            Fault::Boundary => write!(
                f,
                "the boundary of the form is not 1 to 70 of the characters that RFC 2046 allows"
            ),
            Fault::NoDelimiter => write!(f, "the form has no delimiter"),
            Fault::NoEnd => write!(f, "the form ends in part {part}, without its last delimiter"),
            Fault::Delimiter if part == 0 => {
                write!(f, "the first delimiter of the form does not end its line")
            }
            Fault::Delimiter => write!(f, "the delimiter after part {part} does not end its line"),
            Fault::TooManyParts(parts_max) => {
                write!(f, "the form has more than {parts_max} parts")
            }
            Fault::HeadTooLong(bytes_max) => {
                write!(f, "the head of part {part} is longer than {bytes_max} bytes")
            }
            Fault::HeadEnd => write!(f, "the head of part {part} does not end with an empty line"),
            Fault::Field => write!(f, "a line in the head of part {part} is not `name: value`"),
            Fault::TwoFields(name) => write!(f, "part {part} has two {name} fields"),
            Fault::NoDisposition => write!(f, "part {part} has no Content-Disposition"),
            Fault::Disposition => write!(
                f,
                "the Content-Disposition of part {part} is not `form-data; name=\"...\"` with %22 \
                 or \\\" for a quote"
            ),
            Fault::NoName => write!(f, "part {part} has no name"),
            Fault::TwoParameters(name) => write!(f, "part {part} has {name} twice"),
            Fault::Text(what) => write!(f, "the {what} of part {part} is not UTF-8"),
            Fault::TransferEncoding => write!(
                f,
                "part {part} has a Content-Transfer-Encoding, which is not allowed in a form"
            ),
        }
    }
}
