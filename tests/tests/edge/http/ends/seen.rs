//! The signals of a request.

use glyph_runtime::{
    http::{ClientMetrics, ErrorType, ServerMetrics},
    testing::{self, CaptureGuard},
};
use glyph_tests::wait;
use opentelemetry::trace::{SpanKind, Status};

use crate::http::kept::{Kept, attribute, keep};

pub(super) struct Seen {
    captured: CaptureGuard,
    pub(super) kept: Kept,
}

pub(super) fn watch() -> Seen {
    Seen {
        captured: testing::capture(),
        kept: keep(),
    }
}

impl Seen {
    /// Returns how the only request failed on a side, after asserting that its signals agree.
    pub(super) async fn error(&self, kind: SpanKind) -> Option<ErrorType> {
        wait::until_async("the request ended", || {
            let spans = self.kept.spans();
            spans.iter().any(|span| span.span_kind == kind)
        })
        .await;
        let spans = self.kept.spans();
        let span = spans.iter().find(|span| span.span_kind == kind).unwrap();
        let counted = |error: ErrorType| {
            let label = ("error_type", error.as_str());
            let errors = match kind {
                SpanKind::Server => self.captured.counter(&ServerMetrics::global().errors),
                _ => self.captured.counter(&ClientMetrics::global().errors),
            };
            errors.with_label(label.0, label.1).value()
        };
        let kinds = [
            ErrorType::Status,
            ErrorType::Transport,
            ErrorType::Timeout,
            ErrorType::Cancelled,
            ErrorType::Panic,
        ];
        let found: Vec<_> = kinds
            .into_iter()
            .filter(|kind| counted(*kind) > 0)
            .collect();
        assert!(found.len() <= 1, "{found:?}");
        let error = found.first().copied();
        let expected = match error {
            None | Some(ErrorType::Cancelled) => Status::Unset,
            Some(_) => Status::error(""),
        };
        assert_eq!(span.status, expected, "{error:?}");
        let on_span = attribute(span, "error.type");
        assert_eq!(on_span.is_empty(), error.is_none(), "{on_span}");
        error
    }

    pub(super) async fn assert(
        &self,
        case: &str,
        server: Option<ErrorType>,
        client: Option<ErrorType>,
    ) {
        let seen = (
            self.error(SpanKind::Server).await,
            self.error(SpanKind::Client).await,
        );
        assert_eq!(seen, (server, client), "{case}");
    }
}
