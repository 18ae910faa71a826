//! Tests of the files that browsers request by themselves (manifest, service worker, OpenSearch),
//! of glosses, and of the settings that one browser keeps.

use super::client::Person;
use super::site::Site;

#[test]
fn a_browser_can_install_the_site_and_search_with_it() {
    let site = Site::start();
    let person = Person::new(&site);
    let manifest = person.get("/manifest.webmanifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest.body).expect("JSON");
    assert_eq!(manifest["start_url"], "/");
    for icon in manifest["icons"].as_array().expect("icons") {
        assert_eq!(person.get(icon["src"].as_str().expect("a path")).status, 200, "{icon}");
    }
    let worker = person.get("/worker.js");
    assert_eq!(worker.field("content-type"), Some("text/javascript; charset=utf-8"));
    let search = format!("template=\"{}/search?q={{searchTerms}}\"", site.url);
    person.get("/opensearch.xml").assert_has(200, &[&search]);
    let complete = person.get("/complete?q=appl").body;
    assert!(complete.starts_with("[\"appl\",[\"apply\",\"apple\""), "{complete}");
}

#[test]
fn a_gloss_is_the_same_for_all_visitors_and_not_recorded() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    person.get("/gloss?q=went").assert_has(200, &["\"word\":\"go\"", "\"href\":\"/word/go\""]);
    assert_eq!(person.get("/gloss?q=zzzzq").body, "null");
    assert_eq!(person.history(), [""; 0]);
}

#[test]
fn theme_and_text_size_are_kept_by_the_browser_and_shown_without_scripts() {
    let site = Site::start();
    let person = Person::new(&site);
    person.get("/word/apple").assert_has(200, &["data-theme=\"system\" data-size=\"normal\""]);
    let saved = person.get("/look?theme=dark&size=large&speech=slow");
    assert_eq!(saved.redirect_target("/look?saved=1"), "/look?saved=1");
    let page = person.get("/word/apple");
    page.assert_has(200, &["data-theme=\"dark\" data-size=\"large\" data-speech=\"slow\""]);
    person.get("/look").assert_has(200, &["value=\"dark\" checked"]);
    // The page of another guest is kept apart.
    let other = Person::new(&site).get("/word/apple");
    other.assert_has(200, &["data-theme=\"system\""]);
}

#[test]
fn static_pages_exist_in_both_languages() {
    let site = Site::start();
    for (languages, help) in [("en", "What you can look up"), ("zh", "可以这样查")] {
        let person = Person::who_reads(&site, languages);
        person.get("/help").assert_has(200, &[help]);
        person.get("/about").assert_has(200, &["WordNet"]);
    }
}

#[test]
fn an_entry_of_the_cache_is_in_the_language_of_its_reader_and_follows_the_log_in() {
    let site = Site::start();
    for _ in 0..2 {
        Person::new(&site)
            .get("/word/apple")
            .assert_has(200, &["noun", "href=\"/login?next=/word/apple\""]);
        Person::who_reads(&site, "zh").get("/word/apple").assert_has(200, &["名词"]);
    }
    let levi = Person::registered(&site, "Levi").get("/word/apple");
    levi.assert_has(200, &["Logged in as Levi"]);
    levi.assert_has_not(&["href=\"/login"]);
    assert_eq!(levi.field("cache-control"), Some("no-store"));
    let fields = [("Accept-Encoding", "gzip")];
    let coded = Person::new(&site).send("HEAD", "/word/apple", &fields, None);
    assert_eq!(coded.field("content-encoding"), Some("gzip"));
}
