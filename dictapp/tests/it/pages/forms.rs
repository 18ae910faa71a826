//! Rules that hold for the forms and tables of all pages, seen in the HTML.

use super::admin::{run, upload, with_role};
use super::classes::{TaughtClass, class_of, join, share_list};
use super::client::{Answer, PASSWORD, Person};
use super::site::Site;

/// The buttons of a page that have this text in their tag or label, each with the HTML before it.
#[track_caller]
fn buttons<'a>(page: &'a Answer, part: &str) -> Vec<(&'a str, &'a str)> {
    let starts = page.body.match_indices("<button").map(|(at, _)| at);
    let found: Vec<_> = starts
        .filter_map(|at| {
            let (before, button) = page.body.split_at(at);
            let button = button.split("</button>").next()?;
            button.contains(part).then_some((before, button))
        })
        .collect();
    assert!(!found.is_empty(), "no button {part}: {page:?}");
    found
}

#[test]
fn what_cannot_be_undone_is_asked_first_and_has_a_red_button() {
    let site = Site::start();
    let ada = with_role(&site, "Ada", "admin");
    let TaughtClass { path, code } = class_of(&ada);
    share_list(&ada, &path, "apple").redirect_target(&path);
    join(&ada, &code).redirect_target("/classes");
    ada.get("/word/apple");
    for (page, part) in [
        ("/account", "name=\"all\""),
        ("/history", "name=\"all\""),
        ("/classes", "value=\"leave\""),
        (&path, "value=\"unlist\""),
        (&path, "value=\"remove\""),
        (&path, "value=\"delete\""),
        ("/admin/books", "value=\"remove\""),
    ] {
        for (before, button) in buttons(&ada.get(page), part) {
            let is_folded = before.rfind("<details") > before.rfind("</details>");
            assert!(is_folded, "{page} {part} asks nothing");
            assert!(button.contains("class=\"danger\""), "{page} {part} is not red");
        }
    }
    // The day is chosen first, and the password asked for.
    let page = ada.get("/account");
    for part in ["Delete this day", "Delete my account"] {
        let danger = buttons(&page, part).iter().all(|one| one.1.contains("class=\"danger\""));
        assert!(danger, "{part} is not red");
    }
}

#[test]
fn an_upload_is_shown_with_the_title_that_was_typed() {
    let site = Site::start();
    let ada = with_role(&site, "Ada", "admin");
    let file = [("unit.csv", "word,meaning\nzyzzyva,象鼻虫\n")];
    let page = upload(&ada, &file, "Unit 5").redirect_target("/admin/uploads/1").to_owned();
    ada.get(&page).assert_has(200, &["<dt>Title</dt><dd>Unit 5</dd>", "Name for later imports"]);
    let page = upload(&ada, &file, "").redirect_target("/admin/uploads/2").to_owned();
    ada.get(&page).assert_has(200, &["<dt>Title</dt><dd>unit</dd>"]);
}

#[test]
fn the_shipped_dictionaries_are_called_alike_on_all_pages() {
    let site = Site::start();
    let ada = with_role(&site, "Ada", "admin");
    for page in ["/about", "/admin/books", "/settings"] {
        let page = ada.get(page);
        page.assert_has(200, &["English-Chinese Dictionary", "English Dictionary (WordNet)"]);
        page.assert_has_not(&[">英汉学习词典 English-Chinese<"]);
    }
}

#[test]
fn pupils_are_told_in_chinese_that_the_teacher_sees_their_progress() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    let TaughtClass { code, .. } = class_of(&teacher);
    let levi = Person::who_reads(&site, "zh-CN");
    let form = [("name", "Levi"), ("password", PASSWORD), ("password_again", PASSWORD)];
    levi.submit("/register", &form).redirect_target("/");
    join(&levi, &code).redirect_target("/classes");
    let page = levi.get("/classes");
    page.assert_has(200, &["老师看不到我的进度", "让老师看到我的进度"]);
    page.assert_has_not(&["公开"]);
}

#[test]
fn every_cookie_is_on_the_privacy_page() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    levi.get("/look?theme=dark&size=normal&zone=Asia/Shanghai");
    levi.get("/language?to=en&next=/");
    let guest = Person::new(&site);
    guest.get("/login");
    let cookies: Vec<String> =
        levi.cookie_names().into_iter().chain(guest.cookie_names()).collect();
    assert!(cookies.len() >= 6, "{cookies:?}");
    let page = levi.get("/privacy");
    for cookie in cookies {
        page.assert_has(200, &[&format!("<code>{cookie}</code>")]);
    }
}

#[test]
fn a_device_that_is_not_recognised_has_a_name_and_an_event_names_its_detail() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    levi.get("/account").assert_has(200, &["Unknown device", "Last use: "]);
    run(&site, &["user", "role", "Levi", "teacher"]);
    levi.get("/account").assert_has(200, &["The role was changed: Teacher"]);
}

#[test]
fn a_form_says_what_its_name_is_of() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    let TaughtClass { path, .. } = class_of(&teacher);
    let classes = teacher.get("/classes");
    classes.assert_has(200, &["<h2>Join a class</h2>", "<h2>New class</h2>", "Name of the class"]);
    let class = teacher.get(&path);
    class.assert_has(200, &["<h2>New list</h2>", "Name of the list", "Back to the classes"]);
}

#[test]
fn the_privacy_page_is_linked_from_every_page() {
    let site = Site::start();
    let guest = Person::new(&site);
    for page in ["/", "/about", "/register"] {
        guest.get(page).assert_has(200, &["href=\"/privacy\""]);
    }
    guest.get("/privacy").assert_has(200, &["10 years", "href=\"/account\""]);
}
