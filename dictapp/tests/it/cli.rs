//! The built program in an empty folder: its output and its exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the program with the folder as its working directory and a clean environment.
fn dictapp(folder: &Path, words: &[&str]) -> Output {
    dictapp_with(folder, words, &[])
}

fn dictapp_with(folder: &Path, words: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_dictapp"));
    program.args(words).current_dir(folder).env_clear().envs(environment.iter().copied());
    program.stdin(Stdio::null()).output().expect("the program runs")
}

fn folder_with(path: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().expect("a path with a folder")).expect("a folder in it");
    fs::write(path, text).expect("a file in it");
    folder
}

#[track_caller]
fn assert_ends(output: &Output, code: i32, stdout: &str, stderr: &str) {
    let shown = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let found = (output.status.code(), shown(&output.stdout), shown(&output.stderr));
    assert_eq!(found, (Some(code), stdout.to_owned(), stderr.to_owned()));
}

#[test]
fn check_in_an_empty_folder_uses_the_defaults_and_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = dictapp(folder.path(), &["check"]);
    assert_ends(&output, 0, "settings are valid: built-in defaults\n", "");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn check_reads_the_default_file_and_the_environment() {
    let folder = folder_with("conf/settings.toml", "[log]\nlevel = \"warn\"\naccess = false\n");
    let environment = [("DICTAPP_SERVER__ADDRESS", "127.0.0.1:0")];
    let output = dictapp_with(folder.path(), &["check"], &environment);
    let line = "settings are valid: conf/settings.toml (2 keys), environment (1 key)\n";
    assert_ends(&output, 0, line, "");
}

#[test]
fn check_of_the_database_has_a_line_for_tables_integrity_clock_and_disk() {
    let folder = crate::pages::site::Site::start().kill();
    let output = dictapp(folder.path(), &["check", "--database"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let expected =
        ["data/dictapp.db: tables and privileges are correct", "integrity: no damage found"];
    let clock = "clock: differs from this machine's by 0 s";
    for line in expected.into_iter().chain([clock, "disk: "]) {
        assert!(lines.lines().any(|found| found.contains(line)), "{line}: {lines}");
    }
    let file = folder.path().join("data/dictapp.db");
    fs::write(&file, vec![0x55; 8192]).unwrap();
    let output = dictapp(folder.path(), &["check", "--database"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("data/dictapp.db"));
}

/// cargo passes variables that the build script sets for the compiler on to the program, and to
/// this test.
#[test]
fn variables_of_cargo_run_are_not_settings() {
    assert!(std::env::var_os("OUT_DIR").is_some(), "cargo runs this");
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_dictapp"));
    let output = program.arg("check").current_dir(folder.path()).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_named_settings_file_replaces_the_default_one_and_must_exist() {
    let folder = folder_with("conf/settings.toml", "this is wrong");
    fs::write(folder.path().join("mine.toml"), "[log]\nlevel = \"warn\"\n").unwrap();
    let output = dictapp(folder.path(), &["check", "--settings", "mine.toml"]);
    assert_ends(&output, 0, "settings are valid: mine.toml (1 key)\n", "");
    let output = dictapp(folder.path(), &["--settings", "gone.toml", "check"]);
    let message = "gone.toml: cannot be read: No such file or directory (os error 2)\n";
    assert_ends(&output, 2, "", message);
}

#[test]
fn all_mistakes_in_the_settings_are_reported_at_once_with_exit_code_2() {
    let file = "# mine\n[server]\nadress = \"0.0.0.0:80\"\nworkers_min = 0\n[sever]\nx = 1\n";
    let folder = folder_with("conf/settings.toml", file);
    let environment = [("DICTAPP_LIMIT__FORM_FIELDS_MAX", "9")];
    for words in [&["check"][..], &["serve"], &["import", "a.txt"], &[]] {
        let output = dictapp_with(folder.path(), words, &environment);
        assert_ends(
            &output,
            2,
            "",
            "conf/settings.toml:3: unknown key \"adress\" in [server]; did you mean \"address\"?\n\
             conf/settings.toml:4: [server] workers_min must be a whole number from 1 to 4096, not 0\n\
             conf/settings.toml:5: unknown section [sever]; did you mean [server]?\n\
             environment DICTAPP_LIMIT__FORM_FIELDS_MAX: unknown setting; \
             did you mean DICTAPP_LIMITS__FORM_FIELDS_MAX?\n",
        );
    }
}

#[test]
fn a_settings_file_that_is_a_folder_or_endless_is_one_clear_error() {
    let folder = folder_with("conf/settings.toml/x", "");
    let output = dictapp(folder.path(), &["check"]);
    let message = "conf/settings.toml: cannot be read: Is a directory (os error 21)\n";
    assert_ends(&output, 2, "", message);
    if Path::new("/dev/zero").exists() {
        let output = dictapp(folder.path(), &["check", "--settings", "/dev/zero"]);
        let message = "/dev/zero: cannot be read: it is larger than 1048576 bytes\n";
        assert_ends(&output, 2, "", message);
    }
}

#[test]
fn no_password_of_a_database_url_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let output = dictapp(folder.path(), &["check", "--database", "mysql://root:s3cret@host"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("--database: [database] url must be "), "{message}");
    assert!(!message.contains("s3cret"), "{message}");
}

#[test]
fn help_and_version_go_to_standard_output_and_usage_mistakes_to_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    let version = format!("dictapp {}\n", env!("CARGO_PKG_VERSION"));
    assert_ends(&dictapp(folder.path(), &["--version"]), 0, &version, "");
    let help = dictapp(folder.path(), &["--help"]);
    assert_eq!((help.status.code(), help.stderr.len()), (Some(0), 0));
    assert!(help.stdout.starts_with(b"An online dictionary"));
    let wrong = dictapp(folder.path(), &["chek"]);
    assert_eq!((wrong.status.code(), wrong.stdout.len()), (Some(2), 0));
    let message = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(message.matches("unrecognized subcommand 'chek'").count(), 1, "{message}");
}

#[test]
fn a_closed_pipe_is_not_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_dictapp"));
    program.arg("--help").current_dir(folder.path()).stdin(Stdio::null());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = program.stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_ends(&output, 1, "", "");
}

#[test]
fn a_missing_dictionary_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let output = dictapp(folder.path(), &["import", "gone.txt"]);
    let message = "dictapp: gone.txt: No such file or directory (os error 2)\n";
    assert_ends(&output, 1, "", message);
}

#[test]
fn a_command_about_the_contents_of_a_database_creates_none() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        &["user", "role", "Levi", "admin"][..],
        &["user", "add", "Levi"],
        &["user", "list", "--json"],
        &["books"],
        &["books", "order", "en-zh"],
        &["books", "export", "en-zh", "--as", "csv"],
        &["backup", "backup.db"],
        &["check", "--database"],
    ] {
        let output = dictapp(folder.path(), words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert!(said.starts_with("dictapp: there is no database data/dictapp.db: "), "{said}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{words:?}");
    }
    for words in
        [&["import", "gone.txt"][..], &["import", "csv", "gone"], &["import-course", "gone"]]
    {
        assert_eq!(dictapp(folder.path(), words).status.code(), Some(1));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{words:?}");
    }
}

