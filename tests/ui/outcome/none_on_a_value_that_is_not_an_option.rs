#[path = "../stage/telemetry/mod.rs"]
mod telemetry;

use glyph_runtime::{Outcome, instrument_stage};

#[instrument_stage(telemetry::stage::connect, labels(port = 443), none = error)]
fn connect() -> Result<u8, String> {
    Ok(1)
}

#[instrument_stage(telemetry::stage::connect, labels(port = 443), none = miss)]
fn look_up() -> Option<u8> {
    None
}

#[instrument_stage(telemetry::stage::connect, labels(port = 443), outcome = |size: &u8| Outcome::Ok)]
fn read() -> u16 {
    1
}

#[instrument_stage(telemetry::stage::connect, labels(port = 443), outcome = |size| *size > 1)]
fn write() -> u16 {
    1
}

fn main() {}
