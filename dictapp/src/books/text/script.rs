//! Recognises Chinese script, parts of speech and pronunciations. They show the end of the headword
//! and the beginning of a sense: in `cat /kæt/ n. 猫`, `/kæt/` is a pronunciation and `n.` is a
//! label. A *label* is the abbreviation of a part of speech in an
//! [`Explanation`](crate::model::Explanation): `n.`, `vt.`

use crate::model::split_label;

use crate::books::limits::PHONETIC_BYTES_MAX;

/// Whether this is a character of Chinese, Japanese or Korean text.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The offsets at which words, separated by white space, begin.
pub(crate) fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut white = true;
    text.char_indices().filter_map(move |(at, c)| {
        let starts = white && !c.is_whitespace();
        white = c.is_whitespace();
        starts.then_some(at)
    })
}

/// The label at the beginning of this text: `n. 苹果`, `vt.放弃`, `n.`, but not `a.m.`.
pub(crate) fn label(text: &str) -> Option<&str> {
    let (part, rest) = split_label(text);
    let follows = &text[part.len()..];
    let whole = follows.is_empty()
        || follows.starts_with(|c: char| c.is_whitespace() || is_cjk(c) || "[(&/,<".contains(c))
        || (!part.is_empty() && !split_label(rest).0.is_empty());
    (!part.is_empty() && whole).then_some(part)
}

/// The labels of a line that consists only of labels, as they are written: `n.`, `vi., n.`,
/// `vt. & vi.`, `n`. `None`: the line has other text.
pub(crate) fn labels_alone(line: &str) -> Option<&str> {
    let line = line.trim().trim_end_matches([':', '：', ',']).trim_matches(['(', ')']);
    let mut pieces = line.split([' ', ',', '/', '&', ';', '，', '；']).filter(|p| !p.is_empty());
    let is_label = |piece: &str| {
        piece == "and"
            || piece == "or"
            || is_bare_label(piece)
            || label(piece) == Some(piece)
            || is_doubled_label(piece)
    };
    (!line.is_empty() && line.len() <= LABELS_BYTES_MAX && pieces.all(is_label)).then_some(line)
}

/// Names of parts of speech and their labels.
const NAMES: &[(&str, &str)] = &[
    ("noun", "n."),
    ("proper noun", "n."),
    ("verb", "v."),
    ("transitive verb", "vt."),
    ("intransitive verb", "vi."),
    ("phrasal verb", "v."),
    ("auxiliary verb", "aux."),
    ("modal verb", "modal."),
    ("adjective", "adj."),
    ("adverb", "adv."),
    ("preposition", "prep."),
    ("conjunction", "conj."),
    ("pronoun", "pron."),
    ("numeral", "num."),
    ("number", "num."),
    ("article", "art."),
    ("determiner", "det."),
    ("interjection", "int."),
    ("exclamation", "int."),
    ("abbreviation", "abbr."),
    ("phrase", "phr."),
    ("idiom", "phr."),
    ("prefix", "prefix."),
    ("suffix", "suffix."),
    ("名词", "n."),
    ("动词", "v."),
    ("及物动词", "vt."),
    ("不及物动词", "vi."),
    ("助动词", "aux."),
    ("情态动词", "modal."),
    ("形容词", "adj."),
    ("副词", "adv."),
    ("介词", "prep."),
    ("连词", "conj."),
    ("代词", "pron."),
    ("数词", "num."),
    ("冠词", "art."),
    ("限定词", "det."),
    ("感叹词", "int."),
    ("叹词", "int."),
    ("缩写", "abbr."),
    ("短语", "phr."),
    ("词组", "phr."),
    ("前缀", "prefix."),
    ("后缀", "suffix."),
];

/// Labels, each with the names of its part of speech in other languages. They are read only in a
/// column of parts of speech: elsewhere they may be other words.
const FOREIGN_NAMES: &[(&str, &str)] = &[
    ("n.", "substantiv|nomen|nom|sustantivo|sostantivo|существительное|名詞|명사"),
    (
        "adj.",
        "adjektiv|adjectif|adjetivo|aggettivo|прилагательное|形容詞|い形容詞|な形容詞|形容動詞|형용사",
    ),
    ("prep.", "präposition|préposition|介詞"),
    ("conj.", "konjunktion|接続詞|連詞"),
    ("pron.", "pronomen|代名詞|代詞|대명사"),
    ("int.", "interjektion"),
    ("v.", "verbe|verbo|глагол|動詞|동사"),
    ("adv.", "adverbe|adverbio|avverbio|наречие|副詞|부사"),
    ("vi.", "自動詞"),
    ("vt.", "他動詞"),
];

