//! Checks the invariants of webframe's architecture in its source tree, and lists the violations.
//!
//! Each rule is tried on a small bad source first: a rule that finds nothing anywhere is worse than
//! none.

use crate::source::imports;
use crate::source::lexer::{self, Literal};
use crate::source::rules::{self, assert_none};
use crate::source::{self, File, Source};

const SOCKETS: &[&str] = &[
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "UnixDatagram",
    "socket2",
];
const ENGINE: &str = "webframe/src/engine/";
const WIRE: &str = "webframe/src/wire/";
/// Names of code with effects, waits or clocks. `std::net::Ipv6Addr` only parses text, so the
/// socket types are listed one by one.
const IMPURE: &[&str] = &[
    "std::io",
    "io::",
    "std::fs",
    "fs::",
    "std::env",
    "env::",
    "thread::",
    "process::",
    "ToSocketAddrs",
    "Instant",
    "SystemTime",
    "Mutex",
    "RwLock",
    "Condvar",
    "log::",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
];

fn webframe() -> Vec<Source> {
    source::sources(&["webframe/src"])
}

fn bad(path: &str, text: &str) -> Vec<Source> {
    vec![Source::new(path, text)]
}

#[test]
fn sockets_rustls_and_thread_crates_appear_only_in_the_engine() {
    let rule = |sources: &[Source]| {
        let names =
            [SOCKETS, &["mio", "threadpool", "thread_priority", "rustix", "listenfd", "rustls"]]
                .concat();
        rules::names_outside(sources, &names, &[ENGINE])
    };
    let found =
        rule(&bad("webframe/src/app/mod.rs", "//! a\nuse std::net::{IpAddr, TcpStream};\n"));
    assert_eq!(found, ["webframe/src/app/mod.rs:2: TcpStream is not for here"]);
    assert_eq!(rule(&bad("webframe/src/app/mod.rs", "use mio::Poll;")).len(), 1);
    assert_none(&rule(&bad("webframe/src/engine/shard.rs", "use mio::Poll;")));
    assert_none(&rule(&bad("webframe/src/app/mod.rs", "// mio\nlet premium = \"mio\";")));
    assert_none(&rule(&webframe()));
}

#[test]
fn httparse_appears_only_in_the_wire() {
    let rule = |sources: &[Source]| rules::names_outside(sources, &["httparse"], &[WIRE]);
    assert_eq!(rule(&bad("webframe/src/request/mod.rs", "let h = httparse::Header;")).len(), 1);
    assert_none(&rule(&webframe()));
}

/// `report` writes to standard error if the program has no logger.
#[test]
fn errors_and_warnings_are_reported_by_one_module() {
    let names = ["log::error", "log::warn"];
    let rule = |sources: &[Source]| rules::names_outside(sources, &names, &["webframe/src/report"]);
    assert_eq!(rule(&bad("webframe/src/app/mod.rs", "log::error!(\"no space\");")).len(), 1);
    assert_none(&rule(&webframe()));
}

#[test]
fn the_wire_is_pure() {
    let rule = |mut sources: Vec<Source>| {
        sources.retain(|source| source.path.starts_with(WIRE));
        rules::names_outside(&sources, &[SOCKETS, IMPURE].concat(), &[])
    };
    for impure in [
        "use std::io::Write;",
        "use std::{io::Read, fmt};",
        "let now = Instant::now();",
        "fs::read(path)",
        "eprintln!(\"bad head\");",
    ] {
        let path = format!("{WIRE}head.rs");
        assert_eq!(rule(bad(&path, impure)).len(), 1, "{impure}");
    }
    let pure =
        "fn f(x: &'static str) -> Ipv6Addr {}\n#[cfg(test)]\nmod tests {\n use std::io;\n}\n";
    assert_none(&rule(bad(&format!("{WIRE}head.rs"), pure)));
    assert!(webframe().iter().any(|source| source.path.starts_with(WIRE)), "the wire has moved");
    assert_none(&rule(webframe()));
}

