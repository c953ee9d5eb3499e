//! Errors of views, when the telemetry is built.

use std::time::Duration;

use glyph_runtime::{View, catalog::ViewProblem, telemetry::BuildError};
use glyph_tests::environment;

use super::{CacheMetrics, DiskMetrics, view};

fn error(view: View<CacheMetrics>) -> String {
    match environment::telemetry("shop").catalog(view).build() {
        Err(BuildError::View(error)) => error.to_string(),
        other => unreachable!("the view fits: {other:?}"),
    }
}

#[test]
fn bucket_that_is_not_declared_is_named_with_the_declared_ones() {
    let seconds = [Duration::from_millis(10), Duration::from_millis(250)];
    let expected = "invalid view of catalog `CacheMetrics`: `0.25` is not a bucket bound of \
                    `library_load_duration_seconds`: choose from `0.001`, `0.01`, `0.1`, `1.0`";
    assert_eq!(
        error(view().buckets(|metrics| &metrics.load, seconds)),
        expected
    );
    let none = view().buckets(|metrics| &metrics.load, [0.0; 0]);
    let expected = "invalid view of catalog `CacheMetrics`: `library_load_duration_seconds` needs a bucket bound: \
                    choose from `0.001`, `0.01`, `0.1`, `1.0`";
    assert_eq!(error(none), expected);
}

#[test]
fn namespaces_follow_the_rules_of_declarations() {
    let expected = "invalid view of catalog `CacheMetrics`: `Shop-Cache` is not a namespace: use lowercase letters \
                    and digits, a letter first, and one `_` or `.` between words";
    assert_eq!(error(view().namespace("Shop-Cache")), expected);
    let reserved = error(view().namespace("glyph.log"));
    let expected =
        "`glyph_log_lookups` is reserved for glyph's own metrics: choose another namespace";
    assert!(reserved.contains(expected), "{reserved}");
}

#[test]
fn field_of_another_catalog_is_named() {
    let foreign = View::of(DiskMetrics::global()).without(|_| &CacheMetrics::global().evictions);
    let Err(BuildError::View(error)) = environment::telemetry("shop").catalog(foreign).build()
    else {
        unreachable!("the metric is of another catalog")
    };
    let expected = "invalid view of catalog `DiskMetrics`: `library_evictions` is not in the catalog: return a field \
                    of the closure's argument; the catalog has `library_disk_read_bytes`, `library_disk_waits`";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.catalog(), "DiskMetrics");
}

#[test]
fn all_problems_of_a_view_are_in_one_error() {
    let wrong = view()
        .namespace("2shop")
        .buckets(|metrics| &metrics.load, [0.1, 0.2, 0.3]);
    let Err(BuildError::View(error)) = environment::telemetry("shop").catalog(wrong).build() else {
        unreachable!("the view has three errors")
    };
    let kinds = error.problems().iter().map(|problem| match problem {
        ViewProblem::Namespace { .. } => "namespace",
        ViewProblem::Bucket { .. } => "bucket",
        _ => "other",
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["namespace", "bucket", "bucket"]);
}
