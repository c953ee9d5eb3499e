mod telemetry;

use glyph_runtime::instrument_stage;

#[instrument_stage(telemetry::stage::connect, labels(port = 443))]
pub const fn connect() {}

fn main() {
    connect();
}
