//! Results and effects of a shutdown.

use std::{
    io::{self, Write},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use glyph_runtime::expose::Format;

use crate::shutdown::{
    LONG, Written,
    collector::{Collector, Kind},
    in_time, telemetry, undelivered,
};

/// An output that blocks until its other end is gone.
struct Stuck(Receiver<()>);

impl Write for Stuck {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _gone = self.0.recv();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn shutdown_reports_everything_unfinished() {
    in_time("a stuck output", || {
        let collector = Collector::start(Kind::Hangs);
        let (release, stuck) = channel();
        let telemetry = telemetry(&collector.endpoint, Stuck(stuck));
        let error = telemetry.shutdown_blocking(Duration::from_millis(500));
        let error = error.into_result().unwrap_err();
        match &undelivered(&error)[..] {
            [spans, records, points, lines] => {
                assert_eq!(*spans, ("otlp", "spans", 3));
                assert_eq!(*records, ("otlp", "log records", 3));
                assert_eq!((points.0, points.1), ("otlp", "data points"));
                // No audit line is among them.
                assert_eq!(*lines, ("log", "log lines", 3));
            }
            other => panic!("{other:?}"),
        }
        for part in error.parts.iter().filter(|part| part.destination == "otlp") {
            let url = part.url.as_deref().unwrap_or_default();
            assert!(url.starts_with(&collector.endpoint), "{part}");
            let reason = part.error.as_deref().unwrap_or_default();
            assert!(reason.contains("no response"), "{part}");
        }
        let told = error.to_string();
        assert!(told.ends_with(" within 500ms"), "{told}");
        assert!(
            told.contains("3 log lines not delivered to `log`"),
            "{told}"
        );
        drop(release);
    });
}

#[test]
fn metrics_can_be_rendered_after_shutdown() {
    in_time("the page", || {
        let collector = Collector::start(Kind::Answers);
        let telemetry = telemetry(&collector.endpoint, Written::default());
        telemetry.shutdown_blocking(LONG).into_result().unwrap();
        let page = telemetry.render(Format::Text);
        assert!(page.contains("glyph_log_lines_total 3"), "{page}");
        for signal in ["traces", "logs"] {
            let exported =
                format!("glyph_export_exported_total{{signal=\"{signal}\",exporter=\"otlp\"}} 3");
            assert!(page.contains(&exported), "{page}");
        }
        assert!(
            page.contains("glyph_export_failures_total{signal=\"metrics\",exporter=\"otlp\"} 0")
        );
        assert_eq!(telemetry.local_addr(), None);
    });
}

#[test]
fn shorter_second_shutdown_does_not_wait_for_the_first() {
    in_time("a second shutdown", || {
        let collector = Collector::start(Kind::Hangs);
        let telemetry = telemetry(&collector.endpoint, Written::default());
        let given_up = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
            .block_on(async {
                let first = telemetry.shutdown_within(LONG);
                tokio::time::timeout(Duration::from_millis(200), first).await
            });
        assert!(given_up.is_err(), "{given_up:?}");
        let error = telemetry.shutdown_blocking(Duration::from_millis(200));
        let error = error.into_result().unwrap_err();
        assert!(error.parts.is_empty(), "{error}");
        let told = error.to_string();
        assert!(
            told.contains("an earlier shutdown is still running"),
            "{told}"
        );
    });
}

#[test]
fn shutdown_accepts_a_zero_deadline() {
    in_time("nothing", || {
        let collector = Collector::start(Kind::Hangs);
        let telemetry = telemetry(&collector.endpoint, Written::default());
        let report = telemetry.shutdown_blocking(Duration::ZERO);
        report.into_result().unwrap_err();
    });
}

#[test]
fn maximum_deadline_does_not_overflow() {
    in_time("forever", || {
        let collector = Collector::start(Kind::Answers);
        let telemetry = telemetry(&collector.endpoint, Written::default());
        let report = telemetry.shutdown_blocking(Duration::MAX);
        report.into_result().unwrap();
    });
}
