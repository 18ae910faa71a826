//! The lexicon through its public face: each way to find a word, on small books and on drawn ones.

use dictapp::lexicon::{
    BookId, End, EntryRef, FoundBy, Hit, Lexicon, Matches, Page, Pattern, Stamp, fold,
};
use dictapp::model::{Entry, Word};
use proptest::prelude::*;

/// An entry as a test writes it: `word | explanation | rank | form, form`.
fn entry(line: &str) -> Entry {
    let mut fields = line.split('|').map(str::trim);
    let mut next = || fields.next().unwrap_or("");
    let (word, mean, rank, forms) = (next(), next(), next(), next());
    Entry {
        word: Word::parse(word).expect("a headword"),
        phonetic: None,
        mean: mean.to_owned(),
        rank: rank.parse().ok(),
        forms: forms.split(", ").filter(|form| !form.is_empty()).map(str::to_owned).collect(),
    }
}

fn lexicon(lines: &[&str]) -> Lexicon {
    let mut builder = Lexicon::builder();
    for line in lines {
        builder.add(BookId(1), &entry(line));
    }
    builder.build().expect("few words")
}

fn words<'a>(entries: impl IntoIterator<Item = EntryRef<'a>>) -> Vec<&'a str> {
    entries.into_iter().map(|entry| entry.word).collect()
}

fn found<'a>(hits: &[Hit<'a>]) -> Vec<(&'a str, FoundBy)> {
    hits.iter().map(|hit| (hit.entry.word, hit.by)).collect()
}

#[track_caller]
fn finds(lexicon: &Lexicon, query: &str, expected: &[(&str, FoundBy)]) {
    assert_eq!(found(&lexicon.look_up(query)), expected, "{query:?}");
}

use FoundBy::{Folding, Inflection, Spelling};

mod exact {
    use super::*;

    #[test]
    fn the_spelled_one_comes_first_and_its_fellows_after() {
        let lexicon =
            lexicon(&["china|n. 瓷器|900", "China|n. 中国|300", "café|n. 咖啡馆", "cafe|n."]);
        finds(&lexicon, "china", &[("china", Spelling), ("China", Folding)]);
        finds(&lexicon, "China", &[("China", Spelling), ("china", Folding)]);
        finds(&lexicon, "CHINA", &[("China", Folding), ("china", Folding)]);
        finds(&lexicon, "café", &[("café", Spelling), ("cafe", Folding)]);
        finds(&lexicon, "cafe", &[("cafe", Spelling), ("café", Folding)]);
    }

    #[test]
    fn case_width_and_marks_do_not_hide_a_word() {
        let words = ["ice cream", "o'clock", "and/or", "café", "mother-in-law", "TV"];
        let lexicon = lexicon(&words);
        for (query, word) in [
            ("ICE CREAM", "ice cream"),
            ("ｉｃｅ　ｃｒｅａｍ", "ice cream"),
            ("ice-cream", "ice cream"),
            ("icecream", "ice cream"),
            ("o’clock", "o'clock"),
            ("oclock", "o'clock"),
            ("AND/OR", "and/or"),
            ("cafe", "café"),
            ("mother in law", "mother-in-law"),
            ("mother‑in‑law", "mother-in-law"),
            ("tv", "TV"),
        ] {
            finds(&lexicon, query, &[(word, Folding)]);
        }
        finds(&lexicon, "  ice \t cream ", &[("ice cream", Spelling)]);
        for word in words {
            finds(&lexicon, word, &[(word, Spelling)]);
        }
    }

    #[test]
    fn an_entry_says_all_that_its_book_says() {
        let mut builder = Lexicon::builder();
        let full = Entry {
            phonetic: Some("ˈæpl".to_owned()),
            ..entry("apple|n. 苹果\n> An apple. = 一个苹果。|7|apples")
        };
        builder.add(BookId(3), &full).add(BookId(1), &entry("apple|n. fruit"));
        let lexicon = builder.build().unwrap();
        let hits = lexicon.look_up("apple");
        let expected = EntryRef {
            word: "apple",
            phonetic: Some("ˈæpl"),
            mean: &full.mean,
            book: BookId(3),
            rank: Some(7),
        };
        assert_eq!(hits[0].entry, expected);
        let books: Vec<BookId> = hits.iter().map(|hit| hit.entry.book).collect();
        assert_eq!(books, [BookId(3), BookId(1)], "the book that was added first comes first");
        assert_eq!(hits[1].entry.phonetic, None);
    }

