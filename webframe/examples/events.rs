//! Sends events to all subscribers: `events [PORT]`, then `GET /events` and `POST /publish`.
//! `GET /plaintext` is an ordinary request, to measure its latency beside many subscribers.

use webframe::{
    App, Channel, ChannelSettings, Event, EventIds, Request, Response, Result, Urls,
    http::StatusCode,
};

fn publish(news: &Channel, request: &Request) -> Result<Response> {
    news.send(&Event::text(String::from_utf8_lossy(&request.body()?)));
    Ok(Response::new(StatusCode::NO_CONTENT))
}

fn plaintext(_: &Channel, _: &Request) -> Result<Response> {
    Ok(Response::text("Hello, World!"))
}

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8000".to_owned());
    let channel = ChannelSettings { ids: EventIds::None, ..ChannelSettings::default() };
    let urls = Urls::new()
        .get("/events", Channel::subscribe)
        .post("/publish", publish)
        .get("/plaintext", plaintext);
    App::new(Channel::with_settings(&channel)).urls(urls).run_at(&format!("127.0.0.1:{port}"))
}
