//! The overview for administrators: look-ups by hour as a chart, words that no book has, and the
//! slowest pages.

use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;
use webframe::{Request, Response, Result};

use crate::paths;
use crate::site::Site;
use crate::store::LookupHour;
use crate::texts::Texts;
use crate::views::filters;
use crate::views::page::Page;

/// Number of hours in the chart.
const CHART_HOURS: u32 = 48;

/// Maximum numbers of missing words and of slow pages that are shown.
const WORDS_SHOWN: u32 = 50;
const ROUTES_SHOWN: usize = 15;

/// Measures of the chart in units of the SVG: the distance between two bars, the height of the
/// highest bar, and the room above the bars for a number.
const BAR_STEP: u32 = 12;
const BAR_HEIGHT_MAX: u64 = 120;
const NUMBER_HEIGHT: u64 = 14;

/// One bar in this many has the name of its hour below it.
const HOURS_PER_LABEL: u32 = 6;

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    hours: Vec<ChartHour>,
    /// The number of look-ups that the highest bar stands for.
    highest: u64,
    width: u32,
    height: u64,
    number_height: u64,
    missing: Vec<MissingWord>,
    routes: Vec<RouteTime>,
}

/// A bar of the chart and a row of its table.
struct ChartHour {
    time: String,
    /// The hour of the day, below some of the bars; `None` for the others.
    name: Option<String>,
    found: u64,
    missing: u64,
    x: u32,
    found_height: u64,
    missing_height: u64,
}

/// A word that no book has.
struct MissingWord {
    word: String,
    lookups: u64,
    last: String,
}

/// A route: its pattern, the number of responses, and their mean and longest time in milliseconds.
struct RouteTime {
    pattern: &'static str,
    answers: u64,
    mean_time: String,
    longest: String,
}

#[derive(Deserialize)]
struct ForgetWordForm {
    form_token: String,
    word: String,
}

/// `GET`: the overview.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let missing = site.most_missed_words(WORDS_SHOWN)?.into_iter().map(|missing| MissingWord {
        word: missing.word,
        lookups: missing.lookups,
        last: page.day(missing.last),
    });
    let routes = site.metrics().slowest_routes();
    let hours = site.lookup_hours(CHART_HOURS)?;
    let highest = hours.iter().map(|hour| hour.found + hour.missing).max().unwrap_or(0);
    page.send(&OverviewPage {
        page: &page,
        t: page.texts(),
        form_token: page.form_token()?,
        hours: bars(&page, &hours, highest.max(1)),
        highest,
        width: CHART_HOURS * BAR_STEP,
        height: BAR_HEIGHT_MAX,
        number_height: NUMBER_HEIGHT,
        missing: missing.collect(),
        routes: routes
            .into_iter()
            .take(ROUTES_SHOWN)
            .map(|(pattern, timing)| RouteTime {
                pattern,
                answers: timing.responses,
                mean_time: milliseconds(timing.mean()),
                longest: milliseconds(timing.longest),
            })
            .collect(),
    })
}

/// `POST`: removes a word from the list of words that no book has.
pub(crate) fn forget(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: ForgetWordForm = request.form()?;
    page.check_form(&form.form_token)?;
    site.forget_missing_word(&form.word)?;
    Response::see_other(paths::ADMIN)
}

/// The bars of the chart; `highest` is the number of look-ups that the highest bar stands for.
fn bars(page: &Page<'_>, hours: &[LookupHour], highest: u64) -> Vec<ChartHour> {
    let height = |lookups: u64| (lookups * BAR_HEIGHT_MAX).div_ceil(highest);
    let bar = |(hour, number): (&LookupHour, u32)| {
        let time = Timestamp::from_second(hour.hour * 3600)
            .map_or_else(|_| String::new(), |at| page.time(at));
        let of_day = time.split_once(' ').map(|(_, of_day)| of_day.to_owned());
        ChartHour {
            name: of_day.filter(|_| number % HOURS_PER_LABEL == HOURS_PER_LABEL / 2),
            time,
            found: hour.found,
            missing: hour.missing,
            x: number * BAR_STEP,
            found_height: height(hour.found),
            missing_height: height(hour.found + hour.missing) - height(hour.found),
        }
    };
    hours.iter().zip(0..).map(bar).collect()
}

fn milliseconds(duration: std::time::Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1000.0)
}
