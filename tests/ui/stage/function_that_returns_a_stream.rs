mod telemetry;

use glyph_runtime::instrument_stage;

use std::pin::Pin;

pub trait Stream {
    type Item;
}

pub struct Empty;

impl Stream for Empty {
    type Item = ();
}

#[instrument_stage(telemetry::stage::connect, labels(port = 443))]
fn opaque() -> impl Stream<Item = ()> {
    Empty
}

#[instrument_stage(telemetry::stage::connect, labels(port = 443))]
fn boxed() -> Pin<Box<dyn Stream<Item = ()>>> {
    Box::pin(Empty)
}

fn main() {
    let _ = (opaque(), boxed());
}
