//! Valid heads that do not reach the app: for other hosts, with too many cookies, or on a listener
//! that only redirects.

use webframe::{Address, Request, Response, Result, ServerSettings, TlsSettings, Urls};

use super::site::{Client, Site, settings};

fn hello(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::text("hello"))
}

fn urls() -> Urls<()> {
    Urls::new().get("/", hello).post("/", hello)
}

#[track_caller]
fn status(site: &Site, head: &str) -> u16 {
    let mut client = site.client();
    client.send(&format!("{head}\r\n\r\n"));
    client.answer().expect("an answer").status
}

#[test]
fn other_hosts_than_the_allowed_ones_are_not_served() {
    let allowed_hosts = vec!["dict.example".to_owned(), "[::1]".to_owned()];
    let site = Site::start_with(&ServerSettings { allowed_hosts, ..settings() }, (), urls());
    for head in [
        "GET / HTTP/1.1\r\nHost: dict.example",
        "GET / HTTP/1.1\r\nHost: DICT.example:8000",
        "GET / HTTP/1.1\r\nHost: [::1]:1",
        "GET http://dict.example/ HTTP/1.1\r\nHost: evil.example",
        "GET / HTTP/1.0",
    ] {
        assert_eq!(status(&site, head), 200, "{head:?}");
    }
    for head in [
        "GET / HTTP/1.1\r\nHost: evil.example",
        "GET / HTTP/1.1\r\nHost: dict.example.evil.example",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1",
        "GET http://evil.example/ HTTP/1.1\r\nHost: dict.example",
        "GET /none HTTP/1.0\r\nHost: evil.example",
    ] {
        assert_eq!(status(&site, head), 421, "{head:?}");
    }
}

#[test]
fn nothing_behind_a_request_for_another_host_is_answered() {
    let allowed_hosts = vec!["dict.example".to_owned()];
    let site = Site::start_with(&ServerSettings { allowed_hosts, ..settings() }, (), urls());
    let mut client = site.client();
    client.send(
        "POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 2\r\n\r\nhi\
         GET / HTTP/1.1\r\nHost: dict.example\r\n\r\n",
    );
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.closes()), (421, true));
    assert!(client.is_closed());
}

#[test]
fn a_head_request_for_another_host_gets_no_content() {
    let allowed_hosts = vec!["dict.example".to_owned()];
    let site = Site::start_with(&ServerSettings { allowed_hosts, ..settings() }, (), urls());
    let mut client = site.client();
    client.send("HEAD / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    let head = String::from_utf8(client.read_to_end()).expect("text");
    assert!(head.starts_with("HTTP/1.1 421 ") && head.ends_with("\r\n\r\n"), "{head}");
}

#[test]
fn any_number_of_cookies_from_neighbouring_sites_is_ignored() {
    let site = Site::start_with(&settings(), (), urls());
    let cookies: String = (0..1000).map(|i| format!("c{i}=1; ")).collect();
    let request = format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: {cookies}a=b");
    assert_eq!(status(&site, &request), 200);
}

fn redirecting(change: impl FnOnce(&mut ServerSettings)) -> (Site, Client) {
    let mut settings = ServerSettings {
        redirect_addresses: vec![Address::Tcp(([127, 0, 0, 1], 0).into())],
        public_url: Some("https://dict.example".to_owned()),
        ..settings()
    };
    change(&mut settings);
    let site = Site::start_with(&settings, (), urls());
    let client = Client::connect(site.redirects_at.expect("an address")).expect("it listens");
    (site, client)
}

#[test]
fn a_redirecting_listener_leads_only_to_the_public_url() {
    let (_site, mut client) = redirecting(|_| ());
    let answer = client.get("/word/%E8%AF%8D?page=2");
    assert_eq!(answer.status, 308);
    let place = "\r\nLocation: https://dict.example/word/%E8%AF%8D?page=2\r\n";
    assert!(answer.head.to_ascii_lowercase().contains(&place.to_ascii_lowercase()), "{answer:?}");
    assert!(!answer.closes());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.closes()), (308, true));
    assert!(client.is_closed());
}

#[test]
fn a_redirecting_listener_refuses_other_hosts_and_methods() {
    for request in
        ["GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"]
    {
        let (_site, mut client) =
            redirecting(|settings| settings.allowed_hosts = vec!["x".to_owned()]);
        client.send(request);
        let answer = client.answer().expect("an answer");
        assert_eq!((answer.status, answer.closes()), (400, true), "{request:?}");
    }
}

#[test]
fn a_redirect_without_a_target_is_reported_at_the_start() {
    let redirect_addresses = vec![Address::Tcp(([127, 0, 0, 1], 0).into())];
    let error = webframe::Server::bind(&ServerSettings { redirect_addresses, ..settings() })
        .expect_err("neither tls nor public_url");
    assert_eq!(error.to_string(), "redirect_addresses require tls or public_url");
}

#[test]
fn a_redirect_to_any_host_is_refused_at_the_start() {
    let redirect_addresses = vec![Address::Tcp(([127, 0, 0, 1], 0).into())];
    let file = std::path::PathBuf::from("not read");
    let tls = Some(TlsSettings { cert: file.clone(), key: file });
    let error = webframe::Server::bind(&ServerSettings { redirect_addresses, tls, ..settings() })
        .expect_err("neither public_url nor allowed_hosts");
    assert!(error.to_string().contains("would redirect to any host"), "{error}");
}

#[test]
fn a_redirect_has_the_security_fields() {
    let (_site, mut client) = redirecting(|_| ());
    let head = client.get("/").head.to_ascii_lowercase();
    for field in [
        "content-security-policy: default-src 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: same-origin",
    ] {
        assert!(head.contains(field), "{head}");
    }
}
