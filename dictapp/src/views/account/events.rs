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
    match entry.event {
        AuditEvent::Registered => t.registered,
        AuditEvent::LoggedIn => t.logged_in,
        AuditEvent::LogInFailed => t.log_in_failed,
        AuditEvent::LoggedOut => t.logged_out,
        AuditEvent::SessionsEnded => t.sessions_ended,
        AuditEvent::PasswordChanged => t.password_changed,
        AuditEvent::PasswordSet => t.password_set,
        AuditEvent::ResetCodeMade => t.reset_code_made,
        AuditEvent::PasswordReset => t.password_reset,
        AuditEvent::Disabled => t.disabled,
        AuditEvent::Enabled => t.enabled,
        AuditEvent::RoleChanged => t.role_changed,
        AuditEvent::TokenMade => t.token_made,
        AuditEvent::TokenRevoked => t.token_revoked,
        AuditEvent::Exported => t.exported,
        AuditEvent::HistoryDeleted => t.history_deleted,
        AuditEvent::Deleted => t.deleted,
        AuditEvent::BooksChanged => t.books_changed,
        AuditEvent::BookImported => t.book_imported,
        AuditEvent::BookMoved => t.book_moved,
        AuditEvent::BookHidden => t.book_hidden,
        AuditEvent::BookShown => t.book_shown,
        AuditEvent::BookRenamed => t.book_renamed,
        AuditEvent::BookRemoved => t.book_removed,
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
