//! The body of a request that a server received.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::{Http, protocol::length};
use crate::edge::{Server, WrapRequestBody, call::Call};

pin_project! {
    /// The body of a request. It counts the bytes that are read.
    #[derive(Debug)]
    pub struct RequestBody<B> {
        #[pin]
        body: B,
        received: Option<Arc<AtomicU64>>,
    }
}

impl<B: Body> WrapRequestBody<B> for Server<Http> {
    type Body = RequestBody<B>;

    fn wrap(body: B, call: Option<&mut Call<Http>>) -> RequestBody<B> {
        let counted = call.filter(|_| !body.is_end_stream());
        RequestBody {
            body,
            received: counted.map(|call| call.protocol().received()),
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
            // `Relaxed`: the sum is a number by itself and orders nothing else.
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
