//! What failed in a run, by its metrics.

use std::collections::BTreeMap;

use glyph_examples::Run;

/// Families that count failures, or have a label that tells them.
const FAMILIES: [&str; 7] = [
    "glyph_rpc_duration_seconds_count",
    "glyph_http_requests_total",
    "glyph_http_throttle_total",
    "glyph_netgate_refused_total",
    "glyph_plugin_events_dropped_total",
    "glyph_plugin_failures_total",
    "glyph_plugin_restarts_total",
];

/// Returns each series of a failure that is not 0, without the namespace, and its value.
pub(crate) fn of(run: &Run) -> BTreeMap<String, u64> {
    let lines = run.page.lines();
    let samples = lines.filter_map(|line| {
        let sample = line.split(" # ").next()?;
        let (series, value) = sample.rsplit_once(' ')?;
        let name = series.split('{').next()?;
        let went_well = series.contains(r#"status="ok""#) || series.contains(r#"class="2xx""#);
        let counted = FAMILIES.contains(&name) && !went_well;
        let value = value.split('.').next()?.parse().ok()?;
        let series = series.strip_prefix("glyph_")?.replace('"', "");
        (counted && value > 0).then_some((series, value))
    });
    samples.collect()
}
