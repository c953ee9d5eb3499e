use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct ToolCall {
    #[label(max = 2)]
    pub cached: bool,
}

fn main() {}
