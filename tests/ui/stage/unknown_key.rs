mod telemetry;

use glyph_runtime::instrument_stage;

#[instrument_stage(telemetry::stage::stt, lables(provider = "deepgram", kind = "stt"))]
fn transcribe() {}

#[instrument_stage(telemetry::stage::connect, labels(port = 443), skip_all)]
fn connect() {}

fn main() {}
