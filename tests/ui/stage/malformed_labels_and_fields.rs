mod telemetry;

use glyph_runtime::instrument_stage;

#[instrument_stage(telemetry::stage::stt, labels(provider: "deepgram", kind = "stt", "port" = 443))]
fn labels() {}

#[instrument_stage(telemetry::stage::stt, labels = "deepgram")]
fn no_list() {}

#[instrument_stage(telemetry::stage::connect, labels(port = 443), fields(%session = session, "name", route = ))]
fn fields(session: u32) -> u32 {
    session
}

fn main() {}
