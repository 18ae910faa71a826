//! Converts an explanation as other programs and people write it to the format of
//! [`Explanation`](crate::model::Explanation): `[ei] (n.) 苹果 v 结果` becomes the pronunciation `ei`
//! and the lines `n. 苹果` and `v. 结果`. Takes the pronunciation from it, puts each sense on its own
//! line, and normalises parts of speech, synonyms and examples.

use super::script::{self, is_cjk};

/// Splits an explanation into the pronunciations before it, joined by `; `, and the rest. Empty
/// brackets before it are removed.
pub(crate) fn take_phonetic(text: &str) -> (Option<String>, &str) {
    // Books of Kingsoft have a star before it: `*[ei]`.
    let starred = text.trim_start().strip_prefix('*').filter(|rest| rest.starts_with('['));
    let mut rest = without_empty_brackets(starred.unwrap_or(text));
    let mut found: Vec<&str> = Vec::new();
    while let Some((phonetic, length)) = script::leading_phonetic(rest) {
        if !found.contains(&phonetic) {
            found.push(phonetic);
        }
        rest = rest[length..].trim_start_matches([' ', '\t', ',', ';', '，', '；']);
        rest = without_empty_brackets(rest);
    }
    if found.is_empty() && starred.is_some() {
        return (None, text);
    }
    ((!found.is_empty()).then(|| found.join("; ")), rest)
}

/// The text without the empty brackets at its beginning: some word lists write them in place of a
/// missing pronunciation.
fn without_empty_brackets(text: &str) -> &str {
    // FreeDict has `/…/`, and signs for the headword: `percent / % /`.
    let is_filler = |c: char| !c.is_alphabetic() && !matches!(c, '/' | '\n');
    let inner = text.trim_start().strip_prefix(['[', '/']);
    let is_slash = text.trim_start().starts_with('/');
    let inner = inner.map(|inner| {
        inner.trim_start_matches(|c: char| c.is_whitespace() || is_slash && is_filler(c))
    });
    let rest = inner.and_then(|inner| inner.strip_prefix([']', '/']));
    rest.map_or(text, |rest| without_empty_brackets(rest.trim_start_matches([' ', ','])))
}

/// Escapes a line of another program that begins with a line marker of an explanation, such as
/// `= `: puts a no-break space after the marker, so that the line is plain text. Other lines stay
/// as they are.
pub(crate) fn escape_line_marker(line: &str) -> std::borrow::Cow<'_, str> {
    let is_marker = |c: char| ">=!&+*@".contains(c);
    match line.split_once(' ') {
        Some((marker, rest)) if marker.len() == 1 && marker.contains(is_marker) => {
            format!("{marker}\u{A0}{rest}").into()
        }
        _ => line.into(),
    }
}

/// Normalises the labels of an explanation. A part of speech alone on its line is put before the
/// lines below it, until the next part of speech: `n.` above `a fruit` becomes `n. a fruit`.
pub(crate) fn normalise_labels(explanation: &str) -> String {
    let mut labels = LabelNormaliser::default();
    explanation.lines().filter_map(|line| labels.convert_line(line)).collect::<Vec<_>>().join("\n")
}

