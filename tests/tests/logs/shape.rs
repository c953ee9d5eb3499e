//! The shape of lines: other names, another case, other durations.

use std::io;

use glyph_runtime::log::{
    Audit, AuditOutput, AuditSink, DurationFormat, FieldNames, Format, LevelCase, LineShape,
    LogError, LogSettings, Pipeline, REDACTED, Redaction, RequestId,
};
use serde_json::{Value, json};
use tracing::{Level, event, info, info_span};
use tracing_subscriber::Registry;

use crate::capture::{Written, lines_of, text_of};

fn shaped(shape: LineShape) -> LogSettings {
    LogSettings {
        shape,
        ..LogSettings::default()
    }
}

/// Every field that glyph writes, under its short name, with its own names for three.
fn short() -> LineShape {
    LineShape {
        names: FieldNames {
            timestamp: "time".into(),
            message: "msg".into(),
            duration: Some("latency_ms".into()),
            ..FieldNames::short()
        },
        level: LevelCase::Lower,
        duration: DurationFormat::Milliseconds,
    }
}

fn completed() {
    event!(
        target: "http.request",
        Level::INFO,
        http.request.method = "GET",
        http.response.status_code = 200,
        duration_ms = 1.5,
        "request completed"
    );
}

#[test]
fn fields_have_the_names_of_the_shape() {
    let lines = lines_of(shaped(short()), || {
        let _request = info_span!(
            "request",
            http.request.method = "GET",
            url.path = "/passages/gen.1.1"
        )
        .entered();
        RequestId::new("r-1").unwrap().in_scope(completed);
    });
    let mut line = lines[0].clone();
    assert!(line.as_object_mut().unwrap().remove("time").is_some());
    let expected = json!({
        "level": "info",
        "msg": "request completed",
        "target": "http.request",
        "request_id": "r-1",
        "method": "GET",
        "path": "/passages/gen.1.1",
        "status": 200,
        "latency_ms": 1.5,
    });
    assert_eq!(line, expected);
}

#[test]
fn levels_are_lower_case_in_json_only() {
    let levels = || {
        event!(Level::ERROR, "a");
        event!(Level::WARN, "b");
        event!(Level::INFO, "c");
    };
    let lines = lines_of(shaped(short()), levels);
    let found: Vec<_> = lines.iter().map(|line| &line["level"]).collect();
    assert_eq!(found, ["error", "warn", "info"]);
    let pretty = LogSettings {
        format: Format::Pretty,
        ..shaped(short())
    };
    let text = text_of(pretty, || event!(Level::ERROR, duration_ms = 1, "a"));
    assert!(text.contains("ERROR"), "{text}");
    assert!(text.ends_with("latency_ms=1\n"), "{text}");
}

#[test]
fn durations_have_a_name_with_their_unit_or_are_text() {
    for (duration, name, value) in [
        (DurationFormat::Seconds, "duration_s", json!(0.0015)),
        (DurationFormat::Milliseconds, "duration_ms", json!(1.5)),
        (DurationFormat::Microseconds, "duration_us", json!(1500.0)),
        (DurationFormat::Nanoseconds, "duration_ns", json!(1_500_000)),
        (DurationFormat::Text, "duration", json!("1.5ms")),
    ] {
        let shape = LineShape {
            duration,
            ..LineShape::default()
        };
        let line = &lines_of(shaped(shape), completed)[0];
        assert_eq!(line[name], value, "{line}");
        let durations = line.as_object().unwrap().keys();
        let durations = durations.filter(|name| name.starts_with("duration"));
        assert_eq!(durations.count(), 1, "{line}");
    }
}

#[test]
fn program_field_with_a_name_of_the_shape_is_renamed_or_the_same_field() {
    let line = &lines_of(shaped(short()), || {
        let _span = info_span!("span", path = "/of/the/span", url.path = "/hidden").entered();
        info!(msg = "mine", level = 9, message = "text");
    })[0];
    assert_eq!(line["msg"], "text");
    assert_eq!(line["field.msg"], "mine");
    assert_eq!(line["field.level"], 9);
    assert_eq!(line["path"], "/of/the/span");
    assert_eq!(line.get("url.path"), None);
}

#[test]
fn field_is_redacted_by_its_name_in_lines_too() {
    let shape = LineShape {
        names: FieldNames {
            path: "resource".into(),
            duration: Some("latency".into()),
            ..FieldNames::default()
        },
        ..LineShape::default()
    };
    let settings = LogSettings {
        redaction: Redaction::none().with("resource").with("latency"),
        ..shaped(shape)
    };
    let line = &lines_of(settings, || {
        info!(
            url.path = "/ada",
            duration_ms = 1.5,
            http.route = "/{user}",
            "request completed"
        );
    })[0];
    assert_eq!(line["resource"], REDACTED);
    assert_eq!(line["latency"], REDACTED);
    assert_eq!(line["http.route"], "/{user}");
}

fn error(names: FieldNames) -> LogError {
    let settings = shaped(LineShape {
        names,
        ..LineShape::default()
    });
    Pipeline::start::<Registry>(settings).err().unwrap()
}

#[test]
fn two_fields_with_one_name_are_an_error() {
    for (names, expected) in [
        (
            FieldNames {
                path: "message".into(),
                ..FieldNames::default()
            },
            "invalid name `message` of a field in log lines: two fields have this name: rename one",
        ),
        (
            FieldNames {
                level: "duration_ms".into(),
                ..FieldNames::default()
            },
            "invalid name `duration_ms` of a field in log lines: two fields have this name: rename one",
        ),
    ] {
        assert_eq!(error(names).to_string(), expected);
    }
}

#[test]
fn names_that_could_break_a_line_are_errors() {
    for name in ["", "a\"b", "a\\b", "zeit ", "a\nb", "ä", "field.level"] {
        let names = FieldNames {
            target: name.into(),
            ..FieldNames::default()
        };
        assert!(matches!(error(names), LogError::FieldName { name: found, .. } if found == name));
    }
    let longest = FieldNames {
        target: "a".repeat(40).into(),
        ..FieldNames::default()
    };
    let lines = lines_of(
        shaped(LineShape {
            names: longest,
            ..LineShape::default()
        }),
        completed,
    );
    assert_eq!(lines[0]["a".repeat(40)], "http.request");
}

/// A sink that a test can read.
struct Sink(Written);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AuditSink for Sink {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn audit_trail_has_the_shape_too() {
    let trail = Written::default();
    let audit = Audit {
        output: AuditOutput::Sink(Box::new(Sink(trail.clone()))),
        ..Audit::file("-")
    };
    let settings = LogSettings {
        audit: Some(audit),
        ..shaped(short())
    };
    lines_of(settings, || {
        glyph_runtime::audit!(action = "grant", "role granted");
    });
    let line: Value = serde_json::from_str(&trail.text()).unwrap();
    assert_eq!(
        (&line["level"], &line["msg"]),
        (&json!("info"), &json!("role granted"))
    );
}
