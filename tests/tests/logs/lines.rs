//! The format of a log line.

use std::fmt;

use glyph_runtime::log::{Limits, LogSettings};
use serde_json::{Value, json};
use tracing::{info, info_span, warn};

use crate::capture::{line_of, lines_of, text_of};

fn without_timestamp(mut line: Value) -> Value {
    line.as_object_mut().unwrap().remove("timestamp").unwrap();
    line
}

#[test]
fn event_is_one_object_with_top_level_fields() {
    let line =
        line_of(|| warn!(target: "store", attempt = 2, fallback = "memory", "Redis fails open"));
    let expected = json!({
        "level": "WARN",
        "message": "Redis fails open",
        "target": "store",
        "attempt": 2,
        "fallback": "memory",
    });
    assert_eq!(without_timestamp(line), expected);
}

#[test]
fn the_timestamp_is_rfc_3339_in_utc_with_microseconds() {
    let line = line_of(|| info!("now"));
    let timestamp = line["timestamp"].as_str().unwrap();
    let shape: String = timestamp
        .chars()
        .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z");
}

#[test]
fn line_has_span_fields_and_the_innermost_wins() {
    let line = line_of(|| {
        let _outer = info_span!("outer", session = "s-1", shard = 1, step = "outer").entered();
        let _inner = info_span!("inner", shard = 2, step = "inner").entered();
        info!(step = "event", "deep inside");
    });
    assert_eq!(line["session"], "s-1");
    assert_eq!(line["shard"], 2);
    assert_eq!(line["step"], "event");
}

#[test]
fn later_span_values_replace_earlier_ones() {
    let lines = lines_of(LogSettings::default(), || {
        let span = info_span!("request", user = tracing::field::Empty, tries = 0);
        let _entered = span.clone().entered();
        info!("before");
        span.record("user", "ada")
            .record("tries", 1)
            .record("tries", 2);
        info!("after");
    });
    assert_eq!(lines[0].get("user"), None);
    assert_eq!(lines[0]["tries"], 0);
    assert_eq!(lines[1]["user"], "ada");
    assert_eq!(lines[1]["tries"], 2);
}

#[test]
fn repeatedly_recorded_field_stays_one_field() {
    let lines = lines_of(LogSettings::default(), || {
        let span = info_span!("worker", progress = 0);
        for progress in 0..10_000 {
            span.record("progress", progress);
        }
        let _entered = span.entered();
        info!("done");
    });
    assert_eq!(lines[0]["progress"], 9_999);
    assert_eq!(lines[0].get("omitted_fields"), None);
}

#[test]
fn fields_named_like_reserved_keys_are_renamed() {
    let line = line_of(|| {
        let _span = info_span!("span", message = "of the span", span_id = "mine").entered();
        info!(
            level = 9,
            timestamp = "then",
            target = "goal",
            trace_id = 7,
            omitted_fields = 1,
            "of the event"
        );
    });
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["message"], "of the event");
    assert_eq!(line["field.message"], "of the span");
    assert_eq!(line["field.level"], 9);
    assert_eq!(line["field.timestamp"], "then");
    assert_eq!(line["field.target"], "goal");
    assert_eq!(line["field.trace_id"], 7);
    assert_eq!(line["field.span_id"], "mine");
    assert_eq!(line["field.omitted_fields"], 1);
    assert_eq!(line.get("trace_id"), None);
}

#[test]
fn line_has_no_duplicate_key() {
    let text = text_of(LogSettings::default(), || {
        let _span = info_span!("span", level = 1, field.level = 2, step = 3).entered();
        info!(field.level = 4, level = 5, step = 6, "twice");
    });
    assert_eq!(text.matches("\"field.level\":").count(), 1);
    assert_eq!(text.matches("\"step\":").count(), 1);
    assert!(text.contains("\"field.level\":4"));
}

#[test]
fn raw_identifiers_lose_their_prefix() {
    let line = line_of(|| info!(r#type = "sale", "sold"));
    assert_eq!(line["type"], "sale");
}

#[test]
fn non_json_numbers_are_strings() {
    let line = line_of(|| {
        info!(
            nan = f64::NAN,
            rising = f64::INFINITY,
            falling = f64::NEG_INFINITY,
            half = 0.5,
            most = u64::MAX,
            least = i64::MIN,
            wide = u128::MAX,
            deep = i128::MIN,
            narrow = 7_u128,
            "numbers"
        );
    });
    assert_eq!(line["nan"], "NaN");
    assert_eq!(line["rising"], "Infinity");
    assert_eq!(line["falling"], "-Infinity");
    assert_eq!(line["half"], 0.5);
    assert_eq!(line["most"], u64::MAX);
    assert_eq!(line["least"], i64::MIN);
    assert_eq!(line["wide"], u128::MAX.to_string());
    assert_eq!(line["deep"], i128::MIN.to_string());
    assert_eq!(line["narrow"], 7);
}

#[test]
fn fields_that_control_a_span_are_not_in_lines() {
    let lines = lines_of(LogSettings::default(), || {
        let span = info_span!(
            "request",
            otel.name = "GET /",
            otel.kind = "server",
            otel.status_code = tracing::field::Empty,
            otel.status_description = tracing::field::Empty,
            otel.scope.name = "shop",
        );
        span.record("otel.status_code", "ERROR");
        span.record("otel.status_description", "no stock");
        let _entered = span.entered();
        info!("inside");
        info!(otel.name = "a field of the event", "inside");
    });
    let (first, second) = (&lines[0], &lines[1]);
    let names: Vec<_> = first.as_object().unwrap().keys().collect();
    let expected = ["level", "message", "otel.scope.name", "target", "timestamp"];
    assert_eq!(names, expected);
    assert_eq!(second["otel.name"], "a field of the event");
}

struct Failing;

impl fmt::Debug for Failing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("so far")?;
        Err(fmt::Error)
    }
}

