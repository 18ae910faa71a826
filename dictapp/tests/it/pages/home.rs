//! The first page as a guest and as a user get it, and the files that every page needs.

use super::client::Person;
use super::site::Site;

#[test]
fn the_first_page_has_the_search_box_focused_and_says_who_is_logged_in() {
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
fn a_name_is_never_markup() {
    let site = Site::start();
    let page = Person::registered(&site, "<script>alert(1)</script>").get("/");
    page.assert_has(200, &["&#60;script&#62;alert(1)&#60;/script&#62;"]);
    page.assert_has_not(&["<script>"]);
}

#[test]
fn the_files_of_the_pages_are_there() {
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
fn every_page_tells_the_browser_to_trust_nothing_else() {
    let site = Site::start();
    for target in ["/", "/word/apple", "/nothing", "/static/css/site.css"] {
        let answer = Person::new(&site).get(target);
        let policy = answer.field("content-security-policy").expect(target);
        assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
    }
}
