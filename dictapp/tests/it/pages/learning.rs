//! Tests of saving words, the word book and its reviews, without JavaScript.

use super::client::{Answer, Person};
use super::site::Site;

/// The value of the first `name="NAME" value="..."` on a page.
#[track_caller]
fn value(page: &Answer, name: &str) -> String {
    let rest = page.body.split_once(&format!("name=\"{name}\" value=\"")).expect(name).1;
    rest.split('"').next().expect("a value").to_owned()
}

#[track_caller]
fn save(person: &Person<'_>, word: &str) {
    let form = [("action", "save"), ("word", word)];
    assert_eq!(person.submit("/words", &form).redirect_target("/words"), "/words");
}

/// Answers the card that is due with this grade.
#[track_caller]
fn answer(person: &Person<'_>, grade: &str) -> (String, String) {
    let page = person.get("/review");
    let (word, seen) = (value(&page, "word"), value(&page, "seen"));
    let form = [("word", word.as_str()), ("seen", &seen), ("grade", grade)];
    person.submit("/review", &form).redirect_target("/review");
    (word, seen)
}

#[test]
fn a_word_is_saved_from_its_page_and_shown_in_the_word_book() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let page = levi.get("/word/apple");
    page.assert_has(200, &["value=\"save\""]);
    let (token, next) = (value(&page, "form_token"), "/word/apple");
    let form =
        [("form_token", token.as_str()), ("action", "save"), ("word", "apple"), ("next", next)];
    assert_eq!(levi.post("/words", &form).redirect_target(next), next);
    levi.get("/word/apple").assert_has(200, &["class=\"saved\""]);
    levi.get("/words").assert_has(200, &[">apple</a>", "苹果", "Words: 1"]);
    Person::registered(&site, "Anna").get("/words").assert_has_not(&[">apple</a>"]);
    Person::new(&site).get("/word/apple").assert_has_not(&["value=\"save\""]);
    assert_eq!(
        Person::new(&site).get("/words").redirect_target("/login?next=/words"),
        "/login?next=/words"
    );
}

#[test]
fn a_word_is_reviewed_once_even_if_its_answer_is_sent_twice_and_can_be_taken_back() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    save(&levi, "apple");
    levi.get("/review").assert_has(200, &["<h1>Review</h1>", "data-word=\"apple\""]);
    let (word, seen) = answer(&levi, "4");
    assert_eq!((word.as_str(), seen.as_str()), ("apple", "0"));
    let again = [("word", "apple"), ("seen", "0"), ("grade", "1")];
    levi.submit("/review", &again).redirect_target("/review");
    levi.get("/review").assert_has(200, &["<h1>Review</h1>", "id=\"all-done\""]);
    levi.get("/progress")
        .assert_has(200, &["past year: 1, days with reviews: 1", "<dt>Learnt</dt><dd>1</dd>"]);
    let token = levi.get("/review").form_token();
    let undone = levi.post("/review/undo", &[("form_token", &token)]);
    assert!(undone.redirect_target("/review").starts_with("/review?undone=apple&"), "{undone:?}");
    levi.get("/review").assert_has(200, &["data-word=\"apple\"", "name=\"seen\" value=\"0\""]);
    levi.get("/progress").assert_has(200, &["<dt>Learnt</dt><dd>0</dd>"]);
}

#[test]
fn words_are_changed_paused_removed_imported_and_exported() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let words = "apple\tred or green\nice cream\n\nbook\n";
    let form = [("action", "import"), ("words", words), ("list", "Unit 1")];
    assert_eq!(levi.submit("/words", &form).redirect_target("/words?added=3"), "/words?added=3");
    levi.get("/words?list=Unit%201").assert_has(200, &[">apple</a>", ">ice cream</a>", "Unit 1"]);
    let form = [("action", "update"), ("word", "book"), ("note", "=1+1"), ("list", "")];
    assert_eq!(levi.submit("/words", &form).redirect_target("/words"), "/words");
    levi.get("/words?list=Unit%201").assert_has_not(&[">book</a>"]);
    levi.submit("/words", &[("action", "suspend"), ("word", "apple")]).redirect_target("/words");
    levi.submit("/words", &[("action", "remove"), ("word", "ice cream")]).redirect_target("/words");
    let table = levi.get("/words/export?as=csv");
    table.assert_has(200, &["word,pronunciation,meaning", "red or green", "'=1+1"]);
    table.assert_has_not(&["ice cream"]);
    levi.get("/words/export?as=text").assert_has(200, &["apple\t"]);
    let package = levi.get("/words/export?as=apkg");
    package.assert_has(200, &["PK", "collection.anki2", "media"]);
    let name = "attachment; filename=\"words.apkg\"";
    assert_eq!(package.field("content-disposition"), Some(name));
    levi.get("/review").assert_has(200, &["data-word=\"book\""]);
}