#[test]
fn routers_handlers_and_middleware_never_see_raw_wire_bytes() {
    let above = ["webframe/src/app/", "webframe/src/middleware/"];
    let rule = |mut sources: Vec<Source>| {
        sources.retain(|source| above.iter().any(|place| source.path.starts_with(place)));
        rules::names_outside(&sources, &["wire::head", "wire::chunked", "wire::framing"], &[])
    };
    let peek = "use crate::wire::head::Head;";
    assert_eq!(rule(bad("webframe/src/middleware/log.rs", peek)).len(), 1);
    assert_none(&rule(webframe()));
}

#[test]
fn webframe_knows_no_dictionary() {
    let rule = |sources: &[Source]| rules::names_outside(sources, &["dictapp"], &[]);
    assert_eq!(rule(&bad("webframe/src/app/mod.rs", "use dictapp::model::Word;")).len(), 1);
    assert_none(&rule(&webframe()));
    assert!(!source::read("webframe/Cargo.toml").contains("dictapp"));
}

#[test]
fn html_appears_only_in_templates() {
    let page = "fn f() -> &'static str { \"<p class=x>no</p>\" }";
    assert_eq!(rules::html_in_literals(&bad("webframe/src/error.rs", page)).len(), 1);
    let usage = "fn f() { let a = \"<WORD> <port> a<c a < b <p\"; /* <p> */ }";
    assert_none(&rules::html_in_literals(&bad("webframe/src/error.rs", usage)));
    assert_none(&rules::html_in_literals(&webframe()));
}

#[test]
fn nothing_is_unsafe_in_any_package() {
    let forbids = |text: &str| text.contains("unsafe_code = \"forbid\"");
    assert!(!forbids("[workspace.lints.rust]\nunsafe_code = \"warn\"\n"));
    assert!(forbids(&source::read("Cargo.toml")));
    for package in source::packages() {
        let manifest = source::read(&format!("{package}/Cargo.toml"));
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{package} leaves the house's lints"
        );
    }
    let root = source::read("webframe/src/lib.rs");
    assert!(root.contains("\n#![forbid(unsafe_code)]\n"), "webframe/src/lib.rs");
}

#[test]
fn every_file_begins_with_its_purpose() {
    let rule = rules::files_that_do_not_say_what_they_are;
    assert_eq!(
        rule(&bad("a.rs", "use std::fmt;\n")),
        ["a.rs:1: begins without a `//!` line that states its purpose"]
    );
    assert_eq!(rule(&bad("a.rs", "//! x\n")).len(), 1);
    assert_none(&rule(&source::sources(&["webframe"])));
}

#[test]
fn no_file_is_too_long() {
    let lines = |count: usize| "fn f() {}\n".repeat(count);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines(600));
    assert_none(&rules::long_files(&bad("a/src/a.rs", &(lines(400) + &tests))));
    assert_eq!(
        rules::long_files(&bad("a/src/a.rs", &(lines(401) + &tests))),
        ["a/src/a.rs:401: 401 lines before the tests, 400 at most"]
    );
    assert_eq!(rules::long_files(&bad("a/tests/it/a.rs", &lines(401))).len(), 1);
    assert_none(&rules::long_files(&source::sources(&["webframe"])));
}

#[test]
fn no_folder_has_too_many_entries() {
    let files = |count: usize| -> Vec<Source> {
        let file = |n| Source::new(&format!("a/src/room/f{n}.rs"), "");
        (0..count).map(file).chain([Source::new("a/src/room/mod.rs", "")]).collect()
    };
    assert_none(&rules::crowded_folders(&files(12)));
    assert_eq!(rules::crowded_folders(&files(13)), ["a/src/room: 13 entries, 12 at most"]);
    assert_none(&rules::crowded_folders(&webframe()));
}

#[test]
fn comments_are_plain() {
    let rule = rules::convoluted_comments;
    assert_eq!(
        rule(&bad("a.rs", "// A list,\n// of which the first counts.\nlet whoever = 1;")),
        ["a.rs:2: \"of which\" in a comment"]
    );
    let many = "// A row where the key is known, where it is not.";
    assert_eq!(rule(&bad("a.rs", many)), ["2 times \"where\" in 11 words of comments"]);
    assert_none(&rule(&source::sources(&["webframe"])));
}

