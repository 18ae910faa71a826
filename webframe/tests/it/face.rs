//! What an app declares beside its handlers: methods, groups, names, probes, several apps.

use std::cell::RefCell;

use webframe::{
    App, Request, Response, Result, Slashes, TestClient, TestResponse, Urls,
    http::{Method, StatusCode},
    middleware::request_id,
    monitoring::{alive, ready},
};

use crate::engine::site::Site;

fn length(_: &(), request: &Request) -> Result<Response> {
    Ok(Response::text(format!("{} {}", request.method(), request.body()?.len())))
}

fn status(response: &TestResponse) -> u16 {
    response.status().as_u16()
}

#[test]
fn each_method_has_a_route_of_its_own() {
    let urls = Urls::new()
        .get("/one", length)
        .post("/one", length)
        .put("/one", length)
        .patch("/one", length)
        .delete("/one", length)
        .options("/one", length)
        .head("/two", |_, _| Ok(Response::new(StatusCode::IM_A_TEAPOT)))
        .get("/two", length)
        .on(&Method::from_bytes(b"PURGE").expect("a token"), "/one", length)
        .any("/any", length);
    let app = App::new(()).urls(urls);
    let client = TestClient::new(&app);
    let ask = |method: &str, path: &str| {
        let method = Method::from_bytes(method.as_bytes()).expect("a token");
        client.request(method, path).send()
    };
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"] {
        assert_eq!(ask(method, "/one").text(), format!("{method} 0"));
        assert_eq!(ask(method, "/any").text(), format!("{method} 0"));
    }
    assert_eq!(status(&ask("HEAD", "/one")), 200, "the handler of GET");
    assert_eq!(status(&ask("HEAD", "/two")), 418, "its own handler");
    assert_eq!(status(&ask("PURGE", "/two")), 405);
    assert_eq!(status(&ask("MOVE", "/two")), 501);
    assert_eq!(ask("POST", "/two").field("Allow"), Some("GET, HEAD, OPTIONS"));
}

#[test]
fn the_limit_of_a_group_is_that_of_its_routes_without_their_own() {
    let group = Urls::new()
        .post("/small", length)
        .default_body_limit(3)
        .post("/large", length)
        .body_limit(20_000_000);
    let app = App::new(()).urls(Urls::new().post("/other", length).nest("/g", group));
    let client = TestClient::new(&app);
    let post = |path: &str, bytes: usize| {
        status(&client.request(Method::POST, path).with_body(vec![b'x'; bytes]).send())
    };
    assert_eq!([post("/g/small", 3), post("/g/small", 4)], [200, 413]);
    assert_eq!([post("/g/large", 2 << 20), post("/other", 2 << 20)], [200, 413]);
    assert_eq!(post("/other", 1 << 20), 200);
}

#[test]
fn a_pattern_may_be_made_at_run_time_and_the_routes_can_be_listed() {
    let mut urls = Urls::new();
    for language in ["en", "zh"] {
        urls = urls.get(format!("/{language}/{{word}}"), |_: &(), request: &Request| {
            Ok(Response::text(request.param("word")?))
        });
        urls = urls.named(format!("word-{language}"));
    }
    let app = App::new(()).urls(urls.any("/", length).fallback(length));
    let client = TestClient::new(&app);
    assert_eq!(client.get("/zh/%E8%8B%B9").send().text(), "苹");
    assert_eq!(app.url("word-zh", ["苹"]).expect("a route"), "/zh/%E8%8B%B9");
    let listed = app.routes();
    let wanted = ["GET      /en/{word}", "GET      /zh/{word}", "any      /", "fallback /{*path}"];
    assert_eq!(listed, wanted);
    let redirecting = App::new(()).urls(Urls::new().get("/a", length).slashes(Slashes::Redirect));
    assert_eq!(redirecting.routes(), ["GET      /a"], "redirects are not listed");
}

