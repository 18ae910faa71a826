//! Tests of searching: redirects to the page of the word, or a list of the best matches.

use super::client::{Person, encode};
use super::site::Site;

fn search(person: &Person<'_>, query: &str) -> super::client::Answer {
    person.get(&format!("/search?{}", encode(&[("q", query)])))
}

#[test]
fn a_query_with_an_entry_redirects_to_its_page() {
    let site = Site::start();
    let person = Person::new(&site);
    for (query, place) in [
        ("apple", "/word/apple"),
        ("  apple ", "/word/apple"),
        ("ICE  CREAM", "/word/ICE%20CREAM"),
        ("and/or", "/word/and%2For"),
        ("cafe", "/word/cafe"),
        ("went", "/word/went"),
        ("o'clock", "/word/o%27clock"),
    ] {
        assert_eq!(search(&person, query).redirect_target(place), place);
    }
}

#[test]
fn an_empty_query_is_explained() {
    let site = Site::start();
    let person = Person::new(&site);
    for target in ["/search", "/search?q=", "/search?q=+%09+"] {
        person.get(target).assert_has(422, &["Type a word to look up", "name=\"q\"", "autofocus"]);
    }
    for c in ["x", "𠮷"] {
        let page = search(&person, &c.repeat(256));
        page.assert_has(422, &["The query is too long", "at most 255 characters", &c.repeat(256)]);
        search(&person, &c.repeat(255)).assert_has(200, &["was not found"]);
    }
    search(&person, "a\u{7}b").assert_has(422, &["control character"]);
}

#[test]
fn a_query_without_an_entry_shows_the_best_matches() {
    let site = Site::start();
    let person = Person::new(&site);
    for (query, headline, word) in [
        ("recieve", "“recieve” was not found", "receive"),
        ("苹果", "Words that mean “苹果”", "apple"),
        ("dict*", "Words that match “dict*”", "dictionary"),
        ("gr?at", "Words that match “gr?at”", "great"),
        ("/^umb.*a$/", "Words that match “/^umb.*a$/”", "umbrella"),
        ("the apples", "The words in “the apples”", "apple"),
    ] {
        let page = search(&person, query);
        page.assert_has(200, &[headline, &format!("href=\"/word/{word}\">{word}</a>")]);
    }
    search(&person, "qqqqzzzz")
        .assert_has(200, &["“qqqqzzzz” was not found", "Check the spelling"]);
    search(&person, "/(/").assert_has(200, &["Invalid pattern", "href=\"/help\">Help</a></p>"]);
    search(&person, ".").assert_has(200, &["“.” was not found"]);
}

#[test]
fn a_word_is_found_as_it_was_copied_and_by_its_pinyin() {
    let site = Site::start();
    let person = Person::new(&site);
    for query in
        ["“apple”", "(apple).", "《apple》", "**apple**", "apple1", "apple[2]", "`apple`", "apple:"]
    {
        let answer = search(&person, query);
        let place = Some("/word/apple");
        assert_eq!((answer.status, answer.field("location")), (303, place), "{query}");
    }
    for query in ["green/apple", "green-apple", "a green* apple"] {
        let page = search(&person, query);
        page.assert_has(200, &["href=\"/word/green\"", "href=\"/word/apple\""]);
    }
    let page = search(&person, "pingguo");
    page.assert_has(200, &["Words with the pinyin “pingguo”", "href=\"/word/apple\""]);
    let page = search(&person, "苹果学生");
    page.assert_has(200, &["href=\"/word/apple\"", "href=\"/word/student\""]);
}

#[test]
fn many_matches_are_shown_by_pages() {
    let site = Site::start_with(&["dictionary.pattern_time_max=1m"]);
    let person = Person::new(&site);
    let (mut target, mut words) = ("/search?q=con%2A".to_owned(), Vec::new());
    let mut pages = 0;
    while pages < 100 {
        let page = person.get(&target);
        let list = page.body.split("<ul class=\"words\">").nth(1).expect("a list");
        let links = list.split("<li><a lang=\"en\" href=\"").skip(1);
        words.extend(links.map(|link| link.split('"').next().unwrap().to_owned()));
        pages += 1;
        let Some(next) = next_page(&page.body) else { break };
        target = next;
    }
    assert!((4..100).contains(&pages) && words.len() > 100, "{pages} pages, {} words", words.len());
    let distinct: std::collections::BTreeSet<_> = words.iter().collect();
    assert_eq!(distinct.len(), words.len());
}

#[test]
fn the_last_page_of_too_many_matches_says_so_and_has_no_next_link() {
    let site = Site::start_with(&["dictionary.pattern_time_max=1m"]);
    let person = Person::new(&site);
    let page = |number: usize| person.get(&format!("/search?q=%2A&page={number}")).body;
    assert_eq!(next_page(&page(333)).as_deref(), Some("/search?q=%2A&page=334"));
    assert_eq!(next_page(&page(334)), None);
    assert!(page(334).contains("too many results"));
}

