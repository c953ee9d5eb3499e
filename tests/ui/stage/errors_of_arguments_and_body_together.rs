mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), fields(host), kind = clent)]
fn connect(host: &str) -> u16 {
    host.len()
}

#[instrument_stage(stage::conect, labels(port = 443), level = inf)]
async fn listen() -> Result<u8, String> {
    Ok(unknown)
}

fn main() {}
