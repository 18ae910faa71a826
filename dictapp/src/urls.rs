//! The table of URLs: a method and a path to the view that answers.

use webframe::{Urls, blocking};

use crate::paths;
use crate::site::Site;
use crate::views::{
    account, api, assets, history, home, info, install, language, look, lookup, progress, review,
    settings, status, suggest, wordbook,
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
        .post(paths::ACCOUNT_EXPORT, blocking(account::export))
        .post(paths::ACCOUNT_HISTORY, blocking(account::delete_history))
        .post(paths::ACCOUNT_DELETE, blocking(account::delete_account))
        // A pattern may take 30 ms: a shard must not wait for it.
        .get(paths::SEARCH, blocking(lookup::search))
        .get(paths::SUGGEST, suggest::list)
        .get(paths::WORD, lookup::show)
        .get(paths::GLOSS, suggest::gloss)
        .get(paths::RANDOM, lookup::random)
        .get(paths::HISTORY, history::list)
        .get(paths::WORDS, wordbook::show)
        .post(paths::WORDS, blocking(wordbook::submit))
        .get(paths::WORDS_EXPORT, blocking(wordbook::export))
        .get(paths::REVIEW, review::show)
        .post(paths::REVIEW, blocking(review::submit))
        .post(paths::REVIEW_UNDO, blocking(review::undo))
        .post(paths::REVIEW_KIND, blocking(review::choose_kind))
        .get(paths::PROGRESS, progress::show)
        .get(paths::SETTINGS, settings::show)
        .post(paths::SETTINGS, blocking(settings::submit))
        .get(paths::LANGUAGE, language::choose)
        .get(paths::LOOK, look::show)
        .get(paths::HELP, info::help)
        .get(paths::ABOUT, info::about)
        .get(paths::MANIFEST, install::manifest)
        .get(paths::WORKER, install::worker)
        .get(paths::OPENSEARCH, install::opensearch)
        .get(paths::COMPLETE, install::complete)
        .get(paths::HEALTHZ, status::alive)
        .get(paths::READYZ, status::ready)
        .get(paths::METRICS, status::metrics)
        .get(paths::STATIC, assets::files())
        .get(paths::API_WORD, api::word)
        .get(paths::API_SUGGEST, api::suggest)
        .get(paths::API_SEARCH, blocking(api::search))
        .get(paths::API_BOOKS, api::books)
        .get(paths::API_DOCUMENT, api::openapi)
        .any(paths::API_OTHER, api::nothing)
}
