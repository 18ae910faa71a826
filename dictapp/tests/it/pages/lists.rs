//! Reviews of one list, of the word book or of a class, without JavaScript.

use super::admin::with_role;
use super::client::{Answer, Person};
use super::site::Site;

#[track_caller]
fn between<'a>(page: &'a Answer, before: &str, after: &str) -> &'a str {
    let rest = page.body.split_once(before).unwrap_or_else(|| panic!("{before}: {page:?}")).1;
    rest.split(after).next().unwrap()
}

#[track_caller]
fn save(person: &Person<'_>, word: &str, list: &str) {
    let form = [("action", "save"), ("word", word), ("list", list)];
    person.submit("/words", &form).redirect_target("/words");
}

/// Answers the card on this page; returns the page that follows.
#[track_caller]
fn answer(person: &Person<'_>, page: &Answer) -> Answer {
    let value = |name: &str| {
        let value = between(page, &format!("name=\"{name}\" value=\""), "\"");
        value.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
    };
    let (word, seen, sitting) = (value("word"), value("seen"), value("sitting"));
    let token = page.form_token();
    let form = [
        ("form_token", token.as_str()),
        ("word", &word),
        ("seen", &seen),
        ("sitting", &sitting),
        ("grade", "4"),
    ];
    let to = person.post("/review", &form).redirect_target("/review").to_owned();
    person.get(&to)
}

/// The page that the button "Review now" of this page leads to.
#[track_caller]
fn review_now(person: &Person<'_>, page: &Answer) -> Answer {
    person.get(between(page, "id=\"review\" href=\"", "\""))
}

/// "Review now" on the page of a list reviews only the words of this list.
#[test]
fn review_now_in_a_list_reviews_this_list_to_its_end() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let list = "Unit 5-6 & <more>";
    for (word, list) in [("apple", ""), ("book", list), ("chair", list), ("door", "Unit 7")] {
        save(&levi, word, list);
    }
    let place = "/words?list=Unit%205-6%20%26%20%3Cmore%3E";
    let book = levi.get(place);
    book.assert_has(200, &["Review now (2)"]);
    let first = review_now(&levi, &book);
    first.assert_has(200, &["data-word=\"book\"", "Unit 5-6 &#38; &#60;more&#62;", "2 to go"]);
    let second = answer(&levi, &first);
    second.assert_has(200, &["data-word=\"chair\"", "1 to go"]);
    let end = answer(&levi, &second);
    end.assert_has(200, &["Done for now with the list", "Review now (2)"]);
    levi.get(place).assert_has(200, &["Nothing to review in the list", "Review all words (2)"]);
    levi.get("/words").assert_has(200, &["id=\"review\" href=\"/review\"", "Review now (2)"]);
}

/// The words of a list are reviewed even if the new words of the day are used up.
#[test]
fn a_list_is_reviewed_beyond_the_new_words_of_the_day() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    save(&levi, "apple", "Unit 5");
    let token = levi.get("/review").form_token();
    let form = [("form_token", token.as_str()), ("kind", "meaning"), ("new_a_day", "0")];
    levi.post("/review/kind", &form).redirect_target("/review");
    levi.get("/review").assert_has(200, &["id=\"all-done\""]);
    let review = review_now(&levi, &levi.get("/words?list=Unit%205"));
    review.assert_has(200, &["data-word=\"apple\"", "1 to go"]);
}

/// The review of a list that the user does not have is answered with 404, not as a finished review.
#[test]
fn a_list_that_the_user_does_not_have_is_not_done_but_missing() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    save(&levi, "apple", "");
    let page = levi.get("/review?list=77");
    page.assert_has(404, &["not in one of your classes", "href=\"/classes\">Classes</a>"]);
    page.assert_has_not(&["id=\"all-done\"", "data-word"]);
    let page = levi.get("/review?own=Unit%205");
    page.assert_has(404, &["Your word book has no list Unit 5.", "href=\"/words\">Word book</a>"]);
    page.assert_has_not(&["id=\"all-done\"", "data-word"]);
    levi.get("/words?list=Unit%205").assert_has(200, &["Your word book has no list Unit 5."]);
    // Within a sitting the list may have been removed meanwhile: the rest of the words follows.
    levi.get("/review?sitting=1-5-1000-77").assert_has(200, &["data-word=\"apple\""]);
    levi.get("/review?sitting=1-5-1000-%3DUnit%205").assert_has(200, &["data-word=\"apple\""]);
    levi.get("/review?list=x").assert_has(400, &["field list"]);
}

