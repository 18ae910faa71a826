//! What an answer is read from while it is sent: code of the app, which may block or panic.

use std::{
    fmt,
    io::{self, Read},
};

use crate::panics;

/// The source of a [`Body::Stream`](crate::Body::Stream). To drop it is the app's code too: it may
/// block, and when it panics the log tells and nothing else comes of it.
pub struct Source(Option<Box<dyn Read + Send>>);

impl Source {
    /// Has a body read from this.
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
            log::error!("an answer's source, when it was dropped: {panic}");
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

    /// Wherever that is: where a server ends, say, and with it what nobody reads any more.
    #[test]
    fn a_source_that_panics_when_it_is_dropped_does_nothing_to_whoever_drops_it() {
        drop(Source::new(Panics));
    }
}
