//! Bodies that are counted.

use std::{
    mem,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::{
    call::{Call, Entered},
    ending::Last,
};
use crate::edge::drop_in_scope::Inside;

pin_project! {
    /// The body of a request, its bytes counted as they are read.
    #[derive(Debug)]
    pub struct RequestBody<B> {
        #[pin]
        body: B,
        received: Option<Arc<AtomicU64>>,
    }
}

impl<B: Body> RequestBody<B> {
    pub(crate) fn new(body: B, call: Option<&mut Call>) -> Self {
        let counted = call.filter(|_| !body.is_end_stream());
        Self {
            body,
            received: counted.map(Call::received),
        }
    }
}

impl<B: Body> Body for RequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let polled = this.body.poll_frame(context);
        if let (Poll::Ready(Some(Ok(frame))), Some(received)) = (&polled, this.received) {
            received.fetch_add(length(frame), Relaxed);
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

pin_project! {
    /// The body of a response, with which the call ends: when it has given everything, fails, or is dropped.
    #[derive(Debug)]
    pub struct ResponseBody<B>
    where
        B: Body,
    {
        #[pin]
        body: Inside<B>,
        call: Option<Call>,
    }

    impl<B: Body> PinnedDrop for ResponseBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(call) = this.call.take() {
                let is_end = this.body.inner().is_none_or(Body::is_end_stream);
                let complete = is_end || call.is_complete();
                call.end(if complete { Last::End } else { Last::Dropped });
            }
        }
    }
}

impl<B: Body> ResponseBody<B> {
    pub(crate) fn new(body: B, mut call: Option<Call>) -> Self {
        let labels = call.as_ref().and_then(Call::labels);
        if body.is_end_stream() || call.as_ref().is_some_and(Call::is_complete) {
            end(&mut call, Last::End);
        }
        Self {
            body: Inside::new(body, labels),
            call,
        }
    }
}

impl<B: Body<Error: 'static>> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let Some(mut body) = this.body.as_pin_mut() else {
            return Poll::Ready(None);
        };
        let mut unwinding = Unwinding(this.call);
        let polled = unwinding.in_scope(|call| {
            let polled = body.as_mut().poll_frame(context);
            if let Some(mut call) = call {
                call.saw(&polled, || body.is_end_stream());
            }
            polled
        });
        unwinding.did_not_happen();
        this.call.take_if(|call| call.is_over());
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.inner().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.inner().map(Body::size_hint).unwrap_or_default()
    }
}

/// Tells a panic that passes from a drop.
pub(crate) struct Unwinding<'call>(pub(crate) &'call mut Option<Call>);

impl Unwinding<'_> {
    /// Runs `work` where the call runs, if there is one.
    pub(crate) fn in_scope<T>(&mut self, work: impl FnOnce(Option<Entered<'_>>) -> T) -> T {
        match self.0 {
            Some(call) => call.in_scope(|call| work(Some(call))),
            None => work(None),
        }
    }

    pub(crate) const fn did_not_happen(self) {
        mem::forget(self);
    }
}

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        end(self.0, Last::Panicked);
    }
}

pub(crate) fn end(call: &mut Option<Call>, last: Last) {
    if let Some(call) = call.take() {
        call.end(last);
    }
}

impl Entered<'_> {
    /// The body was polled.
    fn saw<D: Buf, E: 'static>(
        &mut self,
        polled: &Poll<Option<Result<Frame<D>, E>>>,
        is_end: impl FnOnce() -> bool,
    ) {
        match polled {
            Poll::Pending => {}
            Poll::Ready(None) => self.end(Last::End),
            Poll::Ready(Some(Err(error))) => self.fail(error),
            Poll::Ready(Some(Ok(frame))) => {
                self.sent(length(frame));
                // Nobody has to ask for more than that.
                if is_end() {
                    self.end(Last::End);
                }
            }
        }
    }
}

fn length<D: Buf>(frame: &Frame<D>) -> u64 {
    let bytes = frame.data_ref().map_or(0, Buf::remaining);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
