//! Any bytes as a whole connection: request after request, our readers, the reference and one on `httparse` find the same ones, in
//! the same places.

mod reading;
mod theirs;

use webframe::wire::Head;

use super::reference::{self, Request};
use reading::ours;
use theirs::check_reads_the_same;

/// The reference knows none of the large limits.
const BYTES_MAX: usize = 4096;

/// Panics where the readers of a connection are wrong.
pub fn check(data: &[u8]) {
    let Some((cut, data)) = data.split_first() else { return };
    let mut head = Head::default();
    let mut left = data[..data.len().min(BYTES_MAX)].to_vec();
    loop {
        let whole = ours(&mut head, [&left[..]]);
        let middle = usize::from(*cut).min(left.len());
        let halves = ours(&mut Head::default(), [&left[..middle], &left[middle..]]);
        assert_eq!(whole, halves, "cut at {middle}: {}", left.escape_ascii());
        if left.len() < 512 {
            let bytewise = ours(&mut Head::default(), left.chunks(1));
            assert_eq!(whole, bytewise, "byte by byte: {}", left.escape_ascii());
        }
        let request = whole.and_then(Result::ok);
        assert_eq!(request, reference::read(&left), "{}", left.escape_ascii());
        let Some(request) = request else { return };
        check_reads_the_same(&request, &left);
        if !request.keep_alive || request.left.len() == left.len() {
            return;
        }
        left = request.left;
    }
}
