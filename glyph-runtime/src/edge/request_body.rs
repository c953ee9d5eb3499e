//! The body of a request that a server received.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::{Protocol, call::Call, failure};

pin_project! {
    /// The body of a request. It counts the bytes that are read, and sees a client that leaves.
    #[derive(Debug)]
    pub struct RequestBody<B> {
        #[pin]
        body: B,
        state: Option<Arc<RequestState>>,
        // The length of the body, if the head of the request has it.
        expected: Option<u64>,
    }
}

/// How far the body of a request has come.
#[derive(Debug, Default)]
pub(super) struct RequestState {
    received: AtomicU64,
    broken: AtomicBool,
}

// `Relaxed`: each is a value by itself and orders nothing else.
impl RequestState {
    /// Returns the bytes that were read.
    pub(super) fn received(&self) -> u64 {
        self.received.load(Relaxed)
    }

    /// Whether the client left before its request was whole.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Relaxed)
    }

    fn polled<D: Buf, E: 'static>(
        &self,
        polled: Option<&Result<Frame<D>, E>>,
        expected: Option<u64>,
    ) {
        let broken = match polled {
            Some(Ok(frame)) => {
                self.received.fetch_add(length(frame), Relaxed);
                return;
            }
            Some(Err(error)) => failure::is_disconnect(error),
            // A reset of the stream without an error ends the body early.
            None => expected.is_some_and(|expected| self.received() < expected),
        };
        if broken {
            self.broken.store(true, Relaxed);
        }
    }
}

impl<B: Body> RequestBody<B> {
    /// Wraps the body of a request that belongs to `call`, unless the call is not measured.
    pub(super) fn of<P: Protocol>(body: B, call: Option<&mut Call<P>>) -> Self {
        let measured = call.filter(|_| !body.is_end_stream());
        Self {
            state: measured.map(Call::request),
            expected: body.size_hint().exact(),
            body,
        }
    }
}

impl<B: Body<Error: 'static>> Body for RequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let polled = this.body.poll_frame(context);
        if let (Poll::Ready(polled), Some(state)) = (&polled, this.state) {
            state.polled(polled.as_ref(), *this.expected);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Returns the bytes of data in a frame.
pub(super) fn length<D: Buf>(frame: &Frame<D>) -> u64 {
    let bytes = frame.data_ref().map_or(0, Buf::remaining);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
