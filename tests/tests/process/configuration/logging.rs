//! Settings of the log and the audit trail.

use std::{path::Path, time::Duration};

use glyph_runtime::log::{
    Audit, AuditOutput, DurationFormat, FieldNames, Format, LevelCase, LineShape, SyncPolicy,
};

use crate::configuration::{read, warnings};

#[test]
fn log_filter_uses_rust_log_then_the_level() {
    let filter = |variables| read(variables).unwrap().log.filter;
    assert_eq!(filter(&[]), "");
    assert_eq!(filter(&[("OTEL_LOG_LEVEL", "WARN")]), "warn");
    assert_eq!(
        filter(&[("OTEL_LOG_LEVEL", "WARN"), ("RUST_LOG", "info,hyper=off")]),
        "info,hyper=off"
    );
    assert_eq!(warnings(&[("OTEL_LOG_LEVEL", "loud")]).len(), 1);
    let error = read(&[("RUST_LOG", "info,hyper=loud")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid RUST_LOG=\"info,hyper=loud\": expected directives such as `info,hyper=warn`"
    );
}

#[test]
fn log_format_has_its_own_variable() {
    let format = |value| read(&[("GLYPH_LOG_FORMAT", value)]).unwrap().log.format;
    assert_eq!(
        (format("JSON"), format("pretty")),
        (Format::Json, Format::Pretty)
    );
}

#[test]
fn audit_trail_has_file_and_policy_settings() {
    let file = ("GLYPH_AUDIT_FILE", "/var/log/shop/audit.jsonl");
    let audit = |sync: &[_]| -> Audit {
        let variables = [&[file][..], sync].concat();
        read(&variables).unwrap().log.audit.unwrap()
    };
    let found = audit(&[]);
    assert!(matches!(found.output, AuditOutput::File(path) if path == Path::new(file.1)));
    assert_eq!((found.sync, found.copied), (SyncPolicy::default(), false));
    for (value, policy) in [
        ("always", SyncPolicy::Always),
        ("Shutdown", SyncPolicy::OnShutdown),
        ("250", SyncPolicy::EveryInterval(Duration::from_millis(250))),
    ] {
        assert_eq!(audit(&[("GLYPH_AUDIT_SYNC", value)]).sync, policy);
    }
    assert!(read(&[]).unwrap().log.audit.is_none());
    let error = read(&[file, ("GLYPH_AUDIT_SYNC", "0")]).unwrap_err();
    assert!(error.allowed.starts_with("`always`"));
}

#[test]
fn shape_of_lines_has_its_own_variables() {
    assert_eq!(read(&[]).unwrap().log.shape, LineShape::default());
    let names = "message=msg,url.path=path, duration=latency_ms";
    let read_shape = read(&[
        ("GLYPH_LOG_FIELD_NAMES", names),
        ("GLYPH_LOG_LEVEL_CASE", "Lower"),
        ("GLYPH_LOG_DURATION", "text"),
    ]);
    let expected = LineShape {
        names: FieldNames {
            message: "msg".into(),
            path: "path".into(),
            duration: Some("latency_ms".into()),
            ..FieldNames::default()
        },
        level: LevelCase::Lower,
        duration: DurationFormat::Text,
    };
    assert_eq!(read_shape.unwrap().log.shape, expected);
    for (name, value) in [
        ("GLYPH_LOG_FIELD_NAMES", "message=level"),
        ("GLYPH_LOG_FIELD_NAMES", "massage=msg"),
        ("GLYPH_LOG_FIELD_NAMES", "message"),
        ("GLYPH_LOG_LEVEL_CASE", "title"),
        ("GLYPH_LOG_DURATION", "minutes"),
    ] {
        let error = read(&[(name, value)]).unwrap_err();
        assert_eq!((&*error.variable, &*error.value), (name, value));
    }
}

#[test]
fn error_about_names_of_fields_says_which_name_is_wrong() {
    for (value, reason) in [
        (
            "message=msg,massage=text",
            "no field has the default name \"massage\", did you mean `message`?; ",
        ),
        ("weather=w", "no field has the default name \"weather\"; "),
        (
            "message=level",
            "\"level\": two fields have this name: rename one; ",
        ),
        (
            "message=a b",
            "\"a b\": use 1 to 40 visible ASCII characters",
        ),
        ("message", ""),
    ] {
        let error = read(&[("GLYPH_LOG_FIELD_NAMES", value)]).unwrap_err();
        let expected = format!("invalid GLYPH_LOG_FIELD_NAMES={value:?}: {reason}");
        let text = error.to_string();
        assert!(text.starts_with(&expected), "{text}");
        assert!(text.contains("expected `field=name` pairs"), "{text}");
    }
}

#[test]
fn audit_events_are_log_records_if_asked_for() {
    let exports = ("OTEL_LOGS_EXPORTER", "otlp");
    let audit = |variables: &[_]| {
        let variables = [&[exports], variables].concat();
        read(&variables).unwrap().logs_otlp.unwrap().audit
    };
    assert!(!audit(&[]));
    assert!(audit(&[("GLYPH_AUDIT_OTLP", "TRUE")]));
    assert!(read(&[exports, ("GLYPH_AUDIT_OTLP", "yes")]).is_err());
}
