use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct Login<'a> {
    #[label(max = 8)]
    #[glyph(secret)]
    pub pin: &'a str,
}

fn main() {}
