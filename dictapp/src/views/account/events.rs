//! Converts entries of the audit log to texts, for administrators and for the user that an entry is
//! about.

use crate::model::Role;
use crate::store::{AuditEntry, AuditEvent};
use crate::texts::{AccountEvents, Texts, fill};

/// The event and its detail in one line.
pub(super) fn event_line(entry: &AuditEntry, t: &Texts) -> String {
    let event = event_text(&t.account_events, entry);
    match detail_text(entry, t).as_str() {
        "" => event.to_owned(),
        detail => fill(&fill(t.site.action_of, "action", event), "name", detail),
    }
}

/// The text for an entry of the audit log.
pub(crate) fn event_text(t: &AccountEvents, entry: &AuditEntry) -> &'static str {
    use crate::store::AuditEvent as Event;
    match entry.event {
        Event::Registered => t.registered,
        Event::LoggedIn => t.logged_in,
        Event::LogInFailed => t.log_in_failed,
        Event::LoggedOut => t.logged_out,
        Event::SessionsEnded => t.sessions_ended,
        Event::PasswordChanged => t.password_changed,
        Event::PasswordSet => t.password_set,
        Event::ResetCodeMade => t.reset_code_made,
        Event::PasswordReset => t.password_reset,
        Event::Disabled => t.disabled,
        Event::Enabled => t.enabled,
        Event::RoleChanged => t.role_changed,
        Event::TokenMade => t.token_made,
        Event::TokenRevoked => t.token_revoked,
        Event::Exported => t.exported,
        Event::HistoryDeleted => t.history_deleted,
        Event::Deleted => t.deleted,
        Event::BooksChanged => t.books_changed,
        Event::BookImported => t.book_imported,
        Event::BookMoved => t.book_moved,
        Event::BookHidden => t.book_hidden,
        Event::BookShown => t.book_shown,
        Event::BookRenamed => t.book_renamed,
        Event::BookRemoved => t.book_removed,
    }
}

/// The detail of an entry in the language of the page; empty if the entry has none.
pub(crate) fn detail_text(entry: &AuditEntry, t: &Texts) -> String {
    let detail = entry.detail.clone().unwrap_or_default();
    match Role::parse(&detail).filter(|_| entry.event == AuditEvent::RoleChanged) {
        Some(role) => role_name(role, t).to_owned(),
        None => detail,
    }
}

/// The name of a role, as pages show it.
pub(crate) fn role_name(role: Role, t: &Texts) -> &'static str {
    match role {
        Role::User => t.admin_users.user,
        Role::Teacher => t.admin_users.teacher,
        Role::Admin => t.admin_users.admin,
    }
}
