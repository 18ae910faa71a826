//! Tests of the table of routes and of the URLs of named routes.

use super::*;
use crate::{App, TestClient};

fn ok(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::default())
}

fn urls() -> Urls<()> {
    Urls::new()
        .get("/", ok)
        .get("/word/random", ok)
        .get("/word/{word}", ok)
        .post("/word/{word}/note", ok)
        .get("/static/{*path}", ok)
}

#[test]
fn a_literal_segment_wins_over_a_parameter_and_a_parameter_over_a_catch_all() {
    let table = Table::new(urls());
    let find = |path: &str| table.find(&Method::GET, path.as_bytes());
    assert_eq!(find("/"), RouteMatch::Route(0));
    assert_eq!(find("/word/random"), RouteMatch::Route(1));
    assert_eq!(find("/word/rand%6Fm"), RouteMatch::Route(1));
    assert_eq!(find("/word/and%2For"), RouteMatch::Route(2));
    assert_eq!(find("/static/a/b"), RouteMatch::Route(4));
    assert_eq!(find("/word"), RouteMatch::Nothing);
    assert_eq!(find("/word/"), RouteMatch::Nothing);
    assert_eq!(find("/word/a/b"), RouteMatch::Nothing);
}

#[test]
fn a_parameter_matches_if_the_literal_segment_leads_to_no_route() {
    let table = Table::new(urls());
    assert_eq!(table.find(&Method::POST, b"/word/random/note"), RouteMatch::Route(3));
}

#[test]
fn a_wrong_method_is_not_a_missing_route() {
    let table = Table::new(urls());
    assert_eq!(table.find(&Method::HEAD, b"/"), RouteMatch::Route(0));
    assert_eq!(table.find(&Method::POST, b"/"), RouteMatch::WrongMethod);
    assert_eq!(table.allowed(b"/word/x"), [Method::GET, Method::HEAD, Method::OPTIONS]);
    assert_eq!(table.allowed(b"/word/x/note"), [Method::OPTIONS, Method::POST]);
}

#[test]
fn all_mistakes_in_the_table_are_reported_and_name_the_route() {
    let nested = Urls::new().get("a", ok);
    let table = Table::new(
        urls()
            .get("/word/{other}", ok)
            .get("x", ok)
            .get("/{*a}/b", ok)
            .get("/a{b}", ok)
            .get("/{a}/{a}", ok)
            .get("/n", ok)
            .named("n")
            .get("/m", ok)
            .named("n")
            .fallback(ok)
            .fallback(ok)
            .nest("no-slash/", nested),
    );
    let mistakes = table.mistakes().join("\n");
    assert_eq!(table.mistakes().len(), 9, "{mistakes}");
    for part in [
        "GET /word/{other}: GET /word/{word} already answers the same requests",
        "GET a: a pattern begins with /",
        "nest \"no-slash/\": a prefix begins with / and ends without",
        "GET x: a pattern begins with /",
        "GET /{a}/{a}: two parameters have the name a",
        "GET /m: the name \"n\" belongs to /n already",
        "fallback /{*path}: the table has two fallbacks",
    ] {
        assert!(mistakes.contains(part), "{part} in {mistakes}");
    }
}

#[test]
fn a_pattern_of_another_framework_is_a_mistake_that_says_what_to_write() {
    let patterns = ["/u/:id", "/v/<id>", "/w/*", "/q?x=1", "/n/{id:int}", "/a/<id>/b"];
    for pattern in patterns {
        let table = Table::new(Urls::new().get(pattern, ok));
        assert_eq!(table.mistakes().len(), 1, "{pattern}");
    }
    let table = Table::new(Urls::new().nest("/v/<id>", Urls::new().get("/edit", ok)));
    assert_eq!(table.mistakes(), ["GET /v/<id>/edit: write {id} for a parameter"]);
}

