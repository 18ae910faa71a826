//! The ways in which people write queries.

use super::*;

fn suggested<'a>(lexicon: &'a Lexicon, typed: &str) -> Vec<&'a str> {
    words(lexicon.suggest(typed, 10))
}

fn first<'a>(lexicon: &'a Lexicon, query: &str) -> Option<&'a str> {
    lexicon.look_up(query).first().map(|hit| hit.entry.word)
}

/// The words of a table in the test data.
fn table(text: &str) -> Lexicon {
    let mut builder = Lexicon::builder();
    for line in text.lines().skip(1) {
        builder.add(BookIndex(1), &entry(&line.replace('\t', "|")));
    }
    builder.build().expect("few words")
}

fn chinese() -> Lexicon {
    table(include_str!("../../data/lexicon/chinese.tsv"))
}

fn headwords_with_marks() -> Lexicon {
    lexicon(&[
        "apple|n. 苹果",
        "go|v. 去||went, gone",
        "etc.|abbr. 等等",
        "C++|n. 一种语言",
        "C|n. 碳",
        ".NET|n. 一个平台",
        "net|n. 网",
        "U.S.A.|abbr. 美国",
    ])
}

#[test]
fn punctuation_around_a_word_is_ignored_unless_a_headword_has_it() {
    let lexicon = headwords_with_marks();
    for (query, word) in [
        ("went.", "go"),
        ("apple。", "apple"),
        ("《apple》", "apple"),
        ("“apple”", "apple"),
        ("(apple)", "apple"),
        ("etc.", "etc."),
        ("C++", "C++"),
        (".NET", ".NET"),
        ("U.S.A.", "U.S.A."),
        ("(.NET)", ".NET"),
        ("“.NET”,", ".NET"),
        ("《etc.》", "etc."),
        ("\"etc.\"", "etc."),
        ("…((apple))…", "apple"),
        ("((((((apple))))))", "apple"),
    ] {
        assert_eq!(first(&lexicon, query), Some(word), "{query}");
    }
    for absent in ["C#", "B12", "apple 1", "**", "*", "##", "1", "2024"] {
        assert_eq!(first(&lexicon, absent), None, "{absent}");
    }
    assert_eq!(lexicon.matched_part("**apple**"), "apple");
    assert_eq!(lexicon.matched_part("apple1"), "apple");
    assert_eq!(lexicon.matched_part("“apple”"), "apple");
    assert_eq!(lexicon.matched_part("etc."), "etc.");
    assert_eq!(suggested(&lexicon, "“appl"), ["apple"]);
    assert_eq!(suggested(&lexicon, "(.ne"), [".NET"]);
    let pieces = lexicon.phrase("(apple), C++, 《.NET》 etc.");
    let found: Vec<&str> = pieces.iter().map(|piece| piece.hits[0].entry.word).collect();
    assert_eq!(found, ["apple", "C++", ".NET", "etc."]);
}

#[test]
fn every_kind_of_mark_around_a_word_is_ignored() {
    let lexicon = headwords_with_marks();
    for marked in [
        "apple:",
        "**apple**",
        "_apple_",
        "`apple`",
        "``apple''",
        "„apple“",
        "« apple »",
        "‹apple›",
        "<apple>",
        "［apple］",
        "＂apple＂",
        "#apple",
        "apple™",
        "apple؟",
        "apple1",
        "apple²",
        "apple[3]",
        "\"apple\"1",
        "apple.1",
        "ａｐｐｌｅ！",
        "——apple——",
        "apple。」",
    ] {
        assert_eq!(first(&lexicon, marked), Some("apple"), "{marked}");
    }
}

#[test]
fn chinese_headwords_are_offered_and_found() {
    let lexicon = chinese();
    assert_eq!(first(&lexicon, "苹果。"), Some("苹果"));
    let offered = suggested(&lexicon, "学");
    assert!(offered.contains(&"学生") || offered.contains(&"學生"), "{offered:?}");
    assert_eq!(suggested(&lexicon, "苹果").first(), Some(&"苹果"));
}

#[test]
fn traditional_and_simplified_characters_find_each_other() {
    let lexicon = chinese();
    for query in ["学生", "學生"] {
        let mut found: Vec<&str> =
            lexicon.look_up(query).iter().map(|hit| hit.entry.word).collect();
        assert_eq!(found[0], query);
        found.sort_unstable();
        assert_eq!(found, ["学生", "學生"]);
    }
    let english = super::lexicon(&["apple|n. 苹果", "student|n. 學生"]);
    assert_eq!(words(english.reverse("蘋果", MatchRange::first(5)).entries), ["apple"]);
    assert_eq!(words(english.reverse("学生", MatchRange::first(5)).entries), ["student"]);
}

