//! Translates the labels of senses, such as "formal", to the language of the page.

use crate::texts::Texts;

/// Translates a label. A label that is not in the list stays as it is.
pub(super) fn shown_label(label: String, t: &Texts) -> String {
    let l = &t.label;
    let shown = match label.as_str() {
        "C" => l.countable,
        "U" => l.uncountable,
        "C or U" => l.either,
        "singular" => l.singular,
        "plural" => l.plural,
        "usually singular" => l.usually_singular,
        "usually plural" => l.usually_plural,
        "transitive" => l.transitive,
        "intransitive" => l.intransitive,
        "linking verb" => l.linking,
        "before noun" => l.before_noun,
        "not before noun" => l.not_before_noun,
        "usually passive" => l.passive,
        "formal" => l.formal,
        "informal" => l.informal,
        "spoken" => l.spoken,
        "written" => l.written,
        "literary" => l.literary,
        "slang" => l.slang,
        "humorous" => l.humorous,
        "approving" => l.approving,
        "disapproving" => l.disapproving,
        "British" => l.british,
        "American" => l.american,
        "dated" => l.dated,
        "taboo" => l.taboo,
        "offensive" => l.offensive,
        "technical" => l.technical,
        "computing" => l.computing,
        "law" => l.law,
        "medicine" => l.medicine,
        "biology" => l.biology,
        "chemistry" => l.chemistry,
        "physics" => l.physics,
        "mathematics" => l.mathematics,
        "grammar" => l.grammar,
        "business" => l.business,
        "politics" => l.politics,
        "military" => l.military,
        "religion" => l.religion,
        "music" => l.music,
        "sport" => l.sport,
        _ => return label,
    };
    shown.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LABELS;
    use crate::texts::Language;

    #[test]
    fn every_label_has_a_chinese_name_and_is_itself_in_english() {
        for label in LABELS {
            let english = shown_label((*label).to_owned(), Language::English.texts());
            let chinese = shown_label((*label).to_owned(), Language::Chinese.texts());
            assert_eq!(english, *label);
            assert!(!chinese.is_ascii(), "{label}");
        }
    }
}
