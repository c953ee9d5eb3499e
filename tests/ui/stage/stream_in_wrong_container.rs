mod telemetry;

use std::pin::Pin;

use futures_util::{Stream, stream::iter};
use glyph_runtime::instrument_stage;

#[instrument_stage(telemetry::stage::connect, stream, labels(port = 443))]
fn several() -> Vec<Pin<Box<dyn Stream<Item = u8>>>> {
    vec![Box::pin(iter([1]))]
}

#[instrument_stage(telemetry::stage::connect, stream, labels(port = 443), outcome = |_| telemetry::ended())]
async fn bare() -> impl Stream<Item = u8> {
    iter([1])
}

fn main() {
    several();
    let _ = bare();
}
