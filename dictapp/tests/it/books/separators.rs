//! Lists and tables in which some lines lack the separator or the label of the other lines. No part
//! of a separator or a label gets into an entry, and a line that is not read is reported.

use dictapp::books::{Book, BookKind};

use super::variants::{TWO, entries};

/// Checks the entries of a file, and that each of these texts is in its report.
#[track_caller]
fn reads_and_reports(name: &str, text: &str, expected: &[&str], reported: &[&str]) {
    assert_eq!(entries(name, text.as_bytes()), expected, "{text:?}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let mut book = Book::open(BookKind::detect(&path).unwrap(), &path, |_| {}).unwrap();
    while book.next().unwrap().is_some() {}
    let report = book.warnings().to_string();
    for text in reported {
        assert!(report.contains(text), "{text:?} is missing: {report}");
    }
}

#[test]
fn a_separator_is_no_part_of_a_headword_if_some_lines_lack_an_explanation() {
    for separator in [" - ", " = ", " -> ", " – ", ", ", " | ", "：", " ~ ", "; "] {
        let rows = format!("apple{separator}苹果\npear{separator}梨\n");
        for last in ["https://example.org/list\n", "kiwi\n"] {
            let text = format!("{rows}{last}");
            reads_and_reports("a.txt", &text, TWO, &["no explanation", last.trim()]);
        }
        let text = format!("{rows}plum{}\n", separator.trim_end());
        reads_and_reports("a.txt", &text, TWO, &["no explanation", "line 3: plum\n"]);
        let text = format!(
            "apple{separator}苹果\nplum{}\npear{separator}梨\nkiwi\n",
            separator.trim_end()
        );
        reads_and_reports("a.txt", &text, TWO, &["2 x no explanation", "line 2: plum\n"]);
        let words: String =
            (b'a'..b'm').map(|c| format!("x{}{separator}苹果\n", c as char)).collect();
        let text = format!("{words}kiwi\nfig\nplum\nlook after\ndate\n");
        let expected: Vec<String> =
            (b'a'..b'm').map(|c| format!("x{} | 苹果", c as char)).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        reads_and_reports("a.txt", &text, &expected, &["5 x no explanation", "look after"]);
    }
    let text = "1. apple - 苹果\n2. pear - 梨\n3. plum - 李\n4. kiwi\n";
    let three = ["apple | 苹果", "pear | 梨", "plum | 李"];
    reads_and_reports("a.txt", text, &three, &["line 4: kiwi"]);
    let text = "apple, 苹果\npear,\nplum, 李\n";
    reads_and_reports("a.txt", text, &["apple | 苹果", "plum | 李"], &["line 2: pear\n"]);
    let text = "apple - a red fruit\npear - a fruit\nhttps://example.org/list\n";
    reads_and_reports("a.txt", text, &["apple | a red fruit", "pear | a fruit"], &["line 3"]);
    let text = "apple - a red fruit\npear - a fruit\nkiwi\nfig\ndate\n";
    reads_and_reports("a.txt", text, &["apple | a red fruit", "pear | a fruit"], &["3 x no"]);
    let text = "apple ..... 苹果\npear ..... 梨\nplum .....\nkiwi\n";
    reads_and_reports("a.txt", text, TWO, &["line 3: plum\n", "line 4: kiwi"]);
    let text = "apple -\n苹果\n\npear -\n梨\n";
    reads_and_reports("a.txt", text, TWO, &[]);
}

#[test]
fn an_unknown_label_is_reported_and_does_not_change_the_layout() {
    let text = "Word: apple\nMeaning: 苹果\nNote: keep me\nOther: lost?\n\n\
                Word: pear\nMeaning: 梨\nOther: y\n";
    let expected = ["apple | 苹果 | keep me", "pear | 梨"];
    reads_and_reports("a.txt", text, &expected, &["line 4: Other: lost?", "line 8: Other: y"]);
    let text = "Word: apple\nMeaning: 苹果\nPlural: apples\nTags: fruit\n\n\
                Word: pear\nMeaning: 梨\nDate: 2023-01-02\n";
    let reported = ["line 4: Tags: fruit", "line 8: Date: 2023-01-02"];
    reads_and_reports("a.txt", text, &["apple ~apples | 苹果", "pear | 梨"], &reported);
    for stray in ["plum 李\n", "plum 李\n\n", "\nplum 李\n", "\nplum 李\n\n"] {
        let text = format!("Word: apple\nMeaning: 苹果\n{stray}Word: pear\nMeaning: 梨\n");
        let expected = ["apple | 苹果", "plum | 李", "pear | 梨"];
        reads_and_reports("a.txt", &text, &expected, &[]);
    }
    let text = "Word: apple\nMeaning: 苹果\n\nsome other text here\n\nWord: pear\nMeaning: 梨\n";
    reads_and_reports("a.txt", text, TWO, &["line 4: some other text here"]);
    let text = "Word: apple\nMeaning:\n苹果\n果\n\nWord: pear\nMeaning:\n梨\n";
    reads_and_reports("a.txt", text, &["apple | 苹果 | 果", "pear | 梨"], &[]);
}

#[test]
fn the_lemma_is_the_headword_and_the_word_in_the_text_is_its_form() {
    for text in [
        "word,stem,meaning\nwent,go,去\n",
        "stem,word,meaning\ngo,went,去\n",
        "Word,Lemma,Definition\nwent,go,去\n",
        "word,stem,meaning\nwent,,去\n".replace("went,,", "went,go,").as_str(),
    ] {
        reads_and_reports("a.csv", text, &["go ~went | 去"], &[]);
    }
    let text = "word,stem,usage,meaning\nwent,go,He went home.,去\nate,,He ate.,吃\n";
    let expected = ["go ~went | 去 | > He went home.", "ate | 吃 | > He ate."];
    reads_and_reports("a.csv", text, &expected, &[]);
}

#[test]
fn the_notes_of_a_kindle_are_no_meanings() {
    let text = "word,stem,usage,lang,book,category,timestamp\n\
                went,go,He went home.,en,My Book,learning,2023-01-03 10:11:12\n";
    let notes = ["lang", "book", "category", "timestamp"];
    reads_and_reports("a.csv", text, &["go ~went | He went home."], &notes);
    let text = "word,stem,lang,book,category,timestamp\nwent,go,en,My Book,x,2023-01-03 10:11\n";
    reads_and_reports("a.csv", text, &[], &["no explanation", "line 2: go", "lang", "book"]);
    let text = "word,stem,lang,title\nwent,go,en,My Book\n";
    reads_and_reports("a.csv", text, &[], &["line 2: go", "lang", "title"]);
}

#[test]
fn highlights_of_a_kindle_are_refused_with_their_name() {
    let clippings = "A Book (An Author)\n- Your Highlight on page 3 | Location 45-46 | Added on \
                     Monday\n\napple\n==========\nA Book (An Author)\n- Your Note | x\n\n果\n\
                     ==========\n";
    let notebook = "\"Your Kindle Notes For:\",,,\n\"A BOOK\",,,\n\n\
                    \"Annotation Type\",\"Location\",\"Starred?\",\"Annotation\"\n\
                    \"Highlight (Yellow)\",\"Location 1\",\"\",\"apple\"\n";
    for (name, text, kind) in [
        ("My Clippings.txt", clippings, "My Clippings.txt with highlights"),
        ("Notebook.csv", notebook, "Kindle notebook"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let error = BookKind::detect(&path).unwrap_err().to_string();
        assert!(error.contains(kind), "{error}");
    }
}

#[test]
fn tables_of_markdown_may_have_text_around_them() {
    let text = "# Fruit\n\nSome \"text, with a comma.\n\n| Word | Meaning |\n|---|---|\n\
                | apple | 苹果 |\n\nMore text | here\n\n| Meaning | Word |\n| :-- | --: |\n\
                | 梨 | pear |\n\nThe end.\n";
    let reported = ["line 1: # Fruit", "line 3: Some", "line 9: More text", "line 15: The end."];
    for name in ["a.md", "a.txt", "a.csv"] {
        reads_and_reports(name, text, TWO, &reported);
    }
    let text = "| Word | Meaning |\n|---|---|\n| apple | 苹果 |\n\n\
                | English | Chinese | Note |\n|---|---|---|\n| pear | 梨 | x |\n";
    reads_and_reports("a.md", text, TWO, &["line 5: Note"]);
    let prose = "A line.\n\n".repeat(30);
    let text = format!("{prose}| a | b |\n|-|:-:|\n| apple | 苹果 |\n| pear | 梨 |\n");
    let reported = ["30 x comment", "line 1: A line."];
    reads_and_reports("a.md", &text, TWO, &["31 x comment"]);
    let text = format!("{prose}| Word | Meaning |\n|---|---|\n| apple | 苹果 |\n| pear | 梨 |\n");
    reads_and_reports("a.md", &text, TWO, &reported);
}

#[test]
fn gaps_and_sounds_of_anki_are_left_out_and_reported() {
    let text = "#separator:tab\n#html:true\n#tags column:4\nplum {{c1::x}}\t一个{{c1::李子::hint}}\
                [sound:a.mp3]\t[sound:b.mp3]\tfruit\npear\t梨[sound:c.mp3]\t[sound:d.mp3]\tfruit\n";
    let expected = ["plum x | 一个李子", "pear | 梨"];
    let reported = ["3 x column", "[sound:a.mp3]", "column 3", "column 4"];
    reads_and_reports("a.txt", text, &expected, &reported);
}

#[test]
fn a_quote_that_is_not_closed_does_not_swallow_the_next_rows() {
    let three = ["apple | 苹果", "pear | 梨", "plum | 李"];
    for text in [
        "word,meaning\n\"apple,苹果\n\"pear\",梨\nplum,李\n",
        "word,meaning\n\"apple,苹果\npear,梨\n\"plum\",李\n",
        "word,meaning\r\napple,\"苹果\r\n\"pear\",\"梨\"\r\nplum,李\r\n",
    ] {
        reads_and_reports("a.csv", text, &three, &["line 2: "]);
    }
    let text = "word,phonetic,definition,translation,pos,collins,oxford,tag,bnc,frq,exchange,\
                detail,audio\napple,,,苹果,,,,,,,,,\npear,\",,梨,,,,,,,,,\n\"plum\",,,李,,,,,,,,,\n";
    reads_and_reports("e.csv", text, &three, &["line 3: pear"]);
    let text =
        "word,meaning\napple,\"苹果\n果, 水果\"\n\"pear\",\"梨\n\n\"\"x\"\", 果\"\nplum,李\n";
    let expected = ["apple | 苹果 | 果, 水果", "pear | 梨 | \"x\", 果", "plum | 李"];
    reads_and_reports("a.csv", text, &expected, &[]);
}

#[test]
fn a_header_in_double_quotes_may_be_above_rows_in_single_quotes() {
    let text = "\"word\",\"meaning\"\n'apple','苹果'\n'pear','梨'\n";
    reads_and_reports("a.csv", text, TWO, &[]);
    reads_and_reports("a.csv", &text.replace('\n', "\r\n"), TWO, &[]);
}
