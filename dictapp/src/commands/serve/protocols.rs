//! Attaches the line protocols to webframe's server: the protocol of a programming course's
//! terminal clients, which this program still serves, and DICT (RFC 2229). How requests are
//! answered is in `crate::protocols`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::Context;
use webframe::{LineEnd, LineProtocol, LineSettings, Peer, Replies, Server};

use super::engine::resolve;
use crate::protocols::{course, dict};
use crate::settings::Settings;
use crate::site::Site;

/// A client of the course's protocol is disconnected after this time without a request. It is long
/// because people read the replies.
const COURSE_IDLE: Duration = Duration::from_secs(30 * 60);

/// Adds the protocols that the settings enable. Logs their addresses and what an administrator may
/// not expect: clear text, and look-ups without an account.
pub(super) fn add(
    mut server: Server,
    settings: &Settings,
    site: &Arc<Site>,
) -> anyhow::Result<Server> {
    if settings.course.enabled {
        let address = resolve(&settings.course.address, "[course]")?;
        let rules = LineSettings {
            line_bytes_max: course::REQUEST_BYTES_MAX,
            idle: COURSE_IDLE,
            pause_ends_line: Some(settings.course.request_pause),
            pause: settings.course.message_pause,
            line_end: LineEnd::None,
            ..LineSettings::default()
        };
        server = server
            .with_lines(&address, rules, Course { site: Arc::clone(site) })
            .context("the course's protocol cannot listen")?;
        log::warn!("the course's protocol listens at {} in clear text", last_address(&server));
    }
    if settings.dict.enabled {
        let address = resolve(&settings.dict.address, "[dict]")?;
        let rules = LineSettings {
            line_bytes_max: dict::LINE_BYTES_MAX - 2, // without CRLF
            idle: settings.dict.idle,
            ..LineSettings::default()
        };
        let protocol = Dict { site: Arc::clone(site), clients: AtomicU64::new(0) };
        server = server.with_lines(&address, rules, protocol).context("DICT cannot listen")?;
        log::info!("DICT listens at {}", last_address(&server));
        if settings.dictionary.lookup_requires_login {
            log::warn!(
                "DICT answers clients without an account, although \
                 dictionary.lookup_requires_login is true"
            );
        }
    }
    Ok(server)
}

/// The address of the protocol that was added last, with the port that the system chose if the
/// settings say 0.
fn last_address(server: &Server) -> String {
    server.line_addresses().last().map(ToString::to_string).unwrap_or_default()
}

/// Answers the lines of the course's clients.
struct Course {
    site: Arc<Site>,
}

impl LineProtocol for Course {
    type Session = course::Connection;

    fn open(&self, peer: Peer, _: &mut Replies) -> course::Connection {
        let client = peer.address.ip();
        course::Connection::new(client, self.site.settings().course.query_reply)
    }

    fn line(&self, connection: &mut course::Connection, line: &[u8], replies: &mut Replies) {
        if line.is_empty() {
            return;
        }
        let reply = connection.reply_to(&self.site, line);
        for (number, message) in reply.messages.iter().enumerate() {
            if number > 0 {
                replies.pause();
            }
            replies.bytes(message.as_bytes());
        }
        if reply.after == course::AfterReply::Close {
            replies.close();
        }
    }

    fn too_long(&self, _: &mut course::Connection, replies: &mut Replies) {
        replies.bytes(b"FAIL");
    }

    fn closed(&self, mut connection: course::Connection) {
        connection.log_out(&self.site);
    }
}

/// Answers the lines of DICT clients.
struct Dict {
    site: Arc<Site>,
    /// The number of clients so far, which identifies each in its banner.
    clients: AtomicU64,
}

impl LineProtocol for Dict {
    type Session = dict::Session;

    fn open(&self, _: Peer, replies: &mut Replies) -> dict::Session {
        replies.bytes(&dict::Session::banner(self.clients.fetch_add(1, Relaxed)));
        dict::Session::default()
    }

    fn line(&self, session: &mut dict::Session, line: &[u8], replies: &mut Replies) {
        let answer = session.line(&self.site, line);
        replies.bytes(&answer.bytes);
        if answer.after == dict::AfterReply::Close {
            replies.close();
        }
    }

    fn too_long(&self, _: &mut dict::Session, replies: &mut Replies) {
        replies.line("500 syntax error, the line is too long");
    }

    fn closing(&self, _: &mut dict::Session, replies: &mut Replies) {
        replies.line("420 server shutting down or client idle for too long");
    }
}
