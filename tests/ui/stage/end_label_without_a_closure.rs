mod cache;

use glyph_runtime::instrument_stage;
use cache::{Cache, stage};

#[instrument_stage(stage::lookup, labels(store = "disk", cache = "hit"))]
fn find(key: &str) -> usize {
    key.len()
}

#[instrument_stage(stage::lookup, labels(store = "disk", cache = Cache::Hit))]
fn find_again(key: &str) -> usize {
    key.len()
}

fn main() {}
