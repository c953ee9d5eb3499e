use glyph_runtime::{Counter, Histogram, Label, LabelSet, Status, instrument_stage, metric_catalog};

#[derive(Label, Clone, Copy)]
#[label(outcome)]
pub enum Found {
    Ok,
    Error,
    #[label(outcome = timeout)]
    Late,
    Miss,
    Expired,
}

#[derive(LabelSet)]
pub struct Lookup {
    pub found: Found,
}

#[derive(LabelSet)]
pub struct Request {
    pub status: Status,
}

#[metric_catalog(namespace = "cache", stages = stage)]
pub struct Cache {
    /// Duration of lookups.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(lookup, requests = lookups)]
    pub lookup: Histogram<Lookup>,
    /// Lookups.
    pub lookups: Counter<Request>,
    /// Time that scans took.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(scan, requests = lookups)]
    pub scan: Histogram,
}

#[instrument_stage(stage::lookup, none = "mis")]
fn misspelt() -> Option<u8> {
    None
}

#[instrument_stage(stage::lookup, none = "late")]
async fn of_an_outcome() -> Option<u8> {
    None
}

#[instrument_stage(stage::scan, none = "miss")]
fn unknown_here() -> Option<u8> {
    None
}

#[instrument_stage(stage::lookup, none = "miss")]
fn no_option() -> Result<u8, ()> {
    Err(())
}

fn main() {}
