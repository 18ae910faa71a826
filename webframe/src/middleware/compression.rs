//! Compresses responses for clients that accept gzip or Brotli.
//!
//! Responses that set a cookie or are marked by [`Response::without_compression`] are never
//! compressed: if a page contains a secret and repeats text of the request, its compressed length
//! reveals the secret letter by letter (BREACH). Ranges, files, event streams and encoded bodies
//! are not compressed either.

use http::{HeaderValue, StatusCode, header};

use crate::{
    Body, Next, Request, Response, Source,
    request::{accept::best_coding, condition::Conditions},
    response::{
        coding::{self, COMPRESSED_BYTES_MIN, Coding, Effort},
        gzip_source::GzipSource,
        media,
    },
};

/// Larger responses are not compressed: compressing one would keep a thread busy for more than 10
/// ms.
const COMPRESSED_BYTES_MAX: usize = 1 << 20;

/// Middleware that compresses responses of 1 KiB to 1 MiB with a compressible media type, at about
/// 10 ns a byte. Streams of such a type are compressed with gzip, in pieces that the client can
/// decode when they arrive. HEAD is treated like GET, since its response should have the same
/// fields (RFC 9110 §9.3.2).
///
/// Needs the feature `compression`.
///
/// ```
/// use webframe::{App, Request, Response, TestClient, Urls, middleware::compression};
///
/// let urls = Urls::new().get("/", |_, _| Ok(Response::html("a".repeat(5000))));
/// let app = App::new(()).wrap(compression).urls(urls);
/// let answer = TestClient::new(&app).get("/").with_field("Accept-Encoding", "gzip").send();
/// assert_eq!(answer.field("Content-Encoding"), Some("gzip"));
/// ```
pub fn compression<S>(_: &S, request: &Request, next: Next<'_, S>) -> Response
where
    S: Send + Sync + 'static,
{
    let mut response = next.run(request);
    if response.status() == StatusCode::NOT_MODIFIED {
        use_tag_of_client(&mut response, request);
    } else if is_worth_compressing(&response) {
        add_vary(&mut response);
        let accepted = Conditions::from_request(request).accept_encoding;
        if matches!(response.body(), Body::Stream(_)) {
            encode_stream(&mut response, best_coding(accepted.as_deref(), &[Coding::Gzip]));
        } else {
            encode(
                &mut response,
                // gzip first: its encoders are reused, and Brotli makes a page only a few percent
                // smaller.
                best_coding(accepted.as_deref(), &[Coding::Gzip, Coding::Brotli]),
            );
        }
    }
    response
}

/// Whether the response may be compressed, and its size and type are such that compression makes it
/// much smaller.
fn is_worth_compressing(response: &Response) -> bool {
    let status = response.status();
    let excluding = [header::CONTENT_ENCODING, header::CONTENT_RANGE, header::SET_COOKIE];
    response.may_be_compressed()
        && !matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::NO_CONTENT)
        && !status.is_informational()
        && match response.body() {
            Body::Stream(_) => true,
            body => body.as_bytes().is_some_and(|bytes| {
                (COMPRESSED_BYTES_MIN..=COMPRESSED_BYTES_MAX).contains(&bytes.len())
            }),
        }
        && excluding.iter().all(|name| response.field(name).is_none())
        && media::is_compressible(text(response.field(&header::CONTENT_TYPE)))
        && !list_contains(response.field(&header::CACHE_CONTROL), "no-transform")
}

/// Whether a list of names separated by commas contains a name.
fn list_contains(list: Option<&HeaderValue>, name: &str) -> bool {
    let list = list.map_or(&[][..], HeaderValue::as_bytes);
    let is_it = |member: &[u8]| member.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
    list.len() >= name.len() && list.split(|byte| *byte == b',').any(is_it)
}

/// Compresses the body, if that saves at least a tenth.
fn encode(response: &mut Response, coding: Coding) {
    let plain = response.body().as_bytes().unwrap_or_default();
    let Some(coded) = coding::encode(coding, Effort::ForOneResponse, plain) else { return };
    response.replace_body(Body::Bytes(coded));
    set_coding_fields(response, coding);
}

