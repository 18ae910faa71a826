//! Range requests for files.

use super::{CHANGED, Site, TEXT, big, field};

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
fn if_range_gives_a_part_only_of_the_same_version() {
    let site = Site::new();
    let whole = site.get("file.txt", &[]);
    let status = |value: &str| {
        site.get("file.txt", &[("Range", "bytes=0-1"), ("If-Range", value)]).status().as_u16()
    };
    assert_eq!(status(field(&whole, "etag")), 206);
    assert_eq!(status(&format!("W/{}", field(&whole, "etag"))), 200);
    assert_eq!(status("\"other\""), 200);
}

/// A file may be replaced by another one of the same date, as `cp -p` and `rsync -t` do: a download
/// that resumes by the date would get the end of another file.
#[test]
fn if_range_with_a_date_gives_the_whole_file() {
    let site = Site::new();
    for (name, bytes) in [("file.txt", TEXT.as_bytes().to_vec()), ("big.bin", big())] {
        let answer = site.get(name, &[("Range", "bytes=0-1"), ("If-Range", CHANGED)]);
        assert_eq!((answer.status().as_u16(), answer.bytes()), (200, &bytes[..]));
    }
}
