mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::stt, labels(provider = "deepgram"))]
fn transcribe() {}

#[instrument_stage(stage::connect)]
async fn connect() {}

fn main() {}
