use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct ToolCall<'a> {
    #[label(max = 0)]
    pub tool: &'a str,
}

fn main() {}
