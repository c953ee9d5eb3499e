mod cache;

use glyph_runtime::instrument_stage;
use cache::{Cache, Store, stage};

#[instrument_stage(stage::lookup, labels(store = "disk", cache = |found| found.is_some()))]
fn find(key: &str) -> Option<usize> {
    key.parse().ok()
}

#[instrument_stage(stage::lookup, labels(store = "disk", cache = |_| "hit"))]
async fn find_later(key: &str) -> Option<usize> {
    key.parse().ok()
}

#[instrument_stage(stage::lookup, labels(store = "disk", cache = |_| Cache::Hitt))]
fn find_again(key: &str) -> Option<usize> {
    key.parse().ok()
}

fn main() {
    let mut running = stage::lookup { store: Store::Disk }.start();
    running.set_cache(true);
    running.finish();
}