#[test]
fn new_words_a_day_are_limited_to_the_users_choice() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    for word in ["apple", "book"] {
        save(&levi, word);
    }
    let token = levi.get("/review").form_token();
    let form = [("form_token", token.as_str()), ("kind", "ear"), ("new_a_day", "1")];
    assert_eq!(levi.post("/review/kind", &form).redirect_target("/review"), "/review");
    levi.get("/review").assert_has(200, &["data-kind=\"ear\"", "data-word=\"apple\""]);
    answer(&levi, "4");
    levi.get("/review").assert_has(200, &["id=\"all-done\""]);
}

#[test]
fn of_several_headwords_on_a_page_the_chosen_one_is_saved() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let page = levi.get("/word/better");
    page.assert_has(200, &["Save better", "Save good"]);
    let form = [("action", "save"), ("word", "good"), ("next", "/word/better")];
    assert_eq!(levi.submit("/words", &form).redirect_target("/word"), "/word/better");
    levi.get("/word/better").assert_has(200, &["Save better", "good is saved"]);
    levi.get("/words").assert_has(200, &[">good</a>"]);
}

/// The counts of due words on a page agree, and "Next review" shows a time if it is today.
#[test]
fn a_word_that_is_due_later_today_is_not_due_now() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    for word in ["apple", "book", "chair"] {
        save(&levi, word);
    }
    answer(&levi, "1"); // again in a few minutes
    // The next review is today only if midnight is more than a few minutes away.
    let hour = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).hour();
    levi.set_cookie("zone", if hour == 23 { "Asia/Shanghai" } else { "UTC" });
    levi.get("/words").assert_has(200, &["Next review: today at ", "Review now (2)"]);
    let page = levi.get("/progress");
    page.assert_has(200, &["<dt>Due now</dt><dd>2</dd>"]);
    page.assert_has(200, &["Of the 3 words of today, due later today: 1."]);
    levi.get("/").assert_has(200, &["Words to review now", "<p class=\"number\">2</p>"]);
    for _ in 0..2 {
        answer(&levi, "4");
    }
    levi.get("/words").assert_has(200, &["Next review: 20"]);
}

#[test]
fn the_home_page_shows_due_words_or_one_suggestion() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    levi.get("/").assert_has(200, &["Words to review now", "No words yet.", "A random word"]);
    save(&levi, "apple");
    levi.get("/").assert_has(200, &["<p class=\"number\">1</p>", "Review now"]);
    answer(&levi, "4");
    levi.get("/").assert_has(200, &["Nothing to review now."]);
    Person::new(&site).get("/").assert_has_not(&["Words to review now"]);
}

#[test]
fn a_table_that_was_exported_is_imported_from_a_file() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let form = [("action", "save"), ("word", "apple"), ("note", "=1+1"), ("list", "Unit 5")];
    levi.submit("/words", &form).redirect_target("/words");
    let table = levi.get("/words/export?as=csv").body;
    let mia = Person::registered(&site, "Mia");
    let send = |person: &Person<'_>, token: &str, content: &str| {
        let file = ("words.csv", content.as_bytes());
        person.post_file("/words/import", file, &[("form_token", token)])
    };
    let token = mia.get("/words").form_token();
    assert_eq!(send(&mia, &token, &table).redirect_target("/words?added=1"), "/words?added=1");
    mia.get("/words?list=Unit%205").assert_has(200, &[">apple</a>", "<bdi>=1+1</bdi>"]);
    assert_eq!(send(&mia, "x", &table).status, 403);
}

#[test]
fn a_table_of_another_program_is_imported_with_its_meanings() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let token = levi.get("/words").form_token();
    let send = |content: &[u8]| {
        levi.post_file("/words/import", ("words.csv", content), &[("form_token", &token)])
    };
    let answer = send("word,meaning\nblorf,一种东西\n".as_bytes());
    let to = answer.redirect_target("/words");
    assert_eq!(to, "/words?added=1&unknown=1&missing=blorf");
    let shown = "Not in the dictionary (1), check the spelling: blorf";
    levi.get(to).assert_has(200, &[shown, "<bdi>一种东西</bdi>"]);
    let answer = send("\u{feff}单词;释义\r\nlanternn;灯笼\r\n".as_bytes());
    assert_eq!(answer.redirect_target("/words"), "/words?added=1&unknown=1&missing=lanternn");
    // GB18030, as Excel writes a CSV in China.
    let excel = b"\xb5\xa5\xb4\xca,\xca\xcd\xd2\xe5\r\napple,\xc6\xbb\xb9\xfb\xca\xf7\r\n";
    assert_eq!(send(excel).redirect_target("/words"), "/words?added=1");
    levi.get("/words").assert_has(200, &["<bdi>灯笼</bdi>", "<bdi>苹果树</bdi>", "Words: 3"]);
}

/// The next page has the words in its address, which must not be too long for the server.
#[test]
fn long_words_that_no_dictionary_has_are_named_by_their_beginning() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let token = person.get("/words").form_token();
    let lines: Vec<String> = "赵钱孙李周".chars().map(|c| c.to_string().repeat(255)).collect();
    let text = lines.join("\n");
    let file = ("words.txt", text.as_bytes());
    let answer = person.post_file("/words/import", file, &[("form_token", &token)]);
    let page = person.get(answer.redirect_target("/words"));
    page.assert_has(200, &[&format!("{}…", "赵".repeat(40))]);
}

