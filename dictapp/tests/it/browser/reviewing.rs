//! Tests of reviews: undo, spelling, the page at the end, and the progress page. If the connection
//! drops during a review, no answer is lost and none counts twice.

use super::all_pages::{log_in, type_letter};
use super::driver::{Browser, Key, Network, Profile};
use super::wait_until;
use crate::pages::client::Person;
use crate::pages::site::Site;

/// The word on the card.
fn shown_word(browser: &Browser) -> String {
    // In one call: the page may replace the card at any moment.
    let word = "return (document.getElementById('card') || { dataset: {} }).dataset.word || ''";
    browser.script(word, &[]).as_str().expect("a text").to_owned()
}

/// The note about answers that wait for a connection; empty if it is hidden.
fn note_of_waiting(browser: &Browser) -> String {
    let text = "const note = document.getElementById('waiting'); return note.hidden ? '' : note.textContent";
    browser.script(text, &[]).as_str().expect("a text").to_owned()
}

/// The number of cards to go, as the page shows it.
fn left(browser: &Browser) -> String {
    let text = "const left = document.getElementById('left'); \
        return !left || left.hidden ? '' : left.textContent";
    browser.script(text, &[]).as_str().expect("a text").to_owned()
}

/// Shows the answer and grades it.
#[track_caller]
fn grade(browser: &Browser, grade: u8) {
    browser.click("#answer summary");
    browser.click(&format!("#grades [value='{grade}']"));
}

/// A user who has saved these words.
fn user_with_words<'s>(site: &'s Site, words: &[&str]) -> Person<'s> {
    let levi = Person::registered(site, "Levi");
    for word in words {
        levi.submit("/words", &[("action", "save"), ("word", word)]).redirect_target("/words");
    }
    levi
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn answers_wait_in_the_page_while_there_is_no_connection_and_are_sent_afterwards() {
    let site = Site::start();
    let levi = user_with_words(&site, &["apple", "book", "chair", "door"]);
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    assert_eq!(shown_word(&browser), "apple");
    grade(&browser, 4);
    wait_until("the next card comes from the server", || shown_word(&browser) == "book");
    browser.network(Network::Cut);
    grade(&browser, 4);
    wait_until("the next card is in the page", || shown_word(&browser) == "chair");
    wait_until("the page reports it", || {
        note_of_waiting(&browser).contains("Answers kept on this device: 1.")
    });
    grade(&browser, 4);
    wait_until("and the next", || shown_word(&browser) == "door");
    browser.click("#undo");
    wait_until("taken back before it was sent", || shown_word(&browser) == "chair");
    grade(&browser, 3);
    wait_until("the card that was shown before", || shown_word(&browser) == "door");
    wait_until("two wait", || note_of_waiting(&browser).contains("device: 2."));
    levi.get("/progress").assert_has(200, &["past year: 1, days with reviews: 1"]);
    browser.network(Network::There);
    browser.script("dispatchEvent(new Event('online'))", &[]);
    wait_until("all are there", || {
        levi.get("/progress").body.contains("past year: 3, days with reviews: 1")
    });
    wait_until("the page goes on", || {
        shown_word(&browser) == "door" && note_of_waiting(&browser).is_empty()
    });
    browser.goto(&format!("{}/review", site.url));
    assert_eq!(shown_word(&browser), "door");
    levi.get("/progress").assert_has(200, &["past year: 3, days with reviews: 1"]);
}

/// The number of cards to go counts down while cards are rated without a connection.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn the_cards_to_go_count_down_without_a_connection_and_are_right_once_it_is_back() {
    let site = Site::start();
    let levi = user_with_words(&site, &["apple", "book", "chair", "door"]);
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    assert_eq!(left(&browser), "4 to go");
    browser.network(Network::Cut);
    grade(&browser, 4);
    wait_until("one is rated", || left(&browser) == "3 to go");
    grade(&browser, 4);
    wait_until("two are rated", || left(&browser) == "2 to go");
    browser.click("#undo");
    wait_until("one is taken back", || {
        left(&browser) == "3 to go" && shown_word(&browser) == "book"
    });
    for (next, expected) in [("chair", "2 to go"), ("door", "1 to go"), ("", "")] {
        grade(&browser, 4);
        wait_until(next, || left(&browser) == expected);
    }
    // Meanwhile another device has saved two words.
    for word in ["umbrella", "pear"] {
        levi.submit("/words", &[("action", "save"), ("word", word)]).redirect_target("/words");
    }
    browser.network(Network::There);
    browser.script("dispatchEvent(new Event('online'))", &[]);
    wait_until("the server counts again", || left(&browser) == "2 to go");
}

