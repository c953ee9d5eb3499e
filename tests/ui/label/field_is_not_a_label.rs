use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct Request {
    pub size: f64,
}

fn main() {}
