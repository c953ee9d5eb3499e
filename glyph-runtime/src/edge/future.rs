//! The future of a response.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::{Protocol, ResponseBody, body::PanicGuard, call::Call, drop_in_scope::DropInScope};

pin_project! {
    /// The future of a response. Dropped before it is ready, it records the call as cancelled.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, P>
    where
        P: Protocol,
    {
        #[pin]
        inner: DropInScope<F>,
        call: Option<Box<Call<P>>>,
    }
}

impl<F, P: Protocol> ResponseFuture<F, P> {
    /// Creates the future by `start`, which runs as a part of the call.
    pub(super) fn start(mut call: Option<Box<Call<P>>>, start: impl FnOnce() -> F) -> Self {
        let guard = PanicGuard(&mut call);
        let inner = match guard.0 {
            Some(call) => call.begin(start),
            None => start(),
        };
        guard.disarm();
        let labels = call.as_deref().and_then(Call::labels);
        Self {
            inner: DropInScope::new(inner, labels),
            call,
        }
    }
}

impl<F, B, E, P> Future for ResponseFuture<F, P>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
    E: 'static,
    P: Protocol,
{
    type Output = Result<Response<ResponseBody<B, P>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else {
            return Poll::Pending;
        };
        if let Some(call) = this.call {
            call.protocol().polled();
        }
        let mut guard = PanicGuard(this.call);
        let polled = guard.in_scope(|call| {
            let polled = inner.poll(context);
            if let (Poll::Ready(Err(error)), Some(mut call)) = (&polled, call) {
                call.fail(error);
            }
            polled
        });
        guard.disarm();
        this.call.take_if(|call| call.is_over());
        let response = ready!(polled)?;
        Poll::Ready(Ok(measured(response, this.call.take())))
    }
}

/// A response whose body ends the call.
fn measured<B: Body, P: Protocol>(
    response: Response<B>,
    mut call: Option<Box<Call<P>>>,
) -> Response<ResponseBody<B, P>> {
    let (mut head, body) = response.into_parts();
    if let Some(call) = &mut call {
        call.head(&mut head, &body.size_hint());
    }
    Response::from_parts(head, ResponseBody::new(body, call))
}

impl<F, P: Protocol> fmt::Debug for ResponseFuture<F, P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ResponseFuture")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}
