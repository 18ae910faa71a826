//! Any bytes as a whole connection: webframe's readers, the reference and one based on `httparse`
//! find the same requests at the same places.

mod reading;
mod theirs;

use webframe::wire::Head;

use super::reference::{self, Request};
use reading::ours;
use theirs::check_reads_the_same;

/// Maximum bytes of an input: the reference does not implement the large limits.
const BYTES_MAX: usize = 4096;

/// Panics if the readers of a connection are wrong.
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

/// The first request, if it is complete and accepted.
fn check_request(head: &mut Head, left: &[u8], cut: usize) -> Option<Request> {
    let whole = ours(head, [left]);
    let middle = cut.min(left.len());
    let halves = ours(&mut Head::default(), [&left[..middle], &left[middle..]]);
    assert_eq!(whole, halves, "cut at {middle}: {}", left.escape_ascii());
    if left.len() < 512 {
        let bytewise = ours(&mut Head::default(), left.chunks(1));
        assert_eq!(whole, bytewise, "byte by byte: {}", left.escape_ascii());
    }
    // After a refusal the reader may be reused for another connection.
    assert_eq!(whole, ours(head, [left]), "once more: {}", left.escape_ascii());
    let request = whole.and_then(Result::ok);
    assert_eq!(request, reference::read(left), "{}", left.escape_ascii());
    if let Some(request) = &request {
        check_reads_the_same(request, left);
    }
    request
}
