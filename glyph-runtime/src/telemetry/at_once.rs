//! All signals at the same time.

use std::{thread, time::Duration};

use super::{Undelivered, UndeliveredPart, signals::Running};
use crate::export::Deadline;

pub(super) fn parts_of(result: Result<(), Undelivered>) -> Vec<UndeliveredPart> {
    result.err().map(|error| error.parts).unwrap_or_default()
}

/// Ends each signal's work on a separate thread, outside of any runtime. A signal without a thread
/// gets the time that is left afterwards. Returns what was not delivered.
pub(super) fn at_once<'s>(
    name: &str,
    deadline: Duration,
    signals: Vec<&'s dyn Running>,
    end: impl Fn(&dyn Running, Duration) -> Result<(), Undelivered> + Copy + Send + 's,
) -> Vec<UndeliveredPart> {
    let due = Deadline::after(deadline);
    let late = |signal: &dyn Running| end(signal, due.left());
    thread::scope(|scope| {
        let spawn = |signal: &'s dyn Running| {
            let builder = thread::Builder::new().name(name.to_owned());
            let thread = builder.spawn_scoped(scope, move || end(signal, deadline));
            (signal, thread)
        };
        // All threads start before the first is joined.
        let threads: Vec<_> = signals.into_iter().map(spawn).collect();
        let ended = threads.into_iter().map(|(signal, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|_| late(signal)),
            Err(_) => late(signal),
        });
        ended.flat_map(parts_of).collect()
    })
}
