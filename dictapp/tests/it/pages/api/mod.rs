//! Tests of the JSON API as programs use it.

mod document;
mod refusals;

use std::process::Command;

use serde_json::{Value, json};

use crate::pages::admin::with_role;
use crate::pages::client::{Answer, PASSWORD, Person};
use crate::pages::site::Site;

/// A program with a token, or without one.
struct Program<'s> {
    person: Person<'s>,
    token: Option<String>,
}

impl<'s> Program<'s> {
    fn new(site: &'s Site) -> Program<'s> {
        Program { person: Person::new(site), token: None }
    }

    /// A program with the token of a user that it registers.
    #[track_caller]
    fn registered(site: &'s Site, name: &str) -> Program<'s> {
        let answer = Program::new(site).send(
            "POST",
            "/api/v1/accounts",
            &json!({ "name": name, "password": PASSWORD }),
        );
        Program::with_token(site, token(&answer))
    }

    fn with_token(site: &'s Site, token: String) -> Program<'s> {
        Program { person: Person::new(site), token: Some(token) }
    }

    #[track_caller]
    fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, None)
    }

    #[track_caller]
    fn delete(&self, target: &str) -> Answer {
        self.ask("DELETE", target, None)
    }

    #[track_caller]
    fn send(&self, method: &str, target: &str, body: &Value) -> Answer {
        self.ask(method, target, Some(body))
    }

    #[track_caller]
    fn ask(&self, method: &str, target: &str, body: Option<&Value>) -> Answer {
        let authorization = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let fields = authorization.iter().map(|field| ("Authorization", field.as_str()));
        let body = body.map(Value::to_string);
        let body = body.as_deref().map(|body| ("application/json", body));
        self.person.send(method, target, &fields.collect::<Vec<_>>(), body)
    }
}

#[track_caller]
fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// Makes a token on the account page.
#[track_caller]
fn made(person: &Person<'_>, scopes: &[&str]) -> String {
    let form_token = person.get("/account").form_token();
    let mut form = vec![("form_token", &*form_token), ("token_name", "a script")];
    form.extend(scopes.iter().map(|scope| (*scope, "1")));
    let page = person.post("/account/tokens", &form);
    assert_eq!(page.status, 200, "{page:?}");
    let (_, rest) = page.body.split_once("id=\"token\">").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[test]
fn an_entry_is_json_and_an_unknown_word_is_a_problem_with_near_words() {
    let site = Site::start();
    let program = Program::new(&site);
    let entry = program.get("/api/v1/words/went");
    entry.assert_has(200, &["\"found_by\":\"inflection\"", "\"word\":\"go\"", "\"gloss\":"]);
    let problem = program.get("/api/v1/words/recieve");
    problem.assert_has(404, &["\"status\":404", "\"near\":[", "\"word\":\"receive\""]);
    assert_eq!(problem.field("content-type"), Some("application/problem+json"));
    let long = format!("/api/v1/words/{}", "a".repeat(300));
    program.get(&long).assert_has(400, &["\"status\":400", "\"detail\":\"word: "]);
    program
        .get("/api/v1/nothing")
        .assert_has(404, &["\"title\":\"Not Found\"", "nothing at /api/v1/nothing"]);
    let answer = program.send("PUT", "/api/v1/books", &Value::Null);
    answer.assert_has(405, &["/api/v1/books does not accept PUT"]);
}

#[test]
fn answers_of_the_api_are_attachments() {
    let site = Site::start();
    let program = Program::new(&site);
    for path in ["/api/v1/words/went", "/api/v1/words/recieve", "/api/v1/nothing"] {
        let name = Some("attachment; filename=\"api.json\"");
        assert_eq!(program.get(path).field("content-disposition"), name, "{path}");
    }
    let guide = program.get("/api");
    assert_eq!((guide.status, guide.field("content-disposition")), (200, None));
}

#[test]
fn words_are_suggested_and_searched_page_by_page() {
    let site = Site::start();
    let program = Program::new(&site);
    program.get("/api/v1/suggest?q=appl&limit=3").assert_has(200, &["\"word\":\"apple\""]);
    program.get("/api/v1/search?q=a*").assert_has(200, &["\"kind\":\"pattern\"", "\"next\":2"]);
    program.get("/api/v1/search?q=%E8%8B%B9%E6%9E%9C").assert_has(200, &["\"word\":\"apple\""]);
    program.get("/api/v1/search?q=%2F(%2F").assert_has(400, &["\"detail\":\"q: "]);
    program.get("/api/v1/search?cursor=x").assert_has(400, &["\"status\":400"]);
    program.get("/api/v1/books").assert_has(200, &["\"name\":\"en-zh\""]);
    program.get("/api/v1/openapi.json").assert_has(200, &["\"/api/v1/words/{word}\""]);
}

#[test]
fn a_site_closed_to_guests_is_closed_to_programs_without_a_token() {
    let site = Site::start_with(&["dictionary.lookup_requires_login=true"]);
    let refused = Program::new(&site).get("/api/v1/words/apple");
    refused.assert_has(401, &["\"status\":401"]);
    assert_eq!(refused.field("www-authenticate"), Some("Bearer realm=\"dictapp\""));
    let program = Program::registered(&site, "Levi");
    let entry = program.get("/api/v1/words/apple");
    entry.assert_has(200, &["\"recorded\":true"]);
    assert_eq!(entry.field("cache-control"), Some("private, no-cache"));
    let person = Person::registered(&site, "Mia");
    person.get("/api/v1/words/apple").assert_has(200, &["\"word\":\"apple\""]);
    person.get("/history").assert_has_not(&[">apple<"]);
}

#[test]
fn a_program_registers_logs_in_and_ends_its_session() {
    let site = Site::start();
    let guest = Program::new(&site);
    let levi = json!({ "name": "Levi", "password": PASSWORD });
    let registered = Program::registered(&site, "Levi");
    registered.get("/api/v1/account").assert_has(200, &["\"name\":\"Levi\"", "\"role\":\"user\""]);
    guest.send("POST", "/api/v1/accounts", &levi).assert_has(409, &["the name is taken"]);
    let short = json!({ "name": "Mia", "password": "short" });
    guest.send("POST", "/api/v1/accounts", &short).assert_has(422, &["\"field\":\"password\""]);
    let wrong = json!({ "name": "Levi", "password": "wrong horse" });
    guest.send("POST", "/api/v1/sessions", &wrong).assert_has(401, &["is wrong"]);
    let answer = guest.send("POST", "/api/v1/sessions", &levi);
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    let program = Program::with_token(&site, token(&answer));
    assert_eq!(program.delete("/api/v1/sessions/current").status, 204);
    program.get("/api/v1/account").assert_has(401, &["the token is not valid"]);
    assert_eq!(registered.get("/api/v1/account").status, 200, "another session goes on");
    let form = guest.person.post("/api/v1/sessions", &[("name", "Levi")]);
    form.assert_has(415, &["\"status\":415"]);
    guest.get("/api/v1/sessions").assert_has(405, &["\"status\":405"]);
}

#[test]
fn failed_log_ins_of_programs_and_of_pages_count_together() {
    let site = Site::start_with(&["accounts.login_failures_max=3"]);
    let guest = Program::new(&site);
    let wrong = json!({ "name": "Levi", "password": "wrong horse" });
    guest.send("POST", "/api/v1/sessions", &wrong).assert_has(401, &[]);
    Person::new(&site).submit("/login", &[("name", "Levi"), ("password", "wrong horse")]);
    guest.send("POST", "/api/v1/sessions", &wrong).assert_has(401, &[]);
    let refused = guest.send("POST", "/api/v1/sessions", &wrong);
    refused.assert_has(429, &["\"status\":429"]);
    assert!(refused.field("retry-after").is_some());
}

#[test]
fn look_ups_with_the_scope_history_are_recorded_listed_by_pages_and_deleted() {
    let site = Site::start();
    let program = Program::registered(&site, "Levi");
    for word in ["apple", "banana", "cherry", "nosuchword"] {
        program.get(&format!("/api/v1/words/{word}"));
    }
    let first = program.get("/api/v1/history?limit=3").json();
    let words = |page: &Value| -> Vec<String> {
        let rows = page["rows"].as_array().unwrap().iter();
        rows.map(|row| row["word"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(words(&first), ["nosuchword", "cherry", "banana"]);
    assert_eq!(
        (&first["rows"][0]["name"], &first["rows"][0]["found"]),
        (&json!("Levi"), &json!(false))
    );
    let second = program.get(&format!("/api/v1/history?limit=3&cursor={}", first["next"])).json();
    assert_eq!((words(&second), &second["next"]), (vec!["apple".to_owned()], &Value::Null));
    program.get("/api/v1/history?limit=0").assert_has(400, &["from 1 to 1000"]);
    assert_eq!(program.delete("/api/v1/history").status, 204);
    program.get("/api/v1/history").assert_has(200, &["\"rows\":[]"]);
}

#[test]
fn a_token_is_shown_once_allows_what_was_ticked_and_is_revoked() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let token = made(&person, &["read"]);
    let page = person.get("/account");
    page.assert_has(200, &["a script", "<td>Look words up</td>"]);
    page.assert_has_not(&[&token]);
    let program = Program::with_token(&site, token);
    let entry = program.get("/api/v1/words/apple").json();
    assert_eq!(entry["recorded"], Value::Null, "without the scope history");
    program.get("/api/v1/history").assert_has(403, &["the scope history"]);
    program.get("/api/v1/accounts").assert_has(403, &["the scope admin"]);
    let (_, rest) = page.body.split_once("name=\"revoke\" value=\"").unwrap();
    let id = rest.split_once('"').unwrap().0;
    let form = [("form_token", &*page.form_token()), ("revoke", id)];
    assert_eq!(
        person.post("/account/tokens", &form).redirect_target("/account?done"),
        "/account?done"
    );
    program.get("/api/v1/account").assert_has(401, &[]);
    person.get("/account").assert_has(200, &["Revoked an API token"]);
    let session = Program::with_token(&site, made(&person, &["read", "history"]));
    assert_eq!(session.delete("/api/v1/sessions/current").status, 204, "revokes itself");
    session.get("/api/v1/account").assert_has(401, &[]);
    let form = [("form_token", &*page.form_token()), ("token_name", "x"), ("admin", "1")];
    person.post("/account/tokens", &form).assert_has(422, &["at least one permission"]);
}

#[test]
fn words_are_saved_reviewed_and_removed() {
    let site = Site::start();
    let program = Program::registered(&site, "Levi");
    let text = json!({ "note": "a fruit", "list": "food" });
    let saved = program.send("PUT", "/api/v1/wordbook/apple", &text);
    saved.assert_has(201, &["\"note\":\"a fruit\"", "\"reviews\":0"]);
    let again = program.send("PUT", "/api/v1/wordbook/apple", &json!({ "note": "red" }));
    again.assert_has(200, &["\"note\":\"red\"", "\"list\":\"\""]);
    program
        .get("/api/v1/wordbook?limit=1")
        .assert_has(200, &["\"word\":\"apple\"", "\"next\":null"]);
    let card = program.get("/api/v1/review").json();
    assert_eq!((&card["card"]["word"], &card["due"]), (&json!("apple"), &json!(1)));
    let answer = json!({ "word": "apple", "seen": card["card"]["seen"], "grade": 3 });
    assert_eq!(program.send("POST", "/api/v1/review", &answer).status, 204);
    program.send("POST", "/api/v1/review", &answer).assert_has(409, &["was reviewed since"]);
    let wrong = json!({ "word": "apple", "seen": 1, "grade": 5 });
    program.send("POST", "/api/v1/review", &wrong).assert_has(422, &["\"field\":\"grade\""]);
    program.delete("/api/v1/review").assert_has(200, &["{\"word\":\"apple\"}"]);
    program.delete("/api/v1/review").assert_has(200, &["{\"word\":null}"]);
    assert_eq!(program.delete("/api/v1/wordbook/apple").status, 204);
    program.get("/api/v1/wordbook/apple").assert_has(404, &["not in the word book"]);
}

#[test]
fn administrators_list_block_and_promote_users_by_a_token_for_it() {
    let site = Site::start();
    let (boss, levi) = (with_role(&site, "Boss", "admin"), Program::registered(&site, "Levi"));
    let admin = Program::with_token(&site, made(&boss, &["admin"]));
    admin.get("/api/v1/accounts").assert_has(200, &["\"name\":\"Levi\"", "\"role\":\"admin\""]);
    let block = json!({ "disabled": true });
    admin.send("PATCH", "/api/v1/accounts/Levi", &block).assert_has(200, &["\"disabled\":true"]);
    levi.get("/api/v1/account").assert_has(401, &[]);
    let last = json!({ "role": "user" });
    admin.send("PATCH", "/api/v1/accounts/Boss", &last).assert_has(409, &["only administrator"]);
    admin.send("PATCH", "/api/v1/accounts/Nobody", &last).assert_has(404, &["no such user"]);
}

#[test]
fn a_known_entry_is_a_304_and_responses_have_the_remaining_quota() {
    let site = Site::start_with(&["api.requests_per_minute_max=3"]);
    let program = Program::new(&site);
    let entry = program.get("/api/v1/words/apple");
    let tag = entry.field("etag").unwrap();
    let known = program.person.get_with("/api/v1/words/apple", &[("If-None-Match", tag)]);
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    assert_eq!(known.field("ratelimit-policy"), Some("\"network\";q=3;w=60"));
    assert!(known.field("ratelimit").unwrap().starts_with("\"network\";r=1;t="));
    program.get("/api/v1/books");
    let refused = program.get("/api/v1/books");
    refused.assert_has(429, &["\"status\":429"]);
    assert!(refused.field("retry-after").is_some());
    assert_eq!(program.person.get("/word/apple").status, 200, "pages have no such limit");
}

#[test]
fn the_examples_of_the_page_about_the_api_work_when_they_are_pasted() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let token = made(&person, &["read", "history"]);
    let page = person.get("/api");
    assert_eq!(page.status, 200, "{page:?}");
    let examples = page.body.split("<pre class=\"example\"").skip(1).map(|rest| {
        let (_, rest) = rest.split_once("<code class=\"to-copy\">").unwrap();
        let text = rest.split_once("</code>").unwrap().0;
        text.replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#38;", "&")
            .replace("&amp;", "&")
    });
    let examples: Vec<String> = examples.collect();
    assert_eq!(examples.len(), 8, "{examples:?}");
    for example in &examples {
        let fails = example.replacen("curl", "curl --silent --show-error --fail", 1);
        let shell = Command::new("sh").args(["-c", &fails]).env("TOKEN", &token).output().unwrap();
        assert!(shell.status.success(), "{example}: {shell:?}");
        let is_json = serde_json::from_slice::<Value>(&shell.stdout).is_ok();
        assert!(is_json || example.contains("DELETE"), "{example}: {shell:?}");
    }
    Person::who_reads(&site, "zh").get("/api").assert_has(200, &["需要令牌"]);
}

#[test]
fn an_unnamed_proxy_is_reported_by_log_ins_of_programs_too() {
    let site = Site::start();
    let form = ("application/json", "{\"name\":\"Levi\",\"password\":\"x\"}");
    let fields = [("Forwarded", "for=192.0.2.7;proto=https")];
    let answer = Person::new(&site).send("POST", "/api/v1/sessions", &fields, Some(form));
    assert_eq!(answer.status, 401);
    site.log_with("127.0.0.1 sends X-Forwarded-For or Forwarded and is not in");
}
