//! Tests of the administrators' pages without JavaScript, and of their refusal to other visitors.

use std::fmt::Write as _;

use super::client::{Answer, FORM, PASSWORD, Person};
use super::site::{Site, run_command};

/// Runs a command of the program in the site's folder. It must succeed.
#[track_caller]
pub(crate) fn run(site: &Site, words: &[&str]) {
    let ended = run_command(site, words, "");
    assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.stderr);
}

/// A logged-in user with this role.
#[track_caller]
pub(crate) fn with_role<'s>(site: &'s Site, name: &str, role: &str) -> Person<'s> {
    drop(Person::registered(site, name));
    run(site, &["user", "role", name, role]);
    let person = Person::new(site);
    let form = [("name", name), ("password", PASSWORD)];
    assert_eq!(person.submit("/login", &form).redirect_target("/"), "/");
    person
}

/// The value of a field of the row that has `text`.
#[track_caller]
fn value_beside(page: &Answer, text: &str, name: &str) -> String {
    let row = page.body.split("<li>").find(|row| row.contains(text)).expect(text);
    let rest = row.split_once(&format!("name=\"{name}\" value=\"")).expect(name).1;
    rest.split('"').next().unwrap().to_owned()
}

/// Every address of the administrators' pages, with the method.
const ROUTES: &[(&str, &str)] = &[
    ("GET", "/admin"),
    ("POST", "/admin"),
    ("GET", "/admin/users"),
    ("POST", "/admin/users"),
    ("GET", "/admin/books"),
    ("POST", "/admin/books"),
    ("GET", "/admin/uploads"),
    ("POST", "/admin/uploads"),
    ("GET", "/admin/uploads/1"),
    ("POST", "/admin/uploads/1"),
    ("GET", "/admin/upload-events"),
    ("GET", "/admin/reports"),
    ("POST", "/admin/reports"),
    ("GET", "/admin/audit"),
];

#[test]
fn the_pages_of_administrators_are_refused_to_all_others() {
    let site = Site::start();
    let user = Person::registered(&site, "Levi");
    let teacher = with_role(&site, "Mia", "teacher");
    let guest = Person::new(&site);
    let origin = [("Origin", site.url.as_str())];
    for (method, target) in ROUTES {
        let form = (*method == "POST").then_some((FORM, "form_token=x"));
        for person in [&user, &teacher] {
            let answer = person.send(method, target, &origin, form);
            assert_eq!(answer.status, 403, "{method} {target}");
            answer.assert_has(403, &["This page is for administrators."]);
            answer.assert_has_not(&["Overview", "The form has expired"]);
        }
        let answer = guest.send(method, target, &origin, form);
        assert!(answer.redirect_target("/login").starts_with("/login?next="), "{method} {target}");
    }
    user.get("/").assert_has_not(&["id=\"admin\""]);
    let admin = with_role(&site, "Ada", "admin");
    admin.get("/").assert_has(200, &["id=\"admin\""]);
    for (method, target) in ROUTES.iter().filter(|(method, _)| *method == "POST") {
        let answer = admin.send(method, target, &origin, Some((FORM, "form_token=x")));
        assert_ne!(answer.status / 100, 3, "{method} {target} without a token: {answer:?}");
        assert_ne!(answer.status, 200, "{method} {target} without a token: {answer:?}");
    }
}

