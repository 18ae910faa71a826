//! Finds the headword in an example sentence, so that the page can show it in bold.

/// A piece of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExamplePiece {
    pub(crate) text: String,
    pub(crate) is_headword: bool,
}

/// The spellings that count as the headword in an example, in lower case: the word, its inflected
/// forms as the entry lists them, and all regular forms that it could have. Some of the regular
/// forms do not exist, which does no harm.
pub(super) fn headword_spellings<'a>(
    word: &str,
    listed: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let word = word.to_lowercase();
    let mut forms: Vec<String> = listed.map(str::to_lowercase).collect();
    let stem = word.strip_suffix('e').unwrap_or(&word);
    forms.extend(["s", "es"].map(|end| format!("{word}{end}")));
    forms.extend(["ed", "ing", "er", "est"].map(|end| format!("{stem}{end}")));
    if let Some(stem) = word.strip_suffix('y') {
        forms.extend(["ies", "ied", "ier", "iest"].map(|end| format!("{stem}{end}")));
    }
    if let Some(last) = word.chars().last().filter(char::is_ascii_alphabetic) {
        forms.extend(["ed", "ing"].map(|end| format!("{word}{last}{end}")));
    }
    forms.push(word);
    forms
}

/// Splits a sentence into pieces: each occurrence of the headword, and the text between. The case
/// of ASCII letters does not matter.
pub(super) fn split_at_headword(text: &str, forms: &[String]) -> Vec<ExamplePiece> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '-' || c == '\'' || c == '’';
    let mut pieces: Vec<ExamplePiece> = Vec::new();
    let mut push = |text: &str, is_headword: bool| match pieces.last_mut() {
        Some(last) if last.is_headword == is_headword => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => pieces.push(ExamplePiece { text: text.to_owned(), is_headword }),
    };
    let mut rest = text;
    while let Some(start) = rest.find(is_letter) {
        push(&rest[..start], false);
        rest = &rest[start..];
        let end = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        // A form may be a phrase of several words, so the longest form that matches here is taken.
        let longest = forms.iter().filter_map(|form| leading_form_bytes(rest, form)).max();
        let length = longest.unwrap_or(end);
        push(&rest[..length], longest.is_some());
        rest = &rest[length..];
    }
    push(rest, false);
    pieces
}

/// The length of `form` if the text begins with it and a word ends there; otherwise `None`.
fn leading_form_bytes(text: &str, form: &str) -> Option<usize> {
    let start = text.get(..form.len())?;
    let next = text[form.len()..].chars().next();
    let is_whole = next.is_none_or(|c| !c.is_alphanumeric() && c != '-');
    (is_whole && start.eq_ignore_ascii_case(form)).then_some(form.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headword_and_its_forms_are_marked_in_examples_and_longer_words_are_not() {
        let shown = |word: &str, listed: &[&str], text: &str| {
            let forms = headword_spellings(word, listed.iter().copied());
            let piece =
                |p: ExamplePiece| if p.is_headword { format!("[{}]", p.text) } else { p.text };
            split_at_headword(text, &forms).into_iter().map(piece).collect::<String>()
        };
        for (word, listed, text, wanted) in [
            (
                "run",
                &["ran"][..],
                "I ran; he Runs a run-down bar, running.",
                "I [ran]; he [Runs] a run-down bar, [running].",
            ),
            (
                "give up",
                &["gave up"],
                "He gave up. Never give up!",
                "He [gave up]. Never [give up]!",
            ),
            (
                "study",
                &[],
                "She studied — studying isn't fun",
                "She [studied] — [studying] isn't fun",
            ),
            ("café", &[], "Cafés, cafeteria", "[Cafés], cafeteria"),
        ] {
            assert_eq!(shown(word, listed, text), wanted);
        }
    }
}
