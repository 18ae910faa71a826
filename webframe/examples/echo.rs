//! Sends every WebSocket message back: `echo [PORT]`.

use webframe::websocket::{Message, Socket, SocketSettings};
use webframe::{App, Request, Response, Result, Urls};

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8000".to_owned());
    let app = App::new(settings_for_large_messages()).urls(Urls::new().get("/", echo));
    app.run_at(&format!("127.0.0.1:{port}"))
}

fn echo(settings: &SocketSettings, request: &Request) -> Result<Response> {
    Response::websocket_with(request, settings, |socket: &Socket, message: Message| {
        socket.send(message)?;
        Ok(())
    })
}

/// Autobahn's test suite sends messages of up to 16 MiB.
fn settings_for_large_messages() -> SocketSettings {
    SocketSettings {
        message_bytes_max: 16 << 20,
        frame_bytes_max: 16 << 20,
        queue_bytes_max: 33 << 20,
        ..SocketSettings::default()
    }
}
