use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct Login<'a> {
    #[label(max = 8)]
    #[glyph(secret)]
    pub token: &'a str,
}

fn main() {}
