//! The response to come.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use ::http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::{
    ResponseBody,
    body::{Unwinding, fail},
    call::Call,
};
use crate::edge::drop_in_scope::Inside;

pin_project! {
    /// The response to come. Dropped before it is ready it records the call as cancelled.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: Inside<F>,
        call: Option<Call>,
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn new(inner: F, call: Option<Call>) -> Self {
        let labels = call.as_ref().and_then(Call::labels);
        Self {
            inner: Inside::new(inner, labels),
            call,
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
    E: 'static,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Some(call) = this.call {
            call.is_awaited();
        }
        let Some(inner) = this.inner.as_pin_mut() else {
            return Poll::Pending;
        };
        let unwinding = Unwinding(this.call);
        let polled = unwinding.in_scope(|| inner.poll(context));
        unwinding.did_not_happen();
        Poll::Ready(match ready!(polled) {
            Ok(response) => Ok(answer(response, this.call.take())),
            Err(error) => {
                fail(this.call, &error);
                Err(error)
            }
        })
    }
}

fn answer<B: Body>(response: Response<B>, mut call: Option<Call>) -> Response<ResponseBody<B>> {
    let (mut head, body) = response.into_parts();
    if let Some(call) = &mut call {
        call.answered(&mut head);
    }
    Response::from_parts(head, ResponseBody::new(body, call))
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ResponseFuture")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}
