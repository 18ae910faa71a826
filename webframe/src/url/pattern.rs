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
/// The segment mixes text and a parameter, the name of the parameter is not valid, or the segment
/// is a parameter in the notation of another framework.
pub(crate) fn segment_kind(segment: &str) -> Result<Segment, String> {
    if segment.contains(['?', '#']) && !segment.starts_with('{') {
        return Err("a pattern has no query; read it with Request::query".to_owned());
    }
    if let Some(meant) = meant_parameter(segment) {
        return Err(format!("write {meant} for a parameter"));
    }
    let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        if segment.contains(['{', '}', '<', '>']) {
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
    if !is_name(name) {
        return Err(format!("{name:?} is not a name of letters, digits and _{}", advice(name)));
    }
    Ok(kind)
}

/// The parameter in webframe's notation, if the segment is one in the notation of another
/// framework: `:id`, `<id>`, `<int:id>`, `*` or `*path`.
fn meant_parameter(segment: &str) -> Option<String> {
    if let Some(name) = segment.strip_prefix(':').filter(|name| is_name(name)) {
        return Some(format!("{{{name}}}"));
    }
    if let Some(name) = segment.strip_prefix('*') {
        return Some(format!("{{*{}}}", if is_name(name) { name } else { "path" }));
    }
    let inside = segment.strip_prefix('<')?.strip_suffix('>')?;
    let (converter, name) = inside.split_once(':').unwrap_or(("", inside));
    let rest = if converter == "path" { "*" } else { "" };
    let name = if is_name(name) { name } else { "name" };
    Some(format!("{{{rest}{name}}}"))
}

/// A hint for an error: the right notation for a name that is not valid. Empty if there is none.
fn advice(name: &str) -> &'static str {
    match name {
        name if name.contains([':', '<']) => "; parse it with Request::param_as",
        name if name.ends_with("...") => "; write {*name} for the rest of the path",
        name if name.ends_with('?') => "; add a second route for an optional segment",
        _ => "",
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
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

    #[track_caller]
    fn refused(segment: &str, text: &str) {
        assert_eq!(segment_kind(segment), Err(text.to_owned()));
    }

    #[test]
    fn a_parameter_in_the_notation_of_another_framework_is_a_mistake_with_the_right_notation() {
        refused(":id", "write {id} for a parameter");
        refused("<id>", "write {id} for a parameter");
        refused("<int:id>", "write {id} for a parameter");
        refused("<path:rest>", "write {*rest} for a parameter");
        refused("*", "write {*path} for a parameter");
        refused("*rest", "write {*rest} for a parameter");
        refused("**", "write {*path} for a parameter");
        refused("a<id>", "a<id> mixes text and a parameter");
        refused(
            "{id:int}",
            "\"id:int\" is not a name of letters, digits and _; parse it with Request::param_as",
        );
        refused(
            "{rest...}",
            "\"rest...\" is not a name of letters, digits and _; \
             write {*name} for the rest of the path",
        );
        refused(
            "{id?}",
            "\"id?\" is not a name of letters, digits and _; \
             add a second route for an optional segment",
        );
        refused("{a b}", "\"a b\" is not a name of letters, digits and _");
        refused("q?x=1", "a pattern has no query; read it with Request::query");
        refused("q#part", "a pattern has no query; read it with Request::query");
    }

    #[test]
    fn text_with_other_characters_is_plain() {
        for segment in ["a:b", ":", "a*", "@me", "v1.0", "字", "~user", "a-b", "$", ""] {
            assert_eq!(segment_kind(segment), Ok(Segment::Plain), "{segment}");
        }
        assert_eq!(segment_kind("{word_1}"), Ok(Segment::One));
        assert_eq!(segment_kind("{*字}"), Ok(Segment::Rest));
    }
}
