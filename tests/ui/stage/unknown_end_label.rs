mod cache;

use glyph_runtime::instrument_stage;
use cache::{Cache, Store, stage};

#[instrument_stage(stage::lookup, labels(store = "disk", cahce = |_| Cache::Hit))]
fn find(key: &str) -> usize {
    key.len()
}

fn main() {
    let mut running = stage::lookup { store: Store::Disk }.start();
    running.set_cahce(Cache::Hit);
    running.finish();
}
