//! A chat room (聊天室): `chatroom [PORT]`, then open the page in several browsers.
//!
//! Names are unique, everybody hears who enters and leaves, and the administrator speaks from the
//! terminal. Browsers connect by WebSocket. If a proxy does not allow that, they receive
//! server-sent events and POST their messages. No connection holds a thread.

mod room;
#[cfg(test)]
mod tests;

use std::{
    io::{self, BufRead},
    sync::Arc,
};

use room::{News, Room, Seat};
use serde::Deserialize;
use webframe::{App, Cookie, Error, Request, Response, Result, Urls};
use webframe::{http::StatusCode, middleware::SameOrigin};

const PAGE: &str = include_str!("page.html");

/// The cookie with the key of a browser. A seat belongs to the browser that took it.
const KEY: &str = "chatroom";

const NO_KEY: &str = "请先打开聊天室的首页 (open the page first)";

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8000".to_owned());
    let room = Arc::new(Room::default());
    let administrated = Arc::clone(&room);
    std::thread::spawn(move || administrate(&administrated, io::stdin().lock()));
    app(room).run_at(&format!("0.0.0.0:{port}"))
}

fn app(room: Arc<Room>) -> App<Arc<Room>> {
    let urls =
        Urls::new().get("/", page).get("/socket", socket).get("/events", events).post("/say", say);
    App::new(room).wrap(SameOrigin::new()).urls(urls)
}

/// Sends each line that the administrator types to the room.
fn administrate(room: &Room, terminal: impl BufRead) {
    for line in terminal.lines().map_while(io::Result::ok) {
        room.tell(&News::Announced { text: line.trim() });
    }
}

/// The name and the text of a message; the text is empty when a member enters.
#[derive(Deserialize)]
struct Saying {
    name: String,
    #[serde(default)]
    text: String,
}

/// The page, and a cookie with a key: its owner may send messages under the names that entered with
/// this key.
fn page(_: &Arc<Room>, request: &Request) -> Result<Response> {
    let page = Response::html(PAGE);
    if request.cookie(KEY).is_some() {
        return Ok(page);
    }
    let mut key = [0; 16];
    getrandom::fill(&mut key).map_err(Error::internal)?;
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(page.with_cookie(&Cookie::new(KEY, &key)?))
}

/// Takes a seat, or returns the reason why not.
fn enter(room: &Arc<Room>, request: &Request) -> Result<Seat> {
    let entry: Saying = request.query()?;
    let key = request.cookie(KEY).ok_or_else(|| Error::forbidden(NO_KEY))?;
    Seat::take(room, &entry.name, key)
}

fn socket(room: &Arc<Room>, request: &Request) -> Result<Response> {
    Response::websocket(request, enter(room, request)?)
}

/// The messages as events, for browsers without a WebSocket.
fn events(room: &Arc<Room>, request: &Request) -> Result<Response> {
    let seat = Arc::new(enter(room, request)?);
    let held = Arc::clone(&seat);
    let response = room.events.subscribe_then(request, move || drop(held))?;
    seat.sit_down(None);
    Ok(response)
}

fn say(room: &Arc<Room>, request: &Request) -> Result<Response> {
    let saying: Saying = request.form()?;
    let key = request.cookie(KEY).unwrap_or_default();
    room.say_as(&saying.name, key, &saying.text)?;
    Ok(Response::new(StatusCode::NO_CONTENT))
}
