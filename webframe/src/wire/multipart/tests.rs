//! Tests of forms: their parts, or the reason of the refusal.

use proptest::prelude::*;

use super::*;

const LIMITS: PartLimits = PartLimits { parts_max: 3, head_bytes_max: 100 };

/// A part: name, file name, media type, content.
type Parsed = (String, Option<String>, Option<String>, Vec<u8>);

fn delimiter() -> Delimiter {
    Delimiter::from_content_type(b"multipart/form-data; boundary=b").unwrap()
}

fn parse(form: &[u8]) -> Result<Vec<Parsed>, Refusal> {
    let parts = parse_form(form, &delimiter(), &LIMITS)?;
    let described = |RawPart { head, content }: RawPart| {
        let bytes = form.get(content).expect("a part lies in its form");
        (head.name, head.file_name, head.media_type, bytes.to_vec())
    };
    Ok(parts.into_iter().map(described).collect())
}

/// Checks that the form has parts with these names and contents.
#[track_caller]
fn reads(form: &[u8], wanted: &[(&str, &str)]) {
    let parts = parse(form).unwrap_or_else(|refusal| panic!("{}: {refusal}", form.escape_ascii()));
    let parts: Vec<_> =
        parts.into_iter().map(|part| (part.0, String::from_utf8(part.3).unwrap())).collect();
    let parts: Vec<_> = parts.iter().map(|part| (part.0.as_str(), part.1.as_str())).collect();
    assert_eq!(parts, wanted, "{}", form.escape_ascii());
}

#[track_caller]
fn refuses(form: &[u8], fault: Fault, part: usize) {
    assert_eq!(parse(form), Err(Refusal { fault, part }), "{}", form.escape_ascii());
}

/// A form of one part with these field lines.
fn with_head(head: &str) -> Vec<u8> {
    format!("--b\r\n{head}\r\n\r\nx\r\n--b--\r\n").into_bytes()
}

#[track_caller]
fn head(head: &str) -> Parsed {
    parse(&with_head(head)).unwrap().pop().expect("a part")
}

#[track_caller]
fn refuses_head(head: &str, fault: Fault) {
    refuses(&with_head(head), fault, 1);
}

const A: &str = "Content-Disposition: form-data; name=\"a\"";

#[test]
fn reads_what_a_browser_sends() {
    let form = "--b\r\nContent-Disposition: form-data; name=\"word\"\r\n\r\n字典\r\n--b\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"d.txt\"\r\n\
        Content-Type: text/plain\r\n\r\n1\r\n\r\n--\r\n2\r\n\r\n--b--\r\n";
    let parts = parse(form.as_bytes()).unwrap();
    let word = ("word".to_owned(), None, None, "字典".as_bytes().to_vec());
    let (name, media_type) = (Some("d.txt".to_owned()), Some("text/plain".to_owned()));
    assert_eq!(
        parts,
        [word, ("file".to_owned(), name, media_type, b"1\r\n\r\n--\r\n2\r\n".to_vec())]
    );
}

#[test]
fn a_form_without_parts_is_its_last_delimiter() {
    for form in ["--b--\r\n", "--b--", "\r\n--b--", "x\r\n--b-- \t\r\nrest\r\n--b\r\n\r\n"] {
        reads(form.as_bytes(), &[]);
    }
}

#[test]
fn preamble_epilogue_and_padding_of_delimiters_are_ignored() {
    let form = format!(
        "--x\r\npre --b\r\n\r\n--b \t\r\n{A}\r\n\r\n1\r\n--b\t\r\n{A}\r\n\r\n\r\n--b-- \r\n--b\r\n"
    );
    reads(form.as_bytes(), &[("a", "1"), ("a", "")]);
}

#[test]
fn a_part_without_content_may_omit_the_empty_line_before_the_delimiter() {
    reads(format!("--b\r\n{A}\r\n\r\n--b--").as_bytes(), &[("a", "")]);
    reads(
        format!("--b\r\n{A}\r\n\r\n--b\r\n{A}\r\n\r\nx\r\n--b--").as_bytes(),
        &[("a", ""), ("a", "x")],
    );
}

