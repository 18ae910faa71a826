//! Exports all data about a user, as a zip archive of JSON and CSV.

use std::io::{self, Cursor, Write};
use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;
use webframe::Error;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Client, CurrentUser};
use crate::site::Site;
use crate::site::learning::SavedWordRow;
use crate::store::{
    AUDIT_ROWS_MAX, AuditEvent, HISTORY_ROWS_MAX, PageStart, SavedWordText, StoreError,
};
use crate::throttle::Action;

/// All data about a user, except the hashes of the password, of sessions and of tokens, which are
/// secrets.
#[derive(Debug, Serialize)]
pub struct Export {
    account: Account,
    sessions: Vec<Session>,
    api_tokens: Vec<ApiToken>,
    history: Vec<Lookup>,
    books_off: Vec<BookOff>,
    saved_words: Vec<SavedWordRow>,
    reviews: Vec<Review>,
    preferences: Vec<Preference>,
    classes: Vec<ClassRow>,
    class_lists: Vec<ClassListRow>,
    reports: Vec<ReportRow>,
    audit: Vec<Event>,
}

#[derive(Debug, Serialize)]
struct Account {
    name: String,
    email: Option<String>,
    role: &'static str,
    created: String,
    disabled: Option<String>,
}

#[derive(Debug, Serialize)]
struct Session {
    created: String,
    last_use: String,
    expires: String,
    device: String,
    network: String,
}

#[derive(Debug, Serialize)]
struct ApiToken {
    name: String,
    scopes: String,
    created: String,
    last_use: Option<String>,
}

#[derive(Debug, Serialize)]
struct Lookup {
    name: String,
    word: String,
    time: String,
    found: bool,
}

#[derive(Debug, Serialize)]
struct BookOff {
    book: i64,
    title: Option<String>,
}

#[derive(Debug, Serialize)]
struct Review {
    time: String,
    word: String,
    grade: i64,
}

#[derive(Debug, Serialize)]
struct Preference {
    name: String,
    value: String,
}

/// A class that the user teaches or has joined. `joined` and `teacher_sees_progress` are `None` if
/// the user teaches it.
#[derive(Debug, Serialize)]
struct ClassRow {
    name: String,
    teacher: String,
    joined: Option<String>,
    teacher_sees_progress: Option<bool>,
}

/// A word list that the user gave to a class, with its deadline (`until`).
#[derive(Debug, Serialize)]
struct ClassListRow {
    class: String,
    name: String,
    until: String,
    words: String,
}

#[derive(Debug, Serialize)]
struct ReportRow {
    time: String,
    word: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Event {
    time: String,
    event: &'static str,
    by_user: Option<i64>,
    network: Option<String>,
}

impl Site {
    /// Collects all data about the user.
    ///
    /// # Errors
    /// 429 after too many exports; 404 if the user was deleted meanwhile; the database is
    /// unavailable.
    pub fn export(&self, current_user: &CurrentUser, client: &Client) -> Result<Export, Error> {
        let export = self.throttle.begin_action(
            Action::Export,
            Some(current_user.id.number()),
            Instant::now(),
        );
        export.map_err(|wait| Error::too_many_requests("", wait))?.keep_counted();
        let user = self.store.user_by_id(current_user.id)?.ok_or_else(|| Error::not_found(""))?;
        self.audit_own(AuditEvent::Exported, user.id, client);
        let sessions = self.store.sessions_of(user.id)?;
        let session = |session: crate::store::OwnSession| Session {
            created: session.created.to_string(),
            last_use: session.seen.to_string(),
            expires: session.expires.to_string(),
            device: session.device,
            network: session.network,
        };
        let shelf = self.shelf();
        let title = |id| shelf.books().iter().find(|book| book.id == id).map(|b| b.title.clone());
        let books_off = self.store.books_off(user.id)?.into_iter();
        let audit =
            self.store.audit_before(Some(user.id), Timestamp::MAX, AUDIT_ROWS_MAX)?.into_iter();
        Ok(Export {
            account: Account {
                name: user.name.to_string(),
                email: user.email,
                role: user.role.name(),
                created: user.created.to_string(),
                disabled: user.disabled.map(|since| since.to_string()),
            },
            sessions: sessions.into_iter().map(session).collect(),
            api_tokens: self.tokens_of(current_user)?,
            history: self.whole_history(current_user)?,
            books_off: books_off.map(|id| BookOff { book: id.0, title: title(id) }).collect(),
            saved_words: self.saved_words_of(current_user)?,
            reviews: self.reviews_of(current_user)?,
            preferences: self.preferences_of(current_user)?,
            classes: self.classes_of(current_user)?,
            class_lists: self.class_lists_of(current_user)?,
            reports: self.reports_of(current_user)?,
            audit: audit
                .map(|entry| Event {
                    time: entry.at.to_string(),
                    event: entry.event.name(),
                    by_user: entry.actor.map(|actor| actor.number()),
                    network: entry.network,
                })
                .collect(),
        })
    }

    fn tokens_of(&self, user: &CurrentUser) -> Result<Vec<ApiToken>, StoreError> {
        let tokens = self.store.api_tokens_of(user.id)?.into_iter();
        Ok(tokens
            .map(|token| ApiToken {
                name: token.name,
                scopes: token.scopes.to_string(),
                created: token.created.to_string(),
                last_use: token.seen.map(|seen| seen.to_string()),
            })
            .collect())
    }

