//! A job: a request on its way to a worker, and back with its response.

use std::{fmt, sync::Arc, time::Instant};

use super::Task;
use crate::{
    Presence, Request, Response,
    contract::service::Endpoint,
    engine::{
        Engine,
        shard::{message::Message, slots::Token},
    },
    live::outlet::Slot,
    request::Peer,
};

/// A request on its way to a worker and back with its response. Jobs are reused with all their
/// buffers: to allocate them in one thread and free them in another would add 7 % to the processor
/// time of blocking requests at 2,000 connections.
pub(crate) struct Job {
    /// Set only on the way to the worker. A job in an inbox must not have it: the engine owns the
    /// inboxes, so this would be a reference cycle.
    engine: Option<Arc<Engine>>,
    pub(crate) call: Call,
    pub(crate) request: Box<Request>,
    /// The response; before the call, the emptied response of the job's last use.
    pub(crate) response: Option<Response>,
}

/// The endpoint to call, and the connection that waits for the answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) shard: usize,
    pub(crate) token: Token,
    pub(crate) endpoint: Endpoint,
}

impl Job {
    pub(crate) fn new(engine: &Engine, peer: Peer, call: Call) -> Job {
        let mut request = Box::new(Request::empty(&engine.settings.limits, peer));
        request.presence = Presence::new(Arc::clone(&engine.presence));
        Job { engine: None, call, request, response: None }
    }

    /// Prepares the job for a call.
    pub(crate) fn prepare(&mut self, call: Call, engine: &Arc<Engine>) {
        self.call = call;
        self.engine = Some(Arc::clone(engine));
    }

    /// Empties the buffers and frees those of a large head.
    pub(crate) fn clear(&mut self) {
        self.request.body.clear();
        self.request.head.shrink();
        if let Some(response) = &mut self.response {
            response.clear();
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({:?})", self.call)
    }
}

impl Task for Job {
    fn run(mut self: Box<Job>) {
        let Some(engine) = self.engine.take() else { return };
        let call = self.call;
        let last = self.response.take();
        if engine.presence.is_closed(Slot { shard: call.shard, token: call.token.to_number() }) {
            // The connection was reset, or the client has been answered 503.
            return engine.inboxes[call.shard].put(Message::Answered(self));
        }
        if let Some(last) = last {
            last.recycle(); // its buffers serve the next response of this thread
        }
        let pace = engine.service.pace(call.endpoint);
        let is_declared_blocking = pace.is_conditional()
            && engine.service.is_declared_blocking(call.endpoint, &self.request);
        let began = Instant::now();
        self.response = Some(engine.service.answer(call.endpoint, &mut self.request));
        if !is_declared_blocking {
            pace.learn(began.elapsed());
        }
        engine.inboxes[call.shard].put(Message::Answered(self));
    }
}