#[test]
fn a_wrong_prefix_is_one_mistake_and_hides_no_other() {
    for prefix in ["b", "/b/", "b/", "/", ""] {
        let nested = Urls::new().get("/x", ok).get("/y/{}", ok).get("z", ok);
        let table = Table::new(Urls::new().nest(prefix, nested));
        let mistakes = table.mistakes().join("\n");
        assert_eq!(table.mistakes().len(), 3, "{mistakes}");
        for part in ["nest \"", "/y/{}: a parameter has no name", "GET z: a pattern begins with /"]
        {
            assert!(mistakes.contains(part), "{part} in {mistakes}");
        }
    }
    let table = Table::new(Urls::new().nest("/b", Urls::new().get("z", ok)));
    assert_eq!(table.mistakes(), ["GET z: a pattern begins with /"], "not /bz");
}

/// A handler that answers with its name, the parameter `id` if it has one, and its pattern.
fn handler_named(name: &'static str) -> impl Handler<()> {
    move |_: &(), request: &Request| {
        let id = request.param("id").unwrap_or_default();
        Ok(Response::text(format!("{name} {id} {}", request.pattern())))
    }
}

/// Asserts the status of each request and, if it is below 400, the body or the `Location`.
#[track_caller]
fn assert_responses(urls: Urls<()>, asked: &[(Method, &str, u16, &str)]) {
    let app = App::new(()).urls(urls);
    let client = TestClient::new(&app);
    for (method, path, status, text) in asked {
        let answer = client.request(method.clone(), path).send();
        let place = answer.field("Location").unwrap_or_default().to_owned();
        assert_eq!(answer.status().as_u16(), *status, "{method} {path}");
        let is_answer = answer.text() == *text || place == *text || *status >= 400;
        assert!(is_answer, "{method} {path}: {} {place}", answer.text());
    }
}

#[test]
fn a_nested_table_lies_below_its_prefix() {
    let entries = Urls::new()
        .get("/", handler_named("list"))
        .get("/{id}", handler_named("show"))
        .delete("/{id}", ok);
    assert_responses(
        Urls::new().nest("/a/entries", entries).get("/", handler_named("home")),
        &[
            (Method::GET, "/", 200, "home  /"),
            (Method::GET, "/a/entries", 200, "list  /a/entries"),
            (Method::GET, "/a/entries/7", 200, "show 7 /a/entries/{id}"),
            (Method::DELETE, "/a/entries/7", 200, ""),
            (Method::PUT, "/a/entries/7", 405, ""),
            (Method::GET, "/a/entries/", 404, ""),
            (Method::GET, "/a", 404, ""),
        ],
    );
}

#[test]
fn a_route_for_any_method_yields_to_routes_for_one() {
    let urls = Urls::new()
        .any("/{id}", handler_named("any"))
        .put("/{id}", handler_named("put"))
        .get("/g", handler_named("get"))
        .head("/g", handler_named("head"));
    let table = Table::new(urls);
    assert_eq!(table.find(&Method::POST, b"/x"), RouteMatch::Route(0));
    assert_eq!(table.find(&Method::PUT, b"/x"), RouteMatch::Route(1));
    assert_eq!(table.find(&Method::HEAD, b"/g"), RouteMatch::Route(3));
    assert_eq!(table.find(&Method::POST, b"/g"), RouteMatch::Route(0));
}

#[test]
fn all_blocking_marks_the_unmarked_routes_that_were_added_before_it() {
    let group = Urls::new().get("/a", ok).get("/b", ok).quick().all_blocking().get("/c", ok);
    let table = Table::new(Urls::new().nest("/g", group).get("/d", ok).blocking());
    let pace = |number| &table.route(number).expect("a route").pace;
    let blocks = |number| pace(number).is_marked() && pace(number).blocks();
    assert!(blocks(0) && blocks(3));
    assert!(pace(1).is_marked() && !pace(1).blocks());
    assert!(!pace(2).is_marked(), "it was added later");
}

/// The handlers are closures without argument types.
#[test]
fn the_last_mark_of_a_route_counts() {
    let urls = Urls::<()>::new()
        .get("/a", |_, _| Ok(Response::text("a")))
        .blocking_if(|_| true)
        .quick()
        .post("/{id}", |_, request| Ok(Response::text(request.param("id").unwrap_or_default())))
        .quick()
        .blocking_if(|_| true);
    let table = Table::new(urls);
    let route = |number| table.route(number).expect("a route");
    assert!(route(0).pace.is_marked() && route(0).blocking_if.is_none());
    assert!(!route(1).pace.is_marked() && route(1).blocking_if.is_some());
}

