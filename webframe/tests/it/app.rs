//! How an app handles errors, middleware and values, tested with the test client.

use std::{
    io,
    num::ParseIntError,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use webframe::{App, Error, Next, Request, Response, Result, TestClient, Urls};

fn parse(_: &(), request: &Request) -> Result<Response> {
    let number: u8 = request.query_string().parse()?;
    Ok(Response::text(number.to_string()))
}

fn io_error(_: &(), _: &Request) -> Result<Response> {
    Err(io::Error::other("the disk is gone"))?
}

fn chosen(_: &(), request: &Request) -> Result<Response> {
    let cause = request.query_string().parse::<u8>().expect_err("no number");
    Err(Error::forbidden("no").with_cause(cause))
}

#[test]
fn an_error_of_any_type_is_a_500_unless_its_type_is_mapped() {
    let app = App::new(())
        .on_error(|_: &ParseIntError| Error::bad_request("not a number"))
        .urls(Urls::new().get("/parse", parse).get("/io", io_error).get("/chosen", chosen));
    let client = TestClient::new(&app);
    let status = |target| client.get(target).send().status().as_u16();
    assert_eq!(status("/parse?7"), 200);
    assert_eq!(status("/parse?x"), 400);
    assert_eq!(status("/io"), 500);
    assert_eq!(status("/chosen?x"), 403, "a status that the handler chose stays");
    let private = client.get("/io").send();
    assert!(!private.text().contains("disk"), "{}", private.text());
}

#[test]
fn a_compressed_body_is_refused_by_its_head() {
    let read = |_: &(), request: &Request| {
        let pairs: Vec<(String, String)> = match request.query_string() {
            "json" => request.json()?,
            "multipart" => request.multipart()?.fields()?,
            _ => request.form()?,
        };
        Ok(Response::text(format!("{pairs:?}")))
    };
    let app = App::new(()).urls(Urls::new().post("/", read));
    let client = TestClient::new(&app);
    for kind in ["form", "json", "multipart"] {
        let post = client.post(&format!("/?{kind}"), &[("a", "b")]);
        let refused = post.with_field("Content-Encoding", "gzip").send();
        assert_eq!(refused.status().as_u16(), 415);
        assert!(refused.text().contains("must not be compressed"), "{}", refused.text());
    }
    let plain = client.post("/", &[("a", "b")]).with_field("Content-Encoding", "identity").send();
    assert_eq!(plain.text(), "[(\"a\", \"b\")]");
}

/// Several fields are one list, and empty members are ignored (RFC 9110 §5.3, §5.6.1.2, §8.4).
#[test]
fn the_content_codings_of_all_fields_count() {
    let read = |_: &(), request: &Request| {
        let pairs: Vec<(String, String)> = request.form()?;
        Ok(Response::text(format!("{}", pairs.len())))
    };
    let app = App::new(()).urls(Urls::new().post("/", read));
    let client = TestClient::new(&app);
    for (codings, status) in [
        (&["identity", "gzip"][..], 415),
        (&["gzip", "identity"], 415),
        (&["", "br"], 415),
        (&["identity, gzip"], 415),
        (&["identity;q=1"], 415),
        (&[""], 200),
        (&["", "Identity"], 200),
        (&[", identity,\t,identity"], 200),
    ] {
        let mut post = client.post("/", &[("a", "b")]);
        for coding in codings {
            post = post.with_field("Content-Encoding", coding);
        }
        let answer = post.send();
        assert_eq!(answer.status().as_u16(), status, "{codings:?}");
    }
}

#[test]
fn a_body_with_two_media_types_is_refused() {
    let read = |_: &(), request: &Request| {
        let pairs: Vec<(String, String)> = match request.query_string() {
            "json" => request.json()?,
            "multipart" => request.multipart()?.fields()?,
            _ => request.form()?,
        };
        Ok(Response::text(format!("{}", pairs.len())))
    };
    let app = App::new(()).urls(Urls::new().post("/", read));
    let client = TestClient::new(&app);
    for (kind, media_type, body) in [
        ("form", "application/x-www-form-urlencoded", "a=b"),
        ("json", "application/json", "[]"),
        ("multipart", "multipart/form-data; boundary=b", "--b--"),
    ] {
        let post = client.request(http::Method::POST, &format!("/?{kind}")).with_body(body);
        let post = post.with_field("Content-Type", media_type);
        let refused = post.with_field("Content-Type", "text/plain").send();
        assert_eq!(refused.status().as_u16(), 400, "{kind}: {}", refused.text());
    }
}

#[test]
fn an_error_can_carry_a_response() {
    fn logged_in(request: &Request) -> Result<&str> {
        match request.cookie("user") {
            Some(user) => Ok(user),
            None => Err(Error::response(Response::see_other("/login")?)),
        }
    }
    fn page(_: &(), request: &Request) -> Result<Response> {
        let user = logged_in(request)?;
        Ok(Response::text(user.to_owned()))
    }
    fn guard(_: &(), request: &Request, next: Next<'_, ()>) -> Response {
        match logged_in(request) {
            Ok(_) => next.run(request),
            Err(error) => next.refuse(request, error),
        }
    }
    let urls = Urls::new().get("/", page).get("/guarded", page).wrap_route(guard);
    let app = App::new(()).error_page(|_, _, _| Response::text("an error page")).urls(urls);
    let client = TestClient::new(&app);
    for path in ["/", "/guarded"] {
        let answer = client.get(path).send();
        assert_eq!((answer.status().as_u16(), answer.field("Location")), (303, Some("/login")));
        assert_eq!(client.get(path).with_field("Cookie", "user=Ada").send().text(), "Ada");
    }
}

/// A value that counts its drops, and panics when it is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
        assert!(!std::thread::panicking());
        panic!("meant");
    }
}

#[test]
fn values_of_a_request_end_with_it_even_if_dropping_them_panics() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&dropped);
    let layer = move |_: &(), request: &Request, next: Next<'_, ()>| {
        request.put(Dropped(Arc::clone(&count)));
        next.run(request)
    };
    let handler = |_: &(), request: &Request| {
        let value = request.get::<Dropped>().map(|value| value.0.load(SeqCst));
        Ok(Response::text(format!("{value:?}")))
    };
    let app = App::new(()).wrap(layer).urls(Urls::new().get("/", handler));
    let client = TestClient::new(&app);
    assert_eq!(client.get("/").send().text(), "Some(0)");
    assert_eq!(client.get("/").send().text(), "Some(1)");
    assert_eq!(dropped.load(SeqCst), 2);
}

#[test]
#[should_panic(expected = "GET /a/{x: {x mixes text and a parameter; POST /b: POST /b already")]
fn the_test_client_reports_every_mistake_in_the_table() {
    let urls = Urls::new().get("/a/{x", parse).post("/b", parse).post("/b", io_error);
    drop(TestClient::new(&App::new(()).urls(urls)));
}

#[test]
fn an_address_that_is_none_is_reported_with_an_example() {
    let error = App::new(()).run_at("8000").expect_err("a port is no address").to_string();
    assert!(error.starts_with("invalid address \"8000\", expected one like 127.0.0.1:"), "{error}");
}
