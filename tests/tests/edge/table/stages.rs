//! Stages.

use std::{
    future::{pending, ready},
    panic::AssertUnwindSafe,
};

use futures_util::FutureExt;
use glyph_runtime::{CallStatus, Label, Outcome, instrument_stage};

use crate::table::{
    catalog::{Call, Endings, stage},
    row::{Row, Run, text},
};

#[derive(Debug, Outcome)]
pub(crate) enum Failure {
    Refused,
    #[outcome(timeout)]
    TooLate,
    #[outcome(cancelled)]
    GivenUp,
    #[outcome(ok)]
    NotFound,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{self:?}")
    }
}

type Answer = Result<u32, Failure>;

/// What a call does.
enum Does {
    Returns(Answer),
    Logs(Answer),
    Panics,
    Hangs,
}

async fn act(does: Does) -> Answer {
    match does {
        Does::Returns(answer) => ready(answer).await,
        Does::Logs(answer) => {
            tracing::error!("on purpose");
            answer
        }
        Does::Panics => std::panic::resume_unwind(Box::new("on purpose")),
        Does::Hangs => pending().await,
    }
}

#[instrument_stage(stage::call, err = event(level = warn), target = "ends.stage")]
async fn call(does: Does) -> Answer {
    act(does).await
}

#[instrument_stage(stage::strict, err = event(level = warn), target = "ends.stage")]
async fn strict(does: Does) -> Answer {
    act(does).await
}

/// Returns the only status that was counted, and whether the error counter counted.
fn counted(name: &str) -> (String, String) {
    let all = Endings::global();
    let statuses = CallStatus::VALUES.unwrap_or_default().iter().enumerate();
    let mut statuses = statuses.map(|(index, text)| CallStatus::literal(index, text));
    let status = statuses.find(|&status| {
        let calls = if name == "call" {
            &all.calls
        } else {
            &all.strict_calls
        };
        calls.value(Call { status }) == 1
    });
    let failures = if name == "call" {
        &all.failures
    } else {
        &all.strict_failures
    };
    let failed = if failures.value() == 1 { "counted" } else { "" };
    (text(&status.unwrap()), failed.to_owned())
}

fn row(told: &str, name: &str, call: impl Future<Output = Answer>) -> Row {
    let run = Run::start();
    drop(AssertUnwindSafe(call).catch_unwind().now_or_never());
    run.finish(told, counted(name), name, "ends.stage")
}

pub(crate) async fn rows() -> Vec<Row> {
    use Does::{Hangs, Logs, Panics, Returns};
    ready(vec![
        row("returns a value", "call", call(Returns(Ok(7)))),
        row(
            "logs an error and returns a value",
            "call",
            call(Logs(Ok(7))),
        ),
        row(
            "returns an error",
            "call",
            call(Returns(Err(Failure::Refused))),
        ),
        row(
            "returns an error with the outcome `timeout`",
            "call",
            call(Returns(Err(Failure::TooLate))),
        ),
        row(
            "returns an error with the outcome `cancelled`",
            "call",
            call(Returns(Err(Failure::GivenUp))),
        ),
        row(
            "returns an error with the outcome `ok`",
            "call",
            call(Returns(Err(Failure::NotFound))),
        ),
        row("panics", "call", call(Panics)),
        row("is dropped before its end", "call", call(Hangs)),
        row(
            "is dropped before its end, with `cancelled = error`",
            "strict",
            strict(Hangs),
        ),
    ])
    .await
}
