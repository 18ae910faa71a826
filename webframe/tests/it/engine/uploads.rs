//! Forms with files over a connection: the handler sees the parts, or the form is refused.

use webframe::{Error, Limits, Request, Response, Result, ServerSettings, Urls, http::header};

use super::site::{Answer, Site, settings};

/// Returns each part on its own line.
fn list_parts(_: &(), request: &Request) -> Result<Response> {
    let form = request.multipart()?;
    let told = form.parts().map(|part| {
        let file = part.file_name().map(|name| format!(" of {name:?}")).unwrap_or_default();
        let bytes = part.bytes().escape_ascii();
        format!("{}{file}, {}: {bytes}\n", part.name(), part.media_type())
    });
    Ok(Response::text(told.collect::<String>()))
}

fn sum(_: &(), request: &Request) -> Result<Response> {
    let form = request.multipart()?;
    let files = form.all("file").map(|file| file.bytes().len().to_string());
    Ok(Response::text(files.collect::<Vec<_>>().join("+")))
}

fn keep(_: &(), request: &Request) -> Result<Response> {
    Ok(Response::text(request.body()?.len().to_string()))
}

fn site(limits: Limits) -> Site {
    let urls = Urls::new().post("/parts", list_parts).post("/sum", sum).post("/keep", keep);
    Site::start_with(&ServerSettings { limits, ..settings() }, (), urls)
}

const FIREFOX: &str = "multipart/form-data; boundary=----geckoformboundary5d1e";

fn firefox() -> String {
    [
        "------geckoformboundary5d1e\r\n",
        "Content-Disposition: form-data; name=\"title\"\r\n\r\n",
        "a \"new\" book\r\n",
        "------geckoformboundary5d1e\r\n",
        "Content-Disposition: form-data; name=\"the %22book%22\"; filename=\"books\\a.bin\"\r\n",
        "Content-Type: application/octet-stream\r\n\r\n",
        "\0\r\n--\r\n----geckoformboundary5d1e\r\n",
        "\r\n------geckoformboundary5d1e\r\n",
        "Content-Disposition: form-data; name=\"none\"; filename=\"\"\r\n",
        "Content-Type: application/octet-stream\r\n\r\n",
        "\r\n------geckoformboundary5d1e--\r\n",
    ]
    .concat()
}

const TOLD: &str = "title, text/plain: a \\\"new\\\" book\n\
    the \"book\" of \"a.bin\", application/octet-stream: \\x00\\r\\n--\\r\\n----geckoformboundary5d1e\\r\\n\n\
    none of \"\", application/octet-stream: \n";

fn request(path: &str, content_type: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn answer(site: &Site, content_type: &str, body: &str) -> Answer {
    let mut client = site.client();
    client.send(&request("/parts", content_type, body));
    client.answer().expect("an answer")
}

#[test]
fn a_handler_sees_the_parts_that_a_browser_sends() {
    let answer = answer(&site(Limits::default()), FIREFOX, &firefox());
    assert_eq!((answer.status, answer.body.as_str()), (200, TOLD));
}

#[test]
fn a_form_that_comes_byte_by_byte_or_in_chunks_is_the_same() {
    let site = site(Limits { body_memory_max: 40, ..Limits::default() });
    let mut client = site.client();
    for byte in request("/parts", FIREFOX, &firefox()).as_bytes() {
        client.send_bytes(&[*byte]);
    }
    assert_eq!(client.answer().expect("an answer").body, TOLD);
    let chunks: String = firefox().chars().map(|byte| format!("1\r\n{byte}\r\n")).collect();
    client.send(&format!(
        "POST /parts HTTP/1.1\r\nHost: x\r\nContent-Type: {FIREFOX}\r\n\
         Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"
    ));
    assert_eq!(client.answer().expect("an answer").body, TOLD);
}

#[test]
fn files_with_the_same_name_are_in_order_even_from_a_temporary_file() {
    let site = site(Limits::default());
    let part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n";
    let files = [0, 200_000, 300_000].map(|length| format!("{part}{}\r\n", "\r".repeat(length)));
    let mut client = site.client();
    let body = files.concat() + "--b--";
    client.send(&request("/sum", "multipart/form-data; boundary=b", &body));
    assert_eq!(client.answer().expect("an answer").body, "0+200000+300000");
}

#[test]
fn a_refused_form_names_the_part_and_the_limit_and_keeps_the_connection() {
    let limits = Limits { form_parts_max: 2, part_head_bytes_max: 150, ..Limits::default() };
    let site = site(Limits { body_bytes_max: 1000, ..limits });
    let refused = |content_type, body: &str, status, text: &str| {
        let mut client = site.client();
        client.send(&request("/parts", content_type, body));
        let answer = client.answer().expect("an answer");
        assert_eq!((answer.status, answer.closes()), (status, false), "{body}");
        assert!(answer.body.contains(text), "{} is not {text}", answer.body);
        client.send(&request("/parts", "multipart/form-data; boundary=b", "--b--"));
        assert_eq!(client.answer().expect("an answer").status, 200);
    };
    refused(FIREFOX, &firefox(), 400, "the form has more than 2 parts");
    let form = "multipart/form-data; boundary=b";
    let long = format!("--b\r\nX: {}\r\n\r\n\r\n--b--", "y".repeat(148));
    refused(form, &long, 400, "the head of part 1 is longer than 150 bytes");
    let nameless = "--b\r\nContent-Disposition: form-data\r\n\r\n\r\n--b--";
    refused(form, nameless, 400, "part 1 has no name");
    refused(form, "--b\r\n", 400, "the form ends in part 1, without its last delimiter");
    refused("multipart/form-data", "--b--", 400, "has no boundary");
    refused("application/x-www-form-urlencoded", "a=b", 415, "is sent as multipart/form-data");
    let twice = format!("{form}\r\nContent-Type: {form}");
    refused(&twice, "--b--", 400, "the form has two Content-Type fields");
}

#[test]
fn a_form_that_is_too_large_is_refused_before_it_is_read() {
    let site = site(Limits { body_bytes_max: 100, ..Limits::default() });
    assert_eq!(answer(&site, FIREFOX, &firefox()).status, 413);
}

#[test]
fn an_unwanted_body_is_dropped_or_refused_by_its_head() {
    let site = site(Limits { body_memory_max: 40, spool_bytes_max: 0, ..Limits::default() });
    let mut client = site.client();
    let small = "x".repeat(1_000); // larger than fits in memory, and no file may be made
    for (method, path, status) in [("GET", "/sum", 405), ("POST", "/nowhere", 404)] {
        client.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{small}"
        ));
        let answer = client.answer().expect("an answer");
        assert_eq!((answer.status, answer.closes()), (status, false));
    }
    client.send("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    let answer = client.answer().expect("an answer before any byte of the body");
    assert_eq!((answer.status, answer.closes()), (404, true));
}

