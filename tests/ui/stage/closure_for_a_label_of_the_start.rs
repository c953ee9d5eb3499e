mod cache;

use glyph_runtime::instrument_stage;
use cache::{Cache, Store, stage};

#[instrument_stage(stage::lookup, labels(store = |_| Store::Disk, cache = |_| Cache::Hit))]
fn find(key: &str) -> usize {
    key.len()
}

#[instrument_stage(stage::connect, labels(is_new = |_| true))]
fn connect(host: &str) -> usize {
    host.len()
}

fn main() {}
