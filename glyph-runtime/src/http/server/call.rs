//! A request under way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use http::{StatusCode, header, request::Parts, response};

use super::{
    Route, ServerEnd, ServerRequest, UNMATCHED,
    ending::{self, Last},
    line,
    settings::Settings,
    span::Place,
};
use crate::{
    clock::Moment,
    http::{Method, request_id},
    log::RequestId,
};

/// A request that has started. It ends once: when it is told how, or else when it is dropped.
#[derive(Debug)]
pub(super) struct Call {
    settings: Arc<Settings>,
    method: Method,
    route: Option<Route>,
    id: Option<RequestId>,
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
    pub(super) fn start(settings: &Arc<Settings>, parts: &mut Parts) -> Self {
        let started = Moment::now();
        let route = (settings.route)(parts);
        let method = Method::from(&parts.method);
        let known = settings.request_id.as_ref();
        let id = known
            .and_then(|name| request_id::incoming(&parts.headers, name))
            .or_else(request_id::new);
        let request = request(method, route.as_ref());
        let place = Place::open(settings, parts, &request, id.as_ref());
        place.in_scope(|| settings.recorder.started(&request));
        if let Some(id) = &id {
            request_id::hand_on(parts, known, id);
        }
        Self {
            settings: Arc::clone(settings),
            method,
            route,
            id,
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
    pub(super) fn received(&mut self) -> Arc<AtomicU64> {
        Arc::clone(self.received.get_or_insert_default())
    }

    pub(super) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        self.place.in_scope(work)
    }

    /// The response's head is there.
    pub(super) fn answered(&mut self, head: &mut response::Parts) {
        self.status = Some(head.status);
        self.expected = if has_no_body(self.method, head.status) {
            Some(0)
        } else {
            let length = head.headers.get(header::CONTENT_LENGTH);
            length.and_then(|length| length.to_str().ok()?.parse().ok())
        };
        let milliseconds = self.elapsed().as_secs_f64() * 1e3;
        self.settings.response_headers.write(
            &mut head.headers,
            &self.place.ids,
            self.id.as_ref(),
            milliseconds,
        );
    }

    pub(super) fn sent(&mut self, bytes: u64) {
        self.sent = self.sent.saturating_add(bytes);
    }

    /// Whether the body has given what was announced, after which nobody may ask it for more.
    pub(super) fn is_complete(&self) -> bool {
        self.expected.is_some_and(|expected| self.sent >= expected)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(Moment::now().nanoseconds_since(self.started))
    }

    pub(super) fn end(mut self, last: Last) {
        self.end_once(last);
    }

    fn end_once(&mut self, last: Last) {
        if self.ended {
            return;
        }
        self.ended = true;
        let received = self.received.as_ref();
        let end = ServerEnd {
            duration: self.elapsed(),
            status: self.status,
            error: ending::error(self.status, last),
            request_bytes: received.map_or(0, |bytes| bytes.load(Relaxed)),
            response_bytes: self.sent,
        };
        let failed = end
            .error
            .is_some_and(|error| ending::is_servers(self.status, error));
        let request = request(self.method, self.route.as_ref());
        self.place.in_scope(|| {
            self.settings.recorder.ended(&request, &end);
            if self.settings.log {
                line::write(&request, &end, failed);
            }
        });
        self.describe(&end, failed);
    }

    fn describe(&self, end: &ServerEnd, failed: bool) {
        let span = &self.place.span;
        if span.is_disabled() {
            return;
        }
        if let Some(status) = end.status {
            span.record("http.response.status_code", i64::from(status.as_u16()));
        }
        span.record("http.request.body.size", size(end.request_bytes));
        span.record("http.response.body.size", size(end.response_bytes));
        if let Some(error) = end.error
            && let Some(error_type) = ending::error_type(end.status, error)
        {
            span.record("error.type", error_type);
        }
        if failed {
            span.record("otel.status_code", "ERROR");
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end_once(Last::Dropped);
    }
}

fn request(method: Method, route: Option<&Route>) -> ServerRequest<'_> {
    ServerRequest {
        method,
        route: route.map_or(UNMATCHED, Route::as_str),
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
