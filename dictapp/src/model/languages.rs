//! The languages of a book (a dictionary). Turns the codes that books and people write (`eng`,
//! `DE`) into language tags for pages (`en`, `de`), and guesses the language of a text by its
//! script.

use std::fmt;

use serde::Serialize;

/// Each language: its ISO 639-1 code, then the codes of three letters that mean the same, as
/// FreeDict and StarDict use them.
const CODES: &str = "aa aar;ab abk;ae ave;af afr;ak aka;am amh;an arg;ar ara;as asm;av ava;ay aym;\
az aze;ba bak;be bel;bg bul;bi bis;bm bam;bn ben;bo bod tib;br bre;bs bos;ca cat;ce che;ch cha;\
co cos;cr cre;cs ces cze;cu chu;cv chv;cy cym wel;da dan;de deu ger;dv div;dz dzo;ee ewe;\
el ell gre;en eng;eo epo;es spa;et est;eu eus baq;fa fas per;ff ful;fi fin;fj fij;fo fao;\
fr fra fre;fy fry;ga gle;gd gla;gl glg;gn grn;gu guj;gv glv;ha hau;he heb;hi hin;ho hmo;hr hrv;\
ht hat;hu hun;hy hye arm;hz her;ia ina;id ind;ie ile;ig ibo;ii iii;ik ipk;io ido;is isl ice;\
it ita;iu iku;ja jpn;jv jav;ka kat geo;kg kon;ki kik;kj kua;kk kaz;kl kal;km khm;kn kan;ko kor;\
kr kau;ks kas;ku kur;kv kom;kw cor;ky kir;la lat;lb ltz;lg lug;li lim;ln lin;lo lao;lt lit;lu lub;\
lv lav;mg mlg;mh mah;mi mri mao;mk mkd mac;ml mal;mn mon;mr mar;ms msa may;mt mlt;my mya bur;\
na nau;nb nob;nd nde;ne nep;ng ndo;nl nld dut;nn nno;no nor;nr nbl;nv nav;ny nya;oc oci;oj oji;\
om orm;or ori;os oss;pa pan;pi pli;pl pol;ps pus;pt por;qu que;rm roh;rn run;ro ron rum;ru rus;\
rw kin;sa san;sc srd;sd snd;se sme;sg sag;sh hbs;si sin;sk slk slo;sl slv;sm smo;sn sna;so som;\
sq sqi alb;sr srp;ss ssw;st sot;su sun;sv swe;sw swa swh;ta tam;te tel;tg tgk;th tha;ti tir;tk tuk;\
tl tgl;tn tsn;to ton;tr tur;ts tso;tt tat;tw twi;ty tah;ug uig;uk ukr;ur urd;uz uzb;ve ven;vi vie;\
vo vol;wa wln;wo wol;xh xho;yi yid;yo yor;za zha;zh zho chi;zu zul";

/// Languages that are written from right to left.
const RIGHT_TO_LEFT: &[&str] = &["ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];

/// A language by its tag, for the attribute `lang`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LanguageTag(&'static str);

impl LanguageTag {
    /// English.
    pub const ENGLISH: LanguageTag = LanguageTag("en");
    /// Chinese in simplified characters.
    pub const CHINESE: LanguageTag = LanguageTag("zh-Hans");

    /// The language of a code: `en`, `eng`; in any letter case. `None`: the code is unknown.
    pub fn parse(code: &str) -> Option<LanguageTag> {
        let same = |known: &str| known.eq_ignore_ascii_case(code);
        let language = CODES.split(';').find(|codes| codes.split(' ').any(same))?;
        match language.split(' ').next()? {
            "zh" => Some(LanguageTag::CHINESE),
            tag => Some(LanguageTag(tag)),
        }
    }

    /// The most likely language of a text, judged by its script. A text in Latin letters counts as
    /// English.
    pub fn from_text(text: &str) -> LanguageTag {
        let tag = |c| match c {
            '\u{3040}'..='\u{30FF}' => Some("ja"),
            '\u{AC00}'..='\u{D7AF}' => Some("ko"),
            '\u{0400}'..='\u{052F}' => Some("ru"),
            '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}' => Some("el"),
            '\u{0590}'..='\u{05FF}' | '\u{FB1D}'..='\u{FB4F}' => Some("he"),
            '\u{0600}'..='\u{06FF}' | '\u{0750}'..='\u{077F}' => Some("ar"),
            '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' => Some("ar"),
            '\u{0900}'..='\u{097F}' => Some("hi"),
            '\u{0E00}'..='\u{0E7F}' => Some("th"),
            '\u{2E80}'..='\u{2FDF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' => {
                Some("zh-Hans")
            }
            '\u{20000}'..='\u{3FFFF}' => Some("zh-Hans"),
            _ => None,
        };
        let mut tags = text.chars().filter_map(tag);
        // Phonetic symbols such as θ are Greek letters: a text counts as Greek only if its first
        // letter is Greek.
        let first = tags.next().filter(|&tag| tag != "el" || begins_with_greek(text));
        match first {
            // Japanese is written with Chinese characters too.
            Some("zh-Hans") if tags.any(|tag| tag == "ja") => LanguageTag("ja"),
            Some(tag) => LanguageTag(tag),
            None => LanguageTag::ENGLISH,
        }
    }

    /// The tag.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The ISO 639-1 code, without the script.
    pub fn code(self) -> &'static str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(self) -> bool {
        RIGHT_TO_LEFT.contains(&self.0)
    }
}

