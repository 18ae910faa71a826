//! Words found by one of their forms.

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
    finds(&english, "better", &[("better", Spelling), ("good", Inflection), ("well", Inflection)]);
}

#[test]
fn a_word_that_only_looks_inflected_has_no_lemma() {
    let english = english();
    for word in ["news", "flower", "seed", "bed", "number", "thing", "physics"] {
        finds(&english, word, &[(word, Spelling)]);
    }
}

#[test]
fn a_possessive_is_not_a_misspelling_of_another_word() {
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
    for form in ["ñs", "éd", "ßing", "苹果s", "ss", "'s", "s'", "'", "-", "ied", "ing", "ed"] {
        assert!(english().look_up(form).is_empty(), "{form}");
    }
}
