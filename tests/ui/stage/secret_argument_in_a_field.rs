mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(
    stage::connect,
    labels(port = 443),
    fields(token = %token, url = format!("{host}?{token}"), length = key.len(), host, user.token),
)]
fn connect(host: &str, #[glyph(secret)] token: &str, #[glyph(secret)] (key, _): (&str, u8), user: &User) {}

pub struct User {
    token: u8,
}

fn main() {}
