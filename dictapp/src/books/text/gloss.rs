//! Converts an explanation as other programs and people write it to the notation, this project's
//! text form of an [`Explanation`](crate::model::Explanation): takes the pronunciation from it,
//! puts each sense on its own line, and unifies the labels of parts of speech, synonyms and
//! examples.

use super::script::{self, is_cjk};

/// Splits an explanation into the pronunciations before it, joined by `; `, and the rest. Empty
/// brackets before it are removed.
pub(crate) fn take_phonetic(text: &str) -> (Option<String>, &str) {
    // Books of KingSoft have a star before it: `*[ei]`.
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

/// The text without the empty brackets at its beginning: a word list has them if it lacks the
/// pronunciation.
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

/// Protects a line of another program that begins like a line of the notation, such as `= `: puts a
/// no-break space after the mark, so that the line is plain text. Other lines stay as they are.
pub(crate) fn guarded(line: &str) -> std::borrow::Cow<'_, str> {
    let is_mark = |c: char| ">=!&+*@".contains(c);
    match line.split_once(' ') {
        Some((mark, rest)) if mark.len() == 1 && mark.contains(is_mark) => {
            format!("{mark}\u{A0}{rest}").into()
        }
        _ => line.into(),
    }
}

/// Converts the labels of an explanation to the notation. A part of speech alone on its line is put
/// before the lines below it, until the next part of speech.
pub(crate) fn labelled(mean: &str) -> String {
    let mut labels = Labels::default();
    mean.lines().filter_map(|line| labels.line(line)).collect::<Vec<_>>().join("\n")
}

/// Like [`labelled`], for an explanation whose examples (`> text`) are in the notation already.
pub(crate) fn labelled_between_examples(mean: &str) -> String {
    let mut labels = Labels::default();
    let line = |line: &str| match line.strip_prefix("> ") {
        Some(_) => Some(line.to_owned()),
        None => labels.line(line),
    };
    mean.lines().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// Converts the labels of an explanation line by line.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// The part of speech that was alone on a line above, for the lines below it.
    open: Option<String>,
    /// Whether a sense was read. Before it, no line is an example or a list of synonyms.
    has_sense: bool,
}

impl Labels {
    /// Converts a line. `None`: it is empty or only a part of speech, so there is no line to show.
    pub(super) fn line(&mut self, line: &str) -> Option<String> {
        let line = line.trim();
        if line.is_empty() {
            return None;
        }
        if self.has_sense
            && let Some(line) = related(line).or_else(|| example(line))
        {
            return Some(line);
        }
        let unified = unified_label(line);
        let line = unified.as_deref().unwrap_or(line);
        let label = script::labels_alone(line).map(notation_labels);
        if let Some(label) = label.or_else(|| angled_label(line)) {
            self.open = Some(label);
            return None;
        }
        let line = match script::dotted_label(line) {
            Some((label, length)) if line.len() == length => {
                self.open = Some(label.to_owned());
                return None;
            }
            Some((label, length)) => format!("{label} {}", line[length..].trim_start()),
            None => guarded(line).into_owned(),
        };
        let begins_with_label = script::label(&line).is_some();
        if begins_with_label {
            self.open = None;
        }
        self.has_sense = true;
        Some(match &self.open {
            Some(label) => format!("{label} {line}"),
            None => line,
        })
    }
}

/// Maximum number of words of a synonym. A longer text is prose.
const RELATED_WORDS_MAX: usize = 5;

/// The names before lists of related words in other books and in our exports, and the marks of such
/// lists in the notation.
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
/// `None`: it is no such list, or is prose after such a name.
fn related(text: &str) -> Option<String> {
    let (name, words) = text.split_once(": ").or_else(|| text.split_once('：'))?;
    let (_, mark) = RELATED.iter().find(|(known, _)| *known == name)?;
    let words =
        words.split([',', ';', '，', '；', '、']).map(|word| word.trim().trim_end_matches('.'));
    let words: Vec<&str> = words.map(|word| word.trim_matches(['{', '}'])).collect();
    let is_list = words.iter().all(|word| {
        !word.is_empty()
            && !word.contains(['{', '}', '['])
            && word.split_whitespace().count() <= RELATED_WORDS_MAX
    });
    is_list.then(|| format!("{mark} {}", words.join("; ")))
}

/// Converts an example in quotes: `"Text."  - Translation.` becomes `> Text. = Translation.`, a
/// text without translation `> Text.` `None`: the line is no such example.
fn example(text: &str) -> Option<String> {
    if let Some(text) = EXAMPLE_NAMES.iter().find_map(|name| text.strip_prefix(name)) {
        return (!text.trim().is_empty()).then(|| format!("> {}", equals_kept(text)));
    }
    let close = match text.chars().next()? {
        '"' => '"',
        '“' => '”',
        _ => return None,
    };
    let inner = text.strip_prefix(['"', '“'])?;
    if let Some(whole) = inner.strip_suffix(close).filter(|whole| !whole.contains(close)) {
        return Some(format!("> {}", equals_kept(whole)));
    }
    let (text, translation) = inner.split_once(close)?;
    let translation = translation.trim_start().strip_prefix("- ")?.trim();
    Some(format!("> {} = {translation}", equals_kept(text)))
}

/// Names before examples in Chinese books.
const EXAMPLE_NAMES: [&str; 6] = ["例：", "例:", "例句：", "例句:", "[例句]", "【例句】"];

/// Protects the equals signs of an example, which would begin its translation, with a no-break
/// space.
pub(crate) fn equals_kept(text: &str) -> String {
    text.trim().replace(" = ", " =\u{A0}")
}

