mod library;

use glyph_core::View;
use library::CacheMetrics;

fn main() {
    let _view = View::of(CacheMetrics::global()).without(|metrics| &metrics);
}
