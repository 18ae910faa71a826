//! Sends every WebSocket message back: `echo PORT`.

use webframe::{
    Address, App, Request, Response, Result, Server, ServerSettings, Urls,
    websocket::{Message, Socket, SocketSettings},
};

const USAGE: &str = "usage: echo PORT";

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).ok_or(USAGE)?.parse().map_err(|_| USAGE)?;
    let addresses = vec![Address::Tcp(([127, 0, 0, 1], port).into())];
    let settings = ServerSettings { addresses, ..ServerSettings::default() };
    let app = App::new(settings_for_large_messages()).urls(Urls::new().get("/", echo));
    Server::bind(&settings)?.stop_on_signals()?.serve(app)?;
    Ok(())
}

fn echo(settings: &SocketSettings, request: &Request) -> Result<Response> {
    Response::websocket_with(request, settings, |socket: &Socket, message: Message| {
        socket.send(message)?;
        Ok(())
    })
}

/// Autobahn's suite sends up to 16 MiB.
fn settings_for_large_messages() -> SocketSettings {
    SocketSettings {
        message_bytes_max: 16 << 20,
        frame_bytes_max: 16 << 20,
        queue_bytes_max: 33 << 20,
        ..SocketSettings::default()
    }
}
