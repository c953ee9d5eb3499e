//! What a [`ServerLayer`](super::ServerLayer) was told.

use std::{collections::HashSet, fmt, sync::Arc};

use http::{HeaderName, request::Parts};

use super::{Route, ServerRecorder, ServerRequest};
use crate::edge::{failure::Judge, response_headers::ResponseHeaders, scope::FindScope};

type FindRoute = Arc<dyn Fn(&Parts) -> Option<Route> + Send + Sync>;
type NameSpan = Arc<dyn Fn(&ServerRequest<'_>) -> String + Send + Sync>;

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) recorder: &'static dyn ServerRecorder,
    pub(super) route: FindRoute,
    pub(super) span_name: NameSpan,
    pub(super) request_id: Option<HeaderName>,
    pub(super) response_headers: ResponseHeaders,
    pub(super) excluded: HashSet<String>,
    pub(super) continues_traces: bool,
    pub(super) scope: Option<FindScope>,
    pub(super) log: bool,
    pub(super) judge: Option<Judge>,
}

impl Settings {
    pub(super) fn new(recorder: &'static dyn ServerRecorder) -> Self {
        Self {
            recorder,
            route: Arc::new(Route::matched),
            span_name: Arc::new(name),
            request_id: Some(HeaderName::from_static("x-request-id")),
            response_headers: ResponseHeaders::default(),
            excluded: HashSet::new(),
            continues_traces: true,
            scope: None,
            log: true,
            judge: None,
        }
    }
}

/// OpenTelemetry semantic conventions, "HTTP spans", "Name".
fn name(request: &ServerRequest<'_>) -> String {
    let method = request.method.in_name();
    if request.is_matched() {
        format!("{method} {}", request.route)
    } else {
        method.to_owned()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("request_id", &self.request_id)
            .field("response_headers", &self.response_headers)
            .field("excluded", &self.excluded)
            .field("continues_traces", &self.continues_traces)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}
