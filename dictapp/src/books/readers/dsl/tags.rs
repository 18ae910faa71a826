//! Converts the lines of DSL, with their tags (`[m1]`, `[trn]`, `[ex]`), escapes and links, to
//! text: `[m1][p]n.[/p] [trn]苹果[/trn][/m]` becomes `n. 苹果`.

use crate::books::text::gloss;
use crate::books::warning::WarningKind;
use crate::model::link;

/// A converted line of an article.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Converted {
    /// The lines of text; an example begins with `> `.
    pub(super) text: Vec<String>,
    /// The first pronunciation, `[t]`.
    pub(super) phonetic: Option<String>,
    /// The kinds of sounds, pictures and videos that were left out.
    pub(super) media: Vec<WarningKind>,
}

/// Tags without a meaning here: their content is text.
const TEXT_TAGS: [&str; 19] = [
    "*", "b", "i", "u", "c", "p", "'", "sub", "sup", "trn", "trn1", "trs", "!trs", "!trn", "com",
    "br", "url", "preview", "t",
];

/// The state of converting a line.
struct State<'a, F> {
    headword: &'a str,
    /// Returns whether the article has a closing tag with this name.
    is_closed: F,
    converted: Converted,
    text: String,
    is_example: bool,
    /// The offset in an example at which its translation begins, after the text in the foreign
    /// language.
    translation: Option<usize>,
    /// The offset at which the open `[ref]` begins.
    link: Option<usize>,
    /// The offset at which the open `[t]` begins.
    phonetic: Option<usize>,
}

/// Converts a line of an article. `~` stands for the headword. An unknown tag is removed if
/// `is_closed` returns `true` for its name, otherwise it is text in brackets.
pub(super) fn convert(line: &str, headword: &str, is_closed: impl Fn(&str) -> bool) -> Converted {
    let mut state = State {
        headword,
        is_closed,
        converted: Converted::default(),
        text: String::new(),
        is_example: false,
        translation: None,
        link: None,
        phonetic: None,
    };
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        rest = state.step(c, rest);
    }
    state.end_line();
    state.converted
}

impl<F: Fn(&str) -> bool> State<'_, F> {
    /// Handles the character `c` at the beginning of the text. Returns the text after it.
    fn step<'t>(&mut self, c: char, text: &'t str) -> &'t str {
        let after = &text[c.len_utf8()..];
        match c {
            '\\' => {
                let escaped = after.chars().next();
                self.text.extend(escaped);
                &after[escaped.map_or(0, char::len_utf8)..]
            }
            '[' => match after.split_once(']') {
                Some((tag, rest)) if self.tag(tag) => {
                    if matches!(tag, "s" | "video") {
                        let (file, end) = rest.split_once("[/").unwrap_or((rest, ""));
                        self.converted.media.push(media(tag, file));
                        return end.split_once(']').map_or("", |(_, rest)| rest);
                    }
                    rest
                }
                _ => {
                    self.text.push('[');
                    after
                }
            },
            '<' if after.starts_with('<') => match after[1..].split_once(">>") {
                Some((word, rest)) => {
                    self.push_link(word.trim());
                    rest
                }
                None => {
                    self.text.push_str("<<");
                    &after[1..]
                }
            },
            '^' if after.starts_with('~') => {
                let mut letters = self.headword.chars();
                self.text.extend(letters.next().map(swap_case));
                self.text.extend(letters);
                &after[1..]
            }
            '~' => {
                self.text.push_str(self.headword);
                after
            }
            c => {
                self.text.push(c);
                after
            }
        }
    }

    /// Handles a tag. Returns `false` if it is not a tag but text in brackets.
    fn tag(&mut self, tag: &str) -> bool {
        let is_end = tag.starts_with('/');
        let name = tag.trim_start_matches('/').split([' ', '=']).next().unwrap_or_default();
        match name {
            "ex" => {
                if is_end {
                    self.end_line();
                } else if !self.text.trim().is_empty() {
                    self.end_line();
                    self.is_example = true;
                } else {
                    self.is_example = true;
                }
            }
            "lang" if is_end && self.is_example && self.translation.is_none() => {
                self.translation = Some(self.text.len());
            }
            "lang" => {}
            "ref" if is_end => {
                if let Some(from) = self.link.take() {
                    let word = self.text.split_off(from);
                    self.push_link(word.trim());
                }
            }
            "ref" => self.link = Some(self.text.len()),
            "t" if is_end => {
                if let Some(from) = self.phonetic.take() {
                    let phonetic = self.text.split_off(from);
                    let phonetic = phonetic.trim().trim_matches(['[', ']', '/']).trim().to_owned();
                    self.converted.phonetic.get_or_insert(phonetic);
                    self.text.truncate(self.text.trim_end_matches(['[', '/', ' ']).len());
                }
            }
            "t" => self.phonetic = Some(self.text.len()),
            "s" | "video" => return true,
            "m" => {}
            name if TEXT_TAGS.contains(&name) => {}
            name => {
                let indent = name.strip_prefix('m').unwrap_or_default();
                let is_indent =
                    indent.len() == 1 && indent.bytes().all(|byte| byte.is_ascii_digit());
                let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
                return is_indent || is_name && (is_end || (self.is_closed)(name));
            }
        }
        true
    }

    fn push_link(&mut self, word: &str) {
        if !word.is_empty() {
            self.text.push_str(&link::encode(word, word));
        }
    }

    /// Ends a line of text: at the end of the DSL line, and before and after an example.
    fn end_line(&mut self) {
        let text = std::mem::take(&mut self.text);
        let translation = self.translation.take();
        let is_example = std::mem::take(&mut self.is_example);
        if !is_example {
            // After a pronunciation that was removed, its closing bracket is left.
            let text = text.trim().trim_start_matches([']', '/']).trim_start();
            if !text.is_empty() {
                self.converted.text.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            return;
        }
        let parts =
            translation.map(|at| text.split_at(at)).filter(|(_, rest)| !rest.trim().is_empty());
        let (example, translation) =
            parts.or_else(|| text.split_once(" — ")).unwrap_or((&text, ""));
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let translation = one_line(translation.trim_matches([' ', '—', '–', '-']));
        let example = gloss::escape_equals(&one_line(example));
        if example.is_empty() {
            return;
        }
        self.converted.text.push(match translation.as_str() {
            "" => format!("> {example}"),
            translation => format!("> {example} = {translation}"),
        });
    }
}