/// The labels of a text that names parts of speech: `n.`, `vt./vi.`, `Noun`, `noun, verb`, `名词`.
pub(crate) fn labels_of_names(text: &str) -> Option<String> {
    if let Some(labels) = labels_alone(text) {
        return Some(labels.to_owned());
    }
    let pieces = text.split([',', '/', '&', ';', '，', '；', '、', '|']).map(str::trim);
    let named = pieces.map(|piece| {
        let name = piece.trim_matches(['(', ')', '[', ']', '【', '】']).to_lowercase();
        let known = NAMES.iter().find(|(known, _)| *known == name).map(|(_, label)| *label);
        let is_foreign = |names: &str| names.split('|').any(|known| known == name);
        let foreign = || FOREIGN_NAMES.iter().find(|(_, names)| is_foreign(names));
        let known = known.or_else(|| foreign().map(|(label, _)| *label));
        known.map(str::to_owned).or_else(|| labels_alone(piece).map(str::to_owned))
    });
    Some(named.collect::<Option<Vec<_>>>()?.join(" & "))
}

/// The label for the name of a part of speech that is alone on its line: `noun`, `Verb:`, `(noun)`.
pub(crate) fn label_of_name_line(line: &str) -> Option<&'static str> {
    let name = line.trim_end_matches([':', '.']).trim_matches(['(', ')', '[', ']']).to_lowercase();
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, label)| *label)
}

/// The label for the name of a part of speech before a gloss, and the length of the name in bytes:
/// `noun 苹果`, `noun: a fruit`, `名词：苹果`.
pub(crate) fn name_before_gloss(text: &str) -> Option<(&'static str, usize)> {
    let word = text.split_whitespace().next()?;
    let follows = text[word.len()..].trim_start();
    let name = word.trim_end_matches(['.', ':']).to_lowercase();
    let known = NAMES.iter().find(|(known, _)| *known == name).filter(|_| name.is_ascii());
    if let Some((_, label)) = known {
        let is_gloss = follows.starts_with(is_cjk)
            || word.ends_with(':') && !follows.is_empty() && COMMON_NAMES.contains(&name.as_str());
        return is_gloss.then_some((label, word.len()));
    }
    if text.starts_with(|c: char| c.is_ascii()) {
        return None;
    }
    let is_separator = |c: char| c.is_whitespace() || "：:.．".contains(c);
    NAMES.iter().filter(|(known, _)| !known.is_ascii()).find_map(|(known, label)| {
        let rest = text.strip_prefix(known)?.strip_prefix(is_separator)?;
        let length = text.len() - rest.len();
        rest.trim_start().starts_with(is_cjk).then_some((*label, length))
    })
}

/// Names of parts of speech that are labels before a colon and a gloss in English. Another name may
/// belong to the gloss: `number: 5`.
const COMMON_NAMES: &[&str] = &[
    "noun",
    "verb",
    "adjective",
    "adverb",
    "preposition",
    "conjunction",
    "pronoun",
    "interjection",
];

/// The label for a part of speech in another spelling before a Chinese gloss, and the length of the
/// spelling in bytes: `Adj. 红`, `N. 苹果`, `n．苹果`, `n/v 结果`.
pub(crate) fn respelled_before_gloss(text: &str) -> Option<(String, usize)> {
    let is_part = |c: char| c.is_ascii_alphabetic() || c == '/' || c == '&';
    let length = text.find(|c: char| !is_part(c))?;
    let (word, after) = text.split_at(length);
    let rest = after.strip_prefix(['.', '．', '。']).unwrap_or(after);
    let has_dot = rest.len() < after.len();
    let lower_case = word.to_lowercase();
    let labels = with_dots(&lower_case).or_else(|| {
        // `A. 甲` is an item of a list.
        let label = format!("{lower_case}.");
        (lower_case.len() > 1 && whole_label(&label).is_some()).then_some(label)
    })?;
    // A capital without a dot is a name: `V 形`.
    let is_respelled = after.starts_with(['．', '。'])
        || word.contains(['/', '&'])
        || lower_case != word && (has_dot || word.len() > 2);
    let is_gloss = (has_dot || rest.starts_with(' ')) && rest.trim_start().starts_with(is_cjk);
    (is_respelled && is_gloss).then_some((labels, text.len() - rest.len()))
}

