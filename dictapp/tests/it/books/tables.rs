//! ECDICT's csv and plain tables.

use dictapp::books::{BookKind, WarningKind, limits};

use super::{entry, explanation, lines, read_bytes, words};

const HEADER: &str =
    "word,phonetic,definition,translation,pos,collins,oxford,tag,bnc,frq,exchange,detail,audio\n";

#[test]
fn reads_thirteen_columns_of_ecdict() {
    let text = format!(
        "{HEADER}go,gəʊ,v. move,\"v. 去, 走\\nn. 围棋\",,5,1,zk,40,35,p:went/d:gone/0:go/s:goes,,\n\
         zip,,n. nothing\\r\\nv. fasten, ,,,,,0,0,,,\n\
         bare,,,,,,,,0,0,,,\n\
         short,,n. 短\n"
    );
    let (entries, warnings) = read_bytes(BookKind::Ecdict, "e.csv", text.as_bytes()).unwrap();
    assert_eq!(words(&entries), ["go", "zip"]);
    assert_eq!(explanation(&entries, "go"), "v. 去, 走\nn. 围棋");
    let go = entry(&entries, "go");
    assert_eq!((go.phonetic.as_deref(), go.rank), (Some("gəʊ"), Some(35)));
    assert_eq!(go.forms, ["went", "gone", "goes"]);
    assert_eq!(explanation(&entries, "zip"), "n. nothing\nv. fasten");
    assert_eq!(
        lines(&warnings),
        [
            (WarningKind::NoExplanation, 4, "bare".into()),
            (WarningKind::WrongColumns, 5, "short".into())
        ]
    );
}

#[test]
fn reads_seven_columns_of_ecdict_without_a_header() {
    let text = "agree,ә'gri:,v. be in accord,\"vi. 同意, 赞成\\nvt. 承认\",5,d:agreed/p:agreed,I agree\n\
                word,wә:d,n. a unit,n. 单词,,,\n";
    let (entries, warnings) = read_bytes(BookKind::Ecdict, "e.csv", text.as_bytes()).unwrap();
    assert_eq!(explanation(&entries, "agree"), "vi. 同意, 赞成\n> I agree\nvt. 承认");
    assert_eq!(
        (entry(&entries, "agree").rank, entry(&entries, "agree").forms.len()),
        (Some(680), 1)
    );
    assert_eq!(explanation(&entries, "word"), "n. 单词");
    assert!(warnings.is_empty(), "{warnings}");
}

#[test]
fn reads_a_table_by_position_or_by_the_names_of_its_columns() {
    let by_position = "apple,n. 苹果,'æpl\n\"ice cream\",\"n. 冰淇淋, 雪糕\"\n";
    let (entries, _) = read_bytes(BookKind::Csv, "a.csv", by_position.as_bytes()).unwrap();
    assert_eq!(entry(&entries, "apple").phonetic.as_deref(), Some("'æpl"));
    assert_eq!(explanation(&entries, "ice cream"), "n. 冰淇淋, 雪糕");

    let by_name =
        "\u{FEFF}Rank;音标;单词;释义\r\n812;[æpl];apple;n. 苹果  v. x\r\nsoon;;pear;梨\r\n";
    let (entries, warnings) = read_bytes(BookKind::Csv, "a.csv", by_name.as_bytes()).unwrap();
    let apple = entry(&entries, "apple");
    assert_eq!((apple.phonetic.as_deref(), apple.rank), (Some("æpl"), Some(812)));
    assert_eq!(apple.explanation, "n. 苹果\nv. x");
    assert_eq!(lines(&warnings), [(WarningKind::BadDetail, 3, "pear".into())]);
}

#[test]
fn a_quote_is_a_quote_between_tabs() {
    let (entries, warnings) = read_bytes(
        BookKind::Tsv,
        "a.tsv",
        "word\tmeaning\ninch\t\"2.54 cm\nfoot\t12\"\nbare\n".as_bytes(),
    )
    .unwrap();
    assert_eq!(explanation(&entries, "inch"), "\"2.54 cm");
    assert_eq!(explanation(&entries, "foot"), "12\"");
    assert_eq!(lines(&warnings), [(WarningKind::WrongColumns, 4, "bare".into())]);
}

#[test]
fn an_unclosed_quote_is_reported_and_takes_no_memory() {
    let text = format!("a,甲\n\"b,{}", "x,y\n".repeat(limits::RECORD_BYTES_MAX as usize / 2));
    let error = read_bytes(BookKind::Csv, "a.csv", text.as_bytes()).unwrap_err().to_string();
    assert!(
        error.ends_with("the record is longer than 1048576 bytes: is a quote not closed?"),
        "{error}"
    );

    let text = format!("{HEADER}a,,,甲,,,,,,,,,\nb,\"x,,乙,,,,,,,,,\nc,,,丙,,,,,,,,,\n");
    let error = read_bytes(BookKind::Ecdict, "e.csv", text.as_bytes()).unwrap_err().to_string();
    assert!(
        error.contains("e.csv, line 3: ") && error.contains("is a quote not closed?"),
        "{error}"
    );

    let text = "a,甲\nb,\"乙\nc,丙\nd,丁\n";
    let error = read_bytes(BookKind::Csv, "a.csv", text.as_bytes()).unwrap_err().to_string();
    assert!(error.ends_with("a.csv, line 2: the quote is not closed"), "{error}");
}

#[test]
fn the_encoding_of_a_table_is_reported() {
    let error =
        read_bytes(BookKind::Csv, "a.csv", b"a,x\nb,caf\xe9 noir\n").unwrap_err().to_string();
    assert!(error.contains("a.csv, line 2: is not UTF-8, and the encoding"), "{error}");
    let error = read_bytes(BookKind::Csv, "a.csv", b"a,x\nb,\0\n").unwrap_err().to_string();
    assert!(error.contains("a.csv, line 2: contains a zero byte"), "{error}");
}

#[test]
fn tables_with_carriage_returns_alone_and_in_utf_16_are_read() {
    let mac = "a,一\rb,二\r";
    let (entries, _) = read_bytes(BookKind::Csv, "mac.csv", mac.as_bytes()).unwrap();
    assert_eq!((words(&entries), explanation(&entries, "b")), (vec!["a", "b"], "二"));
    for kind in [BookKind::Csv, BookKind::Tsv, BookKind::Ecdict] {
        for bytes in [b"\xff\xfea\0,\0b\0\n\0", b"\xfe\xff\0a\0,\0b\0\n"] {
            let read = read_bytes(kind, "w.csv", bytes);
            let words = read.map(|(entries, _)| entries.len());
            assert_eq!(words.unwrap(), usize::from(kind != BookKind::Ecdict), "{kind}");
        }
    }
}

/// `countable` in brackets is a label.
#[test]
fn a_label_in_brackets_is_not_a_pronunciation() {
    let text =
        "apple,[countable] a round fruit\nmoho,[pl] x\nei,[ei] 一\nabandon,['bændən] v. 放弃\n";
    let (entries, _) = read_bytes(BookKind::Csv, "a.csv", text.as_bytes()).unwrap();
    let read = |word| {
        let entry = entry(&entries, word);
        (entry.phonetic.as_deref(), entry.explanation.as_str())
    };
    assert_eq!(read("apple"), (None, "[countable] a round fruit"));
    assert_eq!(read("moho"), (None, "[pl] x"));
    assert_eq!(read("ei"), (Some("ei"), "一"));
    assert_eq!(read("abandon"), (Some("'bændən"), "v. 放弃"));
}
