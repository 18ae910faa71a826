//! The table of URLs: a method and a path to the view that answers.

use webframe::{Urls, blocking};

use crate::paths::{
    HEALTHZ, HISTORY, HOME, LANGUAGE, LOGIN, LOGOUT, METRICS, PROGRESS, RANDOM, READYZ, REGISTER,
    REVIEW, REVIEW_KIND, REVIEW_UNDO, SEARCH, SETTINGS, STATIC, SUGGEST, WORD, WORDS, WORDS_EXPORT,
};
use crate::site::Site;
use crate::views::{
    account, assets, history, home, language, lookup, progress, review, settings, status, suggest,
    wordbook,
};

/// Every URL of the site.
pub(crate) fn table() -> Urls<Site> {
    Urls::new()
        .get(HOME, home::show)
        .get(REGISTER, account::show_register)
        .post(REGISTER, blocking(account::submit_register))
        .get(LOGIN, account::show_login)
        .post(LOGIN, blocking(account::submit_login))
        .post(LOGOUT, blocking(account::submit_logout))
        // A pattern may take 30 ms: a shard must not wait for it.
        .get(SEARCH, blocking(lookup::search))
        .get(SUGGEST, suggest::list)
        .get(WORD, lookup::show)
        .get(RANDOM, lookup::random)
        .get(HISTORY, history::list)
        .get(WORDS, wordbook::show)
        .post(WORDS, blocking(wordbook::submit))
        .get(WORDS_EXPORT, blocking(wordbook::export))
        .get(REVIEW, review::show)
        .post(REVIEW, blocking(review::submit))
        .post(REVIEW_UNDO, blocking(review::undo))
        .post(REVIEW_KIND, blocking(review::choose_kind))
        .get(PROGRESS, progress::show)
        .get(SETTINGS, settings::show)
        .post(SETTINGS, blocking(settings::submit))
        .get(LANGUAGE, language::choose)
        .get(HEALTHZ, status::alive)
        .get(READYZ, status::ready)
        .get(METRICS, status::metrics)
        .get(STATIC, assets::files())
}
