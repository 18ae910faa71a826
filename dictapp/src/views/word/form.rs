//! Says which form of its headword a word is: "past tense of go".

use crate::model::{Form, FormKind, Spelling};
use crate::site::Inflection;
use crate::texts::{Texts, fill};

/// The inflected forms of one kind, as they are shown.
#[derive(Debug)]
pub(crate) struct ShownForm(pub(super) Form);

impl ShownForm {
    /// The name of this kind of form.
    pub(crate) fn name(&self, t: &Texts) -> &'static str {
        form_name(self.0.kind, t)
    }

    /// The spellings. If a spelling is used in one region only, the name of the region precedes it.
    pub(crate) fn spellings(&self) -> String {
        let spelling = |one: &Spelling| match one.region {
            Some(region) => format!("{} {}", region.as_str(), one.text),
            None => one.text.clone(),
        };
        self.0.spellings.iter().map(spelling).collect::<Vec<_>>().join(", ")
    }
}

/// The kinds of the forms that have this spelling: each once, in the usual order.
pub(crate) fn kinds_of_form<'a>(
    forms: impl Iterator<Item = &'a Form>,
    spelling: &str,
) -> Vec<FormKind> {
    let folded = spelling.to_lowercase();
    let has = |form: &&Form| form.spellings.iter().any(|one| one.text.to_lowercase() == folded);
    let mut kinds: Vec<FormKind> = forms.filter(has).map(|form| form.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The name of a kind of form.
fn form_name(kind: FormKind, t: &Texts) -> &'static str {
    let f = &t.form;
    match kind {
        FormKind::Plural => f.plural,
        FormKind::Third => f.third,
        FormKind::Past => f.past,
        FormKind::Participle => f.participle,
        FormKind::Ing => f.ing,
        FormKind::Comparative => f.comparative,
        FormKind::Superlative => f.superlative,
    }
}

/// The text for an inflected form.
pub(crate) fn inflection_text(inflection: &Inflection, t: &Texts) -> String {
    let names: Vec<&str> = inflection.kinds.iter().map(|kind| form_name(*kind, t)).collect();
    let names = if names.is_empty() { t.form.some.to_owned() } else { names.join(t.form.and) };
    // The headword is filled in last, since it may contain text such as `{kind}`.
    fill(&fill(t.form.of, "kind", names), "word", &inflection.headword)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Explanation;
    use crate::texts::Language;

    #[track_caller]
    fn reads(explanation: &str, spelling: &str, expected: [&str; 2]) {
        let explanation = Explanation::parse(explanation);
        let forms = explanation.parts.iter().flat_map(|part| &part.forms);
        let kinds = kinds_of_form(forms, spelling);
        let inflection = Inflection { headword: "go".to_owned(), kinds };
        let texts = [Language::Chinese, Language::English].map(Language::texts);
        assert_eq!(texts.map(|t| inflection_text(&inflection, t)), expected, "{spelling}");
    }

    #[test]
    fn a_form_is_named_by_its_kinds() {
        let explanation = "@ v. | third goes; past went, wore, worn; participle worn\nv. 去";
        reads(explanation, "Went", ["go 的过去式", "past tense of go"]);
        reads(explanation, "worn", ["go 的过去式、过去分词", "past tense, past participle of go"]);
        reads(explanation, "gone", ["go 的变化形式", "form of go"]);
    }
}
