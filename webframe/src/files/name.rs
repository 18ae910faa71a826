//! Converts the path of a request to the name of a file below the root, the served directory.
//!
//! Each segment is decoded once, as in the router. A returned name has no `..`, no hidden part, and
//! no byte that a file system treats specially.

use std::borrow::Cow;

use crate::{Request, wire::target};

/// A name below the root: segments separated by `/`, without a `/` at either end. The name of the
/// root itself is empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name<'r> {
    pub(super) text: Cow<'r, str>,
    /// Whether the path ends with a slash, as the path of a directory does.
    pub(super) ends_in_slash: bool,
}

impl<'r> Name<'r> {
    /// The part of the path that matches `{*rest}` in the route's pattern, or the whole path if the
    /// pattern has no `{*rest}`. `None` if it is not the name of a file.
    pub(super) fn from_request(request: &'r Request) -> Option<Name<'r>> {
        Name::parse(request.pattern(), request.path())
    }

    /// Like [`Name::from_request`], for a pattern and a path that matches it.
    fn parse(pattern: &str, path: &'r str) -> Option<Name<'r>> {
        // The index of the segment at which the name begins; the empty text before the first slash
        // has the index 0.
        let first = pattern.split('/').position(|part| part.starts_with("{*")).unwrap_or(1);
        let raw = path.splitn(first + 1, '/').nth(first)?;
        if raw == "/" {
            return None; // an empty segment is not the name of a file
        }
        let (name, ends_in_slash) = match raw.strip_suffix('/') {
            Some(name) => (name, true),
            None => (raw, raw.is_empty()),
        };
        let count = if name.is_empty() { 0 } else { name.split('/').count() };
        let segments = target::segments(path).skip(first - 1).take(count);
        let text = if raw.contains('%') {
            Cow::Owned(join(segments)?)
        } else {
            segments.map(|segment| is_plain(&segment).then_some(())).collect::<Option<()>>()?;
            Cow::Borrowed(name)
        };
        Some(Name { text, ends_in_slash })
    }
}

/// Joins decoded segments with slashes. `None` if one is not the name of a visible file in UTF-8.
fn join<'r>(segments: impl Iterator<Item = Cow<'r, [u8]>>) -> Option<String> {
    let mut text = String::new();
    for segment in segments {
        if !is_plain(&segment) {
            return None;
        }
        if !text.is_empty() {
            text.push('/');
        }
        text.push_str(std::str::from_utf8(&segment).ok()?);
    }
    Some(text)
}

/// Whether a segment is the name of a visible file. `.well-known` (RFC 8615) counts as visible.
pub(super) fn is_plain(segment: &[u8]) -> bool {
    !segment.is_empty()
        && (!segment.starts_with(b".") || segment == b".well-known")
        && !segment.iter().any(|byte| byte.is_ascii_control() || matches!(byte, b'/' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn name(path: &str) -> Option<String> {
        let name = Name::parse("/static/{*path}", path)?;
        Some(format!("{}{}", name.text, if name.ends_in_slash { "|" } else { "" }))
    }

    #[test]
    fn the_rest_of_the_path_is_decoded_once() {
        assert_eq!(name("/static/a/b.css").unwrap(), "a/b.css");
        assert_eq!(name("/static/%66ile.tx%74").unwrap(), "file.txt");
        assert_eq!(name("/static/a%20b+c.txt").unwrap(), "a b+c.txt");
        assert_eq!(name("/static/%E5%AD%97").unwrap(), "字");
        assert_eq!(name("/static/a%252fb").unwrap(), "a%2fb");
        assert_eq!(name("/static/").unwrap(), "|");
        assert_eq!(name("/static/sub/").unwrap(), "sub|");
        assert_eq!(name("/static/s%75b/").unwrap(), "sub|");
    }

    #[test]
    fn the_well_known_folder_is_not_hidden() {
        let path = "/static/.well-known/security.txt";
        assert_eq!(name(path).unwrap(), ".well-known/security.txt");
    }

    #[test]
    fn hidden_parent_and_ambiguous_paths_are_refused() {
        for path in [
            "..",
            "../x",
            "a/../b",
            ".",
            "a/./b",
            "%2e%2e/x",
            ".%2e/x",
            "%2E.",
            ".git/config",
            "a/.env",
            "..%2fx",
            "a%2Fb",
            "a%2f",
            "..\\x",
            "a%5cb",
            "a\\",
            "x%00",
            "x%00.png",
            "a%0d%0a",
            "a%7f",
            "//etc/passwd",
            "/etc/passwd",
            "%2fetc",
            "a//b",
            "a//",
            "/",
            "//",
            "%c0%ae%c0%ae/x",
            "%ff",
            "..;/x",
            "....//x",
        ] {
            assert_eq!(name(&format!("/static/{path}")), None, "{path:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_path_reaches_a_parent_or_a_hidden_file(path in "([./%\\\\a]|%2[eEfF]|%5c|%00|\\.\\.){0,12}") {
            if let Some(name) = Name::parse("/{*all}", &format!("/{path}")) {
                let parts = name.text.split('/');
                assert!(name.text.is_empty() || parts.clone().all(|part| is_plain(part.as_bytes())));
                assert!(!name.text.contains(['\\', '\0']) && parts.clone().all(|part| part != ".."));
            }
        }
    }

    #[test]
    fn a_pattern_without_a_rest_means_the_whole_path() {
        let whole = |pattern, path| Name::parse(pattern, path).map(|name| name.text.into_owned());
        assert_eq!(whole("/favicon.ico", "/favicon.ico").unwrap(), "favicon.ico");
        assert_eq!(whole("/{*all}", "/a/b").unwrap(), "a/b");
        assert_eq!(whole("/{site}/x/{*all}", "/one/x/a/b").unwrap(), "a/b");
        assert_eq!(whole("/{*all}", "//evil.example"), None);
    }
}
