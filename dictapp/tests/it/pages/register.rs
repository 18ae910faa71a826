//! Tests of registration, and of the reasons to refuse it.

use super::client::{PASSWORD, Person};
use super::site::Site;

#[test]
fn a_new_user_is_logged_in_and_sent_to_the_home_page() {
    let site = Site::start();
    let person = Person::new(&site);
    let form = [("name", "李雷"), ("password", PASSWORD), ("password_again", PASSWORD)];
    let answer = person.submit("/register", &form);
    assert_eq!(answer.redirect_target("/"), "/");
    let cookie = answer.all("set-cookie").find(|cookie| cookie.starts_with("session=")).unwrap();
    for attribute in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("Max-Age"), "{cookie}");
    person.get("/").assert_has(200, &["Logged in as 李雷"]);
}

#[test]
fn every_wrong_field_is_marked_with_its_reason() {
    let site = Site::start();
    let long = "x".repeat(33);
    let long_password = "y".repeat(129);
    for (name, password, again, field, reason) in [
        ("", PASSWORD, PASSWORD, "name", "Enter a name."),
        (&*long, PASSWORD, PASSWORD, "name", "A name has at most 32 characters."),
        ("two words", PASSWORD, PASSWORD, "name", "A name cannot contain spaces."),
        ("tab\there", PASSWORD, PASSWORD, "name", "A name cannot contain spaces."),
        ("bell\u{7}", PASSWORD, PASSWORD, "name", "is not allowed (U+0007)"),
        ("zero\u{200b}", PASSWORD, PASSWORD, "name", "is not allowed (U+200B)"),
        ("Levi", "", "", "password", "Enter a password."),
        ("Levi", "short", "short", "password", "Use at least 8 characters."),
        ("Levi", "qwertyuiop", "qwertyuiop", "password", "too common"),
        ("admin", PASSWORD, PASSWORD, "name", "This name is already taken."),
        ("Levi", &*long_password, &*long_password, "password", "at most 128 characters"),
        ("Levi", PASSWORD, "another", "password_again", "The passwords do not match."),
    ] {
        let person = Person::new(&site);
        let form = [("name", name), ("password", password), ("password_again", again)];
        let page = person.submit("/register", &form);
        let problem = format!("id=\"{field}-problem\">");
        // In lower case, as the stylesheet expects it.
        let described = format!(" aria-invalid=\"true\" aria-describedby=\"{field}-problem");
        page.assert_has(422, &[&problem, &described, reason]);
        if !name.is_empty() {
            page.assert_has(422, &[&format!("value=\"{name}\"")]);
        }
        page.assert_has_not(&[PASSWORD, &long_password, "\"another\"", "\"short\"", "qwertyuiop"]);
        assert_eq!(person.cookie("session"), None);
    }
}

#[test]
fn a_taken_name_is_409_and_keeps_what_was_typed() {
    let site = Site::start();
    Person::registered(&site, "Levi");
    let form =
        [("name", "Levi"), ("password", "something else"), ("password_again", "something else")];
    let page = Person::new(&site).submit("/register", &form);
    page.assert_has(409, &["id=\"name-problem\">This name is already taken", "value=\"Levi\""]);
    page.assert_has_not(&["something else"]);
    Person::registered(&site, "levi");
}

