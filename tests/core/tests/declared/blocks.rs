//! A stage on a block of a function: one record and one span, however the block ends.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::float_cmp, reason = "counts of calls are integers")]

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    thread,
};

use glyph_core::{
    Outcome,
    testing::{self, CapturedSpan},
};

use crate::instrument_stage::tally::{Tally, assert_ended, stage};

fn call(function: &str) -> stage::call<'_> {
    stage::call { function }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn guard_records_its_result() {
    let function = "blocks: guard";
    call(function).start().finish();
    call(function).start().fail("out of paper");
    let late = io::Error::from(io::ErrorKind::TimedOut);
    call(function).start().fail(&late);
    call(function).start().finish_as(Outcome::Cancelled);
    assert_ended(
        function,
        &[
            Outcome::Ok,
            Outcome::Error,
            Outcome::Timeout,
            Outcome::Cancelled,
        ],
    );
}

#[test]
fn dropped_guard_is_cancelled() {
    fn first(text: &str) -> Option<u8> {
        let running = call("blocks: dropped").start();
        let digit = text.bytes().next()?;
        running.finish();
        Some(digit)
    }
    assert_eq!(first("7"), Some(b'7'));
    assert_eq!(first(""), None);
    assert_ended("blocks: dropped", &[Outcome::Ok, Outcome::Cancelled]);
}

#[test]
fn guard_dropped_by_a_panic_has_panicked() {
    let panic = catch_unwind(|| {
        let _running = call("blocks: panic").start();
        resume_unwind(Box::new(()))
    });
    assert!(panic.is_err());
    assert_ended("blocks: panic", &[Outcome::Panicked]);
}

#[test]
fn call_is_in_flight_until_its_guard_ends() {
    let function = "blocks: in flight";
    let (one, other) = (call(function).start(), call(function).start());
    assert_eq!(Tally::running(function), 2.0);
    one.finish();
    assert_eq!(Tally::running(function), 1.0);
    drop(other);
    assert_eq!(Tally::running(function), 0.0);
}

#[test]
fn guard_can_move_to_another_thread() {
    let running = call("blocks: thread").start();
    thread::spawn(move || running.finish()).join().unwrap();
    assert_ended("blocks: thread", &[Outcome::Ok]);
}

#[test]
fn closure_value_sets_the_outcome() {
    let function = "blocks: closure";
    assert_eq!(call(function).time(|| "7".parse::<u8>()), Ok(7));
    assert!(call(function).time(|| "x".parse::<u8>()).is_err());
    let late = || Err::<(), _>(io::Error::from(io::ErrorKind::TimedOut));
    assert!(call(function).time(late).is_err());
    call(function).time(|| {});
    assert_eq!(call(function).time(|| None::<u8>), None);
    let panic: thread::Result<()> =
        catch_unwind(|| call(function).time(|| resume_unwind(Box::new(()))));
    assert!(panic.is_err());
    assert_ended(
        function,
        &[
            Outcome::Ok,
            Outcome::Error,
            Outcome::Timeout,
            Outcome::Ok,
            Outcome::Ok,
            Outcome::Panicked,
        ],
    );
}

#[test]
fn caller_can_classify_any_value() {
    struct Foreign;
    let function = "blocks: judge";
    let failed = call(function).time_as(Outcome::of_result, || Err::<u8, _>(Foreign));
    assert!(failed.is_err());
    let _: Foreign = call(function).time_as(Outcome::of_value, || Foreign);
    let limit = 100;
    let judge = |size: &usize| {
        if *size > limit {
            Outcome::Timeout
        } else {
            Outcome::Ok
        }
    };
    assert_eq!(call(function).time_as(judge, || 160), 160);
    assert_ended(function, &[Outcome::Error, Outcome::Ok, Outcome::Timeout]);
}

#[test]
fn closure_can_borrow_and_move_values() {
    let mut heard = Vec::new();
    let text = String::from("hello");
    let last = call("blocks: borrows").time(|| {
        heard.push(text);
        heard.last().map(String::as_str)
    });
    assert_eq!(last, Some("hello"));
    assert_ended("blocks: borrows", &[Outcome::Ok]);
}

#[tokio::test]
async fn future_value_sets_the_outcome() {
    let function = "blocks: future";
    let parse = |text: &'static str| async move { text.parse::<u8>() };
    assert_eq!(call(function).time_async(parse("7")).await, Ok(7));
    assert!(call(function).time_async(parse("x")).await.is_err());
    let judge = |number: &Result<u8, _>| {
        if number == &Ok(0) {
            Outcome::Timeout
        } else {
            Outcome::Ok
        }
    };
    let zero = call(function).time_async_as(judge, parse("0")).await;
    assert_eq!(zero, Ok(0));
    assert_ended(function, &[Outcome::Ok, Outcome::Error, Outcome::Timeout]);
}

