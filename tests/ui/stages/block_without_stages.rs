use glyph_runtime::instrument_stages;

struct Connector;

#[instrument_stages]
impl Connector {
    fn connect(&self) {}
}

fn main() {
    Connector.connect();
}
