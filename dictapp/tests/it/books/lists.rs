//! Word lists as people paste them: headings between the rows, numbers, separators, notes of
//! grammar, readings, and lists of several languages.

use dictapp::books::{Book, BookKind};

use super::variants::{TWO, entries, reads};

/// Checks the entries of a text and the lines that are reported as comments or headings.
#[track_caller]
fn reads_below(text: &str, headings: &[&str], expected: &[&str]) {
    reads("a.txt", text, expected);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    std::fs::write(&path, text).unwrap();
    let mut book = Book::open(BookKind::Course, &path, |_| {}).unwrap();
    while book.next().unwrap().is_some() {}
    let report = book.warnings().to_string();
    let found: Vec<&str> = report.lines().filter_map(|line| line.strip_prefix("  line ")).collect();
    assert_eq!(found, headings, "{report}");
}

#[test]
fn a_heading_above_the_rows_is_no_entry() {
    for row in ["apple - 苹果\npear - 梨\n", "apple n. 苹果\npear n. 梨\n", "apple 苹果\npear 梨\n"]
    {
        let expected: &[&str] =
            if row.contains("n.") { &["apple | n. 苹果", "pear | n. 梨"] } else { TWO };
        for heading in [
            "Unit 1 Food",
            "Lesson 3: At the Market",
            "七年级上册 Unit 1",
            "第 1 页",
            "第一课 水果",
            "Section A",
        ] {
            let text = format!("{heading}\n{row}");
            reads_below(&text, &[&format!("1: {heading}")], expected);
        }
    }
    reads_below("My word list\n\napple: 苹果\npear: 梨\n", &["1: My word list"], TWO);
}

#[test]
fn a_line_between_empty_lines_may_be_an_entry_without_a_sign() {
    let text = "apple 苹果\n\npear 梨\n\nUSA America\n\nfig 无花果\n\nplum 李子\n";
    let expected = ["apple | 苹果", "pear | 梨", "USA | America", "fig | 无花果", "plum | 李子"];
    reads("a.txt", text, &expected);
    let text = "apple 苹果\n\nFood\nplum 李子\nfig 无花果\n\npear\n    n. 梨\nkiwi 猕猴桃\n";
    let expected = ["apple | 苹果", "plum | 李子", "fig | 无花果", "pear | n. 梨", "kiwi | 猕猴桃"];
    reads("a.txt", text, &expected);
}

#[test]
fn a_padded_headword_is_no_heading() {
    let text = "apple            n. 苹果\nSection Eight    [美]第八款\nlist 1           名单\n";
    reads("a.txt", text, &["apple | n. 苹果", "Section Eight | [美]第八款", "list 1 | 名单"]);
}

#[test]
fn headings_of_blocks_do_not_swallow_their_rows() {
    let expected = ["apple | 苹果", "pear | 梨", "cat | 猫", "dog | 狗"];
    for separator in [" - ", ": ", "\t", " "] {
        let rows = expected.map(|entry| entry.replace(" | ", separator));
        let [apple, pear, cat, dog] = &rows;
        let text = format!("Fruits\n{apple}\n{pear}\n\nAnimals\n{cat}\n{dog}\n");
        reads_below(&text, &["1: Fruits", "5: Animals"], &expected);
    }
    let text = "1. apple 苹果\n2. pear 梨\n二、动物\n1. cat 猫\n2. dog 狗\n";
    reads_below(text, &["3: 二、动物"], &expected);
    let senses = "apple\n1. 苹果\n2. 苹果树\n\nbank\n1. 银行\n2. 岸\n";
    reads("a.txt", senses, &["apple | 苹果 | 苹果树", "bank | 银行 | 岸"]);
}

