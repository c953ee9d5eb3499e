use glyph_runtime::LabelSet;

#[derive(LabelSet)]
pub struct ToolCall<'a> {
    pub tool: &'a str,
    pub port: u16,
}

fn main() {}