/// After a reload, undoing an answer that still waits takes back this answer, not that of another
/// card.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn answers_that_waited_before_a_reload_are_counted_and_undone_by_card() {
    let site = Site::start();
    drop(user_with_words(&site, &["apple", "book", "chair", "door"]));
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    // The pages arrive, but the answers do not.
    let cut = "const send = window.fetch; window.fetch = (...all) => all[1] && \
        all[1].method === 'POST' ? Promise.reject(new Error('cut')) : send(...all);";
    browser.cdp("Page.addScriptToEvaluateOnNewDocument", &serde_json::json!({ "source": cut }));
    browser.goto(&format!("{}/review", site.url));
    for next in ["book", "chair"] {
        grade(&browser, 4);
        wait_until(next, || shown_word(&browser) == next);
    }
    browser.goto(&format!("{}/review", site.url));
    wait_until("both are skipped", || {
        shown_word(&browser) == "chair" && left(&browser) == "2 to go"
    });
    browser.click("#undo");
    wait_until("the card is back", || shown_word(&browser) == "apple");
    wait_until("one waits", || note_of_waiting(&browser).contains("device: 1."));
    assert_eq!(left(&browser), "3 to go");
    let kept = "return JSON.parse(localStorage.getItem('reviews:Levi'))[0].word";
    assert_eq!(browser.script(kept, &[]), "book");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn an_answer_outlives_the_server_and_the_page() {
    let site = Site::start();
    drop(user_with_words(&site, &["apple", "book"]));
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    let (authority, url) = (site.authority().to_owned(), site.url.clone());
    let folder = site.kill();
    grade(&browser, 4);
    wait_until("the next card is in the page", || shown_word(&browser) == "book");
    let settings = format!("server.address={authority}");
    let site = Site::start_in(folder, &[&settings]);
    assert_eq!(site.url, url);
    browser.goto(&format!("{url}/review"));
    let levi = Person::new(&site);
    let form = [("name", "Levi"), ("password", crate::pages::client::PASSWORD)];
    levi.submit("/login", &form).redirect_target("/");
    wait_until("it is sent", || {
        levi.get("/progress").body.contains("past year: 1, days with reviews: 1")
    });
    wait_until("the other card is shown", || shown_word(&browser) == "book");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn an_answer_whose_token_is_refused_is_kept_and_sent_with_a_new_one() {
    let site = Site::start();
    let levi = user_with_words(&site, &["apple", "book"]);
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    browser.script("document.getElementById('form_token').value = 'old'", &[]);
    grade(&browser, 4);
    wait_until("it is sent", || {
        levi.get("/progress").body.contains("past year: 1, days with reviews: 1")
    });
    wait_until("the page goes on", || {
        shown_word(&browser) == "book" && note_of_waiting(&browser).is_empty()
    });
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn an_answer_is_undone_by_its_button_and_by_a_key() {
    let site = Site::start();
    let levi = user_with_words(&site, &["apple", "book"]);
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    for undo in ["button", "z"] {
        grade(&browser, 4);
        wait_until("the next card", || shown_word(&browser) == "book");
        match undo {
            "button" => browser.click("#undo"),
            key => type_letter(&browser, key),
        }
        wait_until("the card is back", || shown_word(&browser) == "apple");
        assert_eq!(browser.text("#undone"), "Your answer for “apple” was undone.");
    }
    levi.get("/progress").assert_has(200, &["No reviews yet."]);
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_spelling_is_judged_and_the_end_says_how_many_how_long_and_what_is_next() {
    let site = Site::start();
    let levi = user_with_words(&site, &["apple", "book"]);
    levi.submit("/review/kind", &[("kind", "spelling"), ("new_a_day", "20")])
        .redirect_target("/review");
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    browser.click(".letters summary");
    assert_eq!(browser.text(".letters p"), "It begins with a and has 5 letters");
    browser.fill("#typed", "aple");
    browser.press(Key::Enter);
    browser.wait_for("#verdict.problem");
    let told = browser.text("#verdict");
    assert!(told.starts_with("You wrote “aple”.") && told.contains("Again"), "{told}");
    let offered = "return document.activeElement.value";
    assert_eq!(browser.script(offered, &[]), "1", "the grade for a mistake");
    browser.press(Key::Enter);
    wait_until("the next card", || shown_word(&browser) == "book");
    browser.fill("#typed", " Book");
    browser.press(Key::Enter);
    browser.wait_for("#verdict.done");
    assert_eq!(browser.script(offered, &[]), "3");
    browser.click("#grades [value='4']");
    browser.wait_for("#all-done");
    let shown = "Cards in this session: 2, time: about 1 min.";
    assert_eq!(browser.text("#sitting"), shown);
    // Shortly before midnight it is due on the next day.
    let next = browser.text("#next");
    assert!(next == "Words to see again later today: 1." || next.contains("words: 1."), "{next}");
    browser.goto(&browser.current_url());
    assert_eq!(browser.text("#sitting"), shown, "after a reload");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn progress_is_drawn_with_a_table_beside_each_chart() {
    let site = Site::start();
    let levi = user_with_words(&site, &["apple", "book", "chair"]);
    for (word, grade) in [("apple", "4"), ("book", "3")] {
        levi.submit("/review", &[("word", word), ("seen", "0"), ("grade", grade)])
            .redirect_target("/review");
    }
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/progress", site.url));
    assert_eq!(browser.texts("#counts dd"), ["3", "1", "1", "1"]);
    let drawn = "return [...document.querySelectorAll(arguments[0])] \
        .filter(one => one.querySelector('title')?.textContent.endsWith(arguments[1])) \
        .filter(one => one.getBoundingClientRect().height > 1 && !one.matches('.s0')).length";
    let drawn = |css: &str, end: &str| browser.script(drawn, &[css.into(), end.into()]);
    assert_eq!(drawn(".calendar rect", ": 2"), 1, "today in the heat map");
    assert_eq!(drawn(".calendar.weeks g", ": 3, 2"), 1, "saved and reviewed in this week");
    let due = browser.texts("#coming text.number");
    assert_eq!(due.iter().map(|one| one.parse::<u32>().unwrap()).sum::<u32>(), 3, "{due:?}");
    let parts = browser.attribute(".parts svg", "aria-label").expect("a text");
    assert_eq!(parts, "Learnt: 1, learning: 1, not reviewed yet: 1");
    let bare = "return [...document.querySelectorAll('figure.chart')].filter(one => \
        !one.querySelector('svg[role=img][aria-label]') || !one.querySelector('table')).length";
    assert_eq!(browser.script(bare, &[]), 0, "a chart has no name or no table");
    browser.click("figure.chart:last-of-type summary");
    assert_eq!(browser.texts("#weeks tbody tr:first-child td")[1..], ["3", "2"]);
}