#[test]
fn users_are_found_blocked_allowed_given_roles_and_codes() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    let levi = Person::registered(&site, "Levi");
    Person::registered(&site, "Lena");
    Person::registered(&site, "Mia");
    let found = admin.get("/admin/users?q=Le");
    found.assert_has(200, &["<b dir=\"auto\">Lena</b>", "<b dir=\"auto\">Levi</b>"]);
    found.assert_has_not(&["<b dir=\"auto\">Mia</b>", "<b dir=\"auto\">Ada</b>"]);
    admin.get("/admin/users?q=Zoe").assert_has(200, &["No users found."]);

    let id = value_beside(&found, "<b dir=\"auto\">Levi</b>", "user");
    let change = |action: &str, role: &str| {
        let form = [("action", action), ("user", id.as_str()), ("role", role)];
        admin.submit("/admin/users", &form)
    };
    assert_eq!(change("disable", "").redirect_target("/admin"), "/admin/users?q=&done");
    levi.get("/account").redirect_target("/login");
    admin.get("/admin/users").assert_has(200, &["blocked"]);
    change("enable", "").redirect_target("/admin");
    change("role", "teacher").redirect_target("/admin");
    assert_eq!(change("role", "emperor").status, 400);
    admin.get("/admin/users?q=Levi").assert_has(200, &["value=\"teacher\" selected"]);

    let made = change("reset", "");
    made.assert_has(200, &["One-time code for Levi"]);
    let code = made.body.split_once("class=\"code to-copy\">").unwrap().1;
    let code = code.split('<').next().unwrap();
    let form = [("code", code), ("new_password", "ladder violet")];
    let form = [&form[..], &[("new_password_again", "ladder violet")]].concat();
    assert_eq!(Person::new(&site).submit("/reset", &form).redirect_target("/"), "/");

    let own = value_beside(&admin.get("/admin/users?q=Ada"), "<b dir=\"auto\">Ada</b>", "user");
    let last = [("action", "disable"), ("user", own.as_str())];
    admin.submit("/admin/users", &last).assert_has(422, &["only administrator"]);
    let log = admin.get(&format!("/admin/audit?user={id}"));
    log.assert_has(200, &["Audit log of Levi", "The account was blocked", "By: Ada"]);
    log.assert_has(
        200,
        &["<b>The role was changed</b> <span class=\"about\" dir=\"auto\">Teacher</span>"],
    );
    admin.set_cookie("language", "zh");
    let log = admin.get(&format!("/admin/audit?user={id}"));
    log.assert_has(
        200,
        &["<b>角色已更改</b> <span class=\"about\" dir=\"auto\">老师</span>", "操作者：Ada"],
    );
}

/// Sends files as a browser does.
#[track_caller]
pub(crate) fn upload(admin: &Person<'_>, files: &[(&str, &str)], title: &str) -> Answer {
    let token = admin.get("/admin/books").form_token();
    let mut body = String::new();
    for (name, value) in [("form_token", token.as_str()), ("title", title)] {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        write!(body, "--x\r\n{head}\r\n\r\n{value}\r\n").unwrap();
    }
    for (name, content) in files {
        let head = format!("Content-Disposition: form-data; name=\"files\"; filename=\"{name}\"");
        write!(body, "--x\r\n{head}\r\n\r\n{content}\r\n").unwrap();
    }
    body.push_str("--x--\r\n");
    admin.post_multipart("/admin/uploads", "x", body.as_bytes())
}

