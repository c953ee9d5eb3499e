use glyph_runtime::Outcome;

#[derive(Outcome)]
pub enum Mistaken {
    #[outcome(timout)]
    Late,
    #[outcome(panicked)]
    Broken,
    #[outcome(timeout, cancelled)]
    Both,
    #[outcome(from)]
    Nothing,
    #[outcome(from)]
    Two(u8, u8),
}

#[derive(Outcome)]
pub union Neither {
    a: u8,
}

fn main() {}
