//! Losses from before a shutdown are in its report.

use std::time::Duration;

use glyph_runtime::{
    Telemetry,
    log::Output,
    telemetry::{ShutdownReport, UndeliveredPart},
    trace::Protocol,
};
use glyph_tests::{
    cases::in_parallel,
    environment,
    receiver::{Answer, PROTOCOLS, any::Receiver},
    wait,
    written::Written,
};
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;

use crate::shutdown::{LONG, in_time};

/// A telemetry that exports spans, and the subscriber that makes them.
struct Service {
    telemetry: Telemetry,
    subscriber: Dispatch,
    log: Written,
}

impl Service {
    fn start(receiver: &Receiver, protocol: Protocol) -> Self {
        let endpoint = receiver.endpoint();
        let log = Written::default();
        let output = Output::Writer(Box::new(log.clone()));
        let telemetry = environment::telemetry("losses")
            .env_lookup(move |name| match name {
                "OTEL_EXPORTER_OTLP_ENDPOINT" => Some(endpoint.clone()),
                "OTEL_EXPORTER_OTLP_PROTOCOL" => Some(protocol.to_string()),
                _ => None,
            })
            .log(|log| log.output = output)
            .without_listener()
            .without_subscriber()
            .without_facade()
            .install()
            .unwrap();
        let subscriber = tracing_subscriber::registry().with(telemetry.layers());
        Self {
            subscriber: Dispatch::new(subscriber),
            telemetry,
            log,
        }
    }

    /// Makes spans, and tries to export them.
    fn export(&self, spans: u64) {
        self.make(spans);
        let traces = self.telemetry.traces().unwrap();
        let _lost = traces.flush(LONG);
        let settled = || {
            let counts = &traces.snapshot().exporters[0];
            counts.exported + counts.dropped_in_all()
        };
        let before = traces.snapshot().spans_ended;
        wait::until("the spans are exported or lost", || settled() == before);
    }

    fn make(&self, spans: u64) {
        tracing::dispatcher::with_default(&self.subscriber, || {
            for turn in 0..spans {
                drop(tracing::info_span!("turn", turn).entered());
            }
        });
    }

    fn shut_down(&self) -> ShutdownReport {
        // The shutdown logs what was lost.
        let shut_down = || self.telemetry.shutdown_blocking(LONG);
        tracing::dispatcher::with_default(&self.subscriber, shut_down)
    }
}

fn lost_spans(parts: &[UndeliveredPart]) -> u64 {
    let spans = parts.iter().filter(|part| part.items == "spans");
    spans.map(|part| part.count).sum()
}

#[test]
fn losses_of_an_outage_are_reported_and_no_error_once_the_collector_is_back() {
    in_time("an outage", || {
        in_parallel(PROTOCOLS, |protocol| {
            let receiver = Receiver::start([Answer::Status(404), Answer::Status(404)]);
            let service = Service::start(&receiver, protocol);
            service.export(2);
            service.export(1);
            service.make(4);
            let report = service.shut_down();
            assert_eq!(
                receiver.spans().len(),
                3 + 4,
                "the receiver keeps all requests"
            );
            assert_eq!(lost_spans(report.lost_before()), 3, "{report}");
            assert!(report.is_flushed() && !report.is_complete(), "{report}");
            assert!(report.parts().is_empty(), "{report}");
            let [part] = report.lost_before() else {
                panic!("{report}");
            };
            let url = part.url.as_deref().unwrap();
            assert!(url.starts_with(&receiver.endpoint()), "{part}");
            assert!(part.error.as_deref().unwrap().contains("404"), "{part}");
            let shown = report.to_string();
            let begins = "before the shutdown: 3 spans not delivered to `otlp`";
            assert!(shown.starts_with(begins), "{shown}");
            assert!(
                service.log.text().contains(begins),
                "{}",
                service.log.text()
            );
            assert_eq!(report.undelivered().unwrap().count(), 3);
            report.into_result().unwrap();
        });
    });
}

#[test]
fn losses_are_an_error_while_the_collector_still_fails() {
    in_time("an outage that lasts", || {
        let receiver = Receiver::always(Answer::Status(404));
        let service = Service::start(&receiver, Protocol::HttpProtobuf);
        service.export(3);
        // Nothing is left for the shutdown.
        let report = service.shut_down();
        assert!(report.is_flushed(), "{report}");
        let error = report.into_result().unwrap_err();
        assert!(error.parts.is_empty(), "{error}");
        assert_eq!((error.count(), lost_spans(&error.lost_before)), (3, 3));
        let shown = error.to_string();
        assert!(shown.starts_with("before the shutdown: 3 spans"), "{shown}");
        assert!(shown.contains("404"), "{shown}");
    });
}

#[test]
fn losses_before_and_at_the_shutdown_are_distinguished() {
    in_time("two outages", || {
        let receiver = Receiver::always(Answer::Status(404));
        let service = Service::start(&receiver, Protocol::HttpProtobuf);
        service.export(3);
        service.make(2);
        let report = service.shut_down();
        assert!(!report.is_flushed(), "{report}");
        assert_eq!(lost_spans(report.parts()), 2, "{report}");
        assert_eq!(lost_spans(report.lost_before()), 3, "{report}");
        let again = service.telemetry.shutdown_blocking(Duration::ZERO);
        assert_eq!(again, report);
        let error = report.into_result().unwrap_err();
        assert_eq!(error.count_of("spans"), 5);
        let shown = error.to_string();
        assert!(shown.contains("; before the shutdown: 3 spans"), "{shown}");
    });
}