/// Adds the dots that labels lack: `n` becomes `n.`, `n/v` becomes `n. & v.`. `None`: a part of
/// the word is no label.
pub(crate) fn with_dots(word: &str) -> Option<String> {
    let pieces = || word.split(['/', '&']);
    let labels = pieces().map(|piece| format!("{piece}.")).collect::<Vec<_>>().join(" & ");
    pieces().all(is_bare_label).then_some(labels)
}

/// The text, if it is a label.
fn whole_label(text: &str) -> Option<&str> {
    label(text).filter(|label| *label == text)
}

/// The label for a part of speech in brackets, and its length in bytes with the brackets: `(n.)`,
/// `【v.】`, `[adj]`.
pub(crate) fn bracketed_label(text: &str) -> Option<(String, usize)> {
    let close = match text.chars().next()? {
        '(' => ')',
        '（' => '）',
        '[' => ']',
        '【' => '】',
        '<' => '>',
        _ => return None,
    };
    let open = text.chars().next().map_or(0, char::len_utf8);
    let end = text.find(close)?;
    let inner = text.get(open..end)?.trim();
    let is_whole = inner.ends_with('.') && whole_label(inner).is_some();
    let end = end + close.len_utf8();
    let after = text[end..].trim_start();
    // `(v) To go` may be the fifth item of a list.
    let is_item = inner.len() == 1 && !after.is_empty() && !after.starts_with(is_cjk);
    let bare = || with_dots(inner).filter(|_| !is_item);
    Some((if is_whole { inner.to_owned() } else { bare()? }, end))
}

/// Maximum length in bytes of a line of labels. A longer line is text.
const LABELS_BYTES_MAX: usize = 40;

/// Whether this is `vt.vi.`: two labels without a space.
fn is_doubled_label(piece: &str) -> bool {
    let (first, rest) = split_label(piece);
    !first.is_empty() && label(rest) == Some(rest)
}

/// The label (`vt.`) for a part of speech that is written with more dots (`v.t.`, `v. i.`), and the
/// length of this spelling in bytes.
pub(crate) fn label_with_inner_dots(text: &str) -> Option<(&'static str, usize)> {
    let (label, rest) = match text.as_bytes() {
        [b'v', b'.', b't', b'.', ..] => ("vt.", 4),
        [b'v', b'.', b'i', b'.', ..] => ("vi.", 4),
        [b'v', b'.', b' ', b't', b'.', ..] => ("vt.", 5),
        [b'v', b'.', b' ', b'i', b'.', ..] => ("vi.", 5),
        _ => return None,
    };
    let follows = text[rest..].chars().next();
    follows
        .is_none_or(|c| c.is_whitespace() || is_cjk(c) || ",;&".contains(c))
        .then_some((label, rest))
}

/// Whether this is a part of speech without its dot, as in lists typed by hand.
pub(crate) fn is_bare_label(word: &str) -> bool {
    matches!(word, "n" | "v" | "vt" | "vi" | "adj" | "adv" | "prep" | "conj" | "pron" | "num")
}

/// The pronunciation at the beginning of this text, and the length in bytes up to its end: `[ei]`,
/// `/ei/`, also after the variety of English, as in Chinese word lists (`英 [ei]`).
pub(crate) fn leading_phonetic(text: &str) -> Option<(&str, usize)> {
    leading_brackets(text).filter(|(inner, length)| {
        // Text between slashes is never a label, and a part of speech often follows a
        // pronunciation.
        let follows = text[*length..].trim_start();
        without_variety(text).starts_with('/')
            || has_phonetic_feature(inner)
            || !LABEL_WORDS.contains(inner) && !inner.contains(' ') && label(follows).is_some()
    })
}

/// Whether the text begins with a pronunciation, or a label that looks like one (`[countable]`).
/// Neither occurs inside a headword.
pub(crate) fn begins_with_brackets(text: &str) -> bool {
    leading_brackets(text).is_some()
}

/// Names of varieties of English and of notations for pronunciations, and characters after them.
const VARIETIES: &[&str] = &[
    "英式", "美式", "英音", "美音", "英", "美", "UK", "US", "BrE", "AmE", "KK", "DJ", ":", "：",
    " ",
];

/// The text after the variety of English before a pronunciation.
fn without_variety(text: &str) -> &str {
    let mut rest = text;
    while let Some(after) = VARIETIES.iter().find_map(|variety| rest.strip_prefix(variety)) {
        rest = after;
    }
    rest
}

