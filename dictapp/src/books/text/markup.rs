//! Converts the markup of articles (HTML, Pango, XDXF) to lines of text: `<b>n.</b> a &amp; b<br>c`
//! becomes `n. a & b` and `c`. Removes tags, ends a line at blocks, decodes entities, counts
//! pictures, and converts links to `[[word]]` ([`link`]). Other text is unchanged.

use crate::model::link;

use super::script;

/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "address",
    "ar",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "def",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "ex",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "k",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Elements that are separated by a space on the same line.
const CELLS: &[&str] = &["td", "th"];

/// Elements that are left out with their content: it is invisible, or cannot be shown as text.
const HIDDEN: &[&str] = &["script", "style", "head", "rp", "rref", "object", "video", "audio"];

/// Elements that show a picture.
const PICTURES: &[&str] = &["img", "image", "svg", "picture", "object", "video"];

/// Elements inside a line. Like those of [`BLOCKS`], they show that a text is HTML.
const INLINE: &[&str] =
    &["a", "b", "em", "font", "i", "img", "small", "span", "strong", "sub", "sup", "td", "th", "u"];

/// Maximum length of a tag in bytes. If a tag is longer, its `<` is text.
const TAG_BYTES_MAX: usize = 2048;

/// Maximum length of an entity in bytes. The longest is `&CounterClockwiseContourIntegral;`.
const ENTITY_BYTES_MAX: usize = 40;

/// The meaning of line ends in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEnds {
    /// Line ends are kept, as in Pango and in visual XDXF.
    Kept,
    /// A line end is a blank, as in HTML. Only blocks end a line.
    Blanks,
}

/// The text of a marked-up article.
#[derive(Debug, Default)]
pub(crate) struct Text {
    /// The lines.
    pub(crate) lines: String,
    /// Number of pictures that were left out.
    pub(crate) pictures: usize,
}

/// Converts markup to text.
pub(crate) fn to_text(markup: &str, ends: LineEnds) -> Text {
    let mut reading = MarkupState {
        text: Text::default(),
        link: None,
        ends,
        preformatted: 0,
        example: None,
        part_of_speech: None,
        unclosed: Vec::new(),
    };
    let mut rest = markup;
    while let Some(at) = rest.find(['<', '&']) {
        reading.push(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('<') { reading.tag(rest) } else { reading.entity(rest) };
    }
    reading.push(rest);
    reading.end_link();
    if reading.example.is_some() {
        reading.example("ex", Tag::End);
    }
    reading.text
}

/// Whether a text is HTML: it has a common element or an entity.
pub(crate) fn is_markup(text: &str) -> bool {
    let is_known = |name: &str| BLOCKS.contains(&name) || INLINE.contains(&name);
    elements(text).any(is_known) || has_entity(text)
}

/// Whether a text has this element.
pub(crate) fn has_element(text: &str, name: &str) -> bool {
    elements(text).any(|element| element == name)
}

/// The names of the elements of a text, in their original case; an empty name for a `<` that begins
/// no element.
fn elements(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('<').map(|(at, _)| {
        let name = text[at + 1..].trim_start_matches('/');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        // A tag that is cut off does not count.
        if name[end..].starts_with(['>', ' ', '/', '\n', '\t']) { &name[..end] } else { "" }
    })
}

fn has_entity(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| {
        let end = text[at..].bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';');
        end.is_some_and(|end| decode(&text[at..=at + end]).is_some())
    })
}

/// Whether a tag starts or ends an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Start,
    End,
}

/// An example that has not ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OpenExample {
    /// Its text is being read.
    Text,
    /// Its translation is being read.
    Translation,
}

/// The state of reading markup.
struct MarkupState {
    text: Text,
    /// The target word of the open link, and the offset at which its text begins.
    link: Option<(String, usize)>,
    ends: LineEnds,
    /// The number of open `pre` elements, in which line ends are kept.
    preformatted: usize,
    /// The open example. `None`: there is none.
    example: Option<OpenExample>,
    /// The offset at which the open part of speech begins.
    part_of_speech: Option<usize>,
    /// The names of hidden elements that have no end tag in the rest of the markup. The end tag is
    /// not searched for again.
    unclosed: Vec<String>,
}

