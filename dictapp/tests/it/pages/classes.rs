//! Tests of classes without JavaScript: a teacher shares a list, pupils learn it, and neither sees
//! what they must not see.

use super::admin::with_role;
use super::client::{Answer, Person};
use super::site::Site;

/// The text on a page between these two texts.
#[track_caller]
fn between<'a>(page: &'a Answer, before: &str, after: &str) -> &'a str {
    let rest = page.body.split_once(before).unwrap_or_else(|| panic!("{before}: {page:?}")).1;
    rest.split(after).next().unwrap()
}

/// The path of a class's page, and the code with which pupils join.
pub(super) struct TaughtClass {
    pub(super) path: String,
    pub(super) code: String,
}

/// Makes a class.
#[track_caller]
pub(super) fn class_of(teacher: &Person<'_>) -> TaughtClass {
    let form = [("action", "make"), ("name", "Class 7")];
    assert_eq!(teacher.submit("/classes", &form).redirect_target("/classes"), "/classes");
    let page = teacher.get("/classes");
    let path = format!("/classes/{}", between(&page, "href=\"/classes/", "\""));
    let code = between(&teacher.get(&path), "id=\"code\">", "<").to_owned();
    TaughtClass { path, code }
}

#[track_caller]
pub(super) fn join(pupil: &Person<'_>, code: &str) -> Answer {
    pupil.submit("/classes", &[("action", "join"), ("code", code)])
}

#[track_caller]
pub(super) fn share_list(teacher: &Person<'_>, path: &str, words: &str) -> Answer {
    let form = [("action", "add"), ("name", "Unit 5"), ("due", "2099-12-04"), ("words", words)];
    teacher.submit(path, &form)
}

#[test]
fn pupils_see_what_to_learn_until_when_and_the_teacher_who_has_finished_if_they_share_it() {
    let site = Site::start();
    let teacher = with_role(&site, "Ms Lee".replace(' ', "").as_str(), "teacher");
    let TaughtClass { path, code } = class_of(&teacher);
    let levi = Person::registered(&site, "Levi");
    assert_eq!(join(&levi, &code.to_lowercase()).redirect_target("/classes"), "/classes");
    let listed =
        share_list(&teacher, &path, "apple\npear\napple\n").redirect_target(&path).to_owned();
    let page = teacher.get(&listed);
    page.assert_has(200, &["The list was shared. Words: 2.", "kept once: 1."]);
    page.assert_has(200, &["href=\"/word/pear\">pear</a>", "remembered for at least 7 days"]);
    page.assert_has_not(&["Lines left out", "Not in the dictionary"]);

    levi.get("/").assert_has(200, &["Lists to learn", "Unit 5", "until Friday (2099-12-04)"]);
    levi.get("/words").assert_has(200, &["Unit 5", "0 of 2 words learnt"]);
    let page = levi.get("/classes");
    let list = between(&page, "name=\"list\" value=\"", "\"").to_owned();
    let save = [("action", "save"), ("list", list.as_str())];
    levi.submit("/classes", &save).redirect_target("/classes");
    levi.get("/words?list=Unit%205").assert_has(200, &[">apple</a>", ">pear</a>"]);
    let review = |grade: &str| {
        let page = levi.get("/review");
        let (word, seen) = (
            between(&page, "name=\"word\" value=\"", "\"").to_owned(),
            between(&page, "name=\"seen\" value=\"", "\"").to_owned(),
        );
        let form = [("word", word.as_str()), ("seen", seen.as_str()), ("grade", grade)];
        levi.submit("/review", &form).redirect_target("/review");
    };
    review("4");
    review("3");
    // A word that was known once may be forgotten within the week.
    levi.get("/classes").assert_has(200, &["1 of 2 words learnt"]);
    let token = levi.get("/review").form_token();
    levi.post("/review/undo", &[("form_token", &token)]).redirect_target("/review");
    review("4");
    levi.get("/classes").assert_has(200, &["2 of 2 words learnt", "finished"]);

    teacher
        .get(&path)
        .assert_has(200, &["<b dir=\"auto\">Levi</b>", "nobody yet", "Does not share"]);
    let class = path.rsplit('/').next().unwrap();
    levi.submit("/classes", &[("action", "share"), ("class", class)]).redirect_target("/classes");
    let page = teacher.get(&path);
    page.assert_has(200, &["Shares progress"]);
    assert!(between(&page, "id=\"lists\"", "</ul>").contains("Levi"));
    levi.submit("/classes", &[("action", "hide"), ("class", class)]).redirect_target("/classes");
    teacher.get(&path).assert_has(200, &["nobody yet"]);
    levi.submit("/classes", &[("action", "leave"), ("class", class)]).redirect_target("/classes");
    levi.get("/").assert_has_not(&["Unit 5"]);
    teacher.get(&path).assert_has_not(&["<b dir=\"auto\">Levi</b>"]);
}

