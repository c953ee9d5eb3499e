mod cache;

use std::pin::Pin;

use futures_util::Stream;
use glyph_runtime::instrument_stage;
use cache::stage;

#[instrument_stage(stage::lookup, stream, labels(store = "disk", cache = |_| Cache::Hit))]
fn items() -> Pin<Box<dyn Stream<Item = u8>>> {
    loop {}
}

#[instrument_stage(stage::lookup, stream, labels(store = "disk", cache = |_| Cache::Hit))]
async fn items_later() -> Pin<Box<dyn Stream<Item = u8>>> {
    loop {}
}

#[instrument_stage(stage::lookup, labels(store = "disk", cache = |_| Cache::Hit))]
fn forever() -> ! {
    loop {}
}

fn main() {}
