mod telemetry;

use glyph_runtime::instrument_stage;

#[instrument_stage(telemetry::stage::stt, labels(provider = "deepgram", kind = "stt", provider = "elevenlabs"))]
fn transcribe() {}

fn main() {}