#[test]
fn a_part_may_contain_almost_a_delimiter() {
    for content in ["\r\n", "\r\n--", "\n--b\r\n", "\r--b--", "x--b\r\n", "\r\n-b--", "\r\n--B"] {
        reads(format!("--b\r\n{A}\r\n\r\n{content}\r\n--b--").as_bytes(), &[("a", content)]);
    }
}

#[test]
fn a_form_without_its_last_delimiter_is_refused() {
    refuses(b"", Fault::NoDelimiter, 0);
    refuses(b"--a--\r\n --b--\n--b--", Fault::NoDelimiter, 0);
    refuses(b"--b\r\n", Fault::NoEnd, 1);
    refuses(format!("--b\r\n{A}\r\n\r\nx").as_bytes(), Fault::NoEnd, 1);
    refuses(format!("--b\r\n{A}\r\n\r\nx\n--b--").as_bytes(), Fault::NoEnd, 1);
    refuses(format!("--b\r\n{A}\r\n\r\nx\r\n--b\r\n{A}\r\n\r\n").as_bytes(), Fault::NoEnd, 2);
}

#[test]
fn a_delimiter_followed_by_other_bytes_is_refused() {
    for bad in
        ["--b", "--bb\r\n", "--b-", "--b\n", "--b\rx", "--b \n", "--b -- ", "--b--x", "--b--\n"]
    {
        refuses(bad.as_bytes(), Fault::Delimiter, 0);
        refuses(format!("--b\r\n{A}\r\n\r\nx\r\n{bad}").as_bytes(), Fault::Delimiter, 1);
    }
}

#[test]
fn a_delimiter_in_a_head_ends_its_part() {
    let delimiter = Delimiter::from_content_type(b"multipart/form-data; boundary=\"b:c\"").unwrap();
    let form = format!("--b:c\r\nx: y\r\n--b:c\r\n{A}\r\n\r\nx\r\n--b:c--");
    let refusal = Refusal { fault: Fault::HeadEnd, part: 1 };
    assert_eq!(parse_form(form.as_bytes(), &delimiter, &LIMITS), Err(refusal));
    let form = format!("--b:c\r\n--b:c\r\n{A}\r\n\r\nx\r\n--b:c--");
    assert_eq!(parse_form(form.as_bytes(), &delimiter, &LIMITS), Err(refusal));
}

#[test]
fn more_parts_than_allowed_are_refused() {
    let form = |parts| format!("{}--b--", format!("--b\r\n{A}\r\n\r\nx\r\n").repeat(parts));
    assert_eq!(parse(form(3).as_bytes()).unwrap().len(), 3);
    refuses(form(4).as_bytes(), Fault::TooManyParts(3), 0);
}

#[test]
fn a_head_as_long_as_allowed_is_read_and_a_longer_one_refused() {
    let filled = |bytes: usize| format!("{A}\r\nX: {}", "y".repeat(bytes - A.len() - 5));
    let (longest, longer) = (filled(100), filled(101));
    assert_eq!((longest.len(), head(&longest).0.as_str()), (100, "a"));
    refuses_head(&longer, Fault::HeadTooLong(100));
    reads(format!("--b\r\n{longest}\r\n\r\n--b--").as_bytes(), &[("a", "")]);
    refuses(format!("--b\r\n{longer}\r\n\r\n--b--").as_bytes(), Fault::HeadTooLong(100), 1);
    refuses(format!("--b\r\n{}\r\n--b--", "y".repeat(500)).as_bytes(), Fault::HeadTooLong(100), 1);
}

#[test]
fn a_head_that_breaks_the_grammar_is_refused() {
    for line in
        ["x", ": y", "x : y", " x: y", "x:\0", "x: a\nb", "x: a\rb", "x: \u{7f}", "é: x", "x y: z"]
    {
        refuses_head(&format!("{A}\r\n{line}"), Fault::Field);
        refuses_head(&format!("{line}\r\n{A}"), Fault::Field);
    }
    refuses_head(&format!("{A}\r\n folded: x"), Fault::Field);
    refuses(format!("--b\r\n{A}\r\n--b--").as_bytes(), Fault::HeadEnd, 1);
    refuses(b"--b\r\n\r\n--b--", Fault::NoDisposition, 1);
    refuses(b"--b\r\n\r\nx\r\n--b--", Fault::NoDisposition, 1);
    refuses_head("Content-Type: text/plain", Fault::NoDisposition);
}