#[test]
fn the_teacher_sees_the_words_of_a_list_and_which_no_dictionary_has() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    let path = class_of(&teacher).path;
    share_list(&teacher, &path, &format!("apple\naple\n{}\n", "x".repeat(300)))
        .redirect_target(&path);
    let page = teacher.get(&path);
    page.assert_has(200, &["href=\"/word/apple\">apple</a>", "href=\"/word/aple\">aple</a>"]);
    page.assert_has(200, &["Not in the dictionary, check the spelling: aple<"]);
    teacher
        .get(&format!("{path}?words=2&repeated=0&dropped=1"))
        .assert_has(200, &["Lines left out for not being a word or being beyond the limit: 1."]);
}

#[test]
fn a_class_belongs_to_its_teacher_and_pupils_cannot_make_one() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    let TaughtClass { path, code } = class_of(&teacher);
    let levi = Person::registered(&site, "Levi");
    join(&levi, &code).redirect_target("/classes");
    let other = with_role(&site, "Kim", "teacher");
    for person in [&levi, &other] {
        assert_eq!(person.get(&path).status, 404);
        let token = person.get("/classes").form_token();
        for action in ["add", "unlist", "remove", "reset", "delete"] {
            let form = [
                ("form_token", token.as_str()),
                ("action", action),
                ("name", "x"),
                ("due", "2099-01-01"),
                ("words", "apple"),
            ];
            assert_eq!(person.post(&path, &form).status, 404, "{action}");
        }
    }
    assert_eq!(teacher.get(&path).status, 200, "it is still there");
    levi.get("/classes").assert_has_not(&["value=\"make\""]);
    let make = [("action", "make"), ("name", "Mine")];
    levi.submit("/classes", &make).assert_has(403, &["Only teachers can create classes."]);
    join(&levi, "2222-2222").assert_has(422, &["There is no class with this code."]);
    assert_eq!(
        Person::new(&site).get("/classes").redirect_target("/login"),
        "/login?next=/classes"
    );
    share_list(&teacher, &path, " \n").assert_has(422, &["Enter at least one word.", "Unit 5"]);
    for (due, problem) in [
        ("soon", "Choose a day."),
        // No pupil would see a list with a deadline in the past.
        ("2020-01-01", "This day is over. Choose today or a later day."),
    ] {
        let form = [("action", "add"), ("name", "Unit 5"), ("due", due), ("words", "apple")];
        teacher.submit(&path, &form).assert_has(422, &[problem]);
    }
    teacher.submit(&path, &[("action", "delete")]).redirect_target("/classes");
    assert_eq!(teacher.get(&path).status, 404);
    levi.get("/classes").assert_has(200, &["You are not in a class yet."]);
}

#[test]
fn a_list_is_reviewed_by_itself() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    let TaughtClass { path, code } = class_of(&teacher);
    share_list(&teacher, &path, "banana\napple").redirect_target(&path);
    let levi = Person::registered(&site, "Levi");
    join(&levi, &code).redirect_target("/classes");
    for word in ["umbrella", "apple"] {
        levi.submit("/words", &[("action", "save"), ("word", word)]).redirect_target("/words");
    }
    let list = between(&levi.get("/classes"), "name=\"list\" value=\"", "\"").to_owned();
    levi.submit("/classes", &[("action", "save"), ("list", &list)]).redirect_target("/classes");
    let link = format!("/review?list={list}");
    for page in ["/classes", "/words"] {
        levi.get(page).assert_has(200, &[&format!("href=\"{link}\"")]);
    }
    let mut next = link.clone();
    for _ in 0..2 {
        let card = levi.get(&next);
        card.assert_has(200, &["id=\"left\"><bdi>Unit 5</bdi> · "]);
        card.assert_has_not(&["data-word=\"umbrella\""]);
        let value = |name: &str| between(&card, &format!("name=\"{name}\" value=\""), "\"");
        let names = ["form_token", "word", "seen", "sitting"];
        let form = names.map(|name| (name, value(name)));
        next = levi
            .post("/review", &[&form[..], &[("grade", "4")]].concat())
            .redirect_target("/review")
            .into();
    }
    levi.get(&next).assert_has(200, &["id=\"all-done\">Done for now with the list Unit 5!"]);
    levi.get(&next).assert_has(200, &["id=\"sitting\"", "Review now (1)"]);
    levi.get("/review").assert_has(200, &["data-word=\"umbrella\""]);
    Person::registered(&site, "Mia").get(&link).assert_has_not(&["Unit 5"]);
    levi.submit("/classes", &[("action", "leave"), ("class", &path["/classes/".len()..])])
        .redirect_target("/classes");
    levi.get(&next).assert_has(200, &["data-word=\"umbrella\""]);
}

