//! Recognition of the kind of a book.

use std::path::Path;

use dictapp::books::Kind;

use super::build;

#[track_caller]
fn is(folder: &Path, name: &str, text: &str, kind: Kind) {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    assert_eq!(Kind::detect(&path).unwrap(), kind, "{name}");
    assert!(kind.files(&path).unwrap().contains(&path));
}

#[test]
fn recognises_books_by_name_and_content() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    is(at, "a.txt", "a                n. 一\nb                n. 二, 三\n", Kind::Course);
    is(at, "b.txt", "a\tn. 一\n", Kind::Course);
    is(at, "c.book", "a\nn. 一\n", Kind::Plain);
    is(at, "d", "# title: x\n\na\nn. 一\n", Kind::Plain);
    is(at, "e.csv", "a,n. 一\nb,n. 二\n", Kind::Csv);
    is(at, "f.tsv", "a\tn. 一\n", Kind::Tsv);
    is(
        at,
        "g.csv",
        "word,phonetic,definition,translation,pos,collins,oxford,tag,bnc,frq,exchange,detail,audio\n",
        Kind::Ecdict,
    );
    is(at, "h.csv", "a,b,c,d,5,,x\nb,b,c,d,5,,x\n", Kind::Ecdict);
    is(at, "i.gz", "a,b\nc,d\n", Kind::Course);
}

#[test]
fn recognises_books_of_several_files_by_any_of_them() {
    let stardict = build::Stardict::new("m", false, &[("a", b"x")]);
    for ending in [".ifo", ".idx", ".dict"] {
        assert_eq!(Kind::detect(&stardict.path(ending)).unwrap(), Kind::Stardict);
    }
    let folder = tempfile::tempdir().unwrap();
    build::dictd(folder.path(), &[("a", "a\nx\n")]);
    for name in ["d.index", "d.dict.dz"] {
        assert_eq!(Kind::detect(&folder.path().join(name)).unwrap(), Kind::Dictd);
    }
    build::wordnet(folder.path());
    for name in ["", "data.noun", "index.adv"] {
        assert_eq!(Kind::detect(&folder.path().join(name)).unwrap(), Kind::Wordnet);
    }
    let empty = tempfile::tempdir().unwrap();
    let error = Kind::detect(empty.path()).unwrap_err().to_string();
    assert!(error.ends_with("is a folder without a WordNet database"), "{error}");
}
