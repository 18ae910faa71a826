//! Static files from a directory and from the program, from request to answer.

use std::{
    fs,
    io::Read,
    os::unix::fs::{MetadataExt, symlink},
    path::Path,
    time::{Duration, SystemTime},
};

use tempfile::TempDir;
use webframe::{
    App, StaticFiles, TestClient, TestResponse, Urls,
    http::{HeaderValue, Method},
};

const CHANGED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const TEXT: &str = "0123456789abcdefghijklmnopqrstuvwxyz";

/// A directory `root` with files, and `secret.txt` beside it.
struct Site {
    directory: TempDir,
    app: App<()>,
}

impl Site {
    fn new() -> Site {
        Site::with(|files| files)
    }

    fn with(options: impl FnOnce(StaticFiles) -> StaticFiles) -> Site {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().join("root");
        fs::create_dir_all(root.join("sub")).expect("a file");
        write(&directory.path().join("secret.txt"), b"secret");
        write(&root.join("file.txt"), TEXT.as_bytes());
        write(&root.join("big.bin"), &big());
        let files = options(StaticFiles::dir(&root));
        let app = App::new(()).urls(Urls::new().get("/static/{*path}", files));
        Site { directory, app }
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        write(&self.directory.path().join("root").join(name), bytes);
    }

    fn link(&self, to: &str, name: &str) {
        symlink(to, self.directory.path().join("root").join(name)).expect("a file");
    }

    fn get(&self, name: &str, fields: &[(&str, &str)]) -> TestResponse {
        self.request(Method::GET, name, fields)
    }

    fn request(&self, method: Method, name: &str, fields: &[(&str, &str)]) -> TestResponse {
        let client = TestClient::new(&self.app);
        let mut request = client.request(method, &format!("/static/{name}"));
        for (name, value) in fields {
            request = request.with_field(name, value);
        }
        request.send()
    }

    #[track_caller]
    fn refuses(&self, name: &str) {
        let answer = self.get(name, &[]);
        assert_eq!(answer.status(), 404, "{name:?} gave {:?}", answer.text());
    }
}

/// Puts a file in place as a whole, as a deployment should.
fn write(path: &Path, bytes: &[u8]) {
    let new = path.with_file_name(".new");
    fs::write(&new, bytes).expect("a file");
    set_time(&new);
    fs::rename(new, path).expect("a file");
}

fn set_time(path: &Path) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    fs::File::options().write(true).open(path).expect("a file").set_modified(time).expect("a file");
}

/// Larger than what is kept in memory.
fn big() -> Vec<u8> {
    (0..100_000_u32).flat_map(u32::to_be_bytes).collect()
}

#[track_caller]
fn field<'a>(answer: &'a TestResponse, name: &str) -> &'a str {
    answer.field(name).unwrap_or_else(|| panic!("no {name} in {:?}", answer.fields()))
}

