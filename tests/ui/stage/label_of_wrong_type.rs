mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::{Kind, stage};

#[instrument_stage(stage::stt, labels(provider = Kind::Llm, kind = "stt"))]
fn transcribe() {}

#[instrument_stage(stage::connect, labels(port = -1))]
fn connect() {}

fn main() {}
