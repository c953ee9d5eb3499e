mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), fields(#[glyph(secret)] token = _))]
fn connect() {}

fn main() {}
