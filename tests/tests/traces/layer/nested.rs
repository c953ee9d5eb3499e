//! A value that is written into an event runs code of the program: it can panic, or record itself.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use glyph_runtime::{instrument_stage, trace::Pipeline};
use glyph_tests::{children::alone, kinds};
use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tracing::{Span, error, field::Empty, info, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    LONG,
    layer::exported::{exported, in_order, value},
    spans::telemetry::stage,
};

/// Runs a function when it is formatted.
struct Running<F>(F);

impl<F: Fn()> fmt::Debug for Running<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)();
        formatter.write_str("value")
    }
}

fn panicking() -> impl fmt::Debug {
    Running(|| panic!("on purpose"))
}

#[instrument_stage(stage::stt, labels(test = "nested"))]
fn fail() -> Result<(), String> {
    Err("sold out".to_owned())
}

/// Returns the spans of `work` with a global subscriber: another one sees no event inside of an event.
fn exported_globally(work: impl FnOnce()) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let settings = kinds::settings("shop");
    let pipeline = Pipeline::start_with_exporter(&settings, "test", exporter.clone()).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::set_global_default(subscriber).unwrap();
    work();
    pipeline.flush(LONG).unwrap();
    in_order(&exporter)
}

#[test]
fn call_that_panics_in_an_event_has_its_status() {
    #[instrument_stage(stage::stt, labels(test = "nested"))]
    fn log_badly() {
        info!(value = ?panicking());
    }
    let spans = exported(|| {
        catch_unwind(log_badly).unwrap_err();
        fail().unwrap_err();
        let span = info_span!("set");
        span.set_status(Status::error("sold out"));
    });
    let statuses: Vec<_> = spans.iter().map(|span| span.status.clone()).collect();
    let expected = [
        Status::error(""),
        Status::error(""),
        Status::error("sold out"),
    ];
    assert_eq!(statuses, expected);
}

#[test]
fn span_takes_its_fields_after_a_panic_in_an_event_of_it() {
    let spans = exported(|| {
        let span = info_span!("caught", otel.status_code = Empty).entered();
        for _ in 0..9 {
            catch_unwind(|| info!(value = ?panicking())).unwrap_err();
        }
        error!("on purpose");
        span.record("otel.status_code", "OK");
    });
    assert_eq!(spans[0].status, Status::Ok);
}

#[test]
fn event_inside_of_an_event_changes_nothing_of_the_outer_one() {
    alone(|| {
        let logs = || info!(log.line = 1, "inside");
        let deep = || info!(value = ?Running(logs), log.line = 2, "inside");
        let spans = exported_globally(|| {
            let _span = info_span!("outer").entered();
            error!(log.value = ?Running(deep), value = ?Running(deep), log.line = 3, bytes = 5_u64, "outside");
        });
        assert_eq!(spans[0].status, Status::Unset);
        let names: Vec<_> = spans[0].events.iter().map(|event| &*event.name).collect();
        assert_eq!(names, ["inside", "inside", "inside", "inside", "outside"]);
        let lines = spans[0].events.iter();
        let lines = lines.map(|event| value(&event.attributes, "log.line"));
        let expected = [1, 2, 1, 2, 3].map(|line: i64| Some(line.into()));
        assert_eq!(lines.collect::<Vec<_>>(), expected);
        let outside = &spans[0].events[4].attributes;
        assert_eq!(value(outside, "bytes"), Some(5.into()));
        assert_eq!(value(outside, "log.value"), Some("value".into()));
    });
}

#[test]
fn call_inside_of_an_event_has_its_status_and_the_event_changes_none() {
    alone(|| {
        let calls = || {
            fail().unwrap_err();
            Span::current().record("late", 1);
            let _caught = catch_unwind(AssertUnwindSafe(|| {
                info_span!("panics").in_scope(|| info!(value = ?panicking()));
            }));
        };
        let spans = exported_globally(|| {
            let _span = info_span!("outer", late = Empty).entered();
            error!(value = ?Running(calls), bytes = 5_u64, "outside");
        });
        let status = |name: &str| {
            let mut spans = spans.iter().filter(|span| span.name == name);
            spans.next().map(|span| span.status.clone())
        };
        assert_eq!(spans.len(), 3);
        assert_eq!(spans[0].status, Status::error(""));
        assert_eq!(status("panics"), Some(Status::Unset));
        assert_eq!(status("outer"), Some(Status::Unset));
        let outside = &spans[2].events[0].attributes;
        assert_eq!(value(outside, "bytes"), Some(5.into()));
    });
}
