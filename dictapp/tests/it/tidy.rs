//! Checks the invariants of the architecture in dictapp's source tree and in the files of the whole
//! project, and lists the violations.
//!
//! Each test first tries its rule on a small bad source, since a rule that finds nothing is
//! useless.

use crate::source::imports;
use crate::source::rules::{self, assert_none};
use crate::source::{self, File, Source};

const STORE: &str = "dictapp/src/store/";
const PATHS: &str = "dictapp/src/paths.rs";
/// The packages for which the common rules are checked here. A test of webframe checks webframe.
const PACKAGES: &[&str] = &["dictapp", "xtask"];
/// The files for browsers: they must not request anything from another host.
const PAGES: &[&str] = &["dictapp/templates", "static"];

/// The parts of dictapp in layers, the lowest layer first: a part uses only parts of lower layers.
const LAYERS: &[&[&str]] = &[
    &["bidi"],
    &["hex", "lock", "model", "texts", "paths"],
    &["session", "books", "lexicon", "store"],
    &["form_token", "settings"],
    &["log", "password", "throttle"],
    &["site"],
    &["views", "protocols"],
    &["urls"],
    &["commands"],
    &["cli"],
];

/// Literals that look like a path of the site but are not: file, literal and reason.
const NO_URL_PATHS: &[(&str, &str, &str)] =
    &[("dictapp/src/site/books/import.rs", "/usr/share/wordnet", "where Debian keeps WordNet")];

/// Hosts in XML name spaces, which are never requested.
const NAME_SPACES: &[&str] = &[
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xlink",
    "http://a9.com/-/spec/opensearch/1.1/",
];

fn dictapp() -> Vec<Source> {
    source::sources(&["dictapp/src"])
}

fn bad(path: &str, text: &str) -> Vec<Source> {
    vec![Source::new(path, text)]
}