#[test]
fn a_page_after_the_last_one_redirects_to_the_first() {
    let site = Site::start();
    let person = Person::new(&site);
    for query in ["%2A", "gr%3Fat", "/%5Eun/", "%E8%8B%B9%E6%9E%9C"] {
        let first = format!("/search?q={query}");
        for number in ["335", "1000", "18446744073709551615"] {
            assert_eq!(
                person.get(&format!("{first}&page={number}")).redirect_target(&first),
                first
            );
        }
    }
}

#[test]
fn a_regular_expression_is_not_explained_as_a_wildcard() {
    let site = Site::start();
    let page = search(&Person::new(&site), "/^un.*ed$/");
    page.assert_has(200, &["Words that match “/^un.*ed$/”", "regular expression"]);
    page.assert_has_not(&["stands for one character"]);
}

/// The target of the link to the next page.
fn next_page(body: &str) -> Option<String> {
    let link = body.split("rel=\"next\" href=\"").nth(1)?;
    Some(link.split('"').next()?.replace("&amp;", "&"))
}

#[test]
fn a_search_is_in_the_history_once() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let place = search(&person, "apple").redirect_target("/word/apple").to_owned();
    person.get(&place);
    search(&person, "recieve");
    search(&person, "苹果");
    assert_eq!(person.history(), ["苹果", "recieve", "apple"]);
    let page = person.get("/history").body;
    assert_eq!(page.matches("not found").count(), 1, "{page}");
    assert!(page.contains("href=\"/search?q=%E8%8B%B9%E6%9E%9C\">苹果</a>"), "{page}");
}

/// A question mark is a wildcard only within a pattern.
#[test]
fn a_question_is_not_a_pattern() {
    let site = Site::start();
    let guest = Person::new(&site);
    for (question, word) in [
        ("How are you?", "how are you"),
        ("What is a zebra?", "zebra"),
        ("went?", "go"),
        ("苹果？", "apple"),
        ("recieve??", "receive"),
    ] {
        let page = guest.get(&format!("/search?{}", encode(&[("q", question)])));
        page.assert_has(200, &[&format!(">{word}</a>")]);
    }
    let page = guest.get(&format!("/search?{}", encode(&[("q", "appl?")])));
    page.assert_has(200, &[">apple</a>"]);
    let after_the_last = guest.get("/search?q=appl%3F&page=9");
    assert_eq!(after_the_last.redirect_target("/search?q=appl%3F"), "/search?q=appl%3F");
}

#[test]
fn results_of_the_cache_are_in_the_language_of_their_reader_and_follow_the_log_in() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    for _ in 0..2 {
        let page = Person::new(&site).get("/search?q=appl%3F");
        page.assert_has(200, &["lang=\"en\"", ">apple</a>", "href=\"/login?next="]);
        page.assert_has_not(&["Levi"]);
        let page = Person::who_reads(&site, "zh").get("/search?q=appl%3F");
        page.assert_has(200, &["lang=\"zh-Hans\"", ">apple</a>"]);
        let place =
            levi.get("/search?q=appl%3F").redirect_target("/search?q=appl%3F&page=1").to_owned();
        let page = levi.get(&place);
        page.assert_has(200, &["Logged in as Levi", ">apple</a>"]);
        assert_eq!(page.field("cache-control"), Some("no-store"));
        let page = Person::new(&site).get("/search?q=appl%3F&page=9");
        assert_eq!(page.redirect_target("/search?q=appl%3F"), "/search?q=appl%3F");
    }
    assert_eq!(levi.history(), ["appl?"]);
    let fields = [("Accept-Encoding", "gzip")];
    let coded = Person::new(&site).send("HEAD", "/search?q=appl%3F", &fields, None);
    assert_eq!(coded.field("content-encoding"), Some("gzip"));
}

/// A Chinese word without an entry is not reported as not found, and does not count as missing.
#[test]
fn the_address_of_a_chinese_word_leads_to_the_words_that_mean_it() {
    let site = Site::start();
    let address = "/word/%E8%8B%B9%E6%9E%9C";
    let results = "/search?q=%E8%8B%B9%E6%9E%9C&page=1";
    assert_eq!(Person::new(&site).get(address).redirect_target(results), results);
    let levi = Person::registered(&site, "Levi");
    let place = levi.get(address).redirect_target(results).to_owned();
    levi.get(&place).assert_has(200, &[">apple</a>"]);
    assert_eq!(levi.history(), ["苹果"]);
    levi.get("/history").assert_has_not(&["class=\"missing-mark\""]);
    // Nothing means it, or it is not Chinese.
    for missing in ["/word/%E9%BE%98%E9%BE%98", "/word/qwzx", "/word/re%3Fd"] {
        assert_eq!(levi.get(missing).status, 404, "{missing}");
    }
}