    fn saved_words_of(&self, user: &CurrentUser) -> Result<Vec<SavedWordRow>, StoreError> {
        let words = self.store.stored_words(user.id)?.into_iter();
        Ok(words
            .map(|stored| {
                let SavedWordText { list, tags, note, sentence } = stored.text;
                let created = stored.created.to_string();
                let due = stored.due.to_string();
                let word = stored.word;
                let suspended = stored.suspended;
                let reviews = stored.reviews;
                SavedWordRow { word, created, list, tags, note, sentence, suspended, reviews, due }
            })
            .collect())
    }

    fn reviews_of(&self, user: &CurrentUser) -> Result<Vec<Review>, StoreError> {
        let reviews = self.store.stored_reviews(user.id)?.into_iter();
        Ok(reviews
            .map(|review| Review {
                time: review.time.to_string(),
                word: review.word,
                grade: review.grade,
            })
            .collect())
    }

    fn preferences_of(&self, user: &CurrentUser) -> Result<Vec<Preference>, StoreError> {
        let preferences = self.store.stored_preferences(user.id)?.into_iter();
        Ok(preferences
            .map(|stored| Preference { name: stored.name, value: stored.value })
            .collect())
    }

    fn classes_of(&self, user: &CurrentUser) -> Result<Vec<ClassRow>, StoreError> {
        let taught = self.store.classes_of_teacher(user.id)?.into_iter().map(|class| ClassRow {
            name: class.name,
            teacher: class.teacher_name,
            joined: None,
            teacher_sees_progress: None,
        });
        let joined = self.store.classes_of_pupil(user.id)?.into_iter().map(|class| ClassRow {
            name: class.name,
            teacher: class.teacher_name,
            joined: Some(class.joined.to_string()),
            teacher_sees_progress: Some(class.shares),
        });
        Ok(taught.chain(joined).collect())
    }

    fn class_lists_of(&self, user: &CurrentUser) -> Result<Vec<ClassListRow>, StoreError> {
        let mut rows = Vec::new();
        for class in self.store.classes_of_teacher(user.id)? {
            for list in self.store.class_lists(class.id)? {
                // The store has the deadline in days since 1970-01-01.
                let until = Timestamp::from_second(list.due.saturating_mul(24 * 60 * 60));
                let until = until.map(|day| day.strftime("%Y-%m-%d").to_string());
                rows.push(ClassListRow {
                    class: class.name.clone(),
                    name: list.name,
                    until: until.unwrap_or_default(),
                    words: self.store.class_list_words(list.id)?.join("; "),
                });
            }
        }
        Ok(rows)
    }

    fn reports_of(&self, user: &CurrentUser) -> Result<Vec<ReportRow>, StoreError> {
        let reports = self.store.reports_of(user.id)?.into_iter();
        Ok(reports
            .map(|report| ReportRow {
                time: report.id.at.to_string(),
                word: report.word,
                text: report.text,
            })
            .collect())
    }

    /// All look-ups of the user, read page by page.
    fn whole_history(&self, user: &CurrentUser) -> Result<Vec<Lookup>, StoreError> {
        let mut history = Vec::new();
        let mut start = PageStart::Newest;
        loop {
            let page = self.store.recent_lookups(user.id, start, HISTORY_ROWS_MAX)?;
            let Some(last) = page.last() else { return Ok(history) };
            start = PageStart::OlderThan(last.at);
            history.extend(page.into_iter().map(|lookup| Lookup {
                name: lookup.name.to_string(),
                word: lookup.word,
                time: lookup.at.to_string(),
                found: lookup.found,
            }));
        }
    }
}

impl Export {
    /// The bytes of the zip archive: `everything.json`, and the same data as a CSV table for the
    /// account and for each list.
    ///
    /// # Errors
    /// A file would be larger than a zip archive without the 64-bit extension allows (4 GiB).
    pub fn to_zip(&self) -> io::Result<Vec<u8>> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &str, content: &[u8]| {
            archive.start_file(name, SimpleFileOptions::default())?;
            archive.write_all(content)
        };
        add("everything.json", &serde_json::to_vec_pretty(self)?)?;
        add("account.csv", &csv(std::slice::from_ref(&self.account))?)?;
        add("sessions.csv", &csv(&self.sessions)?)?;
        add("api_tokens.csv", &csv(&self.api_tokens)?)?;
        add("history.csv", &csv(&self.history)?)?;
        add("books_off.csv", &csv(&self.books_off)?)?;
        add("saved_words.csv", &csv(&self.saved_words)?)?;
        add("reviews.csv", &csv(&self.reviews)?)?;
        add("preferences.csv", &csv(&self.preferences)?)?;
        add("classes.csv", &csv(&self.classes)?)?;
        add("class_lists.csv", &csv(&self.class_lists)?)?;
        add("reports.csv", &csv(&self.reports)?)?;
        add("audit.csv", &csv(&self.audit)?)?;
        Ok(archive.finish()?.into_inner())
    }
}

/// A CSV table with one line for each row, after a line with the names of the fields.
fn csv(rows: &[impl Serialize]) -> io::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows {
        table.serialize(row)?;
    }
    table.into_inner().map_err(|error| io::Error::other(error.to_string()))
}
