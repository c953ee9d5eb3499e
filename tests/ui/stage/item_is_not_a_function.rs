mod telemetry;

use glyph_runtime::instrument_stage;

#[instrument_stage(telemetry::stage::connect, labels(port = 443))]
pub struct Connect;

#[instrument_stage(telemetry::stage::connect, labels(port = 443))]
unsafe impl Send for Connect {}

#[instrument_stage(telemetry::stage::connect, labels(port = 443))]
const PORT: u16 = 443;

fn main() {
    let _ = (Connect, PORT);
}