impl MarkupState {
    /// Appends text. Its line ends are kept or become blanks, as [`LineEnds`] says. In `pre` they
    /// are kept, in an example they become blanks.
    fn push(&mut self, text: &str) {
        let is_end = |c: char| c == '\n' || c == '\r';
        let is_kept = self.example.is_none()
            && (self.ends == LineEnds::Kept || self.preformatted > 0)
            || !text.contains(is_end);
        if is_kept {
            self.text.lines.push_str(text);
            return;
        }
        self.text.lines.extend(text.chars().map(|c| if is_end(c) { ' ' } else { c }));
    }

    /// Handles the tag, comment or `<` at the beginning of the markup. Returns the markup after it.
    fn tag<'a>(&mut self, markup: &'a str) -> &'a str {
        let inner = &markup[1..];
        if let Some(comment) = inner.strip_prefix("!--") {
            return comment.split_once("-->").map_or("", |(_, rest)| rest);
        }
        if let Some(data) = inner.strip_prefix("![CDATA[") {
            let (text, rest) = data.split_once("]]>").unwrap_or((data, ""));
            self.push(text);
            return rest;
        }
        let is_end = inner.starts_with('/');
        let name = inner.strip_prefix('/').unwrap_or(inner);
        let is_tag = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?');
        // The search is bounded: many `<` without an end would each search the whole rest.
        let near = &inner.as_bytes()[..inner.len().min(TAG_BYTES_MAX + 1)];
        let end = || memchr::memchr(b'>', near);
        let Some(end) = is_tag.then(end).flatten() else {
            self.text.lines.push('<');
            return inner;
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = name.find(|c| !is_name(c)).unwrap_or(name.len());
        let name = name[..length].to_ascii_lowercase();
        let rest = &inner[end + 1..];
        self.element(&name, &inner[..end]);
        if HIDDEN.contains(&name.as_str()) && !is_end && !inner[..end].ends_with('/') {
            return self.skip_to_end_of(name, rest);
        }
        rest
    }

    /// The text after the end tag of a hidden element; the whole text if there is no end tag.
    fn skip_to_end_of<'a>(&mut self, name: String, markup: &'a str) -> &'a str {
        if self.unclosed.contains(&name) {
            return markup;
        }
        let ends = |at: usize| {
            let tag = markup.get(at + 2..at + 2 + name.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(&name))
        };
        let end = markup.match_indices("</").map(|(at, _)| at).find(|&at| ends(at));
        let Some(end) = end else {
            self.unclosed.push(name);
            return markup;
        };
        markup[end..].split_once('>').map_or("", |(_, rest)| rest)
    }

    /// Handles the start or end tag of an element; `tag` is the text between `<` and `>`.
    fn element(&mut self, name: &str, tag: &str) {
        let kind = if tag.starts_with('/') { Tag::End } else { Tag::Start };
        if let "ex" | "ex_trn" | "ex_tran" = name {
            self.example(name, kind);
        } else if BLOCKS.contains(&name) {
            self.text.lines.push(if self.example.is_some() { ' ' } else { '\n' });
        }
        if CELLS.contains(&name) && kind == Tag::Start {
            self.text.lines.push(' ');
        }
        match name {
            "pre" if kind == Tag::End => self.preformatted = self.preformatted.saturating_sub(1),
            "pre" => self.preformatted += 1,
            "a" | "kref" if kind == Tag::End => self.end_link(),
            "a" => {
                let word = attribute(tag, "href").and_then(|address| linked_word(&address));
                self.link = word.map(|word| (word, self.text.lines.len()));
            }
            "gr" | "pos" if kind == Tag::End => self.end_part_of_speech(),
            "gr" | "pos" => self.part_of_speech = Some(self.text.lines.len()),
            "kref" => self.link = Some((String::new(), self.text.lines.len())),
            // The reading above a Chinese character is written in round brackets after it.
            "rt" => self.text.lines.push(if kind == Tag::End { ')' } else { '(' }),
            _ if PICTURES.contains(&name) && kind == Tag::Start => self.text.pictures += 1,
            _ => {}
        }
    }

    /// Handles a tag of an example of XDXF. The example is written in quotes on a line of its own,
    /// with its translation after a hyphen.
    fn example(&mut self, name: &str, tag: Tag) {
        let lines = &mut self.text.lines;
        match (name, tag, self.example) {
            ("ex", Tag::Start, None) => {
                lines.push_str("\n“");
                self.example = Some(OpenExample::Text);
            }
            ("ex", Tag::End, Some(open)) => {
                lines.truncate(lines.trim_end().len());
                if lines.ends_with('“') {
                    lines.pop();
                } else if open == OpenExample::Text {
                    lines.push('”');
                }
                lines.push('\n');
                self.example = None;
            }
            ("ex_trn" | "ex_tran", Tag::Start, Some(OpenExample::Text)) => {
                lines.truncate(lines.trim_end().len());
                lines.push_str("” - ");
                self.example = Some(OpenExample::Translation);
            }
            _ => lines.push(' '),
        }
    }

    /// Ends a part of speech of XDXF: a label has a line of its own.
    fn end_part_of_speech(&mut self) {
        let Some(from) = self.part_of_speech.take() else { return };
        let is_label = self.text.lines.get(from..).and_then(script::labels_alone).is_some();
        self.text.lines.push(if is_label { '\n' } else { ' ' });
    }

    /// Ends the open link, if there is one.
    fn end_link(&mut self) {
        let Some((word, from)) = self.link.take() else { return };
        let text = self.text.lines.split_off(from);
        let word = if word.is_empty() { text.trim().to_owned() } else { word };
        self.text.lines.push_str(&link::encode(&word, &text));
    }

    /// Handles the entity or `&` at the beginning of the markup. Returns the markup after it.
    fn entity<'a>(&mut self, markup: &'a str) -> &'a str {
        let end = markup.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';');
        let decoded = end.and_then(|end| decode(&markup[..=end]).map(|text| (text, end)));
        let Some((text, end)) = decoded else {
            self.text.lines.push('&');
            return &markup[1..];
        };
        self.text.lines.push_str(&text.replace('\u{A0}', " "));
        &markup[end + 1..]
    }
}

