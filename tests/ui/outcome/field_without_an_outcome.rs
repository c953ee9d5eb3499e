use glyph_runtime::Outcome;

pub struct Foreign;

#[derive(Outcome)]
pub enum Error {
    #[outcome(from)]
    Inner(Foreign),
}

fn main() {}
