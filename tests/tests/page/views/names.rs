//! Other namespaces, and metrics that are left out.

use glyph_runtime::{
    View, catalog::Registry, expose::Format, metric_catalog, telemetry::BuildError, testing,
};
use glyph_tests::{Page, children::alone, environment};

use super::{CacheMetrics, DiskMetrics, Found, page, telemetry, view};

#[test]
fn namespace_is_replaced_with_those_below_it() {
    let _captured = testing::capture();
    CacheMetrics::global().evictions.inc(Found::Hit);
    CacheMetrics::global().disk.read.add(7_u64);
    let telemetry = telemetry(view().namespace("shop.cache"));
    for format in [Format::Text, Format::OpenMetrics] {
        let exposition = telemetry.render(format);
        for line in [
            "# TYPE shop_cache_load_duration_seconds histogram",
            "shop_cache_evictions_total{found=\"hit\"} 1",
            "shop_cache_disk_read_bytes_total 7",
        ] {
            assert!(
                exposition.lines().any(|written| written == line),
                "{line}:\n{exposition}"
            );
        }
        assert!(!exposition.contains("library"), "{exposition}");
    }
}

#[test]
fn nested_catalog_has_a_namespace_apart() {
    let _captured = testing::capture();
    let page = page(view().nested_namespace(|metrics| metrics.disk, "disk"));
    assert_eq!(page.value("disk_waits_total", &[]), Some(0.0));
    assert_eq!(page.value("library_disk_waits_total", &[]), None);
    assert_eq!(
        page.value("library_evictions_total", &[("found", "hit")]),
        Some(0.0)
    );
}

#[test]
fn catalog_can_have_no_namespace() {
    let _captured = testing::capture();
    let page = page(view().namespace(""));
    assert_eq!(
        page.value("evictions_total", &[("found", "hit")]),
        Some(0.0)
    );
    assert_eq!(page.value("disk_waits_total", &[]), Some(0.0));
}

#[test]
fn metrics_and_nested_catalogs_are_left_out() {
    let _captured = testing::capture();
    let metrics = CacheMetrics::global();
    metrics.evictions.inc(Found::Hit);
    let view = view()
        .without(|metrics| &metrics.evictions)
        .without(|metrics| metrics.disk);
    let telemetry = telemetry(view);
    for format in [Format::Text, Format::OpenMetrics] {
        let exposition = telemetry.render(format);
        assert!(!exposition.contains("evictions"), "{exposition}");
        assert!(!exposition.contains("disk"), "{exposition}");
        assert!(
            exposition.contains("# HELP library_lookups"),
            "{exposition}"
        );
    }
    // The library, and its tests, see what it declares.
    assert_eq!(metrics.evictions.value(Found::Hit), 1);
}

#[test]
fn counts_from_before_the_installation_are_exposed() {
    alone(|| {
        CacheMetrics::global().disk.waits.inc();
        let view = view()
            .namespace("shop")
            .without(|metrics| &metrics.evictions)
            .without_label(|metrics| &metrics.lookups, |labels| labels.table);
        let telemetry = environment::telemetry("shop")
            .catalog(view)
            .without_listener()
            .without_log()
            .install()
            .unwrap();
        CacheMetrics::global().disk.waits.inc();
        CacheMetrics::global().evictions.inc(Found::Hit);
        let page = Page::of(&telemetry).unwrap();
        assert_eq!(page.value("shop_disk_waits_total", &[]), Some(2.0));
        // A catalog with metrics that are left out is exposed all the same.
        assert_eq!(page.named("glyph_catalog_unregistered").count(), 0);
    });
}

#[metric_catalog(namespace = "library")]
struct Namesake {
    /// Lookups of another library.
    #[expect(dead_code, reason = "only its name matters")]
    lookups: glyph_runtime::Counter,
}

#[test]
fn clashes_are_judged_as_metrics_are_exposed() {
    let build = |first: View<CacheMetrics>, second: View<Namesake>| {
        let telemetry = environment::telemetry("shop")
            .catalog(first)
            .catalog(second);
        telemetry.build().map(drop)
    };
    let namesake = || View::of(Namesake::global());
    let Err(BuildError::Catalog(clash)) = build(view(), namesake()) else {
        unreachable!("both expose library_lookups")
    };
    assert_eq!(clash.name, "library_lookups");
    let advice = "that of another crate with `View::of(..).namespace(\"..\")`";
    assert!(clash.to_string().contains(advice), "{clash}");

    build(view(), namesake().namespace("other")).unwrap();
    build(view().without(|metrics| &metrics.lookups), namesake()).unwrap();
    let moved = build(view().namespace("shop"), namesake().namespace("shop"));
    let Err(BuildError::Catalog(clash)) = moved else {
        unreachable!("both expose shop_lookups")
    };
    assert_eq!(clash.name, "shop_lookups");
}

#[test]
fn equal_views_of_a_catalog_are_one() {
    let moved = || view().namespace("shop");
    Registry::of_views([moved().into(), moved().into()]).unwrap();
    let disk = View::of(DiskMetrics::global());
    let error = Registry::of_views([moved().into(), disk.clone().into()]).unwrap_err();
    let expected = "invalid view of catalog `DiskMetrics`: `library_disk_read_bytes` is exposed twice, and not in \
                    the same way: pass its catalog once, with the view, and nest it in no other catalog that is \
                    passed";
    assert_eq!(error.to_string(), expected);
    // As it is declared, a catalog may be passed and nested.
    Registry::of_views([view().into(), disk.into()]).unwrap();
}
