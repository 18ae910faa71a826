//! Counts the instructions of dictapp's pages: the list of pages, the visitor who requests each,
//! and the data that the visitor has.

use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::counter::Counter;
use super::get;
use crate::harness::browser::Browser;
use crate::harness::server::Server;
use crate::steps::succeed;

/// Maximum time until dictapp has loaded its words under callgrind.
const LOADING_MAX: Duration = Duration::from_secs(120);
/// `Accept-Encoding` of Chromium over plain HTTP, and `br`, which Chromium adds over TLS.
const BROWSER: &str = "gzip, deflate, br";
const NAME: &str = "reader";
const PASSWORD: &str = "correct horse 42";

/// The visitor who requests a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visitor {
    Guest,
    User,
}

/// A row of the table: a page, and how it is requested.
struct Row {
    name: &'static str,
    path: &'static str,
    visitor: Visitor,
    accepts: &'static str,
}

/// A page for a guest whose client accepts no compression.
const fn guest(name: &'static str, path: &'static str) -> Row {
    Row { name, path, visitor: Visitor::Guest, accepts: "" }
}

/// A page for a guest whose browser accepts compression.
const fn browser(name: &'static str, path: &'static str) -> Row {
    Row { name, path, visitor: Visitor::Guest, accepts: BROWSER }
}

/// A page for a user whose client accepts no compression.
const fn user(name: &'static str, path: &'static str) -> Row {
    Row { name, path, visitor: Visitor::User, accepts: "" }
}

/// This path stands for the page of [`RECORDED`], in another spelling at each request: a repeated
/// look-up of one spelling is not recorded in the history.
const OTHER_SPELLING: &str = "/word/*";
const RECORDED: &str = "dictionary";
/// This path stands for the page of the class that the user teaches.
const CLASS: &str = "/classes/*";

const ROWS: &[Row] = &[
    guest("entry `apple`, guest", "/word/apple"),
    browser("entry `apple`, guest, compressed", "/word/apple"),
    guest("entry `act`, guest", "/word/act"),
    browser("entry `act`, guest, compressed", "/word/act"),
    guest("no entry, guest", "/search?q=aple"),
    guest("suggestions for `app`", "/suggest?q=app"),
    guest("search for `app*`", "/search?q=app*"),
    browser("search for `app*`, compressed", "/search?q=app*"),
    guest("search for `苹果`", "/search?q=%E8%8B%B9%E6%9E%9C"),
    guest("home, guest", "/"),
    browser("home, guest, compressed", "/"),
    guest("log-in", "/login"),
    user("history of ten rows", "/history"),
    Row { accepts: BROWSER, ..user("history of ten rows, compressed", "/history") },
    user("entry `act`, user, shown again", "/word/act"),
    // A guest requests the same spellings first, which fills the cache. This row is not printed.
    guest("", OTHER_SPELLING),
    user("entry `dictionary`, user, recorded", OTHER_SPELLING),
    user("search for `app*`, user", "/search?q=app*&page=1"),
    user("home, user", "/"),
    user("word book of ten words", "/words"),
    user("review", "/review"),
    user("progress", "/progress"),
    user("classes of a teacher", "/classes"),
    user("a class with a list", CLASS),
    user("account", "/account"),
];

/// The words in the user's word book (the saved words) and in the user's history.
const WORDS: &[&str] =
    &["book", "cat", "dog", "egg", "fish", "girl", "house", "ice", "jump", "king"];

/// A word that was reviewed once and is not in the word book.
const REVIEWED: &str = "zebra";

