//! The lexicon through its public face: each way to find a word, on small books and on drawn ones.

use dictapp::lexicon::{BookId, EntryRef, FoundBy, Hit, Lexicon};
use dictapp::model::{Entry, Word};

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