/// Compresses a stream with gzip. Streams are not compressed with another coding.
fn encode_stream(response: &mut Response, coding: Coding) {
    if coding == Coding::Gzip
        && let Body::Stream(source) = response.take_body()
    {
        response.replace_body(Body::Stream(Source::new(GzipSource::new(source))));
        set_coding_fields(response, coding);
    }
}

/// Sets the header fields of a compressed response.
fn set_coding_fields(response: &mut Response, coding: Coding) {
    response.set(header::CONTENT_ENCODING, HeaderValue::from_static(coding.token()));
    // Ranges of the compressed bytes differ from those of the handler's bytes.
    response.remove(&header::ACCEPT_RANGES);
    if let Some(weak) = weakened(response) {
        response.set(header::ETAG, weak);
    }
}

/// The weak form of the response's entity tag: the encoded bytes differ from the handler's, but
/// have the same meaning (RFC 9110 §8.8.1). `None` if the response has no tag or a weak one.
fn weakened(response: &Response) -> Option<HeaderValue> {
    let tag = text(response.field(&header::ETAG));
    let strong = tag.starts_with('"');
    strong.then(|| HeaderValue::try_from(format!("W/{tag}")).ok()).flatten()
}

/// Gives a 304 the entity tag of the response that the client has in its cache: the weak tag if
/// that response was compressed.
fn use_tag_of_client(response: &mut Response, request: &Request) {
    let client_has = |weak: &HeaderValue| {
        request.fields().any(|(name, list)| {
            name.eq_ignore_ascii_case("if-none-match")
                && memchr::memmem::find(list, weak.as_bytes()).is_some()
        })
    };
    if let Some(weak) = weakened(response)
        && client_has(&weak)
    {
        response.set(header::ETAG, weak);
        add_vary(response);
    }
}