/// Whether the first letter of a text is Greek.
fn begins_with_greek(text: &str) -> bool {
    let first = text.chars().find(|c| c.is_alphabetic());
    first.is_some_and(|c| matches!(c, '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}'))
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The two languages of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Languages {
    /// The language of the headwords.
    pub from: LanguageTag,
    /// The language of the explanations.
    pub to: LanguageTag,
}

impl Languages {
    /// Parses two codes with one of `- _ → /` between them: `en-zh`, `deu-eng`. `None` if a code is
    /// unknown.
    pub fn parse(text: &str) -> Option<Languages> {
        let (from, to) = text.trim().split_once(['-', '_', '→', '/'])?;
        Some(Languages {
            from: LanguageTag::parse(from.trim())?,
            to: LanguageTag::parse(to.trim())?,
        })
    }

    /// The language of a headword or an example. If the book's language of headwords is Chinese or
    /// unknown, the script of the text decides: in a book of Chinese and another language,
    /// headwords and explanations may contain both languages.
    pub fn of_source(languages: Option<Languages>, text: &str) -> LanguageTag {
        known_or_guessed(languages.map(|languages| languages.from), text)
    }

    /// The language of an explanation or a translation; like [`Languages::of_source`].
    pub fn of_target(languages: Option<Languages>, text: &str) -> LanguageTag {
        known_or_guessed(languages.map(|languages| languages.to), text)
    }
}

/// The known language, unless that is Chinese or missing; otherwise the language of the text's
/// script.
fn known_or_guessed(known: Option<LanguageTag>, text: &str) -> LanguageTag {
    match known {
        Some(language) if language != LanguageTag::CHINESE => language,
        _ => LanguageTag::from_text(text),
    }
}

impl fmt::Display for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.code(), self.to.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_two_and_three_letters_are_the_same_language() {
        for code in ["de", "deu", "ger", "DE"] {
            assert_eq!(LanguageTag::parse(code).map(LanguageTag::as_str), Some("de"), "{code}");
        }
        for code in ["", "d", "xx", "german", "de;dv"] {
            assert_eq!(LanguageTag::parse(code), None, "{code}");
        }
    }

    #[test]
    fn languages_are_written_as_they_are_read() {
        for (text, shown) in [("en-zh", "en-zh"), ("eng-chi", "en-zh"), (" ara_fas ", "ar-fa")] {
            let languages = Languages::parse(text).expect(text);
            assert_eq!(languages.to_string(), shown);
            assert_eq!(Languages::parse(shown), Some(languages));
        }
        for text in ["", "en", "en-", "en-xx", "-zh"] {
            assert_eq!(Languages::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_script_shows_the_language_and_its_direction() {
        for (text, tag) in [
            ("apple", "en"),
            ("苹果 (apple)", "zh-Hans"),
            ("林檎 りんご", "ja"),
            ("사과", "ko"),
            ("яблоко", "ru"),
            ("μήλο", "el"),
            ("the letter θ", "en"),
            ("תפוח", "he"),
            ("تفاحة", "ar"),
        ] {
            assert_eq!(LanguageTag::from_text(text).as_str(), tag, "{text}");
            let is_right_to_left = matches!(tag, "he" | "ar");
            assert_eq!(LanguageTag::from_text(text).is_right_to_left(), is_right_to_left, "{text}");
        }
    }

    #[test]
    fn the_script_decides_the_language_of_texts_in_a_chinese_book() {
        let book = Languages::parse("en-zh");
        assert_eq!(Languages::of_target(book, "苹果").as_str(), "zh-Hans");
        assert_eq!(Languages::of_target(book, "see pear").as_str(), "en");
        let book = Languages::parse("fr-fa");
        assert_eq!(Languages::of_source(book, "pomme").as_str(), "fr");
        assert_eq!(Languages::of_target(book, "سیب").as_str(), "fa");
    }
}