#[test]
fn a_dictionary_is_uploaded_previewed_imported_and_changed() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    let words = "word,meaning\nflibbertigibbet,轻浮的人\nzyzzyva,象鼻虫\n";
    let page = upload(&admin, &[("unit.csv", words)], "Unit 5");
    let place = page.redirect_target("/admin/uploads/1").to_owned();
    admin
        .get(&place)
        .assert_has(200, &["CSV table", "word, meaning", "flibbertigibbet", "轻浮的人"]);
    Person::new(&site).get("/word/zyzzyva").assert_has(404, &[]);
    assert_eq!(admin.submit(&place, &[]).redirect_target(&place), place);
    let began = std::time::Instant::now();
    while !admin.get(&place).body.contains("id=\"imported\"") {
        assert!(began.elapsed().as_secs() < 60, "{:?}", admin.get(&place));
        std::thread::yield_now();
    }
    while Person::new(&site).get("/word/zyzzyva").status != 200 {
        assert!(began.elapsed().as_secs() < 60, "it never came into memory");
        std::thread::yield_now();
    }
    let books = admin.get("/admin/books");
    books.assert_has(200, &["<b dir=\"auto\">Unit 5</b>", "Entries: 2"]);
    let id = value_beside(&books, "<b dir=\"auto\">Unit 5</b>", "book");
    let change = |action: &str, title: &str| {
        let form = [("action", action), ("book", id.as_str()), ("title", title)];
        admin.submit("/admin/books", &form)
    };
    let place_of = |title: &str| admin.get("/admin/books").body.find(title).expect(title);
    assert!(place_of("<b dir=\"auto\">Unit 5</b>") > place_of("WordNet"));
    change("up", "").redirect_target("/admin/books");
    change("up", "").redirect_target("/admin/books");
    change("up", "").redirect_target("/admin/books");
    assert!(place_of("<b dir=\"auto\">Unit 5</b>") < place_of("WordNet"));
    change("hide", "").redirect_target("/admin/books");
    admin.get("/admin/books").assert_has(200, &[">hidden<"]);
    change("show", "").redirect_target("/admin/books");
    change("rename", "Unit 6").redirect_target("/admin/books");
    for title in [" ", &"x".repeat(256)] {
        change("rename", title).assert_has(400, &["A title has 1 to 255 characters", "Unit 6</b>"]);
    }
    admin.get("/admin/books").assert_has(200, &["<b dir=\"auto\">Unit 6</b>"]);
    change("remove", "").redirect_target("/admin/books");
    admin.get("/admin/books").assert_has_not(&["Unit 6", ">hidden<"]);
    for action in ["remove", "hide", "rename", "up"] {
        change(action, "Unit 7").assert_has(400, &["This dictionary does not exist any more."]);
    }
    let log = admin.get("/admin/audit");
    for (event, about) in [
        ("Imported a dictionary", "Unit 5"),
        ("Moved a dictionary", "Unit 5"),
        ("Hid a dictionary", "Unit 5"),
        ("Showed a hidden dictionary", "Unit 5"),
        ("Renamed a dictionary", "Unit 5 → Unit 6"),
        ("Removed a dictionary", "Unit 6"),
    ] {
        let line = format!("<b>{event}</b> <span class=\"about\" dir=\"auto\">{about}</span>");
        log.assert_has(200, &[&line, "By: Ada"]);
    }
}

/// The text has no colon if no word follows.
#[test]
fn a_warning_about_nothing_but_a_line_names_the_line_alone() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    let file = upload(&admin, &[("unit.csv", "word,meaning\nzyzzyva,象鼻虫\n,象\n")], "Unit 5");
    let page = admin.get(file.redirect_target("/admin/uploads/1"));
    page.assert_has(200, &["<li>line 3</li>"]);
    page.assert_has_not(&["line 3: <"]);
}

#[test]
fn an_empty_upload_is_described_and_cannot_be_imported() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    for file in ["a.json", "a.jsonl", "a.csv", "a.tsv", "a.txt", "a.dsl"] {
        let place =
            upload(&admin, &[(file, "")], "").redirect_target("/admin/uploads/1").to_owned();
        let page = admin.get(&place);
        page.assert_has(200, &["id=\"no-entries\""]);
        page.assert_has_not(&["id=\"import\"", "kaikki"]);
    }
}