    #[test]
    fn what_can_be_no_word_finds_nothing() {
        let lexicon = lexicon(&["a", "b"]);
        for query in ["", "  ", "a\u{0}", &"a".repeat(256), "\u{301}", "\u{200B}"] {
            finds(&lexicon, query, &[]);
        }
        finds(&Lexicon::empty(), "a", &[]);
    }
}

mod lemma {
    use super::*;

    fn english() -> Lexicon {
        lexicon(&[
            "go|v. 去|20",
            "study|v. 学习|400",
            "run|v. 跑|200",
            "running|n. 赛跑|2000",
            "good|adj. 好的|60",
            "well|adv. 好地|70",
            "better|adj. 更好的|150",
            "leave|v. 离开|180",
            "left|adj. 左边的|190",
            "find|v. 找到|120",
            "found|v. 创立|800",
            "child|n. 孩子|130",
            "mouse|n. 老鼠|1500",
            "new|adj. 新的|80",
            "news|n. 新闻|500",
            "flow|v. 流动|1600",
            "flower|n. 花|1000",
            "see|v. 看见|90",
            "seed|n. 种子|1900",
            "hop|v. 跳|3000",
            "hope|v. 希望|300",
            "be|v. 是|2",
            "bed|n. 床|600",
            "run into|phr. 偶遇",
            "die|v. 死|700",
            "box|n. 盒子|750",
            "quiz|n. 测验",
            "happy|adj. 快乐的|500",
            "big|adj. 大的|160",
            "ice cream|n. 冰淇淋",
            "panic|v. 恐慌",
            "number|n. 数字|170",
            "numb|adj. 麻木的|4000",
            "boy|n. 男孩|210",
            "thing|n. 事情|90",
            "life|n. 生活|100",
            "knife|n. 刀|1200",
            "woman|n. 女人|140",
            "physics|n. 物理|1100",
            "physic|n. 医药|19000",
            "agree|v. 同意|700",
            "stop|v. 停止|250",
            "Polish|adj. 波兰的|1700",
            "polish|v. 擦亮|2700",
            "mother-in-law|n. 岳母",
            "sing|v. 唱|650",
            "widget|窗口小部件",
        ])
    }

    #[test]
    fn an_inflected_form_finds_its_headword() {
        let english = english();
        for (form, lemma) in [
            ("went", "go"),
            ("studied", "study"),
            ("studies", "study"),
            ("studying", "study"),
            ("mice", "mouse"),
            ("children", "child"),
            ("children's", "child"),
            ("boys'", "boy"),
            ("boy’s", "boy"),
            ("WENT", "go"),
            ("dying", "die"),
            ("boxes", "box"),
            ("quizzes", "quiz"),
            ("happiest", "happy"),
            ("happier", "happy"),
            ("bigger", "big"),
            ("ice creams", "ice cream"),
            ("ran into", "run into"),
            ("running into", "run into"),
            ("panicked", "panic"),
            ("hopping", "hop"),
            ("hoping", "hope"),
            ("lives", "life"),
            ("knives", "knife"),
            ("women", "woman"),
            ("agreed", "agree"),
            ("stopped", "stop"),
            ("is", "be"),
            ("was", "be"),
            ("polishes", "polish"),
            ("mothers-in-law", "mother-in-law"),
            ("sang", "sing"),
            ("singing", "sing"),
            ("widgets", "widget"),
        ] {
            finds(&english, form, &[(lemma, Inflection)]);
        }
    }

    #[test]
    fn a_form_that_is_itself_a_word_gives_both() {
        let english = english();
        finds(&english, "left", &[("left", Spelling), ("leave", Inflection)]);
        finds(&english, "found", &[("found", Spelling), ("find", Inflection)]);
        finds(&english, "running", &[("running", Spelling), ("run", Inflection)]);
        finds(
            &english,
            "better",
            &[("better", Spelling), ("good", Inflection), ("well", Inflection)],
        );
    }

    #[test]
    fn a_word_that_only_looks_inflected_is_itself_alone() {
        let english = english();
        for word in ["news", "flower", "seed", "bed", "number", "thing", "physics"] {
            finds(&english, word, &[(word, Spelling)]);
        }
    }

