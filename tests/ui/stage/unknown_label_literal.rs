mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::stt, labels(provider = "deepgran", kind = "stt"))]
fn transcribe() {}

#[instrument_stage(stage::connect, labels(port = "https"))]
fn connect() {}

fn main() {}
