//! Homographs: headwords with the same spelling and different pronunciations, such as `lead` (led,
//! the metal) and `lead` (liːd, to guide). When their articles are joined to one entry, the
//! pronunciation of each is written into the explanation: `@ n. led` before `n. 铅`.

use crate::model::{Entry, split_part};

use super::limits::PHONETIC_BYTES_MAX;

/// Separates the pronunciations of an entry.
const SEPARATOR: &str = "; ";

/// Whether a later entry of the same headword has a pronunciation that the first one lacks. `false`
/// if one of the two entries has no pronunciation.
pub(super) fn has_new_pronunciation(first: &Entry, later: &Entry) -> bool {
    match (&first.phonetic, &later.phonetic) {
        (Some(first), Some(later)) => !first.split(SEPARATOR).any(|known| known == later),
        _ => false,
    }
}

/// Writes the pronunciation of an entry into its explanation: as a line `@ n. led` before the
/// senses of each part of speech, and as `[led]` in the first line if that has no part of speech.
/// Does nothing if the explanation has lines that begin with `@` already.
pub(super) fn write_pronunciation(entry: &mut Entry) {
    let Some(phonetic) = entry.phonetic.as_deref() else { return };
    let mut lines = Vec::new();
    let mut last_label = None;
    for line in entry.explanation.lines() {
        let (label, _) = split_part(line);
        // `.book` files and Wiktionary have such lines already.
        if line.starts_with("@ ") {
            return;
        }
        let is_new = last_label != Some(label);
        match label {
            "" if last_label.is_none() => lines.push(format!("[{phonetic}] {line}")),
            "" => lines.push(line.to_owned()),
            label => {
                lines.extend(is_new.then(|| format!("@ {label} {phonetic}")));
                lines.push(line.to_owned());
            }
        }
        last_label = if label.is_empty() { last_label.or(Some("")) } else { Some(label) };
    }
    entry.explanation = lines.join("\n");
}

/// Joins two pronunciations with a semicolon. Keeps only the first one if it contains the later
/// one, or if the result would be too long.
pub(super) fn join_pronunciations(first: Option<String>, later: Option<String>) -> Option<String> {
    let (Some(first), Some(later)) = (&first, &later) else { return first.or(later) };
    let is_known = first.split(SEPARATOR).any(|known| known == later);
    if is_known || first.len() + SEPARATOR.len() + later.len() > PHONETIC_BYTES_MAX {
        return Some(first.clone());
    }
    Some(format!("{first}{SEPARATOR}{later}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Word;

    fn with_pronunciation(explanation: &str) -> String {
        let word = Word::parse("lead").unwrap();
        let (phonetic, explanation) = (Some("led".to_owned()), explanation.to_owned());
        let mut entry = Entry { word, phonetic, explanation, rank: None, forms: Vec::new() };
        write_pronunciation(&mut entry);
        entry.explanation
    }

    #[test]
    fn each_part_of_speech_has_its_pronunciation() {
        assert_eq!(
            with_pronunciation("n. 铅\nn. 铅笔芯\nv. 加铅"),
            "@ n. led\nn. 铅\nn. 铅笔芯\n@ v. led\nv. 加铅"
        );
        assert_eq!(with_pronunciation("铅\n铅笔芯"), "[led] 铅\n铅笔芯");
    }
}
