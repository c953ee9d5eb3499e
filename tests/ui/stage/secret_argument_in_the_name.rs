mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), name = "connect {token}")]
fn connect(#[glyph(secret)] token: &str) {}

fn main() {}
