//! Values that log, and open spans, while they are formatted for a filter.

use std::fmt;

use glyph_runtime::log::{LogSettings, Pipeline};
use glyph_tests::{
    children::alone,
    wait::{LONG, within},
};
use tracing::{Subscriber, debug, field::Empty, info_span};
use tracing_subscriber::layer::SubscriberExt;

use crate::capture::{AMPLE, Written};

const NAMES_ADA: &str = "info,[request{user=ada}]=debug";

/// A user whose `Debug` logs, and opens a span that the directives name.
struct User(&'static str);

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug!("formatted");
        info_span!("request", user = "eve").in_scope(|| debug!("nested"));
        formatter.write_str(self.0)
    }
}

/// Returns the messages of a log with this filter that `work` gets as the only subscriber of the
/// process, on a thread that has to end.
fn messages(filter: &str, work: impl FnOnce(&Pipeline) + Send + 'static) -> Vec<String> {
    let written = Written::default();
    let settings = LogSettings {
        output: written.output(),
        filter: filter.to_owned(),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings).unwrap();
    only(tracing_subscriber::registry().with(layer));
    within(LONG / 2, "spans whose values log", move || {
        work(&log);
        log.shutdown(AMPLE).unwrap();
    });
    let message = |line: &serde_json::Value| line["message"].as_str().unwrap().to_owned();
    written.lines().iter().map(message).collect()
}

/// Makes it the subscriber of the process: under one of a thread, values cannot log.
fn only(subscriber: impl Subscriber + Send + Sync) {
    tracing::subscriber::set_global_default(subscriber).unwrap();
}

#[test]
fn value_of_a_new_span_can_log_in_an_open_one() {
    alone(|| {
        let lines = messages("info", |log| {
            let _open = info_span!("request", user = "ada").entered();
            log.set_filter(NAMES_ADA).unwrap();
            info_span!("request", user = ?User("bob")).in_scope(|| debug!("inner"));
        });
        // The filter formats the value, then the log.
        let formatted = ["formatted", "nested"];
        assert_eq!(lines, [&formatted[..], &formatted, &["inner"]].concat());
    });
}

#[test]
fn value_that_is_recorded_later_can_log_in_an_open_span() {
    alone(|| {
        let lines = messages("info", |log| {
            let _open = info_span!("request", user = "ada").entered();
            log.set_filter(NAMES_ADA).unwrap();
            let late = info_span!("request", user = Empty);
            late.record("user", tracing::field::debug(User("bob")));
            late.in_scope(|| debug!("inner"));
        });
        let formatted = ["formatted", "nested"];
        assert_eq!(lines, [&formatted[..], &formatted, &["inner"]].concat());
    });
}

#[test]
fn value_can_open_a_span_that_the_first_filter_names() {
    alone(|| {
        let lines = messages(NAMES_ADA, |_| {
            info_span!("request", user = ?User("ada")).in_scope(|| debug!("inner"));
            let late = info_span!("request", user = Empty);
            late.record("user", tracing::field::debug(User("ada")));
            late.in_scope(|| debug!("late"));
        });
        assert_eq!(lines, ["inner", "late"]);
    });
}

#[test]
fn value_that_logs_before_the_log_has_it_counts_afterwards() {
    alone(|| {
        let lines = messages("info", |log| {
            let request = info_span!("request", user = Empty).entered();
            log.set_filter(NAMES_ADA).unwrap();
            request.record("user", tracing::field::debug(User("ada")));
            debug!("afterwards");
        });
        assert_eq!(lines, ["afterwards"]);
    });
}
