mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), fields(#[glyph(hidden)] token))]
fn connect(#[glyph] token: &str) {}

#[instrument_stage(stage::connect, labels(port = 443), fields(#[secret] token))]
fn reconnect(#[glyph = "secret"] token: &str) {}

fn main() {}
