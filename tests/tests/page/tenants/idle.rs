//! Expiry of idle tenants.

use std::time::Duration;

use glyph_runtime::{
    Counter, Exemplar, Gauge, Histogram, LabelSet, Status, metric_catalog,
    testing::{self, CaptureGuard},
};
use glyph_tests::{Page, environment};

const HOUR: Duration = Duration::from_secs(3600);

#[metric_catalog(namespace = "idle", scope(tenant_id: max 2, idle = 1h))]
struct Metrics {
    /// Requests.
    requests: Counter,
    /// Sessions.
    sessions: Gauge,
    /// Room for sessions.
    capacity: Gauge,
}

fn of(tenant_id: &'static str) -> TenantContext<&'static str> {
    TenantContext { tenant_id }
}

fn request(tenant_id: &'static str) {
    of(tenant_id).in_scope(|| Metrics::global().requests.inc());
}

fn requests() -> Vec<(String, f64)> {
    let telemetry = environment::telemetry("idle")
        .catalog(Metrics::global())
        .build();
    let page = Page::of(&telemetry.unwrap()).unwrap();
    let tenants = page
        .named("idle_requests_total")
        .filter_map(|sample| Some((sample.labels.get("tenant_id")?.clone(), sample.value)));
    tenants.collect()
}

fn seen(expected: &[(&str, f64)]) {
    let expected = expected
        .iter()
        .map(|(tenant, value)| ((*tenant).to_owned(), *value));
    assert_eq!(requests(), expected.collect::<Vec<_>>());
}

fn frozen() -> CaptureGuard {
    testing::capture().frozen()
}

#[test]
fn idle_tenant_is_removed_and_restarts_at_zero_on_return() {
    let captured = frozen();
    request("acme");
    request("acme");
    captured.clock().advance(HOUR / 2);
    request("ibex");
    seen(&[("acme", 2.0), ("ibex", 1.0)]);

    // A scrape does not count as use.
    captured.clock().advance(HOUR / 2);
    seen(&[("ibex", 1.0)]);

    // Prometheus sees a counter reset.
    request("acme");
    seen(&[("acme", 1.0), ("ibex", 1.0)]);
    assert_eq!(captured.counter(&Metrics::global().requests).value(), 2);
}

#[test]
fn tenant_returning_before_expiry_keeps_its_counts() {
    let captured = frozen();
    request("acme");
    captured.clock().advance(3 * HOUR);
    request("acme");
    seen(&[("acme", 2.0)]);
}

#[test]
fn expired_tenant_makes_room_for_the_next() {
    let captured = frozen();
    request("acme");
    captured.clock().advance(HOUR / 2);
    request("ibex");
    request("zoo");
    seen(&[("acme", 1.0), ("ibex", 1.0), ("other", 1.0)]);
    captured.clock().advance(HOUR / 2);
    request("zoo");
    seen(&[("ibex", 1.0), ("other", 1.0), ("zoo", 1.0)]);
    request("acme");
    seen(&[("ibex", 1.0), ("other", 2.0), ("zoo", 1.0)]);
}

#[test]
fn tenant_in_use_does_not_expire() {
    let captured = frozen();
    let labels = of("acme").labels();
    let mut inside = Box::pin(labels.scope(async {
        Metrics::global().requests.inc();
        std::future::pending::<()>().await;
    }));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(inside.as_mut().poll(&mut context).is_pending());
    captured.clock().advance(10 * HOUR);
    seen(&[("acme", 1.0)]);
    drop(inside);
    captured.clock().advance(HOUR / 2);
    seen(&[("acme", 1.0)]);
    captured.clock().advance(HOUR / 2);
    seen(&[]);
}

#[test]
fn nonzero_gauge_keeps_its_tenant() {
    let captured = frozen();
    let metrics = Metrics::global();
    of("acme").in_scope(|| {
        metrics.requests.inc();
        metrics.sessions.inc();
        metrics.capacity.set(100);
    });
    captured.clock().advance(10 * HOUR);
    seen(&[("acme", 1.0)]);
    of("acme").in_scope(|| {
        metrics.sessions.dec();
        assert_eq!(metrics.sessions.value(), 0.0);
    });
    captured.clock().advance(HOUR);
    seen(&[]);
}

#[metric_catalog(namespace = "patience", scope(Patient { tenant_id: max 2 }))]
struct PatientMetrics {
    /// Requests.
    requests: Counter,
}

#[test]
fn expiry_time_can_be_set_by_the_program() {
    let captured = frozen();
    let requests = captured.counter(&PatientMetrics::global().requests);
    Patient::idle_after(2 * HOUR);
    Patient { tenant_id: "acme" }.in_scope(|| PatientMetrics::global().requests.inc());
    captured.clock().advance(HOUR);
    assert_eq!(requests.value(), 1);
    Patient::idle_after(Duration::from_secs(60));
    assert_eq!(requests.value(), 0);
}

#[derive(LabelSet, Clone, Copy)]
struct Drink<'a> {
    #[label(max = 3)]
    name: &'a str,
    status: Status,
}

#[metric_catalog(namespace = "churn", scope(Guest { guest: max 4 }, idle = 1m))]
struct ChurnMetrics {
    /// Visits.
    visits: Counter,
    /// Drinks.
    drinks: Counter<Drink<'_>>,
    /// Time at the bar.
    #[metric(unit = seconds, buckets = [1m, 1h])]
    stay: Histogram,
    /// Seats.
    seats: Gauge,
}

#[test]
fn reused_cells_start_at_zero() {
    let captured = frozen();
    let metrics = ChurnMetrics::global();
    let visits = captured.counter(&metrics.visits);
    let tea = Drink {
        name: "tea",
        status: Status::Error,
    };
    for guest in 0..1000_u32 {
        Guest { guest }.in_scope(|| {
            assert_eq!((metrics.visits.value(), metrics.seats.value()), (0, 0.0));
            assert_eq!(metrics.stay.snapshot().count(), 0);
            metrics.visits.inc();
            if guest % 3 == 0 {
                let exemplar = Exemplar::new(guest.into(), 1);
                metrics.stay.observe_with_exemplar(90, exemplar);
                metrics.drinks.add(tea, u64::from(guest));
                metrics.seats.set(guest);
            }
        });
        assert_eq!(visits.with_label("guest", guest).value(), 1);
        assert_eq!(visits.with_label("guest", "other").value(), 0);
        let drinks = captured.counter(&metrics.drinks).with_label("guest", guest);
        let stays = captured.histogram_of(&metrics.stay);
        let exemplars = stays.with_label("guest", guest).exemplars();
        let ordered = guest % 3 == 0;
        assert_eq!(exemplars.len(), usize::from(ordered));
        assert_eq!(drinks.value(), if ordered { guest.into() } else { 0 });
        captured.clock().advance(Duration::from_secs(20));
    }
}
