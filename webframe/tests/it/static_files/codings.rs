//! One file in several codings: compressed siblings on disk, and files compressed in memory.

use std::io::Read;

use webframe::{App, StaticFiles, TestClient, Urls, http::HeaderValue};

use super::{Site, TEXT, field};

#[test]
fn a_compressed_sibling_is_sent_if_it_is_preferred() {
    let site = Site::new();
    site.write("app.css", b"plain");
    site.write("app.css.br", b"as br");
    site.write("app.css.gz", b"as gzip");
    let get = |accept| site.get("app.css", &[("Accept-Encoding", accept)]);
    let plain = site.get("app.css", &[]);
    assert_eq!((plain.text(), plain.field("content-encoding")), ("plain", None));
    for (accept, coding) in
        [("gzip, br", "br"), ("br;q=0.5, gzip", "gzip"), ("br;q=0, gzip;q=0.1", "gzip")]
    {
        let coded = get(accept);
        assert_eq!(field(&coded, "content-encoding"), coding, "{accept}");
        assert_eq!(coded.text(), format!("as {coding}"));
        assert_eq!(field(&coded, "content-type"), "text/css; charset=utf-8");
        assert_ne!(field(&coded, "etag"), field(&plain, "etag"));
        let again = site.get(
            "app.css",
            &[("Accept-Encoding", accept), ("If-None-Match", field(&coded, "etag"))],
        );
        assert_eq!((again.status().as_u16(), field(&again, "vary")), (304, "accept-encoding"));
    }
    for accept in ["", "identity", "deflate, zstd", "br;q=0, gzip;q=0", "*;q=0"] {
        assert_eq!(get(accept).text(), "plain", "{accept}");
    }
    for answer in [&plain, &get("br")] {
        assert_eq!(field(answer, "vary"), "accept-encoding");
    }
}

#[test]
fn a_compressed_sibling_has_its_own_tag_and_ranges() {
    let site = Site::new();
    site.write("app.css", b"plain");
    site.write("app.css.gz", b"as gzip");
    // With its own name a sibling is an ordinary file.
    let itself = site.get("app.css.gz", &[("Accept-Encoding", "gzip")]);
    assert_eq!((itself.text(), itself.field("content-encoding")), ("as gzip", None));
    assert_eq!(field(&itself, "content-type"), "application/gzip");
    // A single range selects compressed bytes; several ranges do not.
    let part = site.get("app.css", &[("Accept-Encoding", "gzip"), ("Range", "bytes=3-")]);
    assert_eq!((part.status().as_u16(), part.text()), (206, "gzip"));
    let parts = site.get("app.css", &[("Accept-Encoding", "gzip"), ("Range", "bytes=0-0,2-2")]);
    assert_eq!((parts.status().as_u16(), parts.text()), (200, "as gzip"));
}

#[test]
fn a_sibling_outside_of_the_root_is_not_used() {
    let site = Site::new();
    site.link("../secret.txt", "file.txt.gz");
    let answer = site.get("file.txt", &[("Accept-Encoding", "gzip")]);
    assert_eq!((answer.text(), answer.field("content-encoding")), (TEXT, None));
}

#[test]
fn embedded_files_are_compressed_and_tagged_by_content() {
    let style: &'static str = "body { color: black; }\n".repeat(200).leak();
    let files = StaticFiles::embedded([
        ("css/style.css", style.as_bytes()),
        ("index.html", b"<p>hello"),
        ("app.0a1b2c3d.js", b"1"),
    ])
    .with_hashed_names()
    .with_cache_control(HeaderValue::from_static("max-age=60"));
    let app = App::new(()).urls(Urls::new().files("/s", files));
    let client = TestClient::new(&app);
    let get =
        |path: &str, accept: &str| client.get(path).with_field("Accept-Encoding", accept).send();
    let plain = get("/s/css/style.css", "");
    assert_eq!((plain.text(), field(&plain, "cache-control")), (style, "max-age=60"));
    let coded = get("/s/css/style.css", "gzip");
    let mut text = String::new();
    flate2::read::GzDecoder::new(coded.bytes()).read_to_string(&mut text).unwrap();
    assert_eq!((&*text, field(&coded, "content-encoding")), (style, "gzip"));
    assert!(field(&get("/s/app.0a1b2c3d.js", ""), "cache-control").contains("immutable"));
    assert_eq!(get("/s/", "").text(), "<p>hello");
    for path in ["/s/css", "/s/css/", "/s/css/none", "/s/style.css", "/s/css%2Fstyle.css"] {
        assert_eq!(get(path, "").status(), 404, "{path}");
    }
    let part = client.get("/s/css/style.css").with_field("Range", "bytes=0-3").send();
    assert_eq!((part.status().as_u16(), part.text()), (206, "body"));
}
