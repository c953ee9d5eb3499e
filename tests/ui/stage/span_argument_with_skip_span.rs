mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::connect, labels(port = 443), skip_span, name = "open", kind = client, fields(host = "a"))]
fn no_span_to_name() {}

fn main() {}
