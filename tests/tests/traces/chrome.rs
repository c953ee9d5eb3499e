//! Conversion of span files for the Chrome trace viewer.

use std::{fmt::Write, fs::File, io::BufReader};

use glyph_runtime::trace::{Conversion, FileSettings, Pipeline, TraceSettings, chrome};
use opentelemetry::trace::{Tracer, TracerProvider};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::LONG;

fn converted(lines: &[u8]) -> (Vec<Value>, Conversion) {
    let mut page = Vec::new();
    let done = chrome(lines, &mut page).unwrap();
    let page: Value = serde_json::from_slice(&page).unwrap();
    (page["traceEvents"].as_array().unwrap().clone(), done)
}

fn line(name: &str, start: u64, duration: u64) -> String {
    let span = json!({
        "trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331", "sampled": true,
        "name": name, "kind": "server", "start_unix_nanos": start, "duration_nanos": duration,
        "status": {"code": "error", "description": name}, "attributes": {name: name},
    });
    format!("{span}\n")
}

fn spans(events: &[Value]) -> Vec<&Value> {
    events.iter().filter(|event| event["ph"] == "X").collect()
}

#[test]
fn written_file_converts_to_chrome_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.jsonl");
    let mut settings = TraceSettings::new("shop");
    settings.file = Some(FileSettings::new(&path));
    let pipeline = Pipeline::start(&settings).unwrap();
    let tracer = pipeline.provider().tracer("test");
    tracer.in_span("root", |_| tracer.in_span("step", |_| {}));
    tracer.in_span("other", |_| {});
    pipeline.shutdown(LONG).unwrap();
    let mut page = Vec::new();
    let done = chrome(BufReader::new(File::open(path).unwrap()), &mut page).unwrap();
    assert_eq!((done.spans, done.skipped_lines), (3, 0));
    let page: Value = serde_json::from_slice(&page).unwrap();
    let events = page["traceEvents"].as_array().unwrap();
    let shown: Vec<_> = spans(events)
        .into_iter()
        .map(|event| {
            (
                event["name"].as_str().unwrap(),
                event["pid"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(shown, [("root", 1), ("step", 1), ("other", 2)]);
    assert_eq!(spans(events)[0]["ts"], 0.0);
}

#[test]
fn overlapping_spans_have_separate_tracks() {
    let lines = [
        line("whole", 0, 10_000),
        line("a", 1_000, 5_000),
        line("b", 3_000, 5_000),
        line("in a", 2_000, 1_000),
    ];
    let (events, _) = converted(lines.concat().as_bytes());
    let rows: Vec<_> = spans(&events)
        .into_iter()
        .map(|event| {
            (
                event["name"].as_str().unwrap(),
                event["tid"].as_u64().unwrap(),
                event["ts"].as_f64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("whole", 1, 0.0),
            ("a", 1, 1.0),
            ("in a", 1, 2.0),
            ("b", 2, 3.0)
        ]
    );
}

#[test]
fn invalid_span_lines_are_skipped_and_counted() {
    let mut lines = line("good", 0, 1);
    write!(
        lines,
        "\n{{\"trace_id\":1}}\n[]\n{}",
        &line("cut off", 0, 1)[..40]
    )
    .unwrap();
    let (events, done) = converted(lines.as_bytes());
    assert_eq!((done.spans, done.skipped_lines), (1, 3));
    assert_eq!(spans(&events).len(), 1);
    assert_eq!(converted(b"").1, Conversion::default());
}

proptest! {
    #[test]
    fn any_text_is_converted_unchanged(name in any::<String>(), start in any::<u64>(), duration in any::<u64>()) {
        let (events, done) = converted(line(&name, start, duration).as_bytes());
        prop_assert_eq!((done.spans, done.skipped_lines), (1, 0));
        let span = spans(&events)[0];
        prop_assert_eq!(span["name"].as_str(), Some(name.as_str()));
        prop_assert_eq!(span["args"]["error"].as_str(), Some(name.as_str()));
    }

    #[test]
    fn any_bytes_convert_without_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (events, _) = converted(&bytes);
        prop_assert!(spans(&events).is_empty());
    }
}
