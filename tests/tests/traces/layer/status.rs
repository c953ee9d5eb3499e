//! The status of a span is the outcome of its call, and no event changes it.

use std::fmt;

use futures_util::{FutureExt, StreamExt, stream};
use glyph_runtime::{Outcome, instrument_stage, redaction::Redaction};
use glyph_tests::kinds;
use opentelemetry::trace::Status;
use tracing::{Id, error, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{
    layer::exported::{exported, exported_with, value},
    spans::telemetry::stage,
};

#[derive(Debug, Outcome)]
enum Failure {
    Refused,
    #[outcome(cancelled)]
    GivenUp,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the card {self:?} has no funds")
    }
}

#[test]
fn event_at_error_changes_no_status() {
    let spans = exported(|| {
        info_span!("entered").in_scope(|| error!("on purpose"));
        info_span!("entered_with_error").in_scope(|| error!(error = "on purpose"));
        let never_entered = info_span!("never_entered");
        error!(parent: &never_entered, "on purpose");
        let entered_later = info_span!("entered_later");
        error!(parent: &entered_later, error = "on purpose");
        entered_later.in_scope(|| {});
    });
    assert_eq!(spans.len(), 4);
    for span in spans {
        assert_eq!(span.status, Status::Unset, "{}", span.name);
        assert_eq!(span.events.len(), 1, "{}", span.name);
        assert_eq!(value(&span.attributes, "exception.message"), None);
    }
}

#[test]
fn event_of_a_span_that_is_closed_or_hidden_is_ignored() {
    let spans = exported(|| {
        let closed = info_span!("closed").id().unwrap();
        error!(parent: closed, "on purpose");
        error!(parent: Id::from_u64(u64::MAX), "on purpose");
        error!(parent: None, "on purpose");
    });
    assert_eq!(spans.len(), 1);
    assert!(spans[0].events.is_empty());
}

#[test]
fn status_that_a_program_sets_stays() {
    let spans = exported(|| {
        info_span!("recorded", otel.status_code = "ERROR").in_scope(|| error!("on purpose"));
        let span = info_span!("set");
        span.set_status(Status::error("sold out"));
        span.in_scope(|| error!("on purpose"));
        drop(span);
        let span = info_span!("set_inside");
        span.in_scope(|| {
            error!("on purpose");
            span.set_status(Status::Ok);
        });
    });
    let statuses: Vec<_> = spans.iter().map(|span| span.status.clone()).collect();
    let expected = [Status::error(""), Status::error("sold out"), Status::Ok];
    assert_eq!(statuses, expected);
}

#[instrument_stage(stage::stt, labels(test = "layer"), err = event)]
fn pay(failure: Option<Failure>) -> Result<(), Failure> {
    error!("a remark");
    failure.map_or(Ok(()), Err)
}

#[test]
fn stage_has_the_status_of_its_outcome_and_the_text_of_its_error() {
    #[instrument_stage(stage::stt, labels(test = "layer"), err = event(debug, level = warn))]
    async fn pay_later() -> Result<(), Failure> {
        Err(Failure::Refused)
    }
    #[instrument_stage(stage::stt, labels(test = "layer"), stream, err = event)]
    fn pay_often() -> impl futures_util::Stream<Item = Result<(), Failure>> {
        stream::iter([Ok(()), Err(Failure::Refused), Err(Failure::GivenUp)])
    }
    #[instrument_stage(stage::stt, labels(test = "layer"))]
    fn pay_silently() -> Result<(), Failure> {
        Err(Failure::Refused)
    }

    let spans = exported(|| {
        pay(None).unwrap();
        pay(Some(Failure::Refused)).unwrap_err();
        pay(Some(Failure::GivenUp)).unwrap_err();
        pay_later().now_or_never().unwrap().unwrap_err();
        let items = pay_often().collect::<Vec<_>>().now_or_never();
        assert_eq!(items.unwrap().len(), 3);
        pay_silently().unwrap_err();
    });
    let statuses: Vec<_> = spans.iter().map(|span| span.status.clone()).collect();
    let expected = [
        Status::Unset,
        Status::error("the card Refused has no funds"),
        Status::Unset,
        Status::error("Refused"),
        Status::error("the card Refused has no funds"),
        Status::error(""),
    ];
    assert_eq!(statuses, expected);
}

#[test]
fn text_of_an_error_is_redacted_and_limited() {
    #[instrument_stage(stage::stt, labels(test = "layer"), err = event)]
    fn fail() -> Result<(), String> {
        Err("ü".repeat(10_000))
    }
    let spans = exported(|| drop(fail()));
    assert_eq!(spans[0].status, Status::error("ü".repeat(512)));

    let mut settings = kinds::settings("shop");
    settings.redaction = Redaction::none().with("error");
    let spans = exported_with(&settings, || drop(pay(Some(Failure::Refused))));
    assert_eq!(spans[0].status, Status::error("[redacted]"));
}
