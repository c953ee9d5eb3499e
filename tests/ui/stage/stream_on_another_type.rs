mod telemetry;

use glyph_runtime::instrument_stage;

pub struct Tokens;

#[instrument_stage(telemetry::stage::connect, stream, labels(port = 443))]
fn concrete() -> Tokens {
    Tokens
}

#[instrument_stage(telemetry::stage::connect, stream, labels(port = 443))]
async fn concrete_in_a_result() -> Result<Tokens, ()> {
    Ok(Tokens)
}

fn main() {
    let _ = (concrete(), concrete_in_a_result());
}