    #[test]
    fn a_possessive_is_no_lost_spelling_of_another_word() {
        let lexicon = lexicon(&["childrens|[网络] 儿童", "children|n. 孩子", "child|n. 孩子"]);
        finds(&lexicon, "children's", &[("children", Inflection), ("child", Inflection)]);
    }

    #[test]
    fn a_book_may_name_forms_that_no_rule_knows() {
        let lexicon = lexicon(&["yeet|v. 扔||yote, yoten", "Gehen|v. 走||ging"]);
        finds(&lexicon, "YOTE", &[("yeet", Inflection)]);
        finds(&lexicon, "ging", &[("Gehen", Inflection)]);
    }

    #[test]
    fn no_form_of_any_script_is_cut_inside_a_letter() {
        for form in ["ñs", "éd", "ßing", "苹果s", "ss", "'s", "s'", "'", "-", "ied", "ing", "ed"]
        {
            assert!(english().look_up(form).is_empty(), "{form}");
        }
    }
}

mod suggest {
    use super::*;

    #[test]
    fn the_commonest_come_first_from_the_first_letter() {
        let lexicon =
            lexicon(&["cat|n.|50", "car|n.|20", "can|v.|5", "cab|n.", "dog|n.|1", "Café|n.|30"]);
        assert_eq!(words(lexicon.suggest("c", 10)), ["can", "car", "Café", "cat", "cab"]);
        assert_eq!(words(lexicon.suggest("CA", 2)), ["can", "car"]);
        assert_eq!(words(lexicon.suggest("caf", 10)), ["Café"]);
        assert_eq!(words(lexicon.suggest("", 10)), [""; 0]);
        assert_eq!(words(lexicon.suggest("x", 10)), [""; 0]);
    }

    #[test]
    fn the_word_that_was_typed_is_the_first() {
        let lexicon = lexicon(&["cat|n.|50", "category|n.|20"]);
        assert_eq!(words(lexicon.suggest("cat", 10)), ["cat", "category"]);
    }

    #[test]
    fn later_words_of_phrases_count() {
        let lexicon = lexicon(&[
            "ice cream|n.",
            "cream|n.|900",
            "creamy|adj.",
            "mother-in-law|n.",
            "law|n.|90",
        ]);
        assert_eq!(words(lexicon.suggest("cre", 10)), ["cream", "creamy", "ice cream"]);
        assert_eq!(words(lexicon.suggest("law", 10)), ["law", "mother-in-law"]);
        assert_eq!(words(lexicon.suggest("ice ", 10)), ["ice cream"]);
    }
}

mod did_you_mean {
    use super::*;

    #[test]
    fn the_likeliest_word_is_the_first() {
        let lexicon = lexicon(&[
            "receive|v.|500",
            "relieve|v.|2000",
            "recipe|n.|1500",
            "the|art.|1",
            "ten|num.|300",
        ]);
        assert_eq!(words(lexicon.did_you_mean("recieve", 3))[0], "receive");
        assert_eq!(words(lexicon.did_you_mean("Recieve", 1)), ["receive"]);
        assert_eq!(words(lexicon.did_you_mean("teh", 3))[0], "the");
    }

    #[test]
    fn what_is_like_nothing_gets_no_answer() {
        let lexicon = lexicon(&["receive|v.|500", "the|art.|1", "a|art.|2"]);
        for query in ["", "x", "qwertyuiop", "zzz", "苹果", &"recieve".repeat(20)] {
            assert_eq!(words(lexicon.did_you_mean(query, 5)), [""; 0], "{query}");
        }
    }
}

mod pattern {
    use super::*;

