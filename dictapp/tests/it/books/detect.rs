//! Recognition of the kind of a book.

use std::path::Path;

use dictapp::books::BookKind;

use super::build;

#[track_caller]
fn is(folder: &Path, name: &str, text: &str, kind: BookKind) {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    assert_eq!(BookKind::detect(&path).unwrap(), kind, "{name}");
    assert!(kind.files(&path).unwrap().contains(&path));
}

#[test]
fn recognises_books_by_name_and_content() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    is(at, "a.txt", "a                n. 一\nb                n. 二, 三\n", BookKind::Course);
    is(at, "b.txt", "a\tn. 一\n", BookKind::Course);
    is(at, "c.book", "a\nn. 一\n", BookKind::Plain);
    is(at, "d", "# title: x\n\na\nn. 一\n", BookKind::Plain);
    is(at, "e.csv", "a,n. 一\nb,n. 二\n", BookKind::Csv);
    is(at, "f.tsv", "a\tn. 一\n", BookKind::Tsv);
    is(
        at,
        "g.csv",
        "word,phonetic,definition,translation,pos,collins,oxford,tag,bnc,frq,exchange,detail,audio\n",
        BookKind::Ecdict,
    );
    is(at, "h.csv", "a,b,c,d,5,,x\nb,b,c,d,5,,x\n", BookKind::Ecdict);
    is(at, "i.gz", "a,b\nc,d\n", BookKind::Course);
}

#[test]
fn recognises_books_of_several_files_by_any_of_them() {
    let stardict = build::Stardict::new("m", build::Offsets::Bits32, &[("a", b"x")]);
    for ending in [".ifo", ".idx", ".dict"] {
        assert_eq!(BookKind::detect(&stardict.path(ending)).unwrap(), BookKind::Stardict);
    }
    let folder = tempfile::tempdir().unwrap();
    build::dictd(folder.path(), &[("a", "a\nx\n")]);
    for name in ["d.index", "d.dict.dz"] {
        assert_eq!(BookKind::detect(&folder.path().join(name)).unwrap(), BookKind::Dictd);
    }
    build::wordnet(folder.path());
    for name in ["", "data.noun", "index.adv"] {
        assert_eq!(BookKind::detect(&folder.path().join(name)).unwrap(), BookKind::Wordnet);
    }
    let empty = tempfile::tempdir().unwrap();
    let error = BookKind::detect(empty.path()).unwrap_err().to_string();
    assert!(error.ends_with("is a folder without a WordNet database"), "{error}");
}

#[test]
fn json_is_a_word_list_or_a_wiktionary_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    is(at, "a.json", "[{\"word\":\"a\",\"meaning\":\"b\"}]", BookKind::Json);
    is(at, "b.txt", "{\"a\":\"b\"}", BookKind::Json);
    is(at, "c.jsonl", "{\"word\":\"a\",\"senses\":[]}\n", BookKind::Kaikki);
    is(at, "g.jsonl", "{\"title\": \"a\", \"redirect\": \"b\"}\n", BookKind::Kaikki);
    for (name, text) in [
        ("h.json", ""),
        ("i.json", "apple"),
        ("j.json", "{\"word\":\"a\",\"senses\":[\"b\"]}\n"),
        ("k.json", "{\"words\":[{\"word\":\"a\",\"senses\":[{\"meaning\":\"b\"}]}]}"),
        ("l.json", "{\"redirect\": \"重定向\", \"senses\": \"感官\"}"),
    ] {
        is(at, name, text, BookKind::Json);
    }
    is(at, "d.txt", "{{c1::apple}}\t苹果\n", BookKind::Course);
    is(at, "e.txt", "[1] apple 苹果\n", BookKind::Course);
    is(at, "f.txt", "#NAME \"x\"\n#INDEX_LANGUAGE \"English\"\n", BookKind::Dsl);
}

#[test]
fn json_that_is_no_word_list_is_refused_with_what_can_be_read() {
    for text in ["[1, 2]", "[{\"a\": 1}]", "[\"apple\"]", "{\"a\": null}", "[]"] {
        let error = super::read_bytes(BookKind::Json, "a.json", text.as_bytes()).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("is JSON, but not a list of words. These can be read: [{"),
            "{error}"
        );
    }
    for (text, expected) in [
        ("[{\"word\":\"a\",\n\"meaning\":", "line 2: is not valid JSON: EOF"),
        ("{\"apple\" \"苹果\"}", "line 1: is not valid JSON"),
        ("apple", "is not a list or an object in JSON"),
    ] {
        let error = super::read_bytes(BookKind::Json, "a.json", text.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
