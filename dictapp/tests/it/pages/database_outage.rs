//! Tests of the pages while the database is unavailable, and after it has recovered.

use std::time::Instant;

use super::client::{PASSWORD, Person};
use super::site::Site;
use crate::mariadb::MariaDb;

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn without_the_database_only_pages_that_need_it_are_503_until_it_recovers() {
    let mut server = MariaDb::start();
    let url = format!("database.url={}", server.database());
    let site = Site::start_with(&[&url, "database.patience=1s", "database.connect_timeout=1s"]);
    let levi = Person::registered(&site, "Levi");
    levi.get("/word/apple");
    let guest = Person::new(&site);
    let token = guest.get("/login").form_token();
    server.kill();

    let answer = levi.get("/history");
    answer.assert_has(503, &["Temporarily unavailable"]);
    assert!(answer.field("retry-after").is_some());
    // The server caches sessions for a moment.
    let deadline = Instant::now() + crate::EVENT_WAIT_MAX;
    while !levi.get("/").body.contains("The site cannot check now") {
        assert!(Instant::now() < deadline, "the start page never tells that the database is away");
    }
    let page = levi.get("/word/apple");
    page.assert_has(200, &["苹果", "this look-up is not in your history"]);
    let form = [("name", "Levi"), ("password", PASSWORD), ("form_token", &*token)];
    assert_eq!(guest.post("/login", &form).status, 503);
    levi.get("/").assert_has(200, &["The site cannot check now", "name=\"q\""]);
    guest.get("/word/apple").assert_has(200, &["苹果"]);
    assert_eq!(guest.get("/static/css/site.css").status, 200);

    server.run();
    let deadline = Instant::now() + crate::EVENT_WAIT_MAX;
    while levi.get("/history").status != 200 {
        assert!(Instant::now() < deadline, "it does not recover");
    }
    assert_eq!(levi.history(), ["apple"]);
    assert_eq!(levi.get("/word/dog").status, 200);
    assert_eq!(levi.history(), ["dog", "apple"]);
}
