//! Waits with deadlines. The panic at a deadline says what the test waited for.

use std::{
    panic::resume_unwind,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// Longer than any correct operation takes on a busy machine.
pub const LONG: Duration = Duration::from_secs(60);

/// Time between two checks of a condition.
const PAUSE: Duration = Duration::from_millis(1);

/// Blocks until `is_so` returns true.
///
/// # Panics
///
/// Panics with `what` if that takes longer than [`LONG`].
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < LONG, "waited {LONG:?} until {what}");
        thread::sleep(PAUSE);
    }
}

/// Waits like [`until`] without blocking other tasks.
///
/// The deadline is in real time, even if tokio's clock is paused.
///
/// # Panics
///
/// Panics with `what` if it takes longer than [`LONG`].
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
/// Panics with `what` if no message arrives within [`LONG`], or if all senders are gone.
#[track_caller]
#[expect(
    clippy::must_use_candidate,
    reason = "a test may only need the arrival"
)]
pub fn received<T>(what: &str, from: &Receiver<T>) -> T {
    match from.recv_timeout(LONG) {
        Ok(message) => message,
        Err(RecvTimeoutError::Timeout) => panic!("waited {LONG:?} for {what}"),
        Err(RecvTimeoutError::Disconnected) => panic!("every sender is gone before {what}"),
    }
}

/// Returns the result of `work`, which runs on its own thread.
///
/// # Panics
///
/// Panics if `work` panics, or with `what` if it takes longer than `limit`.
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
    fn endless_wait_is_named() {
        let said = message(|| {
            let sleep = || std::thread::sleep(Duration::from_secs(5));
            within(Duration::from_millis(1), "the moon", sleep);
        });
        assert_eq!(said, "waited 1ms for the moon");
    }

    #[test]
    fn closed_channel_is_named() {
        let said = message(|| {
            let (sender, receiver): (Sender<()>, _) = channel();
            drop(sender);
            received("the moon", &receiver);
        });
        assert_eq!(said, "every sender is gone before the moon");
    }

    #[test]
    #[should_panic(expected = "of the work")]
    fn panic_of_the_work_propagates() {
        within(Duration::from_secs(5), "work", || panic!("of the work"));
    }
}
