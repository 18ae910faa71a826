//! Conditional requests for files: 200, 304 or 412; and files that change while they are served.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    time::{Duration, SystemTime},
};

use webframe::http::HeaderValue;

use super::{CHANGED, Site, field};

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
        // Two fields are read as one list.
        let two = [("If-None-Match", "\"x\""), ("If-None-Match", etag)];
        assert_eq!(site.get(name, &two).status(), 304);
        // Two dates are invalid.
        let two = [("If-Modified-Since", CHANGED), ("If-Modified-Since", CHANGED)];
        assert_eq!(site.get(name, &two).status(), 200);
    }
    let nothing = site.get("no-such-file", &[("If-None-Match", "*")]);
    assert_eq!(nothing.status(), 404);
}

#[test]
fn a_file_with_a_hash_in_its_name_is_immutable() {
    let site = Site::with(|files| {
        files.with_hashed_names().with_cache_control(HeaderValue::from_static("max-age=60"))
    });
    site.write("app.1a2b3c4d.js", b"x");
    let forever = "public, max-age=31536000, immutable";
    assert_eq!(field(&site.get("app.1a2b3c4d.js", &[]), "cache-control"), forever);
    assert_eq!(field(&site.get("file.txt", &[]), "cache-control"), "max-age=60");
}

#[test]
fn a_name_that_only_looks_hashed_is_not_immutable() {
    let site = Site::new();
    site.write("invoice.20240101a.pdf", b"x");
    assert_eq!(field(&site.get("invoice.20240101a.pdf", &[]), "cache-control"), "no-cache");
}

#[test]
fn a_compressed_sibling_older_than_its_file_is_not_sent() {
    let site = Site::new();
    let root = site.directory.path().join("root");
    site.write("a.txt.gz", b"old");
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    let gz = fs::File::options().write(true).open(root.join("a.txt.gz")).expect("a file");
    gz.set_modified(long_ago).expect("a time");
    let plain = fs::File::create(root.join("a.txt")).expect("a file");
    plain.set_modified(long_ago + Duration::from_secs(60)).expect("a time");
    let answer = site.get("a.txt", &[("Accept-Encoding", "gzip")]);
    assert_eq!((answer.field("Content-Encoding"), answer.bytes()), (None, &b""[..]));
    gz.set_modified(long_ago + Duration::from_secs(60)).expect("a time");
    let site = Site { app: Site::app(&root), ..site };
    let answer = site.get("a.txt", &[("Accept-Encoding", "gzip")]);
    assert_eq!((answer.field("Content-Encoding"), answer.bytes()), (Some("gzip"), &b"old"[..]));
}

#[test]
fn a_compressed_svg_has_a_content_encoding() {
    let site = Site::new();
    site.write("map.svgz", b"\x1f\x8b...");
    let answer = site.get("map.svgz", &[]);
    assert_eq!(answer.field("Content-Type"), Some("image/svg+xml; charset=utf-8"));
    assert_eq!(answer.field("Content-Encoding"), Some("gzip"));
}

#[test]
fn a_change_of_a_file_changes_content_and_tag() {
    let site = Site::new();
    for name in ["file.txt", "big.bin"] {
        let before = site.get(name, &[]);
        let longer = [before.bytes(), b"more"].concat();
        site.write(name, &longer);
        // For a tenth of a second after the change, the old version of a small file may come from
        // memory. A mix of both versions is never sent.
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
fn a_large_file_of_the_same_length_and_time_is_another_version() {
    let site = Site::new();
    let before = site.get("big.bin", &[]);
    let tag = field(&before, "etag").to_owned();
    let other: Vec<u8> = before.bytes().iter().map(|byte| !byte).collect();
    site.write("big.bin", &other); // with the same modification time
    let after = site.get("big.bin", &[("If-None-Match", &tag)]);
    assert_eq!((after.status().as_u16(), after.bytes()), (200, &other[..]));
    assert_eq!(field(&after, "last-modified"), field(&before, "last-modified"));
    let part = site.get("big.bin", &[("Range", "bytes=0-1"), ("If-Range", &tag)]);
    assert_eq!(part.status().as_u16(), 200, "no part of another file");
}

#[test]
fn a_large_file_may_be_replaced_between_two_requests() {
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
