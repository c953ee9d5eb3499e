//! More tenants than the limit permits.

use glyph_runtime::{Counter, Status, metric_catalog, testing};
use glyph_tests::{Page, environment};

use crate::tenants::{
    catalog::{Ended, StormMetrics, Tenant},
    page,
};

fn of_tenants<'page>(page: &'page Page, name: &'page str) -> usize {
    let samples = page.named(name);
    samples
        .filter(|sample| sample.labels.contains_key("tenant_id"))
        .count()
}

#[test]
fn tenants_beyond_the_limit_share_one_overflow_series() {
    let _captured = testing::capture();
    let metrics = StormMetrics::global();
    for round in 1..=3_u32 {
        for tenant in 0..5000 {
            let tenant_id = format!("tenant-{tenant}");
            Tenant { tenant_id }.in_scope(|| {
                metrics.requests.inc();
                metrics.ended.inc(Ended { status: Status::Ok });
            });
        }
        let page = page();
        assert_eq!(of_tenants(&page, "storm_requests_total"), 1001);
        // Each tenant has both values of the closed label.
        assert_eq!(of_tenants(&page, "storm_ended_total"), 2 * 1001);
        let value = |tenant: &str| page.value("storm_requests_total", &[("tenant_id", tenant)]);
        for tenant in 0..1000 {
            assert_eq!(value(&format!("tenant-{tenant}")), Some(round.into()));
        }
        assert_eq!(value("other"), Some(f64::from(4000 * round)));
        assert_eq!(value("tenant-1000"), None);
        let overflow = [("metric", "storm_requests"), ("label", "tenant_id")];
        let overflow = page.value("glyph_label_overflow_total", &overflow);
        assert_eq!(overflow, Some(f64::from(4000 * round)));
    }
}

#[metric_catalog(namespace = "matrix", scope(Cell { tenant_id: max 3, campaign_id: max 2 }))]
struct MatrixMetrics {
    /// Visits.
    visits: Counter,
}

#[metric_catalog(namespace = "few", scope(Few { tenant_id: max 100, campaign_id: max 100 }, max_scopes = 5))]
struct FewMetrics {
    /// Visits.
    visits: Counter,
}

fn visits(catalog: &'static (impl glyph_runtime::Catalog + Sync), name: &str) -> Vec<String> {
    let telemetry = environment::telemetry("matrix").catalog(catalog).build();
    let page = Page::of(&telemetry.unwrap()).unwrap();
    let samples = page.named(name).filter(|sample| !sample.labels.is_empty());
    let text = |sample: &glyph_tests::Sample| {
        let label = |name| sample.labels.get(name).map_or("-", String::as_str);
        format!(
            "{} {} {}",
            label("tenant_id"),
            label("campaign_id"),
            sample.value
        )
    };
    samples.map(text).collect()
}

#[test]
fn each_scope_label_has_its_own_limit() {
    let _captured = testing::capture();
    for tenant_id in ["a", "b", "c", "d", "e"] {
        for campaign_id in ["x", "y", "z"] {
            Cell {
                tenant_id,
                campaign_id,
            }
            .in_scope(|| MatrixMetrics::global().visits.inc());
        }
    }
    let expected = [
        "a other 1",
        "a x 1",
        "a y 1",
        "b other 1",
        "b x 1",
        "b y 1",
        "c other 1",
        "c x 1",
        "c y 1",
        "other other 2",
        "other x 2",
        "other y 2",
    ];
    assert_eq!(
        visits(MatrixMetrics::global(), "matrix_visits_total"),
        expected
    );
}

#[test]
fn scope_combinations_have_their_own_limit() {
    let _captured = testing::capture();
    for tenant_id in ["a", "b"] {
        for campaign_id in 0..4 {
            Few {
                tenant_id,
                campaign_id,
            }
            .in_scope(|| FewMetrics::global().visits.inc());
        }
    }
    // The first five keep their own series; later ones share one.
    let expected = ["a 0 1", "a 1 1", "a 2 1", "a 3 1", "b 0 1", "other other 3"];
    assert_eq!(visits(FewMetrics::global(), "few_visits_total"), expected);
}
