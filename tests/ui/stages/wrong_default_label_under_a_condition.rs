mod telemetry;

use glyph_runtime::instrument_stages;
use telemetry::stage;

struct Transcriber;

#[instrument_stages(labels(provider = "deepgran", kind = "stt"))]
impl Transcriber {
    #[cfg(any())]
    #[stage(stage::stt)]
    fn absent(&self) {}

    #[cfg_attr(any(), stage(stage::stt))]
    fn plain(&self) {}

    #[stage(stage::stt)]
    fn measured(&self) {}
}

fn main() {}
