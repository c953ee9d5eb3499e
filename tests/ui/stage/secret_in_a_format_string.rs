mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(
    stage::connect,
    labels(port = 443),
    fields(
        spaced = format!("{pin }"),
        width = format!("{:>pin$}", 1),
        precision = format!("{:>1$.pin$}", 2.0, 3),
        escaped = format!("{p\u{69}n:?}"),
        shown_as_it_stands = format!("{{pin}} {0:>1$}", 1, 2),
    ),
)]
fn connect(#[glyph(secret)] pin: usize) {}

fn main() {}
