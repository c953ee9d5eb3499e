mod telemetry;

use glyph_runtime::instrument_stages;
use telemetry::stage;

struct Transcriber;

#[instrument_stages]
impl Transcriber {
    #[stage(stage::stt, labels(provider = "deepgran", kind = "stt"))]
    fn wrong_literal(&self) {}

    #[stage]
    fn without_arguments(&self) {}

    #[stage(stage::stt, labels(provider = "deepgram"))]
    fn missing_label(&self) {}

    #[stage(stage::stt, labls(provider = "deepgram", kind = "stt"))]
    async fn unknown_key(&self) {}

    #[stage(stage::connect, labels(port = 443))]
    const PORT: u16 = 443;

    #[stage(stage::connect, labels(port = 443))]
    #[stage(stage::connect, labels(port = 444))]
    fn given_twice(&self) -> u16 {
        Self::PORT
    }
}

trait Connect {
    fn connect(&self);
}

#[instrument_stages]
trait Reconnect: Connect {
    #[stage(stage::connect, labels(port = 443))]
    fn reconnect(&self);
}

fn main() {
    Transcriber.given_twice();
}
