//! Tests of the format of explanations.

use super::*;
use crate::model::{FormKind, Region};

const RECORD: &str = "* A2\n\
    @ n. UK ˈrekɔːd; US ˈrekərd | plural records | A2\n\
    n. [C] 记录，记载 {record of sth}\n\
    > Keep a record of it. = 把它记录下来。\n\
    n. [C, dated] 唱片\n\
    = album\n\
    @ v. UK rɪˈkɔːd | third records; past recorded\n\
    v. 录音\n\
    ! erase; delete\n\
    & recorder; recording\n\
    + for the record";

#[test]
fn reads_the_parts_of_an_entry() {
    let found = Explanation::parse(RECORD);
    let [noun, verb] = &found.parts[..] else { panic!("{found:?}") };
    assert_eq!((noun.label.as_str(), noun.level), ("n.", Some(Level::A2)));
    assert_eq!(noun.pronunciations[1].region, Some(Region::Us));
    assert_eq!(noun.forms[0].kind, FormKind::Plural);
    assert_eq!((verb.level, verb.forms.len()), (None, 2));
    assert_eq!(found.forms().collect::<Vec<_>>(), ["records", "records", "recorded"]);
    assert_eq!(found.first_pronunciation().map(|p| p.ipa.as_str()), Some("ˈrekɔːd"));
}

#[test]
fn reads_the_senses_of_an_entry() {
    let found = Explanation::parse(RECORD);
    let senses: Vec<&Sense> = found.senses().map(|(_, sense)| sense).collect();
    assert_eq!(
        (&senses[0].labels[..], senses[0].gloss.as_str()),
        (&["C".into()][..], "记录，记载")
    );
    assert_eq!(senses[0].pattern.as_deref(), Some("record of sth"));
    assert_eq!(senses[0].examples[0].translation.as_deref(), Some("把它记录下来。"));
    assert_eq!(senses[1].labels, ["C", "dated"]);
    assert_eq!(senses[1].synonyms, ["album"]);
    assert_eq!(senses[2].antonyms, ["erase", "delete"]);
    assert_eq!(sense_lines(RECORD).count(), senses.len());
    let read = found.senses().map(|(label, sense)| (label, sense.gloss.as_str()));
    assert!(glosses(RECORD).eq(read));
}

#[test]
fn level_family_and_phrases_belong_to_the_entry() {
    let found = Explanation::parse(RECORD);
    assert_eq!(found.level, Some(Level::A2));
    assert_eq!(found.family, ["recorder", "recording"]);
    assert_eq!(found.phrases, ["for the record"]);
}

#[test]
fn reads_senses_without_other_lines() {
    let explanation = "n. 苹果\n> I eat an apple. = 我吃苹果。\n= pome; fruit\n无词性\nn. 苹果树";
    let found = Explanation::parse(explanation);
    let senses: Vec<_> = found.senses().map(|(part, s)| (part, s.gloss.as_str())).collect();
    assert_eq!(senses, [("n.", "苹果"), ("n.", "苹果树"), ("", "无词性")]);
    let apple = &found.parts[0].senses[0];
    assert_eq!(apple.examples[0].translation.as_deref(), Some("我吃苹果。"));
    assert_eq!(apple.synonyms, ["pome", "fruit"]);
}

#[test]
fn one_part_of_speech_with_two_readings_is_two_parts() {
    let found = Explanation::parse("@ n. UK rəʊ\nn. 排，行\n@ n. raʊ\nn. 争吵\nn. 吵闹声");
    let senses: Vec<usize> = found.parts.iter().map(|part| part.senses.len()).collect();
    assert_eq!(senses, [1, 2]);
    assert_eq!(found.parts[1].pronunciations[0].ipa, "raʊ");
}

#[test]
fn an_invalid_line_is_a_sense() {
    for line in ["@ home", "* footnote", "> alone", "= alone", "n. [医] 甲", "[C] 甲", "+", "{x}"]
    {
        let found = Explanation::parse(line);
        let gloss = found.senses().next().map(|(_, sense)| sense.gloss.clone());
        assert_eq!(gloss.as_deref(), Some(line.trim_start_matches("n. ")), "{line}");
    }
    let odd = Explanation::parse("n. [C, 医] 甲 {}");
    assert_eq!(odd.parts[0].senses[0].gloss, "[C, 医] 甲 {}");
}

#[test]
fn keeps_a_label_that_is_not_a_part_of_speech() {
    assert_eq!(split_part("e.g. this"), ("", "e.g. this"));
    assert_eq!(split_part("vt.放弃"), ("vt.", "放弃"));
    assert_eq!(split_part("vt. & vi. 引导"), ("vt. & vi.", "引导"));
    assert_eq!(split_part("n./v.苹果"), ("n./v.", "苹果"));
    assert_eq!(split_part("n., adj. x"), ("n., adj.", "x"));
    assert_eq!(split_part("conj. and so on"), ("conj.", "and so on"));
    for text in ["a.m. 上午", "n.b. 注意", "a.k.a. 又名", "v.t. 做"] {
        assert_eq!(split_part(text), ("", text));
    }
}