#[test]
fn if_registration_is_closed_it_is_refused() {
    let site = Site::start_with(&["accounts.registration=false"]);
    let person = Person::new(&site);
    person.get("/register").assert_has(403, &["Registration is closed"]);
    person.get("/").assert_has_not(&["href=\"/register\""]);
    let token = person.get("/login").form_token();
    let form = [
        ("name", "Levi"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
        ("form_token", &token),
    ];
    assert_eq!(person.post("/register", &form).status, 403);
    assert_eq!(person.cookie("session"), None);
}

#[test]
fn neither_passwords_nor_tokens_are_in_the_log_or_in_the_database() {
    let site = Site::start_with(&["log.level=debug"]);
    let person = Person::registered(&site, "Levi");
    let session = person.cookie("session").unwrap();
    Person::new(&site).submit("/login", &[("name", "Levi"), ("password", "wrong horse")]);
    person.get("/word/apple");
    let mut kept = site.log_with("GET /word/{word}").into_bytes();
    for file in std::fs::read_dir(site.database().parent().unwrap()).unwrap() {
        kept.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let kept = String::from_utf8_lossy(&kept);
    assert!(kept.contains("$argon2id$") && kept.contains("Levi"));
    for secret in [PASSWORD, "wrong horse", session.as_str()] {
        assert!(!kept.contains(secret), "{secret}");
        assert!(!site.log().contains("apple"), "the log says what was looked up");
    }
}

#[test]
fn a_form_that_is_sent_twice_logs_its_user_in_both_times() {
    let site = Site::start();
    let person = Person::new(&site);
    let token = person.get("/register").form_token();
    let visitor = format!("visitor={}", person.cookie("visitor").unwrap());
    let form = [
        ("name", "Levi"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
        ("form_token", &token),
    ];
    for _ in 0..2 {
        let again = Person::new(&site);
        let answer = again.post_with("/register", &form, &[("Cookie", &visitor)]);
        assert_eq!(answer.redirect_target("/"), "/");
        again.get("/").assert_has(200, &["Logged in as Levi"]);
    }
}

#[test]
fn two_people_who_choose_one_name_and_password_do_not_share_an_account() {
    let site = Site::start();
    let form = [("name", "Levi"), ("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(Person::new(&site).submit("/register", &form).redirect_target("/"), "/");
    let second = Person::new(&site);
    assert_eq!(second.submit("/register", &form).status, 409);
    assert_eq!(second.cookie("session"), None);
}

#[test]
fn checks_for_taken_names_are_limited_like_failed_log_ins() {
    let site = Site::start_with(&["accounts.login_failures_per_network_max=3"]);
    Person::registered(&site, "Levi");
    let form = [("name", "Levi"), ("password", PASSWORD), ("password_again", PASSWORD)];
    let person = Person::new(&site);
    for _ in 0..3 {
        assert_eq!(person.submit("/register", &form).status, 409);
    }
    assert_eq!(person.submit("/register", &form).status, 429);
}

#[test]
fn a_name_that_looks_like_another_is_taken() {
    let site = Site::start();
    Person::registered(&site, "Maria");
    let form = [("name", "M\u{430}ria"), ("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(Person::new(&site).submit("/register", &form).status, 409);
}

#[test]
fn a_network_that_registers_too_many_accounts_waits() {
    let site = Site::start_with(&["accounts.registrations_per_network_max=2"]);
    Person::registered(&site, "Levi");
    Person::registered(&site, "Anna");
    let form = [("name", "Otto"), ("password", PASSWORD), ("password_again", PASSWORD)];
    let person = Person::new(&site);
    let page = person.submit("/register", &form);
    page.assert_has(429, &["Too many accounts were created from your network", "value=\"Otto\""]);
    let after: u32 = page.field("retry-after").unwrap().parse().unwrap();
    assert!((1..=15 * 60 + 1).contains(&after), "{after}");
    assert_eq!(person.cookie("session"), None);
    person.submit("/login", &[("name", "Levi"), ("password", PASSWORD)]).redirect_target("/");
}

#[test]
fn a_course_may_allow_passwords_of_six_characters() {
    let form = |password| [("name", "Levi"), ("password", password), ("password_again", password)];
    let site = Site::start();
    let refused = Person::new(&site).submit("/register", &form("kq7xvb"));
    refused.assert_has(422, &["Use at least 8 characters."]);
    let site = Site::start_with(&["accounts.password_chars_min=6"]);
    assert_eq!(Person::new(&site).submit("/register", &form("kq7xvb")).redirect_target("/"), "/");
    assert_eq!(Person::new(&site).submit("/register", &form("q7xvb")).status, 422);
}

#[test]
fn passwords_can_be_shown_and_come_from_a_password_manager() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let guest = Person::new(&site);
    for (page, fields) in [
        (guest.get("/login"), &["current-password"][..]),
        (guest.get("/register"), &["new-password"]),
        (guest.get("/reset"), &["new-password"]),
        (person.get("/account"), &["current-password", "new-password"]),
    ] {
        page.assert_has(200, &["js/password", "data-show=\"Show password\""]);
        for field in fields {
            page.assert_has(200, &[&format!("autocomplete=\"{field}\"")]);
        }
        page.assert_has_not(&["onpaste"]);
    }
}
