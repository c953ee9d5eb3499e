mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::{Kind, Provider, stage};

#[instrument_stage(stage::stt, labels(provider = Provider::Deepgran, kind = Kind::Stt))]
fn transcribe() {}

fn main() {}
