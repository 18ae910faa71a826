//! Recognises the encoding of a text file by its first bytes, and decodes the file to UTF-8 while
//! it is read: the bytes `C6 BB B9 FB` are `苹果` in GB18030.

use std::fmt;
use std::io::{self, Read};

use encoding_rs::{
    BIG5, DecoderResult, EUC_JP, EUC_KR, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
};

/// The encoding of a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

/// A text is in an encoding if at least this number of every ten non-ASCII characters are common
/// ones. Latin-1 text decodes to rare characters.
const COMMON_OF_TEN_MIN: usize = 8;

/// Number of bytes that are read and decoded at a time.
const BLOCK_BYTES: usize = 32 * 1024;

impl Encoding {
    /// UTF-8, which needs no decoding.
    pub const UTF8: Encoding = Encoding(UTF_8);

    /// The encoding with this name; `None` if it is unknown. Names are those of the WHATWG Encoding
    /// Standard.
    pub fn by_name(name: &str) -> Option<Encoding> {
        encoding_rs::Encoding::for_label(name.as_bytes()).map(Encoding)
    }

    /// The usual name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Recognises the encoding of a text by its first bytes: UTF-16 by its byte order mark or its
    /// zero bytes, the encodings of Japanese, Korean and Chinese by common characters. GB18030
    /// includes GBK and GB2312. Everything else is UTF-8.
    pub(super) fn detect(sample: &[u8]) -> Encoding {
        match sample {
            [0xff, 0xfe, ..] => Encoding(UTF_16LE),
            [0xfe, 0xff, ..] => Encoding(UTF_16BE),
            _ if sample.contains(&0) => utf_16_without_mark(sample),
            _ if is_utf8(sample) => Encoding::UTF8,
            _ => Encoding(detect_asian(sample).unwrap_or(UTF_8)),
        }
    }

