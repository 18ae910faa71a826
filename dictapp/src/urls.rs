//! The table of URLs: each method and path with the view that answers it.
//!
//! A blocking view may wait, for a lock of the database or for the hash of a password: it runs on
//! workers, never in an event loop. `all_blocking` applies to the routes above it, `blocking_if`
//! and `body_limit` to the route before them.

use std::sync::Arc;

use webframe::Urls;
use webframe::monitoring::{alive, ready};

use crate::paths;
use crate::site::{IMPORT_BYTES_MAX, Site, TYPED_BYTES_MAX, UPLOAD_BYTES_MAX};
use crate::views::{
    account, admin, api, appearance, assets, classes, history, home, info, install, language,
    lookup, progress, report, review, settings, status, suggest, visitor::may_be_user, wordbook,
};

/// Every URL of the site.
pub(crate) fn table() -> Urls<Site> {
    Urls::new()
        .merge(lookups())
        .merge(accounts())
        .merge(learning())
        .merge(administration())
        .merge(for_everybody())
        .merge(for_programs())
        .merge(api())
}

/// Look-ups and what belongs to an entry.
fn lookups() -> Urls<Site> {
    Urls::new()
        // A search for a pattern may take 30 ms. An event loop must not be blocked for so long.
        .get(paths::SEARCH, lookup::search)
        .post(paths::REPORT, report::submit)
        .all_blocking()
        .get(paths::HOME, home::show)
        .get(paths::SUGGEST, suggest::list)
        // A user's look-up waits until it is on disk. An event loop would wait for each look-up in
        // turn.
        .get(paths::WORD, lookup::show)
        .blocking_if(may_be_user)
        .get(paths::GLOSS, suggest::gloss)
        .get(paths::RANDOM, lookup::random)
        .get(paths::REPORT, report::show)
}

/// Registration, log-in, and the pages of a user's account.
fn accounts() -> Urls<Site> {
    Urls::new()
        .post(paths::REGISTER, account::submit_register)
        .post(paths::LOGIN, account::submit_login)
        .post(paths::LOGOUT, account::submit_logout)
        .post(paths::RESET, account::submit_reset)
        .post(paths::ACCOUNT_PASSWORD, account::change_password)
        .post(paths::ACCOUNT_SESSIONS, account::end_sessions)
        .post(paths::ACCOUNT_TOKENS, account::submit_tokens)
        .post(paths::ACCOUNT_EXPORT, account::export)
        .post(paths::ACCOUNT_HISTORY, account::delete_history)
        .post(paths::ACCOUNT_DELETE, account::delete_account)
        .post(paths::SETTINGS, settings::submit)
        .all_blocking()
        .get(paths::REGISTER, account::show_register)
        .get(paths::LOGIN, account::show_login)
        .get(paths::RESET, account::show_reset)
        .get(paths::ACCOUNT, account::show)
        .get(paths::SETTINGS, settings::show)
}

/// History, word book, review, progress and classes.
fn learning() -> Urls<Site> {
    Urls::new()
        .post(paths::WORDS, wordbook::submit)
        .body_limit(TYPED_BYTES_MAX)
        .get(paths::WORDS_EXPORT, wordbook::export)
        .post(paths::WORDS_IMPORT, wordbook::receive)
        .body_limit(IMPORT_BYTES_MAX)
        .post(paths::REVIEW, review::submit)
        .post(paths::REVIEW_UNDO, review::undo)
        .post(paths::REVIEW_KIND, review::choose_kind)
        .post(paths::CLASSES, classes::submit)
        .post(paths::CLASS, classes::change_class)
        .all_blocking()
        .get(paths::HISTORY, history::list)
        .get(paths::WORDS, wordbook::show)
        .get(paths::WORDS_IMPORT, wordbook::to_word_book)
        .get(paths::REVIEW, review::show)
        .get(paths::PROGRESS, progress::show)
        .get(paths::CLASSES, classes::show)
        .get(paths::CLASS, classes::show_class)
}

