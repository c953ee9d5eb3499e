mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::Provider;

#[instrument_stage(
    telemetry::stage::stt,
    labels(provider, kind = "stt"),
    fields(session, %session, provider = ?provider, error.type = "mine", otel.status_code = "OK")
)]
fn transcribe(provider: Provider, session: u32) {
    let _ = (provider, session);
}

fn main() {}