#[test]
fn known_fields_must_be_unique_and_others_are_ignored() {
    refuses_head(&format!("{A}\r\n{A}"), Fault::TwoFields("Content-Disposition"));
    let types = "Content-Type: a/b\r\ncontent-TYPE: a/b";
    refuses_head(&format!("{types}\r\n{A}"), Fault::TwoFields("Content-Type"));
    assert_eq!(head(&format!("X: 1\r\nX: 2\r\n{A}\r\nContent-Length: 9")).3, b"x");
}

#[test]
fn a_part_with_a_transfer_encoding_is_refused() {
    for same in ["7bit", "8Bit", "binary"] {
        assert_eq!(head(&format!("{A}\r\nContent-Transfer-Encoding: {same}")).3, b"x");
    }
    for encoded in ["base64", "quoted-printable", ""] {
        let lines = format!("{A}\r\nContent-Transfer-Encoding: {encoded}");
        refuses_head(&lines, Fault::TransferEncoding);
    }
    assert_eq!(Fault::TransferEncoding.in_part(1).status(), 415);
}

#[test]
fn a_disposition_is_form_data_with_one_name() {
    for good in ["FORM-data;NAME=a", "form-data ; name=\"a\";", "form-data;x=y; name=a; x=z"] {
        assert_eq!(head(&format!("content-disposition:{good}")).0, "a", "{good}");
    }
    for (bad, fault) in [
        ("", Fault::Disposition),
        ("form-data", Fault::NoName),
        ("attachment; name=a", Fault::Disposition),
        ("form-data name=a", Fault::Disposition),
        ("form-data; filename=\"name=a\"", Fault::NoName),
        ("form-data; name*=a", Fault::Text("name")),
        ("form-data; name*=latin1''a", Fault::Text("name")),
        ("form-data; name*=utf-8''%ff", Fault::Text("name")),
        ("form-data; name*=utf-8''a; name*=utf-8''a", Fault::TwoParameters("name*")),
        ("form-data; name=a; Name=a", Fault::TwoParameters("name")),
        ("form-data; name=a; filename=a; filename=b", Fault::TwoParameters("filename")),
        ("form-data; name", Fault::Disposition),
        ("form-data; name=\"a", Fault::Disposition),
        ("form-data; name=\"a\\\\\"b\"", Fault::Disposition),
        ("form-data; name=字", Fault::Disposition),
    ] {
        refuses_head(&format!("Content-Disposition: {bad}"), fault);
    }
}

#[test]
fn a_name_is_written_as_browsers_write_it() {
    let name = |raw: &str| head(&format!("Content-Disposition: form-data; name=\"{raw}\"")).0;
    assert_eq!(name("a%22b%0D%0A%"), "a\"b\r\n%");
    assert_eq!(name("100%25 %0d%2"), "100%25 %0d%2");
    assert_eq!(name("字\\"), "字\\");
    assert_eq!(name(""), "");
    assert_eq!(head("Content-Disposition: form-data; name=a%22").0, "a%22");
}

