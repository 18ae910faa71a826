//! Forms and queries: `application/x-www-form-urlencoded` bytes to a value, by `serde_urlencoded`.
//!
//! Its errors name a field only where one is missing or comes twice, and it reads bytes that are
//! no UTF-8 as U+FFFD; both are made good here.

use http::StatusCode;
use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Reads pairs into a `T`; `what` names them in the error.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], pairs_max: usize, what: &str) -> Result<T> {
    if memchr::memchr_iter(b'&', bytes).count() >= pairs_max {
        return Err(Error::bad_request(format!("the {what} has more than {pairs_max} fields")));
    }
    if let Some(pair) = raw_pairs(bytes).find(|pair| percent_decode(pair).decode_utf8().is_err()) {
        let name = name_of(pair);
        return Err(Error::bad_request(format!("the {what} is not UTF-8 in the field {name}")));
    }
    serde_urlencoded::from_bytes(bytes).map_err(|cause| {
        let cause = cause.to_string();
        let place = match culprit::<T>(bytes, &cause) {
            Some(name) => format!(" in the field {name}"),
            None => String::new(),
        };
        Error::bad_request(format!("the {what} cannot be read{place}: {cause}"))
    })
}

/// A form is told by its media type, whatever parameters follow it.
pub(crate) fn check_media_type(value: Option<&str>) -> Result<()> {
    let media_type = value.and_then(|value| value.split(';').next()).map(str::trim);
    match media_type {
        Some(t) if t.eq_ignore_ascii_case("application/x-www-form-urlencoded") => Ok(()),
        _ => Err(Error::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a form is sent as application/x-www-form-urlencoded",
        )),
    }
}

/// The field whose value gave this error: the first that gives the same one when it comes alone.
fn culprit<T: DeserializeOwned>(bytes: &[u8], cause: &str) -> Option<String> {
    let names_it = ["missing field", "duplicate field", "unknown field"];
    if names_it.iter().any(|start| cause.starts_with(start)) {
        return None;
    }
    let fails_alike = |pair: &&[u8]| {
        serde_urlencoded::from_bytes::<T>(pair).is_err_and(|error| error.to_string() == cause)
    };
    raw_pairs(bytes).find(fails_alike).map(name_of)
}

fn raw_pairs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty())
}

/// The name of a pair as a text may show it: decoded, without controls, and not endless.
fn name_of(pair: &[u8]) -> String {
    let raw = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
    shown(&percent_decode(raw).decode_utf8_lossy())
}

/// A name that a peer chose, for the text of an error.
pub(crate) fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Login {
        name: String,
        age: Option<u8>,
    }

    #[track_caller]
    fn read(bytes: &str) -> Login {
        parse(bytes.as_bytes(), 10, "form").unwrap()
    }

    #[track_caller]
    fn refused(bytes: &str, text: &str) {
        let error = parse::<Login>(bytes.as_bytes(), 3, "form").unwrap_err();
        assert_eq!((error.status().as_u16(), error.public()), (400, text));
    }

    #[test]
    fn reads_names_values_plus_and_percent() {
        let login = read("name=%E5%AD%97+a%2Bb&age=7&other=x");
        assert_eq!(login, Login { name: "字 a+b".to_owned(), age: Some(7) });
        assert_eq!(read("name=100%&").name, "100%");
        assert_eq!(read("&&name").name, "");
    }

    #[test]
    fn an_error_names_the_field() {
        refused("age=7", "the form cannot be read: missing field `name`");
        refused("name=a&name=b", "the form cannot be read: duplicate field `name`");
        refused(
            "name=a&age=300",
            "the form cannot be read in the field age: number too large to fit in target type",
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_not_mangled() {
        refused("age=7&name=%E5%AD", "the form is not UTF-8 in the field name");
        refused("na%FFme=x", "the form is not UTF-8 in the field na\u{fffd}me");
    }

    #[test]
    fn more_fields_than_allowed_are_refused_unread() {
        refused("name=a&b=c&d=e&f=g", "the form has more than 3 fields");
        refused("&&&&", "the form has more than 3 fields");
        assert!(parse::<Login>(b"name=a&b=c&d=e", 3, "form").is_ok());
    }

    proptest::proptest! {
        #[test]
        fn what_was_written_is_read_back(pairs: Vec<(String, String)>) {
            let text = serde_urlencoded::to_string(&pairs).unwrap();
            let read: Vec<(String, String)> = parse(text.as_bytes(), 1000, "form").unwrap();
            assert_eq!(read, pairs);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _: Result<Login> = parse(&bytes, 1000, "form");
        }
    }

    #[test]
    fn pairs_in_order_may_repeat_a_name() {
        let pairs: Vec<(String, String)> = parse(b"tag=a&tag=b", 9, "query").unwrap();
        assert_eq!(pairs, [("tag".into(), "a".into()), ("tag".into(), "b".to_string())]);
    }

    #[test]
    fn a_form_is_known_by_its_media_type_in_any_case_with_parameters() {
        let yes = "Application/X-WWW-form-urlencoded ; charset=utf-8";
        assert!(check_media_type(Some(yes)).is_ok());
        for no in [None, Some("text/plain"), Some("application/x-www-form-urlencodedx")] {
            assert_eq!(check_media_type(no).unwrap_err().status(), 415);
        }
    }
}