    fn matching<'a>(lexicon: &'a Lexicon, pattern: &str, page: Page) -> Matches<'a> {
        let pattern = Pattern::parse(pattern).expect("a pattern").expect("a good one");
        lexicon.matching(&pattern, page)
    }

    #[track_caller]
    fn matches(lexicon: &Lexicon, pattern: &str, expected: &[&str]) {
        let found = matching(lexicon, pattern, Page::first(20));
        assert_eq!(
            (words(found.entries), found.end),
            (expected.to_vec(), End::Complete),
            "{pattern}"
        );
    }

    #[test]
    fn a_question_mark_is_one_character_and_a_star_any_number() {
        let lexicon = lexicon(&[
            "red",
            "reed",
            "read",
            "Café",
            "nation",
            "action",
            "ice cream",
            "tion",
            "苹果",
        ]);
        matches(&lexicon, "re?d", &["read", "reed"]);
        matches(&lexicon, "*tion", &["action", "nation", "tion"]);
        matches(&lexicon, "?a*n", &["nation"]);
        matches(&lexicon, "CAF?", &["Café"]);
        matches(&lexicon, "ice*", &["ice cream"]);
        matches(&lexicon, "苹?", &["苹果"]);
        matches(&lexicon, "r.d*", &[]);
        matches(
            &lexicon,
            "**",
            &["action", "Café", "ice cream", "nation", "read", "red", "reed", "tion", "苹果"],
        );
    }

    #[test]
    fn a_regular_expression_is_held_against_each_word_alone() {
        let lexicon = lexicon(&["unwed", "undo", "used", "ed", "un", "a b"]);
        matches(&lexicon, "/^un.*ed$/", &["unwed"]);
        matches(&lexicon, "/^UN/", &["un", "undo", "unwed"]);
        matches(&lexicon, "/ed/", &["ed", "unwed", "used"]);
        matches(&lexicon, "/^[^x]{2}$/", &["ed", "un"]);
        matches(&lexicon, "/d\\su/", &[]);
        matches(&lexicon, "/\\Aun\\z/", &["un"]);
        matches(&lexicon, "/(?s)d.u/", &[]);
        matches(&lexicon, "/(?-m)^ed$/", &["ed"]);
        matches(&lexicon, "/\\bb\\b/", &["a b"]);
    }

    #[test]
    fn pages_follow_one_another() {
        let all: Vec<String> = (0..25).map(|i| format!("w{i:02}")).collect();
        let lexicon = lexicon(&all.iter().map(String::as_str).collect::<Vec<_>>());
        let mut seen = Vec::new();
        for (skip, end) in [(0, End::More), (10, End::More), (20, End::Complete)] {
            let page = matching(&lexicon, "w*", Page { skip, take: 10 });
            assert_eq!(page.end, end, "{skip}");
            seen.extend(words(page.entries));
        }
        assert_eq!(seen, all);
        assert_eq!(
            matching(&lexicon, "w*", Page { skip: usize::MAX, take: usize::MAX }).entries,
            []
        );
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        let common = common();
        for pattern in [
            "/(a?){90}a{3}/",
            "/(.*)*(.*)*(.*)*x{9}y/",
            "/([a-z]+)+[^a-z]{8}q/",
            "/(?:\\w|\\d|.){5}\\A/",
            "/[^a]*[^b]*[^c]*[^d]*#/",
            "/(((((.?){9}).?){2}){2})#/",
        ] {
            let Some(Ok(pattern)) = Pattern::parse(pattern) else { continue };
            let begin = std::time::Instant::now();
            let _ = common.matching(&pattern, Page::first(10));
            // The bound is 28 ms; the rest is for a debug build on a busy machine.
            assert!(begin.elapsed().as_millis() < 1_000, "{pattern:?} {:?}", begin.elapsed());
        }
    }
}

mod reverse {
    use super::*;

    fn fruits() -> Lexicon {
        lexicon(&[
            "apple|n. 苹果；苹果树|900",
            "pineapple|n. 菠萝|4000",
            "cider|n. 苹果酒|8000",
            "malus|n. 苹果",
            "applejack|苹果白兰地",
            "fruit|n. 水果；果实|700",
            "but|conj. 但是\n> 苹果 = 苹果|20",
            "T-shirt|n. T恤；Ｔ恤衫",
            "OK|int. 好；卡拉OK",
            "book|n. 书；书籍|300",
            "letter|n. 信；书信|400",
        ])
    }

    #[track_caller]
    fn finds(query: &str, expected: &[&str]) {
        let fruits = fruits();
        let found = fruits.reverse(query, Page::first(20));
        assert_eq!(
            (words(found.entries), found.end),
            (expected.to_vec(), End::Complete),
            "{query}"
        );
    }

    #[test]
    fn whole_glosses_come_first_then_the_commonest() {
        finds("苹果", &["apple", "malus", "cider", "applejack"]);
        finds("果", &["fruit", "apple", "cider", "applejack", "malus"]);
        finds("书", &["book", "letter"]);
        finds("书信", &["letter"]);
        finds(" 苹果 ", &["apple", "malus", "cider", "applejack"]);
    }

    #[test]
    fn letters_beside_chinese_count_in_any_width() {
        finds("T恤", &["T-shirt"]);
        finds("ｔ恤", &["T-shirt"]);
        finds("恤衫", &["T-shirt"]);
        finds("卡拉ok", &["OK"]);
        finds("卡拉", &["OK"]);
    }

