//! Parses one request of the protocol of a programming course's terminal clients: a letter and its
//! arguments, separated by spaces. `Q lily ice cream` is a query of the user `lily` for
//! `ice cream`. `mod.rs` replies to the request.

/// A request: `R` (register), `L` (log in), `Q` (query), `H` (history) or `E` (end). Whether a name
/// or a word is valid is not checked here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request<'a> {
    Register { name: &'a str, password: &'a str },
    LogIn { name: &'a str, password: &'a str },
    Query { name: &'a str, word: &'a str },
    History { name: &'a str },
    End,
}

/// The bytes are not a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrongRequest;

impl<'a> Request<'a> {
    /// Parses a request without its line end. The word of a query may contain spaces, a name and a
    /// password may not.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Request<'a>, WrongRequest> {
        let text = std::str::from_utf8(bytes).map_err(|_| WrongRequest)?;
        if text.contains(char::is_control) {
            return Err(WrongRequest);
        }
        let (kind, rest) = first_word(text);
        let (name, rest) = first_word(rest);
        match (kind, name, rest) {
            ("E", "", "") => Ok(Request::End),
            ("H", name, "") if !name.is_empty() => Ok(Request::History { name }),
            ("Q", name, word) if !word.is_empty() => Ok(Request::Query { name, word }),
            ("R", name, password) if is_one_word(password) => {
                Ok(Request::Register { name, password })
            }
            ("L", name, password) if is_one_word(password) => Ok(Request::LogIn { name, password }),
            _ => Err(WrongRequest),
        }
    }
}

/// Splits a text into its first word and the rest. Both are without spaces around them.
fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (word, rest.trim())
}

fn is_one_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_request_is_read() {
        let (name, password) = ("lily", "secret");
        assert_eq!(Request::parse(b"R lily secret"), Ok(Request::Register { name, password }));
        assert_eq!(Request::parse(b"L lily secret"), Ok(Request::LogIn { name, password }));
        let word = "ice cream";
        assert_eq!(Request::parse(b"Q lily ice cream"), Ok(Request::Query { name, word }));
        assert_eq!(Request::parse(b"H lily"), Ok(Request::History { name }));
        assert_eq!(Request::parse(b"E"), Ok(Request::End));
    }

    #[test]
    fn other_bytes_are_not_a_request() {
        for bytes in [
            &b""[..],
            b"X lily",
            b"R lily",
            b"R lily two words",
            b"L",
            b"Q lily",
            b"H",
            b"H lily now",
            b"E now",
            b"Q lily a\0b",
            b"Q lily \xff",
            b"r lily secret",
        ] {
            assert_eq!(Request::parse(bytes), Err(WrongRequest), "{}", bytes.escape_ascii());
        }
    }
}
