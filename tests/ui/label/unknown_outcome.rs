use glyph_runtime::Label;

#[derive(Label)]
#[label(outcome)]
pub enum Status {
    Ok,
    #[label(outcome = eror)]
    Failed,
    Error,
}

#[derive(Label)]
pub enum Plain {
    #[label(outcome = ok)]
    Fine,
}

fn main() {}
