//! What the page says of traces.

use super::{Snapshot, processor::Routes};
use crate::{
    catalog::Unit,
    expose::{Format, push_head, push_sample},
};

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
}
