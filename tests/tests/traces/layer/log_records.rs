//! Records of the `log` crate are events of spans, like those of `tracing`.

use glyph_runtime::trace::SpanEvent;
use glyph_tests::{children::alone, environment};
use opentelemetry::Value;
use tracing::{info, info_span};

use crate::layer::exported::{exported, value};

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

/// An event with a field in each type.
fn log_fields(parent: Option<tracing::Id>) {
    info!(
        parent: parent,
        log.file = "a.log",
        log.line = 7,
        log.bytes = 5_u64,
        log.wide = u128::MAX,
        log.ratio = 0.5,
        log.is_rotated = true,
        log.entry = ?Some(1),
        logged = 3,
        "rotated"
    );
}

#[test]
fn fields_of_the_program_that_begin_with_log_are_on_its_events() {
    let spans = exported(|| {
        log_fields(None);
        let entered = info_span!("entered");
        entered.in_scope(|| log_fields(entered.id()));
        let never_entered = info_span!("never_entered");
        log_fields(never_entered.id());
    });
    let expected: [(&str, Value); 8] = [
        ("log.file", "a.log".into()),
        ("log.line", 7.into()),
        ("log.bytes", 5.into()),
        ("log.wide", u128::MAX.to_string().into()),
        ("log.ratio", 0.5.into()),
        ("log.is_rotated", true.into()),
        ("log.entry", "Some(1)".into()),
        ("logged", 3.into()),
    ];
    assert_eq!(spans.len(), 2);
    for span in spans {
        let mut events = span.events.iter();
        let rotated = events.find(|event| event.name == "rotated").unwrap();
        for (name, expected) in &expected {
            let found = value(&rotated.attributes, name);
            assert_eq!(found.as_ref(), Some(expected), "{name} of {}", span.name);
        }
    }
}
