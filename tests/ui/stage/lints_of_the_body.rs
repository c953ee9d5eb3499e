mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[deny(unused_variables, unused_mut, unused_must_use, unreachable_code)]
mod strict {
    use super::*;

    #[instrument_stage(stage::connect, labels(port = 443))]
    pub fn unused(number: u8, mut other: u8) -> u8 {
        let local = 1;
        other
    }

    #[instrument_stage(stage::connect, labels(port = 443))]
    pub async fn unused_async((number, _): (u8, u8)) -> Result<(), String> {
        unused_async((1, 2));
        return Ok(());
        unused(1, 2);
    }
}

fn main() {}