    #[test]
    fn several_parts_must_all_be_there() {
        finds("水果 果实", &["fruit"]);
        finds("水果 苹果", &[]);
    }

    #[test]
    fn what_is_not_chinese_or_in_no_gloss_finds_nothing() {
        for query in ["", "apple", "n", "龘", "果苹", "，", &"果".repeat(99)] {
            finds(query, &[]);
        }
    }

    #[test]
    fn pages_follow_one_another() {
        let fruits = fruits();
        let page = fruits.reverse("苹果", Page { skip: 1, take: 2 });
        assert_eq!((words(page.entries), page.end), (vec!["malus", "cider"], End::More));
        let page = fruits.reverse("苹果", Page { skip: 3, take: 2 });
        assert_eq!((words(page.entries), page.end), (vec!["applejack"], End::Complete));
    }
}

mod phrase {
    use super::*;

    #[track_caller]
    fn takes_apart(sentence: &str, expected: &[(&str, &[&str])]) {
        let lexicon = lexicon(&[
            "run into|phr. 偶遇",
            "run|v. 跑",
            "an|art. 一",
            "old|adj. 老的",
            "friend|n. 朋友",
            "old friend|n. 老朋友",
            "kick the bucket|phr. 死",
            "the|art.",
            "ice cream|n. 冰淇淋",
            "ice|n. 冰",
        ]);
        let pieces = lexicon.phrase(sentence);
        let found: Vec<(&str, Vec<&str>)> = pieces
            .iter()
            .map(|piece| (piece.text.as_str(), words(piece.hits.iter().map(|hit| hit.entry))))
            .collect();
        let expected: Vec<(&str, Vec<&str>)> =
            expected.iter().map(|(text, words)| (*text, words.to_vec())).collect();
        assert_eq!(found, expected, "{sentence}");
    }

    #[test]
    fn the_whole_phrase_is_one_piece() {
        takes_apart("run into", &[("run into", &["run into"])]);
        takes_apart("Ran into", &[("Ran into", &["run into"])]);
        takes_apart("kick the bucket", &[("kick the bucket", &["kick the bucket"])]);
    }

    #[test]
    fn a_sentence_is_its_longest_phrases_and_words() {
        takes_apart(
            "I ran into an old friend, the “ice”!",
            &[
                ("I", &[]),
                ("ran into", &["run into"]),
                ("an", &["an"]),
                ("old friend", &["old friend"]),
                ("the", &["the"]),
                ("ice", &["ice"]),
            ],
        );
    }

    #[test]
    fn a_mark_ends_a_phrase() {
        takes_apart("ice, cream", &[("ice", &["ice"]), ("cream", &[])]);
        takes_apart(" , . ", &[]);
    }

    #[test]
    fn a_page_of_text_is_read_up_to_a_limit() {
        let lexicon = lexicon(&["a"]);
        assert_eq!(lexicon.phrase(&"a ".repeat(10_000)).len(), 48);
    }
}

mod daily {
    use super::*;

    #[test]
    fn the_word_of_the_day_is_common_and_the_same_all_day() {
        let (one, other) = (common(), common());
        let mut seen = std::collections::BTreeSet::new();
        for day in 1..=28 {
            let date = jiff::civil::date(2026, 2, day);
            let word = one.word_of_the_day(date).expect("a word");
            assert_eq!(Some(word), other.word_of_the_day(date));
            assert!(word.rank.is_some_and(|rank| rank <= 5_000), "{word:?}");
            seen.insert(word.word);
        }
        assert!(seen.len() > 24, "days differ: {seen:?}");
    }

    #[test]
    fn another_book_does_not_change_the_day() {
        let date = jiff::civil::date(2026, 2, 1);
        let small = lexicon(&["tree|n.|1", "house|n.|2", "river|n.|3"]);
        let word = small.word_of_the_day(date).expect("a word").word;
        let others = ["tree|n.|1", "house|n.|2", "river|n.|3", "xylem|n.", "ox|n.|4"];
        assert_eq!(lexicon(&others).word_of_the_day(date).expect("a word").word, word);
    }

    #[test]
    fn a_random_word_is_any_common_one() {
        let lexicon = lexicon(&["tree|n.|1", "house|n.|2", "the|art.|3", "xylem|n."]);
        let drawn: std::collections::BTreeSet<&str> =
            (0..9).filter_map(|i| lexicon.random(i)).map(|entry| entry.word).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), ["house", "tree"]);
        assert_eq!(Lexicon::empty().random(7), None);
    }
}

