mod telemetry;

use glyph_runtime::instrument_stages;
use telemetry::stage;

struct Connector;

#[instrument_stages(labels(port = 443), fields(port))]
impl Connector {
    #[stage(stage::connect)]
    fn connect(&self) {}
}

fn main() {
    Connector.connect();
}
