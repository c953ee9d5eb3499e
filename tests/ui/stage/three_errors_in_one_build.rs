mod telemetry;

use glyph_runtime::instrument_stage;

#[instrument_stage(telemetry::stage::stt, labls(provider = "deepgram"), fields(a, a), labels(kind = "a", kind = "b"))]
const fn transcribe(a: u8) -> u8 {
    a
}

fn main() {}
