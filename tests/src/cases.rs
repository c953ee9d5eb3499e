//! Cases of a table that run at the same time.

use std::{fmt::Debug, panic::resume_unwind, thread};

/// Runs `test` with each case, each on its own thread. Cases that mostly wait then take as long as
/// one of them.
///
/// # Panics
///
/// Panics as the first case that panics, after all have ended. The case is on standard error.
pub fn in_parallel<C: Debug + Clone + Send>(
    cases: impl IntoIterator<Item = C>,
    test: impl Fn(C) + Sync,
) {
    let test = &test;
    let failed = thread::scope(|scope| {
        let start = |case: C| (case.clone(), scope.spawn(move || test(case)));
        // All cases start before the first is joined.
        let running: Vec<_> = cases.into_iter().map(start).collect();
        let ended = running.into_iter().map(|(case, thread)| {
            let result = thread.join();
            if result.is_err() {
                eprintln!("failed: {case:?}");
            }
            result
        });
        ended.filter_map(Result::err).reduce(|first, _| first)
    });
    if let Some(panicked) = failed {
        resume_unwind(panicked);
    }
}

#[cfg(test)]
mod tests {
    use std::{panic::catch_unwind, sync::Barrier};

    use super::in_parallel;

    #[test]
    fn cases_run_at_the_same_time_and_one_failure_is_enough() {
        let all = Barrier::new(3);
        in_parallel(0..3, |_| {
            all.wait();
        });
        let failing = || in_parallel(0..3, |case| assert_ne!(case, 1));
        assert!(catch_unwind(failing).is_err());
    }
}