    /// Decodes a stream to UTF-8 without a byte order mark. Invalid bytes become `U+FFFD`.
    pub(super) fn decode(self, inner: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        if self == Encoding::UTF8 {
            return inner;
        }
        let decoder = self.0.new_decoder_with_bom_removal();
        Box::new(Decoded { inner, decoder, raw: Vec::new(), text: Vec::new(), at: 0, ended: false })
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The encoding of a text with zero bytes. In UTF-16 only one byte of each letter, space and line
/// end is zero: the first or the second one, depending on the byte order.
fn utf_16_without_mark(sample: &[u8]) -> Encoding {
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let is_frequent = first + second >= UTF_16_ZEROS_MIN
        && (first + second) * UTF_16_ZEROS_ONE_IN >= sample.len();
    // A few Chinese characters have zero as the other byte, so a few zeros at that position are
    // allowed.
    match (first, second) {
        _ if !is_frequent => Encoding::UTF8,
        (first, second) if first * 8 <= second => Encoding(UTF_16LE),
        (first, second) if second * 8 <= first => Encoding(UTF_16BE),
        _ => Encoding::UTF8,
    }
}

/// A text is UTF-16 only if at least one in this number of bytes is zero.
const UTF_16_ZEROS_ONE_IN: usize = 4;

/// Minimum number of zero bytes of a text that is recognised as UTF-16.
const UTF_16_ZEROS_MIN: usize = 8;

/// Whether this is UTF-8; a character may be cut off at the end.
fn is_utf8(sample: &[u8]) -> bool {
    std::str::from_utf8(sample).err().is_none_or(|error| error.error_len().is_none())
}

/// The encoding of a text in Japanese, Korean or Chinese. Many texts are valid in several
/// encodings, so most characters must be frequent ones of the language.
fn detect_asian(sample: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let candidates: [(&encoding_rs::Encoding, HasFrequentCharacters); 5] = [
        (SHIFT_JIS, looks_like_shift_jis),
        (EUC_JP, looks_like_euc_jp),
        (EUC_KR, looks_like_euc_kr),
        (GB18030, looks_like_gb18030),
        (BIG5, looks_like_big5),
    ];
    // A line end is never part of a character, so no character is cut off before the last one.
    let end = sample.iter().rposition(|&byte| byte == b'\n').map_or(sample.len(), |at| at + 1);
    let text = if sample[..end].is_ascii() { sample } else { &sample[..end] };
    candidates.into_iter().find_map(|(encoding, has_frequent_characters)| {
        let characters = Characters::count_in(encoding, text)?;
        has_frequent_characters(&characters).then_some(encoding)
    })
}

/// Whether a text has the frequent characters of its encoding.
type HasFrequentCharacters = fn(&Characters) -> bool;

/// The non-ASCII characters of a text that was decoded from an encoding.
struct Characters {
    encoding: &'static encoding_rs::Encoding,
    all: Vec<char>,
    /// The whole text, with its ASCII characters.
    text: String,
}

impl Characters {
    /// Decodes a text. `None`: it is invalid, or has only ASCII characters.
    fn count_in(encoding: &'static encoding_rs::Encoding, text: &[u8]) -> Option<Characters> {
        let text = encoding.decode_without_bom_handling_and_without_replacement(text)?;
        let all: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        (!all.is_empty()).then(|| Characters { encoding, all, text: text.into_owned() })
    }

    /// The number of characters of this kind.
    fn count(&self, is_of_kind: impl Fn(char) -> bool) -> usize {
        self.all.iter().filter(|c| is_of_kind(**c)).count()
    }

    /// The number of characters that are encoded as two bytes, the first one in this range.
    fn count_with_lead_byte(&self, first: std::ops::RangeInclusive<u8>) -> usize {
        self.count(|c| {
            let mut buffer = [0; 4];
            let bytes = self.encoding.encode(c.encode_utf8(&mut buffer)).0;
            matches!(bytes[..], [lead, _] if first.contains(&lead))
        })
    }

    /// The number of pairs of neighbouring characters of this kind.
    fn pairs(&self, is_of_kind: impl Fn(char, char) -> bool) -> usize {
        let next = self.text.chars().skip(1);
        self.text.chars().zip(next).filter(|&(c, next)| is_of_kind(c, next)).count()
    }

    /// Whether this is a short text that has few of the characters of basic Chinese words if it is
    /// decoded as Chinese.
    fn is_unlikely_chinese(&self) -> bool {
        let (bytes, ..) = self.encoding.encode(&self.text);
        let (chinese, ..) = GB18030.decode(&bytes);
        let is_hanzi = |c: &char| matches!(c, '\u{4E00}'..='\u{9FFF}');
        let all = chinese.chars().filter(is_hanzi).count();
        let basic = chinese.chars().filter(|c| BASIC_HANZI.contains(*c)).count();
        (1..=SHORT_CHARACTERS_MAX).contains(&all) && basic * BASIC_HANZI_ONE_IN <= all
    }

    /// Whether this number of characters is nearly the number of all of them.
    fn is_nearly_all(&self, count: usize) -> bool {
        count * 10 >= self.all.len() * COMMON_OF_TEN_MIN
    }
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30FF}')
}

/// Fullwidth punctuation and letters, which all these encodings have.
fn is_fullwidth(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF01}'..='\u{FF5E}')
}

/// Japanese text has kana. Halfwidth kana do not count: their bytes are letters in other encodings.
fn looks_like_shift_jis(text: &Characters) -> bool {
    let kana = text.count(is_kana);
    let common = kana + text.count(is_fullwidth) + text.count_with_lead_byte(0x88..=0x98);
    kana * KANA_ONE_IN >= text.all.len() && text.is_nearly_all(common)
}

