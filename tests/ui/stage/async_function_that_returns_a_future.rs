mod telemetry;

use std::future::Future;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443))]
async fn connect() -> impl Future<Output = u8> {
    async { 1 }
}

fn main() {}