#[test]
fn a_post_becomes_another_method_only_where_that_has_a_route() {
    let urls = Urls::new()
        .delete("/entry", length)
        .put("/entry", length)
        .get("/get", length)
        .post("/both", length)
        .delete("/both", length);
    let app = App::new(()).method_override().urls(urls);
    let client = TestClient::new(&app);
    let post = |target: &str, field: &str| {
        let request = client.request(Method::POST, target);
        request.with_field("X-HTTP-Method-Override", field).send().text().to_owned()
    };
    assert_eq!(client.request(Method::POST, "/entry?a&_method=PUT").send().text(), "PUT 0");
    assert_eq!(post("/entry", "DELETE"), "DELETE 0");
    assert_eq!(post("/both", "DELETE"), "POST 0", "a route for POST wins");
    for (target, field) in [("/entry", "PATCH"), ("/entry", "delete"), ("/get", "GET")] {
        assert!(post(target, field).starts_with("405 "), "{target} {field}");
    }
    let get = client.request(Method::GET, "/entry?_method=DELETE").send();
    assert_eq!(status(&get), 405, "a link deletes nothing");
    let off = App::new(()).urls(Urls::new().delete("/entry", length));
    let client = TestClient::new(&off);
    let refused = client.request(Method::POST, "/entry?_method=DELETE").send();
    assert_eq!(status(&refused), 405, "only if the app asks for it");
}

#[test]
fn probes_say_whether_the_app_is_alive_and_ready() {
    type Obstacles = Vec<&'static str>;
    let app = |obstacles: Obstacles| {
        let ready = ready(|obstacles: &Obstacles| obstacles.clone());
        App::new(obstacles).urls(Urls::new().get("/healthz", alive).get("/readyz", ready))
    };
    let (is_ready, is_not) = (app(Vec::new()), app(vec!["no database", "no words"]));
    let client = TestClient::new(&is_ready);
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = client.get(path).send();
        assert_eq!((status(&answer), answer.text()), (200, text));
        assert_eq!(answer.field("Cache-Control"), Some("no-store"));
    }
    let client = TestClient::new(&is_not);
    assert_eq!(status(&client.get("/healthz").send()), 200);
    let answer = client.get("/readyz").send();
    assert_eq!((status(&answer), answer.text()), (503, "no database\nno words\n"));
}

#[test]
fn two_apps_in_one_process_share_nothing() {
    let name = |name: &&'static str, request: &Request| {
        Ok(Response::text(format!("{name} {}", request.url("home", ())?)))
    };
    let one = Site::start("one", Urls::new().get("/", name).named("home"));
    let two = Site::start("two", Urls::new().get("/two", name).named("home"));
    assert_eq!((one.get("/").body, two.get("/two").body), ("one /".into(), "two /two".into()));
    assert_eq!((one.get("/two").status, two.get("/").status), (404, 404));
    drop(one);
    assert_eq!(two.get("/two").body, "two /two");
}

#[test]
fn each_response_has_the_number_of_its_request_errors_too() {
    let app = App::new(()).wrap(request_id).urls(Urls::new().get("/", length).quick());
    let client = TestClient::new(&app);
    let id = |path: &str| client.get(path).send().field("X-Request-Id").map(str::to_owned);
    let ids = [id("/"), id("/"), id("/nothing")];
    assert!(ids.iter().all(|id| id.as_ref().is_some_and(|id| id.len() == 12)), "{ids:?}");
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
}

/// The file in which a panic is reported.
fn place_of_panic(act: impl FnOnce()) -> String {
    thread_local!(static PLACE: RefCell<String> = RefCell::default());
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(|place| place.file().to_owned());
        PLACE.set(place.unwrap_or_default());
        before(panic);
    }));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
    assert!(result.is_err(), "it does not panic");
    PLACE.take()
}

#[test]
fn a_mistake_of_a_test_is_reported_at_the_line_of_the_test() {
    let app = App::new(()).urls(Urls::new().get("/", length));
    let client = TestClient::new(&app);
    let broken = App::new(()).urls(Urls::<()>::new().get("x", length));
    let here = |act: &dyn Fn()| assert_eq!(place_of_panic(act), file!());
    here(&|| drop(TestClient::new(&broken)));
    here(&|| drop(client.post("/", &7)));
    here(&|| drop(client.put("/").with_body("x").with_file("a", "b", b"")));
    here(&|| drop(client.get("/").subscribe()));
    here(&|| drop(client.get("/").connect()));
    here(&|| drop(client.get("/").send().json::<String>()));
}

#[test]
fn reading_a_form_that_was_sent_with_get_is_refused_with_the_place_of_its_fields() {
    fn read(_: &(), request: &Request) -> Result<Response> {
        let pairs: Vec<(String, String)> = request.form()?;
        Ok(Response::text(pairs.len().to_string()))
    }
    let app = App::new(()).urls(Urls::new().any("/", read));
    let client = TestClient::new(&app);
    let refused = client.get("/?a=b").send();
    assert_eq!(status(&refused), 415);
    assert!(refused.text().contains("sent with GET is in the query"), "{}", refused.text());
    assert!(!client.put("/").send().text().contains("GET"));
}
