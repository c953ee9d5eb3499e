//! Keys of the `metrics` facade under a view. The recorder is global, so each test has a process of its
//! own.

use glyph_runtime::{View, metric_catalog};
use glyph_tests::{Page, children::alone, environment};

use super::{CacheMetrics, Found, view};

#[metric_catalog(namespace = "library")]
struct Namesake {
    /// Evictions of another library.
    evictions: glyph_runtime::Counter,
}

#[test]
fn keys_have_the_declared_name_or_the_exposed_one() {
    alone(|| {
        let view = view().namespace("shop").without(|metrics| metrics.disk);
        let telemetry = environment::telemetry("shop")
            .catalog(view)
            .without_listener()
            .without_log()
            .install()
            .unwrap();
        metrics::counter!("library.evictions", "found" => "hit").increment(1);
        metrics::counter!("shop_evictions_total", "found" => "hit").increment(2);
        // Recorded, and left out as the metric is.
        metrics::counter!("library_disk_waits").increment(4);
        // Another crate has this name, which no metric is exposed under.
        metrics::counter!("library_walks").increment(8);
        metrics::counter!("shop_evictions", "unknown" => "hit").increment(16);

        let catalog = CacheMetrics::global();
        assert_eq!(catalog.evictions.value(Found::Hit), 3);
        assert_eq!(catalog.disk.waits.value(), 4);
        let page = Page::of(&telemetry).unwrap();
        let hits = page.value("shop_evictions_total", &[("found", "hit")]);
        assert_eq!(hits, Some(3.0));
        assert_eq!(page.named("library_disk_waits_total").count(), 0);
        assert_eq!(page.value("library_walks_total", &[]), Some(8.0));
        let refused = [("metric", "shop_evictions")];
        assert_eq!(
            page.value("glyph_facade_refused_total", &refused),
            Some(1.0)
        );
    });
}

#[test]
fn key_belongs_to_the_metric_that_is_exposed_under_its_name() {
    alone(|| {
        let telemetry = environment::telemetry("shop")
            .catalog(View::of(Namesake::global()))
            .catalog(view().namespace("shop"))
            .without_listener()
            .without_log()
            .install()
            .unwrap();
        metrics::counter!("library_evictions").increment(1);
        assert_eq!(Namesake::global().evictions.value(), 1);
        let page = Page::of(&telemetry).unwrap();
        assert_eq!(page.value("library_evictions_total", &[]), Some(1.0));
    });
}