/// Kana have the same bytes in EUC-JP and in GB18030. One of three features shows EUC-JP:
/// - Marks of long vowels (`ー`) follow kana. In Chinese text these bytes are opening brackets, and
///   each has a closing bracket, which is the bar `―` in EUC-JP.
/// - Few first bytes are high. Frequent kanji have low ones in EUC-JP, but a quarter of all Chinese
///   text has high ones in GB18030: the words that begin with X, Y and Z.
/// - The text is short and has few of the characters of basic Chinese words.
fn looks_like_euc_jp(text: &Characters) -> bool {
    let kanji = text.count_with_lead_byte(0xB0..=0xF4);
    let rare = text.count_with_lead_byte(0xD0..=0xF4);
    let kana = text.count(is_kana);
    let long_vowels = text.pairs(|c, next| is_kana(c) && next == 'ー');
    let bars = text.count(|c| c == '―');
    kana * KANA_ONE_IN >= text.all.len()
        && text.is_nearly_all(kana + text.count(is_fullwidth) + kanji)
        && (long_vowels > bars * 2
            || kanji >= KANJI_MIN && rare * RARE_KANJI_ONE_IN <= kanji
            || kanji > 0 && text.is_unlikely_chinese())
}

/// All Korean syllables have first bytes in a range that covers only half of Chinese text. Chinese
/// words that are sorted by pinyin may all be in this range, too, but few of their characters have
/// the bytes of frequent Korean syllables.
fn looks_like_euc_kr(text: &Characters) -> bool {
    let syllables = text.count_with_lead_byte(0xB0..=0xC8);
    let frequent = text.count(|c| FREQUENT_SYLLABLES.contains(c));
    let basic = text.count(|c| FREQUENT_SYLLABLES.contains(c) || BASIC_SYLLABLES.contains(c));
    let is_basic = basic * 2 >= syllables && text.is_unlikely_chinese();
    syllables > 0
        && (syllables + text.count(is_fullwidth)) * 20 >= text.all.len() * 19
        && (syllables >= SYLLABLES_MIN && frequent * FREQUENT_SYLLABLES_ONE_IN >= syllables
            || is_basic)
}

/// Frequent Chinese characters have two high bytes. The letters of pronunciations have four bytes
/// in GB18030. Texts in other encodings do not contain such sequences by chance.
fn looks_like_gb18030(text: &Characters) -> bool {
    let is_common = |c: char| {
        matches!(c, '\u{3000}'..='\u{30FF}' | '\u{FF00}'..='\u{FFEF}')
            || GB18030.encode(c.encode_utf8(&mut [0; 4])).0.iter().all(|&byte| byte > 0xA0)
    };
    let common = text.count(is_common);
    let letters = text.count(|c| c < '\u{370}' && !is_common(c));
    common > 0 && text.is_nearly_all(common + letters)
}

/// In Big5, frequent Chinese characters have low first bytes.
fn looks_like_big5(text: &Characters) -> bool {
    text.is_nearly_all(text.count_with_lead_byte(0xA1..=0xC6))
}

/// At least one in this number of non-ASCII characters of a Japanese text must be kana.
const KANA_ONE_IN: usize = 8;

/// Minimum number of kanji that distinguish EUC-JP from GB18030.
const KANJI_MIN: usize = 4;

/// At most one in this number of kanji may be rare.
const RARE_KANJI_ONE_IN: usize = 10;

/// Minimum number of syllables that distinguish Korean from Chinese.
const SYLLABLES_MIN: usize = 4;

/// At least one in this number of syllables must be frequent. In Korean lists it is usually one in
/// two; in Chinese text that is decoded as Korean, at most one in ten.
const FREQUENT_SYLLABLES_ONE_IN: usize = 3;

/// The most frequent syllables of Korean, without those that have the bytes of a frequent Chinese
/// character.
const FREQUENT_SYLLABLES: &str = "이다하는의고지에사기가을를한로도어인리나아자서시대은그라으해수들있것게정보스여전주장원면니었동\
    상비과생학물거오무조진신위모마용공화미중발분방식경유연회계내교음";

