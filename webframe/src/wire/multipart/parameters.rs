//! Parses the parameters after the first word of a field value: `; name=value; name="value"`.

use crate::wire::grammar;

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameter<'v> {
    pub(super) name: &'v [u8],
    pub(super) value: Value<'v>,
}

/// The value of a parameter. A quoted value is without its quotes, but still escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'v> {
    Token(&'v [u8]),
    Quoted(&'v [u8]),
}

impl<'v> Value<'v> {
    pub(super) fn bytes(self) -> &'v [u8] {
        match self {
            Value::Token(bytes) | Value::Quoted(bytes) => bytes,
        }
    }
}

/// The parameters in order. Yields `None` for an invalid one, and ends.
#[derive(Clone, Debug)]
pub(super) struct Parameters<'v> {
    rest: &'v [u8],
}

/// The first word of a value, and its parameters.
pub(super) fn split(value: &[u8]) -> (&[u8], Parameters<'_>) {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let (word, rest) = value.split_at_checked(end).unwrap_or_default();
    (grammar::trim(word), Parameters { rest })
}

impl<'v> Iterator for Parameters<'v> {
    type Item = Option<Parameter<'v>>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = grammar::trim(self.rest);
        let begin = rest.iter().position(|byte| !b"; \t".contains(byte))?;
        let separated = rest.starts_with(b";");
        let read = rest.get(begin..).filter(|_| separated).and_then(parameter);
        self.rest = read.map_or(&[], |read| read.1);
        Some(read.map(|read| read.0))
    }
}

/// The parameter at the beginning of the bytes, and the rest.
fn parameter(bytes: &[u8]) -> Option<(Parameter<'_>, &[u8])> {
    let (name, after) = token(bytes)?;
    let (value, rest) = match after.strip_prefix(b"=")? {
        [b'"', quoted @ ..] => {
            let (inner, end) = quoted.split_at_checked(closing_quote(quoted)?)?;
            (Value::Quoted(inner), end.strip_prefix(b"\"")?)
        }
        plain => {
            let (value, rest) = token(plain)?;
            (Value::Token(value), rest)
        }
    };
    Some((Parameter { name, value }, rest))
}

/// The position of the quote that ends a value. Browsers send `%22` for a quote, and a name may end
/// with a backslash (HTML, multipart/form-data encoding algorithm); Go, reqwest and curl send `\"`.
/// So a quote after a backslash ends the value only if parameters or nothing follow it.
fn closing_quote(quoted: &[u8]) -> Option<usize> {
    let mut escaped = false;
    for (at, &byte) in quoted.iter().enumerate() {
        let after = || quoted.get(at.saturating_add(1)..).unwrap_or_default();
        match byte {
            b'"' if !escaped || begins_parameters(after()) => return Some(at),
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// Whether only parameters follow, or nothing. Reads up to the next quote, which must open a quoted
/// value. Each call reads only up to that quote, so all calls together take linear time.
fn begins_parameters(after: &[u8]) -> bool {
    let end = memchr::memchr(b'"', after);
    let mut rest = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
    loop {
        let Some(begin) = rest.iter().position(|byte| !b"; \t".contains(byte)) else {
            return end.is_none();
        };
        let (gap, item) = rest.split_at_checked(begin).unwrap_or_default();
        let value = token(item).filter(|_| gap.contains(&b';')).map(|split| split.1);
        match value.and_then(|value| value.strip_prefix(b"=")) {
            Some([]) => return end.is_some(),
            Some(value) => match token(value) {
                Some((_, behind)) => rest = behind,
                None => return false,
            },
            None => return false,
        }
    }
}

/// The token at the beginning of the bytes, and the rest. `None` if there is none.
fn token(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| !grammar::is_token(byte)).unwrap_or(bytes.len());
    bytes.split_at_checked(end).filter(|split| !split.0.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parameters as text, quoted ones with their quotes; `?` for an invalid one.
    fn read(value: &str) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let shown = |parameter: Option<Parameter<'_>>| match parameter {
            None => "?".to_owned(),
            Some(Parameter { name, value: Value::Token(value) }) => text(name) + "=" + &text(value),
            Some(Parameter { name, value }) => format!("{}={:?}", text(name), text(value.bytes())),
        };
        split(value.as_bytes()).1.map(shown).collect()
    }

    #[test]
    fn parameters_are_read_with_and_without_quotes_and_blanks() {
        assert_eq!(read("a;b=c;d=\"e;f\"\t ; G=\"\""), ["b=c", "d=\"e;f\"", "G=\"\""]);
        for none in ["", "a", "a;", "a; ;\t;", ";"] {
            assert_eq!(read(none), [""; 0], "{none}");
        }
        assert_eq!(split(b" multipart/x \t; b=c").0, b"multipart/x");
    }

    #[test]
    fn a_quote_after_a_backslash_is_an_escape_unless_the_next_parameter_follows() {
        assert_eq!(read(r#"a;b="x\"y";c=d"#), [r#"b="x\\\"y""#, "c=d"]);
        assert_eq!(read(r#"a;b="x\\";c=d"#), [r#"b="x\\\\""#, "c=d"]);
        assert_eq!(read(r#"a;b="x\" ;c="y\""#), [r#"b="x\\""#, r#"c="y\\""#]);
        assert_eq!(read(r#"a;b="x\\"y""#), [r#"b="x\\\\""#, "?"]);
    }

    #[test]
    fn an_escaped_quote_before_text_that_only_begins_like_a_parameter_is_part_of_the_value() {
        for value in [
            r#"x\"; name=\"y"#,
            r#"x\"; name=y"#,
            r#"x\"; a=b; c=d"#,
            r#"x\"; a=b; c"#,
            r#"x\";"#,
            r#"x\"; a=b;"#,
            r#"x\"; a=\"b\"; c=d"#,
            r#"x\";;"#,
        ] {
            assert_eq!(read(&format!("a;b=\"{value}\"")), [format!("b={value:?}")], "{value}");
            let more = read(&format!("a;b=\"{value}\"; c=\"d\""));
            assert_eq!(more, [format!("b={value:?}"), "c=\"d\"".to_owned()], "{value}");
        }
        assert_eq!(read(r#"a;b="x\"; c=d; e="f""#), [r#"b="x\\""#, "c=d", r#"e="f""#]);
        assert_eq!(read(r#"a;b="x\"; c=d;"#), [r#"b="x\\""#, "c=d"]);
    }

    #[test]
    fn an_invalid_parameter_ends_the_list() {
        for bad in ["a;b", "a;b=", "a;=c", "a;b =c", "a;b= c", "a;b=\"c", "a;b=(", "a;\"b\"=c"] {
            assert_eq!(read(bad), ["?"], "{bad}");
        }
        for unseparated in ["a;b=\"c\"d=e;f=g", "a;b=\"c\" d;e=f", "a;b=\"c\"\"d\""] {
            assert_eq!(read(unseparated), ["b=\"c\"", "?"], "{unseparated}");
        }
        assert_eq!(read("a;b=c d=e;f=g"), ["b=c", "?"]);
    }
}
