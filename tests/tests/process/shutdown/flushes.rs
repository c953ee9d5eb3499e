//! A flush delivers all signals and leaves them running.

use std::time::{Duration, Instant};

use glyph_runtime::{Telemetry, telemetry::Undelivered};

use crate::shutdown::{
    LONG, Written,
    collector::{Collector, Kind},
    in_time, telemetry, telemetry_and_subscriber, undelivered,
};

/// Limit for a collector that does not respond.
const SHORT: Duration = Duration::from_millis(500);
/// Tolerance of a limit on a busy machine.
const SLACK: Duration = Duration::from_secs(5);

/// The spans and log records that have arrived.
fn exported(telemetry: &Telemetry) -> [u64; 2] {
    let spans = telemetry.traces().unwrap().snapshot();
    let records = telemetry.logs_otlp().unwrap().snapshot();
    [spans.exporter("otlp").unwrap().exported, records.exported]
}

#[test]
fn flush_delivers_every_signal_and_the_program_goes_on() {
    in_time("a flush", || {
        let collector = Collector::start(Kind::Answers);
        let written = Written::default();
        let (telemetry, subscriber) =
            telemetry_and_subscriber(&collector.endpoint, written.clone());
        telemetry.flush_blocking(LONG).unwrap();
        assert_eq!(exported(&telemetry), [3, 3]);
        assert_eq!(written.lines().len(), 3);
        let points = telemetry.metrics_otlp().unwrap().snapshot().exported;
        assert!(points > 0);

        tracing::dispatcher::with_default(&subscriber, || {
            tracing::info_span!("turn").in_scope(|| tracing::info!("taken"));
        });
        telemetry.flush_blocking(LONG).unwrap();
        assert_eq!(exported(&telemetry), [4, 4]);
        assert_eq!(written.lines().len(), 4);
        assert!(telemetry.metrics_otlp().unwrap().snapshot().exported > points);
        assert!(telemetry.shutdown_blocking(LONG).is_complete());
    });
}

#[test]
fn asynchronous_flush_blocks_no_thread_of_its_runtime() {
    in_time("a flush", || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let collector = Collector::start(Kind::Answers);
        let telemetry = telemetry(&collector.endpoint, Written::default());
        runtime.block_on(async {
            // Both run on the only thread of the runtime.
            let (flushed, ()) = tokio::join!(telemetry.flush(LONG), tokio::task::yield_now());
            flushed.unwrap();
        });
        assert_eq!(exported(&telemetry), [3, 3]);
    });
}

#[test]
fn flush_to_a_collector_that_hangs_ends_in_time_and_reports_each_signal() {
    in_time("a flush", || {
        let collector = Collector::start(Kind::Hangs);
        let telemetry = telemetry(&collector.endpoint, Written::default());
        let started = Instant::now();
        let error: Undelivered = telemetry.flush_blocking(SHORT).unwrap_err();
        assert!(started.elapsed() < SHORT + SLACK);
        match &undelivered(&error)[..] {
            [spans, records, points] => {
                assert_eq!(*spans, ("otlp", "spans", 3));
                assert_eq!(*records, ("otlp", "log records", 3));
                assert_eq!((points.0, points.1), ("otlp", "data points"));
            }
            other => panic!("{other:?}"),
        }
        assert!(error.to_string().contains(&collector.endpoint), "{error}");
        let _report = telemetry.shutdown_blocking(Duration::ZERO);
    });
}
