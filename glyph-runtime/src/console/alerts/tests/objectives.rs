//! Budgets of objectives that are spent too fast.

use std::time::Duration;

use serde_json::json;

use super::Clock;
use crate::{CallStatus, Counter, Histogram, LabelSet, metric_catalog};

#[derive(LabelSet)]
#[label(crate = crate)]
struct Call {
    status: CallStatus,
}

#[metric_catalog(namespace = "budget_latency", crate = crate)]
struct Latency {
    /// Time of a call.
    #[metric(unit = seconds, buckets = [100ms, 1s, 10s])]
    #[objective(latency = 1s, target = 95%, name = Fast, fast(5m/1h > 14.4), slow(30m/6h > 6))]
    duration: Histogram,
}

#[metric_catalog(namespace = "budget_estimate", crate = crate)]
struct Estimated {
    /// Time of a call.
    #[metric(unit = seconds, buckets = [1s, 5s, 10s])]
    #[objective(latency = 4s, interpolated, target = 95%, name = Quick, fast(5m/1h > 4), slow())]
    #[objective(latency = 4s, interpolated, target = 95%, name = Slack, fast(5m/1h > 7), slow())]
    duration: Histogram,
}

#[metric_catalog(namespace = "budget_outcome", crate = crate)]
struct Answered {
    /// Calls.
    #[objective(availability = 99%, name = Available, fast(5m/1h > 14.4), min_requests = 100)]
    calls: Counter<Call>,
}

#[metric_catalog(namespace = "budget_errors", crate = crate)]
struct Counted {
    /// Calls.
    #[objective(availability = 90%, name = Served, errors = errors, fast(5m/1h > 5))]
    calls: Counter,
    /// Errors.
    errors: Counter,
}

#[test]
fn slow_calls_spend_the_budget_of_latency() {
    let duration = &Latency::global().duration;
    let call = |seconds| duration.observe(Duration::from_secs(seconds));
    let mut clock = Clock::start(Latency::global());
    assert_eq!(
        clock.states("FastBurnsFast", 4, || call(1)),
        "iiii",
        "at the bound is fast"
    );
    // 20 slow calls of 24, in both windows: 0.83 / 0.05 is 16.7 times too fast.
    let slow = || (0..20).for_each(|_| call(5));
    let states = clock.states("FastBurnsFast", 1, slow);
    assert!(["p", "f"].contains(&states.as_str()), "{states}");
    let burn = clock.groups("FastBurnsFast")[0][2].as_f64().unwrap();
    assert!((burn - 20.0 / 24.0 / 0.05).abs() < 1e-3, "{burn}");
    let alert = clock.alert("FastBurnsFast");
    assert_eq!(
        (&alert["objective"], &alert["severity"]),
        (&json!("Fast"), &json!("critical"))
    );
    assert_eq!(alert["threshold"], 14.4);
    // The short window ends the alert soon after its cause.
    let states = clock.states("FastBurnsFast", 30, || (0..20).for_each(|_| call(0)));
    assert!(states.ends_with('i'), "{states}");
}

/// Calls of 3 s are good. The buckets say only that they take from 1 s to 5 s, and a quarter of that is
/// above 4 s.
#[test]
fn calls_around_an_interpolated_latency_spend_their_part_of_the_budget() {
    let duration = &Estimated::global().duration;
    let call = |seconds| duration.observe(Duration::from_secs(seconds));
    let mut clock = Clock::start(Estimated::global());
    assert_eq!(
        clock.states("QuickBurnsFast", 4, || call(1)),
        "iiii",
        "at the lower bound is fast"
    );
    // 36 calls around the threshold, 4 above it, and 4 that were fast.
    let work = || {
        (0..36).for_each(|_| call(3));
        (0..4).for_each(|_| call(8));
    };
    let states = clock.states("QuickBurnsFast", 1, work);
    assert!(["p", "f"].contains(&states.as_str()), "{states}");
    let burn = clock.groups("QuickBurnsFast")[0][2].as_f64().unwrap();
    let expected = (4.0 + 36.0 / 4.0) / 44.0 / 0.05;
    assert!((burn - expected).abs() < 1e-3, "{burn}");
    assert_eq!(clock.states("SlackBurnsFast", 1, || ()), "i", "{expected}");
}

#[test]
fn failed_calls_spend_the_budget_of_availability() {
    let calls = &Answered::global().calls;
    let call = |status, count| calls.add(Call { status }, count);
    let mut clock = Clock::start(Answered::global());
    call(CallStatus::Timeout, 1);
    assert_eq!(
        clock.states("AvailableBurnsFast", 1, || ()),
        "i",
        "too few calls"
    );
    let work = || {
        call(CallStatus::Ok, 50);
        call(CallStatus::Error, 50);
    };
    let states = clock.states("AvailableBurnsFast", 20, work);
    assert!(states.ends_with('f'), "{states}");
    let burn = clock.groups("AvailableBurnsFast")[0][2].as_f64().unwrap();
    assert!((49.0..52.0).contains(&burn), "{burn}");
    let states = clock.states("AvailableBurnsFast", 30, || call(CallStatus::Ok, 100));
    assert!(states.ends_with('i'), "{states}");
}

#[test]
fn counted_errors_spend_the_budget() {
    let metrics = Counted::global();
    let mut clock = Clock::start(metrics);
    let states = clock.states("ServedBurnsFast", 4, || metrics.calls.add(10));
    assert_eq!(states, "iiii");
    let work = || {
        metrics.calls.add(100);
        metrics.errors.add(90);
    };
    let states = clock.states("ServedBurnsFast", 20, work);
    assert!(states.ends_with('f'), "{states}");
}

#[test]
fn absence_of_calls_is_not_evaluated() {
    let clock = Clock::start(Latency::global());
    let alert = clock.alert("FastAbsent");
    assert_eq!(alert["state"], "not_evaluated");
    assert!(
        alert["reason"].as_str().unwrap().contains("scraped"),
        "{alert}"
    );
}