#[test]
fn value_with_a_formatting_error_is_cut() {
    let line = line_of(|| info!(value = ?Failing, after = 1, "half"));
    assert_eq!(line["value"], "so far");
    assert_eq!(line["after"], 1);
}

struct Talkative;

impl fmt::Debug for Talkative {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!(inner = true, "from inside");
        formatter.write_str("done")
    }
}

#[test]
fn value_can_log_while_it_is_formatted() {
    let line = line_of(|| info!(first = "kept", value = ?Talkative, last = "kept", "outside"));
    assert_eq!(line["first"], "kept");
    assert_eq!(line["value"], "done");
    assert_eq!(line["last"], "kept");
}

#[test]
fn values_cannot_end_a_line_or_an_object() {
    let evil =
        "\u{1b}[2J\"},{\"level\":\"FAKE\"\r\n{\"level\":\"FAKE\"}\u{0}\u{7f}\u{2028}\u{9b}\\";
    let text = text_of(LogSettings::default(), || info!(evil, "{evil}"));
    assert_eq!(text.lines().count(), 1);
    assert!(!text.contains('\u{1b}'));
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["evil"], evil);
    assert_eq!(line["message"], evil);
    assert_eq!(line["level"], "INFO");
}

#[test]
fn non_utf8_bytes_do_not_break_the_line() {
    let bytes: &[u8] = b"\xff\"\n\xc3";
    let line =
        line_of(|| info!(bytes, debug = ?bytes, lossy = %String::from_utf8_lossy(bytes), "sent"));
    assert_eq!(line["lossy"], "\u{fffd}\"\n\u{fffd}");
    assert_eq!(line["debug"], "[255, 34, 10, 195]");
    assert!(line["bytes"].is_string());
}

#[test]
fn long_value_is_cut_and_marked() {
    let long = "é".repeat(1 << 20);
    let line = line_of(|| info!(text = long, debug = ?long, after = 1, "{long}"));
    for key in ["text", "debug", "message"] {
        let value = line[key].as_str().unwrap();
        assert!(value.ends_with("…[cut]"), "{key}");
        assert!(
            (8_180..8_210).contains(&value.len()),
            "{key}: {}",
            value.len()
        );
    }
    assert_eq!(line["after"], 1);
}

#[test]
fn line_length_is_bounded_with_any_values() {
    let controls = "\u{1}".repeat(1 << 20);
    let limits = Limits {
        line_bytes: 4096,
        value_bytes: usize::MAX,
        fields: 128,
    };
    let settings = LogSettings {
        limits,
        ..LogSettings::default()
    };
    let text = text_of(settings, || {
        let _span = info_span!("span", controls, small = 1).entered();
        info!(controls, other = controls, "{controls}");
    });
    assert!(text.len() <= 4096, "{}", text.len());
    let line: Value = serde_json::from_str(&text).unwrap();
    assert!(line["omitted_fields"].as_u64().unwrap() >= 2, "{line}");
    assert_eq!(line["small"], 1);
}

#[test]
fn number_of_fields_is_bounded() {
    let limits = Limits {
        fields: 3,
        ..Limits::default()
    };
    let settings = LogSettings {
        limits,
        ..LogSettings::default()
    };
    let lines = lines_of(settings, || {
        let _span = info_span!("span", five = 5, six = 6).entered();
        info!(one = 1, two = 2, three = 3, four = 4, "many");
    });
    let line = lines[0].as_object().unwrap();
    assert_eq!(line["message"], "many");
    for (name, kept) in [
        ("one", true),
        ("two", true),
        ("four", false),
        ("six", false),
    ] {
        assert_eq!(line.contains_key(name), kept, "{name}");
    }
    assert_eq!(line["omitted_fields"], 3);
}

#[test]
fn log_crate_records_keep_their_target_without_bridge_fields() {
    let line = line_of(|| {
        let record = log::Record::builder()
            .args(format_args!("from afar"))
            .target("driver")
            .level(log::Level::Warn)
            .module_path_static(Some("driver::socket"))
            .build();
        tracing_log::format_trace(&record).unwrap();
    });
    assert_eq!(line["target"], "driver");
    assert_eq!(line["message"], "from afar");
    assert_eq!(line["level"], "WARN");
    assert!(!line.to_string().contains("log."), "{line}");
}
