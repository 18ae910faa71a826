//! Paths of requests lead to files and directories below the root, and never elsewhere.

use std::fs;

use webframe::{App, StaticFiles, TestClient, Urls};

use super::{Site, TEXT, field};

#[test]
fn files_outside_of_the_root_and_hidden_ones_are_not_served() {
    let site = Site::new();
    site.write(".hidden", b"hidden");
    fs::create_dir(site.directory.path().join("root/.git")).unwrap();
    site.write(".git/config", b"hidden");
    for name in [
        "..%2fsecret.txt",
        "%2e%2e%2fsecret.txt",
        "sub/..%2f..%2fsecret.txt",
        "..%5csecret.txt",
        "%252e%252e/secret.txt",
        "....//secret.txt",
        "..;/secret.txt",
        "%c0%ae%c0%ae/secret.txt",
        "/etc/passwd",
        "//etc/passwd",
        "%2fetc%2fpasswd",
        ".hidden",
        "%2ehidden",
        ".git/config",
        "sub/../.hidden",
        "file.txt/more",
        "file.txt/",
        "a+b.txt",
        "sub//x",
        "no-such-file.txt",
        "sub%2F",
        "%ff",
        "*",
    ] {
        site.refuses(name);
    }
    site.refuses(&"n".repeat(300));
    site.refuses(&"d/".repeat(3000));
}

#[test]
fn links_are_followed_only_within_the_root() {
    let site = Site::new();
    site.link("file.txt", "inner");
    site.link("../file.txt", "sub/up");
    assert_eq!(site.get("inner", &[]).text(), TEXT);
    assert_eq!(site.get("sub/up", &[]).text(), TEXT);
    site.write(".hidden", b"hidden");
    site.link("../secret.txt", "out.txt");
    site.link("/etc", "etc");
    site.link("..", "sub/above");
    site.link("../..", "parent");
    site.link(".hidden", "shown");
    site.link("loop", "loop");
    site.link("nowhere", "dangling");
    for name in [
        "out.txt",
        "etc/passwd",
        "etc/",
        "parent/secret.txt",
        "parent/root/file.txt",
        "shown",
        "loop",
        "dangling",
    ] {
        site.refuses(name);
    }
    assert_eq!(site.get("sub/above/file.txt", &[]).text(), TEXT);
}

#[test]
fn only_regular_files_are_served() {
    let site = Site::new();
    let socket = site.directory.path().join("root/socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    site.refuses("socket");
    let made =
        std::process::Command::new("mkfifo").arg(site.directory.path().join("root/pipe")).status();
    assert!(made.unwrap().success());
    site.refuses("pipe");
}

#[test]
fn a_directory_with_a_slash_is_its_index() {
    let site = Site::new();
    site.refuses("");
    site.refuses("sub/");
    site.refuses("sub"); // and no redirect to a page that is not there
    site.write("sub/index.html", b"<p>index");
    let index = site.get("sub/", &[]);
    assert_eq!(
        (index.text(), field(&index, "content-type")),
        ("<p>index", "text/html; charset=utf-8")
    );
    let moved = site.get("sub?a=b", &[]);
    assert_eq!((moved.status().as_u16(), field(&moved, "location")), (308, "/static/sub/?a=b"));
}

#[test]
fn a_redirect_never_leads_to_another_host() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("evil.example")).unwrap();
    fs::write(directory.path().join("evil.example/index.html"), "index").unwrap();
    let app = App::new(()).urls(Urls::new().files("/", StaticFiles::dir(directory.path())));
    let client = TestClient::new(&app);
    let plain = client.get("/evil.example").send();
    assert_eq!(field(&plain, "location"), "/evil.example/");
    for target in [
        "//evil.example",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "/.//evil.example",
        "///evil.example",
    ] {
        assert_eq!(client.get(target).send().status(), 404, "{target}");
    }
}

#[test]
fn a_shortened_listing_says_so_even_if_the_omitted_names_are_hidden() {
    let site = Site::with(StaticFiles::with_listing);
    let folder = site.directory.path().join("root/sub");
    for number in 0..=10_000 {
        fs::File::create(folder.join(format!(".{number}"))).expect("a file");
    }
    assert!(site.get("sub/", &[]).text().contains("and more"));
}

#[test]
fn a_listing_is_optional_and_shows_no_hidden_files() {
    let site = Site::with(StaticFiles::with_listing);
    site.write("sub/a<b>&c.txt", b"x");
    site.write("sub/.hidden", b"x");
    site.write("sub/javascript:x", b"x");
    site.link("../../secret.txt", "sub/out.txt");
    let page = site.get("sub/", &[]);
    assert_eq!(
        (page.status().as_u16(), field(&page, "content-type")),
        (200, "text/html; charset=utf-8")
    );
    let text = page.text();
    assert!(text.contains(">a&lt;b&gt;&amp;c.txt</a>"), "{text}");
    assert!(text.contains("a%3Cb%3E%26c.txt") && !text.contains("href=\"javascript"), "{text}");
    assert!(!text.contains("hidden") && !text.contains("out.txt"), "{text}");
    assert!(site.get("", &[]).text().contains(">sub&#x2f;</a>"));
}
