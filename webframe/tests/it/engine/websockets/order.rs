//! The order of the messages that a peer receives.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use webframe::{
    Request, Response, Result, Urls,
    websocket::{CloseCode, Message, Socket, SocketHandler},
};

use super::{open, read_frame, text_frame};
use crate::engine::site::{Client, Site};

/// Echoes with a delay that makes some calls slow, and closes after the message `39`.
fn delayed_echo((): &(), request: &Request) -> Result<Response> {
    Response::websocket(request, |socket: &Socket, message: Message| {
        std::thread::sleep(Duration::from_micros(50));
        let is_last = message.as_text() == Some("39");
        socket.send(message)?;
        if is_last {
            socket.close(CloseCode::NORMAL, "");
        }
        Ok(())
    })
}

/// Callbacks on workers and callbacks in the shard do not overtake each other, and a close comes
/// after them.
#[test]
fn messages_keep_their_order_while_the_server_learns_whether_callbacks_are_quick() {
    let site = Site::start((), Urls::new().get("/", delayed_echo));
    for _ in 0..5 {
        let mut clients: Vec<Client> = (0..8).map(|_| open(&site, "/")).collect();
        let numbers = || (0..40).map(|number: u32| number.to_string());
        let batch: Vec<u8> = numbers().flat_map(|number| text_frame(&number)).collect();
        clients.iter_mut().for_each(|client| client.send_bytes(&batch));
        for client in &mut clients {
            let received: Vec<Vec<u8>> = (0..40).map(|_| read_frame(client).1).collect();
            assert_eq!(received, numbers().map(String::into_bytes).collect::<Vec<_>>());
            assert_eq!(read_frame(client).0, 0x88, "a close");
        }
    }
}

type Room = Mutex<Vec<Socket>>;

struct Member(std::sync::Arc<Room>);

impl Member {
    fn all(&self) -> std::sync::MutexGuard<'_, Vec<Socket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SocketHandler for Member {
    fn open(&mut self, socket: &Socket) -> Result<()> {
        self.all().push(socket.clone());
        socket.send("welcome")?;
        Ok(())
    }

    fn message(&mut self, _: &Socket, message: Message) -> Result<()> {
        for socket in self.all().iter() {
            socket.send(message.clone())?;
        }
        Ok(())
    }
}

/// A member's own message does not overtake earlier messages of others on their way to this member.
#[test]
fn all_members_of_a_room_receive_the_messages_in_the_same_order() {
    const MEMBERS: usize = 10;
    const MESSAGES: usize = 20;
    let enter = |room: &std::sync::Arc<Room>, request: &Request| {
        Response::websocket(request, Member(std::sync::Arc::clone(room)))
    };
    let site = Site::start(std::sync::Arc::default(), Urls::new().get("/", enter));
    let mut clients: Vec<Client> = (0..MEMBERS).map(|_| open(&site, "/")).collect();
    for client in &mut clients {
        assert_eq!(read_frame(client).1, b"welcome");
    }
    std::thread::scope(|scope| {
        for (member, client) in clients.iter_mut().enumerate() {
            scope.spawn(move || {
                for number in 0..MESSAGES {
                    client.send_bytes(&text_frame(&format!("{member}.{number}")));
                }
            });
        }
    });
    let mut received = clients
        .iter_mut()
        .map(|client| (0..MEMBERS * MESSAGES).map(|_| read_frame(client).1).collect::<Vec<_>>());
    let first = received.next().expect("a member");
    for (other, messages) in received.enumerate() {
        assert_eq!(messages, first, "member {} and member 0", other + 1);
    }
}