#[test]
fn glosses_on_the_lines_below_numbered_headwords() {
    let said = &["apple /ˈæpl/ | n. 苹果", "pear /peə/ | n. 梨"];
    for text in [
        "1, apple [ˈæpl]\nn. 苹果\n2, pear [peə]\nn. 梨\n",
        "1. apple /ˈæpl/\nn. 苹果\n\n2. pear /peə/\nn. 梨\n",
        "1. apple [ˈæpl] n.\n苹果\n2. pear [peə] n.\n梨\n",
        "1\napple\n[ˈæpl]\nn. 苹果\n2\npear\n[peə]\nn. 梨\n",
        "apple\n[ˈæpl]\nn. 苹果\npear\n[peə]\nn. 梨\n",
        "### apple\n[ˈæpl]\nn. 苹果\n\n### pear\n[peə]\nn. 梨\n",
        "Word: apple\nIPA: /ˈæpl/\nPos: n.\nMeaning: 苹果\n\n\
         Word: pear\nIPA: /peə/\nPos: n.\nMeaning: 梨\n",
        "单词：apple\n音标：[ˈæpl]\n释义：n. 苹果\n单词：pear\n音标：[peə]\n释义：n. 梨\n",
    ] {
        reads("a.txt", text, said);
    }
    reads(
        "a.txt",
        "1\napple\n苹果\n2\npear\n梨\n3\nfig\n无花果\n",
        &[TWO[0], TWO[1], "fig | 无花果"],
    );
    reads("a.txt", "苹果\napple\n梨\npear\n", &["苹果 | apple", "梨 | pear"]);
    reads("a.txt", "1 apple 苹果\n3 pear 梨\n7 fig 无花果\n", &[TWO[0], TWO[1], "fig | 无花果"]);
    reads("a.txt", "10 ten\n20 twenty\n30 thirty\n", &["10 | ten", "20 | twenty", "30 | thirty"]);
}

#[test]
fn numbered_senses_have_lines_of_their_own() {
    for (line, expected) in [
        ("run 1. 跑 2. 经营", "run | 跑 | 经营"),
        ("run 1.跑；2.经营", "run | 跑 | 经营"),
        ("run (1) 跑 (2) 经营", "run | 跑 | 经营"),
        ("run ①跑 ②经营", "run | 跑 | 经营"),
        ("run①跑②经营", "run | 跑 | 经营"),
        ("run v. ①跑 ②经营 n. ①赛跑", "run | v. 跑 | v. 经营 | n. 赛跑"),
        ("run v. 1. 跑 2. 经营", "run | v. 跑 | v. 经营"),
        ("run 1. 跑", "run | 跑"),
        ("run 1. to move fast 2. to manage", "run | to move fast | to manage"),
        ("dance [音]①舞曲 ②民歌", "dance | [音] 舞曲 | 民歌"),
        ("fund 概念有：(1)甲; (2)乙", "fund | 概念有：(1)甲; (2)乙"),
        ("Addams 亚当斯(①姓氏 ②作家)", "Addams | 亚当斯(①姓氏 ②作家)"),
    ] {
        reads("a.txt", &format!("{line}\nplum 李子\n"), &[expected, "plum | 李子"]);
    }
}

#[test]
fn a_pronunciation_may_be_at_the_end() {
    for text in [
        "apple n. 苹果 /ˈæpl/\npear n. 梨 /peə/\n",
        "apple n. 苹果 [ˈæpl]\npear n. 梨 [peə]\n",
        "apple - n. 苹果 [ˈæpl]\npear - n. 梨 [peə]\n",
    ] {
        reads("a.txt", text, &["apple /ˈæpl/ | n. 苹果", "pear /peə/ | n. 梨"]);
    }
    let text = "Amtrack 全国铁路客运公司[美]\nplum 李子 [植]\n";
    reads("a.txt", text, &["Amtrack | 全国铁路客运公司[美]", "plum | 李子 [植]"]);
}

#[test]
fn other_separators_between_headword_and_meaning() {
    for text in [
        "apple ~ 苹果\npear ~ 梨\n",
        "apple、苹果\npear、梨\n",
        "apple / 苹果\npear / 梨\n",
        "apple ...... 苹果\npear ........ 梨\n",
        "apple____苹果\npear______梨\n",
        "apple-苹果\npear-梨\n",
        "apple -苹果\npear- 梨\n",
        "apple（苹果）\npear（梨）\n",
        "apple: 苹果\npear - 梨\n",
        "\"apple\": \"苹果\",\n\"pear\": \"梨\",\n",
        "- [ ] apple - 苹果\n- [x] pear - 梨\n",
        "apple* 苹果\npear☆ 梨\n",
        "* **apple**: 苹果\n* **pear** - 梨\n",
        "# Fruit\n\n- **apple**: 苹果\n\n# Food\n\n- **pear**: 梨\n",
    ] {
        reads("a.txt", text, TWO);
    }
    let notes = "goes （go 的第三人称）\nplum 李子\n";
    reads("a.txt", notes, &["goes | （go 的第三人称）", "plum | 李子"]);
}

