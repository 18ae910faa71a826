//! The table of URLs: each method and path with the view that answers it.
//!
//! `blocking` marks views that may wait, for a lock of the database or for the hash of a password:
//! they run on workers, never in an event loop. A `body_limit` belongs to the line above it.

use std::sync::Arc;

use webframe::monitoring::{alive, ready};
use webframe::{Request, Urls, blocking, blocking_if};

use crate::paths;
use crate::site::{IMPORT_BYTES_MAX, Site, TYPED_BYTES_MAX, UPLOAD_BYTES_MAX};
use crate::views::{
    account, admin, api, assets, classes, history, home, info, install, language, look, lookup,
    progress, report, review, settings, status, suggest, visitor::may_be_user, wordbook,
};

/// Every URL of the site.
pub(crate) fn table() -> Urls<Site> {
    Urls::new()
        .get(paths::HOME, home::show)
        .get(paths::REGISTER, account::show_register)
        .post(paths::REGISTER, blocking(account::submit_register))
        .get(paths::LOGIN, account::show_login)
        .post(paths::LOGIN, blocking(account::submit_login))
        .post(paths::LOGOUT, blocking(account::submit_logout))
        .get(paths::RESET, account::show_reset)
        .post(paths::RESET, blocking(account::submit_reset))
        .get(paths::PRIVACY, account::show_privacy)
        .get(paths::ACCOUNT, account::show)
        .post(paths::ACCOUNT_PASSWORD, blocking(account::change_password))
        .post(paths::ACCOUNT_SESSIONS, blocking(account::end_sessions))
        .post(paths::ACCOUNT_TOKENS, blocking(account::submit_tokens))
        .post(paths::ACCOUNT_EXPORT, blocking(account::export))
        .post(paths::ACCOUNT_HISTORY, blocking(account::delete_history))
        .post(paths::ACCOUNT_DELETE, blocking(account::delete_account))
        // A search for a pattern may take 30 ms. An event loop must not be blocked for so long.
        .get(paths::SEARCH, blocking(lookup::search))
        .get(paths::SUGGEST, suggest::list)
        // A user's look-up waits until it is on disk. An event loop would wait for each look-up in
        // turn.
        .get(paths::WORD, blocking_if(may_be_user, lookup::show))
        .get(paths::GLOSS, suggest::gloss)
        .get(paths::RANDOM, lookup::random)
        .get(paths::HISTORY, history::list)
        .get(paths::WORDS, wordbook::show)
        .post(paths::WORDS, blocking(wordbook::submit))
        .body_limit(TYPED_BYTES_MAX)
        .get(paths::WORDS_EXPORT, blocking(wordbook::export))
        .get(paths::WORDS_IMPORT, wordbook::to_word_book)
        .post(paths::WORDS_IMPORT, blocking(wordbook::receive))
        .body_limit(IMPORT_BYTES_MAX)
        .get(paths::REVIEW, review::show)
        .post(paths::REVIEW, blocking(review::submit))
        .post(paths::REVIEW_UNDO, blocking(review::undo))
        .post(paths::REVIEW_KIND, blocking(review::choose_kind))
        .get(paths::PROGRESS, progress::show)
        .get(paths::CLASSES, classes::show)
        .post(paths::CLASSES, blocking(classes::submit))
        .get(paths::CLASS, classes::show_class)
        .post(paths::CLASS, blocking(classes::change_class))
        .get(paths::REPORT, report::show)
        .post(paths::REPORT, blocking(report::submit))
        .merge(administration())
        .get(paths::SETTINGS, settings::show)
        .post(paths::SETTINGS, blocking(settings::submit))
        .get(paths::LANGUAGE, language::choose)
        // How pages look and sound in this browser.
        .get(paths::LOOK, look::show)
        .get(paths::HELP, info::help)
        .get(paths::ABOUT, info::about)
        .get(paths::MANIFEST, install::manifest)
        .get(paths::WORKER, install::worker)
        .get(paths::OPENSEARCH, install::opensearch)
        .get(paths::COMPLETE, install::complete)
        .get(paths::HEALTHZ, alive)
        .get(paths::READYZ, ready(status::obstacles))
        .get(paths::METRICS, status::metrics)
        .get(paths::STATIC, assets::files())
        .get(paths::API_GUIDE, api::guide)
        .merge(api())
}

/// The URLs of the second server, which only monitors use.
pub(crate) fn monitoring() -> Urls<Arc<Site>> {
    Urls::new()
        .get(paths::HEALTHZ, alive)
        .get(paths::READYZ, ready(|site: &Arc<Site>| status::obstacles(site)))
        .get(paths::METRICS, |site: &Arc<Site>, _: &Request| Ok(status::all_metrics(site)))
}

/// The URLs of the API.
fn api() -> Urls<Site> {
    use api::{accounts, learning};
    Urls::new()
        .get(paths::API_WORD, api::word)
        .get(paths::API_SUGGEST, api::suggest)
        .get(paths::API_SEARCH, blocking(api::search))
        .get(paths::API_BOOKS, api::books)
        .get(paths::API_ACCOUNT, accounts::own)
        .get(paths::API_ACCOUNTS, blocking(accounts::list))
        .post(paths::API_ACCOUNTS, blocking(accounts::register))
        .patch(paths::API_ACCOUNT_OF, blocking(accounts::change))
        .post(paths::API_SESSIONS, blocking(accounts::log_in))
        .delete(paths::API_SESSION, blocking(accounts::log_out))
        .get(paths::API_HISTORY, learning::history)
        .delete(paths::API_HISTORY, blocking(learning::delete_history))
        .get(paths::API_WORD_BOOK, learning::word_book)
        .get(paths::API_SAVED_WORD, learning::saved_word)
        .put(paths::API_SAVED_WORD, blocking(learning::save_word))
        .delete(paths::API_SAVED_WORD, blocking(learning::remove_word))
        .get(paths::API_REVIEW, learning::card)
        .post(paths::API_REVIEW, blocking(learning::review))
        .delete(paths::API_REVIEW, blocking(learning::undo_review))
        .get(paths::API_DOCUMENT, api::openapi)
}

/// The pages of administrators. The middleware `only_admins` refuses all other visitors.
fn administration() -> Urls<Site> {
    Urls::new()
        .wrap(admin::only_admins)
        .get(paths::ADMIN, blocking(admin::show_overview))
        .post(paths::ADMIN, blocking(admin::forget))
        .get(paths::ADMIN_USERS, blocking(admin::show_users))
        .post(paths::ADMIN_USERS, blocking(admin::change_user))
        .get(paths::ADMIN_BOOKS, blocking(admin::show_books))
        .post(paths::ADMIN_BOOKS, blocking(admin::change_book))
        .get(paths::ADMIN_UPLOADS, admin::to_books)
        .post(paths::ADMIN_UPLOADS, blocking(admin::receive_upload))
        .body_limit(UPLOAD_BYTES_MAX)
        .get(paths::ADMIN_UPLOAD, admin::show_upload)
        .post(paths::ADMIN_UPLOAD, blocking(admin::begin_import))
        .get(paths::ADMIN_UPLOAD_EVENTS, admin::events)
        .get(paths::ADMIN_REPORTS, blocking(admin::show_reports))
        .post(paths::ADMIN_REPORTS, blocking(admin::settle_report))
        .get(paths::ADMIN_AUDIT, blocking(admin::show_audit))
}
