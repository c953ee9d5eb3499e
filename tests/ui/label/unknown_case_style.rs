use glyph_runtime::Label;

#[derive(Label)]
#[label(rename_all = "snakecase")]
pub enum Kind {
    Llm,
}

fn main() {}
