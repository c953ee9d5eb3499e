//! Traces: from the end of a span to a collector, a file or the ring.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::indexing_slicing, reason = "a missing span fails the test")]
#![expect(clippy::panic, reason = "a timeout fails the test")]

mod chrome;
mod collector;
mod exporters;
mod faults;
mod file;
mod layer;
mod page;
mod propagation;
mod records;
mod resource;
mod ring;
mod sampling;
mod shutdown;
mod spans;
mod tls;

use glyph_tests::receiver::traces as receiver;
use std::time::Duration;

use glyph_runtime::trace::{BatchLimits, OtlpSettings, Pipeline, Protocol, Span, TraceSettings};
use opentelemetry::trace::{Tracer, TracerProvider};

/// Longer than any operation here takes on a busy machine.
const LONG: Duration = Duration::from_secs(20);

/// Makes `count` spans without a parent.
fn spans(pipeline: &Pipeline, count: usize) {
    let tracer = pipeline.provider().tracer("test");
    for _ in 0..count {
        tracer.in_span("work", |_| {});
    }
}

fn to_collector(endpoint: &str, protocol: Protocol) -> TraceSettings {
    let mut settings = TraceSettings::new("shop");
    settings.otlp = Some(OtlpSettings::new(endpoint, protocol));
    settings
}

/// Sets limits that send batches at once, with the timeout `limit`.
fn hasty(batch: &mut BatchLimits, limit: Duration) {
    batch.delay = Duration::from_millis(1);
    batch.export_timeout = limit;
}

fn names(spans: &[Span]) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}
