//! A call under way, on either side.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use http::{StatusCode, header, response};
use tracing::Span;

use super::{
    CallEnd, Method,
    client::Calling,
    ending::{Edge, Last},
    server::Serving,
};
use crate::{
    clock::Moment,
    edge::{call_span::Place, failure},
    scope::ScopeLabels,
};

/// What is of one side alone.
#[derive(Debug)]
pub(crate) enum Side {
    Server(Serving),
    Client(Calling),
}

/// A call that has started. It ends once: when it is told how, or else when it is dropped.
#[derive(Debug)]
pub(crate) struct Call {
    place: Place,
    progress: Progress,
}

/// How far a call has come.
#[derive(Debug)]
struct Progress {
    side: Side,
    method: Method,
    started: Moment,
    status: Option<StatusCode>,
    received: Option<Arc<AtomicU64>>,
    sent: u64,
    /// What the response says that its body has.
    expected: Option<u64>,
    ended: bool,
}

/// A call whose span is entered.
#[derive(Debug)]
pub(crate) struct Entered<'call> {
    span: &'call Span,
    progress: &'call mut Progress,
}

impl Call {
    /// A call that came at the moment `started`. [`begin`](Self::begin) follows.
    pub(crate) const fn new(side: Side, method: Method, place: Place, started: Moment) -> Self {
        Self {
            place,
            progress: Progress {
                side,
                method,
                started,
                status: None,
                received: None,
                sent: 0,
                expected: None,
                ended: false,
            },
        }
    }

    /// Records that the call is under way, and runs `work` as the first that it does.
    pub(crate) fn begin<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let Progress { side, method, .. } = &self.progress;
        self.place.enter_first(|| {
            match side {
                Side::Server(serving) => serving.started(*method),
                Side::Client(calling) => calling.started(*method),
            }
            work()
        })
    }

    /// Where the bytes of the request's body are counted.
    pub(crate) fn received(&mut self) -> Arc<AtomicU64> {
        Arc::clone(self.progress.received.get_or_insert_default())
    }

    /// The labels of the scope that it is in.
    pub(crate) fn labels(&self) -> Option<Arc<ScopeLabels>> {
        self.place.labels.clone()
    }

    /// Runs `work` where the call runs.
    pub(crate) fn in_scope<T>(&mut self, work: impl FnOnce(Entered<'_>) -> T) -> T {
        let Self { place, progress } = self;
        let span = &place.span;
        place.in_scope(|| work(Entered { span, progress }))
    }

    /// The response's head is there.
    pub(crate) fn answered(&mut self, head: &mut response::Parts) {
        let Self { place, progress } = self;
        progress.status = Some(head.status);
        progress.expected = if has_no_body(progress.method, head.status) {
            Some(0)
        } else {
            let length = head.headers.get(header::CONTENT_LENGTH);
            length.and_then(|length| length.to_str().ok()?.parse().ok())
        };
        if let Side::Server(serving) = &progress.side {
            serving.answered(&mut head.headers, &place.ids, progress.elapsed());
        }
    }

    /// Whether the body has given what was announced, after which nobody may ask it for more.
    pub(crate) fn is_complete(&self) -> bool {
        let sent = self.progress.sent;
        self.progress
            .expected
            .is_some_and(|expected| sent >= expected)
    }

    pub(crate) const fn is_over(&self) -> bool {
        self.progress.ended
    }

    pub(crate) fn end(mut self, last: Last) {
        self.end_once(last);
    }

    fn end_once(&mut self, last: Last) {
        if !self.is_over() {
            self.in_scope(|mut entered| entered.end(last));
        }
    }
}

impl Entered<'_> {
    pub(crate) fn sent(&mut self, bytes: u64) {
        self.progress.sent = self.progress.sent.saturating_add(bytes);
    }

    /// Ends it with an error of the service or of a body.
    pub(crate) fn fail<E: 'static>(&mut self, error: &E) {
        let judge = match &self.progress.side {
            Side::Server(serving) => serving.judge(),
            Side::Client(calling) => calling.judge(),
        };
        let error = failure::error_type(error, judge);
        self.end(Last::Failed(error));
    }

    pub(crate) fn end(&mut self, last: Last) {
        let Self { span, progress } = self;
        if mem::replace(&mut progress.ended, true) {
            return;
        }
        let end = progress.end(last);
        let edge = progress.edge();
        let failed = end
            .error
            .is_some_and(|error| edge.is_failure(end.status, error));
        match &progress.side {
            Side::Server(serving) => serving.ended(progress.method, &end, failed),
            Side::Client(calling) => calling.ended(progress.method, &end),
        }
        if !span.is_disabled() {
            progress.describe(span, &end, failed);
        }
    }
}

impl Progress {
    fn elapsed(&self) -> Duration {
        Duration::from_nanos(Moment::now().nanoseconds_since(self.started))
    }

    fn end(&self, last: Last) -> CallEnd {
        let received = self.received.as_ref();
        CallEnd {
            duration: self.elapsed(),
            status: self.status,
            error: self.edge().error(self.status, last),
            request_bytes: received.map_or(0, |bytes| bytes.load(Relaxed)),
            response_bytes: self.sent,
        }
    }

    const fn edge(&self) -> Edge {
        match self.side {
            Side::Server(_) => Edge::Server,
            Side::Client(_) => Edge::Client,
        }
    }

    fn describe(&self, span: &Span, end: &CallEnd, failed: bool) {
        let error = end.error;
        let error_type = error.and_then(|error| self.edge().error_type(end.status, error));
        let received = self.received.is_some();
        // Each record by itself would have the span looked up, and written on.
        tracing::record_all!(
            span,
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

/// As OpenTelemetry has whole numbers; others it would have as text.
pub(crate) fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
