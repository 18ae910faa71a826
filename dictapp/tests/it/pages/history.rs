//! Tests of the history: a user sees their own look-ups, newest first, page by page.

use super::client::Person;
use super::site::Site;

#[test]
fn a_guest_is_sent_to_the_log_in_and_back() {
    let site = Site::start();
    let answer = Person::new(&site).get("/history");
    assert_eq!(answer.redirect_target("/login"), "/login?next=/history");
}

#[test]
fn the_last_ten_are_shown_and_all_of_them_by_pages() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let words: Vec<String> = (0..25).map(|number| format!("word{number}")).collect();
    for word in &words {
        person.get(&format!("/word/{word}"));
    }
    let newest_first: Vec<&str> = words.iter().rev().map(String::as_str).collect();
    let first = person.get("/history");
    first.assert_has(
        200,
        &["Levi · Newest first.", "<tr><th scope=\"col\">Word</th><th scope=\"col\">Time</th>"],
    );
    assert_eq!(first.words(), newest_first[..10]);
    assert_eq!(first.link("newer"), None);
    let second = person.get(&first.link("older").expect("older ones"));
    assert_eq!(second.words(), newest_first[10..20]);
    let third = person.get(&second.link("older").expect("older ones"));
    assert_eq!(third.words(), newest_first[20..]);
    assert_eq!(third.link("older"), None);
    let back = person.get(&third.link("newer").expect("newer ones"));
    assert_eq!(back.words(), newest_first[10..20]);
    let front = person.get(&back.link("newer").expect("newer ones"));
    assert_eq!((front.words(), front.link("newer")), (first.words(), None));
}

#[test]
fn the_second_page_stays_whole_when_new_rows_arrive() {
    let site = Site::start_with(&["dictionary.history_page=3"]);
    let person = Person::registered(&site, "Levi");
    for word in ["a", "b", "c", "d"] {
        person.get(&format!("/word/{word}"));
    }
    let last = person.get(&person.get("/history").link("older").expect("one older"));
    assert_eq!(last.words(), ["a"]);
    person.get("/word/e");
    let middle = person.get(&last.link("newer").expect("newer ones"));
    assert_eq!(middle.words(), ["d", "c", "b"]);
    let front = person.get(&middle.link("newer").expect("a newer one"));
    assert_eq!((front.words(), front.link("newer")), (person.history(), None));
    assert_eq!(front.words(), ["e", "d", "c"]);
}

#[test]
fn no_link_leads_beyond_either_end_of_the_history() {
    let site = Site::start_with(&["dictionary.history_page=1"]);
    let person = Person::registered(&site, "Levi");
    person.get("/word/a");
    for target in ["/history?older=253402207200000000", "/history?newer=0"] {
        let page = person.get(target);
        assert_eq!((page.link("older"), page.link("newer")), (None, None), "{target}");
    }
    person.get("/word/b");
    let oldest = person.get("/history?newer=0");
    assert_eq!((oldest.words(), oldest.link("older")), (vec!["a".to_owned()], None));
    assert!(oldest.link("newer").is_some());
}

#[test]
fn an_invalid_page_of_the_history_is_a_clear_error() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    assert_eq!(person.get("/history?older=1").redirect_target("/history"), "/history");
    assert_eq!(person.get("/history?older=9223372036854775807").status, 400);
    person.get("/history?older=x").assert_has(400, &["field older"]);
}

#[test]
fn users_see_only_their_own_history() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    levi.get("/word/apple");
    let han = Person::registered(&site, "韩梅梅");
    han.get("/history").assert_has(200, &["No look-ups yet"]);
    han.get("/word/dog");
    assert_eq!(han.history(), ["dog"]);
    assert_eq!(levi.history(), ["apple"]);
    assert_eq!(levi.get("/history").field("cache-control"), Some("no-store"));
}

#[test]
fn a_row_has_name_word_and_time() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let before = jiff::Timestamp::now();
    person.get("/word/apple");
    let page = person.get("/history");
    let (_, rest) = page.body.split_once("<time datetime=\"").expect("a time");
    let (at, rest) = rest.split_once("\">").unwrap();
    let at: jiff::Timestamp = at.parse().expect("a time for programs");
    assert!(at.duration_since(before).as_secs().abs() < 60, "{at}");
    let shown = rest.split("</time>").next().unwrap();
    let shown = shown.replace("<span class=\"date\">", "").replace("</span>", "");
    let local = at.to_zoned(jiff::tz::TimeZone::UTC);
    assert_eq!(shown, local.strftime("%Y-%m-%d %H:%M:%S").to_string());
}