/// Labels in brackets that also occur before a part of speech.
const LABEL_WORDS: &[&str] =
    &["pl", "sing", "adj", "adv", "usu", "pred", "attrib", "formal", "informal"];

/// Notes inside a pronunciation: weak, strong, British, American.
const NOTES: [char; 4] = ['弱', '强', '英', '美'];

/// Whether a character is a letter or a stress mark that only pronunciations have.
pub(crate) fn is_phonetic_letter(c: char) -> bool {
    "ˈˌːəɪʊɔʌθʃʒŋɑɛɜɡɒɚɝ".contains(c)
}

/// Maximum length in bytes of a pronunciation between slashes: FreeDict has pronunciations of whole
/// sentences. One of more than [`PHONETIC_BYTES_MAX`] bytes is removed from the text as well, but
/// the entry does not keep it.
const PRONUNCIATION_BYTES_MAX: usize = 1024;

/// The text in the brackets or slashes at the beginning of this text if it may be a pronunciation,
/// and the length in bytes up to its end.
fn leading_brackets(text: &str) -> Option<(&str, usize)> {
    let inner = without_variety(text);
    let close = match inner.chars().next()? {
        '[' => ']',
        '/' => '/',
        '(' => ')',
        _ => return None,
    };
    let after = inner.get(1..)?;
    let ends = || after.match_indices(close).map(|(at, _)| at);
    let is_end = |at: &usize| {
        let follows = after[at + 1..].chars().next();
        follows.is_none_or(|c| c.is_whitespace() || ",;<".contains(c))
    };
    // FreeDict has `/(/ˈkrattsja//` and `/'la.na//`.
    let whole = ends().find(|at| close == '/' && is_end(at));
    let end = whole.or_else(|| ends().next())?;
    let phonetic = inner[1..=end].trim_start();
    let length = text.len() - inner.len() + end + 2;
    // Round brackets have many meanings, so a phonetic letter must be in them.
    if close == ')' && (!phonetic.contains(is_phonetic_letter) || phonetic.contains(is_cjk)) {
        return None;
    }
    // Between slashes anything is a pronunciation (`/A·U·P/`, `/IntEn"tsioːn/`), but not in a path.
    let follows = text[length..].chars().next();
    let is_slashed = close == '/'
        && phonetic.len() <= PRONUNCIATION_BYTES_MAX
        && phonetic.contains(char::is_alphabetic)
        && !phonetic.contains(|c: char| c == '=' || c == '\n' || is_cjk(c))
        && (follows.is_none_or(|c| c.is_whitespace() || is_cjk(c) || ",;<".contains(c))
            || label(&text[length..]).is_some());
    let has_phonetic_feature =
        may_be_pronunciation(phonetic) && (close != '/' || !phonetic.is_ascii());
    let phonetic = phonetic.trim().trim_start_matches("(/").trim_end_matches('/');
    (is_slashed || has_phonetic_feature).then_some((phonetic, length))
}

/// Whether a text in brackets may be a pronunciation. It must not be a field of knowledge (`[医]`),
/// a note of grammar (`[pl.]`), or a name (`[Moho]`).
fn may_be_pronunciation(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= PHONETIC_BYTES_MAX
        && text.trim() == text
        && text.chars().any(|c| c.is_alphabetic() && !NOTES.contains(&c))
        && !text.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
        && !text.chars().any(|c| {
            c == '=' || c.is_control() || is_cjk(c) && c.is_alphabetic() && !NOTES.contains(&c)
        })
        && split_label(text).0.is_empty()
}

/// Maximum length of a pronunciation in English letters without a mark of stress or length (`[ei]`,
/// `[bed]`). A longer text may be a label (`[formal]`). A pronunciation that stays in the text can
/// still be read there, but a label that is removed is lost.
const PLAIN_LETTERS_MAX: usize = 4;

/// Characters that replace phonetic letters in older fonts.
const PHONETIC_SUBSTITUTES: &str = "∫∧∂ˈˌː";

