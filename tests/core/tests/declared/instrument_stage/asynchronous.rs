//! Functions that return a future.

use std::{
    future::{pending, poll_fn, ready},
    num::ParseIntError,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use glyph_core::{Outcome, instrument_stage};

use crate::instrument_stage::tally::{Tally, assert_ended, stage};

/// Polls once.
pub(crate) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Is pending once, then returns.
pub(crate) async fn turn() {
    let mut turned = false;
    poll_fn(|_| {
        if turned {
            return Poll::Ready(());
        }
        turned = true;
        Poll::Pending
    })
    .await;
}

#[test]
fn value_is_ok_and_error_is_an_error() {
    #[instrument_stage(stage::call, labels(function = "async: result"))]
    async fn parse(text: &str) -> Result<u8, ParseIntError> {
        ready(()).await;
        let number = text.parse()?;
        Ok(number)
    }
    assert_eq!(poll(pin!(parse("7"))), Poll::Ready(Ok(7)));
    assert!(matches!(poll(pin!(parse("seven"))), Poll::Ready(Err(_))));
    assert_ended("async: result", &[Outcome::Ok, Outcome::Error]);
}

#[test]
fn early_return_is_recorded() {
    #[instrument_stage(stage::call, labels(function = "async: early return"))]
    async fn check(early: bool) -> std::io::Result<()> {
        if early {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        turn().await;
        Ok(())
    }
    assert!(matches!(poll(pin!(check(true))), Poll::Ready(Err(_))));
    let mut late = pin!(check(false));
    assert!(poll(late.as_mut()).is_pending());
    assert!(matches!(poll(late), Poll::Ready(Ok(()))));
    assert_ended("async: early return", &[Outcome::Error, Outcome::Ok]);
}

#[test]
fn unpolled_future_is_not_a_call() {
    #[instrument_stage(stage::call, labels(function = "async: not polled"))]
    async fn idle() {}
    let future = idle();
    assert_eq!(Tally::running("async: not polled"), 0.0);
    drop(future);
    assert_ended("async: not polled", &[]);
}

#[test]
fn future_dropped_while_pending_is_cancelled() {
    #[instrument_stage(stage::call, labels(function = "async: dropped"))]
    async fn wait() {
        pending::<()>().await;
    }
    let mut future = Box::pin(wait());
    assert!(poll(future.as_mut()).is_pending());
    assert!(poll(future.as_mut()).is_pending());
    assert_eq!(Tally::running("async: dropped"), 1.0);
    drop(future);
    assert_ended("async: dropped", &[Outcome::Cancelled]);
}

#[test]
fn panic_is_recorded_in_any_poll() {
    #[instrument_stage(stage::call, labels(function = "async: panic"))]
    async fn fail(late: bool) {
        if late {
            turn().await;
        }
        resume_unwind(Box::new(()));
    }
    assert!(catch_unwind(|| poll(pin!(fail(false)))).is_err());
    let mut late = Box::pin(fail(true));
    assert!(poll(late.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| poll(late.as_mut()))).is_err());
    assert_ended("async: panic", &[Outcome::Panicked; 2]);
    drop(late);
    assert_ended("async: panic", &[Outcome::Panicked; 2]);
}

#[test]
fn future_dropped_by_another_panic_is_cancelled() {
    #[instrument_stage(stage::call, labels(function = "async: another's panic"))]
    async fn wait() {
        pending::<()>().await;
    }
    let panic = catch_unwind(|| {
        let mut future = Box::pin(wait());
        assert!(poll(future.as_mut()).is_pending());
        resume_unwind(Box::new(()));
    });
    assert!(panic.is_err());
    assert_ended("async: another's panic", &[Outcome::Cancelled]);
}

#[test]
fn values_of_the_body_are_dropped_before_the_record() {
    struct Held;
    impl Drop for Held {
        fn drop(&mut self) {
            assert_eq!(Tally::running("async: held"), 1.0);
        }
    }
    #[instrument_stage(stage::call, labels(function = "async: held"))]
    async fn hold(held: Held, forever: bool) {
        let also_held = Held;
        if forever {
            pending::<()>().await;
        }
        drop((held, also_held));
    }
    assert!(poll(pin!(hold(Held, false))).is_ready());
    let mut future = Box::pin(hold(Held, true));
    assert!(poll(future.as_mut()).is_pending());
    drop(future);
    assert_ended("async: held", &[Outcome::Ok, Outcome::Cancelled]);
}

#[test]
fn endless_function_ends_when_it_is_dropped() {
    #[instrument_stage(stage::call, labels(function = "async: never"))]
    async fn serve(step: &str) -> ! {
        loop {
            assert_eq!(step, "step");
            turn().await;
        }
    }
    let mut future = Box::pin(serve("step"));
    assert!(poll(future.as_mut()).is_pending());
    drop(future);
    assert_ended("async: never", &[Outcome::Cancelled]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_moving_between_threads_are_counted_once() {
    #[instrument_stage(stage::call, labels(function = "async: threads"))]
    async fn step(number: Arc<u32>) -> Result<u32, String> {
        tokio::task::yield_now().await;
        if number.is_multiple_of(2) {
            return Err("even".into());
        }
        tokio::task::yield_now().await;
        Ok(*number)
    }
    let calls: Vec<_> = (0..64)
        .map(|number| tokio::spawn(step(Arc::new(number))))
        .collect();
    for call in calls {
        let _: Result<u32, String> = call.await.unwrap();
    }
    let mut expected = vec![Outcome::Ok; 32];
    expected.extend([Outcome::Error; 32]);
    assert_ended("async: threads", &expected);
}

#[tokio::test]
async fn aborted_task_is_cancelled_and_a_panicking_one_is_not() {
    #[instrument_stage(stage::call, labels(function = "async: tasks"))]
    async fn work(started: tokio::sync::oneshot::Sender<()>, panics: bool) {
        started.send(()).unwrap();
        if panics {
            resume_unwind(Box::new(()));
        }
        pending::<()>().await;
    }
    for panics in [false, true] {
        let (started, has_started) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(work(started, panics));
        has_started.await.unwrap();
        task.abort();
        assert_eq!(task.await.unwrap_err().is_panic(), panics);
    }
    assert_ended("async: tasks", &[Outcome::Cancelled, Outcome::Panicked]);
}

#[test]
fn recursion_needs_only_its_usual_box() {
    #[instrument_stage(stage::call, labels(function = "async: recursion"))]
    async fn factorial(of: u64) -> u64 {
        if of == 0 {
            return 1;
        }
        of * Box::pin(factorial(of - 1)).await
    }
    assert_eq!(poll(pin!(factorial(5))), Poll::Ready(120));
    assert_ended("async: recursion", &[Outcome::Ok; 6]);
}
