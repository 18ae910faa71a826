//! The terminal client: used by a person, in a pseudo-terminal with a running server, and by a
//! script.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod terminal;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use crate::pages::client::{PASSWORD, Person};
use crate::pages::site::Site;
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
    person.leave();
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
    person.expect("请输入单词");
    person.leave();
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
