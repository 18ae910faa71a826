//! Tables as people and programs write them: quotes, names of columns, columns without names, and
//! rows that are no entries.

use dictapp::books::{Book, BookKind};

use super::variants::{entries, reads};

const TWO: &[&str] = &["apple | 苹果", "pear | 梨"];

/// The report of a file, one line for each warning: kind, line and text.
fn report(name: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let mut book = Book::open(BookKind::detect(&path).unwrap(), &path, |_| {}).unwrap();
    while book.next().unwrap().is_some() {}
    book.warnings().to_string()
}

#[test]
fn quotes_may_have_blanks_beside_them() {
    let expected =
        &["apple | a round, red fruit | > I eat, you eat.", "pear | a \"sweet\" one | > x"];
    let text = "word, \"meaning\", \"example\"\napple, \"a round, red fruit\", \"I eat, you eat.\"\n\
                \"pear\" , \"a \"\"sweet\"\" one\" ,\"x\"\n";
    reads("a.csv", text, expected);
    reads("a.csv", "word, meaning\n\"fig\", \"a\nb\"\n", &["fig | a | b"]);
    reads("a.csv", "word;meaning\n\"fig\"; \"a; b\"\n", &["fig | a; b"]);
}

#[test]
fn quotes_in_a_cell_are_kept() {
    let text = "word,meaning\nsay,\"he said \"yes, no\" to me\"\nor,\"a\" or \"b\"\n\
                inch,\"the 2.54 cm\" unit\nfoot,12\" long\nend,\"he said \"\"no\"\"\"\n";
    let expected = &[
        "say | he said \"yes, no\" to me",
        "or | \"a\" or \"b\"",
        "inch | \"the 2.54 cm\" unit",
        "foot | 12\" long",
        "end | he said \"no\"",
    ];
    reads("a.csv", text, expected);
    let text = "word,meaning\na,\"he said \\\"yes\\\", now\"\nb,\"x \\\"y\\\"\"\n";
    reads("a.csv", text, &["a | he said \"yes\", now", "b | x \"y\""]);
}

#[test]
fn other_quotes_enclose_cells_and_rows() {
    let expected = &["apple | 苹果, 果", "pear | 梨"];
    reads("a.csv", "word,meaning\n'apple','苹果, 果'\n'pear','梨'\n", expected);
    reads("a.csv", "\"word,meaning\"\n\"apple,\"\"苹果, 果\"\"\"\n\"pear,梨\"\n", expected);
    reads("a.csv", "word,meaning\n“apple”,“苹果”\n“pear”,“梨”\n", TWO);
}

#[test]
fn lines_may_end_with_carriage_returns_and_cells_have_line_feeds() {
    let text = "word,meaning\r\"apple\",\"苹果\n果\"\r\"pear\",\"梨\n雪梨\"\r";
    reads("a.csv", text, &["apple | 苹果 | 果", "pear | 梨 | 雪梨"]);
}

#[test]
fn a_delimiter_in_a_cell_without_quotes_loses_nothing() {
    let text = "word,meaning\napple,苹果, 果\npear,梨\nfig,无花果\n";
    reads("a.csv", text, &["apple | 苹果, 果", "pear | 梨", "fig | 无花果"]);
    let text =
        "word,meaning,example\napple,苹果, 果,I eat.\npear,梨,I eat, you eat.\nfig,果,One.\n";
    let expected =
        &["apple | 苹果, 果 | > I eat.", "pear | 梨 | > I eat, you eat.", "fig | 果 | > One."];
    reads("a.csv", text, expected);
    let text = "word,meaning,rank\napple,苹果,果,5\npear,梨,6\nfig,无花果,7\n";
    assert!(report("a.csv", text).contains("column of unknown content, left out:\n  line 2: 5"));
}

#[test]
fn forms_belong_to_the_headword() {
    for header in [
        "Infinitive,Past,Past participle,Meaning",
        "Base form,Past Simple,Past Participle,Translation",
        "原形,过去式,过去分词,中文",
        "V1,V2,V3,释义",
    ] {
        let text = format!("{header}\ngo,went,gone,去\nbe,was/were,been,是\n");
        reads("a.csv", &text, &["go ~went ~gone | 去", "be ~was ~were ~been | 是"]);
    }
    let text = "word,pos,past,plural,comparative,meaning\nmouse,n.,,mice,-,老鼠\n";
    reads("a.csv", text, &["mouse ~mice | n. 老鼠"]);
    let text = "Wort;Artikel;Plural;Übersetzung\nApfel;der;Äpfel;apple\n";
    reads("a.csv", text, &["Apfel ~Äpfel | (der) apple"]);
    let text =
        "word,translation,exchange,frq\ngo,vi. 去\\nn. 围棋,p:went/d:gone,35\nan,art. 一,,0\n";
    reads("a.csv", text, &["go ~went ~gone | vi. 去 | n. 围棋", "an | art. 一"]);
    assert_eq!(report("a.csv", text), "");
}

