//! Parses forms and queries: `application/x-www-form-urlencoded`.
//!
//! `serde_urlencoded` parses the pairs; [`value`] reads them into a value.

pub(crate) mod checked;
mod value;

use std::borrow::Cow;

use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;

use self::value::Form;
use crate::{Error, Result, report};

/// Parses the pairs of a form or a query, at most `pairs_max`, as a `T`. `source` is `form`
/// or `query`; it appears in the texts of errors.
pub(crate) fn parse<T: DeserializeOwned>(
    bytes: &[u8],
    pairs_max: usize,
    source: &str,
) -> Result<T> {
    if memchr::memchr_iter(b'&', bytes).count() >= pairs_max {
        return Err(Error::bad_request(format!("the {source} has more than {pairs_max} fields")));
    }
    // The library replaces bytes that are not UTF-8 by U+FFFD.
    if let Some(pair) = raw_pairs(bytes).find(|pair| percent_decode(pair).decode_utf8().is_err()) {
        let name = name_of(pair);
        return Err(Error::bad_request(format!("the {source} is not UTF-8 in the field {name}")));
    }
    let pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = serde_urlencoded::from_bytes(bytes)
        .map_err(|cause| Error::bad_request(format!("the {source} cannot be read: {cause}")))?;
    Form::new(pairs).read().map_err(|fault| {
        let place = fault.field.map(|name| format!(" in the field {}", shown(&name)));
        let place = place.unwrap_or_default();
        Error::bad_request(format!("the {source} cannot be read{place}: {}", fault.text))
    })
}

/// Checks that the media type is that of a form; its parameters are ignored.
pub(crate) fn check_media_type(value: Option<&str>) -> Result<()> {
    let media_type = value.and_then(|value| value.split(';').next()).map(str::trim);
    match media_type {
        Some(t) if t.eq_ignore_ascii_case("application/x-www-form-urlencoded") => Ok(()),
        _ => Err(Error::unsupported_media_type(
            "a form is sent as application/x-www-form-urlencoded",
        )),
    }
}

/// The error if a handler of GET reads the body as a form. This is a mistake of the app, so a debug
/// build also logs it.
pub(crate) fn sent_with_get() -> Error {
    const TEXT: &str = "a form that is sent with GET is in the query";
    if cfg!(debug_assertions) {
        report::warn(format_args!("{TEXT}: read it with Request::query"));
    }
    Error::unsupported_media_type(TEXT)
}

/// The pairs as they were sent. Empty ones are skipped.
fn raw_pairs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty())
}

/// The name of a pair, for an error: decoded, without control characters, at most 64 characters.
fn name_of(pair: &[u8]) -> String {
    let raw = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
    shown(&percent_decode(raw).decode_utf8_lossy())
}

/// Shortens a name that the client chose to 64 characters and removes control characters, for the
/// text of an error.
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
    fn bytes_that_are_not_utf_8_are_refused() {
        refused("age=7&name=%E5%AD", "the form is not UTF-8 in the field name");
        refused("na%FFme=x", "the form is not UTF-8 in the field na\u{fffd}me");
    }

    #[test]
    fn too_many_fields_are_refused_before_they_are_parsed() {
        refused("name=a&b=c&d=e&f=g", "the form has more than 3 fields");
        refused("&&&&", "the form has more than 3 fields");
        assert!(parse::<Login>(b"name=a&b=c&d=e", 3, "form").is_ok());
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Address {
        street: String,
        number: u16,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Size {
        Small,
        Large,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Order {
        amount: Option<u32>,
        #[serde(default)]
        tags: Vec<String>,
        #[serde(default)]
        gift: bool,
        size: Size,
        #[serde(flatten)]
        address: Address,
    }

    #[test]
    fn a_form_is_read_as_browsers_send_it() {
        let read = |bytes: &str| parse::<Order>(bytes.as_bytes(), 20, "form").unwrap();
        let order = read("amount=&tags=a&size=small&tags=b&gift=on&street=12&number=7");
        let address = || Address { street: "12".to_owned(), number: 7 };
        assert_eq!((order.amount, order.gift, order.size), (None, true, Size::Small));
        assert_eq!((order.tags, order.address), (vec!["a".to_owned(), "b".to_owned()], address()));
        let order = read("amount=3&size=large&street=12&number=7");
        assert_eq!((order.amount, order.gift, order.size), (Some(3), false, Size::Large));
        assert_eq!((order.tags, order.address), (Vec::new(), address()));
        let error = parse::<Order>(b"size=huge&street=a&number=7", 20, "form").unwrap_err();
        assert!(error.public().contains("in the field size: unknown variant `huge`"), "{error}");
    }

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default)]
    struct Options {
        note: String,
        depth: Option<u8>,
        width: Option<i64>,
        wide: bool,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Parcel {
        #[serde(flatten)]
        options: Options,
    }

    #[test]
    fn an_empty_optional_number_of_a_flattened_struct_is_none() {
        let read = |bytes: &str| parse::<Parcel>(bytes.as_bytes(), 20, "form").unwrap().options;
        assert_eq!(read("note=&depth=&width=&wide="), Options::default());
        let some = Options { depth: Some(3), width: Some(-4), wide: true, ..Options::default() };
        assert_eq!(read("depth=3&note=&wide=on&width=-4"), some);
        let refused = parse::<Parcel>(b"note=&depth=x", 20, "form").unwrap_err();
        assert!(refused.public().contains("expected u8"), "{refused}");
    }

    #[test]
    fn an_empty_required_number_is_an_error_of_its_field() {
        refused(
            "name=a&age=x",
            "the form cannot be read in the field age: invalid digit found in string",
        );
        assert_eq!(read("name=a&age="), Login { name: "a".to_owned(), age: None });
    }

    proptest::proptest! {
        #[test]
        fn written_pairs_are_read_back(pairs: Vec<(String, String)>) {
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
