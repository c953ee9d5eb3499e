//! What the page says of exporters, whatever they export.

use std::fmt;

use super::ExportCounts;
use crate::{
    catalog::Unit,
    expose::{Format, push_head, push_sample},
};

/// Exporters of one signal that the page asks for their counts.
pub(crate) trait Exporters: fmt::Debug + Send + Sync {
    /// `traces`, `metrics` or `logs`.
    fn signal(&self) -> &'static str;

    fn counts(&self) -> Vec<ExportCounts>;
}

/// The counts of an exporter and its signal.
type Known = (&'static str, ExportCounts);
/// One number of an exporter, with the label that tells it from the others of its family.
type Sample<'s> = (&'s Known, Option<&'static str>, f64);

#[expect(
    clippy::cast_precision_loss,
    reason = "the page has floating-point numbers"
)]
pub(crate) fn push(page: &mut Vec<u8>, format: Format, exporters: &[Known]) {
    if exporters.is_empty() {
        return;
    }
    let each = |value: fn(&ExportCounts) -> u64| -> Vec<Sample<'_>> {
        let known = exporters.iter();
        known
            .map(|known| (known, None, value(&known.1) as f64))
            .collect()
    };
    let dropped = exporters.iter().flat_map(|known| {
        let reasons = known.1.dropped.iter();
        reasons.map(move |(reason, items)| (known, Some(reason.name()), *items as f64))
    });
    let families = [
        (
            "glyph_export_exported",
            "counter",
            "Spans, data points and log records that arrived.",
            each(|counts| counts.exported),
        ),
        (
            "glyph_export_dropped",
            "counter",
            "Spans, data points and log records that did not arrive, by reason.",
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
            "Spans, data points and log records that wait to be exported.",
            each(|counts| counts.queue_length),
        ),
        (
            "glyph_export_queue_capacity",
            "gauge",
            "Spans and log records that may wait to be exported.",
            each(|counts| counts.queue_capacity),
        ),
    ];
    for (name, kind, help, samples) in families {
        push_head(page, format, name, kind, help, Unit::None);
        for (known, reason, value) in samples {
            let reason = reason.map(|reason| ("reason", reason));
            push_sample(page, name, kind, &labels(known, reason), value);
        }
    }
    push_durations(page, format, exporters);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the page has floating-point numbers"
)]
fn push_durations(page: &mut Vec<u8>, format: Format, exporters: &[Known]) {
    const NAME: &str = "glyph_export_duration_seconds";
    const HELP: &str = "Time that batches took until they were exported or given up.";
    push_head(page, format, NAME, "summary", HELP, Unit::Seconds);
    for known in exporters {
        let (_, counts) = known;
        let labels = labels(known, None);
        let sum = counts.export_time.as_secs_f64();
        push_sample(page, &format!("{NAME}_sum"), "summary", &labels, sum);
        let count = counts.exports as f64;
        push_sample(page, &format!("{NAME}_count"), "summary", &labels, count);
    }
}

fn labels<'l>(
    (signal, counts): &'l Known,
    reason: Option<(&'static str, &'l str)>,
) -> Vec<(&'static str, &'l str)> {
    [
        Some(("signal", *signal)),
        Some(("exporter", counts.exporter)),
        reason,
    ]
    .into_iter()
    .flatten()
    .collect()
}
