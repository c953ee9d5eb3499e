//! Requests of one connection, which is answering until the body of the response has been sent.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{Error, body::Body, response::Response};
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::connections::Answering;

/// The body of a response to a request that is being answered.
struct Answer {
    body: Body,
    /// Dropped with the body.
    _answering: Answering,
}

/// Keeps the request in a state of being answered until the body is dropped.
pub(super) fn until_sent(response: Response, answering: Answering) -> Response {
    response.map(|body| {
        Body::new(Answer {
            body,
            _answering: answering,
        })
    })
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
