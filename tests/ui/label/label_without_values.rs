use glyph_runtime::Label;

#[derive(Label)]
pub enum Kind {}

#[derive(Label)]
pub struct Name(String);

fn main() {}
