use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct Request(bool);

#[derive(LabelSet)]
pub struct Empty {}

#[derive(LabelSet)]
pub struct Generic<T> {
    pub kind: T,
}

fn main() {}