#[test]
fn a_phrase_before_a_colon_or_a_comma_is_the_headword() {
    for text in [
        "look after: take care of\ngive up: stop trying\n",
        "look after, take care of\ngive up, stop trying\n",
    ] {
        reads("a.txt", text, &["look after | take care of", "give up | stop trying"]);
    }
    let text = "in fact, actually\nas soon as possible, at the earliest time\n";
    reads("a.txt", text, &["in fact | actually", "as soon as possible | at the earliest time"]);
    let text = "la manzana; the apple\nel perro; the dog\n";
    reads("a.txt", text, &["la manzana ~manzana | the apple", "el perro ~perro | the dog"]);
    let prose = "apple a fruit: red, round\npear a fruit: yellow, long\n";
    reads("a.txt", prose, &["apple | a fruit: red, round", "pear | a fruit: yellow, long"]);
    let synonyms = "big large, huge\nsmall little, tiny\n";
    reads("a.txt", synonyms, &["big | large, huge", "small | little, tiny"]);
}

#[test]
fn a_colon_in_a_pronunciation_is_no_mark() {
    let text = "Day 1\n1. abandon [ə'bændən] vt. 放弃\n2. aboard [ə'bɔ:d] ad. 在船上\n\
                3. absolute /'æbsəlu:t/ a. 绝对的\nDay 2\n4. card [kɑ:d] n. 卡\n";
    let expected = [
        "abandon /ə'bændən/ | vt. 放弃",
        "aboard /ə'bɔ:d/ | ad. 在船上",
        "absolute /'æbsəlu:t/ | a. 绝对的",
        "card /kɑ:d/ | n. 卡",
    ];
    reads_below(text, &["1: Day 1", "5: Day 2"], &expected);
}

#[test]
fn a_colon_in_a_time_or_an_address_is_no_mark() {
    let text = "1:30 - 一点半\n2:45 - 两点三刻\n";
    reads("a.txt", text, &["1:30 | 一点半", "2:45 | 两点三刻"]);
    let text = "http://example.com - 网站\ne-mail - 电子邮件\n";
    reads("a.txt", text, &["http://example.com | 网站", "e-mail | 电子邮件"]);
}

#[test]
fn a_part_of_speech_before_the_separator_is_no_part_of_the_headword() {
    for (text, expected) in [
        ("look after v.: 照顾\nbig adj: 大的\n", ["look after | v. 照顾", "big | adj. 大的"]),
        (
            "abate (v.) - to lessen\nbig (adj) - large\n",
            ["abate | v. to lessen", "big | adj. large"],
        ),
        ("apple (n) - a fruit\npear (n) - a fruit\n", ["apple | n. a fruit", "pear | n. a fruit"]),
        ("to run (v.): to go\nbig (adj.): large\n", ["to run | v. to go", "big | adj. large"]),
        ("**abate** /əˈbeɪt/: 减轻\nbig: 大的\n", ["abate /əˈbeɪt/ | 减轻", "big | 大的"]),
        ("manzana (f.) = apple\nperro (m.) = dog\n", ["manzana | (f.) apple", "perro | (m.) dog"]),
        (
            "vitamin a.: 维生素甲\nplan b: 后备方案\n",
            ["vitamin a. | 维生素甲", "plan b | 后备方案"],
        ),
        ("apple [C] n. 苹果\nwater [U] n. 水\n", ["apple | n. [C] 苹果", "water | n. [U] 水"]),
    ] {
        reads("a.txt", text, &expected);
    }
}

#[test]
fn examples_and_related_words_belong_to_the_entry_above() {
    let expected = &["abandon | v. 放弃 | > He abandoned it. | = desert", "able | adj. 能够的"];
    for text in [
        "abandon v. 放弃\n例：He abandoned it.\n同义词：desert\nable adj. 能够的\n",
        "1. abandon v. 放弃\n   e.g. He abandoned it.\n   Syn: desert\n2. able adj. 能够的\n",
        "abandon v. 放弃 例句：He abandoned it.【同】desert\nable adj. 能够的\n",
        "abandon v. 放弃【例】He abandoned it.【同】desert\nable adj. 能够的\n",
    ] {
        reads("a.txt", text, expected);
    }
    let text = "- **apple**: 苹果\n  - I eat it.\n- **pear**: 梨\n  - A pear.\n";
    reads("a.txt", text, &["apple | 苹果 | I eat it.", "pear | 梨 | A pear."]);
    let text = "look after=take care of 照顾\ngive up 放弃\n";
    reads("a.txt", text, &["look after ~take care of | 照顾", "give up | 放弃"]);
}

#[test]
fn korean_lists_in_any_layout() {
    let expected = ["apple | 사과", "school | 학교", "pear | 배"];
    for separator in [" - ", ": ", " = ", "\t", ",", " "] {
        let rows = expected.map(|entry| entry.replace(" | ", separator));
        reads("a.txt", &rows.join("\n"), &expected);
        let (euc_kr, ..) =
            encoding_rs::EUC_KR.encode("apple - 사과\nschool - 학교\nfriend - 친구\n");
        assert_eq!(entries("b.txt", &euc_kr)[..2], expected[..2]);
    }
    let hanja = "사과 (沙果) - apple\n학교 (學校) - school\n";
    reads("a.txt", hanja, &["사과 | (沙果) apple", "학교 | (學校) school"]);
}

