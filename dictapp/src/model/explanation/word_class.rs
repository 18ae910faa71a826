//! The parts of speech, and the labels that books (dictionaries) use for them.

/// A part of speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordClass {
    /// A noun.
    Noun,
    /// A verb.
    Verb,
    /// A transitive verb.
    TransitiveVerb,
    /// An intransitive verb.
    IntransitiveVerb,
    /// An auxiliary verb.
    AuxiliaryVerb,
    /// A modal verb.
    ModalVerb,
    /// A linking verb.
    LinkingVerb,
    /// An adjective. WordNet marks satellite adjectives with `s.`.
    Adjective,
    /// An adverb. WordNet marks adverbs with `r.`.
    Adverb,
    /// A preposition.
    Preposition,
    /// A conjunction.
    Conjunction,
    /// A pronoun.
    Pronoun,
    /// A numeral.
    Numeral,
    /// An article.
    Article,
    /// A determiner.
    Determiner,
    /// An interjection.
    Interjection,
    /// An abbreviation.
    Abbreviation,
    /// A phrase.
    Phrase,
    /// A prefix.
    Prefix,
    /// A suffix.
    Suffix,
    /// A plural. Some books label senses with this and the next three instead of a part of speech.
    Plural,
    /// A singular.
    Singular,
    /// An infinitive.
    Infinitive,
    /// An uncountable noun.
    UncountableNoun,
}

impl WordClass {
    /// The part of speech of a label such as `n.`; `None` if the text is not such a label.
    pub fn of_label(label: &str) -> Option<WordClass> {
        Some(match label {
            "n." => WordClass::Noun,
            "v." => WordClass::Verb,
            "vt." => WordClass::TransitiveVerb,
            "vi." => WordClass::IntransitiveVerb,
            "aux." => WordClass::AuxiliaryVerb,
            "modal." => WordClass::ModalVerb,
            "link." | "linkv." => WordClass::LinkingVerb,
            "adj." | "a." | "s." => WordClass::Adjective,
            "adv." | "ad." | "r." => WordClass::Adverb,
            "prep." => WordClass::Preposition,
            "conj." => WordClass::Conjunction,
            "pron." => WordClass::Pronoun,
            "num." => WordClass::Numeral,
            "art." => WordClass::Article,
            "det." | "predet." | "quant." => WordClass::Determiner,
            "int." | "interj." | "excl." | "exclam." => WordClass::Interjection,
            "abbr." | "abbrev." => WordClass::Abbreviation,
            "phr." | "phrase." | "idm." | "na." => WordClass::Phrase,
            "prefix." | "pref." => WordClass::Prefix,
            "suffix." | "suf." | "suff." => WordClass::Suffix,
            "pl." => WordClass::Plural,
            "sing." => WordClass::Singular,
            "infinitive." => WordClass::Infinitive,
            "un." => WordClass::UncountableNoun,
            _ => return None,
        })
    }
}