#[test]
fn the_length_of_a_page_is_a_setting() {
    let site = Site::start_with(&["dictionary.history_page=2"]);
    let person = Person::registered(&site, "Levi");
    for word in ["a", "b", "c"] {
        person.get(&format!("/word/{word}"));
    }
    assert_eq!(person.history(), ["c", "b"]);
}

/// The rows of the history: the word, and how often it was looked up that day.
pub(super) fn counted(page: &super::client::Answer) -> Vec<(String, u32)> {
    let rows = page.body.split("<td><a href=\"").skip(1);
    let row = |row: &str| {
        let word = row.split_once('>').unwrap().1.split('<').next().unwrap().to_owned();
        let cell = row.split("</td>").next().unwrap();
        let times = cell.split_once("missing-mark\">").map_or("1", |rest| rest.1);
        let times = times.split(' ').next().unwrap();
        (word, times.parse().unwrap_or(1))
    };
    rows.map(row).collect()
}

#[test]
fn only_the_search_box_records_a_repeated_word() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    for target in ["/word/apple", "/word/apple", "/word/pear", "/word/apple", "/word/qwzx"] {
        person.get(target);
    }
    let next = person.get("/language?to=zh&next=/word/apple").redirect_target("/word").to_owned();
    person.get(&next);
    person.get("/language?to=en&next=/");
    person.get("/word/qwzx");
    let results = person.get("/search?q=re%3Fd").redirect_target("/search").to_owned();
    for _ in 0..2 {
        person.get(&results).assert_has(200, &["Words that match"]);
    }
    let next = person.get("/language?to=zh&next=/search%3Fq=re%253Fd%26page=1");
    assert_eq!(next.redirect_target("/search"), results);
    person.get(&results).assert_has(200, &["lang=\"zh-Hans\""]);
    person.get("/language?to=en&next=/");
    let one = |word: &str| (word.to_owned(), 1);
    let expected = ["re?d", "qwzx", "pear", "apple"].map(one);
    assert_eq!(counted(&person.get("/history")), expected);
}

/// A word that was not found was counted once an hour, however often it was typed.
#[test]
fn each_query_from_the_search_box_counts_whether_it_was_found_or_not() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let queries =
        [("apple", "apple"), ("qwzx", "qwzx"), ("re%3Fd", "re?d"), ("%E8%8B%B9%E6%9E%9C", "苹果")];
    for (query, word) in queries {
        for times in 1..=3 {
            let place = person.get(&format!("/search?q={query}")).redirect_target("/").to_owned();
            for _ in 0..2 {
                person.get(&place); // shown, and reloaded
            }
            assert_eq!(counted(&person.get("/history"))[0], (word.to_owned(), times));
        }
    }
    let page = person.get("/history");
    assert_eq!(counted(&page).len(), 4, "one row for a word and day");
    let missing = person.get("/history?missing=1");
    assert_eq!(counted(&missing), [("qwzx".to_owned(), 3)]);
    missing.assert_has(200, &["not found"]);
}

#[test]
fn days_begin_at_the_readers_midnight() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    person.get("/word/apple");
    let heading = |zone: &str| {
        person.set_cookie("zone", zone);
        let page = person.get("/history");
        let (_, rest) = page.body.split_once("scope=\"rowgroup\">").unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    let now = jiff::Timestamp::now();
    let days = ["Pacific/Kiritimati", "Pacific/Pago_Pago"].map(|zone| {
        let day = now.in_tz(zone).unwrap().date().to_string();
        assert!(heading(zone).contains(&day), "{zone}");
        day
    });
    assert_ne!(days[0], days[1], "25 hours are between them");
    heading("No/Such_Zone");
    heading("../../etc/passwd");
}

#[test]
fn an_invalid_pattern_is_not_recorded_as_a_missing_word() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    person.get("/search?q=/(/").assert_has(200, &["Invalid pattern"]);
    let place = person.get("/search?q=qwzx").redirect_target("/search").to_owned();
    person.get(&place).assert_has(200, &["was not found"]);
    assert_eq!(person.history(), ["qwzx"]);
}

