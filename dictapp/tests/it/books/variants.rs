//! The ways in which people write the same list: each text with the entries that are right.

use dictapp::books::{Book, BookKind};

/// The entries of a file, each on a line: headword, pronunciation, other spellings, and the lines
/// of the explanation after `|`.
pub(super) fn entries(name: &str, bytes: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut book = Book::open(BookKind::detect(&path).unwrap(), &path, |_| {}).unwrap();
    let mut lines = Vec::new();
    while let Some(entry) = book.next().unwrap() {
        let phonetic = entry.phonetic.map(|phonetic| format!(" /{phonetic}/"));
        let forms: String = entry.forms.iter().map(|form| format!(" ~{form}")).collect();
        let explanation = entry.explanation.replace('\n', " | ");
        lines.push(format!(
            "{}{}{forms} | {explanation}",
            entry.word,
            phonetic.unwrap_or_default()
        ));
    }
    lines
}

#[track_caller]
pub(super) fn reads(name: &str, text: &str, expected: &[&str]) {
    assert_eq!(entries(name, text.as_bytes()), expected, "{text:?}");
}

pub(super) const TWO: &[&str] = &["apple | 苹果", "pear | 梨"];

#[test]
fn separators_between_headword_and_meaning() {
    for text in [
        "apple：苹果\npear: 梨\n",
        "apple:: 苹果\npear ::梨\n",
        "apple - 苹果\npear – 梨\n",
        "apple -- 苹果\npear — 梨\n",
        "apple==苹果\npear = 梨\n",
        "apple => 苹果\npear -> 梨\n",
        "apple ➜ 苹果\npear → 梨\n",
        "apple|苹果\npear | 梨\n",
        "apple，苹果\npear,梨\n",
        "apple\t苹果\npear\t梨\n",
        "apple 苹果\npear 梨\n",
        "apple苹果\npear梨\n",
        "apple\u{3000}苹果\npear\u{3000}梨\n",
    ] {
        reads("a.txt", text, TWO);
    }
}

#[test]
fn separators_after_phrases() {
    let expected = ["give up | 放弃", "look after | 照顾", "keep on | 继续"];
    for separator in
        [" - ", " – ", "——", " = ", "=", " -> ", "→", " ; ", ";", " | ", "|", ", ", ",", "：", ": "]
    {
        let text = expected.map(|entry| entry.replace(" | ", separator)).join("\n");
        reads("a.txt", &text, &expected);
    }
    let expected = ["buenos días | good morning", "buenas noches | good night"];
    for separator in [" - ", " = ", " -> ", " | "] {
        let text = expected.map(|entry| entry.replace(" | ", separator)).join("\n");
        reads("a.txt", &text, &expected);
    }
}

#[test]
fn numbers_bullets_and_emphasis() {
    for text in [
        "1. apple 苹果\n2. pear 梨\n",
        "1.apple 苹果\n2.pear 梨\n",
        "1) apple 苹果\n2) pear 梨\n",
        "[1] apple 苹果\n[2] pear 梨\n",
        "（1）apple 苹果\n（2）pear 梨\n",
        "1\tapple\t苹果\n2\tpear\t梨\n",
        "001 apple 苹果\n002 pear 梨\n",
        "- apple 苹果\n- pear 梨\n",
        "- **apple**: 苹果\n- **pear**: 梨\n",
        "**apple** - 苹果\n**pear** - 梨\n",
        "* `apple` 苹果\n* `pear` 梨\n",
        "“apple” 苹果\n“pear” 梨\n",
        "\"apple\" = 苹果\n\"pear\" = 梨\n",
        "• apple: 苹果\r\n• pear: 梨\n",
        "# Unit 1\napple 苹果\n\n## Fruit\npear 梨\n",
    ] {
        reads("a.txt", text, TWO);
    }
}

