//! Patterns of routes: finds the kind of a segment, checks the names of parameters, and extracts
//! the values of parameters from a path.

/// The kind of a segment of a pattern, by the text that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Plain text: any segment that equals it after percent-decoding.
    Plain,
    /// `{name}`: any single segment.
    One,
    /// `{*name}`: the rest of the path.
    Rest,
}

/// The kind of a segment of a pattern.
///
/// # Errors
/// The segment mixes text and a parameter, or the parameter has no name.
pub(crate) fn segment_kind(segment: &str) -> Result<Segment, String> {
    let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        if segment.contains(['{', '}']) {
            return Err(format!("{segment} mixes text and a parameter"));
        }
        return Ok(Segment::Plain);
    };
    let (name, kind) = match name.strip_prefix('*') {
        Some(name) => (name, Segment::Rest),
        None => (name, Segment::One),
    };
    if name.is_empty() {
        return Err("a parameter has no name".to_owned());
    }
    Ok(kind)
}

/// Checks the names of a pattern's parameters.
///
/// # Errors
/// Two parameters have the same name.
pub(crate) fn check_parameters(pattern: &str) -> Result<(), String> {
    let mut seen = Vec::new();
    for segment in pattern.split('/') {
        let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            continue;
        };
        let name = name.strip_prefix('*').unwrap_or(name);
        if seen.contains(&name) {
            return Err(format!("two parameters have the name {name}"));
        }
        seen.push(name);
    }
    Ok(())
}

/// The value of the parameter `name` in a path that matches `pattern`, still percent-encoded.
/// `None`: the pattern has no parameter of this name.
pub(crate) fn param<'p>(pattern: &str, path: &'p str, name: &str) -> Option<&'p str> {
    let mut rest = path.strip_prefix('/')?;
    for segment in pattern.strip_prefix('/')?.split('/') {
        if let Some(parameter) = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            if parameter == name {
                return Some(rest.split_once('/').map_or(rest, |split| split.0));
            }
            if parameter.strip_prefix('*') == Some(name) {
                return Some(rest);
            }
        }
        rest = rest.split_once('/').map_or("", |split| split.1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_the_raw_segment() {
        assert_eq!(param("/word/{word}", "/word/and%2For", "word"), Some("and%2For"));
        assert_eq!(param("/a/{x}/b/{y}", "/a/1/b/2", "y"), Some("2"));
        assert_eq!(param("/static/{*path}", "/static/a/b", "path"), Some("a/b"));
        assert_eq!(param("/a/{x}", "/a/1", "z"), None);
    }
}
