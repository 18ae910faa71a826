//! Tests of the settings page, on which users choose their dictionaries.

use super::client::{Answer, Person, encode};
use super::site::Site;

/// The ids of the books in the form, and whether each is ticked.
fn books(page: &Answer) -> Vec<(String, bool)> {
    let boxes = page.body.split("type=\"checkbox\" name=\"on\" value=\"").skip(1);
    let one = |rest: &str| {
        let tag = rest.split('>').next().unwrap();
        (tag.split('"').next().unwrap().to_owned(), tag.contains(" checked"))
    };
    boxes.map(one).collect()
}

/// Sends the form with these books ticked.
#[track_caller]
fn choose(person: &Person<'_>, on: &[&str]) -> Answer {
    let page = person.get("/settings");
    page.assert_has(200, &["type=\"checkbox\""]);
    let token = page.form_token();
    let all = books(&page);
    let mut fields = vec![("form_token", token.as_str())];
    fields.extend(all.iter().map(|(id, _)| ("listed", id.as_str())));
    fields.extend(on.iter().map(|id| ("on", *id)));
    person.post("/settings", &fields)
}

#[test]
fn a_book_that_is_switched_off_disappears_only_for_that_user() {
    let site = Site::start();
    let (levi, other) = (Person::registered(&site, "Levi"), Person::registered(&site, "Anna"));
    let page = levi.get("/settings");
    page.assert_has(200, &["English-Chinese Dictionary", "English Dictionary (WordNet)"]);
    let all = books(&page);
    assert_eq!(all.iter().map(|book| book.1).collect::<Vec<_>>(), [true, true]);
    let (chinese, english) = (all[0].0.as_str(), all[1].0.as_str());

    assert_eq!(choose(&levi, &[chinese]).redirect_target("/settings?saved"), "/settings?saved");
    let page = levi.get("/settings?saved");
    page.assert_has(200, &["id=\"saved\""]);
    assert_eq!(books(&page), [(chinese.to_owned(), true), (english.to_owned(), false)]);
    let page = levi.get("/word/apple");
    page.assert_has(200, &["苹果"]);
    page.assert_has_not(&["English Dictionary (WordNet)"]);
    other.get("/word/apple").assert_has(200, &["苹果", "English Dictionary (WordNet)"]);
    // A word that only the other book has.
    assert_eq!(levi.get("/word/abacus").status, 404);
    assert_eq!(other.get("/word/abacus").status, 200);
    let search = |person: &Person<'_>, query| {
        person.get(&format!("/search?{}", encode(&[("q", query), ("page", "1")])))
    };
    search(&levi, "abacu?").assert_has_not(&[">abacus</a>"]);
    search(&other, "abacu?").assert_has(200, &[">abacus</a>"]);
    search(&levi, "appl?").assert_has(200, &[">apple</a>"]);

    assert_eq!(
        choose(&levi, &[chinese, english]).redirect_target("/settings?saved"),
        "/settings?saved"
    );
    assert_eq!(levi.get("/word/abacus").status, 200);
}

#[test]
fn the_word_book_shows_the_meanings_of_the_chosen_books() {
    let site = Site::start();
    let (levi, other) = (Person::registered(&site, "Levi"), Person::registered(&site, "Anna"));
    for person in [&levi, &other] {
        person.submit("/words", &[("action", "save"), ("word", "apple")]);
        person.get("/words").assert_has(200, &["苹果"]);
    }
    let english = &books(&levi.get("/settings"))[1].0.clone();
    choose(&levi, &[english]).redirect_target("/settings?saved");
    levi.get("/words").assert_has_not(&["苹果"]);
    other.get("/words").assert_has(200, &["苹果"]);
    levi.get("/words").assert_has_not(&["苹果"]);
}

#[test]
fn pages_of_matches_are_full_without_the_switched_off_book() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let chinese = &books(&levi.get("/settings"))[0].0.clone();
    choose(&levi, &[chinese]).redirect_target("/settings?saved");
    let (mut pages, mut target) = (Vec::new(), "/search?q=b%2A&page=1".to_owned());
    loop {
        let page = levi.get(&target);
        pages.push(page.body.matches("<li><a lang=\"en\"").count());
        let Some(next) = page.body.split("rel=\"next\" href=\"").nth(1) else { break };
        target = next.split('"').next().unwrap().replace("&amp;", "&");
    }
    let (last, whole) = pages.split_last().expect("a page");
    assert!(whole.len() > 5 && whole.iter().all(|&words| words == 30), "{pages:?}");
    assert!((1..=30).contains(last), "{pages:?}");
}

#[test]
fn at_least_one_book_must_stay_on() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    choose(&levi, &[]).assert_has(422, &["Choose at least one dictionary."]);
    assert_eq!(books(&levi.get("/settings")).iter().filter(|book| book.1).count(), 2);
}

#[test]
fn settings_are_only_for_users_and_need_a_form_token() {
    let site = Site::start();
    let guest = Person::new(&site);
    let login = "/login?next=/settings";
    assert_eq!(guest.get("/settings").redirect_target(login), login);
    let levi = Person::registered(&site, "Levi");
    let listed = books(&levi.get("/settings"))[0].0.clone();
    let fields = [("listed", listed.as_str()), ("on", &listed), ("form_token", "made-up")];
    assert_eq!(levi.post("/settings", &fields).status, 403);
    let token = levi.get("/settings").form_token();
    let fields = [("listed", "x"), ("form_token", token.as_str())];
    assert_eq!(levi.post("/settings", &fields).status, 400);
    // A missing book is ignored.
    let fields = [("listed", "9999"), ("listed", &listed), ("on", &listed), ("form_token", &token)];
    assert_eq!(
        levi.post("/settings", &fields).redirect_target("/settings?saved"),
        "/settings?saved"
    );
}

#[test]
fn words_of_switched_off_books_are_not_suggested() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let link = "href=\"/word/because\"";
    levi.get("/word/because").assert_has(200, &[]); // the book that is switched off alone has it
    for page in ["/", "/history"] {
        levi.get(page).assert_has(200, &[link]);
    }
    let english = books(&levi.get("/settings"))[1].0.clone();
    choose(&levi, &[&english]).redirect_target("/settings?saved");
    for page in ["/", "/history"] {
        levi.get(page).assert_has_not(&[link]);
    }
    // One in fifty of the drawn words is only in that book.
    for _ in 0..300 {
        let drawn = levi.get("/random").redirect_target("/word/").to_owned();
        levi.get(&drawn).assert_has(200, &[]);
    }
}