/// The pages of administrators. The middleware `only_admins` refuses all other visitors.
fn administration() -> Urls<Site> {
    Urls::new()
        .wrap(admin::only_admins)
        .get(paths::ADMIN, admin::show_overview)
        .post(paths::ADMIN, admin::forget)
        .get(paths::ADMIN_USERS, admin::show_users)
        .post(paths::ADMIN_USERS, admin::change_user)
        .get(paths::ADMIN_BOOKS, admin::show_books)
        .post(paths::ADMIN_BOOKS, admin::change_book)
        .post(paths::ADMIN_UPLOADS, admin::receive_upload)
        .body_limit(UPLOAD_BYTES_MAX)
        .post(paths::ADMIN_UPLOAD, admin::begin_import)
        .get(paths::ADMIN_REPORTS, admin::show_reports)
        .post(paths::ADMIN_REPORTS, admin::settle_report)
        .get(paths::ADMIN_AUDIT, admin::show_audit)
        .all_blocking()
        .get(paths::ADMIN_UPLOADS, admin::to_books)
        .get(paths::ADMIN_UPLOAD, admin::show_upload)
        .get(paths::ADMIN_UPLOAD_EVENTS, admin::events)
}

/// Help, language and appearance: pages that need neither a word nor an account.
fn for_everybody() -> Urls<Site> {
    Urls::new()
        .get(paths::LANGUAGE, language::choose)
        // How pages look and sound in this browser.
        .get(paths::APPEARANCE, appearance::show)
        .get(paths::HELP, info::help)
        .get(paths::ABOUT, info::about)
        .get(paths::PRIVACY, account::show_privacy)
        .get(paths::API_GUIDE, api::guide)
}

/// The files of pages, and what browsers and monitors ask for.
fn for_programs() -> Urls<Site> {
    Urls::new()
        .files(paths::STATIC, assets::files())
        .get(paths::MANIFEST, install::manifest)
        .get(paths::WORKER, install::worker)
        .get(paths::OPENSEARCH, install::opensearch)
        .get(paths::COMPLETE, install::complete)
        .get(paths::HEALTHZ, alive)
        .get(paths::READYZ, ready(status::obstacles))
        .get(paths::METRICS, status::metrics)
}

/// The URLs of the second server, which only monitors use.
pub(crate) fn monitoring() -> Urls<Arc<Site>> {
    Urls::new()
        .get(paths::HEALTHZ, alive)
        .get(paths::READYZ, ready(|site: &Arc<Site>| status::obstacles(site)))
        .get(paths::METRICS, |site, _| Ok(status::all_metrics(site)))
}

/// The URLs of the API.
fn api() -> Urls<Site> {
    use api::{accounts, learning};
    Urls::new()
        .get(paths::API_SEARCH, api::search)
        .get(paths::API_ACCOUNTS, accounts::list)
        .post(paths::API_ACCOUNTS, accounts::register)
        .patch(paths::API_ACCOUNT_OF, accounts::change)
        .post(paths::API_SESSIONS, accounts::log_in)
        .delete(paths::API_SESSION, accounts::log_out)
        .delete(paths::API_HISTORY, learning::delete_history)
        .put(paths::API_SAVED_WORD, learning::save_word)
        .delete(paths::API_SAVED_WORD, learning::remove_word)
        .post(paths::API_REVIEW, learning::review)
        .delete(paths::API_REVIEW, learning::undo_review)
        .all_blocking()
        .get(paths::API_WORD, api::word)
        .get(paths::API_SUGGEST, api::suggest)
        .get(paths::API_BOOKS, api::books)
        .get(paths::API_ACCOUNT, accounts::own_account)
        .get(paths::API_HISTORY, learning::history)
        .get(paths::API_WORD_BOOK, learning::word_book)
        .get(paths::API_SAVED_WORD, learning::saved_word)
        .get(paths::API_REVIEW, learning::card)
        .get(paths::API_DOCUMENT, api::openapi)
}