/// Like [`normalise_labels`], but lines that are examples already (`> text`) stay as they are.
pub(crate) fn normalise_labels_except_examples(explanation: &str) -> String {
    let mut labels = LabelNormaliser::default();
    let line = |line: &str| match line.strip_prefix("> ") {
        Some(_) => Some(line.to_owned()),
        None => labels.convert_line(line),
    };
    explanation.lines().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// Normalises the labels of an explanation line by line.
#[derive(Debug, Default)]
pub(super) struct LabelNormaliser {
    /// The part of speech that was alone on a line above, for the lines below it.
    label_above: Option<String>,
    /// Whether a sense was read. Before it, no line is an example or a list of synonyms.
    has_sense: bool,
}

impl LabelNormaliser {
    /// Converts a line. `None`: it is empty or only a part of speech, so there is no line to show.
    pub(super) fn convert_line(&mut self, line: &str) -> Option<String> {
        let line = line.trim();
        if line.is_empty() {
            return None;
        }
        if self.has_sense
            && let Some(line) = related_words(line).or_else(|| example(line))
        {
            return Some(line);
        }
        let normalised = normalise_leading_label(line);
        let line = normalised.as_deref().unwrap_or(line);
        let label = script::labels_alone(line).map(normalised_labels);
        if let Some(label) = label.or_else(|| angled_label(line)) {
            self.label_above = Some(label);
            return None;
        }
        let line = match script::label_with_inner_dots(line) {
            Some((label, length)) if line.len() == length => {
                self.label_above = Some(label.to_owned());
                return None;
            }
            Some((label, length)) => format!("{label} {}", line[length..].trim_start()),
            None => escape_line_marker(line).into_owned(),
        };
        let begins_with_label = script::label(&line).is_some();
        if begins_with_label {
            self.label_above = None;
        }
        self.has_sense = true;
        Some(match &self.label_above {
            Some(label) => format!("{label} {line}"),
            None => line,
        })
    }
}

/// Maximum number of words of a synonym. A longer text is prose.
const RELATED_WORDS_MAX: usize = 5;

/// The names before lists of related words in other books and in exports of this program, and the
/// line markers of such lists in an explanation.
const RELATED: &[(&str, char)] = &[
    ("Syn", '='),
    ("Synonym", '='),
    ("Synonyms", '='),
    ("Ant", '!'),
    ("Antonym", '!'),
    ("Antonyms", '!'),
    ("同义词", '='),
    ("近义词", '='),
    ("反义词", '!'),
    ("Word family", '&'),
    ("Phrases", '+'),
];

/// Converts a list of synonyms or other related words: `Synonyms: {a}, {b}` becomes `= a; b`.
/// `None`: the line is not such a list.
fn related_words(text: &str) -> Option<String> {
    let (name, words) = text.split_once(": ").or_else(|| text.split_once('：'))?;
    let (_, marker) = RELATED.iter().find(|(known, _)| *known == name)?;
    let words =
        words.split([',', ';', '，', '；', '、']).map(|word| word.trim().trim_end_matches('.'));
    let words: Vec<&str> = words.map(|word| word.trim_matches(['{', '}'])).collect();
    let is_list = words.iter().all(|word| {
        !word.is_empty()
            && !word.contains(['{', '}', '['])
            && word.split_whitespace().count() <= RELATED_WORDS_MAX
    });
    is_list.then(|| format!("{marker} {}", words.join("; ")))
}

/// Converts an example in quotes or after a name: `"Text."  - Translation.` becomes
/// `> Text. = Translation.`, `例：Text.` becomes `> Text.` `None`: the line is no such example.
fn example(text: &str) -> Option<String> {
    if let Some(text) = EXAMPLE_NAMES.iter().find_map(|name| text.strip_prefix(name)) {
        return (!text.trim().is_empty()).then(|| format!("> {}", escape_equals(text)));
    }
    let close = match text.chars().next()? {
        '"' => '"',
        '“' => '”',
        _ => return None,
    };
    let inner = text.strip_prefix(['"', '“'])?;
    if let Some(whole) = inner.strip_suffix(close).filter(|whole| !whole.contains(close)) {
        return Some(format!("> {}", escape_equals(whole)));
    }
    let (text, translation) = inner.split_once(close)?;
    let translation = translation.trim_start().strip_prefix("- ")?.trim();
    Some(format!("> {} = {translation}", escape_equals(text)))
}

/// Names before examples in Chinese books.
const EXAMPLE_NAMES: [&str; 6] = ["例：", "例:", "例句：", "例句:", "[例句]", "【例句】"];

/// Escapes the equals signs of an example with a no-break space: otherwise its translation would
/// begin there.
pub(crate) fn escape_equals(text: &str) -> String {
    text.trim().replace(" = ", " =\u{A0}")
}

/// Replaces the part of speech at the beginning of a line by its label if it is in brackets or
/// spelled differently: `(n.) 苹果`, `【v.】去`, `noun 苹果`, `Adj. 红`. `None`: there is
/// no such part of speech.
fn normalise_leading_label(line: &str) -> Option<String> {
    let named = || script::name_before_gloss(line).map(|(label, at)| (label.to_owned(), at));
    let (label, length) = script::bracketed_label(line)
        .or_else(named)
        .or_else(|| script::respelled_before_gloss(line))?;
    Some(format!("{label} {}", line[length..].trim_start()).trim_end().to_owned())
}

/// Maximum length in bytes of a part of speech in angle brackets (FreeDict). A longer text is no
/// part of speech.
const ANGLED_BYTES_MAX: usize = 40;

/// Converts a part of speech of FreeDict, alone on its line: `<n, fem>` becomes `n. (fem)`, `<pn>`
/// becomes `(pn)`.
fn angled_label(line: &str) -> Option<String> {
    let inner = line.strip_prefix('<')?.strip_suffix('>')?;
    let is_grammar = |c: char| c.is_alphabetic() || matches!(c, ' ' | ',' | '.');
    if inner.len() > ANGLED_BYTES_MAX || !inner.chars().all(is_grammar) {
        return None;
    }
    let mut pieces: Vec<&str> = inner.split(',').map(str::trim).collect();
    let label_of = |piece: &str| {
        let label = format!("{piece}.");
        let known = (script::label(&label) == Some(&label)).then_some(label);
        known.or_else(|| script::labels_of_names(piece))
    };
    let at = pieces.iter().position(|piece| label_of(piece).is_some());
    let label = at.and_then(|at| label_of(pieces.remove(at)));
    let notes = format!("({})", pieces.join(", "));
    Some(match label {
        Some(label) if pieces.is_empty() => label,
        Some(label) => format!("{label} {notes}"),
        None => notes,
    })
}

/// Normalises the labels of a line that has only labels: `vi., n.` becomes `vi. & n.`, `n`
/// becomes `n.`.
fn normalised_labels(labels: &str) -> String {
    let pieces = labels.split([' ', ',', '/', '&', ';', '，', '；']);
    let pieces = pieces.filter(|piece| !piece.is_empty() && *piece != "and" && *piece != "or");
    let dotted = pieces.map(|piece| {
        if let Some((label, _)) = script::label_with_inner_dots(piece) {
            return label.to_owned();
        }
        if piece.ends_with('.') { piece.to_owned() } else { format!("{piece}.") }
    });
    dotted.collect::<Vec<_>>().join(" & ")
}

/// Begins a new line at each part of speech, and at each field of knowledge in brackets (`[医]`)
/// after a semicolon: `n. 能力  v. 使能` becomes two lines.
pub(crate) fn split_senses(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut from = 0;
    for at in sense_starts(text).chain([text.len()]) {
        push_line(&mut lines, &text[from..at]);
        from = at;
    }
    lines
}

/// Appends a text as one line with single spaces, without control characters, and with a dot after
/// a label that lacks it: `v 放弃` becomes `v. 放弃`.
fn push_line(lines: &mut String, text: &str) {
    let text = text.trim_end_matches([' ', '\t', ';', '；', '，', '、']).trim_start();
    let text = text.trim_matches(|c: char| c.is_control() || c.is_whitespace());
    if text.is_empty() {
        return;
    }
    if !lines.is_empty() {
        lines.push('\n');
    }
    for (index, word) in text.split(|c: char| c.is_whitespace() || c.is_control()).enumerate() {
        if word.is_empty() {
            continue;
        }
        if index > 0 {
            lines.push(' ');
        }
        lines.push_str(word);
        if index == 0
            && script::is_bare_label(word)
            && text[word.len()..].trim_start().starts_with(is_cjk)
        {
            lines.push('.');
        }
    }
}

/// The offsets at which a sense other than the first one begins.
fn sense_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut depth = 0_usize;
    let mut last = ' ';
    let mut white = 0_usize;
    text.char_indices().filter_map(move |(at, c)| {
        if c.is_whitespace() {
            white += 1;
            return None;
        }
        let begins = depth == 0
            && at > 0
            && if white > 0 {
                begins_sense(&text[at..], last, white)
            } else {
                is_glued_label(&text[at..], last)
            };
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        last = c;
        white = 0;
        begins.then_some(at)
    })
}

