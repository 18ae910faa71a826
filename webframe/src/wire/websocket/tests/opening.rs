//! The opening handshake and its offers of compression.

use super::*;

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const GOOD: [(&str, &str); 4] = [
    ("connection", "keep-alive, Upgrade"),
    ("upgrade", "WebSocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", KEY),
];

/// Checks the good request with some fields changed, or left out if the value is empty.
fn check(changes: &[(&'static str, &'static str)]) -> Result<Handshake<'static>, HandshakeFault> {
    let kept = GOOD.into_iter().filter(|field| changes.iter().all(|change| change.0 != field.0));
    let mut fields: Vec<_> = kept.collect();
    fields.extend(changes.iter().filter(|change| !change.1.is_empty()));
    Handshake::check(&Method::GET, Version::Http11, |name: &'static str| {
        fields
            .clone()
            .into_iter()
            .filter(move |field| field.0 == name)
            .map(|field| field.1.as_bytes())
    })
}

#[test]
fn the_key_of_the_rfc_has_the_answer_of_the_rfc() {
    let handshake = check(&[]).expect("a handshake");
    assert_eq!(handshake.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_eq!((handshake.protocols, handshake.deflate), (Vec::new(), None));
}

#[test]
fn refuses_a_request_without_an_upgrade_to_websocket() {
    for field in ["connection", "upgrade"] {
        assert_eq!(check(&[(field, "")]), Err(HandshakeFault::NoUpgrade));
        assert_eq!(check(&[(field, "h2c, close")]), Err(HandshakeFault::NoUpgrade));
    }
    assert_eq!(HandshakeFault::NoUpgrade.status(), 426);
}

#[test]
fn refuses_another_method_and_another_version_of_http() {
    let values = |name: &'static str| {
        GOOD.into_iter().filter(move |field| field.0 == name).map(|field| field.1.as_bytes())
    };
    let post = Handshake::check(&Method::POST, Version::Http11, values);
    assert_eq!(post, Err(HandshakeFault::Method));
    let old = Handshake::check(&Method::GET, Version::Http10, values);
    assert_eq!(old, Err(HandshakeFault::HttpVersion));
}

#[test]
fn refuses_another_version_and_a_version_that_is_repeated() {
    for version in ["", "8", "013", "13, 8"] {
        let handshake = check(&[("sec-websocket-version", version)]);
        assert_eq!(handshake, Err(HandshakeFault::Version), "{version:?}");
    }
    let twice = check(&[("sec-websocket-version", "13"), ("sec-websocket-version", "13")]);
    assert_eq!(twice, Err(HandshakeFault::Version));
}

#[test]
fn refuses_a_key_that_is_not_sixteen_bytes() {
    for key in
        ["", "abc", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZQ", "AAAAAAAAAAAAAAAAAAAAAAA="]
    {
        assert_eq!(check(&[("sec-websocket-key", key)]), Err(HandshakeFault::Key), "{key:?}");
    }
    let twice = check(&[("sec-websocket-key", KEY), ("sec-websocket-key", KEY)]);
    assert_eq!(twice, Err(HandshakeFault::Key));
}

#[test]
fn subprotocols_are_a_list_of_different_tokens() {
    let field = "sec-websocket-protocol";
    let handshake = check(&[(field, "chat, superchat"), (field, "v2")]).expect("a handshake");
    assert_eq!(handshake.protocols, ["chat", "superchat", "v2"]);
    for bad in ["chat, chat", "a b", "\"chat\""] {
        assert_eq!(check(&[(field, bad)]), Err(HandshakeFault::Protocols), "{bad:?}");
    }
}

/// RFC 9110 §5.6.1.2.
#[test]
fn empty_members_of_lists_are_ignored() {
    let protocols =
        |list| check(&[("sec-websocket-protocol", list)]).expect("a handshake").protocols;
    assert_eq!(protocols(" "), [""; 0]);
    assert_eq!(protocols(",b, ,"), ["b"]);
    for none in [" ", ",", " , \t,"] {
        assert_eq!(answer(none), None, "{none:?}");
    }
    for one in ["permessage-deflate,", ", permessage-deflate", "a, ,permessage-deflate"] {
        assert!(answer(one).is_some(), "{one:?}");
    }
}

/// The last two are the examples of RFC 6455 §1.3 and §4.1.
#[test]
fn the_bits_of_a_key_behind_its_sixteen_bytes_may_have_any_value() {
    for key in ["AQIDBAUGBwgJCgsMDQ4PEP==", "AQIDBAUGBwgJCgsMDQ4PEC==", KEY] {
        assert!(check(&[("sec-websocket-key", key)]).is_ok(), "{key}");
    }
}

fn answer(offer: &'static str) -> Option<String> {
    let handshake = check(&[("sec-websocket-extensions", offer)]).expect("a handshake");
    handshake.deflate.map(Deflate::to_field)
}

#[test]
fn the_first_supported_offer_of_compression_is_accepted() {
    let plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    let nine = format!("{plain}; server_max_window_bits=9");
    for offer in [
        "permessage-deflate",
        "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=16, permessage-deflate",
        "permessage-deflate; server_max_window_bits=8, permessage-deflate",
        "permessage-deflate; client_max_window_bits=\"10\"; server_no_context_takeover",
    ] {
        assert_eq!(answer(offer).as_deref(), Some(plain), "{offer}");
    }
    assert_eq!(answer("permessage-deflate; server_max_window_bits=9"), Some(nine));
}

#[test]
fn an_offer_with_an_invalid_parameter_is_skipped() {
    for offer in [
        "deflate-frame",
        "permessage-deflate; a",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=09",
        "permessage-deflate; server_max_window_bits=+9",
        "permessage-deflate; client_max_window_bits=16",
    ] {
        assert_eq!(answer(offer), None, "{offer}");
    }
}

#[test]
fn refuses_extensions_that_break_their_grammar() {
    for bad in ["permessage-deflate;", "a b", "permessage-deflate; x=", "; x", "a; b=\"c d\""] {
        let handshake = check(&[("sec-websocket-extensions", bad)]);
        assert_eq!(handshake, Err(HandshakeFault::Extensions), "{bad:?}");
    }
}