#[test]
fn readings_beside_japanese_and_chinese_headwords() {
    let expected = ["林檎 /りんご/ | apple", "食べる /たべる/ | to eat"];
    for (before, after) in
        [("【", "】 "), ("（", "） "), (" (", ") - "), ("[", "]\t"), ("・", " - "), (" ", " ")]
    {
        let rows = expected.map(|entry| entry.replace(" /", before).replace("/ | ", after));
        reads("a.txt", &rows.join("\n"), &expected);
    }
    let text = "ねこ (猫) - cat\nいぬ (犬) - dog\n";
    reads("a.txt", text, &["ねこ ~猫 | cat", "いぬ ~犬 | dog"]);
    let text = "学校（がっこう）⓪【名】学校\n先生（せんせい）③【名】老师\n";
    reads("a.txt", text, &["学校 /がっこう/ | ⓪【名】学校", "先生 /せんせい/ | ③【名】老师"]);
    let expected = &["苹果 /píngguǒ/ | apple", "打电话 /dǎ diànhuà/ | to call"];
    for text in [
        "苹果 píngguǒ apple\n打电话 dǎ diànhuà to call\n",
        "苹果 (píngguǒ) - apple\n打电话 (dǎ diànhuà) - to call\n",
        "苹果 [píngguǒ] apple\n打电话 [dǎ diànhuà] to call\n",
    ] {
        reads("a.txt", text, expected);
    }
}

#[test]
fn a_noun_is_found_without_its_article_and_by_its_plural() {
    for text in [
        "der Apfel, Äpfel - apple\ndie Birne, -n - pear\n",
        "der Apfel, Äpfel\tapple\ndie Birne, -n\tpear\n",
    ] {
        let expected =
            &["der Apfel, Äpfel ~Apfel ~Äpfel | apple", "die Birne, -n ~Birne ~Birnen | pear"];
        reads("a.txt", text, expected);
    }
    let text = "gehen (ging, gegangen): to go\ndas Haus (Häuser): house\n";
    reads(
        "a.txt",
        text,
        &[
            "gehen (ging, gegangen) ~gehen ~ging ~gegangen | to go",
            "das Haus (Häuser) ~Haus ~Häuser | house",
        ],
    );
    let text = "la pomme : apple\nl'eau : water\naller : to go\n";
    reads("a.txt", text, &["la pomme ~pomme | apple", "l'eau ~eau | water", "aller | to go"]);
    let english = "die hard: 顽固\nalanine (Ala): 丙氨酸\n";
    reads("a.txt", english, &["die hard | 顽固", "alanine (Ala) | 丙氨酸"]);
}

#[test]
fn the_vocabulary_of_a_reader_has_sentences_as_meanings() {
    let text =
        "\"Word\",\"Stem\",\"Usage\",\"Book\"\n\"went\",\"go\",\"He went home.\",\"A Book\"\n";
    reads("a.csv", text, &["go ~went | He went home."]);
    let text = "apple\t[ˈæpl]\t<b>苹果</b>\tI eat an <b>apple</b>.\t[sound:a.mp3]\n\
                pear\t[peə]\t梨\tA <b>pear</b>.\t[sound:b.mp3]\n";
    let expected = ["apple /ˈæpl/ | 苹果 | > I eat an apple.", "pear /peə/ | 梨 | > A pear."];
    reads("a.txt", text, &expected);
    let text = "序号\t单词\t音标\t释义\n1\tapple\tˈæpl\tn. 苹果\n2\tpear\tpeə\tn. 梨\n\t\t\t\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = [&[0xff, 0xfe], &utf16[..]].concat();
    assert_eq!(entries("a.txt", &file), ["apple /ˈæpl/ | n. 苹果", "pear /peə/ | n. 梨"]);
}

/// The headword `e.g.` has its own entry: its line is not an example of the entry above.
#[test]
fn a_headword_that_also_introduces_examples_stays_a_headword() {
    let text = "egg    蛋\ne.g.   举例来说\ne.g. 例如\neel    鳗鱼\n";
    reads("a.txt", text, &["egg | 蛋", "e.g. | 举例来说 | 例如", "eel | 鳗鱼"]);
    let text = "egg    蛋\ne.g. I ate an egg.\neel    鳗鱼\n";
    reads("a.txt", text, &["egg | 蛋 | > I ate an egg.", "eel | 鳗鱼"]);
}
