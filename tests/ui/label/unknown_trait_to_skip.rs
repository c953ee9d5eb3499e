use glyph_runtime::Label;

#[derive(Label)]
#[label(skip(Dispaly))]
pub enum Provider {
    Deepgram,
}

fn main() {}
