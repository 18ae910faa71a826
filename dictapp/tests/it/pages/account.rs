//! Users' own accounts: password, sessions, data, deletion, a new password by code.

use super::client::{PASSWORD, Person};
use super::site::{Site, program};

fn log_in(site: &Site, password: &str) -> u16 {
    Person::new(site).submit("/login", &[("name", "Levi"), ("password", password)]).status
}

/// Fills in a form of the account page.
fn submit(person: &Person<'_>, target: &str, form: &[(&str, &str)]) -> super::client::Answer {
    let token = person.get("/account").form_token();
    person.post(target, &[form, &[("form_token", &token)]].concat())
}

#[test]
fn changing_the_password_requires_the_old_one_and_ends_all_other_sessions() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let other = Person::new(&site);
    other.submit("/login", &[("name", "Levi"), ("password", PASSWORD)]);
    let change = |old: &str, new: &str, again: &str| {
        let form = [("password", old), ("new_password", new), ("new_password_again", again)];
        submit(&person, "/account/password", &form)
    };
    change("wrong horse", "ladder violet", "ladder violet")
        .assert_has(422, &["The password is wrong."]);
    change(PASSWORD, "ladder violet", "ladder").assert_has(422, &["The passwords do not match."]);
    change(PASSWORD, "password1", "password1").assert_has(422, &["too common"]);
    assert_eq!(change(PASSWORD, "ladder violet", "ladder violet").to("/"), "/account?done");
    person.get("/account").assert_has(200, &["You are logged in as Levi."]);
    assert_eq!(other.get("/account").status, 303, "another session goes on");
    assert_eq!((log_in(&site, PASSWORD), log_in(&site, "ladder violet")), (401, 303));
}

#[test]
fn sessions_are_listed_and_ended_one_by_one_or_all() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let others = [Person::new(&site), Person::new(&site), Person::new(&site)];
    for other in &others {
        other.submit("/login", &[("name", "Levi"), ("password", PASSWORD)]);
    }
    let page = person.get("/account");
    page.assert_has(200, &["This device", "127.0.0.1"]);
    let (_, rest) = page.body.split_once("name=\"session\" value=\"").unwrap();
    let id = rest.split_once('"').unwrap().0;
    assert_eq!(submit(&person, "/account/sessions", &[("session", id)]).status, 303);
    let ended = || others.iter().filter(|other| other.get("/account").status == 303).count();
    assert_eq!(ended(), 1);
    assert_eq!(submit(&person, "/account/sessions", &[("session", "")]).status, 303);
    assert_eq!(ended(), 3);
    assert_eq!(person.get("/account").status, 200);
}

#[test]
fn everything_stored_is_exported_as_json_and_csv() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    person.get("/word/apple");
    let answer = submit(&person, "/account/export", &[]);
    assert_eq!(answer.status, 200);
    let name = "attachment; filename=\"dictapp-export.zip\"";
    assert_eq!(answer.field("content-disposition"), Some(name));
    for file in [
        "everything.json",
        "account.csv",
        "sessions.csv",
        "history.csv",
        "books_off.csv",
        "audit.csv",
    ] {
        assert!(answer.body.contains(file), "{file}");
    }
}

#[test]
fn look_ups_are_deleted_by_row_by_day_and_all_at_once() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    for word in ["apple", "banana", "cherry"] {
        person.get(&format!("/word/{word}"));
    }
    let page = person.get("/history");
    let (_, rest) = page.body.split_once("name=\"row\" value=\"").unwrap();
    let newest = rest.split_once('"').unwrap().0;
    assert_eq!(submit(&person, "/account/history", &[("row", newest)]).to("/"), "/account?done");
    let page = person.get("/history");
    page.assert_has(200, &[">apple<", ">banana<"]);
    page.assert_has_not(&[">cherry<"]);
    submit(&person, "/account/history", &[("day", "2001-01-01")]);
    person.get("/history").assert_has(200, &[">apple<"]);
    assert_eq!(submit(&person, "/account/history", &[("day", "yesterday")]).status, 400);
    for unclear in [&[][..], &[("day", "")], &[("row", newest), ("all", "1")]] {
        let answer = submit(&person, "/account/history", unclear);
        answer.assert_has(400, &["one of the fields row, day and all is needed"]);
    }
    person.get("/history").assert_has(200, &[">apple<"]);
    submit(&person, "/account/history", &[("all", "1")]);
    person.get("/history").assert_has_not(&[">apple<", ">banana<"]);
}

