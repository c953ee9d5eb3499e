mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::sst, labels(provider = "deepgram", kind = "stt"))]
fn transcribe() {}

#[instrument_stage(connect, labels(port = 443))]
async fn connect() {}

fn main() {}
