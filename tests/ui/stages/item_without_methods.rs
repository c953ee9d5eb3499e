mod telemetry;

use glyph_runtime::instrument_stages;

#[instrument_stages]
pub struct Connector {
    #[stage(telemetry::stage::connect, labels(port = 443))]
    port: u16,
}

#[instrument_stages(labels(port = 443))]
pub async unsafe fn connect() {}

#[instrument_stages]
pub mod connecting {}

fn main() {
    let _ = Connector { port: 443 }.port;
}
