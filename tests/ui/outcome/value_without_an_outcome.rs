use glyph_runtime::{Histogram, metric_catalog};

pub struct Foreign;

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of transcription.
    #[metric(unit = seconds)]
    #[stage(stt)]
    pub stt: Histogram,
}

fn main() {
    let _ = stage::stt {}.time(|| Err::<u8, _>(Foreign));
    let _ = stage::stt {}.time(|| Foreign);
    stage::stt {}.start().fail(&Foreign);
}