mod saved {
    use std::sync::LazyLock;

    use sha2::{Digest, Sha256};

    use super::*;

    const STAMP: Stamp = [7; 32];

    /// A saved lexicon as it should be.
    static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lexicon.index");
        small().save(&path, &STAMP).expect("written");
        std::fs::read(&path).expect("bytes")
    });

    fn small() -> Lexicon {
        lexicon(&[
            "apple|n. 苹果|3|apples",
            "Apple|n. 苹果公司|9",
            "ice cream|n. 冰淇淋|8",
            "go|v. 去|1|went",
            "café|n. 咖啡馆",
            "pine-apple|n. 菠萝",
        ])
    }

    /// All that can be asked, with words and noise.
    fn ask_everything(lexicon: &Lexicon) -> String {
        let mut answers = String::new();
        for query in ["apple", "went", "APPLES", "cafe", "icecream", "aple", "i", "苹果", "果", ""]
        {
            answers += &format!("{:?}\n", lexicon.look_up(query));
            answers += &format!("{:?}\n", words(lexicon.suggest(query, 10)));
            answers += &format!("{:?}\n", words(lexicon.did_you_mean(query, 10)));
            answers += &format!("{:?}\n", lexicon.reverse(query, Page::first(10)));
            answers += &format!("{:?}\n", lexicon.phrase(query));
        }
        for pattern in ["*p*", "/e$/", "/\\Ai/"] {
            let pattern = Pattern::parse(pattern).expect("a pattern").expect("a good one");
            answers += &format!("{:?}\n", lexicon.matching(&pattern, Page::first(10)));
        }
        answers += &format!("{:?}", lexicon.word_of_the_day(jiff::civil::date(2026, 1, 1)));
        answers += &format!("{:?} {:?}", lexicon.random(3), lexicon.entries().collect::<Vec<_>>());
        answers
    }

    #[test]
    fn comes_back_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lexicon.index");
        small().save(&path, &STAMP).expect("written");
        small().save(&path, &STAMP).expect("written over");
        let opened = Lexicon::open_saved(&path, &STAMP).expect("sound");
        assert_eq!(ask_everything(&opened), ask_everything(&small()));
        let files = std::fs::read_dir(folder.path()).expect("the folder").count();
        assert_eq!(files, 1, "nothing is left beside it");
    }

    #[test]
    fn an_empty_lexicon_comes_back_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lexicon.index");
        Lexicon::empty().save(&path, &STAMP).expect("written");
        assert!(Lexicon::open_saved(&path, &STAMP).expect("sound").is_empty());
        let none = Lexicon::builder().build().expect("nothing is not too large");
        none.save(&path, &STAMP).expect("written");
        assert!(Lexicon::open_saved(&path, &STAMP).expect("sound").is_empty());
    }

    #[test]
    fn absent_stale_and_damaged_files_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lexicon.index");
        let error = || Lexicon::open_saved(&path, &STAMP).expect_err("an error");
        assert!(error().is_absent());
        small().save(&path, &[8; 32]).expect("written");
        assert!(error().is_stale());
        assert!(error().to_string().ends_with("lexicon.index: made from other word books"));
        small().save(&path, &STAMP).expect("written");
        let sound = std::fs::read(&path).expect("bytes");
        for at in 0..sound.len() {
            let mut damaged = sound.clone();
            damaged[at] ^= 0x10;
            std::fs::write(&path, damaged).expect("written");
            Lexicon::open_saved(&path, &STAMP).expect_err("a changed byte");
            std::fs::write(&path, &sound[..at]).expect("written");
            Lexicon::open_saved(&path, &STAMP).expect_err("a cut file");
        }
        std::fs::write(&path, [&sound[..], b"x"].concat()).expect("written");
        assert!(error().to_string().contains("end"));
    }

    #[test]
    fn saving_into_no_folder_names_the_file() {
        let error =
            small().save(std::path::Path::new("/nowhere/x"), &STAMP).expect_err("no folder");
        assert!(error.to_string().starts_with("saved lexicon /nowhere/x: "), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Someone who can compute a digest still cannot make the program fail.
        #[test]
        fn a_forged_file_is_refused_or_harmless(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("lexicon.index");
            let mut forged = SOUND.clone();
            for (at, byte) in changes {
                let at = 72 + at.index(forged.len() - 72);
                forged[at] = byte;
            }
            let digest = Sha256::digest(&forged[40..]);
            forged[8..40].copy_from_slice(&digest);
            std::fs::write(&path, forged).expect("written");
            if let Ok(lexicon) = Lexicon::open_saved(&path, &STAMP) {
                ask_everything(&lexicon);
            }
        }
    }
}

