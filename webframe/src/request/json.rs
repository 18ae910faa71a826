//! Parses the body of a request as JSON. Errors name the field and the line.

use serde::de::DeserializeOwned;

use super::form::shown;
use crate::{Error, Result};

/// Checks that the media type is JSON: `application/json` or one that ends in `+json`.
pub(super) fn check_media_type(value: Option<&str>) -> Result<()> {
    let media_type = value.and_then(|value| value.split(';').next()).map(str::trim);
    let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
    if media_type == "application/json" || media_type.ends_with("+json") {
        return Ok(());
    }
    Err(Error::unsupported_media_type("the body is sent as application/json"))
}

/// Parses a body into a `T`.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        // "?" is a field whose name is not known yet: the mistake is in the value around it.
        let place = match path.trim_end_matches(".?") {
            "." | "?" => String::new(),
            path => format!(" in the field {}", shown(path)),
        };
        Error::bad_request(format!("invalid JSON{place}: {}", error.inner()))
    })?;
    reader.end().map_err(|error| Error::bad_request(format!("invalid JSON: {error}")))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Entry {
        title: String,
        tags: Vec<u8>,
    }

    #[test]
    fn an_error_names_the_field_and_the_line() {
        let text = |body: &str| parse::<Entry>(body.as_bytes()).unwrap_err().public().to_owned();
        assert_eq!(
            text("{\"title\": \"a\",\n \"tags\": [1, \"x\"]}"),
            "invalid JSON in the field tags[1]: invalid type: string \"x\", expected u8 at line 2 column 16"
        );
        assert!(text("{\"tags\": []}").contains("missing field `title` at line 1"));
        assert!(text("").contains("EOF while parsing"));
        assert!(text("{").starts_with("invalid JSON: EOF while"), "{}", text("{"));
        assert!(text("{\"title\": \"a\", \"tags\": []} x").contains("trailing characters"));
    }

    #[test]
    fn an_error_before_the_name_of_a_field_names_the_value_around_it() {
        #[derive(Debug, serde::Deserialize)]
        struct Book {
            #[expect(dead_code, reason = "only its errors are read")]
            entries: Vec<Entry>,
        }
        for body in ["{\"entries\": [{", "{\"entries\": [{\"title\": \"a\", 5", "{\"entries\": [{]"]
        {
            let error = parse::<Book>(body.as_bytes()).unwrap_err().public().to_owned();
            assert!(error.starts_with("invalid JSON in the field entries[0]: "), "{body}: {error}");
            assert!(error.contains(" at line 1 column "), "{body}: {error}");
        }
    }

    #[test]
    fn a_body_is_json_by_its_media_type() {
        for yes in ["application/json", "Application/JSON; charset=utf-8", "application/ld+json"] {
            assert!(check_media_type(Some(yes)).is_ok(), "{yes}");
        }
        for no in [None, Some("text/plain"), Some("application/jsonp")] {
            assert_eq!(check_media_type(no).unwrap_err().status(), 415);
        }
    }
}
