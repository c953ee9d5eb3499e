//! Errors and functions that determine the outcome of a call.

use std::{fmt, io};

use glyph_core::{Outcome, instrument_stage, stage::ErrorOutcome, testing};

use crate::instrument_stage::tally::{Tally, assert_ended, stage};

#[derive(Outcome, Clone, Debug)]
#[expect(dead_code, reason = "only the variant matters")]
enum SttError {
    #[outcome(timeout)]
    DeadlineExceeded,
    #[outcome(cancelled)]
    CallerLeft {
        after_bytes: usize,
    },
    #[outcome(ok)]
    Silence,
    #[outcome(error)]
    Broken,
    Refused(u16, &'static str),
    #[outcome(from)]
    Network(NetworkError),
}

#[derive(Outcome, Clone, Debug)]
#[outcome(timeout)]
struct NetworkError;

/// Returns all cases with their outcome and error type.
fn cases() -> [(SttError, Outcome, &'static str); 6] {
    use SttError::{Broken, CallerLeft, DeadlineExceeded, Network, Refused, Silence};
    [
        (DeadlineExceeded, Outcome::Timeout, "deadline_exceeded"),
        (
            CallerLeft { after_bytes: 7 },
            Outcome::Cancelled,
            "caller_left",
        ),
        (Silence, Outcome::Ok, "silence"),
        (Broken, Outcome::Error, "broken"),
        (Refused(503, "later"), Outcome::Error, "refused"),
        (Network(NetworkError), Outcome::Timeout, "network_error"),
    ]
}

#[test]
fn each_variant_has_an_outcome_and_a_name() {
    for (error, outcome, name) in cases() {
        assert_eq!(error.outcome(), outcome, "{error:?}");
        assert_eq!(error.error_type(), name, "{error:?}");
    }
}

#[test]
fn error_pointers_and_generic_errors_have_the_same_outcome() {
    #[derive(Outcome)]
    enum Retried<'a, E> {
        #[outcome(from)]
        Last {
            error: &'a E,
        },
        NeverTried,
    }
    fn outcome(error: &(impl ErrorOutcome + ?Sized)) -> (Outcome, &'static str) {
        (error.outcome(), error.error_type())
    }
    let late = (Outcome::Timeout, "deadline_exceeded");
    let error = SttError::DeadlineExceeded;
    assert_eq!(outcome(&Box::new(error.clone())), late);
    assert_eq!(outcome(&std::sync::Arc::new(error.clone())), late);
    assert_eq!(outcome(&Retried::Last { error: &error }), late);
    let never = Retried::<SttError>::NeverTried;
    assert_eq!(outcome(&never), (Outcome::Error, "never_tried"));
    let boxed: Box<dyn std::error::Error + Send + Sync> = "broken".into();
    assert_eq!(boxed.outcome(), Outcome::Error);
}

#[tokio::test]
async fn error_of_a_result_sets_the_stage_outcome() {
    #[instrument_stage(stage::call, labels(function = "outcomes: derived"))]
    fn fail(error: SttError) -> Result<(), SttError> {
        Err(error)
    }
    #[instrument_stage(stage::call, labels(function = "outcomes: derived, async"))]
    async fn fail_later(error: SttError) -> Result<(), SttError> {
        std::future::ready(Err(error)).await
    }
    let (derived, later) = ("outcomes: derived", "outcomes: derived, async");
    for (error, ..) in cases() {
        assert!(fail(error.clone()).is_err());
        assert!(fail_later(error).await.is_err());
    }
    let outcomes = cases().map(|(_, outcome, _)| outcome);
    assert_ended(derived, &outcomes);
    assert_ended(later, &outcomes);
}

#[test]
fn error_of_a_block_sets_its_outcome() {
    let function = "outcomes: block";
    for (error, ..) in cases() {
        stage::call { function }.start().fail(&error);
        let failed = stage::call { function }.time(|| Err::<(), _>(error));
        assert!(failed.is_err());
    }
    let outcomes = cases().map(|(_, outcome, _)| outcome);
    assert_ended(function, &[outcomes, outcomes].concat());
}

#[test]
fn span_has_the_error_type() {
    let function = "outcomes: span";
    for (error, outcome, name) in cases() {
        let captured = testing::capture();
        stage::call { function }.start().fail(&error);
        let span = captured.span("call");
        assert_eq!(span.error_type(), (outcome != Outcome::Ok).then_some(name));
        assert_eq!(span.status(), outcome.is_error().then_some("ERROR"));
    }
}

#[test]
fn alias_and_external_errors_keep_their_outcome() {
    struct Foreign;
    #[instrument_stage(stage::call, labels(function = "outcomes: others"))]
    fn time_out() -> io::Result<()> {
        Err(io::ErrorKind::TimedOut.into())
    }
    #[instrument_stage(stage::call, labels(function = "outcomes: others"))]
    fn foreign() -> Result<(), Foreign> {
        Err(Foreign)
    }
    #[instrument_stage(stage::call, labels(function = "outcomes: others"))]
    fn generic<E: fmt::Debug>(error: E) -> Result<(), E> {
        Err(error)
    }
    assert!(time_out().is_err());
    assert!(foreign().is_err());
    assert!(generic(SttError::DeadlineExceeded).is_err());
    assert_ended(
        "outcomes: others",
        &[Outcome::Timeout, Outcome::Error, Outcome::Error],
    );
    assert_eq!(Tally::running("outcomes: others").to_bits(), 0);
}

/// A function can set its outcome, whatever it returns.
mod said_by_the_function {
    use glyph_core::testing::CapturedSpan;

