//! Tests of the reader of DSL: texts, their entries and their warnings.

use std::path::Path;

use super::*;
use crate::books::readers::found;

/// The entries of a text and its warnings, as [`found`] writes them.
fn read(text: &str) -> Vec<String> {
    let source = Source::of_text(Path::new("a.dsl"), text.to_owned()).unwrap();
    found(Dsl::new(source).unwrap())
}

#[test]
fn all_header_lines_at_the_beginning_are_no_headwords() {
    let header = "#NAME \"A\"\n#SOUND_DICTIONARY \"S\"\n#SUBTITLE \"x\"\n#INCLUDE a.dsl\n\
                  #ICON_FILE\n#SOME_NEW_HEADER y\n\n";
    assert_eq!(read(&format!("{header}apple\n\t苹果\n")), ["apple: 苹果"]);
    assert_eq!(read("#C\n\t音名\n#SIGN \"x\"\n\t标志\n"), ["#C: 音名", "#SIGN \"x\": 标志"]);
}

#[test]
fn numbers_before_senses_are_removed() {
    let text = "bank\n\t[m1][b]1.[/b] [trn]银行[/trn][/m]\n\t[m1][b]2.[/b][/m]\n\
                \t[m2]1) 河岸[/m]\n\t[m2]2) 堤[/m]\n\t[m1]7. 别的[/m]\n\t[m1]1.5 米[/m]\n";
    assert_eq!(read(text), ["bank: 银行\n河岸\n堤\n7. 别的\n1.5 米"]);
}

#[test]
fn comments_may_have_several_lines() {
    let text = "apple{{x}}\n\t苹{{one\nnot a word\n\tmore}}果 \\{{a}\n{{ y }}\npear\n\t梨\n";
    assert_eq!(read(text), ["apple: 苹\n果 {{a}", "pear: 梨"]);
    let open = "apple\n\t苹果\n{{ never closed\npear\n\t梨\n";
    assert_eq!(read(open), ["apple: 苹果", "line 3 Comment: {{never closed"]);
}

#[test]
fn cards_inside_an_article_are_entries() {
    let text = "apple\n\t[m1]苹果[/m]\n\t@ apple pie\n\t\t[m1]苹果派[/m]\n\t@ apple tree\n\
                \t@ apple trees\n\t\t[m1]苹果树[/m]\n\t@\n\t[m1]见上[/m]\n";
    let main = "apple: 苹果\n见上\n+ apple pie; apple tree";
    assert_eq!(read(text), [main, "apple pie: 苹果派", "apple tree: 苹果树"]);
}

#[test]
fn unknown_tags_and_tags_in_headwords_are_removed() {
    let text = "[b]app[/b]le\n\t[zzz]苹[/zzz]果 [usually red] [yyy a=1]x\n\t[/yyy] y\n[c]\n\tx\n";
    assert_eq!(read(text), ["apple: 苹果 [usually red] x\ny", "line 4 NoHeadword: [c]"]);
}

#[test]
fn sounds_pictures_and_videos_are_reported_as_such() {
    let text = "apple\n\t[s]a.wav[/s] [s]A.JPG[/s] [video]a.avi[/video] 苹果\n";
    let warnings = ["line 1 Picture: apple", "line 1 Sound: apple", "line 1 Video: apple"];
    assert_eq!(read(text), [&["apple: 苹果"][..], &warnings].concat());
}

#[test]
fn a_text_in_utf_16_that_is_cut_off_is_reported() {
    let text = "\u{FEFF}apple\n\t苹果\npear\n\t梨子";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes[..bytes.len() - 1]).unwrap();
    let mut reader = Dsl::new(Source::open_text(file.path(), None).unwrap()).unwrap();
    while reader.next().unwrap().is_some() {}
    assert_eq!(reader.state().warnings().count(WarningKind::BadDetail), 1);
}
