//! A class of pupils: clients of dictapp that register, log in, look words up, save and review them
//! until they are stopped. The class records which requests were acknowledged, and the waiting
//! times.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::browser::{Browser, Page};
use crate::harness::ledger::{Effect, Ledger, Outcome, RowKind};
use crate::harness::random::Random;

/// The beginning of all words that pupils look up. It is longer than the random part of the name of
/// a temporary folder, so no other text in a log contains it.
pub(crate) const WORD_PREFIX: &str = "zzlookup";
const PASSWORD: &str = "correct horse 42";
/// Headwords of the shipped books.
const WORDS: &[&str] = &[
    "act", "apple", "send", "bad", "bee", "big", "book", "boy", "bring", "buy", "call", "cat",
    "cold", "come", "cup", "day", "dog", "door", "eat", "egg", "eye", "face", "fall", "fish",
    "food", "girl", "give", "go", "good", "hand", "head", "home", "house", "ice",
];
/// The pause of a pupil after an action that succeeded.
const PAUSE: Duration = Duration::from_millis(60);
/// The pause of a pupil after an action that failed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// The pupils and their results.
#[derive(Debug)]
pub(crate) struct Class {
    /// The addresses of the servers. Each pupil uses one; they are given out in turn.
    addresses: Vec<SocketAddr>,
    seed: u64,
    /// The changes that the pupils requested, to compare with the rows of the database.
    pub(crate) ledger: Ledger,
    score: Mutex<Score>,
    is_over: AtomicBool,
}

/// The answers since the last [`Class::take_score`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    pub(crate) requests: u64,
    pub(crate) failed: u64,
    /// Number of pages that treated a logged-in user as a guest.
    pub(crate) as_guest: u64,
    pub(crate) longest: Duration,
    /// Number of answers with status 500.
    pub(crate) status_500: u64,
    /// A description of the first failure; empty if there was none.
    first_failure: String,
}

impl Class {
    pub(crate) fn new(addresses: Vec<SocketAddr>, seed: u64) -> Class {
        Class {
            addresses,
            seed,
            ledger: Ledger::default(),
            score: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Runs `work` while this number of pupils sends requests.
    pub(crate) fn during<T>(&self, pupils: usize, work: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            for number in 0..pupils {
                scope.spawn(move || Pupil::new(self, number).learn());
            }
            let result = work();
            self.is_over.store(true, SeqCst);
            result
        })
    }

    /// Returns the score and starts a new one.
    pub(crate) fn take_score(&self) -> Score {
        std::mem::take(&mut self.score.lock().expect("no pupil panics"))
    }