#[test]
fn a_mark_or_name_without_a_route_is_a_mistake() {
    let table = Table::new(Urls::<()>::new().blocking().quick().named("n").body_limit(1));
    let methods = ["blocking", "quick", "named", "body_limit"];
    let expected = methods.map(|method| format!("{method}: there is no route before it"));
    assert_eq!(table.mistakes(), expected);
}

#[test]
fn a_fallback_answers_its_subtree_but_not_a_wrong_method() {
    let inner = Urls::new().get("/known", handler_named("known")).fallback(handler_named("inner"));
    assert_responses(
        Urls::new().nest("/app", inner).get("/x/{id}", ok).fallback(handler_named("outer")),
        &[
            (Method::GET, "/app/known", 200, "known  /app/known"),
            (Method::GET, "/app/other/deep", 200, "inner  /app/{*path}"),
            (Method::GET, "/app", 200, "inner  /app/{*path}"),
            (Method::POST, "/app/known", 405, ""),
            (Method::GET, "/elsewhere", 200, "outer  /{*path}"),
            (Method::POST, "/x/1", 405, ""),
        ],
    );
}

#[test]
fn a_slash_at_the_end_is_strict_redirected_or_ignored() {
    let urls = || Urls::new().get("/a/{id}", handler_named("a")).get("/b/", handler_named("b"));
    assert_responses(urls(), &[(Method::GET, "/a/1/", 404, ""), (Method::GET, "/b", 404, "")]);
    assert_responses(
        urls().slashes(Slashes::Redirect),
        &[
            (Method::GET, "/a/1/?q=1", 308, "/a/1?q=1"),
            (Method::GET, "/b", 308, "/b/"),
            (Method::POST, "/b", 405, ""),
            (Method::GET, "/c", 404, ""),
        ],
    );
    assert_responses(
        urls().slashes(Slashes::Ignore),
        &[(Method::GET, "/a/1/", 200, "a 1 /a/{id}"), (Method::GET, "/b", 200, "b  /b/")],
    );
}

#[test]
fn a_slash_redirect_does_not_refuse_the_body_of_a_request() {
    let app = App::new(()).urls(Urls::new().post("/a", ok).slashes(Slashes::Redirect));
    let client = TestClient::new(&app);
    for bytes in [1, 100_000, 2 << 20] {
        let answer = client.request(Method::POST, "/a/").with_body(vec![b'x'; bytes]).send();
        assert_eq!((answer.status().as_u16(), answer.field("Location")), (308, Some("/a")));
    }
}

#[test]
fn a_slash_redirect_never_leads_to_another_host() {
    let urls = Urls::new().get("/{a}", ok).get("//evil.example/x", ok);
    assert_responses(
        urls.slashes(Slashes::Redirect),
        &[(Method::GET, "//evil.example/x/", 404, "")],
    );
}

#[test]
fn a_middleware_wraps_only_its_app_group_or_route() {
    fn mark(
        name: &'static str,
    ) -> impl Fn(&(), &Request, crate::Next<'_, ()>) -> Response + Send + Sync + 'static {
        move |_: &(), request: &Request, next: crate::Next<'_, ()>| {
            let inner = next.run(request);
            let text = String::from_utf8_lossy(inner.body().as_bytes().unwrap()).into_owned();
            inner.with_body(format!("{name}({text})").into())
        }
    }
    fn x(_: &(), _: &Request) -> Result<Response> {
        Ok(Response::text("x"))
    }
    let group = Urls::new()
        .wrap(mark("group"))
        .get("/1", x)
        .wrap_route(mark("route"))
        .get("/2", x)
        .wrap(mark("inner"));
    let app = App::new(()).wrap(mark("app")).urls(Urls::new().nest("/g", group).get("/3", x));
    let client = TestClient::new(&app);
    assert_eq!(client.get("/g/1").send().text(), "app(group(inner(route(x))))");
    assert_eq!(client.get("/g/2").send().text(), "app(group(inner(x)))");
    assert_eq!(client.get("/3").send().text(), "app(x)");
}
