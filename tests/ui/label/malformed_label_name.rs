use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct Request {
    #[label(name = "content-type")]
    pub content_type: bool,
}

fn main() {}