#[test]
fn a_row_links_to_its_page_or_repeats_its_search() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    for target in [
        "/word/Apple",
        "/word/went",
        "/search?q=re%3Fd",
        "/search?q=app*",
        "/search?q=%E8%8B%B9%E6%9E%9C",
        "/word/qwzx",
    ] {
        person.get(target);
    }
    let page = person.get("/history");
    let links = ["/search?q=qwzx", "/search?q=%E8%8B%B9%E6%9E%9C", "/search?q=app%2A"];
    let links = links.into_iter().chain(["/search?q=re%3Fd", "/word/went", "/word/Apple"]);
    let rows = page.body.split("<td><a href=\"").skip(1).map(|row| row.split('"').next().unwrap());
    assert!(rows.clone().eq(links), "{:?}", rows.collect::<Vec<_>>());
}

#[test]
fn the_history_is_filtered_by_text_or_missing_words_on_all_pages() {
    let site = Site::start_with(&["dictionary.history_page=2"]);
    let person = Person::registered(&site, "Levi");
    for word in ["apple", "Pineapple", "application", "pear", "xapplx", "qwzx"] {
        person.get(&format!("/word/{word}"));
    }
    let first = person.get("/history?q=APPL");
    assert_eq!(first.words(), ["xapplx", "application"]);
    let second = person.get(&first.link("older").expect("older ones"));
    assert_eq!(second.words(), ["Pineapple", "apple"]);
    assert_eq!(person.get("/history?missing=1").words(), ["qwzx", "xapplx"]);
    assert_eq!(person.get("/history?missing=1&q=app").words(), ["xapplx"]);
    person.get("/history?q=%25").assert_has(200, &["No matching look-ups."]);
    let all = "href=\"/history?q=app\">All</a>";
    let missing = "href=\"/history?missing=1&amp;q=app\" aria-current=\"page\">Not found</a>";
    let clear = "id=\"clear\" href=\"/history?missing=1\">Clear the filter</a>";
    person.get("/history?missing=1&q=app").assert_has(200, &[all, missing, clear]);
    let current = "href=\"/history?q=app\" aria-current=\"page\">All</a>";
    person.get("/history?q=app").assert_has(200, &[current, "id=\"clear\" href=\"/history\""]);
}

#[test]
fn a_word_of_a_day_and_a_whole_day_are_deleted_from_the_history_page() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    for word in ["apple", "pear", "plum"] {
        person.get(&format!("/search?q={word}"));
        person.get(&format!("/search?q={word}"));
    }
    let page = person.get("/history");
    assert_eq!(counted(&page)[0], ("plum".to_owned(), 2));
    let value = |name: &str| {
        let (_, rest) = page.body.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let token = page.form_token();
    let delete = |name: &str, value: &str| {
        let form = [("form_token", token.as_str()), (name, value), ("next", "/history")];
        assert_eq!(person.post("/account/history", &form).redirect_target("/history"), "/history");
    };
    delete("row", &value("row"));
    assert_eq!(person.history(), ["pear", "apple"]);
    delete("day", &value("day"));
    person.get("/history").assert_has(200, &["No look-ups yet", "Look up a word"]);
    person.get("/word/apple");
    assert_eq!(person.history(), ["apple"], "what was deleted is recorded again");
}

#[test]
fn the_history_and_the_log_in_are_compressed_unless_they_repeat_what_a_link_may_choose() {
    let site = Site::start();
    let coding = |person: &Person, path: &str| {
        let answer = person.send("HEAD", path, &[("Accept-Encoding", "gzip")], None);
        answer.field("content-encoding").map(str::to_owned)
    };
    let person = Person::registered(&site, "Levi");
    person.get("/word/apple");
    assert_eq!(coding(&person, "/history").as_deref(), Some("gzip"));
    assert_eq!(coding(&person, "/history?q=app"), None);
    assert_eq!(coding(&person, "/word/apple"), None);
    let guest = Person::new(&site);
    assert_eq!(coding(&guest, "/login"), None, "it sets a cookie");
    guest.get("/login");
    assert_eq!(coding(&guest, "/login").as_deref(), Some("gzip"));
    assert_eq!(coding(&guest, "/login?next=/word/apple"), None);
}
