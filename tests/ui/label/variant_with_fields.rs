use glyph_runtime::Label;

#[derive(Label)]
pub enum Kind {
    Llm,
    Other(String),
}

fn main() {}
