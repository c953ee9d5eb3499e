use glyph_runtime::Label;

#[derive(Label)]
pub enum Kind {
    #[label(name = "")]
    None,
    #[label(name = "new\nline")]
    Line,
}

fn main() {}