#[test]
fn an_upload_replaces_a_dictionary_only_after_it_was_named() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    let words = "word,meaning\nzyzzyva,象鼻虫\n";
    let place = |answer: &Answer, at: usize| {
        answer.redirect_target(&format!("/admin/uploads/{at}")).to_owned()
    };
    let import = |place: &str, form: &[(&str, &str)]| {
        admin.submit(place, form).redirect_target(place);
        let began = std::time::Instant::now();
        while !admin.get(place).body.contains("id=\"imported\"") {
            assert!(began.elapsed().as_secs() < 60, "{:?}", admin.get(place));
            std::thread::yield_now();
        }
    };
    let first = place(&upload(&admin, &[("unit.csv", words)], "Unit 5"), 1);
    admin.get(&first).assert_has(200, &["name=\"name\" maxlength=\"64\" value=\"unit\""]);
    admin.get(&first).assert_has_not(&["id=\"replaces\""]);
    import(&first, &[("name", "unit"), ("replaces", "")]);

    let other = "word,meaning\nqwzx,乱码\nzyzzyva,虫\n";
    let second = place(&upload(&admin, &[("unit.csv", other)], "Unit 6"), 1);
    let warning = ["id=\"replaces\"", "replaces the dictionary Unit 5. Its entries: 1."];
    let page = admin.get(&second);
    page.assert_has(200, &warning);
    let replaced = value_beside(&page, "id=\"replaces\"", "replaces");
    // Without the confirmation of what is replaced, nothing is imported.
    for name in ["unit", ""] {
        admin.submit(&second, &[("name", name), ("replaces", "")]).redirect_target(&second);
        admin.get(&second).assert_has(200, &warning);
    }
    admin.submit(&second, &[("name", &"x".repeat(65)), ("replaces", "")]).assert_has(400, &[]);
    import(&second, &[("name", "unit 6"), ("replaces", &replaced)]);
    admin
        .get("/admin/books")
        .assert_has(200, &["<b dir=\"auto\">Unit 5</b>", "<b dir=\"auto\">Unit 6</b>"]);

    let third = place(&upload(&admin, &[("unit.csv", other)], "Unit 7"), 1);
    import(&third, &[("name", "unit"), ("replaces", &replaced)]);
    let books = admin.get("/admin/books");
    books.assert_has(200, &["<b dir=\"auto\">Unit 7</b>", "<b dir=\"auto\">Unit 6</b>"]);
    books.assert_has_not(&["<b dir=\"auto\">Unit 5</b>"]);
}

#[test]
fn the_reason_of_a_refused_upload_names_no_flag_of_the_command_line() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    let token = admin.get("/admin/books").form_token();
    let part = |rest: &str| format!("--x\r\nContent-Disposition: form-data; {rest}");
    let head = part(&format!("name=\"form_token\"\r\n\r\n{token}\r\n"));
    let head = head + &part("name=\"files\"; filename=\"a.csv\"\r\n\r\n");
    let body = [head.as_bytes(), b"apple,x\ncoffee,caf\xe9 noir\n\r\n--x--\r\n"].concat();
    let answer = admin.post_multipart("/admin/uploads", "x", &body);
    answer.assert_has(400, &["a.csv, line 2: is not UTF-8", "save the file as UTF-8 and upload"]);
    answer.assert_has_not(&["--encoding"]);
}

#[test]
fn an_upload_is_described_in_the_language_of_the_page() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    let page = upload(&admin, &[("unit.csv", "word,meaning\nzyzzyva,象鼻虫\nqwzx,\n")], "Unit 5");
    let place = page.redirect_target("/admin/uploads/1").to_owned();
    let named =
        ["Format</dt><dd>CSV table<", "word, meaning", "No explanation, left out", "line 3: qwzx"];
    admin.get(&place).assert_has(200, &named);
    admin.set_cookie("language", "zh");
    let named = ["格式</dt><dd>CSV 表格<", "单词、释义", "没有释义，未导入", "第 3 行：qwzx"];
    let page = admin.get(&place);
    page.assert_has(200, &named);
    page.assert_has_not(&["kind:", "columns", "left out"]);
    admin.submit(&place, &[]).redirect_target(&place);
    let began = std::time::Instant::now();
    while !admin.get(&place).body.contains("id=\"imported\"") {
        assert!(began.elapsed().as_secs() < 60, "{:?}", admin.get(&place));
        std::thread::yield_now();
    }
    admin.get(&place).assert_has(200, &["“Unit 5”已导入，共 1 条。", "没有释义，未导入"]);
    admin.get("/admin/books").assert_has(200, &["CSV 表格"]);
}

