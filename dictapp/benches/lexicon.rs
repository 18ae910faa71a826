//! The speed and memory of the lexicon, compared with SQLite with an index and with a plain
//! `HashMap`.
//!
//! `DICTAPP_BENCH_BOOK=FILE cargo bench --bench lexicon` reads a book in the course's format (`.xz`
//! by the program `xz`); without it a made-up book of 100,000 words is used. ECDICT has 768,724
//! words.

#![expect(clippy::print_stdout, reason = "figures are for the reader")]

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::Criterion;
use dictapp::lexicon::{BookIndex, Lexicon, MatchRange, Pattern};
use dictapp::model::{Entry, Word};
use rusqlite::Connection;

/// The default of the setting.
const PATTERN_TIME_MAX: Duration = Duration::from_millis(28);

fn main() {
    if let Ok(path) = std::env::var("DICTAPP_BENCH_OPEN") {
        return open_alone(Path::new(&path));
    }
    let book = book();
    let begin = Instant::now();
    let built = build(&book);
    println!("{} entries, built in {:?}", built.len(), begin.elapsed());
    let folder = std::env::temp_dir().join(format!("dictapp-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the index");
    let path = folder.join("lexicon.index");
    built.save(&path, &[0; 32]).expect("a saved lexicon");
    drop(built);
    // In a new process, without memory of earlier benchmarks.
    let alone = std::env::current_exe().expect("this program");
    let status = Command::new(alone).env("DICTAPP_BENCH_OPEN", &path).status();
    assert!(status.is_ok_and(|status| status.success()), "the saved lexicon opens");
    let lexicon = Lexicon::open_saved(&path, &[0; 32]).expect("the saved lexicon");

    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    look_ups(&mut criterion, &lexicon, &book);
    searches(&mut criterion, &lexicon);
    drop(lexicon);
    others(&mut criterion, &book, &folder);
    std::fs::remove_dir_all(&folder).expect("the folder can go");
}

/// Opens a saved lexicon, reads each entry, and prints time and memory.
fn open_alone(path: &Path) {
    let before = resident_mb();
    let begin = Instant::now();
    let lexicon = Lexicon::open_saved(path, &[0; 32]).expect("the saved lexicon");
    let opening = begin.elapsed();
    let glosses: usize = lexicon.entries().map(|entry| entry.explanation.len()).sum();
    let size = std::fs::metadata(path).map_or(0, |file| file.len()) / 1_000_000;
    println!("opened in {opening:?} (bound 1.5 s), {size} MB on disk");
    println!("resident {:.0} MB (bound 120 MB)", resident_mb());
    println!("  {before:.0} MB of them before, with {} MB of glosses", glosses / 1_000_000);
}

/// Headwords and explanations.
type Book = Vec<(String, String)>;

fn book() -> Book {
    match std::env::var("DICTAPP_BENCH_BOOK") {
        Ok(path) => {
            let text = read(Path::new(&path));
            text.lines().filter_map(split_line).collect()
        }
        Err(_) => made_up(100_000),
    }
}

fn read(path: &Path) -> String {
    if path.extension().is_some_and(|extension| extension == "xz") {
        let output = Command::new("xz").arg("-dc").arg(path).output().expect("the program xz");
        return String::from_utf8(output.stdout).expect("UTF-8");
    }
    std::fs::read_to_string(path).expect("a book that can be read")
}

/// The headword ends at two spaces or at column 17.
fn split_line(line: &str) -> Option<(String, String)> {
    let (word, explanation) = line.split_once("  ").or_else(|| line.split_at_checked(17))?;
    Some((word.trim().to_owned(), explanation.trim().to_owned()))
}

/// Words of syllables, half of them phrases, with glosses of common characters.
fn made_up(words: usize) -> Book {
    const SYLLABLES: [&str; 16] = [
        "ta", "re", "un", "ing", "mo", "sel", "ko", "ter", "pla", "vi", "dor", "ne", "qua", "shi",
        "lum", "ed",
    ];
    const CHARACTERS: [char; 16] = [
        '苹', '果', '的', '水', '人', '书', '信', '大', '小', '树', '电', '车', '学', '生', '天',
        '心',
    ];
    let word = |i: usize| {
        let syllables = (0..4).map(|at| SYLLABLES[(i >> (4 * at)) % 16]);
        let joint = if i.is_multiple_of(2) { " " } else { "" };
        let mut word: String = syllables.collect();
        word.insert_str(SYLLABLES[i % 16].len(), joint);
        format!("{word}{}", SYLLABLES[(i >> 16) % 16])
    };
    let gloss = |i: usize| -> String {
        (0..4).map(|at| CHARACTERS[(i.wrapping_mul(0x9E37_79B1) >> (4 * at)) % 16]).collect()
    };
    (0..words).map(|i| (word(i), format!("n. {}；{}", gloss(i), gloss(i + 7)))).collect()
}

fn build(book: &Book) -> Lexicon {
    let mut builder = Lexicon::builder();
    let common = include_str!("../tests/data/lexicon/words.txt").lines();
    for (i, word) in common.filter(|line| !line.starts_with('#')).enumerate() {
        builder.add(BookIndex(1), &entry(word, "n. v. adj.", Some(i as u32 + 1)));
    }
    for (word, explanation) in book {
        if Word::parse(word).is_ok() {
            builder.add(BookIndex(2), &entry(word, explanation, None));
        }
    }
    builder.build().expect("a book of less than 4 GiB")
}

fn entry(word: &str, explanation: &str, rank: Option<u32>) -> Entry {
    let word = Word::parse(word).expect("a headword");
    Entry { word, phonetic: None, explanation: explanation.to_owned(), rank, forms: Vec::new() }
}

/// Calls `ask` with each text of a list in turn, so that no look-up finds its data in the cache
/// more often than in use.
fn each<'t>(texts: &'t [String], mut ask: impl FnMut(&'t str)) -> impl FnMut() {
    let mut next = 0;
    move || {
        ask(&texts[next]);
        next = (next + 1) % texts.len();
    }
}

fn sample(book: &Book) -> Vec<String> {
    let step = (book.len() / 5_003).max(1);
    book.iter().step_by(step).map(|(word, _)| word.clone()).collect()
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn look_ups(criterion: &mut Criterion, lexicon: &Lexicon, book: &Book) {
    let words = sample(book);
    let mut look_up = |name: &str, bound: &str, texts: &[String]| {
        let mut ask = each(texts, |text| drop(black_box(lexicon.look_up(text))));
        criterion
            .bench_function(&format!("{name} (bound {bound})"), |bencher| bencher.iter(&mut ask));
    };
    look_up("exact", "5 us", &words);
    look_up("folded", "5 us", &words.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>());
    let forms = [
        "went",
        "studied",
        "running",
        "better",
        "mice",
        "children's",
        "left",
        "wolves",
        "happiest",
        "ran into",
        "hoping",
        "qwerting",
    ];
    look_up("inflected", "20 us", &owned(&forms));
}

fn searches(criterion: &mut Criterion, lexicon: &Lexicon) {
    let typed =
        owned(&["a", "s", "c", "th", "co", "app", "inter", "ice c", "unfor", "zz", "water"]);
    let mut ask = each(&typed, |text| drop(black_box(lexicon.suggest(text, 10))));
    criterion.bench_function("as you type (bound 100 us)", |bencher| bencher.iter(&mut ask));

    let misspelled = owned(&[
        "recieve",
        "definately",
        "accomodate",
        "teh",
        "wich",
        "beutiful",
        "enviroment",
        "xqzjk",
    ]);
    for text in &misspelled {
        criterion.bench_function(&format!("typo {text} (bound 5 ms)"), |bencher| {
            bencher.iter(|| black_box(lexicon.did_you_mean(text, 5)));
        });
    }
    for pattern in ["re?d", "*tion", "*x*q", "/^un.*ed$/", "/[aeiou]{5}/", "/(a?){30}a{9}q/"] {
        criterion.bench_function(&format!("pattern {pattern} (bound 30 ms)"), |bencher| {
            bencher.iter(|| {
                let pattern = Pattern::parse(pattern).expect("a pattern").expect("a good one");
                black_box(lexicon.matching(&pattern, MatchRange::first(100), PATTERN_TIME_MAX));
            });
        });
    }
    for chinese in ["苹果", "的", "电机", "人", "中国", "线性"] {
        criterion.bench_function(&format!("Chinese {chinese} (bound 15 ms)"), |bencher| {
            bencher.iter(|| black_box(lexicon.reverse(chinese, MatchRange::first(50))));
        });
    }
    let sentence = "The children who ran into their old friends on the way to school in the early \
        morning had left their ice creams at home because they were looking forward to it";
    criterion.bench_function("sentence of 32 words (bound 1 ms)", |bencher| {
        bencher.iter(|| black_box(lexicon.phrase(sentence)));
    });
    criterion.bench_function("word of the day", |bencher| {
        bencher.iter(|| black_box(lexicon.word_of_the_day(jiff::civil::date(2026, 5, 17))));
    });
}

/// The same exact look-up in SQLite and in a `HashMap`.
fn others(criterion: &mut Criterion, book: &Book, folder: &Path) {
    let words = sample(book);
    let before = resident_mb();
    let map: HashMap<String, String> = book.iter().cloned().collect();
    println!("HashMap              {:.0} MB", resident_mb() - before);
    let mut ask = each(&words, |text| {
        black_box(map.get(text));
    });
    criterion.bench_function("exact in a HashMap", |bencher| bencher.iter(&mut ask));

    let sqlite = sqlite(book, &folder.join("words.db"));
    let mut exact = sqlite.prepare("SELECT mean FROM words WHERE word = ?").expect("a query");
    let mut ask = each(&words, |text| {
        black_box(exact.query_row([text], |row| row.get::<_, String>(0)).ok());
    });
    criterion.bench_function("exact in SQLite", |bencher| bencher.iter(&mut ask));
    let mut prefix = sqlite
        .prepare("SELECT word FROM words WHERE word >= ?1 AND word < ?1 || char(1114111) LIMIT 10")
        .expect("a query");
    let typed = owned(&["a", "th", "app", "inter", "ice c"]);
    let mut ask = each(&typed, |text| {
        let rows = prefix.query_map([text], |row| row.get::<_, String>(0)).expect("rows");
        black_box(rows.count());
    });
    criterion.bench_function("prefix in SQLite, by order only", |bencher| bencher.iter(&mut ask));
    let mut like = sqlite
        .prepare("SELECT word FROM words WHERE mean LIKE '%苹果%' LIMIT 50")
        .expect("a query");
    criterion.bench_function("Chinese in SQLite, by LIKE", |bencher| {
        bencher.iter(|| {
            let rows = like.query_map([], |row| row.get::<_, String>(0)).expect("rows");
            black_box(rows.count())
        });
    });
}

fn sqlite(book: &Book, path: &Path) -> Connection {
    let sqlite = Connection::open(path).expect("a database");
    sqlite
        .execute_batch("PRAGMA synchronous = off; CREATE TABLE words (word TEXT, mean TEXT); BEGIN")
        .expect("a table");
    {
        let mut insert = sqlite.prepare("INSERT INTO words VALUES (?, ?)").expect("a statement");
        for (word, explanation) in book {
            insert.execute([word, explanation]).expect("a row");
        }
    }
    sqlite.execute_batch("CREATE INDEX by_word ON words (word); COMMIT").expect("an index");
    sqlite
}

/// The resident memory of this process in millions of bytes; 0 if `/proc` is missing.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok());
    kb.unwrap_or(0.0) * 1024.0 / 1e6
}
