//! The state of the server to answers for programs: is it alive, is it ready, and what does it do.

use std::fmt::{self, Write as _};

use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Body, Error, Request, Response, Result};

use super::page::NO_STORE;
use crate::paths;
use crate::site::{BOUNDS, Site};

/// The text format of Prometheus.
const EXPOSITION: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4");

/// GET of `/healthz`: the server answers.
pub(crate) fn alive(_: &Site, _: &Request) -> Result<Response> {
    Ok(plain(StatusCode::OK, "ok\n".to_owned()))
}

/// GET of `/readyz`: 200 if visitors can be served, else 503 with the reasons, a line each.
pub(crate) fn ready(site: &Site, _: &Request) -> Result<Response> {
    let mut reasons = String::new();
    // Without the text of the outage, which names hosts and files.
    if site.outage().is_some() {
        reasons.push_str("the database does not serve\n");
    }
    if site.shelf().lexicon().is_empty() {
        reasons.push_str("no words are loaded\n");
    }
    if reasons.is_empty() {
        return Ok(plain(StatusCode::OK, "ready\n".to_owned()));
    }
    Ok(plain(StatusCode::SERVICE_UNAVAILABLE, reasons))
}

/// GET of `/metrics` by a client on this machine; others get 404.
pub(crate) fn metrics(site: &Site, request: &Request) -> Result<Response> {
    if !request.peer().address.ip().is_loopback() {
        return Err(Error::not_found(""));
    }
    let mut text = String::new();
    write_metrics(site, &mut text).map_err(Error::internal)?;
    Ok(Response::typed(EXPOSITION, Body::from(text)).with_field(header::CACHE_CONTROL, NO_STORE))
}

fn plain(status: StatusCode, text: String) -> Response {
    Response::text(text).with_status(status).with_field(header::CACHE_CONTROL, NO_STORE)
}

fn write_metrics(site: &Site, text: &mut String) -> fmt::Result {
    let metrics = site.metrics();
    let requests = metrics.requests();
    help(text, "requests_total", "counter", "Answers by route and status.")?;
    for ((pattern, status), count) in &requests {
        let route = if pattern.is_empty() { "none" } else { pattern };
        writeln!(text, "dictapp_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}")?;
    }
    let of_words = |status: u16| requests.get(&(paths::WORD, status)).copied().unwrap_or_default();
    help(text, "lookups_total", "counter", "Pages of words: found or not.")?;
    writeln!(text, "dictapp_lookups_total{{result=\"hit\"}} {}", of_words(200))?;
    writeln!(text, "dictapp_lookups_total{{result=\"miss\"}} {}", of_words(404))?;
    write_durations(site, text)?;

    let gauges = metrics.gauges();
    gauge(text, "connections", "Open connections.", gauges.connections)?;
    gauge(text, "workers", "Worker threads.", gauges.workers)?;
    gauge(text, "workers_idle", "Worker threads without a task.", gauges.workers_idle)?;
    gauge(text, "requests_waiting", "Requests that wait for a worker.", gauges.requests_waiting)?;
    let overdue = gauges.handlers_overdue;
    gauge(text, "handlers_overdue", "Handlers past their deadline.", overdue)?;
    gauge(text, "words", "Entries in memory.", site.shelf().lexicon().len())?;

    let serves = u8::from(site.outage().is_none());
    gauge(text, "database_up", "1 if the database serves.", serves)?;
    let failed = site.failed_calls();
    counter(text, "database_failed_calls_total", "Calls that an outage failed.", failed)?;
    let commits = site.commits();
    counter(text, "commits_total", "Commits of look-ups.", commits.batches)?;
    counter(text, "committed_rows_total", "Look-ups in them.", commits.rows)?;
    counter(text, "log_dropped_total", "Dropped lines of the log.", metrics.dropped_lines())
}

fn write_durations(site: &Site, text: &mut String) -> fmt::Result {
    help(text, "request_seconds", "histogram", "Time from the route to the answer.")?;
    let counts = site.metrics().durations();
    let mut sum = 0;
    for (bound, count) in BOUNDS.iter().zip(counts) {
        sum += count;
        let seconds = *bound as f64 / 1e6;
        writeln!(text, "dictapp_request_seconds_bucket{{le=\"{seconds}\"}} {sum}")?;
    }
    let all: u64 = counts.iter().sum();
    writeln!(text, "dictapp_request_seconds_bucket{{le=\"+Inf\"}} {all}")?;
    writeln!(text, "dictapp_request_seconds_sum {}", site.metrics().duration().as_secs_f64())?;
    writeln!(text, "dictapp_request_seconds_count {all}")
}

fn help(text: &mut String, name: &str, kind: &str, about: &str) -> fmt::Result {
    writeln!(text, "# HELP dictapp_{name} {about}\n# TYPE dictapp_{name} {kind}")
}

fn gauge(text: &mut String, name: &str, about: &str, value: impl fmt::Display) -> fmt::Result {
    help(text, name, "gauge", about)?;
    writeln!(text, "dictapp_{name} {value}")
}

fn counter(text: &mut String, name: &str, about: &str, value: u64) -> fmt::Result {
    help(text, name, "counter", about)?;
    writeln!(text, "dictapp_{name} {value}")
}
