use glyph_runtime::Label;

#[derive(Label)]
#[label(outcome)]
pub enum Status {
    Ok,
    Failed,
}

fn main() {}
