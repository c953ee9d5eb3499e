mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::stt, labels(providr = "deepgram", kind = "stt"))]
fn transcribe() {}

#[instrument_stage(stage::connect, labels(port = 443, host))]
fn connect(host: &str) -> usize {
    host.len()
}

fn main() {}