#[test]
fn an_account_is_deleted_after_its_password_is_confirmed() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let wrong = submit(&person, "/account/delete", &[("password", "wrong horse")]);
    wrong.assert_has(422, &["The password is wrong."]);
    assert_eq!(submit(&person, "/account/delete", &[("password", PASSWORD)]).to("/"), "/");
    assert_eq!(person.get("/account").status, 303);
    assert_eq!(log_in(&site, PASSWORD), 401);
    Person::registered(&site, "Levi");
}

#[test]
fn a_code_of_the_administrator_sets_a_new_password_once() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let output = program(site.folder.path(), &[])
        .args(["user", "reset", "Levi", "--json"])
        .output()
        .unwrap();
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let code = made["reset_code"].as_str().unwrap().to_lowercase();
    let reset = |code: &str, new: &str| {
        let form = [("code", code), ("new_password", new), ("new_password_again", new)];
        Person::new(&site).submit("/reset", &form)
    };
    reset("2222-2222-2222", "ladder violet").assert_has(403, &["wrong or has expired"]);
    reset(&code, "password").assert_has(422, &["too common"]);
    assert_eq!(reset(&code, "ladder violet").to("/"), "/");
    assert_eq!(reset(&code, "kettle bridge").status, 403, "used");
    assert_eq!(person.get("/account").status, 303, "the old session has ended");
    assert_eq!((log_in(&site, PASSWORD), log_in(&site, "ladder violet")), (401, 303));
}

#[test]
fn no_form_of_the_account_is_accepted_without_its_token() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    for target in ["password", "sessions", "export", "history", "delete"] {
        let target = format!("/account/{target}");
        assert_eq!(person.post(&target, &[("password", PASSWORD)]).status, 403, "{target}");
        assert_eq!(person.get(&target).status, 405, "{target}");
    }
}

#[test]
fn guests_are_redirected_to_the_log_in_and_may_read_the_privacy_page() {
    let site = Site::start();
    let guest = Person::new(&site);
    assert_eq!(guest.get("/account").to("/"), "/login?next=/account");
    guest
        .get("/privacy")
        .assert_has(200, &["and the newest 100000", "180 days", "tokens that you make"]);
}

#[test]
fn a_cross_site_request_writes_no_history_and_keeps_the_language() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let from_elsewhere = [("Sec-Fetch-Site", "cross-site")];
    person.get_with("/word/apple", &from_elsewhere);
    person.get("/word/banana");
    let history = person.get("/history");
    history.assert_has(200, &[">banana<"]);
    history.assert_has_not(&[">apple<"]);
    let answer = person.get_with("/language?to=zh&next=/", &from_elsewhere);
    assert_eq!((answer.status, answer.all("set-cookie").count()), (303, 0));
}

#[test]
fn over_tls_secrets_are_host_cookies_and_two_valid_sessions_are_none() {
    let site = Site::start_with(&["accounts.cookie_secure=always"]);
    let person = Person::registered(&site, "Levi");
    let session = person.cookie("__Host-session").unwrap();
    assert_eq!(person.cookie("session"), None);
    let with = |cookies: &str| Person::new(&site).get_with("/account", &[("Cookie", cookies)]);
    let (good, bad) =
        (format!("__Host-session={session}"), format!("__Host-session={}", "0".repeat(64)));
    assert_eq!(with(&good).status, 200);
    assert_eq!(with(&format!("{bad}; {good}")).status, 200, "a stray cookie before it");
    assert_eq!(with(&format!("session={session}")).status, 303, "the name of plain HTTP");
    let mia = Person::registered(&site, "Mia").cookie("__Host-session").unwrap();
    assert_eq!(with(&format!("__Host-session={mia}; {good}")).status, 303);
}
