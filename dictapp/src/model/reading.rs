//! Parses the parts of the line that opens a part of speech of an explanation
//! (`@ n. UK ˈrekɔːd; US ˈrekərd | plural records | A2`): pronunciations, inflected forms and
//! level.

/// A level of the Common European Framework of Reference for Languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Beginner.
    A1,
    /// Elementary.
    A2,
    /// Intermediate.
    B1,
    /// Upper intermediate.
    B2,
    /// Advanced.
    C1,
    /// Proficient.
    C2,
}

impl Level {
    /// All levels, the easiest first.
    pub const ALL: [Level; 6] = [Level::A1, Level::A2, Level::B1, Level::B2, Level::C1, Level::C2];

    /// Parses `A1` to `C2`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// The name of the level.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::A1 => "A1",
            Level::A2 => "A2",
            Level::B1 => "B1",
            Level::B2 => "B2",
            Level::C1 => "C1",
            Level::C2 => "C2",
        }
    }
}

/// The region of a pronunciation or spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// Britain.
    Uk,
    /// North America.
    Us,
}

impl Region {
    /// The word for the region in the notation of explanations.
    pub fn as_str(self) -> &'static str {
        match self {
            Region::Uk => "UK",
            Region::Us => "US",
        }
    }

    /// Splits a text into the region with which it begins, if there is one, and the text after it.
    fn strip(text: &str) -> (Option<Region>, &str) {
        for region in [Region::Uk, Region::Us] {
            let rest = text.strip_prefix(region.as_str()).and_then(|rest| rest.strip_prefix(' '));
            if let Some(rest) = rest {
                return (Some(region), rest.trim_start());
            }
        }
        (None, text)
    }
}

/// A pronunciation of a part of speech.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pronunciation {
    /// The region; `None`: the pronunciation of all regions.
    pub region: Option<Region>,
    /// Whether it is the unstressed form of a function word.
    pub is_weak: bool,
    /// The pronunciation in the International Phonetic Alphabet, without slashes.
    pub ipa: String,
}

/// The inflected forms of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The kind.
    pub kind: FormKind,
    /// The spellings, the most frequent first.
    pub spellings: Vec<Spelling>,
}

/// A spelling of an inflected form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The region; `None`: the spelling of all regions.
    pub region: Option<Region>,
    /// The spelling.
    pub text: String,
}

/// The kinds of inflected forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FormKind {
    /// Of a noun: `records`.
    Plural,
    /// The third person singular of the present of a verb: `records`.
    Third,
    /// The simple past of a verb: `recorded`.
    Past,
    /// The past participle of a verb: `recorded`.
    Participle,
    /// The present participle of a verb: `recording`.
    Ing,
    /// Of an adjective or adverb: `better`.
    Comparative,
    /// Of an adjective or adverb: `best`.
    Superlative,
}

impl FormKind {
    /// All kinds, in the usual order of dictionaries.
    pub const ALL: [FormKind; 7] = [
        FormKind::Plural,
        FormKind::Third,
        FormKind::Past,
        FormKind::Participle,
        FormKind::Ing,
        FormKind::Comparative,
        FormKind::Superlative,
    ];

    /// The word for the kind in the notation of explanations.
    pub fn as_str(self) -> &'static str {
        match self {
            FormKind::Plural => "plural",
            FormKind::Third => "third",
            FormKind::Past => "past",
            FormKind::Participle => "participle",
            FormKind::Ing => "ing",
            FormKind::Comparative => "comparative",
            FormKind::Superlative => "superlative",
        }
    }
}

impl Pronunciation {
    /// Parses `UK ˈrekɔːd`, `weak ə`, `weak UK ə` or `əˈbaʊt`. `None`: the pronunciation is
    /// missing.
    fn parse(text: &str) -> Option<Pronunciation> {
        let (is_weak, text) = match text.strip_prefix("weak ") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        let (region, ipa) = Region::strip(text);
        (!ipa.is_empty()).then(|| Pronunciation { region, is_weak, ipa: ipa.to_owned() })
    }

    /// Parses the pronunciations of a part, separated by semicolons.
    pub(super) fn parse_all(text: &str) -> Vec<Pronunciation> {
        text.split(';').filter_map(|one| Pronunciation::parse(one.trim())).collect()
    }
}

impl Form {
    /// Parses `past learned, UK learnt`. `None`: the kind is unknown or has no spelling.
    fn parse(text: &str) -> Option<Form> {
        let (name, rest) = text.split_once(' ')?;
        let kind = FormKind::ALL.into_iter().find(|kind| kind.as_str() == name)?;
        let spellings = rest.split(',').map(str::trim).filter(|text| !text.is_empty());
        let spellings: Vec<Spelling> = spellings.map(Spelling::parse).collect();
        (!spellings.is_empty()).then_some(Form { kind, spellings })
    }

    /// Parses the forms of a part, separated by semicolons. Skips unknown kinds.
    pub(super) fn parse_all(text: &str) -> Vec<Form> {
        text.split(';').filter_map(|one| Form::parse(one.trim())).collect()
    }
}

impl Spelling {
    /// Parses `learned` or `UK learnt`.
    fn parse(text: &str) -> Spelling {
        let (region, text) = Region::strip(text);
        Spelling { region, text: text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pronunciations_have_a_region_or_none_and_may_be_weak() {
        let found = Pronunciation::parse_all("UK ɒv; US ʌv; weak əv; weak UK ə;; UK ");
        let said =
            |region, is_weak, ipa: &str| Pronunciation { region, is_weak, ipa: ipa.to_owned() };
        let wanted = [
            said(Some(Region::Uk), false, "ɒv"),
            said(Some(Region::Us), false, "ʌv"),
            said(None, true, "əv"),
            said(Some(Region::Uk), true, "ə"),
            // A region without a pronunciation is read as one.
            said(None, false, "UK"),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn forms_have_a_known_kind_and_perhaps_several_spellings() {
        let found = Form::parse_all("third travels; past UK travelled, US traveled; odd x; ing ,");
        let kinds: Vec<FormKind> = found.iter().map(|form| form.kind).collect();
        assert_eq!(kinds, [FormKind::Third, FormKind::Past]);
        let past = found[1].spellings.iter().map(|s| (s.region, s.text.as_str()));
        let wanted = [(Some(Region::Uk), "travelled"), (Some(Region::Us), "traveled")];
        assert_eq!(past.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn levels_go_from_a1_to_c2() {
        assert_eq!(Level::parse("B2"), Some(Level::B2));
        assert_eq!(Level::parse("b2"), None);
        assert!(Level::A1 < Level::C2);
    }
}
