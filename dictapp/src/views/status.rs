//! Responses for programs that monitor the server: the reasons why it is not ready, and its
//! metrics.

use webframe::{Error, Request, Response, Result};

use crate::paths;
use crate::site::Site;

/// The reasons why visitors cannot be served, for `/readyz`; empty if they can be served. The error
/// text of an outage is left out, since it names hosts and files.
pub(crate) fn obstacles(site: &Site) -> Vec<&'static str> {
    let mut obstacles = Vec::new();
    if site.metrics().is_stopping() {
        obstacles.push("the server is stopping");
    }
    if site.outage().is_some() {
        obstacles.push("the database is unavailable");
    }
    if site.shelf().lexicon().is_empty() {
        obstacles.push("no words are loaded");
    }
    obstacles
}

/// `GET`: `/metrics` at the address of the site. Only clients on this machine get the metrics. All
/// others get 404, also those behind a proxy on this machine. If the settings have a separate
/// address for monitoring, every client gets 404 here.
pub(crate) fn metrics(site: &Site, request: &Request) -> Result<Response> {
    let is_here = site.settings().monitoring.address.is_none();
    if !is_here || !request.is_local() {
        return Err(Error::not_found(""));
    }
    Ok(all_metrics(site))
}

/// The metrics in the text format of Prometheus.
pub(crate) fn all_metrics(site: &Site) -> Response {
    let metrics = site.metrics();
    let mut page = metrics.page();
    page.family("lookups_total", "counter", "Look-ups of words, found or not.");
    // The status of a word's page says whether the word was found.
    for (result, status) in [("hit", 200), ("miss", 404)] {
        let count = metrics.responses(paths::WORD, status);
        page.sample("lookups_total", &[("result", result)], count);
    }
    page.gauge("words", "Entries in memory.", site.shelf().lexicon().len());
    page.gauge("database_up", "1 if the database is available.", u8::from(site.outage().is_none()));
    let failed = site.failed_calls();
    page.counter(
        "database_failed_calls_total",
        "Calls that failed because the database was unavailable.",
        failed,
    );
    let hashes = site.hash_load();
    page.gauge("hash_permits_free", "Password hashes that may begin now.", hashes.permits_free);
    page.gauge("hash_waiting", "Requests that wait to compute a password hash.", hashes.waiting);
    let commits = site.commits();
    page.counter("commits_total", "Commits of look-ups.", commits.batches);
    page.counter("committed_rows_total", "Look-ups that these commits wrote.", commits.rows);
    page.counter("log_dropped_total", "Log lines that were dropped.", site.dropped_lines());
    page.into_response()
}
