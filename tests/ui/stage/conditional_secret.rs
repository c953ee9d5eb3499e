mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443))]
fn connect(#[cfg_attr(unix, glyph(secret))] token: &str) {}

#[instrument_stage(stage::connect, labels(port = 443), fields(#[cfg_attr(unix, glyph(secret))] token))]
fn reconnect(token: &str) {}

fn main() {}