mod agrees_with_a_plain_scan {
    use super::*;

    /// Headwords of few letters, so that they meet: cases, accents, phrases, compounds.
    fn headwords() -> impl Strategy<Value = Vec<String>> {
        let word = "[abAé苹]{1,4}";
        let headword = prop_oneof![
            4 => word.prop_map(|word| word),
            2 => (word, word).prop_map(|(a, b)| format!("{a} {b}")),
            1 => (word, word).prop_map(|(a, b)| format!("{a}-{b}")),
        ];
        prop::collection::vec(headword, 1..80)
    }

    fn built(headwords: &[String]) -> Lexicon {
        let mut builder = Lexicon::builder();
        for (i, word) in headwords.iter().enumerate() {
            let rank = (i % 3 == 0).then_some(i as u32 + 1);
            builder.add(BookId((i % 2) as u16), &Entry { rank, ..entry(word) });
        }
        builder.build().expect("few words")
    }

    proptest! {
        #[test]
        fn every_headword_is_found_by_its_own_spelling_in_any_case(headwords in headwords()) {
            let lexicon = built(&headwords);
            prop_assert_eq!(lexicon.len(), headwords.len());
            for word in &headwords {
                let hits = lexicon.look_up(word);
                prop_assert_eq!((hits[0].entry.word, hits[0].by), (word.as_str(), Spelling));
                let same = headwords.iter().filter(|other| fold(other) == fold(word)).count();
                prop_assert_eq!(hits.iter().filter(|hit| hit.by != Inflection).count(), same);
                for other in [word.to_uppercase(), word.to_lowercase(), fold(word)] {
                    let hits = lexicon.look_up(&other);
                    prop_assert!(hits.iter().any(|hit| hit.entry.word == word), "{}", other);
                }
            }
        }

        #[test]
        fn any_text_may_be_a_headword(word in "\\PC{1,40}") {
            if let Ok(word) = Word::parse(&word) {
                let mut builder = Lexicon::builder();
                builder.add(BookId(1), &Entry { word: word.clone(), ..entry("a") });
                let lexicon = builder.build().expect("one word");
                let hits = lexicon.look_up(word.as_str());
                prop_assert_eq!(found(&hits), vec![(word.as_str(), Spelling)]);
            }
        }

        #[test]
        fn suggestions(headwords in headwords(), typed in "[abA苹]{1,3}", n in 1usize..12) {
            let lexicon = built(&headwords);
            let mut keys: Vec<(u32, u32, String)> = Vec::new();
            for word in &headwords {
                let key = fold(word);
                let begins = key.starts_with(&typed.to_lowercase());
                let inside = key.match_indices([' ', '-']).any(|(at, _)| {
                    key[at + 1..].starts_with(&typed.to_lowercase())
                });
                let fellows = headwords.iter().enumerate().filter(|(_, other)| fold(other) == key);
                let rank = fellows.map(|(i, _)| if i % 3 == 0 { i as u32 + 1 } else { u32::MAX });
                let rank = rank.min().expect("itself");
                let class = match rank {
                    _ if key == typed.to_lowercase() => 0,
                    u32::MAX if begins => 2,
                    u32::MAX => 3,
                    _ => 1,
                };
                if begins || inside {
                    keys.push((class, rank, key));
                }
            }
            keys.sort();
            keys.dedup();
            keys.truncate(n);
            let suggested: Vec<String> =
                lexicon.suggest(&typed, n).iter().map(|entry| fold(entry.word)).collect();
            prop_assert_eq!(suggested, keys.into_iter().map(|it| it.2).collect::<Vec<_>>());
        }

        #[test]
        fn patterns(headwords in headwords(), pattern in "[ab?*苹]{0,3}[?*][ab?* -]{0,3}") {
            let lexicon = built(&headwords);
            let mut expected: Vec<String> = headwords
                .iter()
                .map(|word| fold(word))
                .filter(|key| glob(&fold(&pattern).chars().collect::<Vec<_>>(), &key.chars().collect::<Vec<_>>()))
                .collect();
            expected.sort();
            expected.dedup();
            let pattern = Pattern::wildcard(&pattern).expect("short");
            let found = lexicon.matching(&pattern, Page::first(100)).entries;
            prop_assert_eq!(found.iter().map(|it| fold(it.word)).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn glosses(glosses in prop::collection::vec("[果苹树a；]{1,6}", 1..60), query in "[果苹树]{1,3}") {
            let lines: Vec<String> =
                glosses.iter().enumerate().map(|(i, gloss)| format!("w{i:02}|n. {gloss}")).collect();
            let lexicon = lexicon(&lines.iter().map(String::as_str).collect::<Vec<_>>());
            let has = |gloss: &&String| gloss.contains(&query);
            let whole = |gloss: &String| gloss.split('；').any(|part| part == query);
            let mut expected: Vec<(bool, usize)> = glosses
                .iter()
                .enumerate()
                .filter(|(_, gloss)| has(gloss))
                .map(|(i, gloss)| (!whole(gloss), i))
                .collect();
            expected.sort_unstable();
            let expected: Vec<String> = expected.iter().map(|(_, i)| format!("w{i:02}")).collect();
            prop_assert_eq!(words(lexicon.reverse(&query, Page::first(100)).entries), expected);
        }
    }

    /// The textbook's matcher.
    fn glob(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], _) => text.is_empty(),
            (['*', rest @ ..], _) => (0..=text.len()).any(|at| glob(rest, &text[at..])),
            (['?', rest @ ..], [_, text @ ..]) => glob(rest, text),
            ([c, rest @ ..], [d, text @ ..]) => c == d && glob(rest, text),
            _ => false,
        }
    }
}