/// Adds `Vary: accept-encoding`, unless `Vary` names it already.
fn add_vary(response: &mut Response) {
    let named = response.fields().iter().any(|(name, value)| {
        name == header::VARY
            && (list_contains(Some(value), "accept-encoding") || list_contains(Some(value), "*"))
    });
    if !named {
        response.add(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// The value as text; empty if it is missing or not ASCII.
fn text(value: Option<&HeaderValue>) -> &str {
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use http::Method;

    use super::*;
    use crate::{App, Cookie, Result, TestClient, TestResponse, Urls};

    fn page() -> Response {
        let tag = HeaderValue::from_static("\"a\"");
        Response::html("words and more words ".repeat(200)).with_field(header::ETAG, tag)
    }

    fn show(_: &(), request: &Request) -> Result<Response> {
        Ok(match &*request.param("kind")? {
            "page" => page(),
            "short" => Response::html("words".to_owned()),
            "secret" => page().without_compression(),
            "cookie" => page().with_cookie(&Cookie::new("a", "b")?),
            "fixed" => {
                page().with_field(header::CACHE_CONTROL, HeaderValue::from_static("no-transform"))
            }
            "coded" => {
                page().with_field(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"))
            }
            "part" => page().with_status(StatusCode::PARTIAL_CONTENT),
            "stream" => Response::stream(
                HeaderValue::from_static("text/plain"),
                std::io::repeat(b'a').take(9999),
            ),
            "noise" => Response::stream(HeaderValue::from_static("image/png"), std::io::empty()),
            "huge" => Response::html("a".repeat(COMPRESSED_BYTES_MAX + 1)),
            "picture" => {
                Response::typed(HeaderValue::from_static("image/png"), Body::Bytes(vec![0; 5000]))
            }
            "same" => page().with_status(StatusCode::NOT_MODIFIED).with_body(Body::Empty),
            _ => page()
                .with_status(StatusCode::NOT_FOUND)
                .with_field(header::VARY, HeaderValue::from_static("Cookie")),
        })
    }

    fn send(method: Method, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let app = App::new(()).wrap(compression).urls(Urls::new().get("/{kind}", show));
        let client = TestClient::new(&app);
        let start = client.request(method, path);
        fields.iter().fold(start, |request, (name, value)| request.with_field(name, value)).send()
    }

    fn get(path: &str, accept: &str) -> TestResponse {
        send(Method::GET, path, &[("Accept-Encoding", accept)])
    }

    #[test]
    fn a_page_is_sent_in_the_preferred_coding() {
        let plain = get("/page", "deflate");
        assert_eq!((plain.field("content-encoding"), plain.field("etag")), (None, Some("\"a\"")));
        assert_eq!(plain.field("vary"), Some("accept-encoding"));
        for (accept, coding) in
            [("gzip", "gzip"), ("gzip, br", "gzip"), ("br", "br"), ("br;q=0.1, gzip;q=0.2", "gzip")]
        {
            let coded = get("/page", accept);
            assert_eq!(coded.field("content-encoding"), Some(coding), "{accept}");
            assert_eq!(coded.field("vary"), Some("accept-encoding"));
            assert_eq!(coded.field("etag"), Some("W/\"a\""));
            assert!(coded.bytes().len() < 200);
        }
        let mut text = String::new();
        let coded = get("/page", "gzip");
        flate2::read::GzDecoder::new(coded.bytes()).read_to_string(&mut text).unwrap();
        assert_eq!(text.as_bytes(), plain.bytes());
    }

    #[test]
    fn fields_on_two_lines_are_one_list() {
        let two = [("Accept-Encoding", "*"), ("Accept-Encoding", "br;q=0")];
        let coded = send(Method::GET, "/page", &two);
        assert_eq!(coded.field("content-encoding"), Some("gzip"));
        let two = [("If-None-Match", "\"b\""), ("If-None-Match", "W/\"a\"")];
        assert_eq!(send(Method::GET, "/same", &two).field("etag"), Some("W/\"a\""));
    }

    #[test]
    fn errors_are_compressed_too_and_keep_their_vary() {
        let missing = get("/missing", "gzip");
        assert_eq!(
            (missing.status().as_u16(), missing.field("content-encoding")),
            (404, Some("gzip"))
        );
        let vary: Vec<_> =
            missing.fields().iter().filter(|f| f.0 == header::VARY).map(|f| &f.1).collect();
        assert_eq!(vary, ["Cookie", "accept-encoding"]);
    }

    #[test]
    fn responses_that_must_not_or_need_not_be_compressed_are_unchanged() {
        for kind in ["short", "secret", "cookie", "fixed", "part", "noise", "huge", "picture"] {
            let answer = get(&format!("/{kind}"), "gzip, br");
            assert_eq!(answer.field("content-encoding"), None, "{kind}");
            assert_eq!(answer.field("vary"), None, "{kind}");
        }
        assert_eq!(get("/coded", "gzip").field("content-encoding"), Some("zstd"));
    }

    #[test]
    fn a_stream_is_compressed_if_the_client_accepts_gzip() {
        let plain = get("/stream", "br");
        assert_eq!((plain.field("content-encoding"), plain.bytes().len()), (None, 9999));
        assert_eq!(plain.field("vary"), Some("accept-encoding"));
        let coded = get("/stream", "br, gzip");
        assert_eq!(coded.field("content-encoding"), Some("gzip"));
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(coded.bytes()).read_to_end(&mut text).unwrap();
        assert_eq!(text, plain.bytes());
        assert!(coded.bytes().len() < 200);
    }

    #[test]
    fn head_has_the_fields_of_get() {
        let head = send(Method::HEAD, "/page", &[("Accept-Encoding", "gzip")]);
        assert_eq!(head.fields(), get("/page", "gzip").fields());
    }

    #[test]
    fn a_304_has_the_tag_of_the_client() {
        let tag = |held| {
            let fields = [("Accept-Encoding", "gzip"), ("If-None-Match", held)];
            send(Method::GET, "/same", &fields).field("etag").map(str::to_owned)
        };
        assert_eq!(tag("W/\"a\"").as_deref(), Some("W/\"a\""));
        assert_eq!(tag("\"a\"").as_deref(), Some("\"a\""));
    }
}
