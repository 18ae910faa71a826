//! Checks the parsers of requests with any bytes of a whole connection. Three implementations must
//! find the same requests at the same places: webframe, the reference (a simple second
//! implementation), and one based on the crate `httparse`.

mod httparse;
mod reading;

use webframe::wire::Head;

use super::reference::{self, Request};
use httparse::check_with_httparse;
use reading::read;

/// Maximum bytes of an input: less than webframe's limits, which the reference does not implement.
const BYTES_MAX: usize = 4096;

/// Panics if the parsers of requests are wrong. The first byte of `data` says after how many bytes
/// the input is cut in two.
pub fn check(data: &[u8]) {
    let Some((cut, data)) = data.split_first() else { return };
    let mut head = Head::default();
    let mut left = data[..data.len().min(BYTES_MAX)].to_vec();
    while let Some(request) = check_request(&mut head, &left, usize::from(*cut)) {
        if !request.keep_alive || request.left.len() == left.len() {
            return;
        }
        left = request.left;
    }
}

/// Checks the first request in the bytes `left`, and returns it if it is complete and accepted.
/// `head` was used for the request before.
fn check_request(head: &mut Head, left: &[u8], cut: usize) -> Option<Request> {
    let whole = read(head, [left]);
    let middle = cut.min(left.len());
    let halves = read(&mut Head::default(), [&left[..middle], &left[middle..]]);
    assert_eq!(whole, halves, "cut at {middle}: {}", left.escape_ascii());
    if left.len() < 512 {
        let bytewise = read(&mut Head::default(), left.chunks(1));
        assert_eq!(whole, bytewise, "byte by byte: {}", left.escape_ascii());
    }
    // `head` may be reused after a refusal, too, for another connection.
    assert_eq!(whole, read(head, [left]), "once more: {}", left.escape_ascii());
    let request = whole.and_then(Result::ok);
    assert_eq!(request, reference::read(left), "{}", left.escape_ascii());
    if let Some(request) = &request {
        check_with_httparse(request, left);
    }
    request
}
