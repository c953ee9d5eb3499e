use glyph_runtime::instrument_stages;

pub struct Transcriber;

#[instrument_stages]
impl Transcriber {
    #[cfg_attr(unix, cfg_attr(test, stage(stage::stt)))]
    pub fn transcribe(&self) {}
}

fn main() {}
