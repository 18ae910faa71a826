//! The server that the benchmarks measure: `bench PORT [WORKERS_MAX]`.
//!
//! This is an ordinary app: the router, limits, timeouts and the panic guard are on. Only the
//! access log is off, as it is in the servers of other frameworks that the benchmarks compare.

use std::{
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use webframe::{
    App, Channel, ChannelSettings, Event, EventIds, Request, Response, Result, Server,
    ServerSettings, StaticFiles, Urls,
    http::HeaderValue,
    websocket::{self, Close, Prepared, Socket, SocketHandler},
};

/// The subscribers of events, and the WebSockets in the room.
struct Hub {
    events: Channel,
    room: Mutex<Vec<Socket>>,
}

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

#[derive(Deserialize)]
struct Echo {
    name: String,
    msg: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("usage: bench PORT [WORKERS_MAX]")?.parse()?;
    let mut settings = ServerSettings {
        addresses: vec![webframe::Address::Tcp(([127, 0, 0, 1], port).into())],
        ..ServerSettings::default()
    };
    if let Some(workers_max) = std::env::args().nth(2) {
        settings.workers_max = workers_max.parse()?;
        settings.workers_min = settings.workers_max.min(settings.workers_min);
    }
    let urls = Urls::new()
        .get("/plaintext", plaintext)
        .get("/json", json)
        .get("/sleep", sleep)
        .post("/echo", echo)
        .files("/static", StaticFiles::dir("www"))
        .get("/events", |hub, request| hub.events.subscribe(request))
        .post("/publish", publish)
        .get("/ws", echo_messages)
        .get("/room", |hub, request| Response::websocket(request, RoomMember(Arc::clone(hub))));
    let channel = ChannelSettings { ids: EventIds::None, ..ChannelSettings::default() };
    let hub = Hub { events: Channel::with_settings(&channel), room: Mutex::default() };
    Server::bind(&settings)?.stop_on_signals()?.serve(App::new(Arc::new(hub)).urls(urls))?;
    Ok(())
}

fn plaintext(_: &Arc<Hub>, _: &Request) -> Result<Response> {
    Ok(Response::typed(HeaderValue::from_static("text/plain"), "Hello, World!".into()))
}

fn json(_: &Arc<Hub>, _: &Request) -> Result<Response> {
    Response::json(&Message { message: "Hello, World!" })
}

/// Blocks the thread, as a database query does.
fn sleep(_: &Arc<Hub>, _: &Request) -> Result<Response> {
    std::thread::sleep(Duration::from_millis(10));
    Ok(Response::text("slept"))
}

fn echo(_: &Arc<Hub>, request: &Request) -> Result<Response> {
    let echo: Echo = request.form()?;
    Ok(Response::text(format!("{}:{}", echo.name, echo.msg)))
}

fn publish(hub: &Arc<Hub>, request: &Request) -> Result<Response> {
    let text = String::from_utf8_lossy(&request.body()?).into_owned();
    hub.events.send(&Event::text(text));
    Ok(Response::text("published"))
}

/// Sends each message back.
fn echo_messages(_: &Arc<Hub>, request: &Request) -> Result<Response> {
    Response::websocket(request, |socket: &Socket, message: websocket::Message| {
        socket.send(message)?;
        Ok(())
    })
}

/// Sends messages that begin with `pub:` to the whole room.
struct RoomMember(Arc<Hub>);

impl RoomMember {
    fn room(&self) -> MutexGuard<'_, Vec<Socket>> {
        self.0.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SocketHandler for RoomMember {
    fn open(&mut self, socket: &Socket) -> Result<()> {
        self.room().push(socket.clone());
        Ok(())
    }

    fn message(&mut self, _: &Socket, message: websocket::Message) -> Result<()> {
        if message.as_text().is_some_and(|text| text.starts_with("pub:")) {
            let message = Prepared::new(message);
            for socket in &*self.room() {
                socket.send_prepared(&message).ok();
            }
        }
        Ok(())
    }

    fn close(&mut self, socket: &Socket, _: &Close) {
        self.room().retain(|other| other != socket);
    }
}
