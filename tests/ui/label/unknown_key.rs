use glyph_runtime::{Label, LabelSet};

#[derive(Label)]
#[label(rename_al = "kebab-case")]
pub enum Kind {
    #[label(named = "large-language-model")]
    Llm,
    #[label(name = "a", name = "b")]
    Stt,
}

#[derive(LabelSet)]
pub struct Request<'a> {
    #[label(maxx = 3)]
    pub tool: &'a str,
}

fn main() {}