#[test]
fn british_and_american_columns_are_pronunciations_or_spellings() {
    for header in ["Word,UK,US,Meaning", "单词,英式,美式,释义"] {
        let text = format!("{header}\ncar,kɑː,kɑːr,车\n");
        reads("a.csv", &text, &["car /kɑː; kɑːr/ | 车"]);
    }
    reads("a.csv", "UK,US,Meaning\ncolour,color,颜色\n", &["colour ~color | 颜色"]);
}

#[test]
fn the_words_of_kindle_are_its_stems_with_their_sentences() {
    let text = "word,stem,usage,timestamp\nwent,go,They went home.,2023-01-03 10:11:12\n";
    reads("a.csv", text, &["go ~went | They went home."]);
}

#[test]
fn traditional_and_simplified_columns_are_one_headword() {
    for header in ["Traditional,Simplified,Pinyin,English", "繁体,简体,拼音,英文"] {
        let text = format!("{header}\n蘋果,苹果,píngguǒ,apple\n");
        reads("a.csv", &text, &["苹果 /píngguǒ/ ~蘋果 | apple"]);
    }
    reads("a.csv", "Traditional,English\n蘋果,apple\n", &["蘋果 | apple"]);
}

#[test]
fn names_of_columns_of_other_languages() {
    for (text, expected) in [
        ("mot,sens,traduction\npomme,fruit,apple\n", "pomme | fruit | apple"),
        ("Mot,Genre,Définition,Exemple\npomme,f,fruit,Je.\n", "pomme | (f) fruit | > Je."),
        ("단어,뜻\n사과,apple\n", "사과 | apple"),
        ("단어,품사,뜻,예문,번역\n사과,명사,apple,가.,Go.\n", "사과 | n. apple | > 가. = Go."),
        ("単語,読み方,品詞,意味\n林檎,りんご,名詞,apple\n", "林檎 /りんご/ | n. apple"),
        ("Parola,Significato,Esempio\nmela,apple,Una.\n", "mela | apple | > Una."),
        ("слово,перевод,транскрипция\nдом,house,dom\n", "дом /dom/ | house"),
        ("Wort,Wortart,Genus,Bedeutung\nHaus,Substantiv,n,house\n", "Haus | n. (n) house"),
        ("生词,解释,例句,页码\n苹果,水果,我吃。,12\n", "苹果 | 水果 | > 我吃。"),
        ("单词,词频,释义\napple,812,苹果\n", "apple | 苹果"),
        ("古文,今译\n说,高兴\n", "说 | 高兴"),
        ("en,zh\napple,苹果\n", "apple | 苹果"),
        ("单词/Word,释义/Meaning\napple,苹果\n", "apple | 苹果"),
        ("词组,意思\ngive up,放弃\n", "give up | 放弃"),
        ("Kana,Meaning\nりんご,apple\n", "りんご | apple"),
        ("kanji,kana,gloss\n,あなた,you\n", "あなた | you"),
        ("Sentence,Translation\nI eat.,我吃。\n", "I eat. | 我吃。"),
        ("word,meaning,source\npear,梨,课本\n", "pear | 梨"),
        ("source,target\nhola,hello\n", "hola | hello"),
        ("Column 1,Column 2\nhola,hello\n", "hola | hello"),
    ] {
        reads("a.csv", text, &[expected]);
    }
}

#[test]
fn columns_of_lists_and_levels_are_read() {
    let text = "单词,释义,同义词,反义词,词组,等级\nbig,大的,\"large, huge\",small,big deal,A1\n";
    reads("a.csv", text, &["big | * A1 | 大的 | = large; huge | ! small | + big deal"]);
    let text = "Word,Meaning,Level\nbig,大的,HSK1\n";
    assert_eq!(
        report("a.csv", text),
        "1 x column of unknown content, left out:\n  line 1: Level\n"
    );
}

