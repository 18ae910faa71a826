//! Work outside of requests: `jobs` counts the seconds that it has served, and prints them when it
//! stops.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use webframe::{App, Request, Response, Result, Urls};

type Seconds = AtomicU64;

fn show(seconds: &Seconds, _: &Request) -> Result<Response> {
    Ok(Response::text(format!("{} s\n", seconds.load(Relaxed))))
}

fn tick(seconds: &Seconds) {
    seconds.fetch_add(1, Relaxed);
}

fn report(seconds: &Seconds) {
    eprintln!("served for {} s", seconds.load(Relaxed));
}

pub(crate) fn app(interval: Duration) -> App<Seconds> {
    let urls = Urls::new().get("/", show);
    App::new(Seconds::new(0)).every(interval, tick).on_stop(report).urls(urls)
}

fn main() -> std::io::Result<()> {
    app(Duration::from_secs(1)).run()
}
