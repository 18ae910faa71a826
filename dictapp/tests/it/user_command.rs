//! Tests of the command `dictapp user` while a server runs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::Value;

use crate::pages::client::{PASSWORD, Person};
use crate::pages::site::{Ended, Site, run_command};

/// Runs `dictapp user` with these arguments and this standard input.
#[track_caller]
fn run(site: &Site, words: &[&str], input: &str) -> Ended {
    run_command(site, &[&["user"], words].concat(), input)
}

/// Runs `dictapp user`, which must succeed, with `--json`. Returns its output.
#[track_caller]
fn json(site: &Site, words: &[&str], input: &str) -> Value {
    let Ended { code, stdout, stderr } = run(site, &[words, &["--json"]].concat(), input);
    assert_eq!(code, Some(0), "{words:?}: {stderr}");
    serde_json::from_str(&stdout).unwrap()
}

#[track_caller]
fn log_in(site: &Site, name: &str, password: &str) -> u16 {
    Person::new(site).submit("/login", &[("name", name), ("password", password)]).status
}

#[test]
fn users_are_added_listed_blocked_and_deleted_while_the_server_runs() {
    let site = Site::start();
    let added = json(&site, &["add", "Levi", "--password", "--role", "admin"], "ladder violet\n");
    assert_eq!((&added["name"], &added["role"]), (&"Levi".into(), &"admin".into()));
    assert_eq!(log_in(&site, "Levi", "ladder violet"), 303);

    let person = Person::registered(&site, "Mia");
    let list = json(&site, &["list"], "");
    let names: Vec<_> = list.as_array().unwrap().iter().map(|user| &user["name"]).collect();
    assert_eq!(names, ["Levi", "Mia"]);

    assert!(json(&site, &["disable", "Mia"], "")["disabled"].is_string());
    person.get("/history").assert_has_not(&["Logged in"]);
    assert_eq!(log_in(&site, "Mia", PASSWORD), 403);
    assert!(json(&site, &["enable", "Mia"], "")["disabled"].is_null());
    assert_eq!(log_in(&site, "Mia", PASSWORD), 303);

    json(&site, &["passwd", "Mia"], "kettle bridge\n");
    assert_eq!(log_in(&site, "Mia", PASSWORD), 401);
    let shown = json(&site, &["show", "Mia"], "");
    let events: Vec<_> = shown["audit"].as_array().unwrap().iter().map(|e| &e["event"]).collect();
    let expected = [
        "log_in_failed",
        "password_set",
        "logged_in",
        "enabled",
        "log_in_failed",
        "disabled",
        "registered",
    ];
    assert_eq!(events, expected);

    json(&site, &["delete", "Mia"], "");
    assert_eq!(log_in(&site, "Mia", "kettle bridge"), 401);
}

#[test]
fn a_role_with_more_rights_says_that_the_user_has_to_log_in_again() {
    let site = Site::start();
    Person::registered(&site, "Mia");
    let advice = "Mia has to log in again\n";
    for (role, is_more) in [("teacher", true), ("teacher", false), ("user", false)] {
        let Ended { stdout, stderr, .. } = run(&site, &["role", "Mia", role], "");
        assert_eq!(stdout.contains(advice), is_more, "{role}: {stdout}{stderr}");
    }
}

#[test]
fn invalid_user_commands_are_refused_with_the_reason() {
    let site = Site::start();
    let refused = |words: &[&str], input: &str| {
        let Ended { code, stderr, .. } = run(&site, words, input);
        assert_eq!(code, Some(1), "{words:?}: {stderr}");
        stderr
    };
    run(&site, &["add", "Levi", "--role", "admin"], "");
    for (words, input, reason) in [
        (&["add", "Levi"][..], "", "another user has this name"),
        (&["add", "Lev\u{456}"][..], "", "looks like the name Levi"),
        (&["add", "two words"][..], "", "contains the character"),
        (&["add", "Mia", "--password"][..], "qwertyuiop\n", "too common"),
        (&["add", "Mia", "--password"][..], "", "no password on standard input"),
        (&["show", "Mia"][..], "", "there is no user Mia"),
        (&["disable", "Levi"][..], "", "the only administrator"),
        (&["delete", "Levi"][..], "", "the only administrator"),
        (&["role", "Levi", "user"][..], "", "the only administrator"),
    ] {
        let stderr = refused(words, input);
        assert!(stderr.contains(reason), "{words:?}: {stderr}");
    }
}

#[test]
fn a_password_set_by_command_makes_reset_codes_invalid() {
    let site = Site::start();
    Person::registered(&site, "Mia");
    let made = json(&site, &["reset", "Mia"], "");
    json(&site, &["passwd", "Mia"], "kettle bridge\n");
    let (code, new) = (made["reset_code"].as_str().unwrap(), "ladder violet");
    let form = [("code", code), ("new_password", new), ("new_password_again", new)];
    assert_eq!(Person::new(&site).submit("/reset", &form).status, 403);
}
