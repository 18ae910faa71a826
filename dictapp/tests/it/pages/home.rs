//! Tests of the home page for guests and for users, and of the files that every page needs.

use super::client::Person;
use super::site::Site;

#[test]
fn the_home_page_focuses_the_search_box_and_names_the_user() {
    let site = Site::start();
    let guest = Person::new(&site).get("/");
    guest.assert_has(200, &["name=\"q\"", " autofocus>", "action=\"/search\"", "href=\"/login\""]);
    guest.assert_has_not(&["/logout", "Levi"]);
    let levi = Person::registered(&site, "Levi").get("/");
    levi.assert_has(200, &["Logged in as Levi", "Hello, Levi.", "action=\"/logout\""]);
    levi.assert_has_not(&["href=\"/login\""]);
    assert_eq!(levi.field("cache-control"), Some("no-store"));
}

#[test]
fn the_home_page_of_a_guest_follows_the_language_the_look_and_the_path() {
    let site = Site::start();
    let guest = Person::new(&site);
    for _ in 0..2 {
        guest.get("/").assert_has(200, &["<html lang=\"en\" data-theme=\"system\""]);
        Person::who_reads(&site, "zh").get("/").assert_has(200, &["<html lang=\"zh-Hans\""]);
        guest.get("/?from=mail").assert_has(200, &["next=/%3Ffrom%3Dmail\""]);
    }
    guest.set_cookie("look", "dark.normal.natural.en-US");
    guest.get("/").assert_has(200, &["<html lang=\"en\" data-theme=\"dark\""]);
}

#[test]
fn a_name_is_never_markup() {
    let site = Site::start();
    let page = Person::registered(&site, "<script>alert(1)</script>").get("/");
    page.assert_has(200, &["&#60;script&#62;alert(1)&#60;/script&#62;"]);
    page.assert_has_not(&["<script>"]);
}

#[test]
fn the_static_files_of_pages_exist() {
    let site = Site::start();
    let person = Person::new(&site);
    let page = person.get("/");
    let links = page.body.split("/static/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let links: Vec<String> = links.map(|link| format!("/static/{link}")).collect();
    assert!(links.iter().any(|link| link.contains(".css")), "{links:?}");
    for link in links {
        let file = person.get(&link);
        assert_eq!(file.status, 200, "{link}");
        let tag = file.field("etag").expect("an ETag").to_owned();
        assert_eq!(person.get_with(&link, &[("If-None-Match", &tag)]).status, 304, "{link}");
    }
}

#[test]
fn every_page_has_the_security_fields() {
    let site = Site::start();
    for target in ["/", "/word/apple", "/nothing", "/static/css/site.css"] {
        let answer = Person::new(&site).get(target);
        let policy = answer.field("content-security-policy").expect(target);
        assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
    }
}
