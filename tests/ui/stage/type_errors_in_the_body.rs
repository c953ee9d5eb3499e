mod telemetry;

use std::num::ParseIntError;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443))]
fn wrong_type(number: u8) -> Result<String, ParseIntError> {
    let parsed: u8 = "7".parse()?;
    parsed_number(parsed + number)
}

#[instrument_stage(stage::connect, labels(port = 443))]
async fn wrong_type_async(number: u8) -> Result<String, ParseIntError> {
    let parsed: u8 = "7".parse()?;
    parsed_number(parsed + number)
}

#[instrument_stage(stage::connect, labels(port = 443))]
fn nothing_returned() -> u8 {
    wrong_type(1);
}

#[instrument_stage(stage::connect, labels(port = 443))]
async fn wrong_error() -> Result<u8, Rejected> {
    let parsed: u8 = "7".parse()?;
    Ok(parsed)
}

fn main() {}

/// A function, not `Ok(..)`: an error in the argument of `Ok` shows the source of `core`, which only
/// machines with the component `rust-src` have.
fn parsed_number(number: u8) -> Result<u8, ParseIntError> {
    Ok(number)
}

/// A type of this crate: rustc lists its conversions, and those of a standard type depend on the
/// crates in the build.
struct Rejected;

impl From<std::fmt::Error> for Rejected {
    fn from(_: std::fmt::Error) -> Self {
        Rejected
    }
}
