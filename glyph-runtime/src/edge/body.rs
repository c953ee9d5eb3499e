//! The body of a response.

use std::{
    mem,
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    task::{Context, Poll, Waker},
    thread,
};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::runtime::Handle;

use super::{
    Protocol,
    call::{Call, CurrentCall},
    drop_in_scope::DropInScope,
    protocol::{Role, Termination},
};

pin_project! {
    /// The body of a response. The call ends with it: after its last frame, with its error, or
    /// when it is dropped.
    #[derive(Debug)]
    pub struct ResponseBody<B, P>
    where
        B: Body,
        P: Protocol,
    {
        #[pin]
        body: DropInScope<B>,
        call: Option<Box<Call<P>>>,
        polled: bool,
        // Whether somebody asked for the end of the body, as hyper's servers do before they send it.
        asked: AtomicBool,
    }

    impl<B: Body, P: Protocol> PinnedDrop for ResponseBody<B, P> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(mut call) = this.call.take() {
                let is_read = *this.polled
                    || (call.role() == Role::Server && this.asked.load(Relaxed));
                let complete = (P::HEAD_SUFFICES && !is_read)
                    || call.is_complete()
                    || is_at_end(this.body, &mut call);
                call.end(if complete { Termination::Completed } else { Termination::Dropped });
            }
        }
    }
}

/// Whether the body is dropped at its end.
///
/// The end of a client's response can have arrived before the client asks for it. A server's body
/// is not polled: it would run code of the program. Neither is a body that is dropped outside of a
/// runtime, where one with a timer panics.
fn is_at_end<B: Body, P: Protocol>(body: Pin<&mut DropInScope<B>>, call: &mut Call<P>) -> bool {
    let Some(body) = body.as_pin_mut() else {
        return true;
    };
    body.is_end_stream() || (call.role() == Role::Client && can_poll() && has_arrived(body, call))
}

/// Whether the thread can run a body. It has no runtime while it ends.
fn can_poll() -> bool {
    !thread::panicking() && Handle::try_current().is_ok()
}

/// Whether the end of a body has arrived.
fn has_arrived<B: Body, P: Protocol>(body: Pin<&mut B>, call: &mut Call<P>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    call.in_scope(|mut call| match body.poll_frame(&mut context) {
        Poll::Ready(None) => true,
        Poll::Ready(Some(Ok(frame))) => call.frame(&frame),
        Poll::Ready(Some(Err(_))) | Poll::Pending => false,
    })
}

impl<B: Body, P: Protocol> ResponseBody<B, P> {
    pub(super) fn new(body: B, mut call: Option<Box<Call<P>>>) -> Self {
        let labels = call.as_deref().and_then(Call::labels);
        // The body itself is not asked: that is what a server does when it sends a body, and the
        // body may be that of another layer.
        if call.as_deref().is_some_and(Call::ends_with_head) {
            end(&mut call, Termination::Completed);
        }
        Self {
            body: DropInScope::new(body, labels),
            call,
            polled: false,
            asked: AtomicBool::new(false),
        }
    }
}

impl<B: Body<Error: 'static>, P: Protocol> Body for ResponseBody<B, P> {
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
        *this.polled = true;
        let mut guard = PanicGuard(this.call);
        let polled = guard.in_scope(|call| {
            let polled = body.as_mut().poll_frame(context);
            if let Some(mut call) = call {
                call.polled_body(&polled, || body.is_end_stream());
            }
            polled
        });
        guard.disarm();
        this.call.take_if(|call| call.is_over());
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.asked.store(true, Relaxed);
        self.body.inner().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.inner().map(Body::size_hint).unwrap_or_default()
    }
}

/// Ends the call as panicked if it is dropped, which a panic in the service or the body does.
pub(super) struct PanicGuard<'call, P: Protocol>(pub(super) &'call mut Option<Box<Call<P>>>);

impl<P: Protocol> PanicGuard<'_, P> {
    /// Runs `work` inside of the call, if there is one.
    pub(super) fn in_scope<T>(&mut self, work: impl FnOnce(Option<CurrentCall<'_, P>>) -> T) -> T {
        match self.0 {
            Some(call) => call.in_scope(|call| work(Some(call))),
            None => work(None),
        }
    }

    /// There was no panic.
    pub(super) const fn disarm(self) {
        mem::forget(self);
    }
}

impl<P: Protocol> Drop for PanicGuard<'_, P> {
    fn drop(&mut self) {
        end(self.0, Termination::Panicked);
    }
}

fn end<P: Protocol>(call: &mut Option<Box<Call<P>>>, termination: Termination<P::Failure>) {
    if let Some(mut call) = call.take() {
        call.end(termination);
    }
}

impl<P: Protocol> CurrentCall<'_, P> {
    /// The body was polled.
    fn polled_body<D: Buf, E: 'static>(
        &mut self,
        polled: &Poll<Option<Result<Frame<D>, E>>>,
        is_end: impl FnOnce() -> bool,
    ) {
        match polled {
            Poll::Pending => {}
            Poll::Ready(None) => self.end(Termination::Completed),
            Poll::Ready(Some(Err(error))) => self.fail(error),
            Poll::Ready(Some(Ok(frame))) => {
                // The body is complete: record without waiting for another poll.
                if self.frame(frame) || is_end() {
                    self.end(Termination::Completed);
                }
            }
        }
    }
}
