mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

#[instrument_stage(stage::stt, labels(provider = "in async", kind = "stt"))]
async fn asynchronous() {}

#[instrument_stage(stage::stt, labels(provider = "in generic", kind = "stt"))]
fn generic<T>(_: T) {}

struct Client<T>(T);

impl<T: Clone> Client<T> {
    #[instrument_stage(stage::stt, labels(provider = "in method", kind = "stt"))]
    fn method(&self) -> T {
        self.0.clone()
    }
}

trait Transcribe {
    #[instrument_stage(stage::stt, labels(provider = "in trait", kind = "stt"))]
    fn transcribe(&self) {}
}

#[instrument_stage(stage::stt, labels(provider = "in never", kind = "stt"))]
fn never() -> ! {
    loop {}
}

fn main() {}
