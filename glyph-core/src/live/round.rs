//! Reading all functions, within a time limit.
//!
//! Each round has a thread. A function that does not return keeps the thread of its round, and later
//! rounds skip it: so there is at most one such thread for each function, and only one reader waits for
//! it.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    failures::{FailureReason, count},
    function::Function,
};
use crate::sync::{ignore_poison, lock, lock_unless_lost};

/// The limit of functions.
const MOST_FUNCTIONS: usize = 1024;

/// The name of the threads.
const THREAD: &str = "glyph-read";

/// The functions of the process and of all captures.
static FUNCTIONS: Mutex<Vec<Arc<Function>>> = Mutex::new(Vec::new());

/// Whether there ever was a function. Most programs have none, and their scrapes take no lock.
static IS_USED: AtomicBool = AtomicBool::new(false);

/// Adds a function, in place of the one of the same series.
pub(super) fn add(function: &Arc<Function>) {
    IS_USED.store(true, Relaxed);
    let Some(mut functions) = lock_unless_lost(&FUNCTIONS) else {
        return;
    };
    let is_same = |known: &mut Arc<Function>| known.target.is(&function.target);
    let replaced: Vec<_> = functions.extract_if(.., is_same).collect();
    if functions.len() < MOST_FUNCTIONS {
        functions.push(Arc::clone(function));
    } else {
        count(function.target.metric(), FailureReason::Limit);
    }
    // The program's destructors run without the lock.
    drop(functions);
    for function in &replaced {
        function.remove();
    }
}

/// Removes a function.
pub(super) fn remove(function: &Arc<Function>) {
    function.remove();
    let Some(mut functions) = lock_unless_lost(&FUNCTIONS) else {
        return;
    };
    let is_same = |known: &mut Arc<Function>| Arc::ptr_eq(known, function);
    let removed: Vec<_> = functions.extract_if(.., is_same).collect();
    drop(functions);
    drop(removed);
}

/// Sets the metrics that are read from functions. Waits for them at most for `limit`: a metric whose
/// function is slow or panics keeps its value.
#[doc(hidden)]
pub fn read_functions(limit: Duration) {
    if !IS_USED.load(Relaxed) {
        return;
    }
    let due = due();
    if due.is_empty() {
        return;
    }
    let round = Arc::new(Round::default());
    let of_thread = Arc::clone(&round);
    let functions = due.clone();
    let thread = thread::Builder::new().name(THREAD.to_owned());
    let started = thread.spawn(move || of_thread.run(&functions));
    let reached = match started {
        Ok(_) => round.wait(limit),
        Err(_) => Some(0),
    };
    for (index, function) in due.iter().enumerate().skip(reached.unwrap_or(due.len())) {
        function.missed(reached == Some(index));
    }
}

/// Returns the functions that can be called now, and counts the ones that still run.
fn due() -> Vec<Arc<Function>> {
    let functions = lock_unless_lost(&FUNCTIONS);
    let functions = functions.map_or_else(Vec::new, |functions| functions.clone());
    let visible = functions
        .into_iter()
        .filter(|function| function.target.is_visible());
    let (slow, due): (Vec<_>, Vec<_>) = visible.partition(|function| function.is_slow());
    for function in slow {
        count(function.target.metric(), FailureReason::Slow);
    }
    due
}

/// One call of each function.
#[derive(Debug, Default)]
struct Round {
    progress: Mutex<Progress>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Progress {
    /// The number of functions that have returned.
    reached: usize,
    has_ended: bool,
    /// Whether the reader has left.
    is_late: bool,
}

impl Round {
    fn run(&self, functions: &[Arc<Function>]) {
        for function in functions {
            function.run();
            let mut progress = lock(&self.progress);
            progress.reached += 1;
            if progress.is_late {
                return;
            }
        }
        lock(&self.progress).has_ended = true;
        self.ended.notify_all();
    }

    /// Waits until all functions have returned. Returns how many have, if the limit passes before that.
    fn wait(&self, limit: Duration) -> Option<usize> {
        let since = Instant::now();
        let mut progress = lock(&self.progress);
        while !progress.has_ended {
            let left = limit.saturating_sub(since.elapsed());
            if left.is_zero() {
                progress.is_late = true;
                return Some(progress.reached);
            }
            progress = ignore_poison(self.ended.wait_timeout(progress, left)).0;
        }
        None
    }
}
