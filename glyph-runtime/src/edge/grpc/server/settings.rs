//! What a [`ServerLayer`](super::ServerLayer) was told.

use std::{collections::HashSet, fmt, time::Duration};

use ::http::HeaderName;

use super::ServerRecorder;
use crate::{
    edge::{response_headers::ResponseHeaders, scope::FindScope},
    grpc::{ids::IdNames, method::Methods},
};

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) recorder: &'static dyn ServerRecorder,
    pub(super) methods: Methods,
    pub(super) request_id: Option<HeaderName>,
    pub(super) response_headers: ResponseHeaders,
    pub(super) ids: IdNames,
    pub(super) excluded: HashSet<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) continues_traces: bool,
    pub(super) scope: Option<FindScope>,
    pub(super) log: bool,
}

impl Settings {
    pub(super) fn new(recorder: &'static dyn ServerRecorder) -> Self {
        let response_headers = ResponseHeaders {
            correlation_id: None,
            traceparent: false,
            server_timing: false,
            ..ResponseHeaders::default()
        };
        Self {
            recorder,
            methods: Methods::default(),
            request_id: Some(HeaderName::from_static("x-request-id")),
            response_headers,
            ids: IdNames::default(),
            excluded: HashSet::new(),
            timeout: None,
            continues_traces: true,
            scope: None,
            log: true,
        }
    }

    /// Whether calls to this path are left alone.
    pub(super) fn excludes(&self, path: &str) -> bool {
        let service = path.strip_prefix('/').and_then(|name| name.split_once('/'));
        service.is_some_and(|(service, _)| self.excluded.contains(service))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("methods", &self.methods)
            .field("request_id", &self.request_id)
            .field("response_headers", &self.response_headers)
            .field("ids", &self.ids)
            .field("excluded", &self.excluded)
            .field("timeout", &self.timeout)
            .field("continues_traces", &self.continues_traces)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}
