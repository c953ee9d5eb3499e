//! Labels and buckets that are left out.

use glyph_runtime::{Exemplar, catalog::IntoView, expose::Format, metric::GaugeMerge, testing};
use glyph_tests::Page;
use proptest::prelude::*;

use super::{
    CacheMetrics, Found, Lookup,
    library::{Caller, Shard},
    page, telemetry, view,
};

fn lookup(found: Found, table: &str) -> Lookup<'_> {
    Lookup { found, table }
}

#[test]
fn series_are_added_up_without_a_label() {
    let _captured = testing::capture();
    let metrics = CacheMetrics::global();
    for (found, table, count) in [
        (Found::Hit, "users", 1_u64),
        (Found::Miss, "users", 2),
        (Found::Hit, "orders", 4),
    ] {
        metrics.lookups.add(lookup(found, table), count);
    }
    let lookups = "library_lookups_total";
    let open = page(view().without_label(|metrics| &metrics.lookups, |labels| labels.table));
    assert_eq!(open.value(lookups, &[("found", "hit")]), Some(5.0));
    assert_eq!(open.value(lookups, &[("found", "miss")]), Some(2.0));
    assert_eq!(open.named(lookups).count(), 2);

    let closed = page(view().without_label(|metrics| &metrics.lookups, |labels| labels.found));
    assert_eq!(closed.value(lookups, &[("table", "users")]), Some(3.0));
    assert_eq!(closed.value(lookups, &[("table", "orders")]), Some(4.0));
    assert_eq!(closed.named(lookups).count(), 2);

    let neither = view()
        .without_label(|metrics| &metrics.lookups, |labels| labels.found)
        .without_label(|metrics| &metrics.lookups, |labels| labels.table);
    assert_eq!(page(neither).value(lookups, &[]), Some(7.0));
}

#[test]
fn only_label_of_a_metric_is_left_out() {
    let _captured = testing::capture();
    let metrics = CacheMetrics::global();
    metrics.evictions.inc(Found::Hit);
    metrics.evictions.inc(Found::Miss);
    let page = page(view().without_label(|metrics| &metrics.evictions, |label| label));
    assert_eq!(page.value("library_evictions_total", &[]), Some(2.0));
    assert_eq!(page.named("library_evictions_total").count(), 1);
}

#[test]
fn labels_of_the_scope_stay() {
    let _captured = testing::capture();
    let count = |caller: &str, table: &str| {
        Caller { caller }.in_scope(|| {
            CacheMetrics::global()
                .lookups
                .inc(lookup(Found::Hit, table));
        });
    };
    count("web", "users");
    count("web", "orders");
    count("jobs", "users");
    CacheMetrics::global()
        .lookups
        .inc(lookup(Found::Hit, "users"));
    let page = page(view().without_label(|metrics| &metrics.lookups, |labels| labels.table));
    let hits = |caller: Option<&str>| {
        let scope = caller.map(|caller| ("caller", caller));
        let labels: Vec<_> = [("found", "hit")].into_iter().chain(scope).collect();
        page.value("library_lookups_total", &labels)
    };
    assert_eq!(hits(Some("web")), Some(2.0));
    assert_eq!(hits(Some("jobs")), Some(1.0));
    assert_eq!(hits(None), Some(1.0));
}

#[test]
fn gauges_are_merged_as_the_view_says() {
    let _captured = testing::capture();
    for (shard, age) in [("a", 1.0), ("b", 6.0), ("c", 2.0)] {
        CacheMetrics::global().oldest.set(Shard { shard }, age);
    }
    for (merge, expected) in [
        (GaugeMerge::Sum, 9.0),
        (GaugeMerge::Max, 6.0),
        (GaugeMerge::Min, 1.0),
        (GaugeMerge::Average, 3.0),
    ] {
        let view =
            view().without_gauge_label(|metrics| &metrics.oldest, |labels| labels.shard, merge);
        let page = page(view);
        assert_eq!(
            page.value("library_oldest_age_seconds", &[]),
            Some(expected),
            "{merge:?}"
        );
    }
}

#[test]
fn buckets_are_joined() {
    let _captured = testing::capture();
    for seconds in [0.0005, 0.005, 0.05, 0.5, 5.0] {
        CacheMetrics::global()
            .load
            .observe(lookup(Found::Miss, "users"), seconds);
    }
    let page = page(view().buckets(|metrics| &metrics.load, [1.0, 0.01]));
    let load = "library_load_duration_seconds";
    let labels = [("found", "miss"), ("table", "users")];
    let below = |le| {
        let labels: Vec<_> = labels.into_iter().chain([("le", le)]).collect();
        page.value(&format!("{load}_bucket"), &labels)
    };
    assert_eq!(below("0.01"), Some(2.0));
    assert_eq!(below("1.0"), Some(4.0));
    assert_eq!(below("+Inf"), Some(5.0));
    assert_eq!((below("0.001"), below("0.1")), (None, None));
    assert_eq!(page.value(&format!("{load}_count"), &labels), Some(5.0));
    assert_eq!(page.value(&format!("{load}_sum"), &labels), Some(5.5555));
}