/// The value of an attribute of a tag, with its entities decoded.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find(&format!("{name}="))?;
    let value = tag.get(at + name.len() + 1..)?;
    let quoted = |quote: char| value.strip_prefix(quote).and_then(|v| v.split(quote).next());
    let bare = || value.split_whitespace().next();
    let value = quoted('"').or_else(|| quoted('\'')).or_else(bare)?;
    Some(htmlize::unescape(value).into_owned())
}

/// The target word of a link to an entry of the same book. `None`: the address leads elsewhere.
fn linked_word(address: &str) -> Option<String> {
    let schemes = ["bword://", "entry://", "d:", "x:"];
    let word = schemes.iter().find_map(|scheme| address.strip_prefix(scheme))?;
    // The name of a part of the entry may follow: `entry://apple#noun`. In `C#` none does.
    let word = match word.split_once('#') {
        Some((word, part)) if !word.is_empty() && !part.is_empty() => word,
        _ => word,
    };
    let word = percent_decoded(word.trim_end_matches('/'));
    (!word.trim().is_empty()).then_some(word)
}

/// Decodes `%20` and the like. A text that would not be UTF-8 then stays as it is.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'%');
        let code = code.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// The text of an entity, `None` if it is invalid.
fn decode(entity: &str) -> Option<String> {
    let text = htmlize::unescape(entity);
    // If only the beginning is an entity, the semicolon is left: `&notit;` is `¬it;`.
    (text != entity && text != "\u{FFFD}" && !text.ends_with(';')).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(markup: &str) -> String {
        to_text(markup, LineEnds::Kept).lines
    }

    #[test]
    fn takes_tags_out_and_ends_lines_at_blocks() {
        assert_eq!(kept("<b>n.</b> a<br/>b<P class='x'>c</P>"), "n. a\nb\nc\n");
        assert_eq!(kept("<style>p{}</style>a<!-- x > y -->b"), "ab");
        assert_eq!(kept("<script>alert(1)</SCRIPT >x"), "x");
        assert_eq!(kept("<td>a</td><td>b</td>"), " a b");
        assert_eq!(kept("<![CDATA[a < b > c]]>d"), "a < b > cd");
        assert_eq!(kept("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>"), "漢(かん)");
    }

    #[test]
    fn a_line_end_of_html_is_a_blank() {
        let found = to_text("to give\nup<br>\nx <pre>a\nb</pre>", LineEnds::Blanks);
        assert_eq!(found.lines, "to give up\n x \na\nb\n");
    }

    #[test]
    fn a_hidden_element_without_an_end_is_searched_once() {
        let mut reading = MarkupState {
            text: Text::default(),
            link: None,
            ends: LineEnds::Kept,
            preformatted: 0,
            example: None,
            part_of_speech: None,
            unclosed: Vec::new(),
        };
        assert_eq!(reading.tag("<script>a</style>"), "a</style>");
        assert_eq!(reading.unclosed, ["script"]);
        // Not searched again, so that the end tag is not found.
        assert_eq!(reading.tag("<script>b</script>"), "b</script>");
        assert_eq!(reading.tag("<style>b</style>c"), "c");
        assert_eq!(kept("<script>a<script>b"), "ab");
    }

    #[test]
    fn the_end_of_a_tag_is_searched_within_its_limit() {
        let tag = format!("<a{}>b", " ".repeat(TAG_BYTES_MAX - 1));
        assert_eq!(kept(&tag), "b");
        let tag = format!("<a{}>b", " ".repeat(TAG_BYTES_MAX));
        assert_eq!(kept(&tag), tag);
        let many = "<a".repeat(1 << 15);
        assert_eq!(kept(&many), many);
    }

    #[test]
    fn counts_the_pictures_that_are_left_out() {
        let found = to_text("a <img src='a.png'> b", LineEnds::Kept);
        assert_eq!((found.lines.as_str(), found.pictures), ("a  b", 1));
    }

    #[test]
    fn keeps_the_links_to_other_entries() {
        assert_eq!(kept("<a href=\"bword://AT&amp;T\">AT&amp;T</a>"), "[[AT&T]]");
        assert_eq!(kept("<a href='entry://ice%20cream'>it</a>"), "[[ice cream|it]]");
        assert_eq!(kept("<a href='entry://pear#n'>x</a>"), "[[pear|x]]");
        assert_eq!(kept("<a href='bword://C#'>x</a>"), "[[C#|x]]");
        assert_eq!(kept("<kref>pear</kref> <a href='https://example.com'>x</a>"), "[[pear]] x");
    }

    #[test]
    fn examples_and_parts_of_speech_of_xdxf_have_lines_of_their_own() {
        assert_eq!(kept("a<ex>an\napple</ex>b"), "a\n“an apple”\nb");
        assert_eq!(kept("<ex>a<ex_trn>甲</ex_trn></ex>"), "\n“a” - 甲\n");
        assert_eq!(kept("<ex></ex><ex>a"), "\n\n\n“a”\n");
        assert_eq!(kept("<gr>n</gr>梨<gr>masc</gr>x"), "n\n梨masc x");
    }

    #[test]
    fn decodes_entities() {
        assert_eq!(kept("&lt;b&gt; &amp;amp; &#233;&#xe9; &nbsp;&hellip;"), "<b> &amp; éé  …");
        assert_eq!(kept("&eacute;&Uuml;&szlig;&pound;&alpha;&#150;&frac12;"), "éÜß£α–½");
    }

    #[test]
    fn leaves_other_text_unchanged() {
        for plain in ["a < b & c", "1<2", "AT&T;", "&", "<", "&#0;", "&#xD800;", "<open", "é&é;<é>"]
        {
            assert_eq!(kept(plain), plain);
            assert!(!is_markup(plain), "{plain}");
        }
    }
}