/// Whether this text has a feature of pronunciations that a label (`[countable]`, `[pl]`,
/// `[see: x]`) lacks.
fn has_phonetic_feature(text: &str) -> bool {
    let plain = text.len() <= PLAIN_LETTERS_MAX
        && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        && text.contains(['a', 'e', 'i', 'o', 'u'])
        && !is_bare_label(text);
    let marked = |word: &str| word.contains([':', '\'', '’', '´', '`']);
    plain
        || text
            .chars()
            .any(|c| !c.is_ascii() && (c.is_alphabetic() || PHONETIC_SUBSTITUTES.contains(c)))
        || text.split_whitespace().all(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_labels_from_abbreviations() {
        assert_eq!(label("n. 苹果"), Some("n."));
        assert_eq!(label("vt.放弃"), Some("vt."));
        assert_eq!(label("vt.vi. 引导"), Some("vt."));
        assert_eq!(label("a.m."), None);
        assert_eq!(label("e.g. this"), None);
        assert_eq!(labels_alone("vi., n."), Some("vi., n."));
        assert_eq!(labels_alone("vt. & vi."), Some("vt. & vi."));
        assert_eq!(labels_alone("a.m."), None);
        assert_eq!(labels_alone("n. x"), None);
        assert_eq!(label_with_inner_dots("v.t. 做"), Some(("vt.", 4)));
        assert_eq!(label_with_inner_dots("v. i. To go"), Some(("vi.", 5)));
        assert_eq!(label_with_inner_dots("v. it"), None);
    }

    #[test]
    fn knows_parts_of_speech_in_other_spellings() {
        let respelled = |text: &str| respelled_before_gloss(text).map(|(label, _)| label);
        for (text, label) in [
            ("Adj. 红", "adj."),
            ("ADV 红", "adv."),
            ("N. 苹果", "n."),
            ("n．苹果", "n."),
            ("n/v 结果", "n. & v."),
            ("vt&vi 引导", "vt. & vi."),
        ] {
            assert_eq!(respelled(text).as_deref(), Some(label), "{text}");
        }
        for text in ["V 形", "N. America", "n. 苹果", "A 甲", "and/or 和"] {
            assert_eq!(respelled(text), None, "{text}");
        }
        assert_eq!(bracketed_label("(vt/vi) x"), Some(("vt. & vi.".to_owned(), 7)));
        assert_eq!(bracketed_label("[C] x"), None);
        assert_eq!(bracketed_label("(v) To go"), None);
        assert_eq!(name_before_gloss("名词：苹果"), Some(("n.", "名词：".len())));
        assert_eq!(name_before_gloss("noun: a fruit"), Some(("n.", 5)));
        assert_eq!(name_before_gloss("number: 5"), None);
    }

    #[test]
    fn tells_pronunciations_from_other_brackets() {
        assert_eq!(leading_phonetic("[ei] 一"), Some(("ei", 4)));
        assert_eq!(leading_phonetic("/ə'bændən/ v."), Some(("ə'bændən", 13)));
        assert_eq!(leading_phonetic("英 [kæt] 美 [kæt]").map(|p| p.0), Some("kæt"));
        for phonetic in [
            "[ri'kɔ:d, 'rekɔ:d]",
            "['pensl]",
            "[a:]",
            "[a´bend]",
            "[bed]",
            "/print/",
            "/O S too/",
            "/A·I k@m·pleet'/",
        ] {
            let inner = &phonetic[1..phonetic.len() - 1];
            assert_eq!(leading_phonetic(phonetic), Some((inner, phonetic.len())), "{phonetic}");
        }
        for (text, phonetic) in [
            ("/(/ˈkra// <n>", "ˈkra"),
            ("/'la.na// <n>", "'la.na"),
            ("/a/, /b/ n. x", "a"),
            ("[d] adj. x", "d"),
            ("[ ˈmæn] n. x", "ˈmæn"),
            ("[hæv, 弱həv] v. x", "hæv, 弱həv"),
            ("[frent∫] a. x", "frent∫"),
        ] {
            assert_eq!(leading_phonetic(text).map(|found| found.0), Some(phonetic), "{text}");
        }
        for other in [
            "[医] 膜",
            "[pl.] 锕类",
            "[Moho] 界",
            "[]",
            "[=oral]",
            "[moho ] x",
            "[open",
            "/etc/rc x",
        ] {
            assert_eq!(leading_phonetic(other), None, "{other}");
        }
    }

    #[test]
    fn labels_in_brackets_are_no_pronunciations() {
        for label in ["[countable] x", "[pl] x", "[adj] x", "[esp. US] x", "[see: apple] x"] {
            assert_eq!(leading_phonetic(label), None, "{label}");
            assert!(begins_with_brackets(label), "{label}");
        }
    }
}
