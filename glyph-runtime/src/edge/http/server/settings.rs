//! The settings that only HTTP servers have.

use std::{fmt, sync::Arc};

use http::request::Parts;

use super::{Route, ServerRecorder, ServerRequest};

type FindRoute = Arc<dyn Fn(&Parts) -> Option<Route> + Send + Sync>;
type NameSpan = Arc<dyn Fn(&ServerRequest<'_>) -> String + Send + Sync>;

/// The settings that only HTTP servers have.
#[derive(Clone)]
pub struct HttpServerSettings {
    pub(super) recorder: &'static dyn ServerRecorder,
    pub(super) route: FindRoute,
    pub(super) span_name: NameSpan,
}

impl HttpServerSettings {
    pub(super) fn new(recorder: &'static dyn ServerRecorder) -> Self {
        Self {
            recorder,
            route: Arc::new(Route::matched),
            span_name: Arc::new(name),
        }
    }
}

/// Returns the name of a span (OpenTelemetry semantic conventions, "HTTP spans", "Name").
fn name(request: &ServerRequest<'_>) -> String {
    let method = request.method.in_name();
    if request.is_matched() {
        [method, " ", request.route].concat()
    } else {
        method.to_owned()
    }
}

impl fmt::Debug for HttpServerSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpServerSettings")
            .finish_non_exhaustive()
    }
}
