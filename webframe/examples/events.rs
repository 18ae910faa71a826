//! Sends events to all subscribers: `events PORT`, then `GET /events` and `POST /publish`.

use webframe::{
    Address, App, Channel, ChannelSettings, Event, EventIds, Request, Response, Result, Server,
    ServerSettings, Urls, http::StatusCode,
};

fn publish(news: &Channel, request: &Request) -> Result<Response> {
    news.send(&Event::text(String::from_utf8_lossy(&request.body()?)));
    Ok(Response::new(StatusCode::NO_CONTENT))
}

fn plaintext(_: &Channel, _: &Request) -> Result<Response> {
    Ok(Response::text("Hello, World!"))
}

fn main() -> Result<()> {
    let port: u16 = std::env::args().nth(1).unwrap_or_default().parse()?;
    let addresses = vec![Address::Tcp(([127, 0, 0, 1], port).into())];
    let settings = ServerSettings { addresses, ..ServerSettings::default() };
    let channel = ChannelSettings { ids: EventIds::None, ..ChannelSettings::default() };
    let urls = Urls::new()
        .get("/events", Channel::subscribe)
        .post("/publish", publish)
        .get("/plaintext", plaintext);
    let app = App::new(Channel::with_settings(&channel)).urls(urls);
    Server::bind(&settings)?.stop_on_signals()?.serve(app)?;
    Ok(())
}