#[test]
fn names_are_no_header_if_they_are_entries() {
    reads(
        "a.csv",
        "apple,苹果\nword,单词\npear,梨\n",
        &["apple | 苹果", "word | 单词", "pear | 梨"],
    );
    let text = "word,meaning\nfront,back\nterm,definition\n";
    reads("a.csv", text, &["front | back", "term | definition"]);
    let text = "spoken word,a group\nkey,a lock\n";
    reads("a.csv", text, &["spoken word | a group", "key | a lock"]);
    let text = "date,日期\npage,页\nunit,单元\n";
    reads("a.csv", text, &["date | 日期", "page | 页", "unit | 单元"]);
}

#[test]
fn columns_without_names_that_are_no_text_are_no_entries() {
    for cells in [
        ["2023-01-02", "2023/1/3 10:11"],
        ["a1b2c3", "d4e5f6"],
        ["550e8400-e29b-41d4", "550e8400-e29b-41d5"],
        ["https://dict.example/apple", "https://dict.example/pear"],
        ["apple.mp3", "pear.mp3"],
        ["[sound:apple.mp3]", "[sound:pear.mp3]"],
        ["0.000123", "50%"],
        ["22,038,615", "12"],
        ["true", "false"],
        ["#fruit #food", "#fruit"],
    ] {
        let row = |at: usize, entry: [&str; 2], cell: &str| {
            let mut row = entry.map(|cell| format!("\"{cell}\"")).to_vec();
            row.insert(at, format!("\"{cell}\""));
            row.join(",")
        };
        for at in 0..3 {
            let rows = [row(at, ["apple", "苹果"], cells[0]), row(at, ["pear", "梨"], cells[1])];
            reads("a.csv", &rows.join("\n"), TWO);
        }
    }
    let text = "Unit 1,apple,苹果\nUnit 1,pear,梨\nUnit 2,go,去\nUnit 2,see,看见\n";
    assert_eq!(entries("a.csv", text.as_bytes())[..2], *TWO);
    assert!(report("a.csv", text).contains("left out:\n  line 1: column 1"));
}

#[test]
fn columns_without_names_may_have_forms() {
    let text = "go,went,gone,去\nsee,saw,seen,看见\nbe,was/were,been,是\nput,put,put,放\n";
    let expected =
        &["go ~went ~gone | 去", "see ~saw ~seen | 看见", "be ~was ~were ~been | 是", "put | 放"];
    reads("a.csv", text, expected);
    let text = "gehen,ging,gegangen,to go\nsehen,sah,gesehen,to see\nsein,war,gewesen,to be\n";
    assert_eq!(entries("a.csv", text.as_bytes())[1], "sehen ~sah ~gesehen | to see");
    let text = "mouse,mice,老鼠\nchild,children,孩子\n";
    reads("a.csv", text, &["mouse ~mice | 老鼠", "child ~children | 孩子"]);
    let text = "begin,start,开始\nend,finish,结束\n";
    reads("a.csv", text, &["begin | start | 开始", "end | finish | 结束"]);
    let text = "apple,a:pl,苹果\npear,per,梨\ncar,ka:,车\n";
    assert_eq!(entries("a.csv", text.as_bytes())[0], "apple /a:pl/ | 苹果");
}

#[test]
fn chinese_columns_without_names_are_headwords_with_their_readings() {
    let expected = &["爱 /ài/ ~愛 | love", "学生 /xuésheng/ ~學生 | student"];
    reads("a.csv", "1,爱,愛,ài,love\n2,学生,學生,xuésheng,student\n", expected);
    let text = "爱\t愛\tai4\tài\tlove\n学生\t學生\txue2sheng5\txuésheng\tstudent\n";
    let expected = &["爱 /ài/ ~愛 | love", "学生 /xué sheng/ ~學生 | student"];
    reads("a.tsv", text, expected);
    let text = "苹果[蘋果]\tping2guo3\tapple\n八\tba1\teight\n";
    let pleco = &["苹果 /píng guǒ/ ~蘋果 | apple", "八 /bā/ | eight"];
    reads("a.txt", text, pleco);
    let text = format!("//HSK/Level 1\n{text}");
    reads("a.txt", &text, pleco);
    assert_eq!(
        report("a.txt", &text),
        "1 x comment or heading, left out:\n  line 1: //HSK/Level 1\n"
    );
    let expected = &["苹果 /píngguǒ/ | apple", "花儿 /huār/ | flower"];
    reads("a.csv", "apple,苹果,píngguǒ\nflower,花儿,huār\n", expected);
    reads("a.csv", "píngguǒ,苹果,apple\nhuār,花儿,flower\n", expected);
    reads("a.csv", "été,夏天,summer\nélève,学生,pupil\n", &["été | 夏天", "élève | 学生"]);
    let text = "苹果\t蘋果\tpíng guǒ\t/apple/fruit/\n学生\t學生\txué sheng\t/student/\n";
    let expected = ["苹果 /píng guǒ/ ~蘋果 | apple | fruit", "学生 /xué sheng/ ~學生 | student"];
    reads("a.tsv", text, &expected);
}

