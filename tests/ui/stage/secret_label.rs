mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(#[glyph(secret)] port = 443))]
fn connect() {}

fn main() {}