#[test]
fn line_ends_and_marks_of_byte_order() {
    for text in [
        "\u{FEFF}apple 苹果\r\npear 梨\r\n",
        "apple 苹果\npear 梨\r\n",
        "apple 苹果\rpear 梨\r",
        "apple 苹果\n\u{FEFF}pear 梨\n",
    ] {
        reads("a.txt", text, TWO);
    }
    for text in [
        "\u{FEFF}word,meaning\r\napple,苹果\r\npear,梨\n",
        "word,meaning\rapple,苹果\rpear,梨",
        "word,meaning\napple,苹果\n\u{FEFF}pear,梨\n",
    ] {
        reads("a.csv", text, TWO);
    }
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    assert_eq!(entries("a.txt", &utf16("apple 苹果\npear 梨\n")), TWO);
    let (big5, ..) = encoding_rs::BIG5.encode("apple 蘋果\npear 這個梨\n");
    assert_eq!(entries("a.txt", &big5), ["apple | 蘋果", "pear | 這個梨"]);
}

#[test]
fn parts_of_speech_in_any_spelling() {
    for (line, expected) in [
        ("apple n. 苹果", "apple | n. 苹果"),
        ("apple n.苹果", "apple | n.苹果"),
        ("apple n 苹果", "apple | n. 苹果"),
        ("apple N. 苹果", "apple | n. 苹果"),
        ("apple (n) 苹果", "apple | n. 苹果"),
        ("apple [n.] 苹果", "apple | n. 苹果"),
        ("apple 【n】苹果", "apple | n. 苹果"),
        ("apple noun 苹果", "apple | n. 苹果"),
        ("apple noun: a fruit", "apple | n. a fruit"),
        ("apple 名词：苹果", "apple | n. 苹果"),
        ("apple n．苹果", "apple | n. 苹果"),
        ("red Adj. 红", "red | adj. 红"),
        ("red ADJ 红", "red | adj. 红"),
        ("go n/v 去", "go | n. & v. 去"),
        ("go n.&v. 去", "go | n.&v. 去"),
        ("go vt. & vi. 去", "go | vt. & vi. 去"),
        ("go v. 去；n. 围棋", "go | v. 去 | n. 围棋"),
        ("go v. 去n. 围棋", "go | v. 去 | n. 围棋"),
        ("go v. 去，n. 围棋", "go | v. 去 | n. 围棋"),
        ("in prep. 在…里adv.在里面", "in | prep. 在…里 | adv.在里面"),
        ("oh excl. 哦", "oh | excl. 哦"),
        ("go v.t. 去", "go | vt. 去"),
        ("a.m. 上午", "a.m. | 上午"),
        ("at 5 a.m. 上午五点", "at 5 a.m. | 上午五点"),
    ] {
        let text = format!("{line}\nplum pl. 李子\n");
        reads("a.txt", &text, &[expected, "plum | pl. 李子"]);
    }
}

#[test]
fn pronunciations_in_any_brackets() {
    for (line, expected) in [
        ("apple [ˈæpl] n. 苹果", "apple /ˈæpl/ | n. 苹果"),
        ("apple /ˈæpl/ n. 苹果", "apple /ˈæpl/ | n. 苹果"),
        ("apple (ˈæpl) n. 苹果", "apple /ˈæpl/ | n. 苹果"),
        ("apple 英[ˈæpl] 美[ˈæpəl] n. 苹果", "apple /ˈæpl; ˈæpəl/ | n. 苹果"),
        ("apple UK /ˈæpl/ US /ˈæpəl/ n. 苹果", "apple /ˈæpl; ˈæpəl/ | n. 苹果"),
        ("apple UK/ˈæpl/ US/ˈæpəl/ n. 苹果", "apple /ˈæpl; ˈæpəl/ | n. 苹果"),
        ("apple 英式：[ˈæpl] n. 苹果", "apple /ˈæpl/ | n. 苹果"),
        ("apple[ˈæpl]n.苹果", "apple /ˈæpl/ | n.苹果"),
    ] {
        reads("a.txt", &format!("{line}\nplum n. 李子\n"), &[expected, "plum | n. 李子"]);
    }
}

