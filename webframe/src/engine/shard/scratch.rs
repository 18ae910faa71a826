//! The buffers of the thread that runs a shard.

use std::{
    ops::Range,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use super::EVENTS_AT_ONCE;
use crate::{
    Limits, Request, RequestId,
    engine::{
        Engine,
        pool::job::{Call, Job},
        watch::calls::Calls,
    },
    request::Peer,
};

/// Room for one read; a head, or what is left of one, always fits.
pub(crate) const INPUT_BYTES: usize = 64 << 10;

/// A batch of answers that grew larger than this gives its memory back.
const OUTPUT_KEPT_MAX: usize = 1 << 20;

/// So many errands are kept that are done, for their buffers: as many as one poll may begin.
const SPARE_JOBS_MAX: usize = EVENTS_AT_ONCE;

/// So many requests are numbered before the engine is asked for more numbers.
const NUMBERS_AT_ONCE: u64 = 1 << 10;

/// The buffers of whoever runs a shard; they stay with the thread, not with the shard. They serve
/// one connection at a time, from [`Scratch::begin_turn`] on.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) input: Vec<u8>,
    /// Where the unread part of `input` begins.
    pub(crate) at: usize,
    /// Where it ends.
    pub(crate) have: usize,
    /// Answers of this batch, to be written together.
    pub(crate) output: Vec<u8>,
    /// The request that was read last.
    pub(crate) request: Box<Request>,
    /// Errands that are done.
    #[expect(clippy::vec_box, reason = "errands travel in their boxes")]
    spare: Vec<Box<Job>>,
    /// Decoded chunks on their way into the content.
    pub(crate) piece: Vec<u8>,
    /// What was called since the shard last waited.
    pub(crate) calls: Calls,
    /// Numbers for the next requests.
    numbers: Range<u64>,
}

impl Scratch {
    pub(crate) fn new(limits: &Limits, peer: Peer) -> Scratch {
        Scratch {
            input: vec![0; INPUT_BYTES.max(2 * limits.head_bytes_max)],
            at: 0,
            have: 0,
            output: Vec::with_capacity(16 << 10),
            request: Box::new(Request::empty(limits, peer)),
            spare: Vec::new(),
            piece: Vec::new(),
            calls: Calls::new(),
            numbers: 0..0,
        }
    }

    /// Forgets what the last turn left, whatever way it ended: no byte of one connection may meet
    /// another.
    pub(crate) fn begin_turn(&mut self) {
        (self.at, self.have) = (0, 0);
        self.output.clear();
        self.output.shrink_to(OUTPUT_KEPT_MAX);
    }

    /// Takes the request out, for somebody who has more to do with it; another one is in its place.
    pub(crate) fn take_request(&mut self, engine: &Engine) -> Box<Request> {
        let next = Request::empty(&engine.settings.limits, self.request.peer);
        std::mem::replace(&mut self.request, Box::new(next))
    }

    /// An errand with the request, which a worker is to answer.
    pub(crate) fn take_job(&mut self, call: Call, engine: &Arc<Engine>) -> Box<Job> {
        let peer = self.request.peer;
        let new = || Box::new(Job::new(engine, peer, call));
        let mut job = self.spare.pop().unwrap_or_else(new);
        job.begin(call, engine);
        std::mem::swap(&mut self.request, &mut job.request);
        job
    }

    /// Keeps an errand that is done, and with it the request that it has in exchange for its own.
    pub(crate) fn keep_job(&mut self, mut job: Box<Job>) {
        if self.spare.len() < SPARE_JOBS_MAX {
            job.clear();
            self.spare.push(job);
        }
    }

    /// Gives the request a number that no other one has.
    pub(crate) fn number_request(&mut self, engine: &Engine) {
        if self.numbers.is_empty() {
            let first = 1 + engine.request_numbers.fetch_add(NUMBERS_AT_ONCE, Relaxed);
            self.numbers = first..first + NUMBERS_AT_ONCE;
        }
        self.request.id = RequestId(self.numbers.start);
        self.numbers.start += 1;
    }

    /// What has come and is not used up.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.input[self.at..self.have]
    }
}