#[test]
fn a_command_that_creates_a_database_says_so_once() {
    let folder = folder_with("words.txt", "apple n. 苹果\n");
    let import = || dictapp(folder.path(), &["import", "words.txt"]);
    let first = "words: 1 entry imported (course)\n";
    assert_ends(&import(), 0, first, "creating a new database: data/dictapp.db\n");
    let second = "words: unchanged, imported before (1 entry)\n";
    assert_ends(&import(), 0, second, "");
    let books = dictapp(folder.path(), &["books", "list", "--json"]);
    let books: serde_json::Value = serde_json::from_slice(&books.stdout).unwrap();
    let book = &books[0];
    assert_eq!(
        (&book["name"], &book["entries"], &book["shown"]),
        (&"words".into(), &1.into(), &true.into())
    );
}

#[test]
fn a_preview_names_the_book_that_the_import_replaces() {
    let folder = folder_with("words.csv", "word,meaning\napple,苹果\n");
    let preview = |words: &[&str]| {
        let output = dictapp(folder.path(), &[&["import", "--preview"], words].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(preview(&["words.csv"]).starts_with("kind: csv\n"));
    assert!(!folder.path().join("data").exists());
    assert_eq!(dictapp(folder.path(), &["import", "words.csv"]).status.code(), Some(0));
    let shown = preview(&["words.csv"]);
    assert!(shown.starts_with("replaces: \"words\" (1 entry); "), "{shown}");
    assert!(preview(&["words.csv", "--name", "more"]).starts_with("kind: csv\n"));
}

#[test]
fn a_file_in_an_unknown_encoding_is_refused_with_the_flag_that_helps() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), b"apple,x\ncoffee,caf\xe9 noir\n").unwrap();
    for words in [&["import", "a.csv"][..], &["import", "--preview", "a.csv"]] {
        let output = dictapp(folder.path(), words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("a.csv, line 2: is not UTF-8"), "{said}");
        assert!(said.contains("`--encoding gb18030`"), "{said}");
    }
}

#[test]
fn manual_pages_and_completions_need_no_settings() {
    let folder = folder_with("conf/settings.toml", "nonsense");
    for words in [&["man", "pages"][..], &["completions", "bash"], &["licences"]] {
        assert_eq!(dictapp(folder.path(), words).status.code(), Some(0), "{words:?}");
    }
}

#[test]
fn licences_of_all_crates_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let output = dictapp(folder.path(), &["licences"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["argon2 ", "rustls ", "Apache License", "MIT"] {
        assert!(text.contains(part), "{part}");
    }
}