#[test]
fn pinyin_finds_what_it_spells() {
    let english = lexicon(&[
        "apple|n. 苹果；果|800",
        "plain|n. 平原|900",
        "woman|n. 女人|100",
        "bank|n. 银行；岸|300",
        "Shanghai|n. 上海|400",
    ]);
    let found = |text: &str| words(english.by_pinyin(text, 5));
    for (pinyin, word) in [
        ("pingguo", "apple"),
        ("píng guǒ", "apple"),
        ("ping2guo3", "apple"),
        ("yinhang", "bank"),
        ("nüren", "woman"),
        ("nvren", "woman"),
        ("PINGGUO", "apple"),
        ("pīngguǒ", "apple"),
        ("ping.guo", "apple"),
        ("nǚrén", "woman"),
        ("nu\u{308}\u{30C}re\u{301}n", "woman"),
        ("nu:3 ren2", "woman"),
        ("Nü3ren2", "woman"),
        ("pinguo", "apple"),
        ("sanghai", "Shanghai"),
    ] {
        assert_eq!(found(pinyin).first(), Some(&word), "{pinyin}");
    }
    let meant = |text: &str| words(english.by_misspelt_pinyin(text, 5));
    for (pinyin, word) in [
        ("pingguuo", "apple"),
        ("pinggo", "apple"),
        ("pnigguo", "apple"),
        ("píngguop", "apple"),
        ("yinhsng", "bank"),
        ("shanhgai", "Shanghai"),
    ] {
        assert_eq!(found(pinyin), [""; 0], "{pinyin}");
        assert_eq!(meant(pinyin).first(), Some(&word), "{pinyin}");
    }
    assert!(meant("recieve").is_empty());
    assert!(found("apple").is_empty());
    assert!(found("recieve").is_empty());
    let chinese = chinese();
    let found = words(chinese.by_pinyin("pingguo", 5));
    assert_eq!(found.first(), Some(&"苹果"));
}

