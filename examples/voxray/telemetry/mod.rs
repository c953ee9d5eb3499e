//! Everything that is measured: 31 metrics, a catalog for each of six subsystems.

pub(crate) mod http;
pub(crate) mod llm;
pub(crate) mod recording;
pub(crate) mod stt;
pub(crate) mod tts;
pub(crate) mod webrtc;

use std::hash::{DefaultHasher, Hash, Hasher};

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

/// Where sound goes, or a request.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Inbound,
    Outbound,
}

/// The session of what is not told apart by session.
pub(crate) const SAMPLED_OUT: &str = "sampled_out";

/// What a session is called in labels: one of `rate` sessions has a name of its own, which is not its id and always the
/// same for that id.
pub(crate) fn sampled_session_id(raw: &str, rate: u64) -> String {
    let mut hasher = DefaultHasher::new();
    raw.hash(&mut hasher);
    let hash = hasher.finish();
    // The lowest bits decide, the highest are the name.
    match hash.checked_rem(rate) {
        Some(0) => format!("{:08x}", hash >> 32),
        _ => SAMPLED_OUT.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use glyph_runtime::Catalog;

    use super::*;

    #[test]
    fn a_part_of_the_sessions_is_told_apart() {
        let ids: Vec<_> = (0..1000)
            .map(|id| sampled_session_id(&format!("session-{id}"), 4))
            .collect();
        let kept = ids.iter().filter(|id| *id != SAMPLED_OUT).count();
        assert!((150..350).contains(&kept), "{kept}");
        assert!(ids.iter().all(|id| id == SAMPLED_OUT || id.len() == 8));
        assert_eq!(sampled_session_id("a", 1), sampled_session_id("a", 1));
        assert_eq!(sampled_session_id("a", 0), SAMPLED_OUT);
    }

    #[test]
    fn nothing_is_missing() {
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
