//! Words found by their Chinese gloss.

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
    let found = fruits.reverse(query, MatchRange::first(20));
    assert_eq!((words(found.entries), found.end), (expected.to_vec(), End::Complete), "{query}");
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
fn earlier_glosses_rank_higher_and_brackets_are_ignored() {
    let lexicon = lexicon(&[
        "do|v. 做，干；学习，从事|1",
        "joy|n. 欢乐；高兴|2",
        "down|adv. 向下；（计算机）停机|3",
        "study|v. 学习，攻读\nn. 书房|4",
        "happy|adj. 快乐的，高兴的；幸福的|5",
        "gladly|adv. 高兴地|6",
        "computer|n. 计算机，电脑|7",
        "schooling|n. 学校教育|8",
    ]);
    for (query, expected) in [
        ("学习", &["study", "do"][..]),
        ("高兴", &["happy", "gladly", "joy"]),
        ("高兴的", &["happy"]),
        ("计算机", &["computer", "down"]),
    ] {
        assert_eq!(
            words(lexicon.reverse(query, MatchRange::first(9)).entries),
            expected,
            "{query}"
        );
    }
}

#[test]
fn letters_next_to_chinese_match_in_any_width() {
    finds("T恤", &["T-shirt"]);
    finds("ｔ恤", &["T-shirt"]);
    finds("恤衫", &["T-shirt"]);
    finds("卡拉ok", &["OK"]);
    finds("卡拉", &["OK"]);
}

#[test]
fn all_parts_of_a_query_must_match() {
    finds("水果 果实", &["fruit"]);
    finds("水果 苹果", &[]);
}

#[test]
fn text_that_is_not_chinese_or_in_no_gloss_finds_nothing() {
    for query in ["", "apple", "n", "龘", "果苹", "，", &"果".repeat(99)] {
        finds(query, &[]);
    }
}

#[test]
fn pages_follow_one_another() {
    let fruits = fruits();
    let page = fruits.reverse("苹果", MatchRange { skip: 1, take: 2 });
    assert_eq!((words(page.entries), page.end), (vec!["malus", "cider"], End::More));
    let page = fruits.reverse("苹果", MatchRange { skip: 3, take: 2 });
    assert_eq!((words(page.entries), page.end), (vec!["applejack"], End::Complete));
}
