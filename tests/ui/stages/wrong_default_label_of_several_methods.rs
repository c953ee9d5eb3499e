mod telemetry;

use glyph_runtime::instrument_stages;
use telemetry::stage;

struct Transcriber;

#[instrument_stages(labels(provider = "deepgran", kind = "stt"))]
impl Transcriber {
    #[stage(stage::stt)]
    fn first(&self) {}

    #[stage(stage::stt)]
    fn second(&self) {}

    #[stage(stage::stt, labels(provider = "deepgram"))]
    fn third(&self) {}
}

struct Connector;

#[instrument_stages(labels(host = "localhost"))]
impl Connector {
    #[stage(stage::connect, labels(port = 443))]
    fn connect(&self) {}
}

fn main() {}
