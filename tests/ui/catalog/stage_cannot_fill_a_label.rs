use glyph_runtime::{Counter, Histogram, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Utterance<'a> {
    #[label(max = 10)]
    pub npc_id: &'a str,
    pub status: Status,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of synthesis.
    #[metric(unit = seconds)]
    #[stage(tts, requests = npc_utterances, labels(npc: &str))]
    pub tts_duration: Histogram,
    /// Utterances.
    pub npc_utterances: Counter<Utterance<'_>>,
}

fn main() {
    let _ = stage::tts { npc: "a" };
}