/// Replaces the part of speech at the beginning of a line by its label in the notation if it is in
/// brackets or spelled differently: `(n.) 苹果`, `【v.】去`, `noun 苹果`, `Adj. 红`. `None`: there is
/// no such part of speech.
fn unified_label(line: &str) -> Option<String> {
    let named = || script::named_before_gloss(line).map(|(label, at)| (label.to_owned(), at));
    let (label, length) = script::enclosed_label(line)
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
        known.or_else(|| script::part_named(piece))
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

/// Converts the labels of a line to labels of the notation: `vi., n.` becomes `vi. & n.`, `n`
/// becomes `n.`.
fn notation_labels(labels: &str) -> String {
    let pieces = labels.split([' ', ',', '/', '&', ';', '，', '；']);
    let pieces = pieces.filter(|piece| !piece.is_empty() && *piece != "and" && *piece != "or");
    let dotted = pieces.map(|piece| {
        if let Some((label, _)) = script::dotted_label(piece) {
            return label.to_owned();
        }
        if piece.ends_with('.') { piece.to_owned() } else { format!("{piece}.") }
    });
    dotted.collect::<Vec<_>>().join(" & ")
}

/// Begins a new line at each part of speech, and at each `[field]` after a semicolon.
pub(crate) fn one_sense_a_line(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut from = 0;
    for at in breaks(text).chain([text.len()]) {
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

/// The offsets at which a new sense begins.
fn breaks(text: &str) -> impl Iterator<Item = usize> {
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
/// spaces between them. Between Latin words `a.` may end a sentence, so a label counts there only
/// after a gap, a semicolon or a closing bracket.
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
        assert_eq!(one_sense_a_line("n. 能力  v. 使能"), "n. 能力\nv. 使能");
        assert_eq!(one_sense_a_line("prep. 在, 关于; adv. 大约"), "prep. 在, 关于\nadv. 大约");
        assert_eq!(one_sense_a_line("n. 家；居所 v. 回家"), "n. 家；居所\nv. 回家");
        assert_eq!(
            one_sense_a_line("第一; 一个; art. [计] 累加器"),
            "第一; 一个\nart. [计] 累加器"
        );
        assert_eq!(one_sense_a_line("n. 能力, 才干; [经] 能力"), "n. 能力, 才干\n[经] 能力");
        assert_eq!(one_sense_a_line("vt.  放弃,沉溺n.  放任"), "vt. 放弃,沉溺\nn. 放任");
        assert_eq!(one_sense_a_line("v. 去，n. 围棋"), "v. 去\nn. 围棋");
    }

    #[test]
    fn keeps_one_sense_on_its_line() {
        for text in [
            "vt. & vi. 引导",
            "n. 分析（复数 pl. analyses）",
            "take vitamin a. daily",
            "adv. 上午 a.m.",
        ] {
            assert_eq!(one_sense_a_line(text), text);
        }
        assert_eq!(one_sense_a_line("a\u{7}b   c\t"), "a b c");
        assert_eq!(one_sense_a_line("v 放弃"), "v. 放弃");
    }

    #[test]
    fn a_label_alone_on_its_line_belongs_to_the_lines_below() {
        assert_eq!(
            labelled("n.\na fruit\na tree\nv.\nto gather"),
            "n. a fruit\nn. a tree\nv. to gather"
        );
        assert_eq!(labelled("vi., n.\n[ABnormal END]"), "vi. & n. [ABnormal END]");
        assert_eq!(labelled("n.\nx\nv. y\nz"), "n. x\nv. y\nz");
        assert_eq!(labelled("x\nn."), "x");
        assert_eq!(
            labelled("【v.】去\n(n.) 走\nnoun 苹果\n(n.)\nx"),
            "v. 去\nn. 走\nn. 苹果\nn. x"
        );
        assert_eq!(labelled("noun\n(Law) x"), "noun\n(Law) x");
        assert_eq!(
            labelled("(n) 甲\nAdj. 乙\nn/v 丙\n名词：丁"),
            "n. 甲\nadj. 乙\nn. & v. 丙\nn. 丁"
        );
        assert_eq!(labelled("<pron>\nit\n<n, fem>\nx"), "pron. it\nn. (fem) x");
        assert_eq!(labelled("<pn>\nx\n<fem, n, sg>\ny\n<noun>\nz"), "(pn) x\nn. (fem, sg) y\nn. z");
        assert_eq!(labelled("<programming> x"), "<programming> x");
        assert_eq!(labelled("v. i. To weigh\nv.t. 做"), "vi. To weigh\nvt. 做");
    }

    #[test]
    fn examples_and_related_words_belong_to_a_sense() {
        let text =
            "n. x\n\"A b.\"  - C d.\n“1 = 1” - eins\n\"E.\"\nSynonyms: {a}, {b c}\nAnt: d; e.";
        assert_eq!(
            labelled(text),
            "n. x\n> A b. = C d.\n> 1 =\u{A0}1 = eins\n> E.\n= a; b c\n! d; e"
        );
        assert_eq!(
            labelled("n. 甲\n例句：A b.\n同义词：a，b\n反义词: c"),
            "n. 甲\n> A b.\n= a; b\n! c"
        );
        for text in ["\"Title\"\nn. x", "n. x\n\"a\" or \"b\"", "n. x\nSyn: see {a} and more."] {
            assert_eq!(labelled(text), text);
        }
    }

    #[test]
    fn a_foreign_line_is_never_a_mark() {
        for line in ["= x", "> x", "* A1", "@ n. x", "! x", "& x", "+ x"] {
            let guarded = guarded(line);
            assert_ne!(guarded, line);
            assert_eq!(guarded.replace('\u{A0}', " "), line);
        }
        assert_eq!(guarded("=x y"), "=x y");
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