    use super::{Outcome, SttError, assert_ended, instrument_stage, stage, testing};

    fn found(lines: &[String]) -> Outcome {
        if lines.is_empty() {
            Outcome::Error
        } else {
            Outcome::Ok
        }
    }

    #[instrument_stage(stage::call, labels(function = "outcomes: function"), outcome = |lines| found(lines))]
    fn search(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[instrument_stage(stage::call, labels(function = "outcomes: path"), outcome = Outcome::of_result)]
    async fn derived_or_not() -> Result<u8, SttError> {
        std::future::ready(Err(SttError::DeadlineExceeded)).await
    }

    #[instrument_stage(
        stage::call,
        labels(function = "outcomes: argument"),
        outcome = |size: &usize| if *size > limit { Outcome::Timeout } else { Outcome::Ok }
    )]
    fn size(text: String, limit: usize) -> usize {
        text.len()
    }

    #[test]
    fn outcome_comes_from_a_closure_or_a_path() {
        assert_eq!(search("a\nb").len(), 2);
        assert!(search("").is_empty());
        assert_ended("outcomes: function", &[Outcome::Ok, Outcome::Error]);
        assert_eq!(size("abc".to_owned(), 2), 3);
        assert_eq!(size("abc".to_owned(), 3), 3);
        assert_ended("outcomes: argument", &[Outcome::Timeout, Outcome::Ok]);
    }

    #[tokio::test]
    async fn outcome_function_replaces_the_error() {
        assert!(derived_or_not().await.is_err());
        assert_ended("outcomes: path", &[Outcome::Error]);
    }

    #[instrument_stage(stage::call, labels(function = "outcomes: none"), none = error)]
    fn first(text: &str) -> Option<char> {
        text.chars().next()
    }

    #[instrument_stage(stage::call, labels(function = "outcomes: none, async"), none = cancelled)]
    async fn next(text: &str) -> Option<char> {
        let next = text.chars().next()?;
        std::future::ready(Some(next)).await
    }

    #[tokio::test]
    async fn none_counts_as_the_declared_outcome() {
        let captured = testing::capture();
        assert_eq!(first("x"), Some('x'));
        assert_eq!(first(""), None);
        let spans = captured.spans();
        let ends: Vec<_> = spans.iter().map(CapturedSpan::error_type).collect();
        assert_eq!(ends, [None, Some("none")]);
        assert_ended("outcomes: none", &[Outcome::Ok, Outcome::Error]);
        assert_eq!(next("x").await, Some('x'));
        assert_eq!(next("").await, None);
        assert_ended("outcomes: none, async", &[Outcome::Ok, Outcome::Cancelled]);
    }
}
