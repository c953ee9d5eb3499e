mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443))]
fn wrong_type(number: u8) -> Result<String, std::num::ParseIntError> {
    let parsed: u8 = "7".parse()?;
    Ok(parsed + number)
}

#[instrument_stage(stage::connect, labels(port = 443))]
async fn wrong_type_async(number: u8) -> Result<String, std::num::ParseIntError> {
    let parsed: u8 = "7".parse()?;
    Ok(parsed + number)
}

#[instrument_stage(stage::connect, labels(port = 443))]
fn nothing_returned() -> u8 {
    wrong_type(1);
}

#[instrument_stage(stage::connect, labels(port = 443))]
async fn wrong_error() -> Result<u8, Refused> {
    let parsed: u8 = "7".parse()?;
    Ok(parsed)
}

fn main() {}

/// Its conversions are listed, and those of a type of the standard library differ with the crates around.
struct Refused;

impl From<std::fmt::Error> for Refused {
    fn from(_: std::fmt::Error) -> Self {
        Refused
    }
}