/// Counts the instructions of the pages. `program` is dictapp; its files go to `folder`.
pub(super) fn count(program: &Path, folder: &Path) -> Result<Vec<(&'static str, u64)>> {
    let database = format!("sqlite:{}/words.db", folder.display());
    let command = format!(
        "{} --address 127.0.0.1:{{port}} --database {database} --set log.access=false \
        --set log.level=error --set timeouts.idle=1h --set dictionary.lookups_per_minute_max=100000",
        program.display(),
    );
    // The first start imports the word books. That runs without callgrind, which would slow it
    // down.
    let first = Server::start(&command, &folder.join("first.log"))?;
    wait_until_ready(&first)?;
    first.stop()?;
    let mut counter = Counter::start(folder, &command)?;
    wait_until_ready(&counter.server)?;
    let mut guest = Browser::new(counter.server.address);
    let mut user = Browser::new(counter.server.address);
    register(&mut user)?;
    let mut role = Command::new(program);
    role.args(["user", "role", NAME, "teacher", "--database", &database]).current_dir(folder);
    succeed(&mut role)?;
    log_in(&mut user)?; // the new role ended the session
    let class = create_data(&mut user)?;
    counter.begin()?;
    let mut counts = Vec::new();
    for row in ROWS {
        let browser = if row.visitor == Visitor::User { &mut user } else { &mut guest };
        browser.accepts = row.accepts;
        let mut asked = 0;
        let count = counter.count(|| {
            asked += 1;
            match row.path {
                OTHER_SPELLING => get(browser, &format!("/word/{}", spelling(RECORDED, asked))),
                CLASS => get(browser, &class),
                path => get(browser, path),
            }
        });
        counts.push((row.name, count.with_context(|| row.path)?));
    }
    counts.retain(|(name, _)| !name.is_empty());
    Ok(counts)
}

/// The word with some capital letters: the letters at the positions of the one bits of `number`.
fn spelling(word: &str, number: usize) -> String {
    let letter = |(place, letter): (usize, char)| match number >> place & 1 {
        1 => letter.to_ascii_uppercase(),
        _ => letter,
    };
    word.chars().enumerate().map(letter).collect()
}

fn register(user: &mut Browser) -> Result<()> {
    let form = user.get("/register")?;
    let token = form.field("form_token").context("the form has no token")?;
    let fields = [
        ("form_token", token),
        ("name", NAME),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];
    ensure!(user.post("/register", &fields)?.status == 303, "the registration is refused");
    Ok(())
}

/// Logs in again, as a visitor without cookies.
fn log_in(user: &mut Browser) -> Result<()> {
    user.clear_cookies();
    let form = user.get("/login")?;
    let token = form.field("form_token").context("the form has no token")?;
    let fields = [("form_token", token), ("name", NAME), ("password", PASSWORD)];
    ensure!(user.post("/login", &fields)?.status == 303, "the log-in is refused");
    Ok(())
}

/// Gives the user a history, a word book, a review, and a class with a list. Returns the path of
/// the class.
fn create_data(user: &mut Browser) -> Result<String> {
    let page = user.get("/words")?;
    let token = page.field("form_token").context("the word book has no form")?.to_owned();
    let send = |user: &mut Browser, path: &str, fields: &[(&str, &str)]| {
        let fields: Vec<_> =
            [("form_token", token.as_str())].iter().chain(fields).copied().collect();
        let status = user.post(path, &fields)?.status;
        ensure!(status == 303, "POST {path} is answered {status}");
        anyhow::Ok(())
    };
    for word in WORDS {
        send(user, "/words", &[("action", "save"), ("word", word)])?;
    }
    // The review stays when the word is removed, so that the progress page has a calendar.
    send(user, "/words", &[("action", "save"), ("word", REVIEWED)])?;
    send(user, "/review", &[("word", REVIEWED), ("seen", "0"), ("grade", "3")])?;
    send(user, "/words", &[("action", "remove"), ("word", REVIEWED)])?;
    send(user, "/classes", &[("action", "make"), ("name", "Class 4b")])?;
    let list =
        [("action", "add"), ("name", "Unit 1"), ("due", "2999-12-31"), ("words", "book\ncat\ndog")];
    let page = user.get("/classes")?;
    let class = format!("/classes/{}", page.link("/classes/").context("there is no class")?);
    send(user, &class, &list)?;
    WORDS.iter().try_for_each(|word| get(user, &format!("/word/{word}")))?;
    Ok(class)
}

fn wait_until_ready(server: &Server) -> Result<()> {
    let began = Instant::now();
    loop {
        let asked = get(&mut Browser::new(server.address), "/readyz");
        match asked {
            Ok(_) => return Ok(()),
            Err(error) if began.elapsed() > LOADING_MAX => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_request_of_a_recorded_look_up_has_its_own_spelling() {
        let spellings: HashSet<String> =
            (0..1024).map(|number| spelling(RECORDED, number)).collect();
        assert_eq!(spellings.len(), 1024);
        assert!(spellings.iter().all(|spelling| spelling.eq_ignore_ascii_case(RECORDED)));
    }
}
