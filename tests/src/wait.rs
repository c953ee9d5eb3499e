//! Waits that end: each has a deadline, and its failure says what it waited for.

use std::{
    panic::resume_unwind,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// Longer than anything takes on a busy machine that works.
pub const LONG: Duration = Duration::from_secs(60);

/// The time between two looks at a condition.
const PAUSE: Duration = Duration::from_millis(1);

/// Blocks until `is_so`.
///
/// # Panics
///
/// Panics with `what` if it is not so within [`LONG`].
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < LONG, "waited {LONG:?} until {what}");
        thread::sleep(PAUSE);
    }
}

/// As [`until`], and lets other tasks run.
///
/// The deadline is in real time, also where tokio's clock is paused.
///
/// # Panics
///
/// Panics with `what` if it is not so within [`LONG`].
pub async fn until_async(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < LONG, "waited {LONG:?} until {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Returns the output of `future`.
///
/// # Panics
///
/// Panics with `what` if it takes longer than [`LONG`].
pub async fn finished<F: Future>(what: &str, future: F) -> F::Output {
    let output = tokio::time::timeout(LONG, future).await;
    output.unwrap_or_else(|_| panic!("waited {LONG:?} for {what}"))
}

/// Returns the next message of a channel.
///
/// # Panics
///
/// Panics with `what` if no message comes within [`LONG`], or none can come any more.
#[track_caller]
#[expect(
    clippy::must_use_candidate,
    reason = "a test may want to know no more than that it has come"
)]
pub fn received<T>(what: &str, from: &Receiver<T>) -> T {
    match from.recv_timeout(LONG) {
        Ok(message) => message,
        Err(RecvTimeoutError::Timeout) => panic!("waited {LONG:?} for {what}"),
        Err(RecvTimeoutError::Disconnected) => panic!("every sender is gone before {what}"),
    }
}

/// Returns the result of `work`, which runs on a thread of its own.
///
/// # Panics
///
/// Panics as `work` does, and with `what` if it takes longer than `limit`.
#[track_caller]
pub fn within<T: Send + 'static>(
    limit: Duration,
    what: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (done, result) = mpsc::channel();
    let worker = thread::spawn(move || done.send(work()));
    match result.recv_timeout(limit) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => panic!("waited {limit:?} for {what}"),
        Err(RecvTimeoutError::Disconnected) => match worker.join() {
            Ok(_) => panic!("{what} ended without a result"),
            Err(panicked) => resume_unwind(panicked),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::catch_unwind,
        sync::mpsc::{Sender, channel},
        time::Duration,
    };

    use super::{received, within};

    fn message(work: impl FnOnce() + std::panic::UnwindSafe) -> String {
        let panicked = catch_unwind(work).unwrap_err();
        panicked.downcast_ref::<String>().cloned().unwrap()
    }

    #[test]
    fn a_wait_without_end_is_named() {
        let said = message(|| {
            let sleep = || std::thread::sleep(Duration::from_secs(5));
            within(Duration::from_millis(1), "the moon", sleep);
        });
        assert_eq!(said, "waited 1ms for the moon");
    }

    #[test]
    fn a_closed_channel_is_named() {
        let said = message(|| {
            let (sender, receiver): (Sender<()>, _) = channel();
            drop(sender);
            received("the moon", &receiver);
        });
        assert_eq!(said, "every sender is gone before the moon");
    }

    #[test]
    #[should_panic(expected = "of the work")]
    fn a_panic_of_the_work_is_passed_on() {
        within(Duration::from_secs(5), "work", || panic!("of the work"));
    }
}
