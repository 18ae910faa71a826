//! Tests of the driver's verbs on a page that this file serves.

use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use super::driver::{Browser, Key, Profile, Scripts, decode_base64};
use super::wait_until;

const PAGE: &str = include_str!("../../data/browser/verbs.html");

/// A server of one page for the life of the test process. The page shows the request in `#asked`.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
    let address = listener.local_addr().expect("a listener has an address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A browser opens spare connections without a request, so each has its own thread.
            thread::spawn(move || answer(stream.expect("a browser connects")));
        }
    });
    format!("http://{address}")
}

fn answer(mut stream: TcpStream) {
    let reader = BufReader::new(stream.try_clone().expect("a socket can be shared"));
    let lines = reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let head: Vec<String> = lines.collect();
    if head.is_empty() {
        return;
    }
    let body = format!("{PAGE}<pre id=asked>{}</pre>", head.join("\n"));
    let length = body.len();
    let cookie = "Set-Cookie: token=abc; HttpOnly; SameSite=Lax; Path=/";
    let fields = format!(
        "Content-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n{cookie}"
    );
    // The browser may have closed the connection.
    let _ = write!(stream, "HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{body}");
}

fn complaint_of(work: impl FnOnce()) -> String {
    let payload = panic::catch_unwind(AssertUnwindSafe(work)).expect_err("the verb has to fail");
    payload.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_person_reads_types_clicks_and_waits() {
    let site = serve();
    let browser = Browser::start(Profile { languages: "zh-CN,zh", ..Profile::default() });
    browser.goto(&site);
    assert_eq!(browser.title(), "词典 one");
    assert_eq!(browser.texts("li"), ["first", "second 词"]);
    assert_eq!(browser.text("li:last-child"), "second 词");
    assert!(
        browser.text("#asked").contains("Accept-Language: zh-CN,zh;"),
        "{}",
        browser.text("#asked")
    );

    for key in [Key::Escape, Key::Up, Key::Down, Key::Tab] {
        browser.press(key);
    }
    assert_eq!(browser.text("#keys"), "Escape ArrowUp ArrowDown Tab");
    assert!(browser.exists("#late") && !browser.exists("#late b"));
    browser.click("li");
    browser.wait_for("#late b");

    assert_eq!(browser.attribute("#q", "name").as_deref(), Some("q"));
    assert_eq!(browser.attribute("#q", "disabled"), None);
    browser.fill("#q", "café 词");
    let typed = browser.script("return document.querySelector(arguments[0]).value", &[json!("#q")]);
    assert_eq!(typed, "café 词");
    browser.press(Key::Enter);
    browser.wait_for("#late:empty");
    assert_eq!(browser.current_url(), format!("{site}/search?q=caf%C3%A9+%E8%AF%8D"));
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn cookies_sizes_and_pictures_are_what_the_browser_has() {
    let site = serve();
    let browser = Browser::start(Profile::default());
    browser.goto(&site);
    let cookies = browser.cookies();
    assert_eq!(cookies.len(), 1);
    assert_eq!((&cookies[0]["value"], &cookies[0]["httpOnly"]), (&json!("abc"), &json!(true)));
    assert_eq!(cookies[0]["sameSite"], "Lax");

    browser.resize(600, 900);
    assert_eq!(browser.script("return [outerWidth, outerHeight]", &[]), json!([600, 900]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.png");
    browser.screenshot(&file);
    let picture = std::fs::read(&file).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.ends_with(b"IEND\xaeB\x60\x82"));
    assert_eq!(picture[16..20], 600_u32.to_be_bytes(), "the picture is as wide as the window");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_browser_without_scripts_can_be_driven() {
    let site = serve();
    let browser = Browser::start(Profile { scripts: Scripts::Off, ..Profile::default() });
    browser.goto(&site);
    browser.press(Key::Escape);
    assert_eq!(browser.text("#keys"), "");
    browser.fill("#q", "word");
    browser.click("button");
    let results = format!("{site}/search?q=word");
    wait_until("the results are shown", || browser.current_url() == results);
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_failed_verb_is_named_with_the_drivers_message() {
    let browser = Browser::start(Profile::default());
    browser.goto("data:text/html,<p>nothing</p>");
    let complaint = complaint_of(|| _ = browser.script("return none.such", &[]));
    assert!(complaint.starts_with("script return none.such: javascript error: "), "{complaint}");
    let complaint = complaint_of(|| browser.goto("no address"));
    assert!(complaint.starts_with("goto no address: invalid argument: "), "{complaint}");
    let complaint = complaint_of(|| browser.click("p["));
    assert!(complaint.starts_with("click p[: invalid selector: "), "{complaint}");
    let complaint = complaint_of(|| browser.click("#absent"));
    assert!(complaint.starts_with("click #absent: no such element: "), "{complaint}");
}

#[test]
fn pictures_are_decoded_byte_for_byte() {
    for (text, bytes) in
        [("", &b""[..]), ("Zg==", b"f"), ("Zm8=", b"fo"), ("Zm9v", b"foo"), ("+/8=", b"\xfb\xff")]
    {
        assert_eq!(decode_base64(text), bytes, "{text}");
    }
}
