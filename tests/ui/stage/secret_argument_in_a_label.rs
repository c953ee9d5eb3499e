mod telemetry;

use glyph_runtime::{instrument_stage, instrument_stages};
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port))]
fn connect(#[glyph(secret)] port: u16) {}

pub struct Connection;

#[instrument_stages]
impl Connection {
    #[stage(stage::connect, labels(port = *pin + 1))]
    async fn open(&self, #[glyph(secret)] pin: &u16) {}
}

fn main() {}
