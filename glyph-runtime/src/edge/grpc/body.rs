//! The body of a response, in which the messages and the status are.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::{call::Call, ending::Last};
use crate::edge::drop_in_scope::Inside;

pin_project! {
    /// The body of a response, with which the call ends: when its trailers are there, when it fails, or when it is dropped.
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
                let complete = call.is_told() || this.body.inner().is_none_or(Body::is_end_stream);
                call.end(if complete { Last::End } else { Last::Dropped });
            }
        }
    }
}

impl<B: Body> ResponseBody<B> {
    pub(super) fn new(body: B, mut call: Option<Call>) -> Self {
        let labels = call.as_ref().and_then(Call::labels);
        if body.is_end_stream() {
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
        let unwinding = Unwinding(this.call);
        let polled = unwinding.in_scope(|| body.as_mut().poll_frame(context));
        unwinding.did_not_happen();
        match &polled {
            Poll::Pending => {}
            Poll::Ready(None) => end(this.call, Last::End),
            Poll::Ready(Some(Err(error))) => fail(this.call, error),
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(call) = this.call {
                    match frame.trailers_ref() {
                        Some(trailers) => call.closed(trailers),
                        None => call.answers(),
                    }
                }
                // Nobody has to ask for more than that.
                if frame.is_trailers() || body.is_end_stream() {
                    end(this.call, Last::End);
                }
            }
        }
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
pub(super) struct Unwinding<'call>(pub(super) &'call mut Option<Call>);

impl Unwinding<'_> {
    pub(super) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        match &*self.0 {
            Some(call) => call.in_scope(work),
            None => work(),
        }
    }

    pub(super) const fn did_not_happen(self) {
        mem::forget(self);
    }
}

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        end(self.0, Last::Panicked);
    }
}

pub(super) fn end(call: &mut Option<Call>, last: Last) {
    if let Some(call) = call.take() {
        call.end(last);
    }
}

pub(super) fn fail<E: 'static>(call: &mut Option<Call>, error: &E) {
    if let Some(call) = call.take() {
        call.fail(error);
    }
}