#[test]
fn exemplars_of_joined_series_and_buckets_are_the_latest() {
    let _captured = testing::capture();
    let load = &CacheMetrics::global().load;
    let observe = |table: &str, seconds: f64, span: u64| {
        let labels = lookup(Found::Miss, table);
        load.observe_with_exemplar(labels, seconds, Exemplar::new(0xab, span));
    };
    let view = view()
        .without_label(|metrics| &metrics.load, |labels| labels.table)
        .without_label(|metrics| &metrics.load, |labels| labels.found)
        .buckets(|metrics| &metrics.load, [0.1]);
    let telemetry = telemetry(view);
    let spans = || {
        let exposition = telemetry.render(Format::OpenMetrics);
        let buckets = exposition
            .lines()
            .filter(|line| line.starts_with("library_load_duration_seconds_bucket"));
        let spans = buckets.map(|line| {
            let (_, rest) = line.split_once("span_id=\"")?;
            rest.split_once('"').map(|(span, _)| span.to_owned())
        });
        spans.collect::<Vec<_>>()
    };
    assert_eq!(spans(), []);
    let span = |span: u64| Some(format!("{span:016x}"));
    // Of the buckets to 10 ms and to 100 ms, and of two tables.
    for (table, seconds, now) in [
        ("users", 0.05, 1),
        ("orders", 0.005, 2),
        ("users", 0.002, 3),
    ] {
        observe(table, seconds, now);
        assert_eq!(spans(), [span(now), None]);
    }
    observe("orders", 2.0, 4);
    assert_eq!(spans(), [span(3), span(4)]);
}

#[test]
fn limits_are_reported_under_the_exposed_names() {
    let _captured = testing::capture();
    let metrics = CacheMetrics::global();
    for table in ["a", "b", "c", "d"] {
        metrics.lookups.inc(lookup(Found::Hit, table));
        metrics.load.observe(lookup(Found::Hit, table), f64::NAN);
        metrics.load.observe(lookup(Found::Hit, table), 1.0);
    }
    let view = view()
        .namespace("shop")
        .without_label(|metrics| &metrics.lookups, |labels| labels.table);
    let page = page(view);
    let overflow = |metric| {
        let labels = [("metric", metric), ("label", "table")];
        page.value("glyph_label_overflow_total", &labels)
    };
    assert_eq!(overflow("shop_load_duration_seconds"), Some(2.0));
    // Nobody sees the values of this label.
    assert_eq!(overflow("shop_lookups"), None);
    let refused = [("metric", "shop_load_duration_seconds")];
    assert_eq!(
        page.value("glyph_observations_refused_total", &refused),
        Some(4.0)
    );
}

/// Returns the sum of all samples with a name.
fn total(page: &Page, name: &str) -> f64 {
    page.named(name).map(|sample| sample.value).sum()
}

/// Returns the sums of the samples of all metrics that views change here.
fn totals(view: impl IntoView) -> Vec<f64> {
    let page = page(view);
    let load = |suffix| total(&page, &format!("library_load_duration_seconds_{suffix}"));
    let lookups = total(&page, "library_lookups_total");
    // Sums of binary fractions are exact.
    vec![lookups, load("count"), load("sum")]
}

const TABLES: &[&str] = &["users", "orders", "carts", "stock", "prices"];
const CALLERS: &[&str] = &["web", "jobs", "cli", "test"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn totals_stay_whatever_is_left_out(
        calls in prop::collection::vec((any::<bool>(), prop::sample::select(TABLES), prop::sample::select(CALLERS), 0..400_u32, any::<bool>()), 0..40),
        without in any::<[bool; 4]>(),
        bounds in prop::sample::subsequence(vec![0.001, 0.01, 0.1, 1.0], 1..=4),
    ) {
        let _captured = testing::capture();
        let metrics = CacheMetrics::global();
        for (is_hit, table, caller, eighths, is_scoped) in calls {
            let found = if is_hit { Found::Hit } else { Found::Miss };
            let record = || {
                metrics.lookups.add(lookup(found, table), u64::from(eighths));
                metrics.load.observe(lookup(found, table), f64::from(eighths) / 8.0);
            };
            if is_scoped {
                Caller { caller }.in_scope(record);
            } else {
                record();
            }
        }
        let mut changed = view().buckets(|metrics| &metrics.load, bounds);
        let [lookup_table, lookup_found, load_table, load_found] = without;
        if lookup_table {
            changed = changed.without_label(|metrics| &metrics.lookups, |labels| labels.table);
        }
        if lookup_found {
            changed = changed.without_label(|metrics| &metrics.lookups, |labels| labels.found);
        }
        if load_table {
            changed = changed.without_label(|metrics| &metrics.load, |labels| labels.table);
        }
        if load_found {
            changed = changed.without_label(|metrics| &metrics.load, |labels| labels.found);
        }
        prop_assert_eq!(totals(changed), totals(view()));
    }
}
