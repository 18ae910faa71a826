//! The terminal client: used by a person, in a pseudo-terminal with a running server, and by a
//! script.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod sessions;
mod terminal;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::pages::client::{PASSWORD, Person};
use crate::pages::site::{Site, program};
use terminal::Terminal;

/// The client with its own home folder.
fn client(home: &tempfile::TempDir, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dictapp"));
    command.current_dir(home.path()).env_clear().env("HOME", home.path()).env("TERM", "xterm");
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("PAGER", "cat").arg("client").args(words);
    command
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Chooses to sign up in the Chinese menu and fills the form in.
fn register(person: &mut Terminal) {
    person.answer("请选择：", "2");
    person.answer("用户名：", "Levi");
    person.answer("密码：", PASSWORD);
    person.answer("再次输入密码：", PASSWORD);
}

#[test]
fn the_courses_menus_in_chinese_from_registration_to_log_out() {
    let (site, home) = (Site::start(), home());
    let mut person = Terminal::start(&client(&home, &[&site.url]));
    person.expect("1. 登录   2. 注册   3. 退出");
    person.answer("请选择：", "9");
    person.expect("没有这个选项");
    person.answer("请选择：", "1");
    person.answer("用户名：", "Levi");
    person.answer("密码：", PASSWORD);
    person.expect("用户名或密码错误");
    register(&mut person);
    person.expect("注册成功");
    person.expect("1. 查单词   2. 历史记录   3. 注销");
    person.answer("请选择：", "2");
    person.answer("回车显示最近 10 条", "");
    person.expect("没有历史记录");
    person.answer("请选择：", "1");
    person.answer("请输入单词", "apple");
    person.expect("苹果");
    person.answer("请输入单词", "recieve");
    person.expect("没有找到该单词");
    person.expect("receive");
    person.answer("请输入单词", "##");
    person.answer("请选择：", "2");
    person.answer("回车显示最近 10 条", "");
    person.expect("Levi  recieve  20");
    person.expect("Levi  apple  20");
    person.answer("请选择：", "3");
    person.expect("1. 登录   2. 注册   3. 退出");
    register(&mut person);
    person.expect("该用户已存在");
    person.answer("请选择：", "3");
    person.expect("谢谢使用");
    let seen = person.end();
    assert!(!seen.contains(PASSWORD), "a password was shown");
    assert!(!home.path().join(".config/dictapp/token.json").exists(), "logged out");
}

#[test]
fn the_menus_in_english_resume_the_last_session() {
    let (site, home) = (Site::start(), home());
    Person::registered(&site, "Levi");
    let mut person = Terminal::start(client(&home, &[&site.url]).env("LANG", "en_GB.UTF-8"));
    person.expect("1. Log in   2. Sign up   3. Quit");
    person.answer("Choose: ", "1");
    person.answer("Name: ", "Levi");
    person.answer("Password: ", PASSWORD);
    person.expect("You are logged in");
    person.answer("Choose: ", "1");
    // TAB completes to the only word with this beginning.
    person.answer("Word (## to go back): ", "strawberr\t");
    person.expect("草莓");
    person.leave("Word (## to go back): ");
    person.expect("Goodbye");
    person.end();
    let token = home.path().join(".config/dictapp/token.json");
    assert_eq!(fs::metadata(&token).unwrap().permissions().mode() & 0o777, 0o600);
    let mut person = Terminal::start(&client(&home, &[&site.url, "--lang", "en"]));
    person.expect("Welcome back, Levi");
    person.answer("Choose: ", "2");
    person.answer("a for all: ", "a");
    person.expect("Levi  strawberry  20");
    person.answer("Choose: ", "3");
    person.answer("Choose: ", "3");
    person.end();
}

#[test]
fn a_lost_connection_is_reported_once_and_the_word_is_looked_up_when_it_is_back() {
    let (site, home) = (Site::start(), home());
    let url = site.url.clone();
    Person::registered(&site, "Levi");
    let mut person = Terminal::start(&client(&home, &[&url]));
    person.answer("请选择：", "1");
    person.answer("用户名：", "Levi");
    person.answer("密码：", PASSWORD);
    person.answer("请选择：", "1");
    person.expect("请输入单词");
    let folder = site.kill();
    person.send("apple\n");
    person.expect("连接已断开，正在重试");
    let address = format!("server.address={}", &url["http://".len()..]);
    let site = Site::start_in(folder, &[&address]);
    person.expect("苹果");
    person.leave("请输入单词");
    assert_eq!(person.end().matches("连接已断开").count(), 1);
    drop(site);
}

#[test]
fn without_a_server_words_are_looked_up_in_the_local_database() {
    let (site, home) = (Site::start(), home());
    let database = format!("sqlite:{}", site.database().display());
    let words = ["--database", &database, "--offline"];
    let mut person = Terminal::start(&client(&home, &words));
    person.answer("请输入单词", "apple");
    person.expect("苹果");
    person.answer("请输入单词", "qzxqzx");
    person.expect("没有找到该单词");
    person.answer("请输入单词", "##");
    person.end();
}

#[test]
fn a_long_entry_goes_through_the_pager_and_a_terminal_has_colours() {
    let (site, home) = (Site::start(), home());
    let program = env!("CARGO_BIN_EXE_dictapp");
    let mut command = client(&home, &[]);
    let page = format!("stty rows 5 cols 80; exec {program} client {} look take", site.url);
    let mut shell = Command::new("sh");
    shell.args(["-c", &page]).current_dir(home.path()).env("PAGER", "sed s/^/paged:/");
    for (name, value) in command.env_remove("PAGER").get_envs() {
        shell.envs(value.map(|value| (name, value)));
    }
    let mut person = Terminal::start(&shell);
    person.expect("paged:\x1b[1mtake\x1b[0m");
    person.end();
}

/// Without a locale, `less` would show `<E8><8B><B9>`.
#[test]
fn a_pager_without_a_locale_shows_chinese() {
    let (site, home) = (Site::start(), home());
    let program = env!("CARGO_BIN_EXE_dictapp");
    let line = format!("stty rows 5 cols 80; exec {program} client {} look take", site.url);
    let mut shell = Command::new("sh");
    shell.args(["-c", &line]).current_dir(home.path());
    for (name, value) in client(&home, &[]).env("PAGER", "printenv LESSCHARSET").get_envs() {
        shell.envs(value.map(|value| (name, value)));
    }
    let mut person = Terminal::start(&shell);
    person.expect("utf-8");
    person.end();
}

#[test]
fn the_pager_says_how_to_go_on_and_how_to_leave_it() {
    let (site, home) = (Site::start(), home());
    let program = env!("CARGO_BIN_EXE_dictapp");
    for (language, prompt) in [("zh", "空格：下一页，q：返回"), ("en", "q to go back")] {
        let line = format!(
            "stty rows 5 cols 80; exec {program} client --lang {language} {} look take",
            site.url
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).current_dir(home.path());
        for (name, value) in client(&home, &[]).env("PAGER", "printenv LESS").get_envs() {
            shell.envs(value.map(|value| (name, value)));
        }
        let mut person = Terminal::start(&shell);
        person.expect(prompt);
        person.end();
    }
}

#[test]
fn a_script_gets_json_plain_text_and_an_exit_code() {
    let (site, home) = (Site::start(), home());
    let look = |words: &[&str]| client(&home, &[&[site.url.as_str()], words].concat()).output();
    let code = |output: &Output| output.status.code();
    let found = look(&["look", "went", "--json"]).unwrap();
    let entry: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!((code(&found), &entry["headwords"][0]["word"]), (Some(0), &"go".into()));
    let text = look(&["look", "apple"]).unwrap();
    let shown = String::from_utf8(text.stdout).unwrap();
    assert!(shown.starts_with("apple") && !shown.contains('\x1b'), "{shown}");
    let missing = look(&["look", "qzxqzx", "--json"]).unwrap();
    assert_eq!((code(&missing), missing.stdout.len()), (Some(3), 0));
}

#[test]
fn a_password_that_is_interrupted_leaves_a_terminal_that_echoes() {
    let (site, home) = (Site::start(), home());
    let program = env!("CARGO_BIN_EXE_dictapp");
    let line = format!("stty echo; {program} client {}; echo it ended: $?; stty -a", site.url);
    let mut shell = Command::new("sh");
    shell.args(["-c", &line]).current_dir(home.path());
    for (name, value) in client(&home, &[]).get_envs() {
        shell.envs(value.map(|value| (name, value)));
    }
    let mut person = Terminal::start(&shell);
    person.answer("请选择：", "1");
    person.answer("用户名：", "Levi");
    person.expect("密码：");
    person.send("\x03");
    person.expect("谢谢使用");
    person.expect("it ended: 0");
    let shown = person.end();
    let (_, modes) = shown.split_once("it ended: 0").unwrap();
    assert!(modes.split_whitespace().any(|mode| mode == "echo"), "{modes}");
}

#[test]
fn ctrl_d_at_a_password_leaves_the_program() {
    let (site, home) = (Site::start(), home());
    let mut person = Terminal::start(&client(&home, &[&site.url]));
    person.answer("请选择：", "2");
    person.answer("用户名：", "Levi");
    person.leave("密码：");
    person.expect("谢谢使用");
    person.end();
}

#[test]
fn a_server_that_does_not_run_is_named_at_once() {
    let (site, home) = (Site::start(), home());
    let url = site.url.clone();
    drop(site.kill());
    for (language, said) in [
        ("en", format!("cannot reach {url}: is the server running?")),
        ("zh", format!("无法连接 {url}：服务器在运行吗？")),
    ] {
        let output = client(&home, &[&url, "--lang", language, "look", "apple"]).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(&said), "{error}");
        assert!(!error.contains("trying again") && !error.contains("重试"), "{error}");
        // Nor is a name or a password asked for.
        let output = client(&home, &[&url, "--lang", language]).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains(&said));
    }
}