#[test]
fn delimiters_of_tables() {
    for text in [
        "sep=;\nword;meaning\napple;苹果\npear;梨\n",
        "\"sep=;\"\nword;meaning\napple;苹果\npear;梨\n",
        "sep=\t\nword\tmeaning\napple\t苹果\npear\t梨\n",
        "sep=\\t\nword\tmeaning\napple\t苹果\npear\t梨\n",
        "word|meaning\napple|苹果\npear|梨\n",
        "\"word\";\"meaning\"\n\"apple\";\"苹果\"\n\"pear\";\"梨\"\n",
    ] {
        reads("a.csv", text, TWO);
        reads("a.txt", text, TWO);
    }
    reads("a.tsv", "word,meaning\napple,苹果\npear,梨\n", TWO);
    let decimal = "apfel;1,5 kg\nbirne;2,0 kg\n";
    reads("a.csv", decimal, &["apfel | 1,5 kg", "birne | 2,0 kg"]);
    reads("a.csv", "apple,苹果；果\npear,梨\n", &["apple | 苹果；果", "pear | 梨"]);
}

#[test]
fn tables_are_known_without_their_ending() {
    reads("a.txt", "word,meaning\napple,苹果\npear,梨\n", TWO);
    reads("a.txt", "单词\t释义\napple\t苹果\npear\t梨\n", TWO);
    reads("a.txt", "\"apple\",\"苹果, 果\"\n\"pear\",\"梨\"\n", &["apple | 苹果, 果", "pear | 梨"]);
    let said = &["apple /ˈæpl/ | 苹果", "pear /peə/ | 梨"];
    for delimiter in ["\t", ",", "|", ";"] {
        let text =
            format!("apple{delimiter}ˈæpl{delimiter}苹果\npear{delimiter}peə{delimiter}梨\n");
        reads("a.txt", &text, said);
    }
    reads("a.txt", "apple,n.,苹果\ngo,v.,去\n", &["apple | n. 苹果", "go | v. 去"]);
    reads("a.txt", "apple,苹果,果\npear,梨,雪梨\n", &["apple | 苹果,果", "pear | 梨,雪梨"]);
}

#[test]
fn names_of_columns() {
    for header in [
        "Word,Meaning",
        "Front,Back",
        "Term,Definition",
        "Question,Answer",
        "Vocab,Translations",
        "单词,释义",
        "英文,中文",
        "生词,中文意思",
        "單字,中文解釋",
        "English,Chinese",
        "English,German",
        "German,English",
        "Deutsch,Englisch",
        "Wort,Bedeutung",
        "palabra,traducción",
        "単語,意味",
        "word*,meaning:",
    ] {
        reads("a.csv", &format!("{header}\napple,苹果\npear,梨\n"), TWO);
    }
    let text =
        "编号,词汇,英式音标,词性,中文释义,例句,例句翻译\n1,apple,ˈæpl,n.,苹果,I eat.,我吃。\n";
    reads("a.csv", text, &["apple /ˈæpl/ | n. 苹果 | > I eat. = 我吃。"]);
}

#[test]
fn html_in_any_cell() {
    let text = "word,phonetic,meaning,example\n\
                <b>apple</b>,<i>ˈæpl</i>,\"<ul><li>n. 苹果</li><li>v. x</li></ul>\",I <b>eat</b> it.\n\
                AT&amp;T,,公司,\n<br>,,换行,\n[sound:a.mp3]pear,,梨[sound:b.mp3],\n";
    reads(
        "a.csv",
        text,
        &["apple /ˈæpl/ | n. 苹果 | v. x | > I eat it.", "AT&T | 公司", "<br> | 换行", "pear | 梨"],
    );
    let multi = "word,meaning\napple,\"n. 苹果\r\nv. x\r\n\"\npear,\"a \"\"b\"\"\n\nc\"\n";
    reads("a.csv", multi, &["apple | n. 苹果 | v. x", "pear | a \"b\" | c"]);
}

