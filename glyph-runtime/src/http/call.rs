//! A call under way, on either side.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use http::{StatusCode, header, response};

use super::{
    CallEnd, Method,
    client::Calling,
    ending::{Edge, Last},
    failure,
    place::Place,
    server::Serving,
};
use crate::clock::Moment;

/// What is of one side alone.
#[derive(Debug)]
pub(crate) enum Side {
    Server(Serving),
    Client(Calling),
}

/// A call that has started. It ends once: when it is told how, or else when it is dropped.
#[derive(Debug)]
pub(crate) struct Call {
    side: Side,
    method: Method,
    place: Place,
    started: Moment,
    status: Option<StatusCode>,
    received: Option<Arc<AtomicU64>>,
    sent: u64,
    /// What the response says that its body has.
    expected: Option<u64>,
    ended: bool,
}

impl Call {
    /// Starts a call that came at the moment `started`.
    pub(crate) fn start(side: Side, method: Method, place: Place, started: Moment) -> Self {
        place.in_scope(|| match &side {
            Side::Server(serving) => serving.started(method),
            Side::Client(calling) => calling.started(method),
        });
        Self {
            side,
            method,
            place,
            started,
            status: None,
            received: None,
            sent: 0,
            expected: None,
            ended: false,
        }
    }

    /// Where the bytes of the request's body are counted.
    pub(crate) fn received(&mut self) -> Arc<AtomicU64> {
        Arc::clone(self.received.get_or_insert_default())
    }

    pub(crate) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        self.place.in_scope(work)
    }

    /// The response's head is there.
    pub(crate) fn answered(&mut self, head: &mut response::Parts) {
        self.status = Some(head.status);
        self.expected = if has_no_body(self.method, head.status) {
            Some(0)
        } else {
            let length = head.headers.get(header::CONTENT_LENGTH);
            length.and_then(|length| length.to_str().ok()?.parse().ok())
        };
        if let Side::Server(serving) = &self.side {
            serving.answered(&mut head.headers, &self.place, self.elapsed());
        }
    }

    pub(crate) fn sent(&mut self, bytes: u64) {
        self.sent = self.sent.saturating_add(bytes);
    }

    /// Whether the body has given what was announced, after which nobody may ask it for more.
    pub(crate) fn is_complete(&self) -> bool {
        self.expected.is_some_and(|expected| self.sent >= expected)
    }

    pub(crate) fn end(mut self, last: Last) {
        self.end_once(last);
    }

    /// Ends it with an error of the service or of a body.
    pub(crate) fn fail<E: 'static>(self, error: &E) {
        let judge = match &self.side {
            Side::Server(serving) => serving.judge(),
            Side::Client(calling) => calling.judge(),
        };
        let error = failure::error_type(error, judge);
        self.end(Last::Failed(error));
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(Moment::now().nanoseconds_since(self.started))
    }

    fn end_once(&mut self, last: Last) {
        if self.ended {
            return;
        }
        self.ended = true;
        let received = self.received.as_ref();
        let edge = self.edge();
        let end = CallEnd {
            duration: self.elapsed(),
            status: self.status,
            error: edge.error(self.status, last),
            request_bytes: received.map_or(0, |bytes| bytes.load(Relaxed)),
            response_bytes: self.sent,
        };
        let error = end.error;
        let failed = error.is_some_and(|error| edge.is_failure(self.status, error));
        self.place.in_scope(|| match &self.side {
            Side::Server(serving) => serving.ended(self.method, &end, failed),
            Side::Client(calling) => calling.ended(self.method, &end),
        });
        if !self.place.span.is_disabled() {
            self.describe(&end, failed);
        }
    }

    const fn edge(&self) -> Edge {
        match self.side {
            Side::Server(_) => Edge::Server,
            Side::Client(_) => Edge::Client,
        }
    }

    fn describe(&self, end: &CallEnd, failed: bool) {
        let error = end.error;
        let error_type = error.and_then(|error| self.edge().error_type(end.status, error));
        let received = self.received.is_some();
        // Each record by itself would have the span looked up, and written on.
        tracing::record_all!(
            self.place.span,
            http.response.status_code = end.status.map(|status| i64::from(status.as_u16())),
            http.request.body.size = received.then(|| size(end.request_bytes)),
            http.response.body.size = size(end.response_bytes),
            error.r#type = error_type,
            otel.status_code = failed.then_some("ERROR"),
        );
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end_once(Last::Dropped);
    }
}

/// RFC 9110, section 6.4.1, where a response has none.
fn has_no_body(method: Method, status: StatusCode) -> bool {
    method == Method::Head
        || (method == Method::Connect && status.is_success())
        || status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