#[test]
fn files_that_are_not_a_dictionary_are_refused_with_the_reason() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    upload(&admin, &[("x.ifo", "StarDict's dict ifo file\n")], "")
        .assert_has(400, &["x.idx: is missing", "name=\"files\"", "id=\"books\""]);
    upload(&admin, &[("", "")], "").assert_has(400, &["choose a file"]);
    upload(&admin, &[("../../x", "a b")], "").assert_has_not(&["/tmp"]);
    assert_eq!(admin.get("/admin/uploads/1").status, 404);
    let guest = Person::new(&site);
    assert_eq!(guest.post_multipart("/admin/uploads", "x", b"--x--\r\n").status, 303);
}

#[test]
fn look_ups_and_missing_words_are_counted_without_names() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    let guest = Person::new(&site);
    for word in ["qwzx", "qwzx", "plonkish", "apple"] {
        guest.get(&format!("/word/{word}"));
    }
    let began = std::time::Instant::now();
    let page = loop {
        let page = admin.get("/admin");
        if page.body.contains(">qwzx</a></td><td>2</td>") && page.body.contains("plonkish") {
            break page;
        }
        assert!(began.elapsed().as_secs() < 60, "{page:?}");
        std::thread::yield_now();
    };
    page.assert_has(200, &["<td>1</td><td>3</td>", "<svg", "/<wbr>word/<wbr>{word}"]);
    let form = [("word", "qwzx")];
    assert_eq!(admin.submit("/admin", &form).redirect_target("/admin"), "/admin");
    admin.get("/admin").assert_has_not(&[">qwzx</a>"]);
}

#[test]
fn a_report_of_an_entry_reaches_the_administrators_list_until_it_is_settled() {
    let site = Site::start();
    let admin = with_role(&site, "Ada", "admin");
    let levi = Person::registered(&site, "Levi");
    let guest = Person::new(&site);
    guest.get("/word/apple").assert_has(200, &["/report?word=apple"]);
    let report = |person: &Person<'_>, text: &str| {
        let token = person.get("/report?word=apple").form_token();
        let form = [("form_token", token.as_str()), ("word", "apple"), ("text", text)];
        person.post("/report", &form)
    };
    report(&levi, "The plural <is> missing").assert_has(200, &["Thank you!"]);
    report(&guest, "A guest's").assert_has(200, &["Thank you!"]);
    report(&guest, "  ").assert_has(422, &["Describe what is wrong."]);
    let list = admin.get("/admin/reports");
    list.assert_has(200, &["The plural &#60;is&#62; missing", "Levi", "Guest", ">apple</a>"]);
    let (at, tie) =
        (value_beside(&list, "The plural", "at"), value_beside(&list, "The plural", "tie_breaker"));
    let form = [("at", at.as_str()), ("tie_breaker", tie.as_str())];
    admin.submit("/admin/reports", &form).redirect_target("/admin/reports");
    let list = admin.get("/admin/reports");
    list.assert_has(200, &["A guest"]);
    list.assert_has_not(&["The plural"]);
    for _ in 0..9 {
        assert_eq!(report(&levi, "again").status, 200);
    }
    report(&levi, "again").assert_has(429, &["Too many reports."]);
    assert_eq!(report(&guest, "another").status, 200, "others are not kept from it");
}

#[test]
fn guests_cannot_report_if_the_setting_forbids_it() {
    let site = Site::start_with(&["dictionary.guests_may_report=false"]);
    let guest = Person::new(&site);
    guest.get("/word/apple").assert_has_not(&["/report?word=apple"]);
    let page = guest.get("/report?word=apple");
    page.assert_has(200, &["Log in to report errors."]);
    page.assert_has_not(&["<textarea"]);
    let token = guest.get("/login").form_token();
    let form = [("form_token", token.as_str()), ("word", "apple"), ("text", "x")];
    assert_eq!(guest.post("/report", &form).status, 403);
    Person::registered(&site, "Levi").get("/word/apple").assert_has(200, &["/report?word=apple"]);
}
