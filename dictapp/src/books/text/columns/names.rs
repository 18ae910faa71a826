//! The names that people give the columns of a table, in English, Chinese and other languages:
//! `meaning` and `释义` both name the explanation. They are compared in lower case. In the constants
//! below, pipes separate the names.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::books::overrides::Column;

/// The meaning of the name of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// The column has this content.
    Column(Column),
    /// British or American. The cells decide whether these are pronunciations or spellings.
    Region,
    /// Headwords in traditional characters, beside simplified ones or alone.
    Traditional,
    /// The lemma of the word in another column.
    Lemma,
}

/// The meaning of a name.
pub(super) fn find(name: &str) -> Option<Name> {
    static ALL: LazyLock<HashMap<&str, Name>> = LazyLock::new(|| {
        // A name in two lists has the meaning of the first list.
        let names = NAMES.iter().rev();
        names.flat_map(|(kind, names)| names.split('|').map(|name| (name, *kind))).collect()
    });
    ALL.get(name).copied()
}

/// The names of each kind of column.
const NAMES: &[(Name, &str)] = &[
    (Name::Column(Column::Word), WORD),
    (Name::Column(Column::Explanation), EXPLANATION),
    (Name::Column(Column::Phonetic), PHONETIC),
    (Name::Column(Column::Part), PART),
    (Name::Column(Column::Example), EXAMPLE),
    (Name::Column(Column::Translation), TRANSLATION),
    (Name::Column(Column::Rank), RANK),
    (Name::Column(Column::Forms), FORMS),
    (Name::Column(Column::Synonyms), SYNONYMS),
    (Name::Column(Column::Antonyms), ANTONYMS),
    (Name::Column(Column::Phrases), PHRASES),
    (Name::Column(Column::Level), LEVEL),
    (Name::Column(Column::Skip), NOT_IN_ENTRIES),
    (Name::Region, REGION),
    (Name::Traditional, TRADITIONAL),
    (Name::Lemma, LEMMA),
];

/// Whether a name is in a list of names with pipes between them.
pub(super) fn is_listed(list: &str, name: &str) -> bool {
    list.split('|').any(|known| known == name)
}

const WORD: &str = "word|words|headword|term|terms|front|entry|english|expression|vocabulary|vocab|lexeme|\
     spelling|source|question|单词|汉字|漢字|hanzi|kanji|词|词条|词目|词语|生词|英文|英语|\
     单词原型|词汇|英文单词|正面|單詞|單字|生字|詞|詞條|詞彙|字彙|英語|単語|英単語|見出し語|\
     wort|vokabel|mot|palabra|слово|word form|infinitive|base form|base verb|verb|v1|\
     target word|vocabulary word|key word|keyword|simplified|simplified chinese|简体|简体字|\
     簡體|原形|动词原形|原型|单词名|英文名|词语名称|生字词|idiom|成语|字词|字詞|單詞名|原词|\
     wörter|fremdwort|vokabeln|infinitiv|grundform|mots|vocabulaire|terme|infinitif|\
     palabras|vocabulario|término|infinitivo|parola|parole|vocabolo|termine|palavra|\
     palavras|termo|слова|термин|woord|ord|słowo|slovo|kelime|từ|từ vựng|单语|日语单词|\
     日文单词|日文|日语|言葉|語彙|表記|단어|어휘|낱말|표제어|영단어|คำศัพท์|คำ|古文|文言|\
     文言文|课文词语|题目|问题";

const EXPLANATION: &str = "mean|meaning|meanings|definition|definitions|explanation|description|translation|\
     translations|gloss|glosses|sense|senses|back|target|answer|chinese|释义|解释|意思|意义|\
     词意|翻译|译文|译义|中文|中文释义|汉译|含义|中文意思|汉语|词义|中文解释|答案|背面|釋義|\
     解釋|意義|翻譯|譯文|中譯|漢語|詞義|意味|訳|和訳|日本語訳|bedeutung|übersetzung|\
     traduction|signification|traducción|significado|перевод|значение|english meaning|\
     english definition|chinese meaning|def|equivalent|explanations|interpretation|义|\
     词汇意思|中文翻译|中文含义|中译|英文释义|英释|英解|英英释义|中英释义|解释义|基本释义|\
     详细释义|释意|译意|词释|对应中文|汉语意思|汉语释义|中文解釋|含義|中文意義|意味内容|\
     訳語|語義|定義|説明|bedeutungen|übersetzungen|erklärung|definición|definiciones|\
     traducciones|sens|définition|définitions|traductions|explication|significato|\
     significati|traduzione|traduzioni|definizione|tradução|traduções|definição|betekenis|\
     vertaling|betydelse|översättning|znaczenie|tłumaczenie|význam|překlad|anlam|çeviri|\
     anlamı|nghĩa|ý nghĩa|значения|толкование|определение|뜻|의미|해석|뜻풀이|번역|정의|\
     영어 뜻|ความหมาย|คำแปล|今译|今义|白话|白话文|现代汉语";

