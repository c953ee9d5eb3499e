mod telemetry;

use glyph_runtime::instrument_stage;

pub struct Tokens;

#[instrument_stage(telemetry::stage::connect, stream, labels(port = 443))]
fn concrete() -> Tokens {
    Tokens
}

fn main() {
    let _ = concrete();
}
