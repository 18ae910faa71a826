//! The fields of a JSON record of Wiktextract that an entry uses, such as `word`, `pos` and
//! `senses`. Other fields are ignored.

use serde::Deserialize;

/// One line of a file: a headword with one part of speech.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    pub(super) word: String,
    pub(super) pos: String,
    /// The name of the part of speech in the edition's language. The English edition has none.
    pub(super) pos_title: Option<String>,
    pub(super) lang_code: String,
    pub(super) senses: Vec<Sense>,
    pub(super) sounds: Vec<Sound>,
    pub(super) forms: Vec<Form>,
    pub(super) synonyms: Vec<Linked>,
    pub(super) antonyms: Vec<Linked>,
    /// The headword of a redirect.
    pub(super) title: Option<String>,
    /// The headword to which a redirect leads.
    pub(super) redirect: Option<String>,
}

/// A sense.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sense {
    /// The gloss, preceded by the glosses of the wider senses that contain this one.
    pub(super) glosses: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) topics: Vec<String>,
    pub(super) examples: Vec<Example>,
    pub(super) synonyms: Vec<Linked>,
    pub(super) antonyms: Vec<Linked>,
    /// The headwords that have the word as an inflected form in this sense.
    pub(super) form_of: Vec<Linked>,
    /// The headwords that have the word as another spelling in this sense.
    pub(super) alt_of: Vec<Linked>,
}

/// An example or a quotation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Example {
    pub(super) text: String,
    pub(super) translation: Option<String>,
    /// The translation in files before 2025. Files of that year have both.
    pub(super) english: Option<String>,
    /// The source of a quotation.
    #[serde(rename = "ref")]
    pub(super) source: Option<String>,
}

/// A pronunciation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sound {
    /// In the International Phonetic Alphabet.
    pub(super) ipa: Option<String>,
    /// A pronunciation of Chinese, as in Pinyin; the tags name the system.
    pub(super) zh_pron: Option<String>,
    /// The name of `zh_pron` in older files.
    #[serde(rename = "zh-pron")]
    pub(super) old_zh_pron: Option<String>,
    pub(super) tags: Vec<String>,
}

/// An inflected form or another spelling.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    pub(super) form: String,
    pub(super) tags: Vec<String>,
}

/// A reference to another headword.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Linked {
    pub(super) word: String,
}
