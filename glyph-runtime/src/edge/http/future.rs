//! The response to come.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::{ResponseBody, body::Unwinding, call::Call};
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
    /// Lets `start` make the response's future, as part of the call.
    pub(crate) fn start(mut call: Option<Call>, start: impl FnOnce() -> F) -> Self {
        let unwinding = Unwinding(&mut call);
        let inner = match unwinding.0 {
            Some(call) => call.begin(start),
            None => start(),
        };
        unwinding.did_not_happen();
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
        let Some(inner) = this.inner.as_pin_mut() else {
            return Poll::Pending;
        };
        let mut unwinding = Unwinding(this.call);
        let polled = unwinding.in_scope(|call| {
            let polled = inner.poll(context);
            if let (Poll::Ready(Err(error)), Some(mut call)) = (&polled, call) {
                call.fail(error);
            }
            polled
        });
        unwinding.did_not_happen();
        this.call.take_if(|call| call.is_over());
        let response = ready!(polled)?;
        Poll::Ready(Ok(answer(response, this.call.take())))
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
