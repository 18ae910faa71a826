//! Log-ins, sessions and refusals in the terminal client.

use super::terminal::Terminal;
use super::{client, home, register};
use crate::pages::client::{PASSWORD, Person};
use crate::pages::site::Site;

#[test]
fn a_refusal_is_said_in_the_language_of_the_menus() {
    let (site, home) = (Site::start(), home());
    let mut person = Terminal::start(&client(&home, &[&site.url]));
    person.answer("请选择：", "2");
    person.answer("用户名：", "Levi");
    person.answer("密码：", "short");
    person.answer("再次输入密码：", "short");
    person.expect("密码至少 8 个字符。");
    register(&mut person);
    person.answer("请选择：", "1");
    person.answer("请输入单词", &"a".repeat(300));
    person.expect("单词过长");
    person.answer("请输入单词", "##");
    person.answer("请选择：", "2");
    person.answer("回车显示最近 10 条", "q");
    person.expect("没有这个选项");
    person.answer("请选择：", "2");
    person.answer("回车显示最近 10 条", "10");
    person.expect("没有历史记录");
    person.answer("请选择：", "3");
    person.answer("请选择：", "3");
    person.end();
    let site = Site::start_with(&["accounts.registration=false"]);
    let mut person = Terminal::start(&client(&home, &[&site.url, "--lang", "en"]));
    person.answer("Choose: ", "2");
    person.answer("Name: ", "Mia");
    person.answer("Password: ", PASSWORD);
    person.answer("Password again: ", PASSWORD);
    person.expect("Registration is closed");
    person.answer("Choose: ", "3");
    person.end();
}

#[test]
fn twelve_look_ups_are_listed_as_the_last_ten_or_all() {
    let (site, home) = (Site::start(), home());
    let mut person = Terminal::start(&client(&home, &[&site.url]));
    register(&mut person);
    person.answer("请选择：", "1");
    for number in 1..=12 {
        person.answer("请输入单词", &format!("qzx{number:02}"));
        person.expect("没有找到该单词");
    }
    person.answer("请输入单词", "##");
    person.answer("请选择：", "2");
    person.answer("回车显示最近 10 条", "");
    person.expect("Levi  qzx12  20");
    person.expect("Levi  qzx03  20");
    person.expect("1. 查单词");
    person.answer("请选择：", "2");
    person.answer("回车显示最近 10 条", "a");
    person.expect("Levi  qzx12  20");
    person.expect("Levi  qzx01  20");
    person.answer("请选择：", "3");
    person.answer("请选择：", "3");
    assert_eq!(person.end().matches("Levi  qzx02  20").count(), 1);
}

#[test]
fn a_delayed_log_in_goes_on_after_its_delay() {
    let site =
        Site::start_with(&["accounts.login_failures_before_delay=1", "accounts.login_delay=1s"]);
    let home = home();
    Person::registered(&site, "Levi");
    let mut person = Terminal::start(&client(&home, &[&site.url]));
    for (password, said) in [("wrong horse", "用户名或密码错误"), (PASSWORD, "登录成功")]
    {
        person.answer("请选择：", "1");
        person.answer("用户名：", "Levi");
        person.answer("密码：", password);
        person.expect(said);
    }
    person.answer("请选择：", "3");
    person.answer("请选择：", "3");
    assert!(person.end().contains("秒后自动继续登录"));
}

#[test]
fn a_script_whose_session_has_ended_looks_up_as_a_guest() {
    let (site, home) = (Site::start(), home());
    let mut person = Terminal::start(&client(&home, &[&site.url]));
    register(&mut person);
    person.expect("1. 查单词");
    person.leave("请选择：");
    person.end();
    let database = rusqlite::Connection::open(site.database()).unwrap();
    database.execute_batch("delete from session").unwrap();
    let look = || {
        // A session is remembered for a moment.
        let output = client(&home, &[&site.url, "look", "apple"]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let ended = std::iter::repeat_with(look).find(|(_, said)| !said.is_empty()).unwrap();
    assert_eq!(ended, (Some(0), "登录已失效，请重新登录\n".to_owned()));
    assert_eq!(look(), (Some(0), String::new()));
}

#[test]
fn words_are_completed_on_a_site_for_users_only() {
    let site = Site::start_with(&["dictionary.lookup_requires_login=true"]);
    let home = home();
    let mut person = Terminal::start(&client(&home, &[&site.url]));
    register(&mut person);
    person.answer("请选择：", "1");
    person.answer("请输入单词", "strawberr\t");
    person.expect("草莓");
    person.leave("请输入单词");
    person.end();
}

#[test]
fn a_script_looks_up_without_a_server() {
    let (site, home) = (Site::start(), home());
    let database = format!("sqlite:{}", site.database().display());
    let nowhere = "http://127.0.0.1:9"; // nothing listens there
    let words = [nowhere, "--database", &database, "--offline", "look", "went", "--json"];
    let output = client(&home, &words).output().unwrap();
    let entry: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(entry["headwords"][0]["word"], "go", "{output:?}");
}
