use glyph_runtime::Label;

#[derive(Label)]
pub enum Kind {
    OpenAi,
    #[label(name = "open_ai")]
    Azure,
}

fn main() {}