#[test]
fn lines_of_cc_cedict_and_edict() {
    let text = "# CC-CEDICT\n#! version=1\n學生 学生 [xue2 sheng5] /student/schoolchild/\n\
                女人 女人 [nu:3 ren2] /woman/\n";
    reads(
        "cedict_ts.u8",
        text,
        &["学生 /xué sheng/ ~學生 | student | schoolchild", "女人 /nǚ rén/ | woman"],
    );
    let text = "学生 [がくせい] /(n) student/(P)/EntL1206900X/\nああ /(int) Ah!/\n";
    reads("edict.txt", text, &["学生 /がくせい/ | (n) student", "ああ | (int) Ah!"]);
}

#[test]
fn blocks_between_empty_lines() {
    let text = "apple\n[ˈæpl]\nn. 苹果\n\npear:\nn. 梨\nn. 雪梨\n\nfig\n无花果\n";
    reads("a.txt", text, &["apple /ˈæpl/ | n. 苹果", "pear | n. 梨 | n. 雪梨", "fig | 无花果"]);
}

#[test]
fn headwords_of_any_script() {
    let text = "word\tmeaning\nガラス\tglass\nがくせい\tstudent\n學生\t学生 in traditional characters\n\
                学生\tstudent\nпривет\thello\nbank¹\tof a river\nbank²\tfor money\n";
    let found = entries("a.tsv", text.as_bytes());
    assert_eq!(found[2], "學生 | 学生 in traditional characters");
    assert_eq!(found[5..], ["bank¹ ~bank | of a river", "bank² ~bank | for money"]);
}

#[test]
fn encodings_of_japanese_korean_and_chinese() {
    for (encoding, text, expected) in [
        (
            encoding_rs::EUC_JP,
            "単語,意味\n林檎,りんごの実\n学校,勉強するところ\n",
            "学校 | 勉強するところ",
        ),
        (
            encoding_rs::SHIFT_JIS,
            "単語,意味\n林檎,りんごの実\n学校,勉強するところ\n",
            "学校 | 勉強するところ",
        ),
        (
            encoding_rs::EUC_KR,
            "단어,뜻\n사과,과일의 하나이다\n학교,공부하는 곳이다\n",
            "학교 | 공부하는 곳이다",
        ),
        (encoding_rs::BIG5, "單字,意思\n蘋果,apple\n學校,school\n", "學校 | school"),
        (
            encoding_rs::GB18030,
            "单词,音标,释义\napple,ˈæpl,苹果\nschool,skuːl,学校\n",
            "school /skuːl/ | 学校",
        ),
    ] {
        let found = entries("a.csv", &encoding.encode(text).0);
        assert_eq!(found.last().map(String::as_str), Some(expected), "{}", encoding.name());
    }
}

#[test]
fn several_columns_of_a_kind() {
    let text = "单词,英音,美音,词性,解释\napple,ˈæpl,ˈæpəl,n.,苹果\npear,peə,peə,n.,梨\n";
    reads("a.csv", text, &["apple /ˈæpl; ˈæpəl/ | n. 苹果", "pear /peə/ | n. 梨"]);
    let text = "word,词性1,释义1,词性2,释义2\nrun,v.,跑,n.,赛跑\ngo,v.,去,,\n";
    reads("a.csv", text, &["run | v. 跑 | n. 赛跑", "go | v. 去"]);
    let text = "word,释义1,词性1,释义2,词性2\nrun,跑,v.,赛跑,n.\n";
    reads("a.csv", text, &["run | v. 跑 | n. 赛跑"]);
    let text = "word,meaning,example 1,translation 1,example 2\napple,苹果,One.,一。,Two.\n";
    reads("a.csv", text, &["apple | 苹果 | > One. = 一。 | > Two."]);
    let text = "word,forms,variants,meaning\ngo,went; gone,goes,去\n";
    reads("a.csv", text, &["go ~went ~gone ~goes | 去"]);
}

