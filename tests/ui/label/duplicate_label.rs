use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct Request {
    pub kind: bool,
    #[label(name = "kind")]
    pub sort: bool,
}

fn main() {}
