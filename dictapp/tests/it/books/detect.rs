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
    let stardict = build::Stardict::new("m", false, &[("a", b"x")]);
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
