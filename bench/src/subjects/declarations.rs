//! Source text of crates that declare many metrics, stages or label values, to measure `cargo check`.

use std::fmt::Write;

/// The top of the crate with the catalog.
const CATALOG: &str = "
use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(LabelSet, Clone, Copy)]
pub struct Request {
    pub provider: Provider,
    pub status: Status,
}

#[metric_catalog(namespace = \"bench_check\", stages = stage, max_series = 100_000)]
pub struct Metrics {";

/// Returns a library with a catalog of `stages` stages, each with its three metrics.
pub(crate) fn catalog(stages: u16) -> String {
    let mut text = CATALOG.to_owned();
    for number in 0..stages {
        // Writing to a string cannot fail.
        let _ = write_stage(&mut text, number);
    }
    text.push_str("}\n");
    text
}

fn write_stage(text: &mut String, number: u16) -> std::fmt::Result {
    writeln!(
        text,
        "
    /// Time of stage {number}.
    #[metric(unit = seconds, buckets = [10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s])]
    #[stage(stage_{number}, requests = requests_{number}, in_flight = in_flight_{number}, labels(provider: Provider))]
    pub duration_{number}: Histogram,

    /// Calls of stage {number}.
    pub requests_{number}: Counter<Request>,

    /// Calls of stage {number} in flight.
    pub in_flight_{number}: Gauge,"
    )
}

/// The end of the crate with the label.
const LABELLED: &str = "
#[glyph_runtime::metric_catalog(namespace = \"bench_check\", stages = stage)]
pub struct Metrics {
    /// Time of a request.
    #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(request, labels(model: Model))]
    pub duration: glyph_runtime::Histogram,
}

#[glyph_runtime::instrument_stage(stage::request, labels(model = \"model_0\"))]
pub fn first() {}

#[glyph_runtime::instrument_stage(stage::request, labels(model = model))]
pub fn any(model: Model) {}
";

/// Returns a library with a label of `values` values, a stage with that label, and two calls of it.
pub(crate) fn label(values: u16) -> String {
    let mut text =
        "#[derive(glyph_runtime::Label, Clone, Copy, Debug, PartialEq, Eq)]\npub enum Model {\n"
            .to_owned();
    for number in 0..values {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "    #[label(name = \"model_{number}\")]\n    Model{number},"
        );
    }
    text.push_str("}\n");
    text.push_str(LABELLED);
    text
}
