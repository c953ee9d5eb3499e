mod telemetry;

use glyph_runtime::instrument_stage;

#[instrument_stage(telemetry::stage::stt, labels(provider = "deepgram"), labels(kind = "stt"))]
fn transcribe() {}

fn main() {}
