//! Opens a WebSocket: answers a request with 101, or with the reason of its refusal.

use http::{HeaderName, HeaderValue, StatusCode, header};

use super::{Compression, Socket, SocketHandler, SocketSettings, conversation::SocketConversation};
use crate::{
    Body, Error, Live, Request, Response, Result,
    wire::websocket::{Handshake, HandshakeFault, Reader, Role, Writer},
};

impl Response {
    /// The answer that opens a WebSocket with the default settings; see
    /// [`websocket`](crate::websocket).
    ///
    /// # Errors
    /// 400 if the handshake violates RFC 6455, 405 if its method is not GET, 403 if a page of
    /// another site connects. A request without an upgrade to WebSocket, or for another version of
    /// it, is answered with 426, which is not an error.
    pub fn websocket(request: &Request, handler: impl SocketHandler) -> Result<Response> {
        Response::websocket_with(request, &SocketSettings::default(), handler)
    }

    /// Like [`Response::websocket`], with these settings.
    ///
    /// # Errors
    /// Those of [`Response::websocket`].
    pub fn websocket_with(
        request: &Request,
        settings: &SocketSettings,
        handler: impl SocketHandler,
    ) -> Result<Response> {
        let head = &request.head;
        let values = |name: &'static str| head.values(name);
        let mut handshake = match Handshake::check(head.method(), head.version(), values) {
            Ok(handshake) => handshake,
            Err(fault) => return refuse(fault),
        };
        if !settings.origins.allow(request) {
            return Err(Error::forbidden("the page belongs to another site"));
        }
        if settings.compression == Compression::Never {
            handshake.deflate = None;
        }
        let is_supported = |protocol: &&str| settings.protocols.iter().any(|it| it == protocol);
        let protocol = handshake.protocols.iter().copied().find(is_supported);
        let fields = fields(&handshake, protocol)?;
        let writer = Writer::new(Role::Server, handshake.deflate);
        let socket = Socket::new(writer, settings.queue_bytes_max, protocol.map(str::to_owned));
        let reader = Reader::new(Role::Server, handshake.deflate, settings.message_limits());
        let live =
            Live::conversation(SocketConversation::new(handler, socket, reader, settings.idle));
        Ok(Response::assembled(StatusCode::SWITCHING_PROTOCOLS, &fields, Body::Live(live)))
    }
}

/// The fields of a 101 that accepts the handshake.
fn fields(
    handshake: &Handshake<'_>,
    protocol: Option<&str>,
) -> Result<Vec<(HeaderName, HeaderValue)>> {
    let value = |text: &str| HeaderValue::from_str(text).map_err(Error::internal);
    let mut fields = vec![
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, value(&handshake.accept)?),
    ];
    if let Some(protocol) = protocol {
        fields.push((header::SEC_WEBSOCKET_PROTOCOL, value(protocol)?));
    }
    if let Some(deflate) = handshake.deflate {
        fields.push((header::SEC_WEBSOCKET_EXTENSIONS, value(&deflate.to_field())?));
    }
    Ok(fields)
}

/// The answer to an invalid handshake: an error, or a 426 response. A 426 must name the protocol
/// and its version (RFC 9110 §15.5.22, RFC 6455 §4.4), which error pages cannot do.
fn refuse(fault: HandshakeFault) -> Result<Response> {
    let status = fault.status();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let text = format!("405 Method Not Allowed: {fault}\n");
        let allow = HeaderValue::from_static("GET"); // a 405 must have `Allow` (RFC 9110 §15.5.6)
        return Ok(Response::text(text).with_status(status).with_field(header::ALLOW, allow));
    }
    if status != StatusCode::UPGRADE_REQUIRED {
        return Err(Error::new(status, fault.to_string()));
    }
    let fields = [
        (header::CONNECTION, HeaderValue::from_static("Upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
    ];
    Ok(Response::assembled(status, &fields, Body::from(format!("426 Upgrade Required: {fault}\n"))))
}