/// The review of a class's list that is not in the word book offers to add the list. It does not
/// say that the review is done.
#[test]
fn a_list_of_a_class_that_was_not_added_is_offered_for_the_word_book_and_reviewed() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    teacher
        .submit("/classes", &[("action", "make"), ("name", "Class 7")])
        .redirect_target("/classes");
    let place = format!("/classes/{}", between(&teacher.get("/classes"), "href=\"/classes/", "\""));
    let code = between(&teacher.get(&place), "id=\"code\">", "<").to_owned();
    let words = [("words", "apple\npear"), ("due", "2099-12-04"), ("name", "Unit 5")];
    teacher.submit(&place, &[&[("action", "add")], &words[..]].concat()).redirect_target(&place);
    let levi = Person::registered(&site, "Levi");
    levi.submit("/classes", &[("action", "join"), ("code", &code)]).redirect_target("/classes");
    let list = between(&levi.get("/classes"), "name=\"list\" value=\"", "\"").to_owned();
    let review = format!("/review?list={list}");
    let page = levi.get(&review);
    page.assert_has(
        200,
        &["list Unit 5 that are not in your word book: 2.", "Add to my word book"],
    );
    page.assert_has_not(&["id=\"all-done\"", "Your word book is empty"]);
    let form = [("action", "save"), ("list", list.as_str()), ("next", &review)];
    let token = page.form_token();
    let to = levi.post("/classes", &[&[("form_token", token.as_str())], &form[..]].concat());
    assert_eq!(to.redirect_target("/review"), review);
    levi.get(&review).assert_has(200, &["data-word=\"apple\"", "2 to go"]);
}

/// A name that ends in U+202E does not reverse the rest of its line.
#[test]
fn characters_that_control_the_direction_of_text_are_removed_from_names_and_notes() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "admin");
    let codes = ["\u{61C}", "\u{200E}", "\u{200F}", "\u{202A}", "\u{202B}", "\u{202C}"];
    let more = ["\u{202D}", "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}"];
    let all: String = codes.into_iter().chain(more).collect();
    let with = |text: &str| format!("{all}{text}{all}");
    let [class, list, tags, note, word] = ["Class 7", "Unit 5", "fruit", "red", "apple"].map(with);
    teacher.submit("/classes", &[("action", "make"), ("name", &class)]).redirect_target("/classes");
    let place = format!("/classes/{}", between(&teacher.get("/classes"), "href=\"/classes/", "\""));
    let form = [("words", word.as_str()), ("due", "2099-12-04"), ("name", &list)];
    teacher.submit(&place, &[&[("action", "add")], &form[..]].concat()).redirect_target(&place);
    let form = [("word", word.as_str()), ("list", &list), ("tags", &tags), ("note", &note)];
    teacher
        .submit("/words", &[&[("action", "save")], &form[..]].concat())
        .redirect_target("/words");
    teacher
        .submit("/words", &[("action", "save"), ("word", "book"), ("sentence", &note)])
        .redirect_target("/words");
    let token = teacher.get("/report?word=apple").form_token();
    let report = [("form_token", token.as_str()), ("word", &word), ("text", &note)];
    teacher.post("/report", &report);
    let address = format!("/word/{}", webframe::url::encode_query(&word));
    teacher.get(&address);
    let token = teacher.get("/account").form_token();
    let made = [("form_token", token.as_str()), ("token_name", &note), ("read", "1")];
    teacher.post("/account/tokens", &made).assert_has(422, &["Give the token a name"]);
    let pages = [&place, "/classes", "/words", "/", "/history", "/admin/reports", "/account"];
    for page in pages.into_iter().chain(["/words?list=Unit%205", "/review"]) {
        let body = teacher.get(page).body;
        let found = body.chars().find(|c| all.contains(*c));
        assert_eq!(found, None, "{page}");
    }
    assert_eq!(teacher.history(), ["apple"]);
    // What is not stored, but repeated on the page, is isolated.
    let page = teacher.get(&format!("/words?list={}", webframe::url::encode_query(&with("x"))));
    page.assert_has(200, &["has no list \u{2068}x\u{2069}."]);
}
