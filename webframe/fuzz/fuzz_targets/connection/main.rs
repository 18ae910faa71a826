//! Any bytes as a whole connection: request after request, our readers and the reference find the same ones, in the same places.
#![no_main]

mod reading;
#[path = "../../../tests/it/wire/reference.rs"]
mod reference;

use libfuzzer_sys::fuzz_target;
use webframe::wire::Head;

use reading::ours;
use reference::read;

/// The reference knows none of the large limits.
const BYTES_MAX: usize = 4096;

fuzz_target!(|data: &[u8]| {
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
        assert_eq!(request, read(&left), "{}", left.escape_ascii());
        match request {
            Some(request) if request.keep_alive && request.left.len() < left.len() => {
                left = request.left;
            }
            _ => return,
        }
    }
});
