//! Records of the `log` crate are events of spans, like those of `tracing`.

use glyph_runtime::trace::SpanEvent;
use glyph_tests::{children::alone, environment};
use tracing::info_span;

/// Logs as a dependency does, which Cargo compiles by its absolute path.
fn log_as(target: &str, level: log::Level) {
    let file = "/root/.cargo/registry/src/index/parser-1.0.0/src/lib.rs";
    let mut record = log::Record::builder();
    record.level(level).target(target);
    record.module_path(Some("parser::inner"));
    record.file(Some(file)).line(Some(7));
    log::logger().log(&record.args(format_args!("from {target}")).build());
}

/// Returns the events of a span around `work`.
fn events(source_location: bool, work: impl FnOnce()) -> Vec<SpanEvent> {
    let telemetry = environment::telemetry("shop")
        .traces(move |traces| traces.details.source_location = source_location)
        .without_listener()
        .install()
        .unwrap();
    info_span!("parse").in_scope(work);
    telemetry.recent_traces().remove(0).spans.remove(0).events
}

#[test]
fn log_record_has_its_target_and_no_path() {
    alone(|| {
        let events = events(false, || log_as("parser", log::Level::Info));
        assert_eq!(events[0].name, "from parser");
        assert_eq!(events[0].attributes["target"], "parser");
        let names: Vec<_> = events[0].attributes.keys().collect();
        assert_eq!(names, ["level", "target"]);
    });
}

#[test]
fn log_record_has_the_path_in_its_crate_if_asked() {
    alone(|| {
        let events = events(true, || log_as("parser", log::Level::Info));
        let path = &events[0].attributes["code.file.path"];
        assert_eq!(path, "parser-1.0.0/src/lib.rs");
        assert!(!format!("{events:?}").contains("/root"), "{events:?}");
    });
}

#[test]
fn log_record_of_a_transport_is_an_event_from_warn_on() {
    alone(|| {
        let events = events(false, || {
            log_as("rustls::client", log::Level::Info);
            log_as("rustls::client", log::Level::Warn);
            log_as("audit", log::Level::Warn);
        });
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0].attributes["level"], "WARN");
    });
}
