mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::{Connection, stage};

#[instrument_stage(Connection, labels(port = 443))]
fn connect() {}

#[instrument_stage(stage)]
fn transcribe() {}

fn main() {}