const PHONETIC: &str = "phonetic|phonetics|phonetic symbol|ipa|pron|pronunciation|transcription|reading|音标|\
     英音|美音|发音|读音|注音|拼音|音標|發音|讀音|pinyin|kana|かな|仮名|読み|読み方|発音|\
     aussprache|prononciation|phonetic transcription|phonetic spelling|ipa uk|ipa us|\
     pronounce|reading (kana)|romanization|romanisation|romaji|rōmaji|jyutping|zhuyin|\
     bopomofo|hiragana|furigana|katakana|yomi|音|国际音标|英标|音标（英）|拼音读音|假名|\
     平假名|片假名|罗马音|羅馬拼音|漢語拼音|汉语拼音|振假名|ふりがな|フリガナ|ひらがな|よみ|\
     よみがな|ローマ字|lautschrift|transcription phonétique|phonétique|pronunciación|\
     fonética|pronuncia|pronúncia|uitspraak|транскрипция|произношение|발음|발음기호|\
     読み仮名|uttal|wymowa|výslovnost|okunuş|phiên âm|hán việt";

/// Parts of speech. Genders and articles belong to them.
const PART: &str = "pos|p.o.s.|part|part of speech|parts of speech|partofspeech|class|word class|type|\
     word type|grammar|词性|词类|詞性|詞類|品詞|wortart|词性分类|类别词性|nature|catégorie|\
     catégorie grammaticale|categoría|categoría gramatical|categoria|classe gramatical|\
     часть речи|품사|woordsoort|ordklass|część mowy|từ loại|gender|genus|genre|género|\
     genere|gênero|artikel|article|der/die/das|冠词|词性（阴阳）|阴阳性|род|性";

const EXAMPLE: &str = "example|examples|example sentence|sentence|sentences|sample|usage|context|例句|\
     英文例句|例文|用例|beispiel|exemple|ejemplo|пример|example phrase|example sentences|\
     phrase example|quote|quotation|citation|sample sentence|original sentence|highlight|例|\
     例子|例句（英）|例句英文|英语例句|例题|句子|原句|例證|造句|语境|上下文|用法|用法示例|\
     用法例句|beispielsatz|beispielsätze|beispiele|satz|exemples|phrase d'exemple|ejemplos|\
     frase|oración|esempio|esempi|exemplo|exemplos|voorbeeld|voorbeeldzin|exempel|przykład|\
     příklad|örnek|ví dụ|примеры|예문|예시|예|文例|ตัวอย่าง";

const TRANSLATION: &str = "example translation|sentence translation|例句翻译|例句翻譯|例句释义|例句中文|中文例句|\
     translation of example|example meaning|sentence meaning|translated sentence|例句译文|\
     例句譯文|例句意思|句子翻译|译句|例文訳|例文の訳|예문 번역|예문 해석|예문 뜻";

const RANK: &str = "rank|词频|词频排名|詞頻|frequency rank|freq rank|词频序|频率排名|rang|frq|bnc";

const FORMS: &str = "forms|inflections|exchange|variants|spellings|other spellings|变形|词形|词形变化|變形|\
     詞形變化|form|inflected forms|word forms|alternative spelling|other forms|\
     irregular forms|declension|conjugation|past|past tense|past simple|simple past|\
     preterite|preterit|past participle|past part.|pp|v2|v3|v4|v5|present participle|gerund|\
     ing form|3rd person|third person|3rd person singular|third person singular|plural|\
     plural form|plurals|comparative|comparative form|superlative|superlative form|过去式|\
     过去分词|现在分词|动名词|第三人称|第三人称单数|三单|复数|复数形式|比较级|最高级|\
     单词变形|动词变形|变化形式|词形变换|其他形式|异形|异体|過去式|過去分詞|現在分詞|複數|\
     比較級|最高級|過去形|複数形|pluralform|präteritum|perfekt|partizip ii|partizip|\
     komparativ|superlativ|pluriel|féminin|participe passé|participe|femenino|plurale|\
     femminile|participio|множественное число";