#[test]
fn examples_and_definitions_without_names_are_told_apart() {
    let text = "apple,苹果,I eat an apple.,我吃苹果。\npear,梨,She eats a pear.,她吃梨。\n";
    let expected = &[
        "apple | 苹果 | > I eat an apple. = 我吃苹果。",
        "pear | 梨 | > She eats a pear. = 她吃梨。",
    ];
    reads("a.csv", text, expected);
    let text = "I eat an apple.,apple,苹果\nShe eats a pear.,pear,梨\n";
    reads("a.csv", text, &["apple | 苹果 | > I eat an apple.", "pear | 梨 | > She eats a pear."]);
    let text = "apple,苹果,a fruit that grows on trees\npear,梨,a sweet yellow fruit\n";
    let expected =
        &["apple | 苹果 | a fruit that grows on trees", "pear | 梨 | a sweet yellow fruit"];
    reads("a.csv", text, expected);
    let text = "Apfel,der,apple\nBirne,die,pear\n";
    reads("a.csv", text, &["Apfel | (der) apple", "Birne | (die) pear"]);
    reads("a.csv", "n.,apple,苹果\nv.,go,去\n", &["apple | n. 苹果", "go | v. 去"]);
}

#[test]
fn rows_that_are_no_entries_are_reported() {
    let heading = |line: u64, text: &str| {
        format!("1 x comment or heading, left out:\n  line {line}: {text}\n")
    };
    for (text, expected) in [
        ("高一单词表,,\nword,meaning,\napple,苹果,\npear,梨,\n", heading(1, "高一单词表")),
        ("word,meaning\napple,苹果\nword,meaning\npear,梨\n", heading(3, "word")),
        ("word,meaning\napple,苹果\nmeaning,word\n梨,pear\n", heading(3, "meaning")),
        ("word,meaning\n单词,释义\napple,苹果\npear,梨\n", heading(2, "单词")),
        ("word,meaning\napple,苹果\n# more\npear,梨\n", heading(3, "# more")),
        ("\n  \n,,\nword,meaning,\n,,\napple,苹果,\npear,梨,\n", String::new()),
        (",,apple,苹果\n,,pear,梨\n", String::new()),
    ] {
        reads("a.csv", text, TWO);
        assert_eq!(report("a.csv", text), expected, "{text}");
    }
    let text = "word,meaning\napple,苹果\nword,phonetic,meaning\npear,peə,梨\n";
    reads("a.csv", text, &["apple | 苹果", "pear /peə/ | 梨"]);
}

#[test]
fn tables_side_by_side_are_one() {
    for text in [
        "单词,释义,单词,释义\napple,苹果,pear,梨\n",
        "单词1,释义1,单词2,释义2\napple,苹果,pear,梨\n",
        "序号,单词,释义,序号,单词,释义\n1,apple,苹果,3,pear,梨\n",
        "单词,释义,,单词,释义\napple,苹果,,pear,梨\n",
    ] {
        reads("a.csv", text, TWO);
    }
    let text = "apple,苹果,pear,梨\ngo,去,see,看\n";
    reads("a.csv", text, &["apple | 苹果", "pear | 梨", "go | 去", "see | 看"]);
}

#[test]
fn a_row_with_another_part_of_speech_belongs_to_the_headword_above() {
    let text = "word,pos,meaning\nrun,v.,跑\n,n.,赛跑\npear,n.,梨\n";
    reads("a.csv", text, &["run | v. 跑 | n. 赛跑", "pear | n. 梨"]);
    let text = "word,meaning\nrun,跑\n,赛跑\n";
    assert_eq!(report("a.csv", text), "1 x no headword, left out:\n  line 3: \n");
}
