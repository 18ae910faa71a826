//! Links to other headwords in a gloss: `see [[apple]]`, `[[apple|this fruit]]`. Writes them, and
//! splits a gloss into links and other text.

/// A piece of a gloss: plain text or a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run<'a> {
    /// Plain text.
    Text(&'a str),
    /// A link to a headword.
    Link {
        /// The headword.
        word: &'a str,
        /// The text that is shown.
        text: &'a str,
    },
}

/// Splits a gloss into its links and the text between them, in order.
pub fn runs(gloss: &str) -> impl Iterator<Item = Run<'_>> {
    let mut rest = gloss;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((link, after)) = leading_link(rest) {
            rest = after;
            return Some(link);
        }
        // Tries each bracket, since in `[[[apple]]]` the link begins at the second one.
        let mut ends = rest.match_indices('[').map(|(at, _)| at).filter(|&at| at > 0);
        let end = ends.find(|&at| leading_link(&rest[at..]).is_some());
        let (text, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(Run::Text(text))
    })
}

/// Converts a gloss to the text that is shown: without the brackets and targets of its links.
pub fn shown_text(gloss: &str) -> std::borrow::Cow<'_, str> {
    if !gloss.contains("[[") {
        return gloss.into();
    }
    let texts = runs(gloss).map(|run| match run {
        Run::Text(text) | Run::Link { text, .. } => text,
    });
    texts.collect::<String>().into()
}

/// Encodes a link to `word` that shows `text`. Returns only `text` if one of the two is empty or
/// has a bracket, a bar or a line end, which would end the link.
pub fn encode(word: &str, text: &str) -> String {
    let word = word.trim();
    let shown = text.trim();
    let would_break = |text: &str| text.is_empty() || text.contains(['[', ']', '|', '\n']);
    if would_break(word) || would_break(shown) {
        return text.to_owned();
    }
    if word == shown { format!("[[{word}]]") } else { format!("[[{word}|{shown}]]") }
}

/// Maximum length of a link in bytes: headword, bar and text. A longer one is plain text.
const LINK_BYTES_MAX: usize = 1024;

/// The link at the beginning of a gloss, and the text after it. `None`: the gloss does not begin
/// with a link.
fn leading_link(gloss: &str) -> Option<(Run<'_>, &str)> {
    let inner = gloss.strip_prefix("[[")?;
    let end = memchr::memmem::find(&inner.as_bytes()[..inner.len().min(LINK_BYTES_MAX)], b"]]")?;
    let after = &inner[end + 2..];
    let inner = &inner[..end];
    let (word, text) = inner.split_once('|').unwrap_or((inner, inner));
    let is_whole = !word.is_empty() && !text.is_empty() && !inner.contains(['[', ']']);
    is_whole.then_some((Run::Link { word, text }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_links_out_of_a_gloss() {
        let found: Vec<Run<'_>> = runs("see [[AT&T]] or [[pear|this]].").collect();
        assert_eq!(
            found,
            [
                Run::Text("see "),
                Run::Link { word: "AT&T", text: "AT&T" },
                Run::Text(" or "),
                Run::Link { word: "pear", text: "this" },
                Run::Text("."),
            ]
        );
        assert_eq!(shown_text("see [[pear|this]]."), "see this.");
        assert_eq!(shown_text("see [[[pear]]] [[[x"), "see [pear] [[[x");
    }

    #[test]
    fn other_text_is_plain() {
        for text in ["a [[b", "[[]]", "[[a|]]", "a[[ [b]]]", "x[1]"] {
            assert_eq!(shown_text(text), text);
            assert!(runs(text).all(|run| matches!(run, Run::Text(_))), "{text}");
        }
        assert_eq!(encode("a|b", "x"), "x");
    }
}