#[test]
fn future_is_a_call_from_first_poll_until_drop() {
    let function = "blocks: dropped future";
    drop(call(function).time_async(std::future::pending::<()>()));
    assert_ended(function, &[]);
    {
        let mut waiting = pin!(call(function).time_async(std::future::pending::<()>()));
        assert_eq!(Tally::running(function), 0.0);
        assert!(poll(waiting.as_mut()).is_pending());
        assert_eq!(Tally::running(function), 1.0);
    }
    assert_ended(function, &[Outcome::Cancelled]);
}

#[test]
fn panicking_future_has_panicked() {
    let function = "blocks: future panics";
    let mut future = Box::pin(call(function).time_async(async { resume_unwind(Box::new(())) }));
    let polled: thread::Result<Poll<()>> = catch_unwind(AssertUnwindSafe(|| poll(future.as_mut())));
    assert!(polled.is_err());
    drop(future);
    assert_ended(function, &[Outcome::Panicked]);
}

#[tokio::test]
async fn future_can_move_to_another_thread() {
    let function = "blocks: spawned";
    let work = call(function).time_async(async {
        tokio::task::yield_now().await;
        Ok::<u8, String>(7)
    });
    assert_eq!(tokio::spawn(work).await.unwrap(), Ok(7));
    assert_ended(function, &[Outcome::Ok]);
}

#[test]
fn block_span_has_labels_and_error_type() {
    let function = "blocks: span";
    let captured = testing::capture();
    call(function).time(|| call(function).start().in_scope(|| {}));
    call(function).start().fail(&std::fmt::Error);
    let mut future = pin!(call(function).time_async(async {
        call(function).start().finish();
        Err::<(), _>("broken")
    }));
    assert!(poll(future.as_mut()).is_ready());
    let spans = captured.spans();
    let parents: Vec<_> = spans.iter().map(CapturedSpan::parent).collect();
    assert_eq!(parents, [None, Some("call"), None, None, Some("call")]);
    assert!(spans.iter().all(|span| span.name() == "call"));
    assert!(
        spans
            .iter()
            .all(|span| span.field("function") == Some(function))
    );
    let ends: Vec<_> = spans
        .iter()
        .map(|span| (span.error_type(), span.status()))
        .collect();
    assert_eq!(
        ends,
        [
            (None, None),
            (Some("cancelled"), None),
            (Some("core::fmt::Error"), Some("ERROR")),
            (Some("str"), Some("ERROR")),
            (None, None),
        ]
    );
}

/// Strict lints, and prelude names with another meaning.
mod strict {
    #![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]
    #![forbid(unsafe_code)]
    #![expect(dead_code, reason = "they exist only to shadow names")]

    use glyph_core::{Histogram, metric_catalog};

    mod core {}
    mod std {}
    struct Option;
    struct Result;
    trait Future {}
    trait FnOnce {}
    struct R;
    struct F;

    #[metric_catalog(namespace = "blocks_strict", stages = stage)]
    struct Strict {
        /// Time that calls took.
        #[metric(unit = seconds)]
        #[stage(unused, labels(kind: &str, other: bool = true))]
        unused: Histogram,
        /// Time that calls took.
        #[metric(unit = seconds)]
        #[stage(used)]
        used: Histogram,
        /// Time that calls took.
        #[metric(unit = seconds)]
        #[stage(ended, end_labels(text: &str = "", is_ok: bool = false))]
        ended: Histogram,
    }

    #[glyph_core::instrument_stage(stage::ended, labels(
        is_ok = |text| text.is_empty(),
        text = |text| text.as_str(),
    ))]
    fn ended(text: &str) -> ::std::string::String {
        text.to_owned()
    }

    struct Answer(u8);

    const fn is_even(answer: &Answer) -> bool {
        answer.0.is_multiple_of(2)
    }

    #[glyph_core::instrument_stage(stage::ended, labels(is_ok = |answer| is_even(answer)))]
    async fn ended_later() -> Answer {
        ::std::future::ready(Answer(7)).await
    }

    pub(super) fn used() -> u64 {
        let mut running = stage::ended {}.start();
        running.set_text("text");
        running.finish();
        drop(ended("text"));
        futures_util::FutureExt::now_or_never(ended_later());
        assert_eq!(Strict::global().ended.snapshot().count(), 3);
        stage::used {}.time(|| ());
        stage::used {}.start().finish();
        Strict::global().used.snapshot().count()
    }
}

#[test]
fn catalog_compiles_with_strict_lints() {
    assert_eq!(strict::used(), 2);
}
