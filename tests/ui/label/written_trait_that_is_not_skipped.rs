use std::fmt;

use glyph_runtime::Label;

#[derive(Label)]
pub enum Provider {
    Deepgram,
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Deepgram")
    }
}

fn main() {}
