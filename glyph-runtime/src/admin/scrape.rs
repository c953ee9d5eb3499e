//! A scrape: the exposition in the negotiated format, sent in pieces.

use std::{convert::Infallible, iter, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, VARY},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use tokio::runtime::Handle;

use super::{
    connections::Cut,
    slots::{Slot, Slots},
    worker::{Worker, rendered_by},
};
use crate::expose::{Exposition, Format};

/// A source of expositions.
pub(crate) trait Source: Send + Sync {
    /// Returns the exposition in pieces. Each is rendered when it is asked for.
    fn chunks(&self, format: Format) -> Box<dyn Iterator<Item = Bytes> + Send>;
}

impl Source for Exposition {
    fn chunks(&self, format: Format) -> Box<dyn Iterator<Item = Bytes> + Send> {
        Box::new(self.pieces(format))
    }
}

/// Responds with the exposition in the format that the headers ask for. It is rendered while the
/// body is read.
pub(super) fn respond(source: Arc<dyn Source>, headers: &HeaderMap) -> Response {
    let format = Format::negotiate(accept(headers).as_deref());
    let headers = [(CONTENT_TYPE, format.content_type()), (VARY, "Accept")];
    let mut chunks = None;
    let chunks = iter::from_fn(move || {
        let chunks = chunks.get_or_insert_with(|| source.chunks(format));
        chunks.next().map(Ok::<_, Infallible>)
    });
    // Compression polls once more after the end.
    let body = Body::from_stream(stream::iter(chunks.fuse()));
    (headers, body).into_response()
}

/// Limits the scrapes at a time, and renders them on a thread of their own.
#[derive(Clone, Debug)]
pub(super) struct Scrapes {
    slots: Arc<Slots>,
    worker: Worker,
}

impl Scrapes {
    pub(super) fn new() -> Self {
        let worker = Worker::default();
        // Later, the process may have no descriptors left for it.
        let _tried_again_by_scrapes = worker.runtime();
        Self {
            slots: Arc::default(),
            worker,
        }
    }

    /// Lets a scrape through when it has a slot.
    pub(super) async fn limit(
        State(scrapes): State<Self>,
        mut request: Request,
        next: Next,
    ) -> Response {
        if request.method() != Method::GET {
            return next.run(request).await;
        }
        let connection = request.extensions_mut().remove::<Cut>();
        let Ok(runtime) = scrapes.worker.runtime() else {
            return unavailable("the thread that renders did not start: try again in a second\n");
        };
        match scrapes.slot(&runtime, connection).await {
            Some(slot) => rendered_by(scrapes.worker, runtime, slot, next.run(request).await),
            None => unavailable("too many concurrent scrapes: try again in a second\n"),
        }
    }

    /// Waits for a slot, with the timers of the worker's runtime.
    async fn slot(&self, runtime: &Handle, connection: Option<Cut>) -> Option<Slot> {
        let slot = self.slots.try_take(connection.as_ref());
        if slot.is_some() {
            return slot;
        }
        self.slots.take(runtime, connection).await
    }
}

fn unavailable(reason: &'static str) -> Response {
    let headers = [(RETRY_AFTER, "1")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, reason).into_response()
}

/// Joins all `Accept` headers, except those that are not text.
fn accept(headers: &HeaderMap) -> Option<String> {
    let mut accept: Option<String> = None;
    for value in headers
        .get_all(ACCEPT)
        .iter()
        .map(HeaderValue::to_str)
        .filter_map(Result::ok)
    {
        let accept = accept.get_or_insert_default();
        if !accept.is_empty() {
            accept.push_str(", ");
        }
        accept.push_str(value);
    }
    accept
}
