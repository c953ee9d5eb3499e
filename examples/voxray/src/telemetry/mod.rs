//! All metrics: 31 of them, in one catalog for each of six subsystems.

pub(crate) mod http;
pub(crate) mod llm;
pub(crate) mod recording;
pub(crate) mod stt;
pub(crate) mod tts;
pub(crate) mod webrtc;

use glyph_runtime::artifacts::Artifacts;
use glyph_runtime::{Label, metric_catalog};

/// The metrics of the server.
#[metric_catalog(namespace = "voxray", max_series = 1_000_000)]
pub(crate) struct Metrics {
    #[catalog]
    pub(crate) http: http::Metrics,
    #[catalog]
    pub(crate) webrtc: webrtc::Metrics,
    #[catalog]
    pub(crate) stt: stt::Metrics,
    #[catalog]
    pub(crate) llm: llm::Metrics,
    #[catalog]
    pub(crate) tts: tts::Metrics,
    #[catalog]
    pub(crate) recording: recording::Metrics,
}

/// The direction of audio or of a request.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Inbound,
    Outbound,
}

/// Returns what is generated from the catalog.
pub(crate) fn artifacts() -> Artifacts {
    Artifacts::of::<Metrics>().target_labels(["env"])
}

#[cfg(test)]
mod tests {
    use glyph_runtime::Catalog;

    use super::*;

    #[test]
    fn catalog_has_all_31_metrics() {
        let catalogs = [
            http::Metrics::DESCRIPTOR,
            webrtc::Metrics::DESCRIPTOR,
            stt::Metrics::DESCRIPTOR,
            llm::Metrics::DESCRIPTOR,
            tts::Metrics::DESCRIPTOR,
            recording::Metrics::DESCRIPTOR,
        ];
        let counts = catalogs.map(|catalog| catalog.metrics.len());
        assert_eq!(counts, [5, 6, 5, 6, 5, 4]);
    }
}