/// Whether a sense begins with `text`. `last` is the character before it, `white` the number of
/// spaces between `last` and `text`. Between Latin words `a.` may end a sentence: a label counts
/// only after several spaces, a semicolon or a closing bracket.
fn begins_sense(text: &str, last: char, white: usize) -> bool {
    let semicolon = matches!(last, ';' | '；');
    if text.starts_with('[') {
        return semicolon && is_field(text);
    }
    let apart = semicolon || white > 1 || is_cjk(last) || "。…)）]】”’".contains(last);
    apart && last != '&' && script::label(text).is_some_and(|label| label.len() < text.trim().len())
}

/// Whether `text` begins with a part of speech that follows a Chinese gloss (`last` is its last
/// character) without a space: `放弃,沉溺n.  放任`.
fn is_glued_label(text: &str, last: char) -> bool {
    if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        return false;
    }
    let after =
        |label: &str| text[label.len()..].starts_with(|c: char| c.is_whitespace() || is_cjk(c));
    let is_gloss = is_cjk(last) && last.is_alphabetic() || "；;。，、)）".contains(last);
    is_gloss
        && script::label(text).is_some_and(|label| after(label) && label.len() < text.trim().len())
}

/// Whether the text begins with a field in Chinese: `[医]`, `[网络]`.
fn is_field(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    inner.is_some_and(|(field, _)| {
        (1..=6).contains(&field.chars().count()) && field.chars().all(is_cjk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_each_part_of_speech_its_line() {
        assert_eq!(split_senses("n. 能力  v. 使能"), "n. 能力\nv. 使能");
        assert_eq!(split_senses("prep. 在, 关于; adv. 大约"), "prep. 在, 关于\nadv. 大约");
        assert_eq!(split_senses("n. 家；居所 v. 回家"), "n. 家；居所\nv. 回家");
        assert_eq!(split_senses("第一; 一个; art. [计] 累加器"), "第一; 一个\nart. [计] 累加器");
        assert_eq!(split_senses("n. 能力, 才干; [经] 能力"), "n. 能力, 才干\n[经] 能力");
        assert_eq!(split_senses("vt.  放弃,沉溺n.  放任"), "vt. 放弃,沉溺\nn. 放任");
        assert_eq!(split_senses("v. 去，n. 围棋"), "v. 去\nn. 围棋");
    }

    #[test]
    fn keeps_one_sense_on_its_line() {
        for text in [
            "vt. & vi. 引导",
            "n. 分析（复数 pl. analyses）",
            "take vitamin a. daily",
            "adv. 上午 a.m.",
        ] {
            assert_eq!(split_senses(text), text);
        }
        assert_eq!(split_senses("a\u{7}b   c\t"), "a b c");
        assert_eq!(split_senses("v 放弃"), "v. 放弃");
    }

    #[test]
    fn a_label_alone_on_its_line_belongs_to_the_lines_below() {
        assert_eq!(
            normalise_labels("n.\na fruit\na tree\nv.\nto gather"),
            "n. a fruit\nn. a tree\nv. to gather"
        );
        assert_eq!(normalise_labels("vi., n.\n[ABnormal END]"), "vi. & n. [ABnormal END]");
        assert_eq!(normalise_labels("n.\nx\nv. y\nz"), "n. x\nv. y\nz");
        assert_eq!(normalise_labels("x\nn."), "x");
        assert_eq!(
            normalise_labels("【v.】去\n(n.) 走\nnoun 苹果\n(n.)\nx"),
            "v. 去\nn. 走\nn. 苹果\nn. x"
        );
        assert_eq!(normalise_labels("noun\n(Law) x"), "noun\n(Law) x");
        assert_eq!(
            normalise_labels("(n) 甲\nAdj. 乙\nn/v 丙\n名词：丁"),
            "n. 甲\nadj. 乙\nn. & v. 丙\nn. 丁"
        );
        assert_eq!(normalise_labels("<pron>\nit\n<n, fem>\nx"), "pron. it\nn. (fem) x");
        assert_eq!(
            normalise_labels("<pn>\nx\n<fem, n, sg>\ny\n<noun>\nz"),
            "(pn) x\nn. (fem, sg) y\nn. z"
        );
        assert_eq!(normalise_labels("<programming> x"), "<programming> x");
        assert_eq!(normalise_labels("v. i. To weigh\nv.t. 做"), "vi. To weigh\nvt. 做");
    }

    #[test]
    fn examples_and_related_words_belong_to_a_sense() {
        let text =
            "n. x\n\"A b.\"  - C d.\n“1 = 1” - eins\n\"E.\"\nSynonyms: {a}, {b c}\nAnt: d; e.";
        assert_eq!(
            normalise_labels(text),
            "n. x\n> A b. = C d.\n> 1 =\u{A0}1 = eins\n> E.\n= a; b c\n! d; e"
        );
        assert_eq!(
            normalise_labels("n. 甲\n例句：A b.\n同义词：a，b\n反义词: c"),
            "n. 甲\n> A b.\n= a; b\n! c"
        );
        for text in ["\"Title\"\nn. x", "n. x\n\"a\" or \"b\"", "n. x\nSyn: see {a} and more."] {
            assert_eq!(normalise_labels(text), text);
        }
    }

    #[test]
    fn a_line_of_another_program_has_no_line_marker() {
        for line in ["= x", "> x", "* A1", "@ n. x", "! x", "& x", "+ x"] {
            let escaped = escape_line_marker(line);
            assert_ne!(escaped, line);
            assert_eq!(escaped.replace('\u{A0}', " "), line);
        }
        assert_eq!(escape_line_marker("=x y"), "=x y");
    }

    #[test]
    fn takes_leading_pronunciations() {
        assert_eq!(take_phonetic("[]   pron. 其他人"), (None, "pron. 其他人"));
        assert_eq!(take_phonetic("//, n."), (None, "n."));
        assert_eq!(take_phonetic("*[ei] n. 甲"), (Some("ei".into()), "n. 甲"));
        assert_eq!(take_phonetic("*[医] 甲"), (None, "*[医] 甲"));
        assert_eq!(take_phonetic("/…/ /…/ <abbr>"), (None, "<abbr>"));
        assert_eq!(take_phonetic("/ % / /pəsˈɛnt/"), (Some("pəsˈɛnt".into()), ""));
        assert_eq!(take_phonetic("/…/ /a.aˈɾon / <pn>"), (Some("a.aˈɾon".into()), "<pn>"));
        assert_eq!(take_phonetic("/A·U·P/ x"), (Some("A·U·P".into()), "x"));
        assert_eq!(take_phonetic("[ei] art. 一"), (Some("ei".into()), "art. 一"));
        assert_eq!(take_phonetic("英 [a:] 美 [æ] n. 甲"), (Some("a:; æ".into()), "n. 甲"));
        assert_eq!(take_phonetic("/a/, /a/ n. 甲"), (Some("a".into()), "n. 甲"));
        assert_eq!(take_phonetic("[医] 甲"), (None, "[医] 甲"));
        assert_eq!(take_phonetic("n. [C] x"), (None, "n. [C] x"));
    }
}
