//! Buffers that belong to the thread that runs a shard (event loop), not to the shard.

use std::{
    ops::Range,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use super::EVENTS_AT_ONCE;
use crate::{
    Limits, Presence, Request, RequestId,
    engine::{
        Engine,
        pool::job::{Call, Job},
        watch::calls::Calls,
    },
    request::Peer,
};

/// Minimum size of the read buffer. If the limit on heads is large, the buffer is larger: it is at
/// least twice as large as a head.
pub(crate) const INPUT_BYTES: usize = 64 << 10;

/// An output buffer that grew beyond this size is shrunk.
const OUTPUT_KEPT_MAX: usize = 1 << 20;

/// Maximum number of finished jobs that are kept for reuse: one for each event of a poll, since
/// each event can begin a job.
const SPARE_JOBS_MAX: usize = EVENTS_AT_ONCE;

/// Request numbers that a thread takes from the engine at once.
const NUMBERS_AT_ONCE: u64 = 1 << 10;

/// The buffers of the thread that runs a shard. They serve one connection at a time, from
/// [`Scratch::begin_turn`] on. The thread that steals a shard uses its own.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// The read buffer. The bytes from `unread_start` to `unread_end` are not consumed yet.
    pub(crate) input: Vec<u8>,
    pub(crate) unread_start: usize,
    pub(crate) unread_end: usize,
    /// Answers of this turn, written together.
    pub(crate) output: Vec<u8>,
    /// The request that was read last.
    pub(crate) request: Box<Request>,
    /// Finished jobs for reuse.
    #[expect(clippy::vec_box, reason = "jobs move between threads in their boxes")]
    spare: Vec<Box<Job>>,
    /// The data of decoded chunks, before it is added to the body of the request.
    pub(crate) piece: Vec<u8>,
    /// The calls of handlers since the shard last waited for events.
    pub(crate) calls: Calls,
    /// Numbers that this thread has taken for its next requests.
    numbers: Range<u64>,
}

impl Scratch {
    pub(crate) fn new(limits: &Limits, peer: Peer) -> Scratch {
        Scratch {
            input: vec![0; INPUT_BYTES.max(2 * limits.head_bytes_max)],
            unread_start: 0,
            unread_end: 0,
            output: Vec::with_capacity(16 << 10),
            request: Box::new(Request::empty(limits, peer)),
            spare: Vec::new(),
            piece: Vec::new(),
            calls: Calls::new(),
            numbers: 0..0,
        }
    }

    /// Empties the buffers, however the last turn ended: no byte of one connection may reach
    /// another.
    pub(crate) fn begin_turn(&mut self) {
        (self.unread_start, self.unread_end) = (0, 0);
        self.output.clear();
        self.output.shrink_to(OUTPUT_KEPT_MAX);
    }

    /// Takes the request out of the scratch and puts an empty one in its place.
    pub(crate) fn take_request(&mut self, engine: &Engine) -> Box<Request> {
        let next = Request::empty(&engine.settings.limits, self.request.peer);
        let mut next = Box::new(next);
        next.presence = Presence::new(Arc::clone(&engine.presence));
        std::mem::replace(&mut self.request, next)
    }

    /// Moves the request into a job for a worker.
    pub(crate) fn take_job(&mut self, call: Call, engine: &Arc<Engine>) -> Box<Job> {
        let peer = self.request.peer;
        let new = || Box::new(Job::new(engine, peer, call));
        let mut job = self.spare.pop().unwrap_or_else(new);
        job.prepare(call, engine);
        std::mem::swap(&mut self.request, &mut job.request);
        job
    }

    /// Keeps a finished job for reuse, with the buffers of its request.
    pub(crate) fn keep_job(&mut self, mut job: Box<Job>) {
        if self.spare.len() < SPARE_JOBS_MAX {
            job.clear();
            self.spare.push(job);
        }
    }

    /// Gives the request a unique number.
    pub(crate) fn number_request(&mut self, engine: &Engine) {
        if self.numbers.is_empty() {
            let first = 1 + engine.request_numbers.fetch_add(NUMBERS_AT_ONCE, Relaxed);
            self.numbers = first..first + NUMBERS_AT_ONCE;
        }
        self.request.id = RequestId(self.numbers.start);
        self.numbers.start += 1;
    }

    /// The bytes that are not consumed yet, and the output.
    pub(crate) fn unread_and_output(&mut self) -> (&[u8], &mut Vec<u8>) {
        (&self.input[self.unread_start..self.unread_end], &mut self.output)
    }

    /// The bytes that are not consumed yet.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.input[self.unread_start..self.unread_end]
    }
}