#[test]
fn a_teacher_makes_reset_codes_for_pupils_of_the_own_class_alone() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    let TaughtClass { path, code } = class_of(&teacher);
    let pupil = Person::registered(&site, "Levi");
    let stranger = Person::registered(&site, "Mia");
    let admin = with_role(&site, "Ada", "admin");
    join(&pupil, &code).redirect_target("/classes");
    join(&admin, &code).redirect_target("/classes");
    let page = teacher.get(&path);
    let row = |name: &str| {
        page.body
            .split("<li>")
            .find(|row| row.contains(&format!("<b dir=\"auto\">{name}</b>")))
            .unwrap()
    };
    assert!(row("Levi").contains("value=\"reset\"") && !row("Ada").contains("value=\"reset\""));
    let key = |name: &str| {
        let rest = row(name).split_once("name=\"pupil\" value=\"").unwrap().1;
        rest.split('"').next().unwrap()
    };
    let reset = |pupil: &str| teacher.submit(&path, &[("action", "reset"), ("pupil", pupil)]);
    let made = reset(key("Levi"));
    made.assert_has(200, &["One-time code for Levi"]);
    let code = between(&made, "<b class=\"code to-copy\">", "<");
    let form = [("code", code), ("new_password", "ladder violet")];
    let form = [&form[..], &[("new_password_again", "ladder violet")]].concat();
    assert_eq!(Person::new(&site).submit("/reset", &form).redirect_target("/"), "/");
    assert_eq!(reset(key("Ada")).status, 404, "the code would give away an administrator's rights");
    stranger.get("/account");
    for other in ["3", "0", "999"] {
        if other != key("Levi") {
            assert_eq!(reset(other).status, 404, "{other}");
        }
    }
}

#[test]
fn join_codes_cannot_be_guessed() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    let code = class_of(&teacher).code;
    let pupil = Person::registered(&site, "Levi");
    for _ in 0..20 {
        assert_eq!(join(&pupil, "22222222").status, 422);
    }
    assert_eq!(join(&pupil, &code).status, 429);
    let other = Person::registered(&site, "Mia");
    assert_eq!(join(&other, &code).redirect_target("/classes"), "/classes");
}

#[test]
fn a_reset_code_of_a_pupil_is_invalid_once_the_pupil_has_more_rights() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    let TaughtClass { path, code } = class_of(&teacher);
    let levi = Person::registered(&site, "Levi");
    join(&levi, &code).redirect_target("/classes");
    let pupil = between(&teacher.get(&path), "name=\"pupil\" value=\"", "\"").to_owned();
    let made = teacher.submit(&path, &[("action", "reset"), ("pupil", &pupil)]);
    let reset = between(&made, "<b class=\"code to-copy\">", "<");
    let admin = with_role(&site, "Ada", "admin");
    let form = [("action", "role"), ("user", pupil.as_str()), ("role", "admin")];
    admin.submit("/admin/users", &form).redirect_target("/admin");
    assert_eq!(levi.get("/account").status, 303, "a session of fewer rights gets no more");
    let new = "ladder violet";
    let form = [("code", reset), ("new_password", new), ("new_password_again", new)];
    assert_eq!(Person::new(&site).submit("/reset", &form).status, 403);
}

#[test]
fn an_export_has_classes_lists_and_reports() {
    let site = Site::start();
    let teacher = with_role(&site, "Lee", "teacher");
    let path = class_of(&teacher).path;
    share_list(&teacher, &path, "apple").redirect_target(&path);
    let token = teacher.get("/account").form_token();
    let answer = teacher.post("/account/export", &[("form_token", &token)]);
    for file in ["classes.csv", "class_lists.csv", "reports.csv"] {
        assert!(answer.body.contains(file), "{file}");
    }
}
