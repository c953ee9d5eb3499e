//! What happens when a span starts and ends.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use opentelemetry::{Context, KeyValue, trace::Span as _};
use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    trace::{Span, SpanData, SpanProcessor},
};

use super::{Unflushed, UnflushedExporter, redacted, ring::Ring, size};
use crate::{export::Queue, redaction::Redaction, scope::labels::current_values};

/// How long a flush may take that the SDK asks for, which gives no limit.
const FLUSH_LIMIT: Duration = Duration::from_secs(30);
/// Stands for a limit that the clock cannot hold.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// Where ended spans go.
#[derive(Debug)]
pub(crate) struct Routes {
    pub(crate) queues: Vec<Arc<Queue<SpanData>>>,
    pub(crate) ring: Option<Ring>,
    pub(crate) redaction: Redaction,
    pub(crate) value_length: Option<usize>,
    pub(crate) started: AtomicU64,
    pub(crate) ended: AtomicU64,
}

impl Routes {
    fn push(&self, mut span: SpanData) {
        self.ended.fetch_add(1, Relaxed);
        redacted::redact(&mut span, &self.redaction);
        if let Some(limit) = self.value_length {
            size::cut(&mut span, limit);
        }
        let queues: &[_] = if span.span_context.is_sampled() {
            &self.queues
        } else {
            &[]
        };
        let ring = self.ring.as_ref().filter(|ring| ring.wants(&span));
        // The last one takes the span itself.
        let Some((last, others)) = queues.split_last() else {
            if let Some(ring) = ring {
                ring.push(span);
            }
            return;
        };
        if let Some(ring) = ring {
            ring.push(span.clone());
        }
        for queue in others {
            queue.push(span.clone());
        }
        last.push(span);
    }

    /// Exports everything that ended before, and afterwards nothing if `closing`.
    pub(crate) fn flush(&self, limit: Duration, closing: bool) -> Result<(), Unflushed> {
        let now = Instant::now();
        let deadline = now.checked_add(limit).unwrap_or(now + FOREVER);
        let begin = if closing { Queue::close } else { Queue::flush };
        let marks: Vec<_> = self
            .queues
            .iter()
            .map(|queue| (queue, begin(queue)))
            .collect();
        let mut exporters = Vec::new();
        for (queue, mark) in marks {
            let spans = queue.wait(mark, deadline);
            if closing {
                queue.abandon();
            }
            if spans > 0 {
                exporters.push(UnflushedExporter {
                    name: queue.name(),
                    spans,
                });
            }
        }
        if closing && let Some(ring) = &self.ring {
            ring.forget_undecided();
        }
        if exporters.is_empty() {
            Ok(())
        } else {
            Err(Unflushed {
                exporters,
                deadline: limit,
            })
        }
    }
}

impl crate::export::Exporters for Routes {
    fn signal(&self) -> &'static str {
        "traces"
    }

    fn counts(&self) -> Vec<crate::export::ExportCounts> {
        self.queues.iter().map(|queue| queue.snapshot()).collect()
    }
}

/// The SDK's door to the routes.
#[derive(Debug)]
pub(crate) struct Processor(pub(crate) Arc<Routes>);

impl SpanProcessor for Processor {
    fn on_start(&self, span: &mut Span, _: &Context) {
        self.0.started.fetch_add(1, Relaxed);
        current_values(&mut |name, value| {
            span.set_attribute(KeyValue::new(name, value.to_owned()));
        });
    }

    fn on_end(&self, span: SpanData) {
        self.0.push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.flush(FLUSH_LIMIT, false).map_err(sdk_error)
    }

    fn shutdown_with_timeout(&self, limit: Duration) -> OTelSdkResult {
        self.0.flush(limit, true).map_err(sdk_error)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn sdk_error(error: Unflushed) -> OTelSdkError {
    OTelSdkError::InternalFailure(error.to_string())
}
