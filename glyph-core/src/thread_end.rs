//! Threads that end, and the thread-locals of other crates there.
//!
//! `tracing-subscriber` and OpenTelemetry keep what is current in thread-locals with destructors,
//! and panic if they are used after those. The standard library runs destructors in the reverse
//! order of first uses. So a mark that is first used right after one of these crates is dropped
//! before what that crate has used. From then on the thread is ending: code that a destructor runs
//! records as always, but opens no span, enters none, and reads no context.

use std::cell::Cell;

/// A first use of thread-locals of other crates, each of which may register further destructors.
#[derive(Clone, Copy, Debug)]
pub enum FirstUse {
    /// A span was opened: the registry of spans.
    NewSpan,
    /// A span was entered: its stack of spans, and what layers keep.
    EnteredSpan,
    /// OpenTelemetry's context was read or changed.
    Context,
    /// The clock of the external recorder of the `metrics` crate was read.
    Clock,
}

/// The bit of a thread that is ending. Lower bits are first uses.
const ENDING: u8 = 1 << 7;

thread_local! {
    /// Has no destructor, so that it can be used as long as the thread runs.
    static STATE: Cell<u8> = const { Cell::new(0) };

    static NEW_SPAN: Mark = const { Mark };
    static ENTERED_SPAN: Mark = const { Mark };
    static CONTEXT: Mark = const { Mark };
    static CLOCK: Mark = const { Mark };
}

struct Mark;

impl Drop for Mark {
    fn drop(&mut self) {
        ends();
    }
}

/// Notes that destructors of this thread's locals run.
pub fn ends() {
    let _ = STATE.try_with(|state| state.set(state.get() | ENDING));
}

impl FirstUse {
    /// Marks that other crates have used their thread-locals. Call it after the use.
    #[inline]
    pub fn mark(self) {
        let bit = 1 << self as u8;
        let is_new = STATE.try_with(|state| state.replace(state.get() | bit) & bit == 0);
        if is_new.unwrap_or(false) {
            self.register();
        }
    }

    /// Whether it was marked on this thread, which is not ending.
    #[inline]
    #[must_use]
    pub fn is_marked(self) -> bool {
        let marked = 1 << self as u8;
        STATE.try_with(|state| state.get() & (ENDING | marked) == marked) == Ok(true)
    }

    #[cold]
    fn register(self) {
        let mark = match self {
            Self::NewSpan => &NEW_SPAN,
            Self::EnteredSpan => &ENTERED_SPAN,
            Self::Context => &CONTEXT,
            Self::Clock => &CLOCK,
        };
        let _ = mark.try_with(|_| ());
    }
}

/// Returns whether destructors of this thread's locals run, and those of other crates may have run.
#[inline]
#[must_use]
pub fn is_ending() -> bool {
    STATE
        .try_with(|state| state.get() & ENDING != 0)
        .unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, sync::mpsc, thread};

    use super::{FirstUse, is_ending};

    struct OnDrop(mpsc::Sender<(&'static str, bool)>, &'static str);

    impl Drop for OnDrop {
        fn drop(&mut self) {
            let _ = self.0.send((self.1, is_ending()));
        }
    }

    thread_local! {
        static BEFORE: RefCell<Option<OnDrop>> = const { RefCell::new(None) };
        static AFTER: RefCell<Option<OnDrop>> = const { RefCell::new(None) };
    }

    #[test]
    fn thread_is_ending_for_locals_that_are_older_than_the_first_mark() {
        let (send, received) = mpsc::channel();
        let ended = thread::spawn(move || {
            BEFORE.set(Some(OnDrop(send.clone(), "before")));
            FirstUse::NewSpan.mark();
            AFTER.set(Some(OnDrop(send, "after")));
            FirstUse::NewSpan.mark();
            is_ending()
        });
        assert!(matches!(ended.join(), Ok(false)));
        let dropped: Vec<_> = received.iter().collect();
        assert_eq!(dropped, [("after", false), ("before", true)]);
    }
}
