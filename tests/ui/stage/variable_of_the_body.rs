mod cache;

use glyph_runtime::instrument_stage;
use cache::{Store, stage};

#[instrument_stage(stage::lookup, labels(store))]
fn find(key: &str) -> usize {
    let store = if key.is_empty() { Store::Disk } else { Store::Redis };
    store as usize
}

#[instrument_stage(stage::lookup, labels(store = "disk", cache = |_| if hit { Cache::Hit } else { Cache::Miss }))]
fn find_again(key: &str) -> usize {
    let hit = key.is_empty();
    usize::from(hit)
}

#[instrument_stage(stage::connect, labels(is_new = ports[0] == 443), fields(count = ports.len()))]
fn connect(host: &str) -> usize {
    let ports = [443_u16, 80];
    host.len() + ports.len()
}

fn main() {}
