mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), err = event)]
fn gives_an_option() -> Option<u8> {
    None
}

struct Opaque;

#[instrument_stage(stage::connect, labels(port = 443), err = event)]
fn gives_an_error_that_is_not_shown() -> Result<(), Opaque> {
    Ok(())
}

#[instrument_stage(stage::connect, labels(port = 443), ret = event, err = event)]
fn gives_nothing() -> ! {
    loop {}
}

fn main() {}
