//! The room: keeps the names of the members, and sends messages to all members.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use webframe::{
    Channel, Error, Event, Result,
    http::StatusCode,
    websocket::{CloseCode, Message, Prepared, Socket, SocketHandler},
};

const NAME_CHARS_MAX: usize = 20;
const TEXT_CHARS_MAX: usize = 2_000;
const MEMBERS_MAX: usize = 1_000;

const BAD_NAME: &str = "名字须有 1 至 20 个可见的字 (a name has 1 to 20 visible characters)";
const CROWDED: &str = "聊天室已满 (the room is full)";

/// A message to all members. `names` are the names of all members at the time of the message.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum News<'a> {
    Entered { name: &'a str, names: Vec<&'a str> },
    Left { name: &'a str, names: Vec<&'a str> },
    Said { name: &'a str, text: &'a str },
    Announced { text: &'a str },
}

/// The members, and the events for those without a WebSocket.
#[derive(Default)]
pub(crate) struct Room {
    members: Mutex<Members>,
    pub(crate) events: Channel,
}

type Members = BTreeMap<String, Member>;

struct Member {
    /// The key of the browser.
    key: String,
    /// `None`: the member receives events.
    socket: Option<Socket>,
    /// Whether the connection is open. The name is reserved shortly before that.
    is_connected: bool,
}

impl Room {
    pub(crate) fn announce(&self, text: &str) {
        if !text.is_empty() {
            self.send_locked(&self.members(), &News::Announced { text }).ok();
        }
    }

    /// The caller holds the lock of the members, so all members receive messages in the same order.
    fn send_locked(&self, members: &Members, news: &News<'_>) -> Result<()> {
        let text = serde_json::to_string(news).map_err(Error::internal)?;
        self.events.send(&Event::text(&text));
        let message = Prepared::new(text);
        for socket in members.values().filter_map(|member| member.socket.as_ref()) {
            if socket.send_prepared(&message).is_err() {
                socket.close(CloseCode::TRY_AGAIN, "too slow");
            }
        }
        Ok(())
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message of the member `name`. Fails if the key is not the key of this member.
    pub(crate) fn say_as(&self, name: &str, key: &str, text: &str) -> Result<()> {
        let members = self.members();
        if members.get(name).is_none_or(|member| !member.is_connected || member.key != key) {
            return Err(Error::forbidden("你不在聊天室里 (you are not in the room)"));
        }
        let text = text.trim();
        match text.chars().count() {
            0 => Ok(()),
            1..=TEXT_CHARS_MAX => self.send_locked(&members, &News::Said { name, text }),
            _ => Err(Error::bad_request("一次最多说 2000 个字 (at most 2,000 characters at once)")),
        }
    }
}

/// A member's name in the room. When this is dropped, the name is free, and others are notified.
pub(crate) struct Membership {
    room: Arc<Room>,
    name: String,
    key: String,
}

impl Membership {
    /// Reserves a name that is free.
    pub(crate) fn reserve(room: &Arc<Room>, name: &str, key: &str) -> Result<Membership> {
        let name = name.trim();
        let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
        let hides = name.escape_debug().to_string().contains("\\u"); // invisible characters are escaped
        if !fits || hides || name.chars().any(char::is_control) {
            return Err(Error::bad_request(BAD_NAME));
        }
        let mut members = room.members();
        if members.len() >= MEMBERS_MAX {
            return Err(Error::new(StatusCode::SERVICE_UNAVAILABLE, CROWDED));
        }
        let fold = |name: &str| name.nfkc().flat_map(char::to_lowercase).collect::<String>();
        if members.keys().any(|taken| fold(taken) == fold(name)) {
            return Err(Error::conflict("这个名字已经有人用了 (the name is taken)"));
        }
        let member = Member { key: key.to_owned(), socket: None, is_connected: false };
        members.insert(name.to_owned(), member);
        Ok(Membership { room: Arc::clone(room), name: name.to_owned(), key: key.to_owned() })
    }

    /// Sends messages to the member from now on, and notifies all members of the new one. A member
    /// without a socket receives events.
    pub(crate) fn enter(&self, socket: Option<Socket>) {
        let mut members = self.room.members();
        let Some(member) = members.get_mut(&self.name) else { return };
        (member.socket, member.is_connected) = (socket, true);
        let news = News::Entered { name: &self.name, names: connected_names(&members) };
        self.room.send_locked(&members, &news).ok();
    }
}

/// A member on a WebSocket. webframe drops the membership when the connection ends.
impl SocketHandler for Membership {
    fn open(&mut self, socket: &Socket) -> Result<()> {
        self.enter(Some(socket.clone()));
        Ok(())
    }

    fn message(&mut self, _: &Socket, message: Message) -> Result<()> {
        self.room.say_as(&self.name, &self.key, message.as_text().unwrap_or_default())
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut members = self.room.members();
        if members.remove(&self.name).is_some_and(|member| member.is_connected) {
            let news = News::Left { name: &self.name, names: connected_names(&members) };
            self.room.send_locked(&members, &news).ok();
        }
    }
}

fn connected_names(members: &Members) -> Vec<&str> {
    members.iter().filter(|member| member.1.is_connected).map(|member| &**member.0).collect()
}
