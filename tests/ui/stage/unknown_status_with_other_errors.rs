mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::stt, labels(provider = "deepgram"), none = "miss")]
fn missing_label() -> Option<u8> {
    None
}

#[instrument_stage(stage::stt, labels(provider = "deepgran", kind = "stt"), none = "miss")]
fn wrong_literal() -> Option<u8> {
    None
}

fn main() {}