#[test]
fn a_compound_without_an_entry_is_divided_into_its_parts() {
    let lexicon = lexicon(&["apple|n. 苹果", "bank|n. 银行", "student|n. 学生", "learn|v. 学"]);
    let parts = |text: &str| -> Vec<(String, String)> {
        let pieces = lexicon.segments(text);
        pieces.iter().map(|p| (p.text.clone(), p.hits[0].entry.word.to_owned())).collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(parts("苹果银行"), [pair("苹果", "apple"), pair("银行", "bank")]);
    assert_eq!(parts("这个学生，学苹果。")[0], pair("学生", "student"));
    assert!(lexicon.segments("").is_empty());
}

#[test]
fn words_of_other_scripts_in_a_chinese_text_are_parts_of_it() {
    let lexicon = lexicon(&["apple|n. 苹果", "student|n. 学生", "app|n. 应用"]);
    let pieces = lexicon.segments("学生app：苹果 apple");
    let parts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert_eq!(parts, ["学生", "app", "苹果", "apple"]);
}

#[test]
fn umlauts_and_their_spelling_with_two_letters_find_each_other() {
    let lexicon =
        lexicon(&["Käse|cheese", "Aerger|trouble", "über|over", "Århus|a city", "kase|?"]);
    for (query, word) in [
        ("Kaese", "Käse"),
        ("kaese", "Käse"),
        ("Ärger", "Aerger"),
        ("ueber", "über"),
        ("Aarhus", "Århus"),
        ("U\u{308}ber", "über"),
    ] {
        assert_eq!(first(&lexicon, query), Some(word), "{query}");
    }
    let lexicon = super::lexicon(&["kase|?", "Goethe|a poet"]);
    assert_eq!(first(&lexicon, "kaese"), None);
    assert_eq!(first(&lexicon, "Goethe"), Some("Goethe"));
}

#[test]
fn the_dots_of_an_abbreviation_do_not_count() {
    let lexicon = lexicon(&["etc.|abbr.", "U.S.A.|abbr.", "PhD|abbr.", "e.g.|abbr.", "no|adv."]);
    for (query, word) in [
        ("etc", "etc."),
        ("USA", "U.S.A."),
        ("u.s.a", "U.S.A."),
        ("ph.d.", "PhD"),
        ("Ph.D", "PhD"),
        ("eg", "e.g."),
        ("no.", "no"),
    ] {
        assert_eq!(first(&lexicon, query), Some(word), "{query}");
    }
}

#[test]
fn a_contraction_finds_its_words() {
    let lexicon = lexicon(&["I|pron.", "they|pron.", "must|v.", "we|pron.", "well|adv.", "do|v."]);
    for (query, word) in [
        ("I'm", "I"),
        ("they’ve", "they"),
        ("mustn't", "must"),
        ("we'll", "we"),
        ("they'd", "they"),
        ("don’t", "do"),
    ] {
        assert_eq!(first(&lexicon, query), Some(word), "{query}");
    }
}

#[test]
fn a_compound_and_alternatives_are_their_parts() {
    let lexicon = lexicon(&["blue|adj.", "green|adj.", "his|det.", "her|det.", "and/or|conj."]);
    let parts = |text: &str| -> Vec<String> {
        lexicon.phrase(text).into_iter().map(|piece| piece.text).collect()
    };
    assert_eq!(parts("blue-green"), ["blue", "green"]);
    assert_eq!(parts("his/her, and/or blue"), ["his", "her", "and/or", "blue"]);
    assert_eq!(parts("blu-gren"), ["blu-gren"]);
}

#[test]
fn headwords_with_marks_of_their_own_are_found_in_any_place() {
    let words = ["C#|n.", "C|n.", ".NET|n.", "'s-Hertogenbosch|n.", "in|prep.", "s|n."];
    let lexicon = lexicon(&words);
    for word in ["C#", ".NET", "'s-Hertogenbosch", "’s-Hertogenbosch"] {
        assert_eq!(first(&lexicon, word), Some(word.replace('’', "'").as_str()), "{word}");
    }
    let pieces = lexicon.phrase("in 's-Hertogenbosch: C#, (.NET).");
    let found: Vec<&str> = pieces.iter().map(|piece| piece.hits[0].entry.word).collect();
    assert_eq!(found, ["in", "'s-Hertogenbosch", "C#", ".NET"]);
}

#[test]
fn a_text_of_the_greatest_length_is_looked_up() {
    let longest = "𠮷".repeat(255);
    let lexicon = lexicon(&[&format!("{longest}|甲"), &format!("{}|b", "a".repeat(255))]);
    assert_eq!(first(&lexicon, &longest), Some(longest.as_str()));
    assert_eq!(first(&lexicon, &"a".repeat(255)), Some("a".repeat(255).as_str()));
    assert!(lexicon.look_up(&"𠮷".repeat(256)).is_empty());
}

#[test]
fn did_you_mean_counts_characters() {
    let lexicon = table(include_str!("../../data/lexicon/scripts.tsv"));
    for (wrong, right) in
        [("кнга", "книга"), ("собка", "собака"), ("млоко", "молоко"), ("λγος", "λόγος")]
    {
        assert_eq!(words(lexicon.did_you_mean(wrong, 3)).first(), Some(&right), "{wrong}");
    }
    assert!(lexicon.did_you_mean("ъъъъъ", 3).is_empty());
}

#[test]
fn both_kinds_of_kana_and_omitted_marks_find_each_other() {
    let lexicon = lexicon(&["ガラス|glass", "كِتَاب|book", "abandon|v. 放弃", "½|half"]);
    for (query, word) in
        [("がらす", "ガラス"), ("كتاب", "كِتَاب"), ("a·ban·don", "abandon"), ("1/2", "½")]
    {
        assert_eq!(first(&lexicon, query), Some(word), "{query}");
    }
}

#[test]
fn forms_are_suggested_and_matched_by_patterns() {
    let lexicon = lexicon(&["go|v. 去|1|went, gone", "west|n. 西|2", "color|n. 颜色|3|colour"]);
    assert_eq!(suggested(&lexicon, "wen"), ["go"]);
    assert_eq!(suggested(&lexicon, "colou"), ["color"]);
    let matching = |text: &str| {
        let pattern = Pattern::parse(text).expect("a pattern").expect("a good one");
        words(lexicon.matching(&pattern, MatchRange::first(9), std::time::Duration::MAX).entries)
    };
    assert_eq!(matching("we?t"), ["west", "go"]);
    assert_eq!(matching("/^colou/"), ["color"]);
}

#[test]
fn all_headwords_that_share_a_form_are_found_the_commonest_first() {
    let lines: Vec<String> = (0..12)
        .map(|i| {
            format!(
                "{}|n. kan {i}|{}|かん",
                ["感", "缶", "勘", "官", "寒", "巻", "幹", "棺", "管", "艦", "観", "館"][i],
                12 - i
            )
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let lexicon = lexicon(&lines);
    let hits = lexicon.look_up("かん");
    assert_eq!((hits.len(), hits[0].entry.word, hits[11].entry.word), (12, "館", "感"));
    assert_eq!(lexicon.look_up("カン").len(), 12);
}

#[test]
fn a_regular_expression_folds_as_a_wildcard_does() {
    let lexicon = lexicon(&["Straße|street", "smørrebrød|sandwich", "Кошка|cat"]);
    for text in ["/^straß/", "/^straß?e$/", "/^SMØR/", "/^КОШ/", "straß*", "КОШ*"] {
        let pattern = Pattern::parse(text).expect("a pattern").expect("a good one");
        let found = lexicon.matching(&pattern, MatchRange::first(9), std::time::Duration::MAX);
        assert_eq!(found.entries.len(), 1, "{text}");
    }
}
