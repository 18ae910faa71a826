//! Resolves the `Location` of a redirect as browsers do (WHATWG URL, RFC 3986 §5.2).

/// The target of a redirect within the origin, such as `http://localhost`. `None`: the location is
/// on another origin. `base` is the target of the redirected request.
pub(super) fn target(origin: &str, base: &str, location: &str) -> Option<String> {
    let location = location.trim().split('#').next().unwrap_or_default();
    let (path, query) = match location.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (location, None),
    };
    let path = path.replace('\\', "/");
    let path = path_within(origin, &path)?;
    let (base_path, base_query) = base.split_once('?').unwrap_or((base, ""));
    let target = match (path, query) {
        (Path::Same, Some(query)) => format!("{base_path}?{query}"),
        (Path::Same, None) if base_query.is_empty() => base_path.to_owned(),
        (Path::Same, None) => base.to_owned(),
        (Path::Absolute(path), query) => with_query(&without_dots(path), query),
        (Path::Relative(path), query) => {
            let folder = base_path.rfind('/').map_or("/", |slash| &base_path[..=slash]);
            with_query(&without_dots(&format!("{folder}{path}")), query)
        }
    };
    Some(target)
}

/// The path of a location within the origin.
enum Path<'p> {
    /// The path of the base.
    Same,
    Absolute(&'p str),
    Relative(&'p str),
}

/// The path of a location, which may begin with an origin. `None`: it begins with another origin.
fn path_within<'p>(origin: &str, location: &'p str) -> Option<Path<'p>> {
    let (scheme, host) = origin.split_once("://")?;
    let colon = location.find([':', '/']).filter(|at| location[*at..].starts_with(':'));
    let below_scheme = match colon {
        Some(at) if location[..at].eq_ignore_ascii_case(scheme) => &location[at + 1..],
        Some(_) => return None,
        None => location,
    };
    if let Some(rest) = below_scheme.strip_prefix("//") {
        let (other, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_same = other.eq_ignore_ascii_case(host);
        return is_same.then_some(Path::Absolute(if path.is_empty() { "/" } else { path }));
    }
    Some(match below_scheme {
        "" => Path::Same,
        path if path.starts_with('/') => Path::Absolute(path),
        path => Path::Relative(path),
    })
}

/// The path without dot segments. `..` at the root is ignored.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match &*segment.to_ascii_lowercase().replace("%2e", ".") {
            "." => {}
            ".." => drop(kept.pop()),
            _ => {
                kept.push(segment);
                continue;
            }
        }
        if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

fn with_query(path: &str, query: Option<&str>) -> String {
    query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_resolved_as_a_browser_does() {
        for (location, expected) in [
            ("b", "/r/b"),
            ("b/c?x=1#part", "/r/b/c?x=1"),
            ("?x", "/r/a?x"),
            ("", "/r/a?q=1"),
            ("#part", "/r/a?q=1"),
            (".", "/r/"),
            ("./b", "/r/b"),
            ("..", "/"),
            ("../y", "/y"),
            ("../../../y", "/y"),
            ("%2E%2e/y", "/y"),
            ("/x/./y/../z", "/x/z"),
            ("/x", "/x"),
            ("//localhost/y", "/y"),
            ("//localhost", "/"),
            ("//LOCALHOST?x", "/?x"),
            ("HTTP://localhost/y?x=//z", "/y?x=//z"),
            ("http:/y", "/y"),
            ("\\\\localhost\\y", "/y"),
            (" b ", "/r/b"),
            ("b:c/../d?e:f", ""),
            ("./b:c", "/r/b:c"),
            ("//host/y", ""),
            ("/\\host/y", ""),
            ("http://localhost.example/", ""),
            ("http://localhost:81/", ""),
            ("https://localhost/y", ""),
            ("mailto:a", ""),
        ] {
            let target = target("http://localhost", "/r/a?q=1", location);
            assert_eq!(target.as_deref().unwrap_or_default(), expected, "{location}");
        }
    }
}