#[test]
fn irregular_forms_of_wordnet_find_their_lemmas() {
    let list = include_str!("../../src/lexicon/data/exceptions.txt");
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let pairs: Vec<(String, String)> = lines
        .flat_map(|line| {
            let (form, lemmas) = line.split_once(' ').expect("a form and its lemmas");
            lemmas.split(' ').map(|lemma| (form.replace('_', " "), lemma.replace('_', " ")))
        })
        .collect();
    assert!(pairs.len() > 5_500);
    let mut builder = Lexicon::builder();
    for (_, lemma) in &pairs {
        builder.add(BookId(1), &entry(lemma));
    }
    let lexicon = builder.build().expect("few words");
    let has =
        |form: &str, lemma: &str| lexicon.look_up(form).iter().any(|it| it.entry.word == lemma);
    let missed: Vec<_> = pairs.iter().filter(|(form, lemma)| !has(form, lemma)).collect();
    assert!(
        missed.len() * 1000 <= pairs.len() * 2,
        "{} of {}: {missed:?}",
        missed.len(),
        pairs.len()
    );
}

/// The pairs of a list of common misspellings.
fn misspellings() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("../data/lexicon/misspellings.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(|line| line.split_once(' ').expect("a pair"))
}

/// The headwords of the books that ship, with ranks.
fn common() -> Lexicon {
    let lines = include_str!("../data/lexicon/words.txt").lines();
    let mut builder = Lexicon::builder();
    for (i, word) in lines.filter(|line| !line.starts_with('#')).enumerate() {
        builder.add(BookId(1), &Entry { rank: Some(i as u32 + 1), ..entry(word) });
    }
    builder.build().expect("few words")
}

#[test]
fn the_word_that_is_meant_comes_first_for_most_common_misspellings() {
    let common = common();
    let first = |wrong: &str| {
        let hit = common.look_up(wrong).first().map(|hit| hit.entry);
        hit.or_else(|| common.did_you_mean(wrong, 3).first().copied()).map_or("", |it| it.word)
    };
    let is_right = |wrong: &str, right: &str| {
        let meant = common.look_up(right);
        meant.iter().any(|hit| hit.entry.word == first(wrong))
    };
    let (mut all, mut failed) = (0, Vec::new());
    for (wrong, right) in misspellings() {
        all += 1;
        if !is_right(wrong, right) {
            failed.push(format!("{wrong}: {:?}, not {right}", first(wrong)));
        }
    }
    println!("{}", failed.join("\n"));
    assert!(all >= 300);
    assert!(failed.len() * 100 <= all * 15, "{} of {all}:\n{}", failed.len(), failed.join("\n"));
}