const SYNONYMS: &str = "synonym|synonyms|syn|syn.|同义词|近义词|同義詞|近義詞|同/近义词|synonyme|sinónimos|\
     sinonimi|類義語|同義語|유의어|동의어|синонимы";

const ANTONYMS: &str = "antonym|antonyms|ant|ant.|opposite|opposites|反义词|反義詞|antonyme|gegenteil|\
     antónimos|contrari|対義語|反対語|반의어|антонимы";

const PHRASES: &str = "phrase|短语|phrase list|collocation|collocations|phrases|idioms|词组|短语搭配|搭配|\
     固定搭配|常用搭配|常用短语|词组短语|短语词组|相关短语|詞組|片語|redewendungen|\
     kollokationen|expressions|連語|熟語|숙어";

const LEVEL: &str = "level|cefr|cefr level|niveau|等级|级别|难度|難度|等級";

const REGION: &str = "uk|us|u.k.|u.s.|british|american|bre|ame|brit|amer|gb|英式|美式|英|美|英国|美国|英國|\
     美國";

const TRADITIONAL: &str = "traditional|한자|traditional chinese|trad|trad.|繁体|繁體|繁体字|繁體字|正體|正體字|\
     正体";

const LEMMA: &str = "stem|lemma|lemmas|词干|词元|原型词";

/// Columns that are no part of an entry.
const NOT_IN_ENTRIES: &str = "id|guid|uuid|no|no.|nr|nr.|#|number|index|order|key id|序号|编号|序|序號|編號|番号|\
     번호|num|n°|№|date|time|timestamp|created|created at|added|date added|added on|\
     modified|updated|last review|日期|时间|添加时间|创建时间|添加日期|记录时间|加入时间|\
     收藏时间|日付|날짜|datum|tag|tags|deck|note type|notetype|标签|標籤|タグ|태그|分类|\
     分類|类别|category|categories|topic|theme|group|list|单词本|分组|生词本|audio|sound|\
     sounds|mp3|voice|pronunciation audio|音频|发音音频|语音|image|images|picture|photo|\
     图片|圖片|link|url|source url|链接|網址|网址|page|pages|unit|lesson|chapter|book|页码|\
     頁碼|页|单元|單元|课|课次|章节|册|教材|来源|出处|出典|book title|author|书名|location|\
     位置|note|notes|remark|remarks|comment|comments|hint|mnemonic|备注|備註|笔记|筆記|注释|\
     助记|记忆法|词根|词根词缀|etymology|词源|notizen|bemerkung|remarque|nota|메모|비고|\
     備考|メモ|freq|frequency|count|times|score|familiarity|status|known|star|stars|collins|\
     oxford|detail|lang|language|book key|bookkey|dict key|dictkey|asin|word key|wordkey|\
     频率|频次|次数|熟悉度|掌握程度|状态|是否掌握|复习次数";

/// Names of languages. In a row with two of them, the first is the headword's.
pub(super) const LANGUAGES: &str = "english|chinese|german|french|spanish|italian|portuguese|russian|japanese|korean|latin|\
     arabic|persian|greek|dutch|turkish|vietnamese|英语|英文|中文|汉语|德语|法语|西班牙语|\
     意大利语|俄语|日语|日文|韩语|英語|中国語|日本語|deutsch|englisch|französisch|français|\
     anglais|allemand|español|inglés|italiano|русский|английский|thai|hindi|polish|swedish|\
     czech|danish|norwegian|finnish|hebrew|ukrainian|hungarian|indonesian|mandarin|\
     cantonese|esperanto|한국어|영어|일본어|중국어|韩文|韓語|法文|德文|華語|italienisch|\
     spanisch|japanisch|chinesisch|koreanisch|russisch|lateinisch|japonais|chinois|coréen|\
     espagnol|francés|alemán|chino|japonés|inglese|francese|tedesco|немецкий|китайский|\
     polski|nederlands|svenska|português|tiếng việt|tiếng anh|türkçe|ingilizce";

/// Codes of languages. They name columns only if every column has one.
pub(super) const CODES: &str = "en|zh|cn|de|fr|es|it|pt|ru|ja|jp|ko|kr|la|ar|nl|vi|th|pl|sv|zh cn|zh-cn|zh-tw|zh-hans|\
     zh-hant|zh_cn|en-us|en-gb|en_us|eng|chi|zho|chs|cht|deu|ger|fra|fre|spa|ita|por|rus|jpn|kor";
