//! The recorded calls of a test.

use glyph_runtime::{
    grpc::{ClientMetrics, ErrorType, ServerMetrics, StatusCode, System, client, server},
    testing::{self, CaptureGuard},
};
use glyph_tests::wait;
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;

use crate::http::kept::{Kept, attribute, keep};

pub(crate) const PEER: &str = "stock.test";

/// The recorded and the expected calls of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) method: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) error: Option<ErrorType>,
}

pub(crate) struct Recorded {
    pub(crate) kept: Kept,
    pub(crate) captured: CaptureGuard,
}

pub(crate) fn record() -> Recorded {
    let captured = testing::capture();
    Recorded {
        kept: keep(),
        captured,
    }
}

pub(crate) fn active() -> f64 {
    ServerMetrics::global().active_requests.value()
        + ClientMetrics::global().active_requests.value()
}

/// Waits until both sides are done with their calls.
pub(crate) async fn until_idle() {
    wait::until_async("no call is active", || active() == 0.0).await;
}

const ERRORS: [ErrorType; 5] = [
    ErrorType::Status,
    ErrorType::Transport,
    ErrorType::Timeout,
    ErrorType::Cancelled,
    ErrorType::Panic,
];

impl Recorded {
    /// Asserts that the server recorded one call, with these values.
    pub(crate) fn assert_served(&self, ended: Ended) {
        let metrics = ServerMetrics::global();
        let Ended { method, status, .. } = ended;
        let all = self.captured.histogram_of(&metrics.call_duration);
        assert_eq!(all.count(), 1);
        let answered = server::labels::Answered {
            method,
            status,
            error: ended.error.into(),
            system: System::Grpc,
        };
        let this = metrics.call_duration.snapshot(answered).count();
        let span = self.span(&SpanKind::Server);
        assert_eq!(this, 1, "{ended:?}: {:?}", span.attributes);
        for error in ERRORS {
            let counted = metrics.errors.value(server::labels::Failed {
                method,
                error,
                system: System::Grpc,
            });
            assert_eq!(counted, u64::from(ended.error == Some(error)), "{error:?}");
        }
        assert_eq!(active(), 0.0);
        assert_eq!(attribute(&span, "rpc.status_code"), status.as_str());
    }

    /// Asserts that the client recorded one call, with these values.
    pub(crate) fn assert_called(&self, ended: Ended) {
        let metrics = ClientMetrics::global();
        let Ended { method, status, .. } = ended;
        let all = self.captured.histogram_of(&metrics.call_duration);
        assert_eq!(all.count(), 1);
        let peer = PEER;
        let answered = client::labels::Answered {
            method,
            peer,
            status,
            error: ended.error.into(),
            system: System::Grpc,
        };
        let this = metrics.call_duration.snapshot(answered).count();
        let span = self.span(&SpanKind::Client);
        assert_eq!(this, 1, "{ended:?}: {:?}", span.attributes);
        for error in ERRORS {
            let failed = client::labels::Failed {
                method,
                peer,
                error,
                system: System::Grpc,
            };
            let counted = metrics.errors.value(failed);
            assert_eq!(counted, u64::from(ended.error == Some(error)), "{error:?}");
        }
        assert_eq!(active(), 0.0);
        assert_eq!(attribute(&span, "rpc.status_code"), status.as_str());
    }

    /// Returns the only span of this kind.
    pub(crate) fn span(&self, kind: &SpanKind) -> SpanData {
        let mut spans = self.kept.spans();
        spans.retain(|span| span.span_kind == *kind);
        assert_eq!(spans.len(), 1, "{spans:?}");
        spans.remove(0)
    }

    /// Returns the status and the error of that span.
    pub(crate) fn error(&self, kind: &SpanKind) -> (Status, String) {
        let span = self.span(kind);
        let error = attribute(&span, "error.type");
        (span.status, error)
    }
}
