//! A hostile collector costs nothing but the items, which are counted once.

mod behaviors;

use std::{
    thread,
    time::{Duration, Instant},
};

use glyph_runtime::trace::{DropReason, Protocol};
use glyph_tests::{
    cases::in_parallel,
    receiver::{Answer, Delay, PROTOCOLS, any::Receiver},
};

use self::behaviors::{
    BEHAVIORS, Collector,
    Effect::{self, AllLost, Arrive, SomeArrive},
};
use crate::signals::{Exporter, LONG, Signal, impatient};

/// The time for which items are made.
const WORK: Duration = Duration::from_millis(3500);
const ATTEMPT_LIMIT: Duration = Duration::from_secs(2);
const BATCH_LIMIT: Duration = Duration::from_secs(3);
/// Longer than an attempt: a deadline that cuts the last attempt short would be its error, in place
/// of the collector's.
const DEADLINE: Duration = Duration::from_secs(4);

/// Makes items for a while, and returns the exporters after their shutdown.
fn export(endpoint: &str, protocol: Protocol) -> Vec<Exporter> {
    let start = |signal| {
        let mut settings = impatient(endpoint, protocol);
        settings.timeout = ATTEMPT_LIMIT;
        Exporter::start(signal, settings, Duration::from_millis(20), BATCH_LIMIT)
    };
    let exporters: Vec<_> = Signal::ALL.into_iter().map(start).collect();
    let started = Instant::now();
    let is_untried = |exporter: &Exporter| {
        let counts = exporter.counts();
        counts.failures + counts.exported == 0
    };
    // A busy machine may take longer until the first attempts have ended.
    while started.elapsed() < WORK || (started.elapsed() < LONG && exporters.iter().all(is_untried))
    {
        for exporter in &exporters {
            exporter.produce(2);
        }
        thread::sleep(Duration::from_millis(20));
    }
    thread::scope(|scope| {
        for exporter in &exporters {
            scope.spawn(|| {
                let started = Instant::now();
                let _lost = exporter.shutdown(DEADLINE);
                assert!(started.elapsed() < DEADLINE + WORK, "the deadline is kept");
            });
        }
    });
    exporters
}

fn check(name: &str, collector: &Collector, effect: Effect, protocol: Protocol) {
    let started = Instant::now();
    let exporters = export(&collector.endpoint(), protocol);
    let elapsed = started.elapsed();
    for exporter in &exporters {
        exporter.assert_counted_once();
        let counts = exporter.counts();
        assert_eq!(
            counts.dropped_for(DropReason::Panicked),
            0,
            "{name}: {counts:?}"
        );
        let attempts = elapsed.as_secs() + 1;
        assert!(
            counts.failures <= attempts,
            "{name} in {elapsed:?}: {counts:?}"
        );
        match effect {
            Arrive => assert!(counts.exported > 0, "{counts:?}"),
            SomeArrive => assert!(
                counts.exported > 0 && counts.dropped_in_all() > 0,
                "{counts:?}"
            ),
            AllLost(over_grpc, over_http) => {
                assert_eq!(counts.exported, 0, "{name}: {counts:?}");
                let expected = match protocol {
                    Protocol::Grpc => over_grpc,
                    _ => over_http,
                };
                let error = counts.last_error.unwrap_or_default();
                assert!(error.contains(expected), "{name}, {protocol}: {error}");
                assert!(
                    !error.is_empty() && !error.contains("s3cret"),
                    "{name}: {error}"
                );
            }
        }
    }
    if matches!(effect, AllLost(..)) {
        collector.assert_patience(elapsed);
    }
}

#[test]
fn hostile_collector_gets_one_request_a_second_and_each_item_is_counted_once() {
    // One protocol after the other: long heads take so much processor time that other collectors
    // would respond too late.
    for protocol in PROTOCOLS {
        in_parallel(BEHAVIORS.iter().map(|behavior| behavior.name), |name| {
            let found = BEHAVIORS.iter().find(|behavior| behavior.name == name);
            let behavior = found.unwrap();
            check(name, &(behavior.start)(), behavior.effect, protocol);
        });
    }
}

#[test]
fn trailers_that_are_too_large_are_no_reason_to_send_again() {
    let collector = Collector::Receiver(Receiver::always(Answer::LongTrailers));
    let effect = AllLost("head or the trailers of the response", "");
    check("long trailers", &collector, effect, Protocol::Grpc);
}

#[test]
fn throttling_collector_gets_one_request_a_second_and_each_item_is_counted_once() {
    let answers = Delay::all(2).map(Answer::Throttle);
    let unavailable = Delay::all(2).map(Answer::UnavailableFor);
    let others = [Answer::Unavailable, Answer::Refuse, Answer::Broken];
    let answers = answers.into_iter().chain(unavailable).chain(others);
    let cases = answers.flat_map(|answer| PROTOCOLS.map(|protocol| (answer, protocol)));
    in_parallel(cases, |(answer, protocol)| {
        let collector = Collector::Receiver(Receiver::always(answer));
        check(
            &format!("{answer:?}"),
            &collector,
            AllLost("", ""),
            protocol,
        );
    });
}
