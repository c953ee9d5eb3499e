mod telemetry;

use glyph_runtime::{Outcome, instrument_stage};
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), outcome = |_| if token.is_empty() { Outcome::Error } else { Outcome::Ok })]
fn connect(#[glyph(secret)] token: &str) -> usize {
    token.len()
}

fn main() {}