#[test]
fn the_app_never_touches_a_socket() {
    let rule = |sources: &[Source]| {
        let sockets = ["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "UnixListener"];
        let engine = ["mio", "socket2", "threadpool", "httparse", "webframe::wire"];
        rules::names_outside(sources, &[&sockets[..], &engine].concat(), &[])
    };
    assert_eq!(rule(&bad("dictapp/src/views/api.rs", "use webframe::wire::Head;")).len(), 1);
    assert_eq!(rule(&bad("dictapp/src/main.rs", "let s = TcpStream::connect(a)?;")).len(), 1);
    assert_none(&rule(&dictapp()));
}

#[test]
fn folders_functions_and_imports_keep_their_rules() {
    let mut found = rules::crowded_folders(&dictapp());
    // Views: one entry for each page.
    found.retain(|folder| !folder.starts_with("dictapp/src/views:"));
    found.extend(rules::bool_parameters(&dictapp()));
    found.extend(rules::convoluted_comments(&source::sources(PACKAGES)));
    // `urls` has one table of every URL, and views link back to it.
    let circles = imports::circles(&dictapp(), "dictapp/src");
    found.extend(circles.into_iter().filter(|circle| !circle.ends_with(": urls, views")));
    assert_none(&found);
}

#[test]
fn no_part_uses_one_above_it() {
    let bad_store =
        bad("dictapp/src/store/accounts/users.rs", "use crate::views::page;\nuse crate::model::A;");
    let finding = "dictapp/src/store/accounts/users.rs:1: store uses views";
    assert_eq!(upward_imports(&bad_store), [finding]);
    let bad_books = bad("dictapp/src/books/mod.rs", "use crate::{hex, lexicon::fold};");
    assert_eq!(upward_imports(&bad_books).len(), 1);
    assert_eq!(upward_imports(&bad("dictapp/src/news.rs", "")).len(), 1, "a part without a layer");
    assert_none(&upward_imports(&dictapp()));
}

/// The imports of a part that is not in a lower layer, and parts that are in no layer.
fn upward_imports(sources: &[Source]) -> Vec<String> {
    let layer_of = |part: &str| LAYERS.iter().position(|layer| layer.contains(&part));
    let mut findings = Vec::new();
    for source in sources {
        let path = source.path.trim_start_matches("dictapp/src/").trim_end_matches(".rs");
        let part = path.split('/').next().unwrap_or_default();
        let Some(own_layer) = layer_of(part) else {
            let is_root = ["lib", "main"].contains(&part);
            let missing = rules::finding(source, 1, &format!("{part} is in no layer"));
            findings.extend((!is_root).then_some(missing));
            continue;
        };
        for (line, code) in source.shipped_code() {
            for used in imported_parts(code).filter(|used| *used != part) {
                if layer_of(used).is_none_or(|layer| layer >= own_layer) {
                    findings.push(rules::finding(source, line, &format!("{part} uses {used}")));
                }
            }
        }
    }
    findings
}

/// The parts in `crate::a::b` and `crate::{a, b::c}`.
fn imported_parts(code: &str) -> impl Iterator<Item = &str> {
    code.split("crate::").skip(1).flat_map(|rest| {
        let group = rest.strip_prefix('{').and_then(|rest| rest.split('}').next());
        let paths = group.map_or(rest, |group| group).split(',');
        let count = if group.is_some() { usize::MAX } else { 1 };
        let names =
            paths.take(count).map(|path| path.trim().split("::").next().unwrap_or_default());
        names.map(|name| name.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_'))
    })
}

#[test]
fn sql_appears_only_in_the_store() {
    let rule = |mut sources: Vec<Source>| {
        sources.retain(|source| !source.path.starts_with(STORE));
        rules::literals_where(&sources, is_sql, "SQL belongs into the store")
    };
    for sql in [
        "select word from hist",
        "SELECT\\n  a,\\n  b\\nFROM hist",
        "exists (select 1 from user)",
        "insert into hist values (?)",
        "INSERT OR IGNORE INTO words",
        "update user set passwd = ?",
        "delete from session where id = ?",
        "create table user (id integer)",
        "pragma journal_mode = wal",
    ] {
        let view = format!("fn f() {{ query(\"{sql}\") }}");
        assert_eq!(rule(bad("dictapp/src/views/history.rs", &view)).len(), 1, "{sql}");
        assert_none(&rule(bad("dictapp/src/store/history.rs", &view)));
    }
    for prose in [
        "Select a word from the list",
        "cannot update the settings: {name}",
        "selected {n} from {m}",
        "create tables of words",
    ] {
        assert_none(&rule(bad("dictapp/src/main.rs", &format!("f(\"{prose}\")"))));
    }
    assert_none(&rule(dictapp()));
}

#[test]
fn html_appears_only_in_templates() {
    let page = "fn f() { show(\"<li><a href='x'>word</a>\") }";
    assert_eq!(rules::html_in_literals(&bad("dictapp/src/views/history.rs", page)).len(), 1);
    assert_none(&rules::html_in_literals(&bad("dictapp/src/main.rs", "f(\"<FILE> [<word>..\")")));
    assert_none(&rules::html_in_literals(&dictapp()));
}

#[test]
fn url_paths_appear_only_in_the_table_of_urls() {
    let rule = |mut sources: Vec<Source>| {
        sources.retain(|source| source.path != PATHS);
        let excused = |s: &Source, text: &str| {
            NO_URL_PATHS.iter().any(|(path, literal, _)| s.path == *path && text == *literal)
        };
        let each = sources.iter().flat_map(|source| {
            let paths = source.shipped_literals().filter(|l| is_url_path(&l.text));
            let paths = paths.filter(|l| !excused(source, &l.text));
            paths.map(|l| {
                rules::finding(source, l.line, &format!("{:?} belongs into paths.rs", l.text))
            })
        });
        each.collect::<Vec<_>>()
    };
    let view = "fn f() { redirect(\"/login\"); split('/'); join(\"/\"); say(\"and/or\") }";
    assert_eq!(
        rule(bad("dictapp/src/views/account.rs", view)),
        ["dictapp/src/views/account.rs:1: \"/login\" belongs into paths.rs"]
    );
    assert_none(&rule(bad(PATHS, view)));
    assert_none(&rule(dictapp()));
}

#[test]
fn pages_request_nothing_from_other_hosts() {
    let file = |text: &str| vec![File { path: "static/a.html".to_owned(), text: text.to_owned() }];
    for text in [
        "<script src=\"https://cdn.example/a.js\">",
        "<img src='//img.example/a.png'>",
        "@import url(//fonts.example/a);",
    ] {
        assert_eq!(other_hosts(&file(text)).len(), 1, "{text}");
    }
    assert_none(&other_hosts(&file(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"> // why <a href='/x'>",
    )));
    assert_none(&other_hosts(&source::files(PAGES, &["html", "css", "js", "svg", "xml", "txt"])));
}

/// Checks that no text bypasses the table. The table's own test checks that each row has both
/// languages.
#[test]
fn texts_of_pages_come_from_the_table_of_texts() {
    let page =
        |text: &str| vec![File { path: "templates/a.html".to_owned(), text: text.to_owned() }];
    let found = chinese_in_templates(&page("<p>{{ word }}</p>\n<p>历史</p>"));
    assert_eq!(found, ["templates/a.html:2: 历 stands beside the table of texts"]);
    assert_none(&chinese_in_templates(&page("{{ t.history }} {# 历史 #} <a lang=zh>中文</a>")));
    assert_none(&chinese_in_templates(&source::files(&["dictapp/templates"], &["html"])));

    let rule = |mut sources: Vec<Source>| {
        sources.retain(|source| source.path.starts_with("dictapp/src/views/"));
        rules::literals_where(
            &sources,
            |text| chinese_in(text).is_some(),
            "stands beside the table",
        )
    };
    assert_eq!(rule(bad("dictapp/src/views/history.rs", "say(\"历史\") // 历史")).len(), 1);
    assert_none(&rule(dictapp()));
}

#[test]
fn nothing_is_unsafe() {
    for root in ["dictapp/src/lib.rs", "dictapp/src/main.rs", "xtask/src/main.rs"] {
        assert!(source::read(root).contains("\n#![forbid(unsafe_code)]\n"), "{root}");
    }
    assert!(source::packages().len() >= 3, "packages have moved: {:?}", source::packages());
}

#[test]
fn every_setting_is_read() {
    assert!(source::read("conf/settings.toml").contains("[server]"));
}

#[test]
fn every_file_begins_with_its_purpose() {
    assert_none(&rules::files_that_do_not_say_what_they_are(&source::sources(PACKAGES)));
}

#[test]
fn no_file_is_too_long() {
    assert_none(&rules::long_files(&source::sources(PACKAGES)));
}

#[test]
fn files_are_named_after_their_content() {
    assert_none(&rules::misnamed_files(&source::sources(PACKAGES)));
}

#[test]
fn no_todo_or_debugging_code_is_left() {
    assert_none(&rules::leftovers(&source::sources(PACKAGES)));
}

#[test]
fn every_ignored_test_is_run_by_cargo_xtask_test() {
    assert_none(&rules::tests_that_nobody_runs(&source::sources(PACKAGES)));
}

#[test]
fn nothing_refers_to_one_machine() {
    let folders = ["dictapp", "xtask", "conf", "static", ".ci"];
    let endings = ["rs", "toml", "html", "css", "js", "md", "sql", "conf", "service", "sh", "run"];
    assert_none(&rules::machine_paths(&source::files(&folders, &endings)));
}

/// Whether a text is SQL. `Select a word from the list` is prose, by its capital letter.
fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let all_capitals = words.first().is_some_and(|word| *word == word.to_uppercase());
    let sql = if all_capitals { words.join(" ").to_lowercase() } else { words.join(" ") };
    let begins = |word: &str| sql.starts_with(word);
    let statements =
        ["insert into ", "insert or ", "replace into ", "delete from ", "alter table "];
    let definitions = ["create table ", "create index ", "create unique index ", "drop table "];
    (begins("select ") || sql.contains("(select ")) && sql.contains(" from ")
        || begins("update ") && sql.contains(" set ")
        || begins("pragma ")
        || statements.iter().chain(&definitions).any(|words| sql.contains(words))
}

/// `/login`; not `/`, which is also a separator, and not `//`, which is a host.
fn is_url_path(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('/') && chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '{')
}

fn other_hosts(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files {
        for (line, text) in (1..).zip(file.text.lines()) {
            let text =
                NAME_SPACES.iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
            let asked = ["http://", "https://", "\"//", "'//", "(//", "=//"];
            let found = asked.iter().find(|host| text.contains(*host));
            findings
                .extend(found.map(|host| format!("{}:{line}: another host: {host}", file.path)));
        }
    }
    findings
}

fn chinese_in_templates(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files {
        for (line, text) in (1..).zip(file.text.lines()) {
            let shown = text.split("{#").next().unwrap_or_default();
            let said = |c| format!("{}:{line}: {c} stands beside the table of texts", file.path);
            findings.extend(chinese_in(shown).map(said));
        }
    }
    findings
}

/// The first Chinese character, except in the names of languages.
fn chinese_in(text: &str) -> Option<char> {
    text.replace("中文", "").chars().find(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
}
