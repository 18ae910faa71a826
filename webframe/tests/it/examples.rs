//! Checks that the short examples do what their first lines say.

#![expect(dead_code, reason = "the examples' own `main` functions are not called")]

use std::{fs, time::Duration};

use webframe::{TestClient, http::Method};

#[path = "../../examples/admin.rs"]
mod admin;
#[path = "../../examples/browser_app.rs"]
mod browser_app;
#[path = "../../examples/csrf.rs"]
mod csrf;
#[path = "../../examples/form.rs"]
mod form;
#[path = "../../examples/jobs.rs"]
mod jobs;
#[path = "../../examples/json.rs"]
mod json;
#[path = "../../examples/login.rs"]
mod login;
#[path = "../../examples/upload.rs"]
mod upload;

use crate::engine::site::{PATIENCE, Site, settings};
use crate::source::{self, Source};

#[test]
fn json_computes_and_names_mistakes() {
    let app = json::app();
    let client = TestClient::new(&app);
    let post = |body: &str| {
        let request = client.request(Method::POST, "/tax").with_body(body);
        request.with_field("Content-Type", "application/json").send()
    };
    assert_eq!(post(r#"{"price": 10, "rate": 0.5}"#).text(), r#"{"tax":5.0,"total":15.0}"#);
    let negative = post(r#"{"price": 10, "rate": -1}"#);
    assert_eq!(negative.status().as_u16(), 422);
    assert_eq!(negative.text(), r#"{"error":"rate must not be negative"}"#);
    let wrong = post(r#"{"price": "ten", "rate": 1}"#);
    assert!(wrong.status() == 400 && wrong.text().contains("price"), "{}", wrong.text());
}

#[test]
fn the_form_keeps_the_typed_values() {
    let app = form::app().expect("valid templates");
    let client = TestClient::new(&app);
    let refused = client.post("/", &[("name", "\"Ada\""), ("age", "old")]).send();
    assert_eq!(refused.status().as_u16(), 422);
    assert!(refused.text().contains("value=\"&quot;Ada&quot;\""), "{}", refused.text());
    assert!(refused.text().contains("The age is a number"), "{}", refused.text());
    assert!(!refused.text().contains("Please give a name"), "{}", refused.text());
    assert_eq!(client.post("/", &[("name", "Ada"), ("age", "36")]).send().status().as_u16(), 303);
    assert_eq!(client.get("/").send().status().as_u16(), 200);
}

#[test]
fn an_upload_is_measured() {
    let app = upload::app();
    let client = TestClient::new(&app);
    let part =
        "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nabc\r\n";
    let post = client.request(Method::POST, "/").with_body(format!("{part}{part}--x--\r\n"));
    let answer = post.with_field("Content-Type", "multipart/form-data; boundary=x").send();
    assert_eq!(answer.text(), "a.txt: 3 bytes\na.txt: 3 bytes\n");
}

#[test]
fn a_login_lasts_until_the_logout() {
    let app = login::app();
    let client = TestClient::new(&app);
    assert_eq!(client.get("/").send().field("location"), Some("/login"));
    let wrong = client.post("/login", &[("name", "ada"), ("password", "x")]).send();
    assert_eq!(wrong.status().as_u16(), 403);
    client.post("/login", &[("name", "ada"), ("password", "lovelace")]).send();
    assert_eq!(client.get("/").send().text(), "You are logged in.\nHello, ada!\n");
    assert_eq!(client.get("/").send().text(), "\nHello, ada!\n");
    client.post("/logout", &[("", "")]).send();
    assert_eq!(client.get("/").send().field("location"), Some("/login"));
}

#[test]
fn only_the_form_of_the_page_spends() {
    let app = csrf::app();
    let client = TestClient::new(&app);
    let page = client.get("/").send().text().to_owned();
    assert_eq!(client.post("/", &[("amount", "1")]).send().status().as_u16(), 403);
    let token = page.split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
    client.post("/", &[("csrf_token", token.expect("a token"))]).send();
    assert!(client.get("/").send().text().contains("You have 99."));
}

#[test]
fn a_browser_application_gets_its_page_for_every_path_but_files_and_the_api() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("assets")).expect("a folder");
    fs::write(folder.path().join("index.html"), "<p>app</p>").expect("a file");
    fs::write(folder.path().join("assets/app.1a2b3c4d.js"), "run()").expect("a file");
    let app = browser_app::app(folder.path());
    let client = TestClient::new(&app);
    for (path, text) in [
        ("/", "<p>app</p>"),
        ("/some/place", "<p>app</p>"),
        ("/assets/app.1a2b3c4d.js", "run()"),
        ("/api/version", "1.0\n"),
    ] {
        assert_eq!(client.get(path).send().text(), text, "{path}");
    }
    assert_eq!(client.get("/api/other").send().status().as_u16(), 404);
}

#[test]
fn a_job_runs_while_the_app_is_served() {
    let site = Site::start_app(&settings(), jobs::app(Duration::from_millis(1)));
    let start = std::time::Instant::now();
    while site.get("/").body == "0 s\n" {
        assert!(start.elapsed() < PATIENCE, "the job never ran");
        std::thread::yield_now();
    }
}

#[test]
fn only_admins_enter() {
    let app = admin::app();
    let client = TestClient::new(&app);
    assert_eq!(client.get("/").send().text(), "everybody reads this; admins read /admin\n");
    assert_eq!(client.get("/admin").send().status().as_u16(), 401);
    let ada = "Basic YWRhOmxvdmVsYWNl";
    let known = client.get("/admin").with_field("Authorization", ada).send();
    assert_eq!(known.text(), "welcome\n");
    let delete = client.request(Method::DELETE, "/admin/users/7");
    assert_eq!(delete.with_field("Authorization", ada).send().text(), "user 7 is deleted\n");
}

/// Maximum number of lines of an example without its tests: these examples show how little code an
/// app needs. HTML files count only for the guestbook, which consists mainly of pages.
const LINES_MAX: [(&[&str], usize); 14] = [
    (&["hello.rs"], 10),
    (&["static_site.rs"], 20),
    (&["admin.rs"], 30),
    (&["browser_app.rs"], 30),
    (&["csrf.rs"], 30),
    (&["echo.rs"], 30),
    (&["events.rs"], 30),
    (&["jobs.rs"], 30),
    (&["json.rs"], 30),
    (&["upload.rs"], 30),
    (&["todo.rs"], 109),
    (&["fileshare/main.rs", "fileshare/client.rs"], 199),
    (&["chatroom/main.rs", "chatroom/room.rs"], 249),
    (&["guestbook/main.rs", "guestbook/home.html", "guestbook/login.html"], 249),
];

#[test]
fn the_examples_stay_small() {
    for (files, lines_max) in LINES_MAX {
        let lines = |file: &&str| {
            let path = format!("webframe/examples/{file}");
            Source::new(&path, &source::read(&path)).lines_before_tests()
        };
        let lines: usize = files.iter().map(lines).sum();
        assert!(lines > 0 && lines <= lines_max, "{files:?}: {lines} lines, {lines_max} at most");
    }
}
