//! Two logs of one subscriber, with settings of their own.

use glyph_runtime::log::{Limits, LogSettings, Pipeline, REDACTED, Redaction};
use serde_json::Value;
use tracing::{debug, field::Empty, info, info_span};
use tracing_subscriber::layer::SubscriberExt;

use crate::capture::{AMPLE, Written};

/// A log that hides users, and keeps short values.
fn guarded() -> LogSettings {
    LogSettings {
        redaction: Redaction::none().with("user"),
        limits: Limits {
            value_bytes: 8,
            ..Limits::default()
        },
        ..LogSettings::default()
    }
}

/// A log that shows everything.
fn open() -> LogSettings {
    LogSettings {
        redaction: Redaction::none(),
        ..LogSettings::default()
    }
}

/// Returns the lines of each log that `work` writes to both.
fn lines_of(logs: [LogSettings; 2], work: impl FnOnce(&[Pipeline; 2])) -> [Vec<Value>; 2] {
    let written = [Written::default(), Written::default()];
    let [first, second] = [0, 1].map(|index: usize| written[index].output());
    let [one, two] = logs;
    let with = |settings, output| LogSettings { output, ..settings };
    let (first, one) = Pipeline::start(with(one, first)).unwrap();
    let (second, two) = Pipeline::start(with(two, second)).unwrap();
    let logs = [one, two];
    let subscriber = tracing_subscriber::registry().with(first).with(second);
    tracing::subscriber::with_default(subscriber, || work(&logs));
    for log in logs {
        log.shutdown(AMPLE).unwrap();
    }
    written.map(|written| written.lines())
}

fn request(_: &[Pipeline; 2]) {
    let long = "0123456789abcdef";
    let request = info_span!("request", user = "ada", long, late = Empty).entered();
    info!("before");
    request.record("user", "eve");
    request.record("late", long);
    info!("after");
}

#[test]
fn spans_have_the_redaction_and_the_limits_of_each_log() {
    let [hidden, shown] = lines_of([guarded(), open()], request);
    let [shown_first, hidden_second] = lines_of([open(), guarded()], request);
    for lines in [hidden, hidden_second] {
        for line in &lines {
            assert_eq!(line["user"], REDACTED);
            assert_ne!(line["long"], "0123456789abcdef");
        }
        assert_ne!(lines[1]["late"], "0123456789abcdef");
        assert!(lines[1]["late"].as_str().unwrap().starts_with("01234567"));
    }
    for lines in [shown, shown_first] {
        assert_eq!([&lines[0]["user"], &lines[1]["user"]], ["ada", "eve"]);
        assert_eq!(lines[0]["long"], "0123456789abcdef");
        assert_eq!(lines[1]["late"], "0123456789abcdef");
    }
}

#[test]
fn open_spans_pass_under_the_filter_of_each_log() {
    let expected = [vec!["2", "3"], vec!["1", "3"]];
    for settings in [[guarded(), open()], [open(), guarded()]] {
        let lines = lines_of(settings, |[one, two]| {
            let _request = info_span!("request", id = 7).entered();
            debug!("0");
            two.set_filter("info,[request{id=7}]=debug").unwrap();
            debug!("1");
            one.set_filter("info,[request{id=7}]=debug").unwrap();
            two.set_filter("info,[request{id=8}]=debug").unwrap();
            debug!("2");
            two.set_filter("info,[request{id=7}]=debug").unwrap();
            debug!("3");
        });
        let messages = |lines: Vec<Value>| {
            let messages = lines.iter().map(|line| line["message"].clone());
            messages.collect::<Vec<_>>()
        };
        let messages = lines.map(messages);
        assert_eq!(messages, expected);
    }
}
