use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct Request {
    pub le: bool,
    #[label(name = "quantile")]
    pub share: bool,
    #[label(name = "__name")]
    pub name: bool,
    pub instance: bool,
}

fn main() {}