#[test]
fn chinese_and_japanese_headwords_with_their_readings() {
    let expected = &["苹果 /píngguǒ/ | apple", "学生 /xuésheng/ | student"];
    for header in ["汉字,拼音,英文\n", "Chinese,Pinyin,English\n", "中文,拼音,英语\n", ""]
    {
        let text = format!("{header}苹果,píngguǒ,apple\n学生,xuésheng,student\n");
        reads("a.csv", &text, expected);
    }
    let kana = &["林檎 /りんご/ | apple", "学校 /がっこう/ | school"];
    for header in ["漢字,かな,英語\n", "Kanji,Kana,English\n", ""] {
        reads("a.csv", &format!("{header}林檎,りんご,apple\n学校,がっこう,school\n"), kana);
    }
}

#[test]
fn tables_of_markdown_and_properties_of_anki() {
    let text = "# Fruit\n\n| Word | Meaning |\n| --- | :---: |\n| apple | 苹果 |\n| pear | 梨 |\n";
    reads("a.md", text, TWO);
    reads("a.txt", "|word|meaning|\n|---|---|\n|apple|苹果|\n|pear|梨|\n", TWO);
    let text = "#separator:tab\n#html:true\n#guid column:1\n#deck column:2\n#tags column:5\n\
                fX3!\tEnglish\tapple\t苹果\tfruit food\ngH9{\tEnglish\tpear\t梨\tfruit\n";
    reads("a.txt", text, TWO);
    reads("a.csv", "word^meaning\napple^苹果\npear^梨\n", TWO);
    reads("a.csv", "apple,苹果,,,\npear,梨,,,\n", TWO);
    reads("a.csv", "My words,,\nby me,2020,\n,,\nword,meaning,\napple,苹果,\npear,梨,\n", TWO);
}

#[test]
fn headings_rules_and_pairs_of_lines() {
    for text in [
        "Unit 1\napple 苹果\nUnit 2\npear 梨\n",
        "第一单元\napple 苹果\n第2课\npear 梨\n",
        "apple 苹果\n-----\npear 梨\n=====\n",
        "apple\n苹果\npear\n梨\n",
        "apple\n\n苹果\n\npear\n\n梨\n",
    ] {
        reads("a.txt", text, TWO);
    }
    reads("a.txt", "unit n. 单元\nday n. 天\n", &["unit | n. 单元", "day | n. 天"]);
    let text = "abandon/ə'bændən/vt.放弃\nable/'eibl/a.能干的\n";
    reads("a.txt", text, &["abandon /ə'bændən/ | vt.放弃", "able /'eibl/ | a.能干的"]);
}

#[test]
fn what_a_table_leaves_out_is_reported_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let forms: Vec<String> = (0..=200).map(|n| format!("form{n}")).collect();
    let said = "a".repeat(256);
    let text = format!(
        "id,word,phonetic,meaning,forms,audio\n1,go,,去,{},a.mp3\n2,pear,{said},梨,,b.mp3\n",
        forms.join(";")
    );
    std::fs::write(&path, text).unwrap();
    let mut book = Book::open(BookKind::Csv, &path, |_| {}).unwrap();
    while book.next().unwrap().is_some() {}
    assert_eq!(
        book.warnings().to_string(),
        "1 x column of unknown content, left out:\n  line 1: audio\n\
         1 x invalid detail, the entry was imported without it:\n  line 3: pear\n\
         1 x more than 200 other spellings, the others left out:\n  line 2: go\n"
    );
}

#[test]
fn joined_headwords_with_too_many_forms_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let forms = |from: usize| (from..from + 150).map(|n| format!("f{n}")).collect::<Vec<_>>();
    let row = |from| format!("go,{},{}\n", from, forms(from).join(";"));
    std::fs::write(&path, format!("word,meaning,forms\n{}{}", row(0), row(150))).unwrap();
    let mut book = Book::open(BookKind::Csv, &path, |_| {}).unwrap();
    assert_eq!(book.next().unwrap().unwrap().forms.len(), 200);
    assert!(book.next().unwrap().is_none());
    let warnings = book.warnings().to_string();
    assert!(
        warnings.contains("1 x more than 200 other spellings, the others left out:\n  line 3: go"),
        "{warnings}"
    );
}
