//! Nested captures, including those that end out of order.

use std::panic::{AssertUnwindSafe, catch_unwind};

use glyph_core::testing::{self, Capture};

use crate::catalog::{Metrics, stage};

fn call() {
    stage::tts {}.time(|| ());
}

fn calls(captured: &Capture) -> (u64, usize) {
    (
        captured.histogram::<stage::tts>().count(),
        captured.spans().len(),
    )
}

#[test]
fn innermost_capture_records_everything() {
    let outer = testing::capture();
    call();
    {
        let inner = testing::capture();
        call();
        call();
        assert_eq!(calls(&inner), (2, 2));
        assert_eq!(calls(&outer), (1, 1));
    }
    call();
    assert_eq!(calls(&outer), (2, 2));
}

#[test]
fn outer_capture_can_end_first() {
    let first = testing::capture();
    let second = testing::capture();
    let third = testing::capture();
    let (of_first, of_second) = (first.clone(), second.clone());

    drop(first);
    call();
    assert_eq!(calls(&third), (1, 1));
    drop(second);
    call();
    assert_eq!(calls(&third), (2, 2));
    drop(third);
    call();
    assert_eq!(calls(&of_first), (0, 0));
    assert_eq!(calls(&of_second), (0, 0));
    assert!(tracing::Span::current().is_disabled());

    let after = testing::capture();
    call();
    assert_eq!(calls(&after), (1, 1));
}

#[test]
fn outer_capture_is_current_after_the_inner_ends() {
    let first = testing::capture();
    let second = testing::capture();
    let third = testing::capture();
    drop(second);
    drop(third);
    call();
    assert_eq!(calls(&first), (1, 1));
}

#[test]
fn panic_ends_the_capture_and_is_recorded() {
    let outer = testing::capture();
    let mut left = None;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let inner = testing::capture();
        left = Some(inner.clone());
        stage::tts {}.time(|| -> () { std::panic::resume_unwind(Box::new("gone")) });
    }));
    assert!(panicked.is_err());
    let left = left.unwrap();
    assert_eq!(calls(&left), (1, 1));
    assert_eq!(left.span("tts").error_type(), Some("panic"));
    assert!(left.span("tts").is_closed());
    call();
    assert_eq!(calls(&outer), (1, 1));
}

#[test]
fn thread_cells_are_restored_after_the_capture() {
    let answers = &Metrics::global().billed;
    let before = answers.value();
    answers.inc();
    {
        let _outer = testing::capture();
        answers.inc();
        let _inner = testing::capture();
        answers.inc();
    }
    answers.inc();
    assert_eq!(answers.value(), before + 2);
}