    /// Waits until `count` more requests were answered successfully; `false` if that takes longer
    /// than `patience`.
    pub(crate) fn wait_for(&self, count: u64, patience: Duration) -> bool {
        let successes = || {
            let score = self.score.lock().expect("no pupil panics");
            score.requests - score.failed
        };
        let began = Instant::now();
        let before = successes();
        while successes() < before + count {
            if began.elapsed() > patience {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

/// Registers a user and stays logged in.
pub(crate) fn register(browser: &mut Browser, name: &str) -> anyhow::Result<()> {
    let page = browser.get("/register")?;
    let token = page.field("form_token").unwrap_or_default().to_owned();
    let page = browser.post("/register", &registration(&token, name))?;
    anyhow::ensure!(is_redirect(&page), "registering {name} gave {}", page.status);
    Ok(())
}

fn registration<'f>(token: &'f str, name: &'f str) -> [(&'f str, &'f str); 4] {
    [("form_token", token), ("name", name), ("password", PASSWORD), ("password_again", PASSWORD)]
}

/// One client. Its random choices depend only on the seed of the class and on its number.
struct Pupil<'a> {
    class: &'a Class,
    number: usize,
    random: Random,
    browser: Browser,
    /// The name of the user; empty before the registration.
    name: String,
    /// The token of the session's forms; `None` before the log-in.
    token: Option<String>,
    /// The number of names that were tried.
    names_tried: usize,
    /// The number of words looked up.
    lookups: usize,
}

fn is_redirect(page: &Page) -> bool {
    page.status == 303
}

fn is_shown(page: &Page) -> bool {
    page.status == 200
}

impl<'a> Pupil<'a> {
    fn new(class: &'a Class, number: usize) -> Pupil<'a> {
        let address = class.addresses[number % class.addresses.len()];
        let random = Random::new(class.seed.wrapping_mul(1000) + number as u64);
        let browser = Browser::new(address);
        let name = String::new();
        Pupil { class, number, random, browser, name, token: None, names_tried: 0, lookups: 0 }
    }

    /// Acts until the class is over. An action returns `None` if it failed.
    fn learn(mut self) {
        while !self.class.is_over.load(SeqCst) {
            let done = match (&self.token, self.name.is_empty()) {
                (_, true) => self.register(),
                (None, false) => self.log_in(),
                (Some(_), false) => match self.random.below(100) {
                    0..70 => self.look_up(),
                    70..85 => self.save(),
                    85..97 => self.review(),
                    _ => self.log_out(),
                },
            };
            thread::sleep(if done.is_some() { PAUSE } else { PAUSE_AFTER_FAILURE });
        }
    }

    /// Registers under a new name each time: after a failure it is unknown whether the name is
    /// taken.
    fn register(&mut self) -> Option<()> {
        self.names_tried += 1;
        let name = format!("pupil{}n{}", self.number, self.names_tried);
        self.browser.clear_cookies();
        let token = self.form_token("/register")?;
        let fields = registration(&token, &name);
        let effect = Effect { kind: RowKind::User, user: name.clone(), word: String::new() };
        self.timed(Some(effect), is_redirect, |browser| browser.post("/register", &fields))?;
        self.name = name;
        self.read_session_token()
    }

    fn log_in(&mut self) -> Option<()> {
        let token = self.form_token("/login")?;
        let name = self.name.clone();
        let fields =
            [("form_token", &*token), ("next", "/"), ("name", &name), ("password", PASSWORD)];
        self.timed(None, is_redirect, |browser| browser.post("/login", &fields))?;
        self.read_session_token()
    }

    /// Reads the token of the session's forms from a page.
    fn read_session_token(&mut self) -> Option<()> {
        let page = self.timed(None, is_shown, |browser| browser.get("/help"))?;
        self.count_if_for_guest(&page);
        self.token = Some(page.field("form_token")?.to_owned());
        Some(())
    }

    fn log_out(&mut self) -> Option<()> {
        let token = self.token.take()?;
        let fields = [("form_token", &*token)];
        self.timed(None, is_redirect, |browser| browser.post("/logout", &fields))?;
        self.browser.clear_cookies();
        Some(())
    }

    /// Looks up a different unknown word each time: a repeated look-up within a short time is not
    /// recorded again.
    fn look_up(&mut self) -> Option<()> {
        self.lookups += 1;
        let word = format!("{WORD_PREFIX}{}", self.lookups);
        let effect = self.effect(RowKind::Lookup, &word);
        let path = format!("/word/{word}");
        let is_recorded = |page: &Page| page.status == 404;
        let page = self.timed(Some(effect), is_recorded, |browser| browser.get(&path))?;
        self.count_if_for_guest(&page);
        Some(())
    }

    fn save(&mut self) -> Option<()> {
        let word = self.choose_word();
        let token = self.token.clone()?;
        let fields = [("form_token", &*token), ("word", word), ("next", "/"), ("action", "save")];
        let effect = self.effect(RowKind::Saved, word);
        self.timed(Some(effect), is_redirect, |browser| browser.post("/words", &fields)).map(drop)
    }

    fn review(&mut self) -> Option<()> {
        let page = self.timed(None, is_shown, |browser| browser.get("/review"))?;
        let (Some(word), Some(seen)) = (page.field("word"), page.field("seen")) else {
            return Some(()); // nothing is due
        };
        let word = word.to_owned();
        let token = self.token.clone()?;
        let fields = [("form_token", &*token), ("word", &word), ("seen", seen), ("grade", "3")];
        let effect = self.effect(RowKind::Review, &word);
        self.timed(Some(effect), is_redirect, |browser| browser.post("/review", &fields)).map(drop)
    }

    /// The token of the form on a page.
    fn form_token(&mut self, path: &str) -> Option<String> {
        let page = self.timed(None, is_shown, |browser| browser.get(path))?;
        page.field("form_token").map(str::to_owned)
    }

    fn choose_word(&mut self) -> &'static str {
        self.random.one_of::<&str>(WORDS)
    }

    fn effect(&self, kind: RowKind, word: &str) -> Effect {
        Effect { kind, user: self.name.clone(), word: word.to_owned() }
    }

    /// Counts the page if it was rendered for a guest, although the pupil is logged in.
    fn count_if_for_guest(&self, page: &Page) {
        if !page.is_of_user() {
            self.class.score.lock().expect("no pupil panics").as_guest += 1;
        }
    }

    /// Sends a request and records its duration and success. `effect` is the change of the database
    /// that the request makes, if any; it is noted in the ledger. Returns the page if it is as
    /// expected.
    fn timed(
        &mut self,
        effect: Option<Effect>,
        is_expected: impl Fn(&Page) -> bool,
        send: impl FnOnce(&mut Browser) -> std::io::Result<Page>,
    ) -> Option<Page> {
        let began = Instant::now();
        let answer = send(&mut self.browser);
        let waited = began.elapsed();
        let answer_status = answer.as_ref().ok().map(|page| page.status);
        let (page, failure) = match answer {
            Ok(page) if is_expected(&page) => (Some(page), None),
            Ok(page) => (None, Some(format!("{} after {waited:.1?}", page.status))),
            Err(error) => (None, Some(format!("{error} after {waited:.1?}"))),
        };
        let is_status_500 = answer_status == Some(500);
        let mut score = self.class.score.lock().expect("no pupil panics");
        score.requests += 1;
        score.status_500 += u64::from(is_status_500);
        score.longest = score.longest.max(waited);
        if let Some(failure) = failure {
            score.failed += 1;
            if score.first_failure.is_empty() {
                score.first_failure = format!("{failure}: {effect:?}");
            }
        }
        drop(score);
        if let Some(effect) = effect {
            let outcome = if page.is_some() { Outcome::Done } else { Outcome::Unsure };
            self.class.ledger.note(effect, outcome);
        }
        page
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Score { requests, failed, as_guest, status_500, longest, first_failure: first } = self;
        write!(
            f,
            "{requests} requests, {failed} failed, {status_500} by 500, {as_guest} as a guest, longest {longest:.2?}"
        )?;
        if first.is_empty() { Ok(()) } else { write!(f, " (first: {first})") }
    }
}
