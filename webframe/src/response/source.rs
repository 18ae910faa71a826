//! The source of a streamed body: a reader that the app supplies. It may block or panic, also when
//! it is dropped.

use std::{
    fmt,
    io::{self, Read},
};

use crate::{panics, report};

/// The source of a [`Body::Stream`](crate::Body::Stream). Its destructor is the app's code too: it
/// may block, and a panic in it is logged.
pub struct Source(Option<Box<dyn Read + Send>>);

impl Source {
    /// A source that reads from this reader.
    pub fn new(reader: impl Read + Send + 'static) -> Source {
        Source(Some(Box::new(reader)))
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(0), |reader| reader.read(into))
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        let reader = self.0.take();
        if let Err(panic) = panics::catch(|| drop(reader)) {
            report::error(format_args!("dropping the source of a response: {panic}"));
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Panics;

    impl Read for Panics {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Ok(0)
        }
    }

    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("meant");
        }
    }

    #[test]
    fn a_panic_while_a_source_is_dropped_is_caught() {
        drop(Source::new(Panics));
    }
}
