//! What the page says of traces.

use super::{Snapshot, processor::Routes};
use crate::{
    catalog::Unit,
    expose::{Format, push_head, push_sample},
};

/// One number of an exporter, with the label that tells it from the others of its family.
type Sample<'s> = (&'s str, Option<&'static str>, f64);

#[expect(
    clippy::cast_precision_loss,
    reason = "the page has floating-point numbers"
)]
pub(crate) fn push(page: &mut Vec<u8>, format: Format, routes: &Routes) {
    let snapshot = Snapshot::of(routes);
    let single = [
        (
            "glyph_trace_spans_started",
            "counter",
            "Spans that were started and recorded.",
            snapshot.spans_started,
        ),
        (
            "glyph_trace_spans_ended",
            "counter",
            "Recorded spans that have ended.",
            snapshot.spans_ended,
        ),
        (
            "glyph_trace_ring_spans",
            "gauge",
            "Spans in the ring of recent traces.",
            snapshot.ring_spans,
        ),
    ];
    for (name, kind, help, value) in single {
        push_head(page, format, name, kind, help, Unit::None);
        push_sample(page, name, kind, &[], value as f64);
    }
    if !snapshot.exporters.is_empty() {
        push_exporters(page, format, &snapshot);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the page has floating-point numbers"
)]
fn push_exporters(page: &mut Vec<u8>, format: Format, snapshot: &Snapshot) {
    let each = |value: fn(&super::ExportCounts) -> u64| -> Vec<Sample<'_>> {
        let exporters = snapshot.exporters.iter();
        exporters
            .map(|counts| (counts.exporter, None, value(counts) as f64))
            .collect()
    };
    let dropped = snapshot.exporters.iter().flat_map(|counts| {
        let reasons = counts.dropped.iter();
        reasons.map(|(reason, spans)| (counts.exporter, Some(reason.name()), *spans as f64))
    });
    let families = [
        (
            "glyph_export_exported",
            "counter",
            "Spans that arrived.",
            each(|counts| counts.exported),
        ),
        (
            "glyph_export_dropped",
            "counter",
            "Spans that did not arrive, by reason.",
            dropped.collect(),
        ),
        (
            "glyph_export_failures",
            "counter",
            "Attempts to export that came to nothing.",
            each(|counts| counts.failures),
        ),
        (
            "glyph_export_queue_length",
            "gauge",
            "Spans that wait to be exported.",
            each(|counts| counts.queue_length),
        ),
        (
            "glyph_export_queue_capacity",
            "gauge",
            "Spans that may wait to be exported.",
            each(|counts| counts.queue_capacity),
        ),
    ];
    for (name, kind, help, samples) in families {
        push_head(page, format, name, kind, help, Unit::None);
        for (exporter, reason, value) in samples {
            let reason = reason.map(|reason| ("reason", reason));
            push_sample(page, name, kind, &labels(exporter, reason), value);
        }
    }
    push_durations(page, format, snapshot);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the page has floating-point numbers"
)]
fn push_durations(page: &mut Vec<u8>, format: Format, snapshot: &Snapshot) {
    const NAME: &str = "glyph_export_duration_seconds";
    const HELP: &str = "Time that batches took until they were exported or given up.";
    push_head(page, format, NAME, "summary", HELP, Unit::Seconds);
    for counts in &snapshot.exporters {
        let labels = labels(counts.exporter, None);
        push_sample(
            page,
            &format!("{NAME}_sum"),
            "summary",
            &labels,
            counts.export_time.as_secs_f64(),
        );
        push_sample(
            page,
            &format!("{NAME}_count"),
            "summary",
            &labels,
            counts.exports as f64,
        );
    }
}

fn labels<'l>(
    exporter: &'l str,
    reason: Option<(&'static str, &'l str)>,
) -> Vec<(&'static str, &'l str)> {
    [
        Some(("signal", "traces")),
        Some(("exporter", exporter)),
        reason,
    ]
    .into_iter()
    .flatten()
    .collect()
}
