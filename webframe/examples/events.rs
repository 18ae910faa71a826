//! News for everybody who listens: `events PORT`, then `GET /events` and `POST /publish`.

use std::error::Error;

use webframe::{
    App, Channel, ChannelSettings, Event, EventIds, Request, Response, Result, Server,
    ServerSettings, Urls, http::StatusCode,
};

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("usage: events PORT")?.parse()?;
    let settings = ServerSettings {
        addresses: vec![webframe::Address::Tcp(([127, 0, 0, 1], port).into())],
        ..ServerSettings::default()
    };
    let channel = ChannelSettings { ids: EventIds::None, ..ChannelSettings::default() };
    let urls = Urls::new()
        .get("/events", Channel::subscribe)
        .post("/publish", publish)
        .get("/plaintext", plaintext);
    let app = App::new(Channel::with_settings(&channel)).urls(urls);
    Server::bind(&settings)?.stop_on_signals()?.serve(app)?;
    Ok(())
}

fn publish(news: &Channel, request: &Request) -> Result<Response> {
    let text = String::from_utf8_lossy(&request.body()?).into_owned();
    news.send(&Event::text(text));
    Ok(Response::new(StatusCode::NO_CONTENT))
}

fn plaintext(_: &Channel, _: &Request) -> Result<Response> {
    Ok(Response::text("Hello, World!"))
}
