//! The JSON API as programs use it.

use super::client::Person;
use super::site::Site;

#[test]
fn an_entry_is_json_and_an_unknown_word_is_a_problem_with_near_words() {
    let site = Site::start();
    let program = Person::new(&site);
    let entry = program.get("/api/v1/words/went");
    entry.assert_has(200, &["\"found_by\":\"inflection\"", "\"word\":\"go\"", "\"gloss\":"]);
    let problem = program.get("/api/v1/words/recieve");
    problem.assert_has(404, &["\"status\":404", "\"near\":[", "\"word\":\"receive\""]);
    let long = format!("/api/v1/words/{}", "a".repeat(300));
    program.get(&long).assert_has(400, &["\"status\":400", "\"detail\":\"word: "]);
    program.get("/api/v1/nothing").assert_has(404, &["\"title\":\"Not Found\""]);
}

#[test]
fn words_are_suggested_and_searched_page_by_page() {
    let site = Site::start();
    let program = Person::new(&site);
    program.get("/api/v1/suggest?q=appl&limit=3").assert_has(200, &["\"word\":\"apple\""]);
    program.get("/api/v1/search?q=a*").assert_has(200, &["\"kind\":\"pattern\"", "\"next\":2"]);
    program.get("/api/v1/search?q=%E8%8B%B9%E6%9E%9C").assert_has(200, &["\"word\":\"apple\""]);
    program.get("/api/v1/search?q=%2F(%2F").assert_has(400, &["\"detail\":\"q: "]);
    program.get("/api/v1/search?cursor=x").assert_has(400, &["\"status\":400"]);
    program.get("/api/v1/books").assert_has(200, &["\"name\":\"en-zh\""]);
    program.get("/api/v1/openapi.json").assert_has(200, &["\"/api/v1/words/{word}\""]);
}

#[test]
fn a_dictionary_that_is_closed_to_guests_is_closed_to_programs() {
    let site = Site::start_with(&["dictionary.lookup_requires_login=true"]);
    Person::new(&site).get("/api/v1/words/apple").assert_has(401, &["\"status\":401"]);
}
