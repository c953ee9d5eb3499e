mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), kind = cleint, level = verbose)]
fn unknown_kind_and_level() {}

#[instrument_stage(stage::connect, labels(port = 443), err = log, ret = event(levle = debug))]
fn unknown_events() -> Result<(), String> {
    Ok(())
}

fn main() {}
