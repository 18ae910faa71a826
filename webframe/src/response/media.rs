//! Media types: finds the type of a file by its name, and decides which types are worth
//! compressing.

use http::HeaderValue;

/// The media type of a file with this name, with the charset if it is text.
pub(crate) fn type_of(name: &str) -> HeaderValue {
    let extension = name.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    let guess = match extension.map(|split| split.1) {
        // Types for which `mime_guess` differs from what browsers expect (RFC 9239, source maps).
        Some(extension) if extension.eq_ignore_ascii_case("svgz") => Some("image/svg+xml"),
        Some("mjs") => Some("text/javascript"),
        Some("map") => Some("application/json"),
        Some(extension) => mime_guess::from_ext(extension).first_raw(),
        None => None,
    };
    let media_type = guess.unwrap_or("application/octet-stream");
    if is_text(media_type) {
        HeaderValue::try_from(format!("{media_type}; charset=utf-8"))
            .expect("a media type is a field value")
    } else {
        HeaderValue::from_static(media_type)
    }
}

/// Whether content of this type, with or without parameters, is worth compressing.
pub(crate) fn is_compressible(media_type: &str) -> bool {
    let end = memchr::memchr(b';', media_type.as_bytes()).unwrap_or(media_type.len());
    let essence = media_type[..end].trim();
    let others = ["application/wasm", "image/x-icon", "font/ttf", "font/otf", "image/bmp"];
    is_text(essence) || others.iter().any(|other| essence.eq_ignore_ascii_case(other))
}

/// Whether content of this type, without parameters, is text.
fn is_text(essence: &str) -> bool {
    let bytes = essence.as_bytes();
    let begins = |with: &str| {
        bytes.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
    };
    let ends = |with: &str| {
        let start = bytes.len().checked_sub(with.len());
        start.is_some_and(|start| bytes[start..].eq_ignore_ascii_case(with.as_bytes()))
    };
    let texts = ["application/json", "application/javascript", "application/xml"];
    begins("text/")
        || ends("+json")
        || ends("+xml")
        || texts.iter().any(|text| essence.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_a_charset_and_unknown_types_are_bytes() {
        for (name, wanted) in [
            ("a/b.css", "text/css; charset=utf-8"),
            ("app.1a2b3c4d.js", "text/javascript; charset=utf-8"),
            ("m.mjs", "text/javascript; charset=utf-8"),
            ("x.json", "application/json; charset=utf-8"),
            ("x.js.map", "application/json; charset=utf-8"),
            ("i.svg", "image/svg+xml; charset=utf-8"),
            ("i.png", "image/png"),
            ("f.woff2", "font/woff2"),
            ("INDEX.HTML", "text/html; charset=utf-8"),
            ("README", "application/octet-stream"),
            ("css", "application/octet-stream"),
            ("dir.css/plain", "application/octet-stream"),
            ("a.unheard", "application/octet-stream"),
        ] {
            assert_eq!(type_of(name), wanted, "{name}");
        }
    }

    #[test]
    fn pictures_and_archives_are_compressed_already() {
        for yes in ["Text/HTML; charset=utf-8", "application/ld+json", "image/svg+xml", "font/ttf"]
        {
            assert!(is_compressible(yes), "{yes}");
        }
        for no in [
            "image/png",
            "application/zip",
            "font/woff2",
            "video/mp4",
            "",
            "application/octet-stream",
        ] {
            assert!(!is_compressible(no), "{no}");
        }
    }
}
