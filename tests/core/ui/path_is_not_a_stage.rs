use glyph_core::instrument_stage;

struct Transcribe;

#[instrument_stage(Transcribe)]
fn transcribe() {}

fn main() {}