/// Imports these lines into the word book; returns the token of its forms.
#[track_caller]
fn import(person: &Person<'_>, lines: &str) -> String {
    let token = person.get("/words").form_token();
    let file = ("words.txt", lines.as_bytes());
    person.post_file("/words/import", file, &[("form_token", &token)]).redirect_target("/words");
    token
}

/// A card that asks for the word or its spelling would have no question.
#[test]
fn a_word_that_no_dictionary_has_is_asked_for_its_meaning() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let token = import(&levi, "qwzzz\n");
    for kind in ["word", "spelling"] {
        let form = [("form_token", token.as_str()), ("kind", kind)];
        levi.post("/review/kind", &form).redirect_target("/review");
        let page = levi.get("/review");
        page.assert_has(200, &["<p class=\"headword front\" lang=\"en\">qwzzz</p>"]);
        page.assert_has_not(&["id=\"typed\"", "id=\"verdict\""]);
    }
}

/// `went` is not pronounced like `go`.
#[test]
fn an_inflected_form_has_no_pronunciation_of_its_headword() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    import(&levi, "went\n");
    levi.get("/words").assert_has(200, &[">went</a>", "去"]);
    levi.get("/words").assert_has_not(&["class=\"phonetic\""]);
}

/// Otherwise `went` and `go` would have the same card.
#[test]
fn the_card_of_an_inflected_form_says_which_form_it_is() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let token = import(&levi, "went\n");
    levi.get("/words").assert_has(200, &[">past tense of go</span>"]);
    levi.set_cookie("language", "zh");
    levi.get("/words").assert_has(200, &["lang=\"zh-Hans\">go 的过去式</span>"]);
    levi.set_cookie("language", "en");
    for kind in ["meaning", "word"] {
        levi.post("/review/kind", &[("form_token", &token), ("kind", kind)])
            .redirect_target("/review");
        let page = levi.get("/review");
        page.assert_has(200, &[">past tense of go</span>"]);
        let front = page.body.split("id=\"answer\"").next().unwrap_or_default();
        assert_eq!(front.contains("past tense of go"), kind == "word", "{kind}");
    }
    for format in ["csv", "text"] {
        let file = levi.get(&format!("/words/export?as={format}"));
        file.assert_has(200, &["past tense of go  "]);
    }
}

/// The note of a word that was saved before was lost without a word about it.
#[test]
fn an_import_says_which_notes_of_saved_words_it_took_and_which_it_left_out() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    save(&levi, "apple");
    let form = [("action", "save"), ("word", "book"), ("note", "mine")];
    levi.submit("/words", &form).redirect_target("/words");
    let said = "If it has no note or sentence, it gets the imported one; otherwise it keeps";
    levi.get("/words").assert_has(200, &[said]);
    let words = "apple\tred or green\nbook\ttheirs\nchair\tto sit on\n";
    let to = levi.submit("/words", &[("action", "import"), ("words", words)]);
    let to = to.redirect_target("/words?added=1&known=2&filled=1&kept=1");
    let page = levi.get(to);
    page.assert_has(200, &["<bdi>red or green</bdi>", "<bdi>mine</bdi>", "<bdi>to sit on</bdi>"]);
    page.assert_has(200, &["got a note or a sentence: 1.", "instead of the imported one: 1."]);
    page.assert_has_not(&["theirs"]);
}

/// "Words added: 2" is not shown again after a word is removed.
#[test]
fn the_result_of_an_import_is_shown_once() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let token = levi.get("/words").form_token();
    let file = ("words.txt", "apple\nqwzzz\n".as_bytes());
    let answer = levi.post_file("/words/import", file, &[("form_token", &token)]);
    let page = levi.get(answer.redirect_target("/words"));
    page.assert_has(200, &["id=\"added\""]);
    assert_eq!(value(&page, "next"), "/words");
}

#[test]
fn an_import_that_cannot_be_read_stays_on_the_form() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let token = levi.get("/words").form_token();
    let send = |content: &[u8]| {
        let fields = [("form_token", token.as_str()), ("list", "Unit 7")];
        levi.post_file("/words/import", ("words.csv", content), &fields)
    };
    let encoding = "This file could not be read: its encoding is unknown. Save it as";
    send(b"caf\xe9\n").assert_has(422, &[encoding, "id=\"problem\"", "value=\"Unit 7\""]);
    send(b"a\0b").assert_has(422, &[encoding]);
    send(b"a,b\nc,\"d\n").assert_has(422, &["words.csv, line 2: the quote is not closed"]);
    send(&b"a\n".repeat(20_001)).assert_has(422, &["more than 20000 rows"]);
    levi.get("/words").assert_has_not(&["id=\"problem\"", "id=\"words\""]);
}
