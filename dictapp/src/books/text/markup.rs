//! HTML, Pango and XDXF to lines of text: tags go, those of blocks end a line, entities become
//! characters. What is no markup stays as it is.

/// Tags that end a line of text.
const BLOCKS: &[&str] = &[
    "br",
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "pre",
    "def",
    "ex",
    "ar",
    "k",
];

/// Tags whose content is not for reading.
const HIDDEN: &[&str] = &["script", "style", "head", "rref"];

/// The longest tag in bytes; what is longer is a `<` in the text.
const TAG_BYTES_MAX: usize = 2048;

/// The longest entity in bytes, `&CounterClockwiseContourIntegral;` with room.
const ENTITY_BYTES_MAX: usize = 40;

/// The text of some markup.
pub(crate) fn text(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('<') { tag(rest, &mut text) } else { entity(rest, &mut text) };
    }
    text.push_str(rest);
    text
}

/// Takes a tag in front, and gives what stands behind it.
fn tag<'a>(markup: &'a str, text: &mut String) -> &'a str {
    let inner = &markup[1..];
    if let Some(comment) = inner.strip_prefix("!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let is_tag = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?');
    let Some(end) = inner.find('>').filter(|&end| is_tag && end <= TAG_BYTES_MAX) else {
        text.push('<');
        return inner;
    };
    let length = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name[..length].to_ascii_lowercase();
    let rest = &inner[end + 1..];
    if BLOCKS.contains(&name.as_str()) {
        text.push('\n');
    }
    if HIDDEN.contains(&name.as_str()) && !inner.starts_with('/') && !inner[..end].ends_with('/') {
        return skip_to_end_of(&name, rest);
    }
    rest
}

/// What stands behind the end tag of a hidden element; all of it where the end is missing.
fn skip_to_end_of<'a>(name: &str, markup: &'a str) -> &'a str {
    let ends = |at: usize| {
        let tag = markup.get(at + 2..at + 2 + name.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name))
    };
    let end = markup.match_indices("</").map(|(at, _)| at).find(|&at| ends(at));
    let Some(end) = end else { return markup };
    markup[end..].split_once('>').map_or("", |(_, rest)| rest)
}

/// Takes an entity in front, and gives what stands behind it.
fn entity<'a>(markup: &'a str, text: &mut String) -> &'a str {
    let end = markup.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';');
    let decoded = end.and_then(|end| decode(&markup[1..end]).map(|c| (c, end)));
    let Some((c, end)) = decoded else {
        text.push('&');
        return &markup[1..];
    };
    text.push(c);
    &markup[end + 1..]
}

fn decode(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "middot" => '·',
        "bull" => '•',
        "times" => '×',
        "deg" => '°',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_tags_out_and_ends_lines_at_blocks() {
        assert_eq!(text("<b>n.</b> a<br/>b<P class='x'>c</P>"), "n. a\nb\nc\n");
        assert_eq!(text("<style>p{}</style>a<!-- x > y -->b"), "ab");
        assert_eq!(text("<script>alert(1)</SCRIPT >x"), "x");
    }

    #[test]
    fn decodes_entities() {
        assert_eq!(text("&lt;b&gt; &amp;amp; &#233;&#xe9; &nbsp;&hellip;"), "<b> &amp; éé  …");
    }

    #[test]
    fn leaves_what_is_no_markup() {
        for plain in ["a < b & c", "1<2", "AT&T;", "&", "<", "&#0;", "&#xD800;", "<open", "é&é;<é>"]
        {
            assert_eq!(text(plain), plain);
        }
    }
}
