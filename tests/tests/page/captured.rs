//! The exposition in a test that captures.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use glyph_runtime::{
    Counter, Exemplar, Histogram, LabelSet, Status, expose::Format, metric_catalog, testing,
};
use glyph_tests::{Page, environment::telemetry};

#[derive(LabelSet)]
struct ToolCall<'a> {
    #[label(max = 4)]
    tool: &'a str,
    status: Status,
}

#[metric_catalog(namespace = "captured")]
struct Metrics {
    /// Calls of tools.
    #[metric(sparse)]
    tool_calls: Counter<ToolCall<'_>>,
    /// Sizes of answers.
    #[metric(unit = bytes, buckets = [1KiB])]
    answers: Histogram,
}

#[test]
fn captured_exposition_shows_only_the_capture() {
    let telemetry = telemetry("captured")
        .catalog(Metrics::global())
        .build()
        .unwrap();
    let captured = testing::capture();
    let metrics = Metrics::global();
    for tool in ["dice", "map", "lore", "song", "lute"] {
        metrics.tool_calls.inc(ToolCall {
            tool,
            status: Status::Ok,
        });
    }
    let exemplar = Exemplar::new(0xabc, 0xdef);
    metrics.answers.observe_with_exemplar(2000, exemplar);
    metrics.answers.observe(f64::NAN);

    let answers = captured.histogram_of(&metrics.answers);
    assert_eq!(answers.exemplars(), [exemplar]);

    let page = Page::of(&telemetry).unwrap();
    let calls = "captured_tool_calls_total";
    assert_eq!(page.named(calls).count(), 5);
    assert_eq!(
        page.value(calls, &[("tool", "dice"), ("status", "ok")]),
        Some(1.0)
    );
    assert_eq!(
        page.value(calls, &[("tool", "other"), ("status", "ok")]),
        Some(1.0)
    );
    let refused = page.value(
        "glyph_observations_refused_total",
        &[("metric", "captured_answers_bytes")],
    );
    assert_eq!(refused, Some(1.0));
    let overflowed = page.value(
        "glyph_label_overflow_total",
        &[("metric", "captured_tool_calls"), ("label", "tool")],
    );
    assert_eq!(overflowed, Some(1.0));
    let exemplar = "trace_id=\"00000000000000000000000000000abc\"";
    assert!(telemetry.render(Format::OpenMetrics).contains(exemplar));

    drop(captured);
    let page = Page::of(&telemetry).unwrap();
    assert_eq!(page.named(calls).count(), 0);
    assert!(!telemetry.render(Format::OpenMetrics).contains(exemplar));
}
