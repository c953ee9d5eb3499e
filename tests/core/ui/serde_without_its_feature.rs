use glyph_core::Label;

#[derive(Label)]
#[label(serde)]
pub enum Provider {
    Deepgram,
}

fn main() {}
