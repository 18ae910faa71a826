//! Tests the guestbook with a client that logs in, writes, uploads and reads, as a visitor would.

use webframe::{TestClient, http::Method};

use super::*;

fn with_book(test: impl FnOnce(&App<Book>)) {
    let folder = tempfile::tempdir().expect("a folder");
    test(&app(folder.path().join("pictures")).expect("valid templates"));
}

fn log_in_as<'a>(app: &'a App<Book>, name: &str) -> TestClient<'a, Book> {
    let client = TestClient::new(app).following_redirects();
    let page = client.post("/login", &[("name", name), ("password", "friend")]).send();
    assert!(page.text().contains(&format!("Welcome, {name}!")), "{}", page.text());
    client
}

#[test]
fn a_guest_is_redirected_to_the_page_for_logging_in() {
    with_book(|app| {
        let client = TestClient::new(app);
        let refused = client.post("/entries", &[("text", "hello")]).send();
        assert_eq!(refused.field("Location"), Some("/login"));
        let wrong = client.post("/login", &[("name", "<Eve>"), ("password", "enemy")]).send();
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("value=\"&lt;Eve&gt;\""), "{}", wrong.text());
        assert!(wrong.text().contains("Say friend"), "{}", wrong.text());
    });
}

#[test]
fn an_entry_is_on_the_page_and_in_the_stream_and_a_long_one_is_shown_again() {
    with_book(|app| {
        let client = log_in_as(app, "Ada");
        let mut events = client.get("/live").subscribe();
        let page = client.post("/entries", &[("text", "hello")]).send();
        assert!(page.text().contains("<li>Ada: hello"), "{}", page.text());
        let event = events.next_event();
        assert_eq!(event.data, r#"{"author":"Ada","text":"hello","picture":null}"#);
        let long = "x".repeat(501);
        let page = client.post("/entries", &[("text", &long)]).send();
        assert_eq!(page.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains(&long) && page.text().contains("At most 500"));
        assert!(events.ready_event().is_none());
        let page = client.post("/logout", &[("", "")]).send();
        assert!(page.text().contains("Log in to write"), "{}", page.text());
    });
}

#[test]
fn a_picture_is_stored_shown_and_served() {
    with_book(|app| {
        let client = log_in_as(app, "Ada");
        let part = "Content-Disposition: form-data; name=\"pictures\"; filename=\"a.png\"";
        let body = |kind| format!("--b\r\n{part}\r\nContent-Type: {kind}\r\n\r\npixels\r\n--b--");
        let upload = |kind| {
            let request = client.request(Method::POST, "/pictures");
            request
                .with_field("Content-Type", "multipart/form-data; boundary=b")
                .with_field("Origin", "http://localhost")
                .with_body(body(kind))
                .send()
        };
        let page = upload("image/png");
        let name = page.text().split("/pictures/").nth(1).and_then(|rest| rest.split('"').next());
        let target = format!("/pictures/{}", name.expect("a picture"));
        assert_eq!(client.get(&target).send().bytes(), b"pixels", "{target}");
        let page = upload("text/html");
        assert_eq!(page.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    });
}

/// The status of an upload of parts with these media types, file names and contents.
fn upload(client: &TestClient<'_, Book>, parts: &[(&str, &str, &str)]) -> u16 {
    let part = |(kind, file, content): &(&str, &str, &str)| {
        let field = format!("form-data; name=\"pictures\"; filename=\"{file}\"");
        format!("--b\r\nContent-Disposition: {field}\r\nContent-Type: {kind}\r\n\r\n{content}\r\n")
    };
    let body = parts.iter().map(part).collect::<String>() + "--b--";
    let request = client.request(Method::POST, "/pictures").with_body(body);
    let request = request.with_field("Content-Type", "multipart/form-data; boundary=b");
    request.with_field("Origin", "http://localhost").send().status().as_u16()
}

#[test]
fn a_picture_is_recognized_by_its_media_type_and_no_file_is_no_picture() {
    with_book(|app| {
        let client = log_in_as(app, "Ada");
        for kind in ["image/PNG", "image/png; charset=x", "IMAGE/JPEG;a=b"] {
            assert_eq!(upload(&client, &[(kind, "a", "pixels")]), 200, "{kind}");
        }
        assert_eq!(app.state().entries().len(), 3);
        assert_eq!(upload(&client, &[("application/octet-stream", "", "")]), 200);
        assert_eq!(app.state().entries().len(), 3);
    });
}

#[test]
fn an_upload_is_stored_completely_or_not_at_all() {
    with_book(|app| {
        let client = log_in_as(app, "Ada");
        let parts = [("image/png", "a", "pixels"), ("text/plain", "b", "text")];
        assert_eq!(upload(&client, &parts), 415);
        let left = fs::read_dir(&app.state().pictures).expect("a folder").count();
        assert_eq!((left, app.state().entries().len()), (0, 0));
    });
}

#[test]
fn a_long_name_is_refused_and_a_full_disk_is_reported() {
    with_book(|app| {
        let client = TestClient::new(app);
        let long = "x".repeat(100_000);
        let refused = client.post("/login", &[("name", &*long), ("password", "friend")]).send();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            assert_eq!(disk_error(&kind.into()).status(), StatusCode::INSUFFICIENT_STORAGE);
        }
    });
}
