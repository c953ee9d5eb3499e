mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), fields(#[glyph(secret)] token = tokn))]
fn connect(#[glyph(secret)] token: &str) -> usize {
    token.len()
}

fn main() {}
