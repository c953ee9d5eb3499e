mod telemetry;

use glyph_runtime::instrument_stages;
use telemetry::stage;

struct Transcriber;

#[instrument_stages]
impl Transcriber {
    #[stage(stage::sst, labels(provider = "deepgram", kind = "stt"))]
    fn transcribe(&self) {}
}

fn main() {}