/// Public fields of a struct without "Default" in their documentation.
fn fields_without_default(sources: &[Source], name: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        let mut is_inside = false;
        let mut is_documented = false;
        for (number, line) in source.text.lines().enumerate() {
            if line.starts_with(&format!("pub struct {name} {{")) {
                is_inside = true;
            } else if line == "}" {
                is_inside = false;
            } else if is_inside && line.trim_start().starts_with("///") {
                is_documented |= line.contains("Default");
            } else if is_inside && line.starts_with("    pub ") {
                if !is_documented {
                    let what = "a field without a documented default";
                    findings.push(rules::finding(source, number + 1, what));
                }
                is_documented = false;
            }
        }
    }
    findings
}

#[test]
fn every_limit_and_setting_documents_its_default() {
    let rule = fields_without_default;
    let fields =
        "pub struct A {\n    /// A. Default: 1.\n    pub a: u8,\n    /// B.\n    pub b: u8,\n}";
    assert_eq!(rule(&bad("a.rs", fields), "A"), ["a.rs:5: a field without a documented default"]);
    for (path, name) in [
        ("webframe/src/limits.rs", "Limits"),
        ("webframe/src/limits.rs", "Timeouts"),
        ("webframe/src/engine/settings.rs", "ServerSettings"),
    ] {
        assert_none(&rule(&[Source::new(path, &source::read(path))], name));
    }
}

#[test]
fn no_public_function_takes_a_bool() {
    for bad_function in ["pub fn f(a: bool) {}", "pub fn f(\n    self,\n    a: bool,\n) -> u8 {}"] {
        assert_eq!(rules::bool_parameters(&bad("a/src/a.rs", bad_function)).len(), 1);
    }
    assert_none(&rules::bool_parameters(&bad("a/src/a.rs", "pub fn f(a: u8) -> bool { true }")));
    assert_none(&rules::bool_parameters(&webframe()));
}

#[test]
fn rooms_do_not_import_each_other_in_a_circle() {
    let circle = [
        Source::new("a/src/lib.rs", "mod x;\nmod y;\npub use y::Y;\n"),
        Source::new("a/src/x.rs", "use crate::Y;\npub struct X;\n"),
        Source::new("a/src/y/mod.rs", "mod z;\npub struct Y;\n"),
        Source::new("a/src/y/z.rs", "use std::fmt;\nuse crate::{x::{X, W}, Y};\n"),
    ];
    assert_eq!(imports::circles(&circle, "a/src"), ["a/src: these import each other: x, y"]);
    assert_none(&imports::circles(&circle[..3], "a/src"));
    assert_none(&imports::circles(&webframe(), "webframe/src"));
}

#[test]
fn files_are_named_after_their_content() {
    let drawers = [Source::new("a/src/util.rs", ""), Source::new("a/src/helpers/date.rs", "")];
    assert_eq!(rules::misnamed_files(&drawers).len(), 2);
    let beside = [Source::new("a/src/foo.rs", ""), Source::new("a/src/foo/mod.rs", "")];
    assert_eq!(rules::misnamed_files(&beside), ["a/src/foo.rs:1: stands beside a/src/foo/mod.rs"]);
    assert_none(&rules::misnamed_files(&source::sources(&["webframe"])));
}

#[test]
fn no_todo_or_debugging_code_is_left() {
    for left in ["fn f() { todo!() }", "let x = dbg!(y);", concat!("// TO", "DO: later")] {
        assert_eq!(rules::leftovers(&bad("a.rs", left)).len(), 1, "{left}");
    }
    assert_none(&rules::leftovers(&bad("a.rs", "let dbg = \"todo!()\"; // dbg!")));
    assert_none(&rules::leftovers(&source::sources(&["webframe"])));
}