#[test]
fn an_address_that_cannot_be_used_is_named_at_once() {
    let (site, home) = (Site::start(), home());
    let wrong = home.path().join("empty.pem");
    fs::write(&wrong, "no certificate\n").unwrap();
    let wrong = wrong.display().to_string();
    let below = format!("{}/nothing", site.url);
    for (words, said) in [
        (&["localhost:8000"][..], "the URL \"localhost:8000\" is not of the form http://HOST:PORT"),
        (&["ftp://dict.example"], "is not of the form"),
        (&["http://dict.example/?q=1"], "has a query"),
        (&["http://nowhere.invalid"], "http://nowhere.invalid: "),
        (&[&below], "this is not a dictapp server (404)"),
        (&[&site.url, "--ca", &wrong], "empty.pem: there is no certificate in it"),
        (&[&site.url, "--ca", "gone.pem"], "gone.pem: No such file"),
    ] {
        let words = [words, &["look", "apple"]].concat();
        let output = client(&home, &words).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {error}");
        assert!(error.contains(said), "{words:?}: {error}");
        assert!(!error.contains("重试"), "{words:?}: {error}");
    }
}

#[test]
fn a_certificate_that_is_not_trusted_is_refused_at_once_and_trusted_by_its_file() {
    let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("../webframe/tests/data/tls");
    let (home, folder) = (home(), Site::start().kill());
    for name in ["first.crt", "first.key"] {
        fs::copy(tls.join(name), folder.path().join(name)).unwrap();
    }
    let mut server = program(folder.path(), &["tls.cert=first.crt", "tls.key=first.key"]);
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let look = |words: &[&str]| {
        let words = [&[url.trim_end(), "--lang", "en"], words, &["look", "apple"]].concat();
        client(&home, &words).output().unwrap()
    };
    let refused = look(&[]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("the certificate of the server is not trusted"), "{error}");
    assert!(!error.contains("trying again"), "{error}");
    let ca = folder.path().join("first.crt").display().to_string();
    let trusted = look(&["--ca", &ca]);
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(String::from_utf8_lossy(&trusted.stdout).starts_with("apple"), "{trusted:?}");
}
