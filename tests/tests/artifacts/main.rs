//! What is made of catalogs: rules and the tests of them.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use glyph_runtime::{Histogram, artifacts::Artifacts, metric_catalog};

#[metric_catalog(namespace = "slice")]
pub struct Slice {
    /// Latency of speech-to-text transcription.
    #[metric(name = "stt.duration", unit = seconds)]
    #[alert(HighSttLatency, p95 > 2s, for = 5m, severity = warning, summary = "transcription is slow")]
    pub stt_duration: Histogram,
}

#[test]
fn slice() {
    let artifacts = Artifacts::of::<Slice>();
    std::fs::write("/tmp/rules.yml", artifacts.rules().unwrap()).unwrap();
    std::fs::write("/tmp/tests.yml", artifacts.rule_tests("rules.yml").unwrap()).unwrap();
}
