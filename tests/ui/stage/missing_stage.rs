mod telemetry;

use glyph_runtime::instrument_stage;

#[instrument_stage]
fn nothing_at_all() {}

#[instrument_stage(labels(provider = "deepgram", kind = "stt"))]
fn transcribe() {}

#[instrument_stage("stt")]
fn text() {}

#[instrument_stage(telemetry::stage::stt(provider = "deepgram", kind = "stt"))]
fn call() {}

#[instrument_stage(telemetry::stage::stt { provider: "deepgram", kind: "stt" })]
fn literal() {}

fn main() {}