/// Further syllables of basic words of Korean.
const BASIC_SYLLABLES: &str = "책컴퓨터빨간파란색꽃나학교집창침낮밤아버님머형누동구김치빵우커피차술고닭소개양말옷신발눈\
    코입귀손목가슴배봄여름을겨울월수금토요년분초비람운구늘땅별달산섬물불밥과사의선생친노래책상문트스카";

/// The characters of basic words of Chinese.
const BASIC_HANZI: &str = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年\
    过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者\
    意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己\
    制身果加西月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别\
    打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直命山金指许区保至形社便空决治展马科司五基眼书非则听白\
    却界达光放强即像难且思王完设式色路记南住告类求据程北边死张该交规万取拉格望觉术共确传师观清今切院让识候带导争运笔红字词\
    句英语音早吃喝树花草鸟鱼狗猫猪牛羊鸡车船飞包桌椅窗床房屋校朋友爸妈哥姐弟妹爷奶春夏秋冬黄蓝绿黑快慢短低冷热雨雪风云火\
    木土苹梨蕉球飯饭菜肉蛋奶茶衣服鞋帽件买卖钱店医病药跑跳唱舞画写读坐站笑哭爱喜欢六七八九零百千";

/// A text is not Chinese if at most one in this number of its characters is in [`BASIC_HANZI`].
const BASIC_HANZI_ONE_IN: usize = 6;

/// Maximum number of characters of a short text. Longer texts are recognised by frequent
/// characters.
const SHORT_CHARACTERS_MAX: usize = 60;

