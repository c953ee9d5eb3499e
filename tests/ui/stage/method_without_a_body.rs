mod telemetry;

use glyph_runtime::instrument_stage;

trait Connect {
    #[instrument_stage(telemetry::stage::connect, labels(port = 443))]
    fn connect(&self);

    #[instrument_stage(telemetry::stage::connect, labels(port = 443))]
    async fn reconnect(&self) -> bool;
}

fn main() {}
