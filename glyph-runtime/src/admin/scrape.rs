//! A scrape: the page in the format asked for, piece by piece.

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

/// Scrapes under way at a time; each holds a few pieces in memory.
const MOST_SCRAPES: usize = 8;

/// What can be scraped.
pub(crate) trait Source: Send + Sync {
    /// The page from its beginning; a piece is written when it is asked for.
    fn chunks(&self, format: Format) -> Box<dyn Iterator<Item = Bytes> + Send>;
}

impl Source for Exposition {
    fn chunks(&self, format: Format) -> Box<dyn Iterator<Item = Bytes> + Send> {
        Box::new(self.pieces(format))
    }
}

/// Answers scrapes, so many at a time.
#[derive(Clone)]
pub(super) struct Scraper {
    source: Arc<dyn Source>,
    room: Arc<Semaphore>,
}

impl Scraper {
    pub(super) fn new(source: Arc<dyn Source>) -> Self {
        Self {
            source,
            room: Arc::new(Semaphore::new(MOST_SCRAPES)),
        }
    }

    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            let message = "too many scrapes at once, try again in a second\n";
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

    /// Begins to write when it is read for the first time, which HEAD never does, and gives way to other
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
        // Compression asks once more after the end.
        Body::from_stream(chunks.fuse())
    }
}

/// All `Accept` headers as one; what is no text is left out.
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