#[test]
fn every_ignored_test_is_run_by_cargo_xtask_test() {
    let rule = rules::tests_that_nobody_runs;
    for never in ["#[ignore]", "#[ignore = \"slow\"]", "    #[ignore = \"needs Redis\"]"] {
        assert_eq!(rule(&bad("a.rs", never)), ["a.rs:1: is ignored for another reason"], "{never}");
    }
    assert_none(&rule(&bad("a.rs", "#[ignore = \"needs MariaDB: cargo xtask test\"]")));
    assert_none(&rule(&source::sources(&["webframe"])));
}

#[test]
fn nothing_refers_to_one_machine() {
    let file = |text: &str| vec![File { path: "a.md".to_owned(), text: text.to_owned() }];
    let home = concat!("see `/ho", "me/levi/notes`");
    assert_eq!(rules::machine_paths(&file(home)).len(), 1);
    assert_none(&rules::machine_paths(&file(concat!(
        "https://a.example/ho",
        "me/ and frame/wo",
        "rk/"
    ))));
    assert_none(&rules::machine_paths(&source::files(
        &["webframe"],
        &["rs", "toml", "html", "md"],
    )));
}

mod lexing {
    use super::*;

    /// The code with runs of blanks joined, and the texts of the literals.
    fn split(text: &str) -> (String, Vec<String>) {
        let lexed = lexer::lex(text);
        assert_eq!(lexed.code.chars().count(), text.chars().count(), "columns stay");
        assert_eq!(lexed.code.lines().count(), text.lines().count(), "lines stay");
        let code = lexed.code.split_whitespace().collect::<Vec<_>>().join(" ");
        (code, lexed.literals.into_iter().map(|literal| literal.text).collect())
    }

    #[track_caller]
    fn splits(text: &str, code: &str, literals: &[&str]) {
        let (found_code, found_literals) = split(text);
        assert_eq!(found_code, code);
        assert_eq!(found_literals, literals);
    }

    #[test]
    fn comments_are_not_code() {
        splits("a // b\nc /* d /* e */ f */ g", "a c g", &[]);
        splits("a /* never closed", "a", &[]);
    }

    #[test]
    fn comments_in_strings_and_strings_in_comments_are_ignored() {
        splits("f(\"// no\") // \"yes\"", "f(\" \")", &["// no"]);
    }

    #[test]
    fn escapes_do_not_end_a_string() {
        splits(r#"f("a\"b\\") + g"#, "f(\" \") + g", &["a\"b\\"]);
        splits("f(\"select \\\n   a\")", "f(\" \")", &["select    a"]);
    }

    #[test]
    fn raw_strings_end_at_their_own_number_of_hashes() {
        splits(
            "f(r#\"a \"b\" c\"#, br\"d\", r\"\")",
            "f(r#\" \"#, br\" \", r\"\")",
            &["a \"b\" c", "d", ""],
        );
        splits("let r#type = bar\"x\";", "let r#type = bar\" \";", &["x"]);
    }

    #[test]
    fn quote_characters_and_lifetimes_open_no_literal() {
        splits("f('\"', '\\'', '\\u{22}', b'\"') + \"x\"", "f( , , , b ) + \" \"", &["x"]);
        splits(
            "fn f<'a>(x: &'a str, y: &'static str) {}",
            "fn f<'a>(x: &'a str, y: &'static str) {}",
            &[],
        );
    }

    #[test]
    fn an_unterminated_string_ends_with_the_file() {
        for text in ["f(\"abc", "f(r#\"abc", "f(\"abc\\", "f(br##\"abc"] {
            assert_eq!(split(text).1, ["abc"], "{text}");
        }
        assert_eq!(split("'\\").1, [""; 0]);
    }

    #[test]
    fn a_literal_knows_the_line_it_begins_on() {
        let lexed = lexer::lex("\n\nf(\"a\nb\", \"c\")");
        let literal = |line, text: &str| Literal { line, text: text.to_owned() };
        assert_eq!(lexed.literals, [literal(3, "a\nb"), literal(4, "c")]);
    }

    #[test]
    fn a_declared_test_module_does_not_end_the_code() {
        let text = "#[cfg(test)]\nmod tests;\nfn a() {}\n#[cfg(test)]\nuse b;\nfn c() {}\n";
        assert_eq!(Source::new("a/src/a.rs", text).lines_before_tests(), 6);
    }
}