/// A stream that decodes another one to UTF-8.
struct Decoded {
    inner: Box<dyn Read + Send>,
    decoder: encoding_rs::Decoder,
    /// Bytes that are not decoded yet.
    raw: Vec<u8>,
    /// Decoded text. The part before `at` has been returned.
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Decoded {
    /// Reads and decodes the next block.
    fn fill(&mut self) -> io::Result<()> {
        self.raw.resize(BLOCK_BYTES, 0);
        let count = self.inner.read(&mut self.raw)?;
        self.ended = count == 0;
        let mut rest = &self.raw[..count];
        let mut text = String::new();
        loop {
            text.reserve(self.decoder.max_utf8_buffer_length(rest.len()).unwrap_or(BLOCK_BYTES));
            let (result, read) =
                self.decoder.decode_to_string_without_replacement(rest, &mut text, self.ended);
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => text.push(char::REPLACEMENT_CHARACTER),
            }
        }
        self.text = text.into_bytes();
        self.at = 0;
        Ok(())
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.fill()?;
        }
        let rest = &self.text[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(bytes: &[u8], name: &str, text: &str) {
        let encoding = Encoding::detect(bytes);
        let mut found = String::new();
        let bytes = io::Cursor::new(bytes.to_vec());
        encoding.decode(Box::new(bytes)).read_to_string(&mut found).unwrap();
        assert_eq!((encoding.name(), found.as_str()), (name, text));
    }

    #[test]
    fn recognises_and_decodes_the_encodings_of_books() {
        reads(b"\xff\xfea\0\xb0\x65", "UTF-16LE", "a新");
        reads(b"\xfe\xff\0a\x65\xb0", "UTF-16BE", "a新");
        reads(b"apple\t\xc6\xbb\xb9\xfb\n", "gb18030", "apple\t苹果\n");
        reads("apple\t苹果\n".as_bytes(), "UTF-8", "apple\t苹果\n");
        let text = "apple\t蘋果\npear\t這一個梨子\n";
        reads(&BIG5.encode(text).0, "Big5", text);
        let units = || text.encode_utf16();
        reads(&units().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), "UTF-16LE", text);
        reads(&units().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), "UTF-16BE", text);
        assert_eq!(Encoding::detect(b"apple\0pear\n"), Encoding::UTF8);
        assert_eq!(Encoding::detect(&"新".as_bytes()[..2]), Encoding::UTF8);
    }

    #[test]
    fn japanese_and_korean_are_not_taken_for_chinese() {
        let japanese = "学校\tがっこう\t多くの人が勉強する所\n林檎\tりんご\tfruit\n";
        for encoding in [EUC_JP, SHIFT_JIS] {
            reads(&encoding.encode(japanese).0, encoding.name(), japanese);
        }
        let korean = "사과\tapple\n학교\t학생이 공부하는 곳\n";
        reads(&EUC_KR.encode(korean).0, "EUC-KR", korean);
        let chinese = "学校\tがっこう\t许多人学习的地方\n学生\tがくせい\t在学校学习的人\n";
        reads(&GB18030.encode(chinese).0, "gb18030", chinese);
    }

    #[test]
    fn chinese_sorted_by_pinyin_is_not_taken_for_korean() {
        let rows = |words: &str| words.split(' ').map(|word| format!("w,{word}\n")).collect();
        let characters = (0xB0..=0xC7_u8)
            .flat_map(|first| (0xA1..=0xFE_u8).flat_map(move |next| [first, next, b'\n']));
        let dictionary = GB18030.decode(&characters.collect::<Vec<_>>()).0.into_owned();
        let texts: [String; 3] = [
            rows("安 白 吃 大 二 发 高 好 家 开 来 吗 拿"),
            rows("爸爸 大哥 弟弟 哥哥 姑姑 孩子 家里 老板 妈妈 姑妈"),
            dictionary,
        ];
        for text in texts {
            reads(&GB18030.encode(&text).0, "gb18030", &text);
        }
    }

    #[test]
    fn short_korean_and_kana_with_long_vowels_are_not_taken_for_chinese() {
        let korean = "apple,사과\nschool,학교\nteacher,선생님\nfriend,친구";
        reads(&EUC_KR.encode(korean).0, "EUC-KR", korean);
        let japanese = "computer,コンピュータ\ntable,テーブル\nphone,スマートフォン";
        reads(&EUC_JP.encode(japanese).0, "EUC-JP", japanese);
        let chinese = "がくせい〖名〗学生\nテレビ〖名〗电视\n";
        reads(&GB18030.encode(chinese).0, "gb18030", chinese);
    }

    #[test]
    fn short_lists_of_basic_words_are_recognised() {
        for text in
            ["컴퓨터 computer\n책 book\n", "apple 사과\nbook 책\n", "빨간색 red\n파란색 blue\n"]
        {
            reads(&EUC_KR.encode(text).0, "EUC-KR", text);
        }
        for text in ["水 みず water\n火 ひ fire\n", "apple,リンゴ\nbook,本\n"] {
            reads(&EUC_JP.encode(text).0, "EUC-JP", text);
        }
        for text in [
            "fox 狐狸\n",
            "coffee 咖啡\nred 红\n",
            "apple 苹果\n",
            "good 好\nbook 书\n",
            "a 阿姨\nb 胳膊\n",
        ] {
            reads(&GB18030.encode(text).0, "gb18030", text);
        }
    }

    #[test]
    fn letters_of_pronunciations_are_read_in_chinese_text() {
        let text = "apple,ˈæpl,苹果\nschool,skuːl,学校\n";
        reads(&GB18030.encode(text).0, "gb18030", text);
    }

    #[test]
    fn a_text_without_a_last_line_end_is_recognised() {
        reads(b"apple\n\xc6\xbb\xb9\xfb", "gb18030", "apple\n苹果");
    }

    #[test]
    fn latin_1_is_not_taken_for_chinese() {
        assert_eq!(Encoding::detect(b"caf\xe9 creme, \xe9t\xe9 na\xefve\n"), Encoding::UTF8);
    }

    #[test]
    fn undecodable_bytes_are_marked() {
        let mut text = String::new();
        let bytes = io::Cursor::new(b"\xc6\xbb\xff\xb9\xfb".to_vec());
        Encoding(GB18030).decode(Box::new(bytes)).read_to_string(&mut text).unwrap();
        assert!(text.starts_with('苹') && text.contains('\u{FFFD}'), "{text}");
    }
}
