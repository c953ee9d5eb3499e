mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), err, level, ret(Debug))]
fn keys_alone() -> Result<(), String> {
    Ok(())
}

#[instrument_stage(stage::connect, labels(port: 443), stream = true)]
fn another_grammar() {}

#[instrument_stage(stage::connect, labels, "name")]
fn no_key() {}

fn main() {}
