//! A library on glyph-core in a program on glyph-runtime.

use std::{error::Error, num::ParseIntError};

use glyph_example_library::{Cache, CacheMetrics};
use glyph_runtime::expose::Format;
use glyph_tests::environment::telemetry;

#[test]
fn program_exposes_the_metrics_of_a_library() -> Result<(), Box<dyn Error>> {
    let telemetry = telemetry("cached")
        .catalog(CacheMetrics::global())
        .build()?;
    let cache = Cache::default();
    for key in ["7", "7", "seven"] {
        let parsed: Result<u32, ParseIntError> = cache.get_or_load(key, str::parse);
        assert_eq!(parsed.is_ok(), key == "7");
    }
    let exposition = telemetry.render(Format::Text);
    for sample in [
        "cache_lookups_total{result=\"hit\"} 1",
        "cache_lookups_total{result=\"miss\"} 2",
        "cache_load_errors_total 1",
        "cache_load_duration_seconds_count 2",
    ] {
        assert!(exposition.contains(sample), "{sample} in {exposition}");
    }
    Ok(())
}
