//! A scrape: the exposition in the negotiated format, sent in pieces.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, VARY},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::yield_now,
};

use crate::expose::{Exposition, Format};

/// The limit of concurrent scrapes. Each holds a few pieces in memory.
const MAX_SCRAPES: usize = 8;

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

/// Responds to a limited number of scrapes at a time.
#[derive(Clone)]
pub(super) struct Scraper {
    source: Arc<dyn Source>,
    room: Arc<Semaphore>,
}

impl Scraper {
    pub(super) fn new(source: Arc<dyn Source>) -> Self {
        Self {
            source,
            room: Arc::new(Semaphore::new(MAX_SCRAPES)),
        }
    }

    pub(super) fn respond(&self, headers: &HeaderMap) -> Response {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            let message = "too many concurrent scrapes: try again in a second\n";
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                [(RETRY_AFTER, "1")],
                message,
            )
                .into_response();
        };
        let format = Format::negotiate(accept(headers).as_deref());
        let headers = [(CONTENT_TYPE, format.content_type()), (VARY, "Accept")];
        (headers, self.body(format, room)).into_response()
    }

    /// Starts to render when the body is first read, which never happens for HEAD. Yields to other
    /// tasks between pieces.
    fn body(&self, format: Format, room: OwnedSemaphorePermit) -> Body {
        let source = Arc::clone(&self.source);
        let chunks = stream::unfold((None, room), move |(chunks, room)| {
            let source = Arc::clone(&source);
            async move {
                yield_now().await;
                let mut chunks = chunks.unwrap_or_else(|| source.chunks(format));
                let chunk = chunks.next()?;
                Some((Ok::<_, Infallible>(chunk), (Some(chunks), room)))
            }
        });
        // Compression polls once more after the end.
        Body::from_stream(chunks.fuse())
    }
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
