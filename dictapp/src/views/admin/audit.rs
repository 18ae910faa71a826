//! The audit log for administrators: of the whole site or of one user, page by page, newest first.

use std::collections::HashMap;

use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;
use webframe::{Error, Request, Response, Result};

use crate::paths;
use crate::site::Site;
use crate::store::{AuditEntry, AuditEvent, UserId};
use crate::texts::{Texts, fill};
use crate::views::account::{detail_text, event_text};
use crate::views::filters;
use crate::views::page::Page;

/// Maximum number of entries on a page.
const PAGE_ENTRIES: usize = 100;

#[derive(Deserialize)]
struct AuditQuery {
    /// The id of the user whose entries are shown; `None`: all.
    user: Option<i64>,
    /// Only entries before this time are shown, in microseconds; `None`: the newest ones.
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    entries: Vec<AuditLine>,
    /// The user whose entries are shown; `None`: all.
    user: Option<i64>,
    name: String,
    /// The next page shows the entries before this time, in microseconds; `None`: this is the last
    /// page.
    older: Option<i64>,
}

struct AuditLine {
    time: String,
    event: &'static str,
    /// A detail of the event: the title of a book, or the new role.
    detail: String,
    /// The user concerned; empty if the event is not about a user.
    account: String,
    actor: String,
    network: String,
}

/// `GET`: the log.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let query: AuditQuery = request.query()?;
    let before = query.before.map_or(Ok(Timestamp::MAX), Timestamp::from_microsecond);
    let before = before.map_err(|_| Error::bad_request("invalid time in the query"))?;
    let user = query.user.map(UserId::new);
    // One entry more than a page shows is read, to find out whether there is a next page.
    let limit = u32::try_from(PAGE_ENTRIES + 1).unwrap_or(u32::MAX);
    let mut entries = site.audit_log_before(user, before, limit)?;
    let has_older = entries.len() > PAGE_ENTRIES;
    entries.truncate(PAGE_ENTRIES);
    let older = entries.last().filter(|_| has_older).map(|entry| entry.at.as_microsecond());
    let mut names = Names { page: &page, known: HashMap::new() };
    let name = match user {
        Some(user) => names.name_of(user)?,
        None => String::new(),
    };
    let entries = entries.into_iter().map(|entry| names.line(entry)).collect::<Result<_>>()?;
    let t = page.texts();
    let user = query.user;
    page.send(&AuditPage { page: &page, t, entries, user, name, older })
}

/// The names of the users on a page. Each is read from the database once.
struct Names<'p> {
    page: &'p Page<'p>,
    known: HashMap<UserId, String>,
}

impl Names<'_> {
    fn line(&mut self, entry: AuditEntry) -> Result<AuditLine> {
        let t = self.page.texts();
        let account = match (entry.user, entry.event) {
            (Some(user), _) => self.name_of(user)?,
            (None, AuditEvent::LogInFailed) => t.admin_audit.unknown.to_owned(),
            (None, _) => String::new(),
        };
        // An entry without a network was caused by a command on the server's machine.
        let is_command = entry.network.is_none();
        let nobody = if is_command { t.admin_audit.command } else { t.admin_audit.guest };
        let by = entry.actor.map_or(Ok(nobody.to_owned()), |user| self.name_of(user))?;
        Ok(AuditLine {
            time: self.page.time(entry.at),
            event: event_text(&t.account_events, &entry),
            detail: detail_text(&entry, t),
            account,
            actor: by,
            network: entry.network.unwrap_or_default(),
        })
    }

    /// The name of a user; a text with the id if the user was deleted.
    fn name_of(&mut self, user: UserId) -> Result<String> {
        if let Some(name) = self.known.get(&user) {
            return Ok(name.clone());
        }
        let name = match self.page.site.user_by_id(user)? {
            Some(found) => found.name.to_string(),
            None => fill(self.page.texts().admin_audit.deleted, "id", user),
        };
        self.known.insert(user, name.clone());
        Ok(name)
    }
}