/// The kind of a file that is left out.
fn media(tag: &str, file: &str) -> WarningKind {
    let file = file.trim().to_lowercase();
    let is_picture = || PICTURES.iter().any(|ending| file.ends_with(ending));
    match tag {
        "video" => WarningKind::Video,
        _ if is_picture() => WarningKind::Picture,
        _ => WarningKind::Sound,
    }
}

/// Endings of pictures.
const PICTURES: [&str; 10] =
    [".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".pcx", ".dcx", ".svg"];

/// The offset of the first comment, `{{`, in a line.
pub(super) fn comment_start(line: &str) -> Option<usize> {
    let mut is_escaped = false;
    line.char_indices().map(|(at, _)| at).find(|&at| {
        let found = !is_escaped && line[at..].starts_with("{{");
        is_escaped = line[at..].starts_with('\\') && !is_escaped;
        found
    })
}

/// A letter in the other case: `A` becomes `a`.
fn swap_case(letter: char) -> char {
    let other = |mut letters: std::char::ToUppercase| letters.next().unwrap_or(letter);
    if letter.is_uppercase() {
        letter.to_lowercase().next().unwrap_or(letter)
    } else {
        other(letter.to_uppercase())
    }
}

/// The spellings in a headword line. Parts in round brackets are optional: `colo(u)r` has the
/// spellings `colour` and `color`. Lingvo shows parts in braces but does not search for them, so
/// the spelling with these parts comes last.
pub(super) fn headwords(line: &str) -> Vec<String> {
    // The spelling with or without the optional parts, and with or without the parts in braces.
    let spelling = |with_optional: bool, with_braced: bool| {
        let (mut word, mut braces, mut brackets) = (String::new(), 0_usize, 0_usize);
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            let is_shown = (braces == 0 || with_braced) && (brackets == 0 || with_optional);
            match c {
                '\\' => word.extend(chars.next().filter(|_| is_shown)),
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                '(' if braces == 0 => brackets += 1,
                ')' if braces == 0 => brackets = brackets.saturating_sub(1),
                '[' if chars.as_str().contains(']') => drop(chars.by_ref().find(|c| *c == ']')),
                c if is_shown => word.push(c),
                _ => {}
            }
        }
        word.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut spellings = Vec::new();
    for (optional, braced) in [(true, false), (false, false), (true, true)] {
        let word = spelling(optional, braced);
        if !word.is_empty() && !spellings.contains(&word) {
            spellings.push(word);
        }
    }
    spellings
}
