//! Tests of the account page: password, sessions, data, deletion, and a new password with a reset
//! code.

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
    assert_eq!(
        change(PASSWORD, "ladder violet", "ladder violet").redirect_target("/"),
        "/account?done"
    );
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
    assert_eq!(
        submit(&person, "/account/history", &[("row", newest)]).redirect_target("/"),
        "/account?done"
    );
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
    assert_eq!(
        submit(&person, "/account/delete", &[("password", PASSWORD)]).redirect_target("/"),
        "/"
    );
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
    assert_eq!(reset(&code, "ladder violet").redirect_target("/"), "/");
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
    assert_eq!(guest.get("/account").redirect_target("/"), "/login?next=/account");
    guest
        .get("/privacy")
        .assert_has(200, &["and the newest 100,000", "180 days", "tokens that you make"]);
}

#[test]
fn a_request_of_another_site_writes_no_history_and_keeps_language_and_look() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    for from_elsewhere in [
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],
        [("Referer", "http://evil.example/page")],
        [("Referer", "http://127.0.0.1:1/")],
    ] {
        person.get_with("/word/apple", &from_elsewhere);
        person.get_with("/search?q=apple", &from_elsewhere);
        for change in ["/language?to=zh&next=/", "/look?theme=dark&size=large&zone=UTC"] {
            let answer = person.get_with(change, &from_elsewhere);
            assert_eq!((answer.status, answer.all("set-cookie").count()), (303, 0), "{change}");
        }
    }
    assert_eq!(person.history(), [""; 0]);
    let own = format!("{}/history", site.url);
    let behind_a_proxy = own.replace("http:", "https:");
    let own = [
        ("banana", ("Sec-Fetch-Site", "same-origin")),
        ("cherry", ("Sec-Fetch-Site", "none")),
        ("apple", ("Referer", own.as_str())),
        ("date", ("Referer", behind_a_proxy.as_str())),
    ];
    for (word, field) in own {
        person.get_with(&format!("/word/{word}"), &[field]);
    }
    assert_eq!(person.history(), ["date", "apple", "cherry", "banana"]);
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

#[test]
fn a_new_password_revokes_the_api_tokens_unless_the_user_keeps_them() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let form = [("token_name", "a script"), ("read", "1")];
    let page = submit(&person, "/account/tokens", &form);
    let token = page.body.split_once("id=\"token\">").unwrap().1.split('<').next().unwrap();
    let authorization = format!("Bearer {token}");
    let program = || {
        let fields = [("Authorization", authorization.as_str())];
        Person::new(&site).get_with("/api/v1/account", &fields).status
    };
    assert_eq!(program(), 200);
    person.get("/account").assert_has(200, &["Keep my API tokens"]);
    let change = |old: &str, new: &str, keep: &[(&str, &str)]| {
        let form = [("password", old), ("new_password", new), ("new_password_again", new)];
        let answer = submit(&person, "/account/password", &[&form[..], keep].concat());
        assert_eq!(answer.redirect_target("/"), "/account?done");
    };
    change(PASSWORD, "ladder violet", &[("keep_tokens", "1")]);
    assert_eq!(program(), 200);
    change("ladder violet", "kettle bridge", &[]);
    assert_eq!(program(), 401);
    person.get("/account").assert_has_not(&["Keep my API tokens"]);
}

/// A class behind one router must not lose its reset codes because somebody fails to log in.
#[test]
fn a_reset_code_is_accepted_although_others_of_the_network_failed_to_log_in() {
    let site = Site::start_with(&["accounts.login_failures_max=2"]);
    Person::registered(&site, "Levi");
    let mut command = program(site.folder.path(), &[]);
    let output = command.args(["user", "reset", "Levi", "--json"]).output().unwrap();
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let code = made["reset_code"].as_str().unwrap();
    let no_name = [("name", ""), ("password", "x")];
    let failed = [401, 401, 429];
    assert_eq!(failed.map(|_| Person::new(&site).submit("/login", &no_name).status), failed);
    let new = "ladder violet";
    let form = [("code", code), ("new_password", new), ("new_password_again", new)];
    assert_eq!(Person::new(&site).submit("/reset", &form).redirect_target("/"), "/");
}

#[test]
fn no_account_can_fill_the_database_or_the_server_with_repeated_actions() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let token = person.get("/account").form_token();
    let token = ("form_token", token.as_str());
    for _ in 0..102 {
        assert_eq!(person.post("/account/sessions", &[token]).status, 303);
    }
    let exports = [(); 11].map(|()| person.post("/account/export", &[token]).status);
    assert_eq!(exports, [[200; 10].as_slice(), &[429]].concat()[..]);
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let entries = |event: &str| -> u32 {
        let sql = "select count(*) from audit where event = ?";
        database.query_row(sql, [event], |row| row.get(0)).unwrap()
    };
    assert_eq!(entries("sessions_ended"), 100);
    assert_eq!(entries("exported"), 10, "another kind of event is still logged");

    person.get("/word/apple");
    let save = [("action", "save"), ("word", "apple"), token];
    assert_eq!(person.post("/words", &save).status, 303);
    let review = |seen: u32| {
        let seen = seen.to_string();
        person.post("/review", &[("word", "apple"), ("seen", &seen), ("grade", "1"), token]).status
    };
    assert!((0..900).all(|seen| review(seen) == 303));
    assert_eq!(review(900), 429);
}

#[test]
fn a_new_password_makes_earlier_reset_codes_invalid() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let command = |words: &[&str]| {
        let mut command = program(site.folder.path(), &[]);
        let made = command.arg("user").args(words).arg("--json").output().unwrap();
        serde_json::from_slice::<serde_json::Value>(&made.stdout).unwrap()
    };
    let code = || command(&["reset", "Levi"])["reset_code"].as_str().unwrap().to_owned();
    let reset = |code: &str| {
        let form = [("code", code), ("new_password", "kettle bridge")];
        let form = [&form[..], &[("new_password_again", "kettle bridge")]].concat();
        Person::new(&site).submit("/reset", &form).status
    };
    let old = code();
    let form = [("password", PASSWORD), ("new_password", "ladder violet")];
    let form = [&form[..], &[("new_password_again", "ladder violet")]].concat();
    assert_eq!(submit(&person, "/account/password", &form).redirect_target("/"), "/account?done");
    assert_eq!(reset(&old), 403, "after a change by the user");
    assert_eq!(reset(&code()), 303);
}