#[test]
fn a_name_with_a_quote_is_read_as_go_reqwest_and_curl_write_it() {
    let name = |raw: &str| head(&format!("Content-Disposition: form-data; name=\"{raw}\"")).0;
    assert_eq!(name(r#"a\"b"#), "a\"b");
    assert_eq!(name(r"a\\b\c"), r"a\b\c");
    let file = format!(r#"{A}; filename="a\"b.txt""#);
    assert_eq!(head(&file).1.as_deref(), Some("a\"b.txt"));
}

#[test]
fn an_extended_name_is_read_when_the_plain_one_is_missing() {
    let both = |rest: &str| {
        let part = head(&format!("Content-Disposition: form-data; {rest}"));
        (part.0, part.1)
    };
    assert_eq!(both("name*=utf-8''%E6%96%87"), ("文".to_owned(), None));
    let file = Some("a b".to_owned());
    assert_eq!(both("name=a; filename*=UTF-8'en'x%2Fa%20b"), ("a".to_owned(), file.clone()));
    assert_eq!(both("name=a; filename*=\"UTF-8''x%2Fa%20b\""), ("a".to_owned(), file.clone()));
    let two = "name=a; name*=utf-8''b; filename=\"a b\"; filename*=utf-8''c";
    assert_eq!(both(two), ("a".to_owned(), file));
}

#[test]
fn names_that_are_encoded_words_are_decoded_as_dotnet_sends_them() {
    let both = |rest: &str| {
        let part = head(&format!("Content-Disposition: form-data; {rest}"));
        (part.0, part.1.unwrap_or_default())
    };
    let read = |name: &str, file: &str| (name.to_owned(), file.to_owned());
    let file = "filename=\"=?utf-8?B?5paH?=\"";
    assert_eq!(both(&format!("name=a; {file}; filename*=utf-8''%E6%96%87")), read("a", "文"));
    assert_eq!(both(&format!("name=\"=?utf-8?B?5a2X?=\"; {file}")), read("字", "文"));
    // No other form of escaping applies within an encoded word; a path is cut as in a plain name.
    assert_eq!(both("name=\"=?utf-8?Q?a%22?=\"").0, "a%22");
    assert_eq!(both("name=a; filename=\"=?utf-8?Q?../b?=\"").1, "b");
    refuses_head("Content-Disposition: form-data; name=\"=?utf-8?Q?=FF?=\"", Fault::Text("name"));
}

#[test]
fn a_file_name_is_never_a_path() {
    for (sent, expected) in [
        ("a.txt", "a.txt"),
        ("", ""),
        ("/etc/passwd", "passwd"),
        ("..\\..\\a b", "a b"),
        ("...", "..."),
        ("x%22/%0D", "\r"),
        // Only a file that was not chosen has an empty name.
        ("a/..", "a"),
        ("a/", "a"),
        ("a\\", "a"),
        ("b\\a/./", "a"),
        (".", "_"),
        ("..", "_"),
        ("../\\", "_"),
    ] {
        let disposition = format!("{A}; filename=\"{sent}\"");
        assert_eq!(head(&disposition).1.as_deref(), Some(expected), "{sent}");
    }
}

#[test]
fn names_that_are_not_utf_8_are_refused() {
    for (head, what) in [
        (&b"Content-Disposition: form-data; name=\"\xff\""[..], "name"),
        (b"Content-Type: \x80\r\nContent-Disposition: form-data; name=a", "Content-Type"),
    ] {
        let form = [b"--b\r\n", head, b"\r\n\r\n\xff\r\n--b--"].concat();
        refuses(&form, Fault::Text(what), 1);
    }
}

/// Old programs send the name of a file in GBK or Latin-1. The name is only shown, so the
/// form is accepted.
#[test]
fn a_file_name_in_another_encoding_does_not_refuse_the_form() {
    for (raw, shown) in [
        (&b"filename=\"\xd6\xd0.txt\""[..], "\u{fffd}\u{fffd}.txt"),
        (b"filename=\"caf\xe9\"", "caf\u{fffd}"),
        (b"filename=\"=?utf-8?Q?=FF?=\"", "\u{fffd}"),
        (b"filename*=iso-8859-1''caf%E9.txt", "caf\u{e9}.txt"),
        (b"filename*=gbk''%D6%D0.txt", "\u{fffd}\u{fffd}.txt"),
        (b"filename*=utf-8''%FF", "\u{fffd}"),
        (b"filename*=a.txt", "a.txt"),
    ] {
        let form = [b"--b\r\n", A.as_bytes(), b"; ", raw, b"\r\n\r\nx\r\n--b--"].concat();
        let mut parts = parse(&form).unwrap_or_else(|r| panic!("{}: {r}", form.escape_ascii()));
        let part = parts.pop().expect("a part");
        assert_eq!(part.1.as_deref(), Some(shown), "{}", raw.escape_ascii());
    }
}

#[test]
fn a_boundary_is_1_to_70_characters_and_comes_once() {
    let longest = "x".repeat(70);
    for (good, wanted) in [
        ("multipart/form-data;boundary=x", "x"),
        ("Multipart/Form-Data ; charset=utf-8; BOUNDARY=\"a b'()+_,-./:=?\" ;", "a b'()+_,-./:=?"),
        (&format!("multipart/form-data; boundary={longest}"), &longest),
    ] {
        let form = format!("--{wanted}--");
        let delimiter = Delimiter::from_content_type(good.as_bytes()).expect(good);
        assert_eq!(parse_form(form.as_bytes(), &delimiter, &LIMITS), Ok(Vec::new()), "{good}");
    }
    for (bad, fault) in [
        ("", Fault::NotMultipart),
        ("multipart/mixed; boundary=x", Fault::NotMultipart),
        ("application/x-www-form-urlencoded", Fault::NotMultipart),
        ("multipart/form-data", Fault::NoBoundary),
        ("multipart/form-data; boundary=x; boundary=x", Fault::TwoBoundaries),
        ("multipart/form-data; boundary=", Fault::Boundary),
        ("multipart/form-data; boundary=\"\"", Fault::Boundary),
        ("multipart/form-data; boundary=\"x \"", Fault::Boundary),
        ("multipart/form-data; boundary=\"x\\y\"", Fault::Boundary),
        ("multipart/form-data; boundary=x, multipart/form-data", Fault::Boundary),
        ("multipart/form-data; boundary=x*", Fault::Boundary),
        ("multipart/form-data; boundary=é", Fault::Boundary),
        (&format!("multipart/form-data; boundary=x{longest}"), Fault::Boundary),
    ] {
        let refusal = Delimiter::from_content_type(bad.as_bytes()).unwrap_err();
        assert_eq!(refusal, fault.of_form(), "{bad}");
        let status = if fault == Fault::NotMultipart { 415 } else { 400 };
        assert_eq!(refusal.status(), status);
    }
}

/// With a quadratic parser these tests would not end.
#[test]
fn hostile_forms_are_read_in_linear_time() {
    let boundary = "-".repeat(70);
    let delimiter = Delimiter::from_content_type(
        format!("multipart/form-data; boundary={boundary}").as_bytes(),
    );
    let limits = PartLimits { parts_max: usize::MAX, head_bytes_max: usize::MAX };
    let near = format!("\r\n--{}", &boundary[..69]).repeat(1 << 16);
    let dashes = format!("\r\n--{}", "-".repeat(1 << 22));
    let part = format!("--{boundary}\r\n{A}\r\n\r\n");
    let small = format!("{part}\r\n").repeat(1 << 16);
    let headless = format!("--{boundary}\r\n{A}{}", "\r\nX: y".repeat(1 << 20));
    for form in [near.clone(), part.clone() + &near, part + &dashes, dashes, small, headless] {
        assert!(parse_form(form.as_bytes(), delimiter.as_ref().unwrap(), &limits).is_err());
    }
}

proptest! {
    #[test]
    fn bytes_before_and_after_a_form_do_not_change_its_parts(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..20),
    ) {
        let form = pieces.concat();
        if let Ok(parts) = parse_form(form.as_bytes(), &delimiter(), &LIMITS) {
            let before = ["before\r\n", &form, "\r\nbehind"].concat();
            let contents = |form: &str, parts: Vec<RawPart>| -> Vec<_> {
                let content = |range| form.get(range).map(str::to_owned);
                parts.into_iter().map(|part| (part.head, content(part.content))).collect()
            };
            let again = parse_form(before.as_bytes(), &delimiter(), &LIMITS).unwrap();
            prop_assert_eq!(contents(&form, parts), contents(&before, again));
        }
    }
}

const PIECES: &[&str] = &["--b", "\r\n--b", "\r\n", "--", "\r\n\r\n", A, "x", "\n", " ", "--b\r\n"];