#[test]
fn a_body_beyond_the_limit_of_temporary_files_is_answered_503() {
    let site = site(Limits { body_memory_max: 40, spool_bytes_max: 0, ..Limits::default() });
    for (length, status) in [(40, 200), (41, 503)] {
        let mut client = site.client();
        let body = "x".repeat(length);
        client.send(&format!(
            "POST /keep HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        assert_eq!(client.answer().expect("an answer").status, status);
    }
}

/// A route for those who have the key, and one with a check that panics.
fn checked_site() -> Site {
    let checked = |(): &(), request: &Request| match request.field(&header::AUTHORIZATION) {
        Some("key") => Ok(()),
        _ => Err(Error::forbidden("no key")),
    };
    let faulty = |(): &(), _: &Request| panic!("meant");
    let urls = Urls::new().post("/keep", keep).check_head(checked);
    Site::start((), urls.post("/faulty", keep).check_head(faulty))
}

#[test]
fn a_route_refuses_by_the_head_before_the_body_is_sent() {
    let site = checked_site();
    for (fields, closes) in [
        ("Content-Length: 1000000\r\nExpect: 100-continue", true),
        ("Content-Length: 5\r\nExpect: 100-continue", true),
        ("Content-Length: 1000000", true),
        ("Transfer-Encoding: chunked", true),
        ("Content-Length: 9000000000", true),
        ("Content-Length: 0", false),
    ] {
        let mut client = site.client();
        client.send(&format!("POST /keep HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n"));
        let answer = client.answer().expect("an answer before any byte of the body");
        assert_eq!((answer.status, answer.closes()), (403, closes), "{fields}");
        assert!(answer.body.contains("no key"), "{}", answer.body);
    }
    let mut client = site.client();
    client.send("POST /faulty HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    assert_eq!(client.answer().expect("an answer").status, 500);
}

#[test]
fn a_small_body_behind_a_refused_head_is_dropped_and_an_accepted_one_arrives() {
    let site = checked_site();
    let mut client = site.client();
    let length = "Host: x\r\nContent-Length: 5\r\n";
    for (key, status, body) in [("", 403, "no key"), ("key", 200, "5"), ("", 403, "no key")] {
        client.send(&format!("POST /keep HTTP/1.1\r\n{length}Authorization: {key}\r\n\r\nhello"));
        let answer = client.answer().expect("an answer");
        assert_eq!((answer.status, answer.closes()), (status, false));
        assert!(answer.body.contains(body), "{}", answer.body);
    }
    let expect = "Authorization: key\r\nExpect: 100-continue\r\n";
    client.send(&format!("POST /keep HTTP/1.1\r\n{length}{expect}\r\n"));
    assert_eq!(client.answer().expect("an interim answer").status, 100);
    client.send("hello");
    assert_eq!(client.answer().expect("an answer").body, "5");
}

/// The shard reuses the memory of a request, and its values must be gone by then.
#[test]
fn a_value_of_a_check_does_not_reach_another_request() {
    let checked = |(): &(), request: &Request| {
        request.put("a value of the check");
        Ok(())
    };
    let told = |(): &(), request: &Request| Ok(Response::text(*request.get().unwrap_or(&"none")));
    let urls = Urls::new().post("/checked", told).check_head(checked).get("/", told);
    let site = Site::start_with(&ServerSettings { shards: 1, ..settings() }, (), urls);
    let mut refused = site.client();
    refused.send("POST /checked HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000\r\n\r\n");
    assert_eq!(refused.answer().expect("an answer").status, 413);
    assert_eq!(site.get("/").body, "none");
}
