//! Tests of command lines. The environment is empty, and the working directory has no settings
//! file.

use std::path::PathBuf;

use super::*;
use crate::books::BookKind;
use crate::site::ImportAction;

fn run(line: &str) -> Result<Command, Ending> {
    let words = std::iter::once("dictapp").chain(line.split_whitespace());
    parse(words.map(OsString::from), [])
}

fn import(line: &str) -> ImportRequest {
    match run(line) {
        Ok(Command::Import(_, import)) => import,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn serve_is_the_default_command() {
    for line in ["", "serve", "--address 127.0.0.1:0", "serve --address 127.0.0.1:0"] {
        assert!(matches!(run(line), Ok(Command::Serve(..))), "{line}");
    }
}

#[test]
fn flags_set_keys_before_and_after_the_command() {
    for line in [
        "--address [::1]:1 --database sqlite:x.db --set log.level=debug serve",
        "serve --address=[::1]:1 --database=sqlite:x.db --set log.level=debug",
        "serve --set server.address=h:9 --address [::1]:1 --database sqlite:x.db --set log.level=debug",
    ] {
        let Ok(Command::Serve(settings, _)) = run(line) else { panic!("{line}") };
        assert_eq!(settings.server.address[0].to_string(), "[::1]:1");
        assert_eq!(settings.database.url.to_string(), "sqlite:x.db");
        assert_eq!(settings.log.level, crate::settings::LogLevel::Debug);
    }
}

#[test]
fn an_import_has_a_file_and_an_optional_kind() {
    let plain = ImportRequest { file: "a.txt".into(), ..ImportRequest::default() };
    assert_eq!(import("import a.txt"), plain);
    for &kind in BookKind::ALL {
        let line = format!("import {kind} a.txt");
        assert_eq!(import(&line), ImportRequest { kind: Some(kind), ..plain.clone() });
    }
    let named = import("import --name own --title Own a.txt --database sqlite:x.db");
    assert_eq!(
        named,
        ImportRequest { name: Some("own".into()), title: Some("Own".into()), ..plain }
    );
    assert_eq!(import("import course").file, PathBuf::from("course"));
    let asked =
        import("import --preview --delimiter tab --encoding gbk --columns word,-,meaning a.txt");
    assert_eq!(asked.action, ImportAction::Preview);
    assert_eq!(asked.overrides.delimiter, Some(b'\t'));
    assert_eq!(asked.overrides.columns.map(|columns| columns.len()), Some(3));
}

#[test]
fn wordnet_without_a_path_is_debians() {
    let kind = Some(BookKind::Wordnet);
    let whole = import("import wordnet --name large").resolved();
    assert_eq!((whole.kind, whole.file), (kind, PathBuf::from("/usr/share/wordnet")));
    assert_eq!(whole.name.as_deref(), Some("large"));
    let other = import("import wordnet dict").resolved();
    assert_eq!((other.kind, other.file), (kind, PathBuf::from("dict")));
    assert_eq!(import("import course").resolved().kind, None);
}

#[test]
fn a_table_in_a_tsv_is_separated_by_tabs() {
    assert_eq!(import("import csv a.tsv").resolved().kind, Some(BookKind::Tsv));
    assert_eq!(import("import csv a.csv").resolved().kind, Some(BookKind::Csv));
}

#[test]
fn the_dictionaries_are_listed_or_changed() {
    let books = |line: &str| match run(line) {
        Ok(Command::Books(_, books)) => books,
        other => panic!("{line}: {other:?}"),
    };
    let name = || "a".to_owned();
    assert_eq!(books("books"), BooksCommand::List(Output::Text));
    assert_eq!(books("books list --json"), BooksCommand::List(Output::Json));
    assert_eq!(books("books order b a"), BooksCommand::Order(vec!["b".to_owned(), name()]));
    assert_eq!(books("books hide a"), BooksCommand::Hide(name()));
    assert_eq!(books("books show a --database sqlite:x.db"), BooksCommand::Show(name()));
    assert_eq!(books("books rename a T"), BooksCommand::Rename { name: name(), title: "T".into() });
    assert_eq!(books("books remove a"), BooksCommand::Remove(name()));
}

#[test]
fn a_wrong_command_line_ends_with_2_and_one_message() {
    for (line, message) in [
        ("serv", "unrecognized subcommand 'serv'"),
        ("--adress x", "unexpected argument '--adress' found"),
        ("import", "the following required arguments were not provided"),
        ("import ecdit a.txt", "invalid value 'ecdit' for '[KIND]'"),
        ("import csv b c", "unexpected argument 'c' found"),
        ("--set server.address", "must be SECTION.KEY=VALUE"),
        ("books order", "required arguments were not provided"),
        ("books sell a", "unrecognized subcommand 'sell'"),
        ("serve --settings", "a value is required for '--settings <FILE>'"),
    ] {
        let ending = run(line).expect_err(line);
        assert_eq!(ending.code, 2, "{line}");
        assert!(ending.text.contains(message), "{line}: {}", ending.text);
        assert_eq!(ending.text.matches("error:").count(), 1, "{}", ending.text);
    }
}

#[test]
fn wrong_settings_end_with_2_whatever_the_command() {
    for line in ["", "check", "import a.txt"] {
        let ending = run(&format!("--address nowhere {line} --set a.b=c")).unwrap_err();
        assert_eq!((ending.code, ending.text.lines().count()), (2, 2), "{}", ending.text);
        assert!(ending.text.starts_with("--address: [server] address must be "), "{}", ending.text);
    }
}

#[test]
fn help_and_version_succeed_and_name_the_program() {
    let help = run("--help").unwrap_err();
    assert_eq!(help.code, 0);
    for word in
        ["serve", "import", "check", "--settings <FILE>", "--address <ADDRESS>", "Exit codes"]
    {
        assert!(help.text.contains(word), "{word} is not in:\n{}", help.text);
    }
    let version = Ending { text: format!("dictapp {}", env!("CARGO_PKG_VERSION")), code: 0 };
    assert_eq!(run("--version").unwrap_err(), version);
    assert!(run("help import").unwrap_err().text.contains("[KIND] <FILE>"));
}

/// Only commands that listen have `--address`, and manual pages need no valid settings.
#[test]
fn a_command_has_only_the_flags_that_it_uses() {
    let help = |command: &str| run(&format!("{command} --help")).unwrap_err().text;
    for command in ["serve", "check"] {
        assert!(help(command).contains("--address <ADDRESS>"), "{command}");
    }
    for command in ["import", "import-course", "look", "client", "mcp", "books", "user", "backup"] {
        let text = help(command);
        assert!(text.contains("\nSettings:\n") && !text.contains("--address"), "{command}: {text}");
    }
    for command in ["completions", "man", "licences"] {
        let text = help(command);
        assert!(!text.contains("--settings") && !text.contains("Settings:"), "{command}: {text}");
    }
    assert!(matches!(run("man pages --settings gone.toml"), Ok(Command::Man(_))));
}

#[test]
fn a_look_up_of_the_client_may_be_offline() {
    let action = |line: &str| match run(line) {
        Ok(Command::Client(_, request)) => request.action,
        other => panic!("{line}: {other:?}"),
    };
    let word = || "apple".to_owned();
    assert_eq!(action("client look apple"), client::Action::Look(word(), Output::Text));
    let offline = client::Action::LookOffline(word(), Output::Json);
    assert_eq!(action("client --offline look apple --json"), offline);
}

#[test]
fn check_reports_the_source_of_valid_settings() {
    for (line, source) in [
        ("check", "built-in defaults"),
        ("check --address a:1 --set log.level=warn", "flags (2 keys)"),
    ] {
        let Ok(Command::Check(_, origin)) = run(line) else { panic!("{line}") };
        assert_eq!(origin, source);
    }
}