#[test]
fn a_file_comes_whole_with_all_that_a_cache_needs() {
    let site = Site::new();
    let answer = site.get("file.txt?v=1&x=/../..", &[]);
    assert_eq!((answer.status().as_u16(), answer.text()), (200, TEXT));
    assert_eq!(field(&answer, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(field(&answer, "last-modified"), CHANGED);
    assert_eq!(field(&answer, "accept-ranges"), "bytes");
    assert_eq!(field(&answer, "x-content-type-options"), "nosniff");
    assert_eq!(field(&answer, "cache-control"), "no-cache");
    assert!(field(&answer, "etag").starts_with('"'));
    assert_eq!(answer.field("vary"), None);
    let head = site.request(Method::HEAD, "file.txt", &[("Range", "bytes=0-1")]);
    assert_eq!((head.status().as_u16(), head.fields()), (200, answer.fields()));
}

#[test]
fn large_and_empty_files_come_exact() {
    let site = Site::new();
    assert_eq!(site.get("big.bin", &[]).bytes(), big());
    site.write("empty.txt", b"");
    let empty = site.get("empty.txt", &[]);
    assert_eq!((empty.status().as_u16(), empty.bytes()), (200, &b""[..]));
    assert_eq!(site.get("empty.txt", &[("Range", "bytes=0-")]).status(), 416);
}

#[test]
fn other_methods_are_told_what_is_allowed() {
    let site = Site::new();
    let answer = site.request(Method::POST, "file.txt", &[]);
    assert_eq!((answer.status().as_u16(), field(&answer, "allow")), (405, "GET, HEAD, OPTIONS"));
}

#[test]
fn conditions_decide_between_200_304_and_412() {
    let site = Site::new();
    for name in ["file.txt", "big.bin"] {
        let whole = site.get(name, &[]);
        let etag = field(&whole, "etag");
        let same = site.get(name, &[("If-None-Match", &format!("\"x\", W/{etag}"))]);
        assert_eq!((same.status().as_u16(), same.bytes()), (304, &b""[..]));
        for name in ["etag", "cache-control", "last-modified"] {
            assert_eq!(same.field(name), whole.field(name));
        }
        assert_eq!(same.field("content-type"), None);
        assert_eq!(site.get(name, &[("If-Modified-Since", CHANGED)]).status(), 304);
        assert_eq!(site.get(name, &[("If-Match", "\"x\"")]).status(), 412);
        assert_eq!(site.get(name, &[("If-Match", etag)]).status(), 200);
        // Two lines of a list are one list.
        let two = [("If-None-Match", "\"x\""), ("If-None-Match", etag)];
        assert_eq!(site.get(name, &two).status(), 304);
        // Two dates are none.
        let two = [("If-Modified-Since", CHANGED), ("If-Modified-Since", CHANGED)];
        assert_eq!(site.get(name, &two).status(), 200);
    }
    let nothing = site.get("no-such-file", &[("If-None-Match", "*")]);
    assert_eq!(nothing.status(), 404);
}

#[test]
fn one_range_is_a_206_of_small_and_large_files() {
    let site = Site::new();
    let part = site.get("file.txt", &[("Range", "bytes=10-12")]);
    assert_eq!((part.status().as_u16(), part.text()), (206, "abc"));
    assert_eq!(field(&part, "content-range"), "bytes 10-12/36");
    let whole = site.get("file.txt", &[]);
    for (name, value) in whole.fields() {
        assert_eq!(part.field(name.as_str()), value.to_str().ok());
    }
    let part = site.get("big.bin", &[("Range", "bytes=-4")]);
    assert_eq!((part.status().as_u16(), part.bytes()), (206, &99_999_u32.to_be_bytes()[..]));
    assert_eq!(field(&part, "content-range"), "bytes 399996-399999/400000");
    let beyond = site.get("big.bin", &[("Range", "bytes=400000-")]);
    assert_eq!(
        (beyond.status().as_u16(), field(&beyond, "content-range")),
        (416, "bytes */400000")
    );
}

#[test]
fn several_ranges_are_parts_in_order() {
    let site = Site::new();
    for (name, bytes) in [("file.txt", TEXT.as_bytes().to_vec()), ("big.bin", big())] {
        let answer = site.get(name, &[("Range", "bytes=20-24,0-4, 9999999-")]);
        assert_eq!((answer.status().as_u16(), answer.field("content-range")), (206, None));
        let boundary =
            field(&answer, "content-type").strip_prefix("multipart/byteranges; boundary=");
        let boundary = boundary.unwrap();
        let whole = site.get(name, &[]);
        let media_type = field(&whole, "content-type");
        let mut wanted = Vec::new();
        for (from, to) in [(20, 24), (0, 4)] {
            wanted.extend_from_slice(
                format!(
                    "\r\n--{boundary}\r\nContent-Type: {media_type}\r\n\
                     Content-Range: bytes {from}-{to}/{}\r\n\r\n",
                    bytes.len()
                )
                .as_bytes(),
            );
            wanted.extend_from_slice(&bytes[from..=to]);
        }
        wanted.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        assert_eq!(answer.bytes(), wanted);
    }
}

#[test]
fn a_thousand_ranges_are_the_whole_file() {
    let site = Site::new();
    let thousand = format!("bytes={}", "0-,".repeat(1000));
    let answer = site.get("file.txt", &[("Range", &thousand)]);
    assert_eq!((answer.status().as_u16(), answer.text()), (200, TEXT));
}

#[test]
fn if_range_gives_the_part_of_the_same_version_only() {
    let site = Site::new();
    let whole = site.get("file.txt", &[]);
    let status = |value: &str| {
        site.get("file.txt", &[("Range", "bytes=0-1"), ("If-Range", value)]).status().as_u16()
    };
    assert_eq!(status(field(&whole, "etag")), 206);
    assert_eq!(status(CHANGED), 206);
    assert_eq!(status(&format!("W/{}", field(&whole, "etag"))), 200);
    assert_eq!(status("\"other\""), 200);
}

#[test]
fn nothing_outside_the_root_and_nothing_hidden() {
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
fn links_lead_within_the_root_and_never_out_of_it() {
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
fn a_directory_is_its_index_behind_a_slash() {
    let site = Site::new();
    site.refuses("");
    site.refuses("sub/");
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
fn a_redirect_leads_to_no_other_host() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("evil.example")).unwrap();
    let app = App::new(()).urls(Urls::new().get("/{*all}", StaticFiles::dir(directory.path())));
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
fn a_listing_is_shown_when_asked_for_and_shows_nothing_hidden() {
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

#[test]
fn a_name_with_a_hash_is_kept_for_ever_and_others_as_set() {
    let site = Site::with(|files| files.with_cache_control(HeaderValue::from_static("max-age=60")));
    site.write("app.1a2b3c4d.js", b"x");
    let forever = "public, max-age=31536000, immutable";
    assert_eq!(field(&site.get("app.1a2b3c4d.js", &[]), "cache-control"), forever);
    assert_eq!(field(&site.get("file.txt", &[]), "cache-control"), "max-age=60");
}

#[test]
fn a_coded_sibling_is_sent_to_those_who_like_it_best() {
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
fn a_coded_sibling_has_parts_and_a_name_of_its_own() {
    let site = Site::new();
    site.write("app.css", b"plain");
    site.write("app.css.gz", b"as gzip");
    // By its own name it is what it is.
    let itself = site.get("app.css.gz", &[("Accept-Encoding", "gzip")]);
    assert_eq!((itself.text(), itself.field("content-encoding")), ("as gzip", None));
    assert_eq!(field(&itself, "content-type"), "application/gzip");
    // A part is one of the coded bytes; several parts of them are not.
    let part = site.get("app.css", &[("Accept-Encoding", "gzip"), ("Range", "bytes=3-")]);
    assert_eq!((part.status().as_u16(), part.text()), (206, "gzip"));
    let parts = site.get("app.css", &[("Accept-Encoding", "gzip"), ("Range", "bytes=0-0,2-2")]);
    assert_eq!((parts.status().as_u16(), parts.text()), (200, "as gzip"));
}

#[test]
fn a_sibling_that_leads_out_is_not_used() {
    let site = Site::new();
    site.link("../secret.txt", "file.txt.gz");
    let answer = site.get("file.txt", &[("Accept-Encoding", "gzip")]);
    assert_eq!((answer.text(), answer.field("content-encoding")), (TEXT, None));
}

#[test]
fn a_change_is_seen_in_content_and_tag() {
    let site = Site::new();
    for name in ["file.txt", "big.bin"] {
        let before = site.get(name, &[]);
        let longer = [before.bytes(), b"more"].concat();
        site.write(name, &longer);
        // Within a tenth of a second a small file may come from memory, but never half of each.
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        let after = loop {
            let now = site.get(name, &[]);
            if now.bytes() != before.bytes() {
                break now;
            }
            assert!(std::time::Instant::now() < deadline, "{name} never changed");
        };
        assert_eq!(after.bytes(), longer);
        assert_ne!(field(&after, "etag"), field(&before, "etag"));
        fs::remove_file(site.directory.path().join("root").join(name)).unwrap();
        while site.get(name, &[]).status() != 404 {
            assert!(std::time::Instant::now() < deadline, "{name} never went");
        }
    }
}

#[test]
fn a_large_file_that_was_looked_at_a_moment_ago_may_be_replaced() {
    let site = Site::new();
    let path = site.directory.path().join("root/big.bin");
    // Only a file that has not changed for some ticks of the clock is remembered.
    let file = fs::metadata(&path).expect("a file");
    let changed = Duration::new(file.ctime().unsigned_abs(), file.ctime_nsec() as u32);
    let remembered = SystemTime::UNIX_EPOCH + changed + Duration::from_millis(200);
    while SystemTime::now() < remembered {
        site.get("big.bin", &[]);
    }
    let before = site.get("big.bin", &[]);
    let longer = [before.bytes(), b"more"].concat();
    site.write("big.bin", &longer);
    let after = site.get("big.bin", &[]);
    assert_eq!((after.status().as_u16(), after.bytes()), (200, &longer[..]));
}

#[test]
fn embedded_files_are_compressed_and_tagged_by_content() {
    let style: &'static str = "body { color: black; }\n".repeat(200).leak();
    let files = StaticFiles::embedded([
        ("css/style.css", style.as_bytes()),
        ("index.html", b"<p>hello"),
        ("app.0a1b2c3d.js", b"1"),
    ])
    .with_cache_control(HeaderValue::from_static("max-age=60"));
    let app = App::new(()).urls(Urls::new().get("/s/{*path}", files));
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
    assert_eq!(field(&get("/s/css", ""), "location"), "/s/css/");
    for path in ["/s/css/", "/s/css/none", "/s/style.css", "/s/css%2Fstyle.css"] {
        assert_eq!(get(path, "").status(), 404, "{path}");
    }
    let part = client.get("/s/css/style.css").with_field("Range", "bytes=0-3").send();
    assert_eq!((part.status().as_u16(), part.text()), (206, "body"));
}
