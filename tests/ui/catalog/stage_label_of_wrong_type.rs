use glyph_runtime::{Counter, Histogram, LabelSet, metric_catalog};

#[derive(LabelSet)]
pub struct Utterance<'a> {
    #[label(max = 10)]
    pub npc_id: &'a str,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of synthesis.
    #[metric(unit = seconds)]
    #[stage(tts, requests = npc_utterances, labels(npc_id: bool))]
    pub tts_duration: Histogram,
    /// Utterances.
    pub npc_utterances: Counter<Utterance<'_>>,
}

fn main() {}
