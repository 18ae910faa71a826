//! A chat room (聊天室): `chatroom [PORT]`, then open the page in several browsers.
//!
//! Each member has a unique name. All members see when another one enters or leaves, and
//! the administrator writes to the room in the terminal. Browsers connect by WebSocket. If a proxy
//! does not allow that, they receive server-sent events and POST their messages. No connection
//! holds a thread.

mod room;
#[cfg(test)]
mod tests;

use std::{
    io::{self, BufRead},
    sync::Arc,
};

use room::{Membership, Room};
use serde::Deserialize;
use webframe::{App, Cookie, Error, Request, Response, Result, Urls};
use webframe::{http::StatusCode, middleware::SameOrigin, session::random_token};

/// The cookie with the key of a browser. A name belongs to the browser that entered with it.
const KEY: &str = "chatroom";

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8000".to_owned());
    let room = Arc::new(Room::default());
    let room_of_administrator = Arc::clone(&room);
    std::thread::spawn(move || administrate(&room_of_administrator, io::stdin().lock()));
    app(room).run_at(&format!("0.0.0.0:{port}"))
}

fn app(room: Arc<Room>) -> App<Arc<Room>> {
    let urls =
        Urls::new().get("/", page).get("/socket", socket).get("/events", events).post("/say", say);
    App::new(room).wrap(SameOrigin::new()).urls(urls)
}

/// Sends each line that the administrator types to the room.
fn administrate(room: &Room, terminal: impl BufRead) {
    for line in terminal.split(b'\n').map_while(io::Result::ok) {
        room.announce(String::from_utf8_lossy(&line).trim());
    }
}

/// The name and the text that a browser sends. The text is empty when it enters the room.
#[derive(Deserialize)]
struct Input {
    name: String,
    #[serde(default)]
    text: String,
}

/// The page, and a cookie with a new key if the browser has none. A message is accepted only with
/// the key with which its name was reserved.
fn page(_: &Arc<Room>, request: &Request) -> Result<Response> {
    let page = Response::html(include_str!("page.html"));
    if key(request).is_ok() {
        return Ok(page);
    }
    Ok(page.with_cookie(&Cookie::new(KEY, &random_token()?)?))
}

fn key(request: &Request) -> Result<&str> {
    let key = request.cookie(KEY).filter(|key| !key.is_empty());
    key.ok_or_else(|| Error::forbidden("请先打开聊天室的首页 (open the page first)"))
}

/// Reserves the name of the query for this browser, or returns the reason why not.
fn reserve_name(room: &Arc<Room>, request: &Request) -> Result<Membership> {
    let input: Input = request.query()?;
    Membership::reserve(room, &input.name, key(request)?)
}

fn socket(room: &Arc<Room>, request: &Request) -> Result<Response> {
    Response::websocket(request, reserve_name(room, request)?)
}

/// The messages as events, for browsers without a WebSocket. A HEAD request enters nobody.
fn events(room: &Arc<Room>, request: &Request) -> Result<Response> {
    if *request.method() == "HEAD" {
        return room.events.subscribe(request);
    }
    let membership = Arc::new(reserve_name(room, request)?);
    let ends_with_stream = Arc::clone(&membership);
    let response = room.events.subscribe_then(request, move || drop(ends_with_stream))?;
    membership.enter(None);
    Ok(response)
}

fn say(room: &Arc<Room>, request: &Request) -> Result<Response> {
    let input: Input = request.form()?;
    room.say_as(&input.name, key(request)?, &input.text)?;
    Ok(Response::new(StatusCode::NO_CONTENT))
}
