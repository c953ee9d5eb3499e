//! What the signals say of one call.

use std::fmt::Write;

use glyph_runtime::{
    CallStatus, Label, Status,
    grpc::ErrorLabel,
    testing::{self, CaptureGuard},
};
use glyph_tests::wait;
use opentelemetry::trace::Status as SpanStatus;
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

use crate::{
    http::kept::{Kept, attribute, keep},
    table::catalog::{Ended, Endings, Two},
};

/// One line of the table.
#[derive(Debug, PartialEq)]
pub(crate) struct Row {
    /// How the call ends.
    pub(crate) call: String,
    /// The labels of the metric.
    pub(crate) outcome: String,
    pub(crate) failure: String,
    pub(crate) span_status: &'static str,
    pub(crate) error_type: String,
    pub(crate) line: String,
}

impl Row {
    /// Asserts that the signals do not contradict each other.
    pub(crate) fn assert_one_story(&self) {
        let failed = ["error", "timeout", "panicked"].contains(&&*self.outcome);
        if self.span_status == "ERROR" {
            assert_ne!(self.outcome, "ok", "{self:?}");
            assert_ne!(self.error_type, "", "{self:?}");
        }
        if self.outcome == "ok" {
            assert_eq!((self.span_status, &*self.error_type), ("", ""), "{self:?}");
        }
        if let Some((_, rest)) = self.line.split_once("`error.type=\"") {
            let (of_line, _) = rest.split_once('"').unwrap();
            assert_eq!(of_line, self.error_type, "{self:?}");
        }
        if self.line.starts_with("ERROR") {
            assert_eq!((failed, self.span_status), (true, "ERROR"), "{self:?}");
        }
    }
}

/// A run of one call.
pub(crate) struct Run {
    captured: CaptureGuard,
    pub(crate) kept: Kept,
}

impl Run {
    pub(crate) fn start() -> Self {
        Self {
            captured: testing::capture(),
            kept: keep(),
        }
    }

    /// Waits until the only call of a layer has ended, and returns its row.
    ///
    /// Its span is the one with this name, and its line the one with this target.
    pub(crate) async fn row(self, call: &str, span: &str, target: &str) -> Row {
        let mut ended = None;
        wait::until_async(&format!("{call}: the call ended"), || {
            ended = found();
            ended.is_some()
        })
        .await;
        wait::until_async(&format!("{call}: the span ended"), || {
            self.kept.spans().iter().any(|ended| is_of(ended, span))
        })
        .await;
        let (status, error) = ended.unwrap();
        let all = Endings::global();
        let failed = [CallStatus::Error, CallStatus::Timeout, CallStatus::Panicked];
        let failed = u64::from(failed.contains(&status));
        let two = |status| all.ended_in_two.value(Two { status });
        assert_eq!(all.ended_badly.value(), failed, "{call}: failures");
        assert_eq!(
            (two(Status::Ok), two(Status::Error)),
            (1 - failed, failed),
            "{call}"
        );
        self.finish(call, (text(&status), text(&error)), span, target)
    }

    /// Returns the row of a call whose labels on the metric are known.
    pub(crate) fn finish(
        self,
        call: &str,
        (outcome, failure): (String, String),
        name: &str,
        target: &str,
    ) -> Row {
        let spans = self.kept.spans();
        let span = spans.iter().find(|span| is_of(span, name));
        let span = span.unwrap_or_else(|| panic!("{call}: no span {name} of {spans:?}"));
        let (span_status, error_type) = (status(span), attribute(span, "error.type"));
        let lines = self.kept.lines();
        drop(self.captured);
        Row {
            call: call.to_owned(),
            outcome,
            failure,
            span_status,
            error_type,
            line: line(&lines, target),
        }
    }
}

/// Whether the span is the one of this instrumentation: a stage by its name, a layer by its kind.
fn is_of(span: &SpanData, name: &str) -> bool {
    span.name == name || format!("{:?}", span.span_kind) == name
}

fn status(span: &SpanData) -> &'static str {
    match span.status {
        SpanStatus::Unset => "",
        SpanStatus::Ok => "OK",
        SpanStatus::Error { .. } => "ERROR",
    }
}

/// Returns the labels of the call that was counted, if there is one.
fn found() -> Option<(CallStatus, ErrorLabel)> {
    let statuses = CallStatus::VALUES.unwrap_or_default().iter().enumerate();
    let errors = ErrorLabel::VALUES.unwrap_or_default().iter().enumerate();
    let mut labels = statuses.flat_map(|(status, status_text)| {
        let status = CallStatus::literal(status, status_text);
        errors
            .clone()
            .map(move |(error, text)| (status, ErrorLabel::literal(error, text)))
    });
    labels.find(|&(status, error)| {
        let counted = Endings::global().ended.value(Ended { status, error });
        assert!(counted <= 1, "one call counts {counted} times");
        counted == 1
    })
}

pub(crate) fn text(label: &impl Label) -> String {
    label.with_text(ToOwned::to_owned)
}

/// Returns the level of the line, and the fields of it that depend on the end.
fn line(lines: &[Value], target: &str) -> String {
    let mut of_target = lines.iter().filter(|line| line["target"] == target);
    let Some(line) = of_target.next() else {
        return String::new();
    };
    assert_eq!(of_target.next(), None, "one line for each call");
    let mut text = line["level"].as_str().unwrap().to_owned();
    for field in [
        "http.response.status_code",
        "rpc.status_code",
        "error.type",
        "error.message",
    ] {
        match line.get(field) {
            None | Some(Value::Null) => {}
            Some(Value::String(value)) => write!(text, " `{field}=\"{value}\"`").unwrap(),
            Some(value) => write!(text, " `{field}={value}`").unwrap(),
        }
    }
    text
}

/// Returns rows as a table of the page.
pub(crate) fn table(title: &str, rows: &[Row]) -> String {
    let mut table = format!(
        "\n## {title}\n\n\
         | the call | outcome | failure on the metric | span status | `error.type` of the span | line |\n\
         |---|---|---|---|---|---|\n"
    );
    for row in rows {
        let code = |text: &str| match text {
            "" => String::new(),
            text => format!("`{text}`"),
        };
        writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} |",
            row.call,
            code(&row.outcome),
            code(&row.failure),
            code(row.span_status),
            code(&row.error_type),
            row.line
        )
        .unwrap();
    }
    table.push('\n');
    table
}
